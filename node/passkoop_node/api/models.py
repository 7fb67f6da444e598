"""The shapes of what is asked and answered, as JSON Schema: checked, and told in the document."""

from collections.abc import Sequence
from typing import Any

from passkoop_protocol.keyboards import MAX_TEXT
from passkoop_protocol.verdict import Outcome

Shape = dict[str, Any]

TIME: Shape = {"type": "integer", "description": "secondes depuis 1970, UTC"}
STRING: Shape = {"type": "string"}
OUTCOME: Shape = {"enum": [one.word for one in Outcome]}


def _object(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Shape:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Shape, most: int | None = None) -> Shape:
    return {"type": "array", "items": items, **({"maxItems": most} if most else {})}


def _or_null(shape: Shape) -> Shape:
    return {"anyOf": [shape, {"type": "null"}]}


def _about(shape: Shape, text: str) -> Shape:
    return shape | {"description": text}


COOP = _object({"id": STRING, "name": STRING})
VERIFY = _object(
    {"text": {"type": "string", "maxLength": MAX_TEXT, "description": "ce qu’a lu la douchette"}}
)
HOLDER = _object(
    {
        "name": STRING,
        "category": {"type": "integer", "description": "0 membre, 1 rattachée, 2 visite, 3 équipe"},
        "coop": _object({"id": STRING, "name": STRING, "place": STRING, "country": STRING}),
        "valid_until": _about(STRING, "dernier jour, AAAA-MM-JJ"),
    }
)
WITHOUT = _object(
    {
        "code": STRING,
        "welcomes": {"type": "boolean"},
        "says": STRING,
        "needs": _about(_list(STRING), "à demander à une personne nouvelle"),
    }
)
ANSWER = _object(
    {
        "outcome": OUTCOME,
        "title": _about(STRING, "le mot à montrer"),
        "says": _about(STRING, "la phrase à montrer"),
        "reasons": _list(
            _object(
                {"code": STRING, "facts": {"type": "object", "additionalProperties": TIME}},
            )
        ),
        "holder": _or_null(HOLDER),
        "list": _or_null(_object({"signed_at": TIME, "age": {"type": "integer"}})),
        "without_card": _or_null(WITHOUT),
    }
)
STATUS = _object(
    {
        "coop": COOP,
        "now": TIME,
        "lists_from": _or_null(TIME),
        "scopes": _list(STRING),
    }
)
ERROR = _object({"code": STRING, "message": STRING, "hint": STRING})

SHAPES: Sequence[tuple[str, Shape]] = (
    ("Verify", VERIFY),
    ("Answer", ANSWER),
    ("Status", STATUS),
    ("Error", ERROR),
)
