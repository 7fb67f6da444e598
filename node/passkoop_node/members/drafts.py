"""Files that were sent and not imported yet: bounded, in memory, and only for who sent them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from passkoop_node.errors import NodeError
from passkoop_node.members.csvfiles import Table
from passkoop_node.members.imports import ImportPlan

KEPT = 30 * 60  # seconds
MOST = 4  # of all people together; the oldest goes


def new_id() -> str:
    """Return a name for a plan that no other has."""
    return secrets.token_hex(8)


@dataclass(slots=True, kw_only=True)
class Draft:
    """A file on its way into the register."""

    owner: bytes  # the session's
    title: str  # the file's name
    at: int  # seconds, UTC: when something was last done with it
    data: bytes = field(repr=False)
    table: Table | None = field(repr=False)  # None once it is imported
    chosen: Mapping[str, str] = field(default_factory=dict)  # as `recognised` takes it
    plan: ImportPlan | None = field(default=None, repr=False)
    problem: NodeError | None = None  # why there is no plan
    id: str = field(default_factory=new_id)  # another for each plan

    @property
    def is_done(self) -> bool:
        """Whether it is imported: then only the report is left."""
        return self.table is None


class Drafts:
    """The drafts of all who import just now, one each."""

    def __init__(self) -> None:
        self._by_owner: dict[bytes, Draft] = {}

    def keep(self, draft: Draft) -> None:
        """Keep a draft instead of the one that its owner had."""
        self._by_owner.pop(draft.owner, None)
        self._by_owner[draft.owner] = draft
        while len(self._by_owner) > MOST:
            del self._by_owner[next(iter(self._by_owner))]

    def of(self, owner: bytes, *, now: int) -> Draft | None:
        """Return the draft of somebody, if there is one that is not too old."""
        self.sweep(now=now)
        draft = self._by_owner.get(owner)
        if draft is not None:
            draft.at = now
        return draft

    def drop(self, owner: bytes) -> None:
        """Forget the draft of somebody."""
        self._by_owner.pop(owner, None)

    def sweep(self, *, now: int) -> None:
        """Forget what is too old."""
        for owner, draft in list(self._by_owner.items()):
            if not 0 <= now - draft.at < KEPT:
                del self._by_owner[owner]

    def __len__(self) -> int:
        return len(self._by_owner)
