"""A line of a file, and the person it is about."""

from dataclasses import dataclass, field, replace

from passkoop_node.core.language import _
from passkoop_node.members.columns import Notes, Values
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.names import any_order, as_written

NAMES = ("given_name", "family_name")
_IDENTITY = {"number", *NAMES}
_BESIDE = {"household", "news"}


@dataclass(slots=True)
class Line:
    """A line of the file that names somebody."""

    place: int  # its number in the file, from 1
    values: Values
    notes: Notes
    number: str  # the member's, or ""
    name: str  # its `as_written`
    any_order: str
    order: int = 0  # among the lines: several people may stand on one of the file's

    def copy(self) -> "Line":
        """Return the line as it is now, for a reading that adds to it."""
        return replace(self, values=dict(self.values), notes=list(self.notes))


@dataclass(slots=True, eq=False)
class Person:
    """Somebody whom the file may change or add, while it is read."""

    before: Member | None  # in the register
    start: MemberData | None  # before this reading of the file; None for who is new in it
    given_name: str
    family_name: str
    name: str  # `as_written`
    any_order: str
    number: str = ""
    birth_year: int | None = None
    line: int = 0  # the last line about them
    said: Values = field(default_factory=dict)  # beyond identity, by all lines about them
    beside: Values = field(default_factory=dict)  # what is no part of their record

    def call(self, given_name: str, family_name: str) -> None:
        """Give them another name."""
        if (given_name, family_name) != (self.given_name, self.family_name):
            self.given_name, self.family_name = given_name, family_name
            self.name = as_written(given_name, family_name)
            self.any_order = any_order(given_name, family_name)

    def hear(self, line: Line) -> None:
        """Add what `line` says, which comes later than what was said before."""
        values = {name: said for name, said in line.values.items() if name not in _IDENTITY}
        if ordered := values.pop("ordered", None):
            # An order says that the person was a member by then, perhaps since long.
            known = self.said.get("joined") or (self.start.joined if self.start else None)
            values["joined"] = min(known, ordered) if known else ordered
        self.beside |= {name: values.pop(name) for name in _BESIDE & values.keys()}
        self.said |= values
        self.line = line.place

    def data(self) -> MemberData:
        """Return what the register is to hold: a `Member` for who is in it."""
        if self.start and not self.line:
            return self.start
        names = {name: getattr(self, name) for name in _IDENTITY}
        if self.start:
            return replace(self.start, **self.said, **names)
        return MemberData(**self.said, **names)

    def changed(self) -> MemberData | None:
        """Return them with what was said of them, though no line of the file speaks of them."""
        return replace(self.start, **self.said) if self.start else None

    def __str__(self) -> str:
        """Return how to find them, for people."""
        name = f"{self.given_name} {self.family_name}".strip()
        return name if self.before else _("%(name)s (ligne %(line)s)", name=name, line=self.line)

    def is_settled(self) -> bool:
        """Say whether this reading of the file left them as they were, and spoke of who is new."""
        return self.start == self.data() and bool(self.before or self.line)

    def was_mistaken(self) -> bool:
        """Say whether a former reading changed a member of whom this one does not speak."""
        return bool(self.before and not self.line and self.start != self.before)

    def again(self) -> "Person":
        """Return them as they are when another reading begins."""
        start = self.data()
        return Person(
            before=self.before,
            start=start,
            given_name=start.given_name,
            family_name=start.family_name,
            name=self.name,
            any_order=self.any_order,
            number=start.number,
            birth_year=start.birth_year,
        )


def person_of(member: Member) -> Person:
    """Return a member of the register as somebody whom the file may change."""
    return Person(
        before=member,
        start=member,
        given_name=member.given_name,
        family_name=member.family_name,
        name=as_written(member.given_name, member.family_name),
        any_order=any_order(member.given_name, member.family_name),
        number=member.number,
        birth_year=member.birth_year,
    )
