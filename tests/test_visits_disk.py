"""The register of visits when processes die, meet, or find no room: nothing noted is lost."""

import os
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest

from passkoop_node.errors import DiskFull
from passkoop_node.visits.register import Fate
from visiting import Comptoir, line, noon

NOW = noon() + 3600

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and limits of POSIX")

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def new_register(tmp_path: Path) -> Path:
    shop = Comptoir(tmp_path / "coop")
    shop.close()
    return shop.home.path


def python(code: str, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    )


# Forks children that note visits, two at a time, and kills them without warning. Each till sends
# again what it sent last before it died: it cannot know whether it was written down.
KILLING = """
    import os, random, signal, sys, time
    from pathlib import Path
    from visiting import Comptoir, line, noon

    path, rounds, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)

    def write(till, first, acknowledge):
        shop = Comptoir(path)
        for number in range(first, first + 100_000):
            new = line(number, till=till, at=noon(), amount=number % 5000,
                       member_ref=(number % 50).to_bytes(8))
            shop.visits.register.note(new, now=noon() + 3600)
            os.write(acknowledge, f"{till} {number}\\n".encode())

    last = {"a": 0, "b": 0}
    for _ in range(rounds):
        reading, writing = os.pipe()
        children = []
        for till in last:
            child = os.fork()
            if child == 0:
                os.close(reading)
                write(till, max(0, last[till] - 3), writing)
                os._exit(0)
            children.append(child)
        os.close(writing)
        wait = chance.uniform(0.02, 0.25)
        time.sleep(wait)
        for child in children:
            os.kill(child, signal.SIGKILL)
            time.sleep(chance.uniform(0, 0.01))
        for child in children:
            os.waitpid(child, 0)
        with os.fdopen(reading) as said:
            for answer in said:
                if answer.endswith("\\n"):
                    sys.stdout.write(answer)
                    till, number = answer.split()
                    last[till] = int(number) + 1
    sys.stdout.flush()
"""


def kill_and_check(tmp_path: Path, *, rounds: int, seed: int) -> None:
    path = new_register(tmp_path)
    with python(KILLING, path, rounds, seed) as process:
        assert process.stdout is not None
        said = {tuple(answer.split()) for answer in process.stdout}
    assert process.returncode == 0
    shop = Comptoir(path)
    proof = shop.check()
    assert proof.whole, proof
    kept = Counter((one.visit.till, one.visit.line) for one in shop.visits.store.lines())
    assert said <= kept.keys()
    assert set(kept.values()) == {1}
    # At most one line of each child was written and not acknowledged any more.
    assert len(kept) - len(said) <= 2 * rounds
    assert len(said) > rounds
    assert shop.visits.store.conflicts() == {}
    assert shop.rooms.db.execute("pragma integrity_check").fetchone() == ("ok",)
    shop.close()


@on_posix
def test_thirty_kills_lose_and_double_no_acknowledged_visit(tmp_path: Path) -> None:
    kill_and_check(tmp_path, rounds=30, seed=1)


@on_posix
@pytest.mark.slow
def test_two_hundred_kills_lose_and_double_no_acknowledged_visit(tmp_path: Path) -> None:
    kill_and_check(tmp_path, rounds=200, seed=2)


def test_a_full_disk_is_said_and_all_is_well_when_there_is_room_again(tmp_path: Path) -> None:
    shop = Comptoir(tmp_path / "coop")
    db, register = shop.rooms.db, shop.visits.register
    register.note(line(0), now=NOW)
    pages = db.execute("pragma page_count").fetchone()[0]
    db.execute(f"pragma max_page_count = {pages}").fetchone()
    lines = [line(number) for number in range(1, 500)]
    with pytest.raises(DiskFull):
        register.note_all(lines, now=NOW)
    assert shop.check().lines == 1
    db.execute("pragma max_page_count = 1000000").fetchone()
    assert {one.fate for one in register.note_all(lines, now=NOW)} == {Fate.NOTED}
    proof = shop.check()
    assert (proof.whole, proof.lines) == (True, 500)
    shop.close()


@on_posix
def test_a_disk_that_fills_up_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    path = new_register(tmp_path)
    code = """
        import resource, signal, sys
        from pathlib import Path
        from passkoop_node.errors import NodeError
        from visiting import Comptoir, line, noon
        shop = Comptoir(Path(sys.argv[1]))
        size = (shop.home.database.stat().st_size + 150_000,) * 2
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, size)
        done = 0
        try:
            while True:
                shop.visits.register.note(line(done), now=noon() + 3600)
                done += 1
        except NodeError as error:
            print(error.code, done)
    """
    with python(code, path) as process:
        assert process.stdout is not None
        code, done = process.stdout.read().split()
    assert code == "disk_full"
    assert int(done) > 10
    shop = Comptoir(path)
    assert (shop.check().whole, shop.check().lines) == (True, int(done))
    # The till sends the one that failed again, now that there is room.
    assert shop.visits.register.note(line(done), now=NOW).fate is Fate.NOTED
    assert shop.check().whole
    shop.close()


def test_two_processes_at_once_make_one_chain(tmp_path: Path) -> None:
    path = new_register(tmp_path)
    code = """
        import sys
        from pathlib import Path
        from visiting import Comptoir, line, noon
        shop = Comptoir(Path(sys.argv[1]))
        for number in range(120):
            # Every third line is the same for both: whoever comes second finds it there.
            till = "both" if number % 3 == 0 else sys.argv[2]
            shop.visits.register.note(line(number, till=till), now=noon() + 3600)
        shop.close()
    """
    processes = [python(code, path, till) for till in ("one", "two")]
    for process in processes:
        process.communicate()
    assert [process.returncode for process in processes] == [0, 0]
    shop = Comptoir(path)
    proof = shop.check()
    assert (proof.whole, proof.lines) == (True, 40 + 2 * 80)
    tills = Counter(one.visit.till for one in shop.visits.store.lines())
    assert tills == {"both": 40, "one": 80, "two": 80}
    assert shop.visits.store.conflicts() == {}
    shop.close()
