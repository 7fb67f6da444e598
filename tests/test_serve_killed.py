"""`passkoop serve` killed, or its power cut, while tills note visits: none is lost or doubled."""

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from busy import Shop, check, told
from passkoop_node.home import Home

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by signals of POSIX")


@pytest.mark.parametrize("times", [6, pytest.param(200, marks=pytest.mark.slow)])
def test_a_node_killed_under_load_loses_and_doubles_no_acknowledged_visit(
    tmp_path: Path, times: int
) -> None:
    shop = Shop(tmp_path, tills=3, cards=6 * times)
    chance = random.Random(times)
    for _ in range(times):
        with shop.served() as process:
            check(shop.home, told(shop.tills))
            with shop.at_work():
                time.sleep(chance.uniform(0, 0.3))
                process.kill()
    assert check(shop.home, told(shop.tills)) > 2 * times


@pytest.mark.parametrize("times", [6, pytest.param(50, marks=pytest.mark.slow)])
def test_what_lies_on_the_disk_when_the_power_is_cut_holds_all_that_was_acknowledged(
    tmp_path: Path, times: int
) -> None:
    shop = Shop(tmp_path, tills=3, cards=40 * times)
    chance = random.Random(times)
    with shop.served() as process, shop.at_work():
        for number in range(times):
            time.sleep(chance.uniform(0.05, 0.2))
            os.kill(process.pid, signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED)
            time.sleep(0.02)  # answers on their way arrive
            said = told(shop.tills)
            copy = Path(shutil.copytree(shop.home.path, tmp_path / f"copy-{number}"))
            os.kill(process.pid, signal.SIGCONT)
            assert copy.joinpath("passkoop.db-wal").exists()
            assert check(Home(copy), said) > 5 * number
            shutil.rmtree(copy)
