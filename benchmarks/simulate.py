"""How long a revocation takes to all nodes, and what that costs: 300, 1,000 and 10,000 of them.

The sizes of documents and calls are those of real ones, made and counted here.
"""

import asyncio
import socket
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from drawing import lines, said, stacks, thinned
from nodes import NOW, found
from passkoop_node.cards.store import CardState
from passkoop_node.core.fetching import open_fetcher
from passkoop_node.core.reach import Reach
from passkoop_protocol.bundle import write_bundle
from serving import Served
from simulation import Found, Network, Plan, Sizes, tenths
from tables import Figure, Table

RUNS = {300: 10, 1_000: 5, 10_000: 1}  # runs by nodes, each with other chances
MEMBERS = 400
REVOKED = 20
MEGA = 1_000_000
PARTS = {
    "calls": "calls as such",
    "news": "news",
    "again": "news once more",
    "old": "old documents",
}


def sizes() -> Sizes:
    """Return the bytes of real documents, and of real calls between nodes."""
    with tempfile.TemporaryDirectory() as name:
        node = found(Path(name) / "coop")
        cards = node.issue(*(f"Prénom Nom{number}" for number in range(MEMBERS)))
        node.rooms.ourselves.set_addresses(["https://carte.hendaiakoop.example"])
        node.rooms.ourselves.sign_descriptor(node.ask, now=node.now)
        for card in cards[:REVOKED]:
            member = node.member_of(card)
            node.rooms.issuer.set_state(member, CardState.REVOKED, now=node.now, actor="bench")
        held = {one.kind: one.data for one in node.rooms.coops.documents()}
        node.rooms.close()
        served = Served(node.home).start()
        try:
            asked, posted = asyncio.run(_requests())
            answers = [_answer(served.port, question) for question in _questions(served)]
        finally:
            served.stop()
    counted = len(write_bundle([]))
    return Sizes(
        descriptor=len(write_bundle([held["descriptor"]])) - counted,
        status_list=len(write_bundle([held["status_list"]])) - counted,
        idle=asked + len(answers[0]),
        answer=asked + len(answers[1]) - len(write_bundle(list(held.values()))) + counted,
        post=posted + len(answers[2]),
    )


