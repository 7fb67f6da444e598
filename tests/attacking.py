"""A dozen machines that attack a node: connections held open, slow bodies, and bombs.

A program of its own, so that what it costs is not the node's: `python attacking.py PORT TOKEN`
begins, says so, goes on until its stdin ends, and then prints how its bombs were answered.
"""

import asyncio
import gzip
import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from passkoop_protocol.bundle import write_bundle

HELD = 600  # connections
_ADDRESSES = [f"127.0.0.{number}" for number in range(2, 14)]
_FORM = "application/x-www-form-urlencoded"
_PUSHES = "/p2p/v1/documents"
_BOMBERS, _PAUSE = 5, 0.1  # seconds between two bombs of each
_MANY = 50_000_000  # bytes


class Attacker:
    """What one program can do to another from outside."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token
        self.answers: Counter[str] = Counter()  # « gzip 415 »: how often
        self.tasks: list[asyncio.Task[None]] = []
        self.bombs = self._bombs()

    async def attack(self) -> None:
        """Attack until stdin ends; say when it has begun."""
        self.tasks = [asyncio.create_task(self._hold(number)) for number in range(HELD)]
        await asyncio.sleep(1)
        self.tasks += [asyncio.create_task(self._throw(number)) for number in range(_BOMBERS)]
        print("begun", flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.read)
        while len({one.rpartition(":")[0] for one in self.answers}) < len(self.bombs):
            await asyncio.sleep(0.05)  # each was thrown at least once
        print(json.dumps(self.answers), flush=True)  # noqa: T201
        os._exit(0)  # nothing is worth being ended well

    def _head(self, path: str, *headers: str, length: int | None) -> bytes:
        told = [f"POST {path} HTTP/1.1", f"Host: localhost:{self.port}"]
        told += [f"Origin: http://localhost:{self.port}", "Sec-Fetch-Site: same-origin", *headers]
        if length is not None:
            told.append(f"Content-Length: {length}")
        return "\r\n".join([*told, "", ""]).encode()

    def _bombs(self) -> dict[str, bytes]:
        """Return whole requests, by name."""
        packed = gzip.compress(bytes(100_000_000), 9)
        deep, kind = b"[" * 10_000 + b"]" * 10_000, "Content-Type: application/json"
        token = f"Authorization: Bearer {self.token}"
        nested = write_bundle([b"\xd2\x84\x43\xa1\x01\x32" + b"\x81" * 10_000 + b"\x00"])
        rubbish = write_bundle([b"\xd2" + bytes(4_000)] * 60)

        def whole(path: str, body: bytes, *headers: str) -> bytes:
            return self._head(path, *headers, length=len(body)) + body

        zipped = "Content-Encoding: gzip"
        chunk = b"%x\r\n%b\r\n" % (_MANY // 50, b" " * (_MANY // 50))
        chunked = "Transfer-Encoding: chunked"
        verify, visits = "/api/v1/verify", "/api/v1/visits"
        return {
            "form gzip": whole("/entrer", packed, f"Content-Type: {_FORM}", zipped),
            "documents gzip": whole(_PUSHES, packed, zipped),
            "json gzip": whole(verify, packed, kind, token, zipped),
            "json deep": whole(visits, deep, kind, token),
            "json deep inside": whole(visits, b'{"visits":%b}' % deep, kind, token),
            "json 50 MB": self._head(verify, kind, token, length=_MANY),
            "json 50 MB unannounced": self._head(verify, kind, token, chunked, length=None)
            + chunk * 50,
            "form 50 MB": self._head("/entrer", f"Content-Type: {_FORM}", length=_MANY),
            "documents deep": whole(_PUSHES, nested),
            "documents rubbish": whole(_PUSHES, rubbish),
        }

    async def _hold(self, number: int) -> None:
        """Keep a connection open by a drop now and then, and open it again when it is closed."""
        begun = (
            b"",
            b"GET /entrer HTTP/1.1\r\nHost: loc",
            self._head("/entrer", f"Content-Type: {_FORM}", length=60_000) + b"nom=a",
            self._head(_PUSHES, length=200_000) + b"passkoop",
        )[number % 4]
        while True:
            with suppress(OSError):
                reader, writer = await self._connect(number)
                writer.write(begun)
                while not reader.at_eof():
                    if begun:
                        writer.write(b"a")
                    with suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(10_000), 2)
                writer.close()
            await asyncio.sleep(0.5)

    async def _throw(self, number: int) -> None:
        """Throw one bomb after the other."""
        bombs = [*self.bombs.items()]
        for name, bomb in itertools.cycle(bombs[2 * number :] + bombs[: 2 * number]):
            status = "cut off"
            with suppress(OSError, TimeoutError):
                reader, writer = await self._connect(number)
                sending = asyncio.create_task(self._send(writer, bomb))
                try:
                    line = await asyncio.wait_for(reader.readline(), 30)
                    status = line.decode().split(" ")[1] if line else "cut off"
                finally:
                    sending.cancel()
                    writer.transport.abort()
            self.answers[f"{name}: {status}"] += 1
            await asyncio.sleep(_PAUSE)

    async def _send(self, writer: asyncio.StreamWriter, bomb: bytes) -> None:
        with suppress(OSError):
            for at in range(0, len(bomb), 65_536):
                writer.write(bomb[at : at + 65_536])
                await writer.drain()

    async def _connect(self, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address = _ADDRESSES[number % len(_ADDRESSES)]
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))


@contextmanager
def under_attack(port: int, *, token: str) -> Iterator[Counter[str]]:
    """Have a node attacked meanwhile; what came of the bombs is yielded, and known in the end."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__)), str(port), token],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers: Counter[str] = Counter()
        try:
            assert process.stdout.readline() == "begun\n"
            yield answers
            process.stdin.close()
            answers.update(json.loads(process.stdout.readline()))
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(Attacker(int(sys.argv[1]), sys.argv[2]).attack())
