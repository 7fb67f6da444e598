"""`make bench`: the figures, as Markdown, on standard output.

    run.py [--write] [NAME…]    all, or those named; --write: into docs/benchmarks.md, too

A benchmark is a module here that stands in BENCHMARKS and has `report()`, which yields tables,
figures and sentences. It runs in a process of its own: what one leaves in memory slows no other
down, and one that fails stops no other. What the tests have for making co-ops can be imported.
"""

import argparse
import importlib
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import page
from tables import Figure

HERE = Path(__file__).parent
# In this order. Each has its section in docs/benchmarks.md, between two marks (see page.py).
BENCHMARKS = (
    "bench_verdict",
    "idle_node",
    "till_scan",
    "busy_tills",
    "printed_sheet",
    "office_pages",
    "sync_documents",
    "web_host",
    "simulate",
    "api_verify",
    "member_import",
    "site_build",
    "card_page",
)


def say(sentence: str) -> None:
    """Tell on standard error how far it is."""
    print(sentence, file=sys.stderr, flush=True)


def machine() -> str:
    """Return when and on what it was measured."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    nacl = metadata.version("pynacl")
    return f"*{datetime.now(tz=UTC):%Y-%m-%d}, {python}, {platform.machine()}, PyNaCl {nacl}.*"


def run_alone(name: str, *, write: bool) -> None:
    """Run one benchmark in this process, and print its section."""
    sys.path.append(str(HERE.parent / "tests"))  # co-ops and cards are made there
    parts = list(importlib.import_module(name).report())
    for part in parts:
        if write and isinstance(part, Figure):
            page.write_image(part.name, part.svg)
    print("\n\n".join(map(str, [machine(), *parts])))


def main() -> int:
    """Run the benchmarks one after the other; return 1 if one failed."""
    parser = argparse.ArgumentParser(description="Measure, and print tables.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--write", action="store_true", help="put it into docs/benchmarks.md")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(BENCHMARKS):
        parser.error(f"no benchmark: {', '.join(sorted(unknown))}")
    if asked.alone:
        run_alone(asked.names[0], write=asked.write)
        return 0
    failed = []
    for name in asked.names or BENCHMARKS:
        say(f"{name}…")
        command = [sys.executable, str(HERE / "run.py"), "--alone", name]
        command += ["--write"] if asked.write else []
        done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
        if done.returncode:
            failed.append(name)
            continue
        print(f"\n## {name}\n\n{done.stdout}", flush=True)
        if asked.write:
            page.write(name, done.stdout)
    if failed:
        say(f"Failed: {', '.join(failed)}. What it said stands above.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
