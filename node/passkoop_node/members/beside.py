"""What a file says of members beside their record: in whose household, and if they want news."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from passkoop_node.core.language import _
from passkoop_node.members.household_store import HouseholdStore
from passkoop_node.members.households import AFFILIATED, MEMBER, MOST, why_not_affiliated
from passkoop_node.members.names import as_written
from passkoop_node.members.persons import Line, Person
from passkoop_node.members.preferences import Channel, PreferenceStore, Topic
from passkoop_node.members.store import MemberStore
from passkoop_node.members.text import shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is so already, by members' ids."""

    principals: Mapping[int, int] = field(default_factory=dict)
    news: Mapping[int, tuple[Channel, str]] = field(default_factory=dict)  # and how it was said


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What a file changes beside the records, by members' numbers."""

    households: Sequence[tuple[str, str]] = ()  # who joins whose
    news: Sequence[tuple[str, Channel]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Someone:
    """A person as the rules of households look at them."""

    id: int
    full_name: str
    left: date | None


def known_in(store: MemberStore) -> Known:
    """Return what is so in the register's database."""
    return Known(
        principals=HouseholdStore(store.db).principals_of_all(),
        news=PreferenceStore(store.db).said_of(Topic.NEWS),
    )


def write_beside(store: MemberStore, beside: Beside, *, now: int) -> None:
    """Write it, after the records, inside `writing`."""
    HouseholdStore(store.db).add_all(beside.households, now=now)
    PreferenceStore(store.db).keep_imported(Topic.NEWS, beside.news, now=now)


class Reckoning:
    """What the lines say beside the records; remarks go to the lines."""

    def __init__(
        self,
        persons: Sequence[Person],
        taken: Sequence[tuple[Line, Person]],
        known: Known,
        *,
        on: date,
    ) -> None:
        self.changes: dict[Person, tuple[str, ...]] = {}  # of whom which fields become others
        self.also: list[Person] = []  # of whom no line speaks, and whose category is another now
        self._on = on
        self._known = known
        self._lines = {person: line for line, person in taken}  # the last about each
        self._persons = persons
        self._ids = {
            person: person.before.id if person.before else -place
            for place, person in enumerate(persons, 1)
        }
        by_id = {id: person for person, id in self._ids.items()}
        self._principals = {
            by_id[one]: by_id[other]
            for one, other in known.principals.items()
            if one in by_id and other in by_id
        }
        self._affiliated: dict[Person, list[Person]] = {}
        for one, other in self._principals.items():
            self._affiliated.setdefault(other, []).append(one)

    def reckon(self) -> Beside:
        """Return what changes; call it once, before `Person.data`."""
        for person in self._lines:
            # Who is in a household is what the household makes of them.
            if person in self._principals or person in self._affiliated:
                person.said.pop("category", None)
        wished = {one: text for one in self._lines if (text := one.beside.get("household"))}
        index = _Index(self._persons if wished else ())
        pairs = [
            pair
            for one, text in wished.items()
            if (pair := self._joined(one, index.find(text), text))
        ]
        news = [said for one in self._lines if "news" in one.beside and (said := self._news(one))]
        return Beside(households=tuple(pairs), news=tuple(news))

    def _joined(self, person: Person, found: Sequence[Person], text: str) -> tuple[str, str] | None:
        line = self._lines[person]
        if len(found) != 1:
            says = _("foyer de « %(name)s »", name=shown(text))
            fault = _("plusieurs membres s'appellent ainsi") if found else _("membre inconnu")
            line.notes.append(_("%(one)s : %(other)s", one=says, other=fault))
            return None
        (principal,) = found
        if principal is person or self._principals.get(person) is principal:
            return None  # the principal's own line, or it is so already
        theirs, above = self._principals.get(person), self._principals.get(principal)
        fault = why_not_affiliated(
            self._someone(person),
            self._someone(principal),
            on=self._on,
            theirs=self._someone(theirs) if theirs else None,
            others=len(self._affiliated.get(person, ())),
            principals=self._someone(above) if above else None,
            places=MOST - len(self._affiliated.get(principal, ())),
        )
        if fault:
            line.notes.append(fault)
            return None
        self._principals[person] = principal
        self._affiliated.setdefault(principal, []).append(person)
        person.said["category"], principal.said["category"] = AFFILIATED, MEMBER
        if principal not in self._lines and principal.start and principal.start.category != MEMBER:
            self.also.append(principal)
        self._changed(person, "household")
        return person.number, principal.number

    def _news(self, person: Person) -> tuple[str, Channel] | None:
        channel = Channel.EMAIL if person.beside["news"] else Channel.NONE
        start = person.start.email if person.start else ""
        if channel is Channel.EMAIL and not (person.said.get("email") or start):
            self._lines[person].notes.append(_("veut des nouvelles, mais sans adresse e-mail"))
            return None
        before = self._known.news.get(person.before.id) if person.before else None
        # What somebody said to the co-op counts for more than what an older file holds.
        if before and (before[1] != "import" or before[0] is channel):
            return None
        self._changed(person, "news")
        return person.number, channel

    def _changed(self, person: Person, name: str) -> None:
        self.changes[person] = (*self.changes.get(person, ()), name)

    def _someone(self, person: Person) -> _Someone:
        left = person.said.get("left") or (person.start.left if person.start else None)
        name = f"{person.given_name} {person.family_name}".strip()
        return _Someone(id=self._ids[person], full_name=name, left=left)


class _Index:
    """Members by what a file calls the principal of a household by."""

    def __init__(self, persons: Iterable[Person]) -> None:
        self._numbers: dict[str, Person] = {}
        self._emails: dict[str, list[Person]] = {}
        self._names: dict[str, list[Person]] = {}
        for person in persons:
            if not (person.start or person.line):
                continue  # an earlier reading took somebody for new who is not
            self._numbers[person.number.lower()] = person
            self._names.setdefault(person.any_order, []).append(person)
            start = person.start.email if person.start else ""
            if email := person.said.get("email") or start:
                self._emails.setdefault(email.lower(), []).append(person)

    def find(self, text: str) -> Sequence[Person]:
        """Return whom a number, an address or a name may mean."""
        if person := self._numbers.get(text.lower()):
            return [person]
        if "@" not in text:
            return self._names.get(" ".join(sorted(as_written("", text).split())), ())
        found = self._emails.get(text.lower(), ())
        # A couple with one address: the account is that of who is no affiliated person.
        leading = [
            one for one in found if not one.beside.get("household") and not one.said.get("category")
        ]
        return leading if len(found) > 1 else found
