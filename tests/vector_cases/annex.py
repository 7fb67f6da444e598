"""Annex A of SPEC.md followed to the letter, from the tables in its text: what the cases expect."""

import re
from pathlib import Path

_SPEC = (Path(__file__).parents[2] / "SPEC.md").read_text("utf-8")
_BLOCKS = re.findall(r"```text\n(.*?)```", _SPEC.partition("## Annex A")[2], re.DOTALL)
_WORDS = _BLOCKS[0].split()
ROWS = {_WORDS[at]: (_WORDS[at + 1], _WORDS[at + 2]) for at in range(0, len(_WORDS), 3)}
LAYOUTS = [line.split() for line in _BLOCKS[1].splitlines()]
_SAME = [chr(number) for number in (*range(0x21), 0x7F)]


def _cased(character: str) -> str:
    for other in (character.upper(), character.lower()):
        if len(other) == 1 and other != character:
            return other
    return character


def _with_caps_lock(rows: tuple[str, str], rule: str, keys: str) -> tuple[str, str]:
    low, high = rows
    if rule == "upper":
        return "".join(one.upper() if len(one.upper()) == 1 else one for one in low), high
    pairs = []
    for us, alone, shifted in zip(ROWS["us"][0], low, high, strict=True):
        swap = rule == "shift" and us in keys
        pairs.append((shifted, alone) if swap else (_cased(alone), _cased(shifted)))
    return "".join(alone for alone, _ in pairs), "".join(shifted for _, shifted in pairs)


def tables() -> list[dict[str, str]]:
    """Return the 36 tables, from what arrives to what was sent."""
    sent = "".join(ROWS["us"])
    found: list[dict[str, str]] = []
    for _, rows, rule, *keys in LAYOUTS:
        for arriving in (ROWS[rows], _with_caps_lock(ROWS[rows], rule, "".join(keys))):
            table = {one: one for one in _SAME}
            for wanted_first in (True, False):
                for meant, comes in zip(sent, "".join(arriving), strict=True):
                    if (meant in "ABCDEFGHIJKLMNOPQRSTUVWXYZ") is wanted_first and comes != "◌":
                        table.setdefault(comes, meant)
            if table not in found:
                found.append(table)
    return found


def repairs(text: str) -> list[str]:
    """Return all that Annex A yields for `text`."""
    if len(text) > 1_024:
        return []
    given: list[str] = []
    for table in tables():
        result = [table.get(one) for one in text]
        ends = [at for at, one in enumerate(result) if one == "#"]
        if None in result[ends[-1] + 1 if ends else 0 :]:
            continue
        repaired = "".join("?" if one is None else one for one in result)
        if repaired not in given:
            given.append(repaired)
    return given