async def _requests() -> tuple[int, int]:
    """Return the bytes of a question and of something handed over, as a node sends them."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    address = f"http://127.0.0.1:{port}/p2p/v1"
    async with server, open_fetcher(Reach.ANYWHERE) as fetcher:
        question = f"{address}/changes?since=20000&log=0123456789abcdef"
        await fetcher.get(question, most=1_000, seconds=5, now=NOW)
        await fetcher.post(f"{address}/documents", b"x" * 300, most=1_000, seconds=5, now=NOW)
    return len(heard[0]), len(heard[1])


def _questions(served: Served) -> list[bytes]:
    """Return what is asked of a real node: nothing new, all there is, an empty hand."""
    log = served.run(lambda: served.rooms.relay.feed.changes("", 0))
    assert log is not None
    idle = f"GET /p2p/v1/changes?since={log.upto}&log={log.log}".encode()
    everything = b"GET /p2p/v1/changes?since=0&log="
    end = b" HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n" % served.port
    body = write_bundle([])
    post = b"POST /p2p/v1/documents" + end + b"Content-Length: %d\r\n\r\n" % len(body) + body
    return [idle + end + b"\r\n", everything + end + b"\r\n", post]


def _answer(port: int, question: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(question)
        said = b""
        while chunk := connection.recv(65_536):
            said += chunk
    assert said.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204")), said[:200]
    return said


def report() -> Iterator[Table | Figure | str]:
    """Yield tables and figures."""
    wire = sizes()
    found = {
        nodes: [Network(Plan(nodes=nodes, seed=seed, sizes=wire)).run() for seed in range(runs)]
        for nodes, runs in RUNS.items()
    }
    yield spread(found)
    yield reached(found)
    yield costs(found)
    yield shares(found)
    yield (
        f"Counted on real nodes: a descriptor {wire.descriptor} bytes, the status list of "
        f"{MEMBERS} cards of which {REVOKED} are revoked {wire.status_list}, a call that brings "
        f"nothing {wire.idle}, headers of one that brings something {wire.answer}, of handing "
        f"over {wire.post}. TCP and TLS come on top."
    )


def spread(found: dict[int, list[Found]]) -> Figure:
    """Return how a revocation spreads, the mean of all followed."""
    series = {}
    for nodes, runs in found.items():
        longest = max(len(run.shares) for run in runs)
        padded = [run.shares + [1.0] * (longest - len(run.shares)) for run in runs]
        mean = [100 * statistics.fmean(column) for column in zip(*padded, strict=True)]
        points = [(0.0, 0.0), *((minute + 1.0, value) for minute, value in enumerate(mean))]
        series[f"{nodes:,} nodes"] = thinned(points)
    return Figure(
        name="revocation.svg",
        says="How many nodes hold a revocation, by minutes since it was signed",
        svg=lines(
            "Nodes that hold a revocation",
            series,
            across="minutes since it was signed",
            up="% of nodes",
            marks_across=(0, 10, 20, 30, 40, 50, 60, 70),
            marks_up=(0, 25, 50, 75, 100),
            goal=(60, "goal"),
        ),
    )


def reached(found: dict[int, list[Found]]) -> Table:
    """Return how long it takes until the last node holds a revocation."""
    table = Table(
        ("nodes", "goal", "minutes until the last one holds it: median, p90, worst", "followed")
    )
    for nodes, runs in found.items():
        minutes = [one for run in runs for one in run.minutes]
        middle, most, worst = tenths(minutes)
        unreached = sum(run.unreached for run in runs)
        followed = f"{len(minutes) + unreached:,} revocations in {len(runs)} runs"
        if unreached:
            followed += f", {unreached} of them not everywhere at the end"
        goal = "≤ 60" if nodes == max(found) else ""
        table.rows.append((f"{nodes:,}", goal, f"{middle:.0f}, {most:.0f}, {worst:.0f}", followed))
    return table


def costs(found: dict[int, list[Found]]) -> Table:
    """Return what a node reads and answers in a day."""
    table = Table(
        (
            "nodes",
            "MB a day that a node reads and hands over: median, p90, worst",
            "MB a day that a relay answers: median, worst",
            "documents held already",
            "calls that begin at the beginning",
        )
    )
    for nodes, runs in found.items():
        read = tenths([one / MEGA for run in runs for one in run.a_day])
        served = tenths([one / MEGA for run in runs for one in run.a_day_served])
        vain = 100 * statistics.fmean(run.in_vain for run in runs)
        afresh = 100 * statistics.fmean(run.afresh for run in runs)
        table.rows.append(
            (
                f"{nodes:,}",
                ", ".join(map(said, read)),
                f"{said(served[0])}, {said(served[2])}",
                f"{vain:.0f} %",
                f"{afresh:.1f} %",
            )
        )
    return table


def shares(found: dict[int, list[Found]]) -> Figure:
    """Return what the bytes of a day are made of."""
    bars = {
        f"{nodes:,} nodes": [
            statistics.fmean(getattr(run, part) / MEGA for run in runs) for part in PARTS
        ]
        for nodes, runs in found.items()
    }
    most = max(map(sum, bars.values()))
    step = next(one for one in (5, 10, 20, 50, 100, 200) if most / one < 7)
    return Figure(
        name="bytes-a-day.svg",
        says="Megabytes a day that a node reads and hands over, by what they are",
        svg=stacks(
            "What a node reads and hands over in a day",
            bars,
            list(PARTS.values()),
            up="MB a day, the mean",
            marks_up=range(0, int(most) + 2 * step, step),
        ),
    )
