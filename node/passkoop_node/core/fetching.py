"""The one way out: every call that this program makes to another machine.

Whoever answers may be hostile: endless, slow, packed to burst, or leading elsewhere. So a call has
an end in time and in bytes, follows nobody, unpacks nothing, and connects only to an address that
was looked at: a name that means another machine a moment later does not help (DNS rebinding).
"""

import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from passkoop_node.core.reach import Reach, is_ip, may_call

LONGEST_WAIT = 86_400  # seconds: whoever asks for more is called again after a day
_CONNECT_SECONDS = 10
_CHUNK = 65_536


class Why(Enum):
    """Why a call brought nothing: stable codes."""

    UNREACHABLE = "unreachable"  # nobody answered
    TOO_SLOW = "answer_too_slow"
    TOO_LARGE = "answer_too_large"
    BAD_ANSWER = "bad_answer"  # another status, a redirect, packed, or no HTTP at all
    PRIVATE = "private_address"  # it leads inside a network, and nobody here typed it


class FetchFailed(Exception):
    """A call that brought nothing."""

    def __init__(
        self, address: str, why: Why, *, wait: int = 0, may_have_come: bool = True
    ) -> None:
        super().__init__(f"{address}: {why.value}")
        self.why = why
        self.wait = wait  # seconds for which it asks to be left alone
        self.may_have_come = may_have_come  # what was sent may have reached whom it was sent to


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """An answer, with status 200 or 204 unless any was asked for."""

    status: int
    headers: Mapping[str, str]  # case does not matter
    body: bytes

    @property
    def dated(self) -> int:
        """What time it is there, by its own word: seconds, UTC; 0: it does not say."""
        age = self.headers.get("Age", "")  # of an answer that a cache kept
        date = parse_http_date(self.headers.get("Date", ""))
        return date + int(age) if date and re.fullmatch(r"[0-9]{1,9}", age) else date


class Fetcher:
    """Calls machines, one answer at a time; connections are kept for its life."""

    def __init__(self, session: aiohttp.ClientSession, reach: Reach) -> None:
        self._session = session
        self._reach = reach

    async def get(self, address: str, *, most: int, seconds: float, now: int) -> Fetched:
        """Return what is at `address`; `most` bytes in `seconds`, or it has failed.

        Raises:
            FetchFailed: it says why.
        """
        return await self._ask("GET", address, None, most=most, seconds=seconds, now=now)

    async def post(
        self, address: str, body: bytes, *, most: int, seconds: float, now: int
    ) -> Fetched:
        """Send bytes to `address`, and return what it answers.

        Raises:
            FetchFailed: it says why.
        """
        return await self._ask("POST", address, body, most=most, seconds=seconds, now=now)

    async def ask(
        self,
        method: str,
        address: str,
        *,
        body: bytes | None,
        headers: Mapping[str, str],
        most: int,
        seconds: float,
        now: int,
    ) -> Fetched:
        """Return an answer of any status, of which it is asked once and never again by itself.

        Raises:
            FetchFailed: it says why, and whether the question may have come there.
        """
        return await self._ask(
            method,
            address,
            body,
            most=most,
            seconds=seconds,
            now=now,
            headers=headers,
            any_status=True,
        )

    async def _ask(
        self,
        method: str,
        address: str,
        body: bytes | None,
        *,
        most: int,
        seconds: float,
        now: int,
        headers: Mapping[str, str] | None = None,
        any_status: bool = False,
    ) -> Fetched:
        asked = address
        if any_status:  # what is asked may hold a secret: errors name the machine alone
            address = "/".join(address.split("/", 3)[:3])
        try:
            url = URL(asked, encoded=True)
            # A name is looked at when it is resolved; what is an address already is not.
            if is_ip(url.raw_host or "") and not may_call(url.raw_host or "", self._reach):
                raise FetchFailed(address, Why.PRIVATE, may_have_come=False)
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=seconds, connect=_CONNECT_SECONDS),
            ) as answer:
                return await _read(address, answer, most=most, now=now, any_status=any_status)
        except aiohttp.ConnectionTimeoutError as error:
            raise FetchFailed(address, Why.TOO_SLOW, may_have_come=False) from error
        except TimeoutError as error:
            raise FetchFailed(address, Why.TOO_SLOW) from error
        except (aiohttp.ClientConnectorError, aiohttp.ClientSSLError, aiohttp.InvalidURL) as error:
            private = isinstance(error.__cause__, _NotAllowed)
            why = Why.PRIVATE if private else Why.UNREACHABLE
            raise FetchFailed(address, why, may_have_come=False) from error
        except (aiohttp.ClientError, ValueError, OSError) as error:
            if isinstance(error, aiohttp.ClientResponseError | aiohttp.ClientPayloadError):
                raise FetchFailed(address, Why.BAD_ANSWER) from error
            raise FetchFailed(address, Why.UNREACHABLE) from error


@asynccontextmanager
async def open_fetcher(reach: Reach, *, once: bool = False) -> AsyncIterator[Fetcher]:
    """Yield somebody who calls as far as `reach`.

    Args:
        reach: how far.
        once: what is sent must not come twice: no line is used again, since one that was closed
            meanwhile leaves unknown what came, and no question is put again.
    """
    connector = aiohttp.TCPConnector(
        resolver=_LookedAt(reach), use_dns_cache=False, limit=4, force_close=once
    )
    session = aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        trust_env=False,  # no proxy of the environment: it would resolve names by itself
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "identity", "User-Agent": "passkoop"},
    )
    session._retry_connection = not once  # the library puts a GET again if the line breaks
    async with session:
        yield Fetcher(session, reach)


def parse_retry_after(text: str, *, now: int) -> int:
    """Return how many seconds an answer asks us to wait; 0: it does not say, or not well.

    Args:
        text: a Retry-After header: seconds, or a date (RFC 9110, section 10.2.3).
        now: seconds, UTC.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), LONGEST_WAIT)
    return max(0, min(parse_http_date(text) - now, LONGEST_WAIT))


def parse_http_date(text: str) -> int:
    """Return a date as headers bear it, in seconds UTC; 0: it is none (RFC 9110, section 5.6.7)."""
    try:
        date = parsedate_to_datetime(text)
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return max(0, int(date.timestamp()))
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0


async def _read(
    address: str, answer: aiohttp.ClientResponse, *, most: int, now: int, any_status: bool
) -> Fetched:
    if not any_status and answer.status not in (200, 204):
        wait = parse_retry_after(answer.headers.get("Retry-After", ""), now=now)
        raise FetchFailed(address, Why.BAD_ANSWER, wait=wait)
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise FetchFailed(address, Why.BAD_ANSWER)  # we asked for none: 97 kB of it may be 100 MB
    if (answer.content_length or 0) > most:
        raise FetchFailed(address, Why.TOO_LARGE)
    body = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > most:
            raise FetchFailed(address, Why.TOO_LARGE)
    return Fetched(status=answer.status, headers=answer.headers, body=bytes(body))


class _NotAllowed(OSError):
    """A name that leads only to where we do not go."""


class _LookedAt(AbstractResolver):
    """The system's resolver; what it found is looked at, and that is what is connected to."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._system = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        allowed = [one for one in found if may_call(one["host"], self._reach)]
        if not allowed:
            raise _NotAllowed(f"{host} leads inside")
        return allowed

    async def close(self) -> None:
        await self._system.close()
