"""A long list, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True, slots=True)
class Paged(Generic[Item]):
    """One page of a list."""

    items: Sequence[Item]
    number: int  # from 1
    count: int  # of pages, at least 1
    first: int  # place of the first item in the whole list, from 1; 0 if there is none
    total: int  # of the whole list
    address: str  # the way to a page: its number comes behind

    @property
    def last(self) -> int:
        """The place of the last item in the whole list."""
        return max(0, self.first - 1) + len(self.items)


def asked_page(request: web.Request) -> int:
    """Return the page that is asked for, from 1."""
    asked = request.query.get("page", "")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 9 else 1


def page_of(items: Sequence[Item], request: web.Request, *, size: int) -> Paged[Item]:
    """Return the page of `items` that is asked for, the last one if there are fewer."""
    first = first_of_page(request, size=size, total=len(items))
    return page_with(items[first : first + size], request, size=size, total=len(items))


def first_of_page(request: web.Request, *, size: int, total: int) -> int:
    """Return the place of the first item of the page that is asked for, from 0."""
    return (min(asked_page(request), _count(size, total)) - 1) * size


def page_with(items: Sequence[Item], request: web.Request, *, size: int, total: int) -> Paged[Item]:
    """Return the page that is asked for, its items given."""
    first = first_of_page(request, size=size, total=total)
    query = {name: value for name, value in request.query.items() if name != "page"}
    return Paged(
        items=items,
        number=first // size + 1,
        count=_count(size, total),
        first=first + 1 if items else 0,
        total=total,
        address=str(request.rel_url.with_query({**query, "page": ""})),
    )


def _count(size: int, total: int) -> int:
    return max(1, -(-total // size))
