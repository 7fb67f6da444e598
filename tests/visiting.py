"""A co-op at its till: its folder on the disk, its neighbours, and the people who come in."""

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from passkoop_node.coops.ourselves import Profile
from passkoop_node.home import Home
from passkoop_node.rooms import Rooms, open_rooms
from passkoop_node.visits.chain import Proof
from passkoop_node.visits.days import local_day, noon_of
from passkoop_node.visits.guests import Guest
from passkoop_node.visits.reception import Answer
from passkoop_node.visits.register import Noted, check_chain
from passkoop_node.visits.visit import Kind, NewVisit, Rule
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.welcome import Policy
from shop import Coop, T

OURS = Coop("Coop du Comptoir")
FRENCH = Coop("Coop des Tilleuls")
BELGIAN = Coop("Coop de la Meuse", country="BE")
PORTUGUESE = Coop("Coop do Rio", country="PT")
QUEBEC = Coop("Coop des Érables", country="CA")
NEIGHBOURS = (FRENCH, BELGIAN, PORTUGUESE, QUEBEC)
STRANGER = Coop("Coop inconnue")

FIRST = local_day(T) + timedelta(days=1)  # the first day on which somebody comes


def noon(days: int = 0) -> int:
    """Return noon, `days` after the first day."""
    return noon_of(FIRST + timedelta(days=days))


@cache
def _new_folder() -> Path:
    """Return the folder of a new co-op, made once: founding one takes as long as a test."""
    path = Path(tempfile.mkdtemp(prefix="comptoir-"))
    atexit.register(shutil.rmtree, path)
    home = Home(path)
    home.create()
    rooms = open_rooms(home, new=True)
    rooms.ourselves.found(OURS.identity, Profile(name=OURS.name, place="Ici", country="FR"), now=T)
    rooms.keyring.keep_identity_key(OURS.identity)
    rooms.close()
    return path


class Comptoir:
    """A co-op that welcomes people, day after day."""

    def __init__(self, path: Path, policy: Policy | None = None) -> None:
        """Open the folder at `path`, made if there is none."""
        if not path.exists():
            shutil.copytree(_new_folder(), path)
        self.home = Home(path)
        self.rooms: Rooms = open_rooms(self.home)
        if policy is not None:
            self.rooms.ourselves.set_policy(policy)
        self.visits = self.rooms.visits
        self._lines = count(1)

    def trust(self, now: int, *, neighbours: Sequence[Coop] = NEIGHBOURS) -> TrustStore:
        """Return what the co-op believes, with fresh lists of its neighbours."""
        trust = TrustStore(own=OURS.id)
        for coop in (OURS, *neighbours):
            if coop is not OURS:
                trust.pair(coop.id)
            trust.add(coop.descriptor(), now=now)
            trust.add(coop.status_list(at=now - 60), now=now)
        return trust

    def scan(self, text: str, *, now: int) -> Answer:
        """Return what the till says of a card."""
        return self.visits.reception.answer(text, self.trust(now), now=now)

    def without_card(self, guest: Guest | None = None, *, now: int) -> Answer:
        """Return what the till says of somebody without a card."""
        return self.visits.reception.without_card(guest, now=now)

    def note(self, answer: Answer, *, now: int, **more: Any) -> Noted:
        """Note a visit as the till would."""
        new = answer.visit(till="caisse-1", line=str(next(self._lines)), at=now, **more)
        return self.visits.register.note(new, now=now)

    def comes(self, text: str, *, now: int) -> str:
        """Let somebody come with a card: return the till's answer, and note it if it welcomes."""
        answer = self.scan(text, now=now)
        if answer.outcome.word in ("welcome", "remark"):
            self.note(answer, now=now)
        return " ".join([answer.outcome.word, *answer.codes])

    def guest_comes(self, guest: Guest | None, *, now: int, **who: Any) -> tuple[str, Guest | None]:
        """Let somebody come without a card; who is new and on trial is written down."""
        answer = self.without_card(guest, now=now)
        said = " ".join([answer.outcome.word, *answer.codes])
        if answer.offer and answer.offer.welcomes:
            if answer.offer.needs:
                policy = self.rooms.ourselves.policy
                guest = self.visits.guests.add(policy, now=now, **who)
                answer = self.without_card(guest, now=now)
            self.note(answer, now=now)
        return said, guest

    def check(self) -> Proof:
        """Return whether the register is whole."""
        return check_chain(self.visits.store)

    def close(self) -> None:
        """Let go of the folder."""
        self.rooms.close()


def line(number: object = 1, **changes: Any) -> NewVisit:
    """Return a line of a till: a visitor with a card of the French co-op, unless told otherwise."""
    fields: dict[str, Any] = {
        "till": "caisse-1",
        "line": str(number),
        "at": noon(),
        "kind": Kind.CARD,
        "home": FRENCH.id,
        "member_ref": b"\1\2\3\4\5\6\7\10",
        "category": 0,
        "rule": Rule.NETWORK,
    }
    return NewVisit(**{**fields, **changes})


def word(number: object = 1, **changes: Any) -> NewVisit:
    """Return a line about somebody without a card, on their word."""
    fields = {"kind": Kind.WITHOUT, "home": None, "member_ref": None, "category": None}
    return line(number, **{**fields, "rule": Rule.WORD, **changes})


def day_after(days: int) -> date:
    """Return the day `days` after the first."""
    return FIRST + timedelta(days=days)
