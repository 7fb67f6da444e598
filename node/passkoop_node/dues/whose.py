"""Whose a payment may be: names and addresses in what a bank or a shop wrote. No I/O."""

from collections.abc import Iterable, Sequence

from passkoop_node.members.member import Member
from passkoop_node.members.names import any_order
from passkoop_node.members.text import words

MOST = 3  # proposals


class Whose:
    """Everybody whom a payment may come from, looked at once for many lines."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._by_word: dict[str, list[tuple[frozenset[str], Member]]] = {}
        self._by_name: dict[str, list[Member]] = {}
        self._by_email: dict[str, list[Member]] = {}
        for one in members:
            name = any_order(one.given_name, one.family_name)
            self._by_name.setdefault(name, []).append(one)
            if one.email:
                self._by_email.setdefault(one.email.lower(), []).append(one)
            parts = frozenset(name.split())
            if len(parts) > 1:
                # By its longest word: rarer than « de » or « Marie ».
                self._by_word.setdefault(max(parts, key=len), []).append((parts, one))

    def called(self, name: str) -> list[Member]:
        """Return those who are called so, in any order of the name's words."""
        return self._by_name.get(any_order(name, ""), [])

    def reached(self, email: str) -> list[Member]:
        """Return those who have this address."""
        return self._by_email.get(email.strip().lower(), []) if email else []

    def named_in(self, *texts: str) -> list[Member]:
        """Return those whose whole name stands somewhere in these words."""
        said = {word for text in texts for word in words(text)}
        return [
            one
            for word in sorted(said)
            for parts, one in self._by_word.get(word, ())
            if parts <= said
        ]

    def proposed(self, *, person: str, payer: str, email: str, text: str) -> Sequence[Member]:
        """Return whose it may be, the likeliest first."""
        found = [
            *self.called(person or payer),
            *self.reached(email),
            *self.named_in(person),
            *self.named_in(payer, text),
        ]
        return list({one.id: one for one in found}.values())[:MOST]


def is_other(payer: str, member: Member, *, is_whole: bool) -> bool:
    """Return whether a payer is somebody else than the member.

    Args:
        payer: as the file writes it.
        member: for whom it is.
        is_whole: it is a whole name, as shops have it; banks write « M OU MME PETIT ».
    """
    said = set(words(payer))
    if is_whole:
        return bool(said) and any_order(payer, "") != any_order(
            member.given_name, member.family_name
        )
    family = set(words(member.family_name or member.given_name))
    return bool(said) and not family <= said
