"""A real SMS gateway on this machine, which can be told to be as bad as gateways are."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web

from passkoop_node.channels.courier import Courier
from passkoop_node.channels.gateway import Format, Gateway
from passkoop_node.rooms import Rooms

Result = TypeVar("Result")
Answer = Callable[["Asked"], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the gateway was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    fields: dict[str, str] = field(default_factory=dict)
    request: web.Request


async def take(asked: Asked) -> web.StreamResponse:
    """Take it, and say so."""
    return web.Response(text='{"status": "queued"}')


class GatewayHere:
    """The gateway, in a thread of its own. What it took is in `sent`: (number, text)."""

    def __init__(self, answer: Answer = take) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.sent: list[tuple[str, str]] = []
        self.port = 0
        self._loop: asyncio.AbstractEventLoop
        self._end = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> "GatewayHere":
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(30)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take_in)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._end.wait()
        await runner.cleanup()

    async def _take_in(self, request: web.Request) -> web.StreamResponse:
        fields: dict[str, str] = {}
        body = await request.read()
        if request.content_type == "application/x-www-form-urlencoded":
            fields = {name: str(value) for name, value in (await request.post()).items()}
        elif request.content_type == "application/json":
            fields = {name: str(value) for name, value in (await request.json()).items()}
        asked = Asked(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers=dict(request.headers),
            body=body,
            fields=fields,
            request=request,
        )
        self.asked.append(asked)
        told = fields or asked.query
        answer = await self.answer(asked)
        if answer.status == 200:
            self.sent.append((told.get("to", ""), told.get("text", "")))
        return answer

    def settings(self, **others: Any) -> Gateway:
        """Return the settings of somebody who uses it."""
        given = {
            "method": "POST",
            "address": f"http://127.0.0.1:{self.port}/sms",
            "headers": {"Authorization": "Bearer {secret}"},
            "format": Format.FORM,
            "body": "to={to}\ntext={text}",
            "good": "queued",
            "bad": "error",
            "is_inside": True,
            "per_minute": 600,
        }
        return Gateway(**{**given, **others})


def sms_round(rooms: Rooms, *, now: int) -> int:
    """Do what the job does at each of its looks; return how many SMS went."""

    async def run(function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        return function(*args, **kwargs)

    return asyncio.run(Courier(rooms.post, rooms.sms, run, lambda: now).round())
