"""Guests: people without a card while they try the co-op, and what they were promised."""

import datetime
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from passkoop_node.core.database import database_errors, path_of, writing
from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.members.text import clean, words
from passkoop_node.visits.days import local_day
from passkoop_node.visits.visit import LONGEST
from passkoop_protocol.card import MAX_NAME
from passkoop_protocol.welcome import Policy, Without

_COLUMNS = "id, ref, name, email, sponsor_id, kind, allowed, first_day, last_day, created_at"
_SELECT = f"select {_COLUMNS} from guest "  # noqa: S608 - our own column names
_CARD_DAYS = 365
TRIALS = frozenset({Without.VISITS, Without.DAYS, Without.SPONSOR})


class BadGuest(NodeError):
    """Something is missing that our rules ask of a person without a card."""

    code = "bad_guest"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.hint = _("Complétez, puis recommencez : rien n'a été noté.")


class GuestNotFound(NodeError):
    """No guest answers to this."""

    code = "guest_not_found"

    def __init__(self) -> None:
        super().__init__(_("cette personne n'est pas, ou n'est plus, dans nos fichiers"))
        self.hint = _("Inscrivez-la de nouveau, comme une première visite.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Guest:
    """A person who tries the co-op. Their visits are counted in the register."""

    id: int
    ref: bytes  # 8 random bytes, on their visitor's card
    name: str
    email: str
    sponsor_id: int | None  # the member who brought them
    kind: Without  # what they were promised, whatever the rules say later
    allowed: int  # visits or days
    first_day: datetime.date
    last_day: datetime.date | None  # the last on which they are welcome; None: no such day
    created_at: int


def card_days(guest: Guest, *, today: datetime.date) -> int:
    """Return for how many days a guest's card is to be good: for their trial, else for a year."""
    if guest.last_day is None:
        return _CARD_DAYS
    return max(1, (guest.last_day - today).days)


def needs_of(kind: Without) -> tuple[str, ...]:
    """Return what is asked of a person for such a trial: "name", "email", "sponsor"."""
    return {
        Without.VISITS: ("name",),
        Without.DAYS: ("name", "email"),
        Without.SPONSOR: ("name", "sponsor"),
    }.get(kind, ())


class GuestStore:
    """All SQL on the table `guest`. Values in, values out."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def add(
        self,
        policy: Policy,
        *,
        name: str,
        email: str = "",
        sponsor_id: int | None = None,
        now: int,
    ) -> Guest:
        """Return the new guest, with what the rules promise today.

        Raises:
            BadGuest: the rules take nobody without a card, or ask for something that is missing.
        """
        kind, name, email = policy.without, clean(name), clean(email)
        _check(kind, name, email, sponsor_id)
        today = local_day(now)
        last = None
        if kind in (Without.DAYS, Without.SPONSOR):
            last = today + datetime.timedelta(days=policy.without_limit - 1)
        with writing(self.db):
            added = self.db.execute(
                "insert into guest (ref, name, folded, email, sponsor_id, kind, allowed,"
                " first_day, last_day, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    secrets.token_bytes(8),
                    name,
                    " ".join(words(name)),
                    email,
                    sponsor_id,
                    int(kind),
                    policy.without_limit,
                    today.isoformat(),
                    last and last.isoformat(),
                    now,
                ],
            )
            return self.get(int(added.lastrowid or 0))

    def get(self, id: int) -> Guest:
        """Return a guest, or raise GuestNotFound."""
        found = self._all("where id = ?", [id])
        if not found:
            raise GuestNotFound
        return found[0]

    def by_ref(self, ref: bytes) -> Guest | None:
        """Return whose visitor's card bears this reference; None: they were erased."""
        return next(iter(self._all("where ref = ?", [ref])), None)

    def like(self, *, name: str = "", email: str = "", limit: int = 10) -> list[Guest]:
        """Return guests who may be this person, newest first: same address, or same words.

        A count must not hang on the spelling of a name: the cashier sees these before a new one is
        made.
        """
        wanted, email = words(name), clean(email)
        if not wanted and not email:
            return []
        each = " and ".join("instr(' ' || folded, ?)" for _word in wanted) or "0"
        return self._all(
            f"where (email <> '' and email = ?) or ({each}) order by id desc limit ?",
            [email, *(f" {word}" for word in wanted), limit],
        )

    def all(self) -> list[Guest]:
        """Return all guests, newest first."""
        return self._all("order by id desc", [])

    def erase_sponsor(self, member_id: int) -> None:
        """Forget which guests a member vouched for."""
        with writing(self.db):
            self.db.execute("update guest set sponsor_id = null where sponsor_id = ?", [member_id])

    def erase(self, ids: Sequence[int]) -> int:
        """Delete guests; return how many there were."""
        with writing(self.db):
            return sum(
                self.db.execute("delete from guest where id = ?", [id]).rowcount for id in ids
            )

    def _all(self, rest: str, values: Sequence[Any]) -> list[Guest]:
        with database_errors(path_of(self.db)):
            rows = self.db.execute(_SELECT + rest, values).fetchall()
        return [_guest(row) for row in rows]


def _check(kind: Without, name: str, email: str, sponsor_id: int | None) -> None:
    needs = needs_of(kind)
    if kind is Without.REFUSAL:
        raise BadGuest(_("nos règles n'accueillent personne sans carte"))
    if not name:
        raise BadGuest(_("il manque le nom de la personne"))
    if len(name) > LONGEST["name"] or len(name.encode()) > MAX_NAME:
        raise BadGuest(_("ce nom est trop long pour une carte : raccourcissez les prénoms"))
    if ("email" in needs or email) and not _is_email(email):
        raise BadGuest(_("il manque une adresse e-mail qui convienne"))
    if "sponsor" in needs and sponsor_id is None:
        raise BadGuest(_("il manque le membre qui parraine cette personne"))


def _is_email(text: str) -> bool:
    before, at, behind = text.partition("@")
    return (
        bool(before and at and "." in behind.strip(".") and " " not in text and "@" not in behind)
        and len(text) <= LONGEST["email"]
    )


def _guest(row: Sequence[Any]) -> Guest:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Guest(
        **values
        | {
            "kind": Without(values["kind"]),
            "first_day": datetime.date.fromisoformat(values["first_day"]),
            "last_day": values["last_day"] and datetime.date.fromisoformat(values["last_day"]),
        }
    )
