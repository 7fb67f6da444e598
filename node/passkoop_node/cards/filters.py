"""By what the list of members can be narrowed, as other rooms say it."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from aiohttp import web

from passkoop_node.core.language import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A choice above the list of members. All is asked in the database's thread."""

    name: str  # in the address
    title: Message
    choices: Callable[[web.Request], Mapping[str, Message]]  # none: it is not shown
    ids: Callable[[web.Request, str], Set[int]]  # of the members whom a choice leaves


FILTERS: web.AppKey[Sequence[Filter]] = web.AppKey("FILTERS")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A choice as the page shows it."""

    name: str
    title: Message
    choices: Mapping[str, Message]
    value: str  # "": everybody


def narrowed(
    request: web.Request, among: Set[int] | None
) -> tuple[Set[int] | None, Sequence[Chosen]]:
    """Return whom the address leaves of `among`, None being all, and the choices to show."""
    chosen = []
    for one in request.app.get(FILTERS, ()):
        choices = one.choices(request)
        if not choices:
            continue
        asked = request.query.get(one.name, "")
        value = asked if asked in choices else ""
        chosen.append(Chosen(name=one.name, title=one.title, choices=choices, value=value))
        if value:
            ids = one.ids(request, value)
            among = ids if among is None else among & ids
    return among, chosen
