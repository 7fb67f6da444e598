"""Files that were sent and not imported yet: bounded, in memory, and only for who sent them."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from passkoop_node.core.language import Message
from passkoop_node.errors import NodeError
from passkoop_node.members.csvfiles import Table
from passkoop_node.members.imports import ImportPlan
from passkoop_node.members.modes import Mode

KEPT = 30 * 60  # seconds
MOST = 4  # of all people together; the oldest goes
MOST_LINES = 120_000  # of all of them: 100,000 take 300 MB of memory


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
    table: Table | None = field(default=None, repr=False)  # None: not read, or imported
    chosen: Mapping[str, str] = field(default_factory=dict)  # as `recognised` takes it
    mode: Mode = Mode.AUTO
    plan: ImportPlan | None = field(default=None, repr=False)
    problem: NodeError | None = None  # why there is no plan
    id: str = field(default_factory=new_id)  # another for each plan
    fault: Message | None = None  # why the file cannot be taken at all
    fault_of_plan: Message | None = None  # why what was agreed to was not done: told once
    before: "Draft | None" = field(default=None, repr=False)  # stays if this is no list
    work: "asyncio.Task[None] | None" = field(default=None, repr=False)
    step: Message | None = None  # of the work
    done: int = 0  # of `total` members, in this step
    total: int = 0  # 0: nobody knows

    @property
    def is_done(self) -> bool:
        """Whether it is imported: then only the report is left."""
        return self.table is None and self.plan is not None

    @property
    def lines(self) -> int:
        """How many lines of the file are in memory."""
        return len(self.table.rows) if self.table else len(self.plan.lines) if self.plan else 0

    @property
    def is_worked_on(self) -> bool:
        """Whether it is being read, planned or imported just now."""
        return self.work is not None and not self.work.done()


class Drafts:
    """The drafts of all who import just now, one each."""

    def __init__(self) -> None:
        self._by_owner: dict[bytes, Draft] = {}

    def keep(self, draft: Draft) -> None:
        """Keep a draft instead of the one that its owner had."""
        self._by_owner.pop(draft.owner, None)
        self._by_owner[draft.owner] = draft
        others = [one.owner for one in self._by_owner.values() if not one.is_worked_on]
        for owner in others[: max(0, len(self._by_owner) - MOST)]:
            del self._by_owner[owner]

    def make_room(self, draft: Draft) -> None:
        """Forget the oldest drafts of others, if the lines of all are too many."""
        others = [one for one in self._by_owner.values() if one is not draft]
        lines = sum(one.lines for one in self._by_owner.values())
        for one in others:
            if lines > MOST_LINES and not one.is_worked_on:
                lines -= one.lines
                del self._by_owner[one.owner]

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
            if not draft.is_worked_on and not 0 <= now - draft.at < KEPT:
                del self._by_owner[owner]

    def works(self) -> list["asyncio.Task[None]"]:
        """Return the work on files that goes on."""
        return [one.work for one in self._by_owner.values() if one.work and not one.work.done()]

    def __len__(self) -> int:
        return len(self._by_owner)
