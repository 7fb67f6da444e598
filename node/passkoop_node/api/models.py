"""The shapes of what is asked and answered, as JSON Schema: checked, and told in the document."""

from collections.abc import Sequence
from typing import Any

from passkoop_node.till.handover import MOST_LINES
from passkoop_node.visits.register import Fate
from passkoop_node.visits.visit import LONGEST, LONGEST_ID, Kind, Rule
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
_HEX = {"type": "string", "pattern": "^([0-9a-f]{2})*$", "maxLength": 40}
KIND: Shape = {"enum": [one.name.lower() for one in Kind]}
RULE: Shape = {"enum": [one.value for one in Rule]}
REASONS = _list({"type": "string", "pattern": "^[a-z0-9_]*$", "maxLength": 40}, 20)
VISIT = _object(
    {
        "kind": KIND,
        "rule": RULE,
        "home": _or_null(_HEX),
        "ref": _or_null(_HEX),
        "category": _or_null({"type": "integer"}),
        "outcome": _or_null(OUTCOME),
        "reasons": REASONS,
    }
)
_NUMBER = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID, "pattern": "^[ -~]*$"}
LINE = _object(
    {
        "line": _about(_NUMBER, "votre numéro de cette ligne : renvoyée, elle compte une fois"),
        "at": TIME | {"minimum": 0, "maximum": 2**40},
        "kind": KIND,
    },
    {name: one for name, one in VISIT["properties"].items() if name != "kind"}
    | {
        "amount": _or_null({"type": "integer", "description": "centimes"}),
        "corrects": _about(_NUMBER, "pour « cancel » et « amount » : la ligne corrigée"),
        "name": _about({"type": "string", "maxLength": LONGEST["name"]}, "sans carte, sur parole"),
        "reason": _about({"type": "string", "maxLength": LONGEST["reason"]}, "pourquoi quand même"),
    },
)
VISITS = _object({"visits": _list(LINE, MOST_LINES)})
ENVELOPE = _object({"visits": _list({}, MOST_LINES)})  # each line is looked at by itself
TAKEN = _object(
    {
        "visits": _list(
            _object(
                {"line": STRING, "fate": {"enum": [one.value for one in Fate]}},
                {"code": STRING, "says": STRING, "field": STRING},
            )
        )
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
        "visit": _about(
            VISIT, "à envoyer à /visits, avec « line » et « at », si la personne entre"
        ),
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
    ("Visits", VISITS),
    ("Taken", TAKEN),
    ("Status", STATUS),
    ("Error", ERROR),
)
