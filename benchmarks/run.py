"""`make bench`: the figures, as ratios, in tables of Markdown on standard output.

What is printed is what docs/benchmarks.md holds: a run takes a minute or two on an idle machine.
"""

import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import bench_verdict
import printed_sheet
from timing import ROUNDS, Ratio, microseconds, ratios

HERE = Path(__file__).parent
PEERS = HERE.parent / ".venv-peers" / "bin" / "python"


def say(sentence: str) -> None:
    """Tell on standard error how far it is."""
    print(sentence, file=sys.stderr, flush=True)


def peers() -> dict[str, Any]:
    """Return what the other libraries take, timed in their own environment if it is there."""
    if not PEERS.exists():
        say("No .venv-peers: `make bench` makes it. The other libraries are left out.")
        return {"ratios": {}, "versions": {}}
    done = subprocess.run(
        [PEERS, HERE / "peers.py"], capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        say(done.stderr)
        sys.exit("The other libraries could not be timed: remove .venv-peers and try again.")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def served(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield what the served node takes, and the till in a browser if there is one."""
    sys.path.append(str(HERE.parent / "tests"))  # co-ops and cards are made there
    import idle_node
    import till_scan

    say("The served node, beside a bare aiohttp application…")
    yield from idle_node.rows(*idle_node.measure(folder / "idle"))
    if till_scan.browser_program() is None:
        say("Chromium is missing: the till's camera is left out.")
        return
    say("The till in a browser…")
    yield till_scan.row(folder / "till")


def row(*cells: object) -> None:
    """Print a row of a table."""
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def heading(*cells: str) -> None:
    """Print the head of a table."""
    print()
    row(*cells)
    row(*("---" for _ in cells))


def main() -> None:
    """Measure and print."""
    say("The other libraries…")
    others = peers()
    say("10,000 co-ops with lists of 65,536 cards…")
    world = bench_verdict.world(10_000, 65_536)
    whole = ratios({"verdict": world.judge}, world.raw)["verdict"]
    absolute = microseconds(world.judge), microseconds(world.raw)
    del world
    say("Growth…")
    by_coops, by_cards = bench_verdict.growth()

    print(f"Measured on {datetime.now(tz=UTC):%Y-%m-%d}, {platform.python_implementation()}")
    print(
        f"{platform.python_version()}, {platform.machine()}, PyNaCl {metadata.version('pynacl')}."
    )

    card, text, version = bench_verdict.qr_figures()
    least, median, most = bench_verdict.list_bytes()
    heading("sizes", "goal", "measured")
    row("QR version of a card with a 20-letter name, with the address, at M", "≤ 9", version)
    row("the same card, bytes; its text, characters", "", f"{card}; {text}")
    row(
        "signed status list, 8,192 cards, 1 % revoked, bytes (least–most of 41)",
        "≤ 340",
        f"{median} ({least}–{most})",
    )

    heading("the served node", "goal", "measured; × a bare aiohttp application")
    with tempfile.TemporaryDirectory() as name:
        for cells in served(Path(name)):
            row(*cells)

    say("Cards on paper…")
    heading("paper", "goal", "measured, processor time")
    row(*printed_sheet.row())

    heading("time, in raw PyNaCl verifications", "goal", f"median of {ROUNDS} rounds (p10–p90)")
    row("raw PyNaCl, `crypto_sign_open`", "", "1")
    row("**text → verdict**, 10,000 co-ops, lists of 65,536 cards", "≤ 1.4", f"**{whole}**")
    for name, ratio in others["ratios"].items():
        row(name, "", Ratio(*ratio))

    heading("text → verdict as the network grows", "ratio", "to the first row")
    for label, found in (
        ("co-ops, lists of 1,024 cards", by_coops),
        ("cards a list, 10 co-ops", by_cards),
    ):
        first = next(iter(found.values()))
        for number, ratio in found.items():
            row(f"{number:,} {label}", ratio, f"{ratio.median / first.median:.2f}")

    print(f"\nHere a verdict took {absolute[0]:.0f} µs, a raw verification {absolute[1]:.0f} µs.")
    if others["versions"]:
        told = ", ".join(f"{name} {number}" for name, number in others["versions"].items())
        print(f"The others, in an environment of their own: {told}.")


if __name__ == "__main__":
    main()
