"""A form that was sent: what was typed, and what is wrong with it."""

from collections.abc import Mapping
from typing import TypeVar

from aiohttp import web

from passkoop_node.core.language import N_, Message
from passkoop_node.errors import NodeError

Choice = TypeVar("Choice")


class Form:
    """What was typed. Reading a field notes what is wrong with it; ask `ok` after the last one."""

    def __init__(self, typed: Mapping[str, str] | None = None) -> None:
        self.typed = dict(typed or {})
        self.errors: dict[str, Message] = {}

    def __getitem__(self, name: str) -> str:
        """Return what was typed, "" if nothing was: a template shows it again."""
        return self.typed.get(name, "")

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.errors

    def wrong(self, name: str, says: Message) -> None:
        """Say what is wrong with a field; what was said first stays."""
        self.errors.setdefault(name, says)

    def text(self, name: str, *, most: int, optional: bool = False) -> str:
        """Return a line of text, its outer spaces cut off."""
        value = " ".join(self[name].split())
        if not value and not optional:
            self.wrong(name, N_("Écrivez quelque chose ici."))
        elif len(value) > most:
            self.wrong(name, N_("C'est trop long : %(most)s caractères au plus.", most=most))
        elif not value.isprintable():
            self.wrong(name, N_("Ce texte contient des signes invisibles : tapez-le de nouveau."))
        return value

    def whole(self, name: str, *, least: int = 1, most: int, otherwise: int | None = None) -> int:
        """Return the whole number that was typed, 0 where it is wrong.

        Args:
            name: of the field.
            least: the smallest.
            most: the largest.
            otherwise: what nothing typed means; None: it is wrong.
        """
        typed = self[name].strip()
        if not typed and otherwise is not None:
            return otherwise
        is_short = typed.isascii() and typed.isdecimal() and len(typed) < 10
        if is_short and least <= int(typed) <= most:
            return int(typed)
        self.wrong(name, N_("Un nombre, de %(least)s à %(most)s.", least=least, most=most))
        return 0

    def choice(self, name: str, choices: Mapping[str, Choice]) -> Choice | None:
        """Return what was chosen, or None if nothing that is offered was."""
        if self[name] not in choices:
            self.wrong(name, N_("Choisissez l'une des possibilités."))
        return choices.get(self[name])


def told(error: NodeError) -> Message:
    """Return what an error says, as a field's fault; it is translated already."""
    says = f"{error}. {error.hint}"
    return Message("%(says)s", {"says": says[:1].upper() + says[1:]})


async def read_form(request: web.Request) -> Form:
    """Return the form that was sent; files are not in it."""
    sent = await request.post()
    return Form({name: value for name, value in sent.items() if isinstance(value, str)})
