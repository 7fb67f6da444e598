"""100,000 members from a file: preview and all, beside `sqlite-utils insert --csv` of the same one.

Each import is a process of its own, into a database of its own; what is told is the processor time
of the whole process, starting Python included. sqlite-utils makes a table of texts and looks at
nothing; ours finds out who is who, shows what would change, and then writes it.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tables import Table

MEMBERS = 100_000
ROUNDS = 3  # one of each in turn

IMPORT = """
    import sys
    from pathlib import Path
    from importing import register_in
    from passkoop_node.members.imports import apply, preview

    with register_in(Path(sys.argv[2])) as store:
        plan = preview(Path(sys.argv[1]).read_bytes(), store, now=1_795_000_000)
        apply(plan, store, now=1_795_000_000)
        assert not plan.errors and store.count()
"""


def work_of(command: Sequence[object]) -> float:
    """Run a program to its end, and return the seconds of processor time that it took."""
    from processes import ENVIRONMENT

    process = subprocess.Popen(list(map(str, command)), env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed")
    return usage.ru_utime + usage.ru_stime


def without_numbers(file: bytes) -> bytes:
    """Return the same members, of whom no line says the number."""
    return b"\n".join(line.partition(b";")[2] for line in file.splitlines()) + b"\n"


def measure(file: bytes, folder: Path) -> list[tuple[float, float]]:
    """Return the seconds of our import and of the other one, round by round."""
    from processes import python_command

    given = folder / "members.csv"
    given.write_bytes(file)
    plain = [sys.executable, "-m", "sqlite_utils", "insert"]
    found = []
    for number in range(ROUNDS):
        ours, other = folder / f"ours-{number}", folder / f"other-{number}.db"
        ours.mkdir()
        options = ["--csv", "--delimiter", ";"]
        found.append(
            (
                work_of(python_command(IMPORT, given, ours)),
                work_of([*plain, other, "members", given, *options]),
            )
        )
    return found


def report() -> Iterator[Table]:
    """Yield the table."""
    from importing import many_members

    table = Table((f"import of {MEMBERS:,} members", "goal", "measured, processor time"))
    file = many_members(MEMBERS)
    for name, one in (("with numbers", file), ("without", without_numbers(file))):
        with tempfile.TemporaryDirectory() as folder:
            rounds = measure(one, Path(folder))
        ours, other = (statistics.median(one[side] for one in rounds) for side in (0, 1))
        ratio = statistics.median(a / b for a, b in rounds)
        table.rows.append(
            (
                f"{name}, preview and all; × `sqlite-utils insert --csv` of the same file",
                "≤ 2 ×",
                f"{ours:.1f} s; **{ratio:.1f} ×** ({other:.1f} s)",
            )
        )
    yield table


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parent.parent / "tests"))
    for part in report():
        print(part)
