"""Names of people: two spellings of one name, and one field that holds both halves."""

from passkoop_node.members.text import words

# They stand before a family name and are written small beside capitals: « Anne de LA TOUR ».
# fmt: off
_PARTICLES = frozenset({
    "d", "da", "das", "de", "degli", "dei", "del", "della", "den", "der", "des", "di", "do", "dos",
    "du", "la", "las", "le", "les", "los", "ten", "ter", "van", "von", "y",
})
# fmt: on


def as_written(given_name: str, family_name: str) -> str:
    """Return what is the same in all spellings of a name."""
    return " ".join(words(f"{given_name} {family_name}"))


def any_order(given_name: str, family_name: str) -> str:
    """Return what is the same in all spellings of a name, also with its halves swapped."""
    return " ".join(sorted(words(f"{given_name} {family_name}")))


def split_full_name(name: str) -> tuple[str, str]:
    """Return the given and the family name of a field that holds both.

    A comma parts family from given name; words in capitals are the family name. With neither, the
    first word is the given name: read one after the other, the halves then give what was written.
    """
    family, comma, given = name.partition(",")
    if comma and family.strip() and given.strip():
        return given.strip(), family.strip()
    parts = name.split()
    capitals = [_is_in_capitals(part) for part in parts]
    if not any(capitals) or all(capitals):
        return (parts[0], " ".join(parts[1:])) if len(parts) > 1 else ("", name)
    if capitals[-1]:
        begin = len(parts) - 1
        while begin > 1 and (
            capitals[begin - 1] or parts[begin - 1].lower().rstrip("'’") in _PARTICLES
        ):
            begin -= 1
        # All else in capitals before the given name would be lost to it: « DUPONT Marie LEROY ».
        return " ".join(parts[:begin]), " ".join(parts[begin:])
    if capitals[0]:
        end = capitals.index(False)
        return " ".join(parts[end:]), " ".join(parts[:end])
    return parts[0], " ".join(parts[1:])


def _is_in_capitals(word: str) -> bool:
    return word.isupper() and sum(map(str.isalpha, word)) > 1
