"""How soon `passkoop serve` answers and what it takes up, beside a bare aiohttp application.

Both are processes of their own, started in turn. Ready is from the start of the process until its
first page has come; idle is a few seconds and a few pages later.
"""

import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from processes import ENVIRONMENT, port_in, python_command, serving
from serving import make_coop
from tables import Table

STARTS = 7
PAGES = 10  # asked for before memory is looked at
IDLE = 2.0  # seconds

BARE = """
    import asyncio, sys
    from aiohttp import web

    async def page(request):
        return web.Response(text="<!doctype html><title>Page</title>", content_type="text/html")

    async def main():
        app = web.Application()
        app.router.add_get("/{name:.*}", page)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}/", flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())
"""


@dataclass(frozen=True)
class Start:
    """What one start took."""

    seconds: float  # until the first page had come
    work: float  # seconds of processor time until then
    megabytes: float  # resident when idle


@contextmanager
def bare() -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Yield an application that knows one sentence, and what it said."""
    with subprocess.Popen(
        python_command(BARE), env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def started(
    start: Callable[[], AbstractContextManager[tuple["subprocess.Popen[str]", str]]],
) -> Start:
    """Start it once, and return what that took."""
    began = time.perf_counter()
    with start() as (process, said):
        address = f"http://127.0.0.1:{port_in(said)}/entrer"
        urlopen(address).read()
        seconds, work = time.perf_counter() - began, work_of(process.pid)
        for _page in range(PAGES):
            urlopen(address).read()
        time.sleep(IDLE)
        return Start(seconds, work, megabytes_of(process.pid))


def work_of(pid: int) -> float:
    """Return the processor time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes_of(pid: int) -> float:
    """Return the resident memory of a process."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1000


def measure(folder: Path, *, starts: int = STARTS) -> tuple[list[Start], list[Start]]:
    """Return the starts of a node, and those of the bare application between them."""
    home = make_coop(folder / "coop").path
    both: list[tuple[Start, Start]] = [
        (started(lambda: serving(home, "--host", "127.0.0.1")), started(bare))
        for _ in range(starts + 1)
    ]
    both = both[1:]  # the first one compiles, and reads from the disk
    return [one for one, _ in both], [one for _, one in both]


def rows(node: list[Start], other: list[Start]) -> Iterator[tuple[object, ...]]:
    """Yield rows of a table: figure, goal, measured."""
    for name, goal, unit, of in (
        ("the node, from its start to its first page", "≤ 2 s", "s", lambda one: one.seconds),
        ("of that, the processor's time", "", "s", lambda one: one.work),
        ("the node, idle", "≤ 100 MB", "MB", lambda one: one.megabytes),
    ):
        ours, theirs = sorted(map(of, node)), sorted(map(of, other))
        middle, beside = statistics.median(ours), statistics.median(theirs)
        places = 0 if unit == "MB" else 2
        measured = f"{middle:.{places}f} {unit} ({ours[0]:.{places}f}–{ours[-1]:.{places}f})"
        yield name, goal, f"{measured}; {middle / beside:.1f} × ({beside:.{places}f} {unit})"


def report() -> Iterator[Table]:
    """Yield the table."""
    with tempfile.TemporaryDirectory() as name:
        yield Table(
            ("the served node", "goal", "measured; × a bare aiohttp application"),
            list(rows(*measure(Path(name)))),
        )
