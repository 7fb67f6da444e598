"""In which order a list is asked for, and the ways to others."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from passkoop_node.core.language import Message

By = TypeVar("By", bound=StrEnum)
# What a list can be sorted by: a column's heading, and the words after "in the order of".
Words = Mapping[By, tuple[Message, Message]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Order(Generic[By]):
    """In which order a list is asked for."""

    by: By
    descending: bool
    query: Mapping[str, str]  # what else was asked for
    words: Words[By]

    def way(self, by: By) -> str:
        """Return the address of the list sorted by a column; by the present one: the other way."""
        turned = by is self.by and not self.descending
        return "?" + urlencode({**self.query, "tri": by} | ({"sens": "inverse"} if turned else {}))


def asked_order(request: web.Request, words: Words[By], *, default: By) -> Order[By]:
    """Return the order that the address asks for; the default one if it does not say."""
    asked = request.query.get("tri", "")
    by = next((one for one in words if one == asked), default)
    query = {k: v for k, v in request.query.items() if k not in ("tri", "sens", "page")}
    descending = request.query.get("sens") == "inverse"
    return Order(by=by, descending=descending, query=query, words=words)
