"""The shapes of members and of their cards."""

from collections.abc import Sequence

from passkoop_node.api.shapes import STRING, TIME, Shape, about, list_of, object_of, or_null
from passkoop_node.cards.deeds import MAX_REASON
from passkoop_node.cards.store import CardState
from passkoop_node.members.member import LONGEST, LONGEST_TEXT
from passkoop_node.members.putting import Fate

MOST_MEMBERS = 100  # in one go, in and out

ID: Shape = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
_DAY: Shape = {"type": "string", "format": "date"}
_WRITTEN_DAY = about(_DAY, "AAAA-MM-JJ")
_YEAR = or_null({"type": "integer", "minimum": 0, "maximum": 9999})


def _text(name: str) -> Shape:
    return {"type": "string", "maxLength": LONGEST.get(name, LONGEST_TEXT)}


_TEXTS = {
    name: _text(name)
    for name in (
        *("number", "given_name", "family_name", "email", "phone", "address", "postcode", "town"),
        *("country", "badge", "referred_by", "notes"),
    )
}
MEMBER = object_of(
    {
        "id": about(ID, "ne change jamais, contrairement au numéro"),
        **dict.fromkeys(_TEXTS, STRING),
        "category": about({"type": "integer"}, "0 membre, 1 rattachée, 3 équipe"),
        "birth_year": or_null({"type": "integer"}),
        "joined": or_null(_WRITTEN_DAY),
        "left": or_null(about(_DAY, "premier jour sans être membre")),
        "changed_at": TIME,
    }
)
MEMBERS = object_of(
    {
        "members": list_of(MEMBER),
        "next": or_null(about(ID, "à donner comme « after » pour la suite ; null : c’est tout")),
        "now": about(TIME, "à donner comme « changed_since » la prochaine fois"),
    }
)
MEMBERS_QUERY = {
    "number": about({**_text("number"), "minLength": 1}, "le membre qui a ce numéro"),
    "email": about({**_text("email"), "minLength": 1}, "les membres qui ont cette adresse"),
    "changed_since": about({**TIME, "minimum": 0, "maximum": 2**40}, "changés depuis, UTC"),
    "after": about(ID, "« next » de la page d’avant"),
    "limit": about({"type": "integer", "minimum": 1, "maximum": MOST_MEMBERS}, "100 au plus"),
}
PUT = object_of(
    {},
    {
        **_TEXTS,
        "category": about({"type": "integer", "minimum": 0, "maximum": 1}, "0 membre, 1 rattachée"),
        "birth_year": _YEAR,
        "joined": or_null(_WRITTEN_DAY),
    },
)
PUTS = object_of({"members": list_of(PUT, MOST_MEMBERS)})
PUTS_ENVELOPE = object_of({"members": list_of({}, MOST_MEMBERS)})  # each line by itself
PUTS_TAKEN = object_of(
    {
        "members": list_of(
            object_of(
                {"fate": {"enum": [one.value for one in Fate]}},
                {
                    "id": ID,
                    "number": STRING,
                    "changes": list_of(STRING),
                    "code": STRING,
                    "says": STRING,
                    "field": STRING,
                },
            )
        )
    }
)
LEAVE = object_of({"on": about(_DAY, "premier jour sans être membre, AAAA-MM-JJ")})
CARD = object_of(
    {
        "id": ID,
        "state": {"enum": [one.name.lower() for one in CardState]},
        "reason": STRING,
        "name": about(STRING, "tel qu’il est sur la carte"),
        "category": {"type": "integer"},
        "issued_at": TIME,
        "valid_until": about(_DAY, "dernier jour, AAAA-MM-JJ"),
        "changed_at": TIME,
    }
)
CARDS = object_of({"cards": about(list_of(CARD), "la plus récente d’abord")})
CARD_TEXT = object_of({"text": about(STRING, "ce que contient le code : qui l’a, a la carte")})
DEED = object_of(
    {},
    {
        "reason": about(
            {"type": "string", "maxLength": MAX_REASON}, "pourquoi ; pour « revoke », il la faut"
        )
    },
)

SHAPES: Sequence[tuple[str, Shape]] = (
    ("Members", MEMBERS),
    ("Member", MEMBER),
    ("PutMembers", PUTS),
    ("PutTaken", PUTS_TAKEN),
    ("Leave", LEAVE),
    ("Cards", CARDS),
    ("Card", CARD),
    ("CardText", CARD_TEXT),
    ("Deed", DEED),
)
