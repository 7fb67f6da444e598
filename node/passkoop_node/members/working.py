"""The long work on a file of members, in parts between which the tills get their turn.

It belongs to no request: whoever leaves the page finds it done.
"""

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence

from aiohttp import web

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.handling import SERVICES, WORKER
from passkoop_node.core.language import N_, Message
from passkoop_node.core.settings import SettingsStore
from passkoop_node.errors import NodeError, NoNameColumn, RegisterChanged
from passkoop_node.members.beside import known_in, write_beside
from passkoop_node.members.choices import remember
from passkoop_node.members.csvfiles import Table
from passkoop_node.members.drafts import Draft, Drafts, new_id
from passkoop_node.members.imports import ImportPlan, found_columns, plan_import
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.staging import Staging, rows_of
from passkoop_node.members.store import MemberStore
from passkoop_node.members.titles import read_list
from passkoop_node.members.wording import file_fault

PATIENCE = 2.0  # seconds after which whoever sent a file sees how far it is
PART = 2_000  # members that are read or put aside before a till gets its turn
_TRIES = 5  # at reading a register that others write to

DRAFTS = web.AppKey("DRAFTS", Drafts)
READING = web.AppKey("READING", asyncio.Semaphore)  # of files: one at a time


class Working:
    """What is done with one file, for one person."""

    def __init__(self, app: web.Application, draft: Draft, *, now: int, actor: str) -> None:
        self.app = app
        self.draft = draft
        self.now = now
        self.actor = actor
        self.run = app[WORKER].run
        self.store = app[SERVICES].the(MemberStore)

    async def read(self, kept: Mapping[str, str], *, most: int) -> None:
        """Read the file, and reckon what it would do."""
        draft = self.draft
        async with self.app[READING]:
            try:
                self._step(N_("Lecture du fichier"))
                table = await asyncio.to_thread(read_list, draft.data, kept)
                if len(table.rows) > most:
                    draft.fault = _too_long(len(table.rows), most)
                    return
                draft.table, draft.chosen = table, _choices_for(table, kept)
                self.app[DRAFTS].make_room(draft)
                await self._plan()
            except NodeError as error:
                draft.fault = said(error)
        if draft.problem is not None and not isinstance(draft.problem, NoNameColumn):
            draft.fault = said(draft.problem)

    async def plan(self) -> None:
        """Reckon what the file would do now, or with other columns."""
        async with self.app[READING]:
            await self._plan()

    async def put_in(self) -> None:
        """Do what the plan says, all or nothing.

        If somebody worked on the register since and the plan is another one now, it is shown.
        """
        async with self.app[READING]:
            for _try in range(_TRIES):
                plan = self.draft.plan
                assert plan is not None
                if await self.run(self.store.revision) != plan.revision:
                    await self._plan()
                    fresh = self.draft.plan
                    if fresh is None or dataclasses.replace(fresh, revision=plan.revision) != plan:
                        self.draft.fault_of_plan = said(RegisterChanged())
                        return
                    plan = fresh
                if await self._put_in(plan):
                    return
            self.draft.fault_of_plan = said(RegisterChanged())

    async def _plan(self) -> None:
        draft = self.draft
        assert draft.table is not None
        draft.problem, draft.plan, draft.id = None, None, new_id()
        self._step(N_("Lecture du registre"), await self.run(self.store.count))
        revision, members = await self._register()
        self._step(N_("Comparaison du fichier et du registre"))
        try:
            draft.plan = await asyncio.to_thread(
                plan_import,
                draft.table,
                draft.data,
                members,
                await self.run(known_in, self.store),
                revision=revision,
                now=self.now,
                chosen=draft.chosen,
                mode=draft.mode,
            )
        except NodeError as error:
            draft.problem = error

    async def _register(self) -> tuple[int, Sequence[Member]]:
        """Return the whole register, and its revision."""
        for _try in range(_TRIES):
            members: list[Member] = []
            revision, part = await self.run(self._part, 0)
            first = revision
            while part and revision == first:
                members += part
                self.draft.done = len(members)
                revision, part = await self.run(self._part, len(members))
            if revision == first:
                return revision, members
        return await self.run(lambda: (self.store.revision(), self.store.members()))

    def _part(self, offset: int) -> tuple[int, list[Member]]:
        return self.store.revision(), self.store.members(limit=PART, offset=offset)

    async def _put_in(self, plan: ImportPlan) -> bool:
        """Return whether it is done; if not, somebody worked on the register meanwhile."""
        staging = Staging(self.store)
        everybody: list[MemberData] = [*plan.updates, *plan.additions]
        self._step(N_("Préparation des fiches"), len(everybody))
        await self.run(staging.begin)
        try:
            for first in range(0, len(everybody), PART):
                part = everybody[first : first + PART]
                await self.run(staging.put, await asyncio.to_thread(rows_of, part, now=self.now))
                self.draft.done = first + len(part)
            self._step(N_("Écriture dans le registre"))
            return await self.run(self._finish, plan, staging)
        finally:
            await self.run(staging.end)

    def _finish(self, plan: ImportPlan, staging: Staging) -> bool:
        services = self.app[SERVICES]
        with writing(self.store.db):
            if self.store.revision() != plan.revision:
                return False
            staging.take()
            write_beside(self.store, plan.beside, now=self.now)
            remember(services.the(SettingsStore), plan.chosen)
            services.the(AuditStore).add(
                "member.import", now=self.now, actor=self.actor, details=plan.counts
            )
        draft = self.draft
        draft.plan = dataclasses.replace(plan, data=b"", additions=(), updates=(), found=())
        draft.data, draft.table, draft.id = b"", None, new_id()
        return True

    def _step(self, step: Message, total: int = 0) -> None:
        self.draft.step, self.draft.done, self.draft.total = step, 0, total


def _choices_for(table: Table, kept: Mapping[str, str]) -> Mapping[str, str]:
    """Return what was chosen before for columns that this file has."""
    keys = {one.key for one in found_columns(table, None)}
    return {key: field for key, field in kept.items() if key in keys}


def said(error: NodeError) -> Message:
    """Return what is wrong with a file; another fault is for the page of errors."""
    fault = file_fault(error)
    if fault is None:
        raise error
    return fault


def _too_long(lines: int, most: int) -> Message:
    return N_(
        "Ce fichier a %(num)s lignes : cette page en prend %(most)s au plus. La commande "
        "« passkoop member import » les prend toutes.",
        num=lines,
        most=most,
    )
