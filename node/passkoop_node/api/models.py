"""The shapes of what is asked and answered, as JSON Schema: checked, and told in the document."""

from collections.abc import Sequence

from passkoop_node.api.models_members import SHAPES as OF_MEMBERS
from passkoop_node.api.shapes import STRING, TIME, Shape, about, list_of, object_of, or_null
from passkoop_node.till.handover import MOST_LINES
from passkoop_node.visits.register import Fate
from passkoop_node.visits.visit import LONGEST, LONGEST_ID, Kind, Rule
from passkoop_protocol.keyboards import MAX_TEXT
from passkoop_protocol.verdict import Outcome

OUTCOME: Shape = {"enum": [one.word for one in Outcome]}


COOP = object_of({"id": STRING, "name": STRING})
VERIFY = object_of(
    {"text": {"type": "string", "maxLength": MAX_TEXT, "description": "ce qu’a lu la douchette"}}
)
HOLDER = object_of(
    {
        "name": STRING,
        "category": {"type": "integer", "description": "0 membre, 1 rattachée, 2 visite, 3 équipe"},
        "coop": object_of({"id": STRING, "name": STRING, "place": STRING, "country": STRING}),
        "valid_until": about(STRING, "dernier jour, AAAA-MM-JJ"),
    }
)
WITHOUT = object_of(
    {
        "code": STRING,
        "welcomes": {"type": "boolean"},
        "says": STRING,
        "needs": about(list_of(STRING), "à demander à une personne nouvelle"),
    }
)
_HEX = {"type": "string", "pattern": "^([0-9a-f]{2})*$", "maxLength": 40}
KIND: Shape = {"enum": [one.name.lower() for one in Kind]}
RULE: Shape = {"enum": [one.value for one in Rule]}
REASONS = list_of({"type": "string", "pattern": "^[a-z0-9_]*$", "maxLength": 40}, 20)
VISIT = object_of(
    {
        "kind": KIND,
        "rule": RULE,
        "home": or_null(_HEX),
        "ref": or_null(_HEX),
        "category": or_null({"type": "integer"}),
        "outcome": or_null(OUTCOME),
        "reasons": REASONS,
    }
)
_NUMBER = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID, "pattern": "^[ -~]*$"}
LINE = object_of(
    {
        "line": about(_NUMBER, "votre numéro de cette ligne : renvoyée, elle compte une fois"),
        "at": {**TIME, "minimum": 0, "maximum": 2**40},
        "kind": KIND,
    },
    {name: one for name, one in VISIT["properties"].items() if name != "kind"}
    | {
        "amount": or_null({"type": "integer", "description": "centimes"}),
        "corrects": about(_NUMBER, "pour « cancel » et « amount » : la ligne corrigée"),
        "name": about({"type": "string", "maxLength": LONGEST["name"]}, "sans carte, sur parole"),
        "reason": about({"type": "string", "maxLength": LONGEST["reason"]}, "pourquoi quand même"),
    },
)
VISITS = object_of({"visits": list_of(LINE, MOST_LINES)})
ENVELOPE = object_of({"visits": list_of({}, MOST_LINES)})  # each line is looked at by itself
TAKEN = object_of(
    {
        "visits": list_of(
            object_of(
                {"line": STRING, "fate": {"enum": [one.value for one in Fate]}},
                {"code": STRING, "says": STRING, "field": STRING},
            )
        )
    }
)
ANSWER = object_of(
    {
        "outcome": OUTCOME,
        "title": about(STRING, "le mot à montrer"),
        "says": about(STRING, "la phrase à montrer"),
        "reasons": list_of(
            object_of(
                {"code": STRING, "facts": {"type": "object", "additionalProperties": TIME}},
            )
        ),
        "holder": or_null(HOLDER),
        "list": or_null(object_of({"signed_at": TIME, "age": {"type": "integer"}})),
        "without_card": or_null(WITHOUT),
        "visit": about(VISIT, "à envoyer à /visits, avec « line » et « at », si la personne entre"),
    }
)
STATUS = object_of(
    {
        "coop": COOP,
        "now": TIME,
        "lists_from": or_null(TIME),
        "scopes": list_of(STRING),
    }
)
ERROR = object_of({"code": STRING, "message": STRING, "hint": STRING})

SHAPES: Sequence[tuple[str, Shape]] = (
    ("Verify", VERIFY),
    ("Answer", ANSWER),
    ("Visits", VISITS),
    ("Taken", TAKEN),
    ("Status", STATUS),
    *OF_MEMBERS,
    ("Error", ERROR),
)
