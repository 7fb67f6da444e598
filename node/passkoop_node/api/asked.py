"""What every call passes: a token that is good for it, not too often, and JSON of the shape."""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from aiohttp import web

from passkoop_node.api.shapes import (
    Shape,
    WrongShape,
    check_shape,
    object_of,
    parse_json,
)
from passkoop_node.api.tokens import Scope, Token, TokenStore
from passkoop_node.core.failures import Failure, Refusal
from passkoop_node.core.guard import STRANGERS
from passkoop_node.core.handling import ADDRESS, now, run, the
from passkoop_node.core.language import N_, Message
from passkoop_node.core.limits import Limit, neighbourhood

Result = TypeVar("Result")

CALLS = web.AppKey("CALLS", Limit)  # of one token; in the database's thread
NOTHING = object_of({})
_LONGEST = 100  # characters of a token


class BadToken(Refusal):
    """No token, or one that opens nothing."""

    failure = Failure(
        status=401,
        code="bad_token",
        title=N_("Ce jeton n'ouvre rien"),
        says=N_(
            "Envoyez l'en-tête « Authorization: Bearer … » avec un jeton fait par "
            "« passkoop token add »."
        ),
    )


class ScopeMissing(Refusal):
    """The token is good for something else."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"scope missing: {scope}")
        self.failure = Failure(
            status=403,
            code="scope_missing",
            title=N_("Ce jeton ne sert pas à cela"),
            says=N_("Faites-en un avec « passkoop token add --scope %(scope)s ».", scope=scope),
        )


class BadBody(Refusal):
    """What was sent is not of the shape that was asked for."""

    def __init__(self, place: str) -> None:
        super().__init__(f"bad body: {place}")
        whole = N_("Ce n'est pas l'objet JSON attendu : voyez /api/v1/openapi.json.")
        # What somebody sent is shown as plain text to a program, and short.
        part = N_("Le champ « %(place)s » manque, est de trop, ou ne convient pas.", place=place)
        self.failure = Failure(
            status=400,
            code="bad_body",
            title=N_("Cette demande est illisible"),
            says=part if place else whole,
        )


class BadQuery(Refusal):
    """What stands behind the « ? » of an address is not what can stand there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"bad query: {name}")
        self.failure = Failure(
            status=400,
            code="bad_query",
            title=N_("Cette demande est illisible"),
            says=N_("Le paramètre « %(name)s » est de trop, ou ne convient pas.", name=name[:40]),
        )


class Impossible(Refusal):
    """What was asked is understood, and cannot be as things are."""

    def __init__(self, code: str, says: Message) -> None:
        super().__init__(code)
        self.failure = Failure(
            status=409, code=code, title=N_("Ce n'est pas possible maintenant"), says=says
        )


async def token_of(request: web.Request, scope: Scope | None) -> Token:
    """Return the token that a call shows.

    Args:
        request: cookies count for nothing.
        scope: what it must be good for; None: anything.

    Raises:
        BadToken, ScopeMissing, TooOften: the call is not answered.
    """
    return await ask(request, scope, lambda token: token)


async def ask(request: web.Request, scope: Scope | None, work: Callable[[Token], Result]) -> Result:
    """Return what `work` makes of the token that a call shows, in the database's thread.

    It is the same way there and back as for the token, which is looked up at each call: one that
    was removed, by whatever process, opens nothing from then on.

    Raises:
        BadToken, ScopeMissing, TooOften: the call is not answered, and no work was done.
    """
    clock = asyncio.get_running_loop().time()
    where, strangers = neighbourhood(request[ADDRESS]), request.app[STRANGERS]
    strangers.take(where, now=clock)  # whoever tries tokens out
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret.isascii() or not 0 < len(secret) <= _LONGEST:
        raise BadToken

    def admitted() -> Result:
        token = the(request, TokenStore).find(secret, now=now(request))
        if token is None:
            raise BadToken
        request.app[CALLS].take(token.name, now=clock)
        if scope is not None and scope not in token.scopes:
            raise ScopeMissing(scope)
        return work(token)

    try:
        result = await run(request, admitted)
    except BadToken:
        raise
    except Exception:
        strangers.give_back(where, now=clock)
        raise
    strangers.give_back(where, now=clock)
    return result


def query_of(request: web.Request, shapes: Mapping[str, Shape]) -> dict[str, Any]:
    """Return what stands behind the « ? », each of its shape; none has to be there.

    Raises:
        BadQuery: something else is there too, or twice, or is not as it should be.
    """
    found: dict[str, Any] = {}
    for name, text in request.query.items():
        if name not in shapes or name in found:
            raise BadQuery(name)
        value: Any = text
        if shapes[name]["type"] == "integer" and re.fullmatch(r"[0-9]{1,15}", text, re.ASCII):
            value = int(text)
        try:
            check_shape(value, shapes[name])
        except WrongShape as error:
            raise BadQuery(name) from error
        found[name] = value
    return found


async def body_of(request: web.Request, shape: Shape) -> Any:
    """Return what was sent.

    Raises:
        BadBody: it is not of this shape.
        BadQuery: something stands behind the « ? ».
    """
    query_of(request, {})
    try:
        value = parse_json(await request.read())
        check_shape(value, shape)
    except WrongShape as error:
        raise BadBody(error.place) from error
    return value


async def no_body_of(request: web.Request) -> None:
    """Return quietly if nothing was sent, or nothing in it.

    Raises:
        BadBody, BadQuery: something was.
    """
    if await request.read():
        await body_of(request, NOTHING)
    query_of(request, {})
