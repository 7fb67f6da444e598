"""`passkoop serve` killed, or its power cut, while it makes and revokes cards and tells others."""

import os
import random
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from offices import Office
from passkoop_node.home import Home

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by signals of POSIX")


@pytest.mark.parametrize("times", [2, pytest.param(200, marks=pytest.mark.slow)])
def test_a_node_killed_while_it_issues_and_syncs_loses_nothing_and_signs_nothing_twice(
    tmp_path: Path, times: int
) -> None:
    chance = random.Random(times)
    with ExitStack() as stack:
        office = Office(tmp_path, stack, desks=2)
        for _ in range(times):
            with office.served() as process, office.at_work():
                time.sleep(chance.uniform(0.05, 0.6))
                process.kill()
            office.check(office.home, office.told(), office.witness.newest())
        with office.served():
            time.sleep(1)  # it hears what is new
        office.finish()
        assert sum(one.made for one in office.told()) > times
        assert sum(len(one.revoked) for one in office.told()) > times // 2
        assert len(office.witness.seen) > 2 * times


@pytest.mark.parametrize("times", [2, pytest.param(100, marks=pytest.mark.slow)])
def test_what_lies_on_the_disk_when_the_power_is_cut_signs_nothing_that_others_hold_already(
    tmp_path: Path, times: int
) -> None:
    chance = random.Random(times)
    with ExitStack() as stack:
        office = Office(tmp_path, stack, desks=2)
        with office.served() as process, office.at_work():
            for number in range(times):
                time.sleep(chance.uniform(0.1, 0.4))
                os.kill(process.pid, signal.SIGSTOP)
                os.waitid(os.P_PID, process.pid, os.WSTOPPED)
                time.sleep(0.05)  # answers on their way arrive
                said = office.told()
                copy = Path(shutil.copytree(office.home.path, tmp_path / f"copy-{number}"))
                newest = office.witness.newest()
                os.kill(process.pid, signal.SIGCONT)
                assert copy.joinpath("passkoop.db-wal").exists()
                office.check(Home(copy), said, newest)
                shutil.rmtree(copy)
        assert sum(one.made for one in office.told()) > times
        assert sum(len(one.revoked) for one in office.told()) > times // 2
