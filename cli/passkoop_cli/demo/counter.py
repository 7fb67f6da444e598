"""What happens at the till of the demonstration, in the thread of its co-op's database."""

import datetime
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from passkoop_cli.demo.coops import identity_of
from passkoop_cli.demo.export_file import VISITOR
from passkoop_node.rooms import Rooms
from passkoop_node.till.desk import Desk
from passkoop_node.till.shown import Shown
from passkoop_node.visits.days import local_day, noon_of
from passkoop_node.visits.presets import PRESETS, Preset, choose
from passkoop_node.visits.reception import Answer
from passkoop_node.visits.visit import Kind, NewVisit, Rule
from passkoop_protocol.card import Category
from passkoop_protocol.keys import CoopId
from passkoop_protocol.verdict import Outcome
from passkoop_protocol.welcome import Policy, Without

_TILL = "demo"
_CAME = (21, 14, 7)  # days ago: the next purchase is the fourth


@dataclass(frozen=True, kw_only=True, slots=True)
class Practice:
    """How a real co-op welcomes, chosen for the invented one."""

    coop: str
    preset: Preset


def _practice(coop: str) -> Practice:
    return Practice(coop=coop, preset=next(one for one in PRESETS if coop in one.coops))


# By the word in the form.
PRACTICES: Mapping[str, Practice] = {
    "les-400-coop": _practice("Les 400 Coop"),
    "coopalim": _practice("Coopalim"),
    "le-nid": _practice("Le Nid"),
    "dionycoop": _practice("Dionycoop"),
}


def show(_rooms: Rooms, desk: Desk, text: str, *, till: str, now: int) -> Shown:
    """Return the till's answer to a card, as if its holder had not been here today."""
    clear(_rooms, desk, till=till, now=now)
    return desk.scan([text], till=till, now=now)


def come_without_card(rooms: Rooms, desk: Desk, *, till: str, now: int) -> Shown:
    """Return the till's answer to the visitor who left her card at home."""
    clear(rooms, desk, till=till, now=now)
    rooms.visits.guests.erase([one.id for one in rooms.visits.guests.like(name=VISITOR)])
    if desk.policy.without is not Without.VISITS:
        return desk.without_card(till=till, now=now)
    guest = rooms.visits.guests.add(desk.policy, name=VISITOR, now=now)
    for days in _CAME:
        _note(rooms, days, kind=Kind.WITHOUT, rule=Rule.VISITS, ref=guest.ref, now=now)
    return desk.guest(guest.id, till=till, now=now)


def answer_to(rooms: Rooms, desk: Desk, text: str, *, now: int) -> Answer:
    """Return what a card would be answered; nothing is noted."""
    return rooms.visits.reception.answer(text, desk.trust(), now=now)


def clear(_rooms: Rooms, desk: Desk, *, till: str, now: int) -> None:
    """Take today's visits at the till back: each gesture of the demonstration is a new day."""
    for one in desk.recent(till=till, now=now):
        desk.cancel(one, now=now)
        desk.dismiss(one)


def came_before(rooms: Rooms, home: CoopId, ref: bytes, *, now: int) -> None:
    """Note the earlier purchases of the visitor, with her card."""
    for days in _CAME:
        _note(rooms, days, kind=Kind.CARD, rule=Rule.NETWORK, ref=ref, now=now, home=home)


def choose_practice(rooms: Rooms, practice: Practice | None, *, now: int) -> None:
    """Make a practice the rules of the co-op; None: those with which it began."""
    policy = practice.preset.policy if practice else Policy()
    choose(rooms.ourselves, policy, ask=lambda: identity_of(rooms), now=now)


def _note(
    rooms: Rooms,
    days: int,
    *,
    kind: Kind,
    rule: Rule,
    ref: bytes,
    now: int,
    home: CoopId | None = None,
) -> None:
    day = local_day(now) - datetime.timedelta(days=days)
    rooms.visits.register.note(
        NewVisit(
            till=_TILL,
            line=secrets.token_hex(8),
            at=noon_of(day),
            kind=kind,
            home=home,
            member_ref=ref,
            category=Category.MEMBER if kind is Kind.CARD else None,
            outcome=Outcome.WELCOME,
            rule=rule,
        ),
        now=now,
    )
