"""What an import may do: add, bring up to date, or both."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from passkoop_node.core.language import N_, Message, _
from passkoop_node.members.cells import BadLine
from passkoop_node.members.columns import Values
from passkoop_node.members.member import Member
from passkoop_node.members.persons import Line, Person
from passkoop_node.members.reading import Reading


class Mode(StrEnum):
    """What an import may do; the values stand in commands and forms."""

    AUTO = "auto"
    CREATE = "create"
    UPDATE = "update"


TITLES: dict[str, tuple[Message, Message]] = {
    Mode.AUTO: (
        N_("Ajouter les nouveaux, mettre à jour les autres"),
        N_("C'est ce qu'il faut le plus souvent."),
    ),
    Mode.CREATE: (
        N_("Ajouter les nouveaux seulement"),
        N_("Les fiches qui sont déjà là ne changent pas."),
    ),
    Mode.UPDATE: (
        N_("Mettre à jour seulement"),
        N_("Personne n'est ajouté. Le numéro ou l'adresse e-mail suffit, sans les noms."),
    ),
}


class Whom:
    """Who is meant by a line without a name."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._by_number = {one.number.lower(): one for one in members}
        self._by_email: dict[str, list[Member]] = {}
        for one in members:
            if one.email:
                self._by_email.setdefault(one.email.lower(), []).append(one)

    def complete(self, values: Values) -> None:
        """Give a line the name that the register has for its number, or else for its address.

        Raises:
            BadLine: nobody has it, or several do.
        """
        number, email = values.get("number", ""), values.get("email", "")
        found = [self._by_number[number.lower()]] if number.lower() in self._by_number else []
        if not number:
            found = self._by_email.get(email.lower(), []) if email else []
        if len(found) > 1:
            raise BadLine(_("plusieurs membres ont cette adresse ; ajoutez leur numéro au fichier"))
        if found:
            values |= {"given_name": found[0].given_name, "family_name": found[0].family_name}
        elif number or email:
            raise BadLine(_("personne dans le registre n'a ce numéro ou cette adresse"))


def within(
    mode: Mode, lines: Sequence[Line], read: Callable[[Sequence[Line]], Reading]
) -> tuple[Reading, list[tuple[Line, str]]]:
    """Return the reading of the lines that a mode takes, and the others with the reason.

    What is left out counts for nobody else either, so that the rest is read anew without it.
    """
    left_out: list[tuple[Line, str]] = []
    while True:
        reading = read(lines)
        gone = {line.order: person for line, person in reading.taken if not _takes(mode, person)}
        if not gone:
            return reading, left_out
        left_out += [(line, _why(gone[line.order])) for line in lines if line.order in gone]
        lines = [line for line in lines if line.order not in gone]


def _takes(mode: Mode, person: Person) -> bool:
    return mode is Mode.AUTO or (person.before is None) == (mode is Mode.CREATE)


def _why(person: Person) -> str:
    if person.before is None:
        return _("pas dans le registre, laissé de côté")
    return _("déjà dans le registre (n° %(number)s), laissé de côté", number=person.before.number)
