"""Requests a second of `POST /api/v1/verify`, beside a handler that does one raw verification.

Both are processes of their own, up at the same time, and asked in turn by a third one over
loopback. The other handler reads JSON, checks one signature with PyNaCl and answers JSON: it looks
no token up, believes nobody, and counts no visits. The node's limit of calls a token is raised for
this, and nothing else is changed.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tables import Table

HERE = Path(__file__).parent
ROUNDS = 15
SECONDS = 1.0  # of each side in a round
CONNECTIONS = 8

NODE = """
    import sys, tempfile, threading
    from pathlib import Path
    from passkoop_node.api.asked import CALLS
    from passkoop_node.api.tokens import Scope, TokenStore
    from tilling import Till

    till = Till(Path(sys.argv[1]))
    served = till.served
    served.app[CALLS].tries = 10**9
    secret = served.run(
        served.the(TokenStore).add, "bench", [Scope.VERIFY], actor="bench", now=served.now
    )
    print(served.port, secret, till.cards["maite"], flush=True)
    threading.Event().wait()
"""
BARE = """
    import asyncio, json
    from aiohttp import web
    from nacl.bindings import crypto_sign_open
    from nacl.signing import SigningKey

    key = SigningKey(bytes(range(32)))
    signed, public = bytes(key.sign(bytes(118))), bytes(key.verify_key)

    async def verify(request):
        text = json.loads(await request.read())["text"]
        crypto_sign_open(signed, public)
        return web.json_response({"outcome": "welcome", "text": len(text)})

    async def main():
        app = web.Application()
        app.router.add_post("/api/v1/verify", verify)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], "-", "-", flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())
"""


class Side(NamedTuple):
    """One of the two servers."""

    pid: int
    port: int
    secret: str
    card: str


class Round(NamedTuple):
    """What one server did in a round."""

    a_second: float  # requests
    work: float  # microseconds of processor time a request, all threads


@contextmanager
def serving(program: str, *args: str) -> Iterator[Side]:
    """Yield a server, once it answers."""
    from processes import ENVIRONMENT, python_command

    command = [*python_command(program), *args]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port, secret, card = process.stdout.readline().split()
            yield Side(process.pid, int(port), secret, card)
        finally:
            process.kill()


async def asked(side: Side, card: str, seconds: float) -> int:
    """Return how many requests were answered in so many seconds."""
    body = json.dumps({"text": card}).encode()
    sent = (
        f"POST /api/v1/verify HTTP/1.1\r\nHost: localhost:{side.port}\r\n"
        f"Authorization: Bearer {side.secret}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    end = asyncio.get_running_loop().time() + seconds
    counts = await asyncio.gather(*(_ask_on(side.port, sent, end) for _ in range(CONNECTIONS)))
    return sum(counts)


async def _ask_on(port: int, sent: bytes, end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    clock, count = asyncio.get_running_loop().time, 0
    while clock() < end:
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(head.decode())
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        answer = await reader.readexactly(int(length))
        if b'"welcome"' not in answer:
            raise RuntimeError(answer.decode())
        count += 1
    writer.close()
    return count


async def one_round(side: Side, card: str) -> Round:
    """Ask a server for a while."""
    from idle_node import work_of

    before = work_of(side.pid)
    count = await asked(side, card, SECONDS)
    return Round(count / SECONDS, (work_of(side.pid) - before) / count * 1e6)


def measure() -> list[tuple[Round, Round]]:
    """Return the rounds of the node, each with the other's beside it."""
    found = []
    with (
        tempfile.TemporaryDirectory() as name,
        serving(NODE, name) as node,
        serving(BARE) as bare,
    ):
        for number in range(-2, ROUNDS):
            ours = asyncio.run(one_round(node, node.card))
            theirs = asyncio.run(one_round(bare, node.card))
            if number >= 0:  # the first rounds warm up
                found.append((ours, theirs))
    return found


def report() -> Iterator[Table]:
    """Yield the table."""
    rounds = measure()
    ratios = sorted(ours.a_second / theirs.a_second for ours, theirs in rounds)
    work = statistics.median(ours.work / theirs.work for ours, theirs in rounds)
    ratio, tenths = statistics.median(ratios), statistics.quantiles(ratios, n=10)
    low, high = tenths[0], tenths[-1]
    middle = [statistics.median(pair[side].a_second for pair in rounds) for side in (0, 1)]
    took = [statistics.median(pair[side].work for pair in rounds) for side in (0, 1)]
    yield Table(
        ("`POST /api/v1/verify`, one process", "goal", f"median of {ROUNDS} rounds (p10–p90)"),
        [
            (
                "requests a second; of those of a bare handler",
                "≥ 0.6",
                f"{middle[0]:.0f}; **{ratio:.2f}** ({low:.2f}–{high:.2f}) of {middle[1]:.0f}",
            ),
            (
                "processor time a request",
                "",
                f"{took[0]:.0f} µs; {work:.2f} × ({took[1]:.0f} µs)",
            ),
        ],
    )


if __name__ == "__main__":
    sys.path.append(str(HERE.parent / "tests"))
    for table in report():
        print(table)
