"""A relay that misbehaves in every way we could think of, one way for each path below its address.

Let's Encrypt's test server is hostile by default, and so is this one: whoever calls it should lose
little and believe nothing.
"""

import asyncio
import gzip
import random
import threading
from collections.abc import Awaitable, Callable, Sequence
from functools import cache

from aiohttp import web

from passkoop_node.relay.calling import LOG, UPTO
from passkoop_protocol.bundle import MAGIC, write_bundle
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.status import TYP

Way = Callable[[web.Request], Awaitable[web.StreamResponse]]

MANY = 1_000_000_000  # bytes


class HostileRelay:
    """Serves `documents`, or what it makes of them."""

    def __init__(self, documents: Sequence[bytes]) -> None:
        self.documents = list(documents)
        _bomb()
        self.pushes: Way = self._refuse  # what it does with what it is handed
        self.asked: list[str] = []  # the way and the question, one for each call
        self.port = 0
        self._loop: asyncio.AbstractEventLoop
        self._ready, self._end = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.ways: dict[str, Way] = {
            name.removeprefix("_be_"): getattr(self, name)
            for name in dir(self)
            if name.startswith("_be_")
        }

    def address(self, way: str) -> str:
        """Return where it misbehaves this way."""
        return f"http://127.0.0.1:{self.port}/{way}"

    def __enter__(self) -> "HostileRelay":
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(30)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = web.Application()
        app.router.add_route("*", "/{way}/p2p/v1/{call:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._end.wait()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        way = request.match_info["way"]
        if request.method == "POST":
            return await self.pushes(request)
        self.asked.append(f"{way} {request.rel_url.raw_query_string}")
        try:
            return await self.ways[way](request)
        except ConnectionError:  # who called has heard enough
            return web.Response()

    async def _refuse(self, _: web.Request) -> web.Response:
        return web.json_response({"accepted": 0, "known": 0, "parked": 0, "refused": 1})

    async def _be_truth(self, request: web.Request) -> web.Response:
        return page(request, self.documents)

    # --- documents that are not what they should be ---

    async def _be_wrong_signatures(self, request: web.Request) -> web.Response:
        return page(request, [data[:-1] + bytes([data[-1] ^ 1]) for data in self.documents])

    async def _be_garbage_documents(self, request: web.Request) -> web.Response:
        return page(request, [random.Random(1).randbytes(50_000) for _ in range(20)])

    async def _be_rubbish_in_order(self, request: web.Request) -> web.Response:
        """Eight megabytes of lists without end, as a directory: seconds to find it worthless."""
        return page(request, [b"\xd8\x62" + b"\x81" * 60 + b"\x80" * 8_000_000])

    async def _be_nothing_but_strangers(self, request: web.Request) -> web.Response:
        """A kid that nobody knows, again and again."""
        one = self.documents[-1]
        kid = parse_sign1(one, typ=TYP).kid
        return page(request, [one.replace(kid, bytes(8), 1)] * 900, endless=True)

    async def _be_half_a_set(self, request: web.Request) -> web.Response:
        return page(request, self.documents[1:])

    async def _be_cut_short(self, request: web.Request) -> web.Response:
        whole = write_bundle(self.documents)
        return answer(whole[:-20], 7)

    # --- answers that are none ---

    async def _be_html(self, _: web.Request) -> web.Response:
        return web.Response(text="<h1>Bienvenue</h1>", content_type="text/html")

    async def _be_garbage(self, _: web.Request) -> web.Response:
        return answer(random.Random(2).randbytes(100_000), 7)

    async def _be_broken(self, _: web.Request) -> web.Response:
        return web.Response(status=500)

    async def _be_busy(self, _: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "4000"})

    async def _be_redirecting(self, request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": str(request.rel_url)})

    async def _be_bomb(self, _: web.Request) -> web.Response:
        headers = {"Content-Encoding": "gzip", LOG: "ab", UPTO: "7"}
        return web.Response(body=_bomb(), headers=headers)

    async def _be_huge(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, MANY)

    async def _be_huge_and_silent_about_it(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, None)

    async def _stream(self, request: web.Request, told: int | None) -> web.StreamResponse:
        response = web.StreamResponse(headers={LOG: "ab", UPTO: "7"})
        response.content_length = told
        await response.prepare(request)
        await response.write(MAGIC)
        for _ in range(MANY // 65_536):
            await response.write(bytes(65_536))
        return response

    async def _be_dripping(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={LOG: "ab", UPTO: "7"})
        await response.prepare(request)
        while True:
            await response.write(b"p")
            await asyncio.sleep(0.05)

    # --- numbers that lead nowhere ---

    async def _be_standing_still(self, request: web.Request) -> web.Response:
        return page(request, self.documents, forward=0)

    async def _be_always_new(self, request: web.Request) -> web.Response:
        log = f"{len(self.asked):x}"
        return answer(write_bundle(self.documents), 7, log=log)

    async def _be_endless(self, request: web.Request) -> web.Response:
        """The same true documents, under ever higher numbers."""
        return page(request, self.documents * 200, endless=True)

    async def _be_without_numbers(self, _: web.Request) -> web.Response:
        return web.Response(body=write_bundle(self.documents))


@cache
def _bomb() -> bytes:
    return gzip.compress(MAGIC + bytes(100_000_000), 1)


def page(
    request: web.Request, documents: Sequence[bytes], *, forward: int = 1, endless: bool = False
) -> web.Response:
    """Return documents as a relay does; the next call finds nothing, unless it is endless."""
    since = int(request.query.get("since", "0"))
    if since and not endless and forward:
        return web.Response(status=204)
    return answer(write_bundle(documents), since + forward)


def answer(body: bytes, upto: int, *, log: str = "ab") -> web.Response:
    """Return bytes with the headers of a relay."""
    return web.Response(body=body, headers={LOG: log, UPTO: str(upto)})
