"""What the register becomes when a file is read."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from passkoop_node.core.language import _
from passkoop_node.errors import ContradictoryFile
from passkoop_node.members.cells import BadLine
from passkoop_node.members.matching import People
from passkoop_node.members.member import Member
from passkoop_node.members.persons import Line, Person, person_of
from passkoop_node.members.text import shown

_READINGS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Who is who in a file."""

    taken: list[tuple[Line, Person]]
    problems: list[tuple[Line, BadLine]]
    persons: list[Person]  # all of the register, and who is new


def read_into(members: Iterable[Member], lines: Sequence[Line], *, has_households: bool) -> Reading:
    """Return the reading of `lines` after which reading them again changes nothing.

    One line can change a name or an address by which another goes. What that one says when the file
    comes again, it says today.

    Raises:
        ContradictoryFile: there is no such reading.
    """
    reading = _read_once(list(map(person_of, members)), lines, has_households=has_households)
    if not has_households and not reading.problems and all(line.number for line in lines):
        return reading  # no doubt is left
    for _turn in range(_READINGS):
        persons = [person.again() for person in reading.persons if person.before or person.line]
        again = _read_once(persons, lines, has_households=has_households)
        unsettled = [person for person in again.persons if not person.is_settled()]
        unsettled += [person for person in reading.persons if person.was_mistaken()]
        if not unsettled:
            return reading
        reading = again
    raise ContradictoryFile(", ".join(sorted({shown(str(one)) for one in unsettled[:3]})))


def _read_once(
    persons: Sequence[Person], lines: Sequence[Line], *, has_households: bool
) -> Reading:
    people = People(persons, [line.copy() for line in lines], has_households=has_households)
    taken, problems = people.resolve()
    _settle_badges(taken, people.persons)
    _settle_numbers(taken, people.persons)
    return Reading(taken=taken, problems=problems, persons=people.persons)


def _settle_badges(taken: Sequence[tuple[Line, Person]], persons: Sequence[Person]) -> None:
    """Leave a badge to who has it; it is free where nobody has it or who had it got another one."""
    held = ((person.start.badge, person) for person in persons if person.start)
    holders = {badge: person for badge, person in held if badge}
    waiting: dict[str, deque[Person]] = {}
    todo = deque(dict.fromkeys(person for _line, person in taken if person.said.get("badge")))
    while todo:
        person = todo.popleft()
        badge = person.said["badge"]
        if holders.setdefault(badge, person) is not person:
            waiting.setdefault(badge, deque()).append(person)
        elif person.start and person.start.badge not in ("", badge):
            del holders[person.start.badge]
            todo.extendleft(reversed(waiting.pop(person.start.badge, ())))
    for person in (person for people in waiting.values() for person in people):
        del person.said["badge"]
    for line, person in taken:
        if "badge" in line.values and "badge" not in person.said:
            line.notes.append(_("badge déjà donné à quelqu'un d'autre, non repris"))


def _settle_numbers(taken: Sequence[tuple[Line, Person]], persons: Sequence[Person]) -> None:
    """Give those who have no number the ones after the highest plain one, bar codes apart."""
    numbers = [person.number for person in persons]
    plain = (int(number) for number in numbers if number.isdecimal() and len(number) < 10)
    highest = max(plain, default=0)
    for _line, person in taken:  # in the order in which the file, oldest first, speaks of them
        if not person.number:
            highest += 1
            person.number = str(highest)
