"""The booklet: all between a member and their co-op, on one line of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from passkoop_node.booklet.entrance import KIND as LINK
from passkoop_node.booklet.notes import Kind, NoteStore
from passkoop_node.booklet.room import OwnRoom
from passkoop_node.cards.issuing import last_day
from passkoop_node.cards.store import CardState, CardStore
from passkoop_node.core.formats import day as shown_day
from passkoop_node.core.formats import local_day, money
from passkoop_node.core.language import _
from passkoop_node.core.outbox import State
from passkoop_node.core.post import PostOffice
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.store import Kind as PaidFor
from passkoop_node.dues.store import Payment
from passkoop_node.members.member import Member
from passkoop_node.members.preferences import PreferenceStore

_OLD_MESSAGES = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened."""

    day: date
    icon: str  # a name of core/icons.html
    says: str
    more: str = ""  # a second line, as somebody wrote it
    path: str = ""  # where it is to be seen
    is_data: bool = False  # `says` is no sentence of ours
    note: int | None = None  # the member's own: they can take it out


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Where it is asked for."""

    own: OwnRoom
    cards: CardStore
    ledger: Ledger
    post: PostOffice
    preferences: PreferenceStore


def events(sources: Sources, member: Member) -> list[Event]:
    """Return what happened, the latest first."""
    found = [
        *_membership(member),
        *_cards(sources.cards, member),
        *(_payment(one) for one in sources.ledger.payments.of_member(member.id)),
        *_notes(sources.own.notes, member),
        *(
            Event(
                day=local_day(one.put_at),
                icon="list",
                says=one.title,
                is_data=True,
                path=f"/moi/documents/{one.id}",
            )
            for one in sources.own.documents.for_member(member.id)
            if one.is_for(member)
        ),
        *_messages(sources.post, member),
        *_wanted(sources.preferences, member),
    ]
    return sorted(found, key=lambda one: one.day, reverse=True)


def years(found: Sequence[Event]) -> list[int]:
    """Return the years in which anything happened, the latest first."""
    return sorted({one.day.year for one in found}, reverse=True)


def _membership(member: Member) -> Iterator[Event]:
    if member.joined:
        yield Event(day=member.joined, icon="person", says=_("Vous devenez membre."))
    if member.left:
        yield Event(day=member.left, icon="leave", says=_("Vous quittez la coop."))


def _cards(cards: CardStore, member: Member) -> Iterator[Event]:
    for one in cards.of_member(member.id):
        until = shown_day(last_day(one))
        says = _("Votre carte est faite, valable jusqu'au %(day)s.", day=until)
        yield Event(day=local_day(one.issued_at), icon="card", says=says)
        if one.state is CardState.REVOKED:
            says = _("Une de vos cartes est annulée.")
            yield Event(day=local_day(one.changed_at), icon="card", says=says)


def _payment(one: Payment) -> Event:
    facts = {"amount": money(abs(one.cents)), "receipt": one.corrects or one.receipt}
    if one.cents < 0:
        says = _("Le reçu %(receipt)s est annulé : %(amount)s.", **facts)
    elif one.kind is PaidFor.SHARE:
        says = _("Parts payées : %(amount)s, reçu %(receipt)s.", **facts)
    else:
        says = _("Cotisation payée : %(amount)s, reçu %(receipt)s.", **facts)
    return Event(day=one.paid_on, icon="check", says=says, path=f"/moi/recus/{one.receipt}.pdf")


def _notes(notes: NoteStore, member: Member) -> Iterator[Event]:
    for one in notes.of_member(member.id):
        facts = {"coop": one.coop, "amount": money(one.cents) if one.cents else ""}
        if one.kind is Kind.VISIT:
            says = _("Visite : %(coop)s.", **facts)
        else:
            says = _("Achat : %(coop)s.", **facts)
        yield Event(
            day=one.day,
            icon="basket" if one.kind is Kind.PURCHASE else "globe",
            says=f"{says} {facts['amount']}".strip(),
            more=one.words,
            note=one.id,
        )


def _messages(post: PostOffice, member: Member) -> Iterator[Event]:
    for one in post.outbox.about(f"member:{member.id}", limit=_OLD_MESSAGES):
        if one.kind == LINK:  # asked for a moment ago: it would fill the booklet
            continue
        if one.state is State.SENT and one.done_at is not None:
            yield Event(
                day=local_day(one.done_at),
                icon="mail",
                says=_("Message de la coop :"),
                more=one.subject,
            )


def _wanted(preferences: PreferenceStore, member: Member) -> Iterator[Event]:
    at = preferences.of(member.id).consent_at
    if at is not None:
        says = _("Vous avez choisi ce que vous recevez.")
        yield Event(day=local_day(at), icon="rules", says=says, path="/moi/preferences")
