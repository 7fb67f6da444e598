"""What is sent to us, taken in: within its limits, in UTF-8, not packed."""

import asyncio

from aiohttp import BodyPartReader, HttpVersion11, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from passkoop_node.core.failures import BodyTooLarge, BodyTooSlow
from passkoop_node.core.feature import Route

_TOKEN_FIELD = "_jeton"  # noqa: S105 - a field's name
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class _Part(BodyPartReader):
    """A field of a form. Browsers send the page's UTF-8, whatever else a sender claims."""

    def get_charset(self, default: str) -> str:  # noqa: ARG002 - as aiohttp calls it
        return "utf-8"


# Python decodes a hundred encodings; 200 kB of its Punycode would keep everybody waiting for 20 s.
MultipartReader.part_reader_cls = _Part


async def _meet_expectation(_: web.AbstractRoute, request: web.Request) -> None:
    """Say « go on » to who waits for it with a long body, and no to any other wish.

    aiohttp quotes what was expected, and what is no text breaks the answer.
    """
    if request.version < HttpVersion11:
        return
    if request.headers.get("Expect", "").lower() != "100-continue":
        raise web.HTTPExpectationFailed
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # the answer itself has not begun


# Addresses that lead nowhere have routes of aiohttp's own, which no handler can be given to.
web.AbstractRoute.handle_expect_header = _meet_expectation  # type: ignore[method-assign,assignment]


async def take_in(request: web.Request, route: Route) -> str:
    """Read what was sent, and return the token of a form, "" without one.

    Args:
        request: takes no more than `route.max_body`.
        route: where it was sent to.

    Raises:
        BodyTooLarge, BodyTooSlow: the rest of it was not read.
        HTTPBadRequest: a form that is none, or in another encoding.
        HTTPUnsupportedMediaType: it is packed, and was not read.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType
    if (request.content_length or 0) > route.max_body:
        raise BodyTooLarge(route.max_body)
    try:
        # aiohttp itself waits for as long as a byte comes now and then.
        async with asyncio.timeout(route.seconds):
            if route.is_wire or request.content_type not in (_URLENCODED, _MULTIPART):
                await request.read()
                return ""
            if (request.charset or "utf-8").lower() != "utf-8":
                raise LookupError
            token = (await request.post()).get(_TOKEN_FIELD, "")
    except TimeoutError as error:
        raise BodyTooSlow from error
    except web.HTTPRequestEntityTooLarge as error:
        raise BodyTooLarge(route.max_body) from error
    # A form that is none; or whoever sent it is gone.
    except (
        ValueError,
        LookupError,
        HttpProcessingError,
        web.RequestPayloadError,
        ConnectionError,
    ) as error:
        raise web.HTTPBadRequest from error
    return token if isinstance(token, str) else ""
