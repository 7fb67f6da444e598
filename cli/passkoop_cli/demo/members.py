"""The members of the invented co-ops, and the cards that they show."""

from dataclasses import replace
from datetime import date

from passkoop_cli.demo.coops import ACTOR
from passkoop_cli.demo.export_file import VISITOR_NUMBER, membership_export
from passkoop_node.cards.store import CardState, StoredCard
from passkoop_node.joining.questions import Ask
from passkoop_node.members.imports import apply, preview
from passkoop_node.members.member import Member, MemberData
from passkoop_node.rooms import Rooms
from passkoop_protocol.text import encode_text

LOST = "carte perdue"


def import_members(rooms: Rooms, *, today: date, now: int) -> None:
    """Take in the file that the newcomer may try on another co-op."""
    apply(preview(membership_export(today), rooms.members, now=now), rooms.members, now=now)


def visitor(rooms: Rooms) -> Member:
    """Return the visitor, as her own co-op knows her."""
    return rooms.members.by_number(VISITOR_NUMBER)


def card_of_visitor(rooms: Rooms, *, now: int) -> str:
    """Return the text of a new card of the visitor's."""
    (card,) = rooms.issuer.issue([visitor(rooms)], now=now, actor=ACTOR)
    return _text(card)


def revoke_visitor(rooms: Rooms, *, now: int) -> None:
    """Revoke all her cards."""
    rooms.issuer.set_state(visitor(rooms), CardState.REVOKED, reason=LOST, now=now, actor=ACTOR)


def open_to_all(rooms: Rooms, *, now: int) -> None:
    """Let whoever wants to join do so, and have a card at once: nobody sits in this office."""
    questions = rooms.joining.questions
    asked = replace(questions.load(), is_open=True, is_automatic=True)
    asked = replace(asked, known={**asked.known, "email": Ask.OPTIONAL})  # nothing is sent
    questions.save(asked, now=now, actor=ACTOR)


def has_card(rooms: Rooms, *, now: int) -> bool:
    """Return whether the visitor has a card that is good, by the word of her own co-op."""
    return visitor(rooms).id in rooms.issuer.current(now=now)


def card_of_a_stranger(rooms: Rooms, *, now: int) -> str:
    """Return the text of a card of a new member of a co-op that nobody knows yet."""
    member = rooms.members.add(MemberData(given_name="Nino", family_name="Faucon"), now=now)
    (card,) = rooms.issuer.issue([member], now=now, actor=ACTOR)
    return _text(card)


def _text(card: StoredCard) -> str:
    assert card.data is not None  # nobody else revokes cards of an invented co-op meanwhile
    return encode_text(card.data)
