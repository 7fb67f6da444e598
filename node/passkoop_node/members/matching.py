"""Whom a line of a file is about: a member of the register, one of this file, or a new one."""

from collections.abc import Sequence

from passkoop_node.core.language import _
from passkoop_node.members.cells import BadLine
from passkoop_node.members.persons import NAMES, Line, Person

_LARGEST_HOUSEHOLD = 50


class People:
    """The register, as it becomes while a file is read."""

    def __init__(
        self, persons: Sequence[Person], lines: Sequence[Line], *, has_households: bool
    ) -> None:
        self.persons = list(persons)
        self._has_households = has_households
        self._lines = lines
        self._by_number: dict[str, Person] = {}
        self._by_email: dict[tuple[str, str], list[Person]] = {}  # by address and name
        self._by_name: dict[str, list[Person]] = {}
        # Who stands under each number in the file: two people there are two on any reading.
        self._claims: dict[str, set[str]] = {}
        for line in lines:
            if line.number:
                self._claims.setdefault(line.number.lower(), set()).add(line.any_order)
        for person in persons:
            self._by_number[person.number.lower()] = person
            self._by_name.setdefault(person.name, []).append(person)
            self._know_address(person, person.start.email if person.start else "")

    def resolve(self) -> tuple[list[tuple[Line, Person]], list[tuple[Line, BadLine]]]:
        """Return whom each line is about, and the lines that cannot be about anybody.

        Persons bear what all their lines say, the last lines last.
        """
        found: dict[int, Person] = {}
        problems: list[tuple[Line, BadLine]] = []
        # First the lines that leave the least doubt, whatever their order: what they say of
        # numbers and names then holds for the others, as it will when the file comes again.
        for line in sorted(self._lines, key=self._doubt):
            try:
                person = self._numbered(line) or self._unnumbered(line) or self._new(line)
            except BadLine as problem:
                problems.append((line, problem))
            else:
                self._identify(person, line)
                found[line.order] = person
        resolved = [(line, found[line.order]) for line in self._lines if line.order in found]
        for line, person in resolved:
            person.hear(line)
        return resolved, problems

    def _new(self, line: Line) -> Person:
        given, family = (line.values.get(name, "") for name in NAMES)
        person = Person(
            before=None,
            start=None,
            given_name=given,
            family_name=family,
            name=line.name,
            any_order=line.any_order,
        )
        self.persons.append(person)
        self._by_name.setdefault(line.name, []).append(person)
        return person

    def _doubt(self, line: Line) -> tuple[bool, ...]:
        return (
            not line.number,
            line.number.lower() not in self._by_number,
            "email" not in line.values,
            "birth_year" not in line.values,
        )

    def _numbered(self, line: Line) -> Person | None:
        if not line.number:
            return None
        holder = self._by_number.get(line.number.lower())
        if holder is None or holder.any_order == line.any_order:
            return holder
        # Another name: the same person today, if nobody else claims the number and a part is left.
        is_contested = len(self._claims[line.number.lower()]) > 1
        if not is_contested and set(holder.any_order.split()) & set(line.any_order.split()):
            return holder
        if self._has_households:
            return self._in_household(line)
        raise BadLine(
            _(
                "le numéro %(number)s est déjà pris par %(holder)s ; corrigez le numéro, ou le nom",
                number=line.number,
                holder=holder,
            )
        )

    def _in_household(self, line: Line) -> Person | None:
        """Return who of the household has this name, or give the line a number beside theirs."""
        principal, free = line.number, ""
        for rank in range(2, _LARGEST_HOUSEHOLD):
            number = f"{principal}-{rank}"
            person = self._by_number.get(number.lower())
            if person and person.any_order == line.any_order:
                line.number, line.values["household"] = person.number, principal
                return person
            if person is None and not free and number.lower() not in self._claims:
                free = number
        if not free:
            raise BadLine(
                _(
                    "trop de personnes sous le numéro %(number)s ; vérifiez le fichier",
                    number=principal,
                )
            )
        line.number = free
        line.values |= {"category": 1, "household": principal}
        line.notes.append(
            _("rattaché au membre %(number)s, sous le numéro %(own)s", number=principal, own=free)
        )
        return None

    def _unnumbered(self, line: Line) -> Person | None:
        """Return who has this address and name, else, for a line without number, this name."""
        address = line.values.get("email", "").lower()
        same = [
            person
            for person in self._by_email.get((address, line.any_order), ())
            if person.any_order == line.any_order and self._may_have_number(person, line)
        ]
        if not same and not line.number:
            year = line.values.get("birth_year")
            same = [
                person
                for person in self._by_name.get(line.name, ())
                if None in (year, person.birth_year) or person.birth_year == year
            ]
        if len(same) > 1:
            raise BadLine(_("plusieurs membres portent ce nom ; ajoutez leur numéro au fichier"))
        return same[0] if same else None

    def _may_have_number(self, person: Person, line: Line) -> bool:
        """Say whether `person` can take the number of `line`, which nobody has."""
        claims = self._claims.get(person.number.lower(), set())
        if not line.number or not claims:
            return True
        if line.any_order in claims:
            return False  # their own number stands in the file too: this is another membership
        raise BadLine(
            _(
                "déjà inscrit sous le numéro %(number)s, que le fichier donne à quelqu'un "
                "d'autre ; corrigez l'un des deux numéros",
                number=person.number,
            )
        )

    def _identify(self, person: Person, line: Line) -> None:
        """Note by what else `person` is known now."""
        person.line = line.place
        # Who is known by number may be spelled or called otherwise today. A line without number is
        # no authority on that: it may be a payment form, filled in on a telephone.
        if line.number:
            if person.number and person.number.lower() != line.number.lower():
                line.notes.append(
                    _(
                        "numéro %(before)s remplacé par %(number)s",
                        before=person.number,
                        number=line.number,
                    )
                )
            person.number = line.number
            self._by_number[line.number.lower()] = person
            self._rename(person, line)
        person.birth_year = line.values.get("birth_year", person.birth_year)
        self._know_address(person, line.values.get("email", ""))

    def _rename(self, person: Person, line: Line) -> None:
        given, family = (line.values.get(name, "") for name in NAMES)
        if line.any_order != person.any_order:
            # An empty cell erases nothing; with the same words, they are only parted otherwise.
            given, family = given or person.given_name, family or person.family_name
        former = person.name
        person.call(given, family)
        if person.name != former:
            self._by_name[former].remove(person)
            self._by_name.setdefault(person.name, []).append(person)
            self._know_address(person, person.start.email if person.start else "")

    def _know_address(self, person: Person, email: str) -> None:
        known = self._by_email.setdefault((email.lower(), person.any_order), []) if email else []
        if person not in known:
            known.append(person)
