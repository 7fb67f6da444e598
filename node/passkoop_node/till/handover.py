"""Visits that a till noted while the node was away, handed over: each counts once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.till.desk import Desk
from passkoop_node.visits.register import Fate, Noted
from passkoop_node.visits.visit import BadVisit, Kind, NewVisit, Rule, Words
from passkoop_protocol.keys import CoopId
from passkoop_protocol.verdict import Outcome

MOST_LINES = 50  # in one go
_SAME_SCAN = 900  # seconds between what the node noted and what the till noted of the same scan
_MOST_REASONS = 20
_MOST_SECONDS = 2**40
Choice = TypeVar("Choice", Kind, Outcome)


def hand_over(desk: Desk, lines: Sequence[object], *, who: str, now: int) -> list[dict[str, Any]]:
    """Return what became of each line, in their order; on return what was taken is on the disk.

    Args:
        who: noted them; the same line of the same till counts once.
    """
    answers: list[Noted | None] = []
    wanted: list[NewVisit] = []
    for line in lines:
        try:
            wanted.append(_adopted(desk, line, parse_line(line, who=who)))
            answers.append(None)
        except NodeError as error:
            answers.append(Noted(till=who, line=_name(line), fate=Fate.REFUSED, error=error))
    taken = iter(desk.visits.register.note_all(wanted, now=now, trust=desk.trust()))
    return [_told(answer or next(taken)) for answer in answers]


def parse_line(line: object, *, who: str) -> NewVisit:
    """Return the line that a till sent; what it may say beyond its shape, the register checks.

    Raises:
        BadVisit: a field is missing, or of another kind.
    """
    if not isinstance(line, Mapping):
        raise BadVisit(_("cette ligne est illisible"))
    corrects = _text(line, "corrects")
    reasons = line.get("reasons", [])
    if not isinstance(reasons, list) or len(reasons) > _MOST_REASONS:
        raise BadVisit(_("cette ligne est illisible"))
    home, ref = _bytes(line, "home"), _bytes(line, "ref")
    try:
        rule = Rule(_text(line, "rule"))
    except ValueError as error:
        raise BadVisit(_("cette ligne est illisible")) from error
    kind, at = _choice(Kind, line, "kind"), _number(line, "at")
    if kind is None or at is None:
        raise BadVisit(_("cette ligne est illisible"))
    return NewVisit(
        till=who,
        line=_text(line, "line"),
        at=at,
        kind=kind,
        home=CoopId(home) if home is not None else None,
        member_ref=ref,
        category=_number(line, "category"),
        amount=_number(line, "amount"),
        outcome=_choice(Outcome, line, "outcome"),
        reasons=tuple(_code(one) for one in reasons),
        rule=rule,
        corrects=(who, corrects) if corrects else None,
        words=Words(name=_text(line, "name"), reason=_text(line, "reason")),
    )


def _adopted(desk: Desk, line: object, new: NewVisit) -> NewVisit:
    """Return the line as it was noted here, if only our answer to the scan was lost.

    The till asked, heard nothing and judged the card by itself: by its own clock.
    """
    if isinstance(line, Mapping) and line.get("asked") is True:
        known = desk.visits.store.find(new.till, new.line)
        if known is not None and abs(known.visit.at - new.at) <= _SAME_SCAN:
            return replace(new, at=known.visit.at)
    return new


def _told(noted: Noted) -> dict[str, Any]:
    told: dict[str, Any] = {"line": noted.line, "fate": noted.fate.value}
    if noted.error is not None:
        text = f"{noted.error}. {noted.error.hint}"
        told |= {"code": noted.error.code, "says": text[:1].upper() + text[1:]}
    return told


def _name(line: object) -> str:
    name = line.get("line") if isinstance(line, Mapping) else None
    return name[:64] if isinstance(name, str) else ""


def _text(line: Mapping[str, Any], field: str) -> str:
    value = line.get(field)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 1000:
        raise BadVisit(_("cette ligne est illisible"))
    return value


def _number(line: Mapping[str, Any], field: str) -> int | None:
    value = line.get(field)
    if value is None:
        return None
    if type(value) is not int or abs(value) > _MOST_SECONDS:
        raise BadVisit(_("cette ligne est illisible"))
    return value


def _bytes(line: Mapping[str, Any], field: str) -> bytes | None:
    text = _text(line, field)
    try:
        return bytes.fromhex(text) if text else None
    except ValueError as error:
        raise BadVisit(_("cette ligne est illisible")) from error


def _choice(kinds: type[Choice], line: Mapping[str, Any], field: str) -> Choice | None:
    value = _number(line, field)
    if value is None:
        return None
    try:
        return kinds(value)
    except ValueError as error:
        raise BadVisit(_("cette ligne est illisible")) from error


def _code(value: object) -> str:
    if not isinstance(value, str) or len(value) > 40 or not value.isascii():
        raise BadVisit(_("cette ligne est illisible"))
    return value
