"""What every call passes: a token that is good for it, not too often, and JSON of the shape."""

import asyncio
from typing import Any

from aiohttp import web

from passkoop_node.api.shapes import Shape, WrongShape, check_shape, parse_json
from passkoop_node.api.tokens import Scope, Token, TokenStore
from passkoop_node.core.failures import Failure, Refusal
from passkoop_node.core.guard import STRANGERS
from passkoop_node.core.handling import ADDRESS, now, run, the
from passkoop_node.core.language import N_
from passkoop_node.core.limits import Limit, neighbourhood

CALLS = web.AppKey("CALLS", Limit)  # of one token
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


async def token_of(request: web.Request, scope: Scope | None) -> Token:
    """Return the token that a call shows.

    Args:
        request: cookies count for nothing.
        scope: what it must be good for; None: anything.

    Raises:
        BadToken, ScopeMissing, TooOften: the call is not answered.
    """
    clock, strangers = asyncio.get_running_loop().time(), request.app[STRANGERS]
    where = neighbourhood(request[ADDRESS])
    strangers.take(where, now=clock)  # whoever tries tokens out
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret.isascii() or not 0 < len(secret) <= _LONGEST:
        raise BadToken
    token = await run(request, the(request, TokenStore).find, secret, now=now(request))
    if token is None:
        raise BadToken
    strangers.give_back(where, now=clock)
    request.app[CALLS].take(token.name, now=clock)
    if scope is not None and scope not in token.scopes:
        raise ScopeMissing(scope)
    return token


async def body_of(request: web.Request, shape: Shape) -> Any:
    """Return what was sent.

    Raises:
        BadBody: it is not of this shape.
    """
    try:
        value = parse_json(await request.read())
        check_shape(value, shape)
    except WrongShape as error:
        raise BadBody(error.place) from error
    return value
