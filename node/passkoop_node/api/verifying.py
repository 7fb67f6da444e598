"""A card verified for a program, and what it is told of it. Nothing is noted."""

from typing import Any

from aiohttp import web

from passkoop_node.api.asked import ask, body_of, query_of, token_of
from passkoop_node.api.models import VERIFY
from passkoop_node.api.noting import told_visit
from passkoop_node.api.tokens import Scope, Token
from passkoop_node.core.failures import Refusal
from passkoop_node.core.handling import now, run
from passkoop_node.till.room import DESK
from passkoop_node.till.saying import screen_of
from passkoop_node.till.shown import Shown, last_day_of_card
from passkoop_node.visits.counting import Offer
from passkoop_node.visits.wording import offer_in_a_sentence
from passkoop_protocol.keys import shown_id
from passkoop_protocol.verdict import Holder


async def verify(request: web.Request) -> web.Response:
    """POST /api/v1/verify: what a text means here and now."""
    moment, desk = now(request), request.app[DESK]
    body: dict[str, str] | Refusal
    try:
        body = await body_of(request, VERIFY)
    except Refusal as refusal:
        body = refusal  # whoever has no token is told that first

    def look(token: Token) -> dict[str, Any]:
        if isinstance(body, Refusal):
            raise body
        shown = desk.look([body["text"]], till=token.till, now=moment)
        return _told(shown, now=moment) | {"visit": told_visit(desk.visit_of(shown))}

    return web.json_response(await ask(request, Scope.VERIFY, look))


async def status(request: web.Request) -> web.Response:
    """GET /api/v1/status: who answers, and from when its lists are."""
    token = await token_of(request, None)
    query_of(request, {})
    desk = request.app[DESK]
    ourselves = desk.ourselves
    coop, name, lists_from = await run(
        request, lambda: (ourselves.coop, ourselves.profile.name, desk.lists_from())
    )
    return web.json_response(
        {
            "coop": {"id": shown_id(coop), "name": name},
            "now": now(request),
            "lists_from": lists_from,
            "scopes": sorted(token.scopes),
        }
    )


def _told(shown: Shown, *, now: int) -> dict[str, Any]:
    answer, screen = shown.answer, screen_of(shown)
    verdict = answer.verdict
    facts = {one.code: dict(one.facts) for one in verdict.reasons} if verdict else {}
    listed = verdict.list_issued_at if verdict else None
    return {
        "outcome": answer.outcome.word,
        "title": screen.word,
        "says": screen.say,
        "reasons": [{"code": code, "facts": facts.get(code, {})} for code in answer.codes],
        "holder": _holder(verdict.holder) if verdict and verdict.holder else None,
        "list": None if listed is None else {"signed_at": listed, "age": max(0, now - listed)},
        "without_card": _offer(answer.offer) if answer.offer else None,
    }


def _holder(holder: Holder) -> dict[str, Any]:
    return {
        "name": holder.card.holder_name,
        "category": int(holder.card.category),
        "coop": {
            "id": shown_id(holder.coop),
            "name": holder.coop_name,
            "place": holder.coop_place,
            "country": holder.country,
        },
        "valid_until": last_day_of_card(holder.card.expires_at).isoformat(),
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "code": offer.code,
        "welcomes": offer.welcomes,
        "says": offer_in_a_sentence(offer),
        "needs": list(offer.needs),
    }
