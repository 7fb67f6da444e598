"""What a co-op says of itself on its page of a directory (SPEC 6.2.1).

Nothing in it is worth refusing a descriptor for: what is not understood is left out, and named.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeVar

from .fields import is_hidden_free

LEADS = ("site", "join", "shop", "mail", "facebook")  # where a page may lead at once
DAYS = 7
DAY_MINUTES = 24 * 60
MICRO = 1_000_000  # of a degree
MAX_LINE, MAX_TEXT, MAX_ADDRESS = 300, 3_000, 300  # characters
MAX_ITEMS = 12

_LANGUAGE = re.compile("[a-z]{2}")

Span = tuple[int, int]  # minutes since midnight: open from, to
_T = TypeVar("_T")


class Stage(IntEnum):
    """How far a co-op has come."""

    UNKNOWN = 0
    IDEA = 1
    GROUP = 2  # working groups have begun
    LAB = 3  # members order together
    GROCERY = 4
    SUPERMARKET = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A co-op's own words in one language. Texts may have several paragraphs."""

    summary: str = ""
    gains: tuple[str, ...] = ()  # what members get, a line each
    joining: str = ""
    steps: tuple[str, ...] = ()  # of joining, in their order
    gifts: str = ""  # the programme of donations
    hours: str = ""  # what the table of hours does not say


@dataclass(frozen=True, kw_only=True, slots=True)
class CoopPage:
    """What stands on a co-op's page, besides its name, its place and whom it welcomes."""

    words: Mapping[str, Words] = field(default_factory=dict)  # by language, ISO 639-1
    site: str = ""  # web addresses, as they were given: whoever follows one must fear it
    join: str = ""  # a form to join
    shop: str = ""
    facebook: str = ""
    give: str = ""
    mail: str = ""
    phone: str = ""
    leads: str = ""  # one of LEADS: the page leads there; "": it speaks for itself
    address: str = ""
    postcode: str = ""
    region: str = ""
    position: tuple[int, int] | None = None  # latitude, longitude, in millionths of a degree
    stage: Stage = Stage.UNKNOWN
    online: bool | None = None  # whether one can join on line; None: not said
    hours: tuple[tuple[Span, ...], ...] = ()  # seven days from Monday; (): not said


_LINES = ("site", "join", "shop", "facebook", "give", "mail", "phone", "address", "postcode")


def page_to_map(page: CoopPage) -> dict[str, Any]:
    """Return the page as it stands in a descriptor; what is empty is left out."""
    value: dict[str, Any] = {
        name: getattr(page, name) for name in (*_LINES, "region", "leads") if getattr(page, name)
    }
    if page.position is not None:
        value["position"] = list(page.position)
    if page.stage:
        value["stage"] = int(page.stage)
    if page.online is not None:
        value["online"] = page.online
    if page.hours:
        value["hours"] = [[list(span) for span in spans] for spans in page.hours]
    for language, words in page.words.items():
        said: dict[str, Any] = {
            name: getattr(words, name)
            for name in ("summary", "joining", "gifts", "hours")
            if getattr(words, name)
        }
        said |= {name: list(getattr(words, name)) for name in ("gains", "steps")}
        if said := {name: content for name, content in said.items() if content}:
            value[language] = said
    return value


def parse_page(value: Mapping[str, Any]) -> tuple[CoopPage, tuple[str, ...]]:
    """Return the page in a descriptor, and the names of what was left out."""
    left_out: list[str] = []

    def take(name: str, read: Callable[[Any], _T | None], default: _T) -> _T:
        if name not in value:
            return default
        found = read(value[name])
        if found is None:
            left_out.append(name)
            return default
        return found

    words = {}
    for name, content in value.items():
        if type(name) is str and _LANGUAGE.fullmatch(name):
            words[name], missed = _words(content)
            left_out += [f"{name}.{one}" for one in missed]
    page = CoopPage(
        words=words,
        **{name: take(name, _line, "") for name in _LINES},
        region=take("region", lambda given: _line(given, 60), ""),
        leads=take("leads", lambda given: given if given in LEADS else None, ""),
        position=take("position", _position, None),
        stage=take("stage", _stage, Stage.UNKNOWN),
        online=take("online", lambda given: given if type(given) is bool else None, None),
        hours=take("hours", _hours, ()),
    )
    return page, tuple(left_out)


def _words(value: Any) -> tuple[Words, list[str]]:
    if not isinstance(value, Mapping):
        return Words(), ["?"]
    found: dict[str, Any] = {}
    for name, read in (
        ("summary", lambda given: _text(given, 2 * MAX_LINE)),
        ("joining", _text),
        ("gifts", _text),
        ("hours", lambda given: _text(given, MAX_LINE)),
        ("gains", _list),
        ("steps", _list),
    ):
        if name in value:
            found[name] = read(value[name])
    missed = [name for name, content in found.items() if content is None]
    return Words(**{name: content for name, content in found.items() if content is not None}), (
        missed
    )


def _line(value: Any, longest: int = MAX_ADDRESS) -> str | None:
    if type(value) is str and len(value) <= longest and is_hidden_free(value):
        return value.strip()
    return None


def _text(value: Any, longest: int = MAX_TEXT) -> str | None:
    if type(value) is str and len(value) <= longest and is_hidden_free(value.replace("\n", "")):
        return value.strip()
    return None


def _list(value: Any) -> tuple[str, ...] | None:
    if type(value) is not list or len(value) > MAX_ITEMS:
        return None
    lines = [_line(one, MAX_LINE) for one in value]
    return None if None in lines else tuple(filter(None, lines))


def _position(value: Any) -> tuple[int, int] | None:
    pair = _pair(value)
    if pair and abs(pair[0]) <= 90 * MICRO and abs(pair[1]) <= 180 * MICRO:
        return pair
    return None


def _pair(value: Any) -> tuple[int, int] | None:
    """Return two integers; True is none (SPEC 3.1)."""
    if type(value) is list and [type(one) for one in value] == [int, int]:
        return value[0], value[1]
    return None


def _stage(value: Any) -> Stage | None:
    return Stage(value) if type(value) is int and 1 <= value <= 5 else None


def _hours(value: Any) -> tuple[tuple[Span, ...], ...] | None:
    if type(value) is not list or len(value) != DAYS:
        return None
    days = []
    for spans in value:
        if type(spans) is not list or len(spans) > 4:
            return None
        read: list[Span] = []
        for span in spans:
            pair = _pair(span)
            if pair is None or not 0 <= pair[0] < pair[1] <= DAY_MINUTES:
                return None
            read.append(pair)
        days.append(tuple(read))
    return tuple(days)
