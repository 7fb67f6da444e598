"""Visits that a program hands over. Its own number of a line makes that each counts once."""

from typing import Any

from aiohttp import web

from passkoop_node.api.asked import body_of, token_of
from passkoop_node.api.models import ENVELOPE, LINE
from passkoop_node.api.shapes import WrongShape, check_shape
from passkoop_node.api.tokens import Scope
from passkoop_node.core.handling import now, run
from passkoop_node.till.handover import hand_over
from passkoop_node.till.room import DESK
from passkoop_node.visits.visit import Kind, NewVisit
from passkoop_protocol.verdict import Outcome


async def note(request: web.Request) -> web.Response:
    """POST /api/v1/visits: the answer says of each line what became of it."""
    token = await token_of(request, Scope.VISITS)
    body = await body_of(request, ENVELOPE)
    parsed = [_parse(line) for line in body["visits"]]
    lines = [line for line, _field in parsed]
    taken = await run(
        request, hand_over, request.app[DESK], lines, who=token.till, now=now(request)
    )
    told = [
        one | ({"field": field} if field is not None else {})
        for one, (_line, field) in zip(taken, parsed, strict=True)
    ]
    return web.json_response({"visits": told})


def told_visit(new: NewVisit) -> dict[str, Any]:
    """Return the line of a visit as a program hands it over, but for its number and its time."""
    return {
        "kind": new.kind.name.lower(),
        "rule": new.rule.value,
        "home": new.home.hex() if new.home else None,
        "ref": new.member_ref.hex() if new.member_ref else None,
        "category": new.category if new.category is None else int(new.category),
        "outcome": new.outcome.word if new.outcome is not None else None,
        "reasons": list(new.reasons),
    }


def _parse(line: Any) -> tuple[dict[str, Any], str | None]:
    """Return a line as tills hand it over; one that is no line keeps its number alone.

    Returns:
        The line, and which field is wrong; None: none is.
    """
    try:
        check_shape(line, LINE)
    except WrongShape as error:
        number = line.get("line") if isinstance(line, dict) else None
        return {"line": number}, error.place
    outcome = line.get("outcome")
    return {
        **line,
        "kind": int(Kind[line["kind"].upper()]),
        "outcome": None if outcome is None else int(Outcome[outcome.upper()]),
        "reasons": line.get("reasons", []),
    }, None
