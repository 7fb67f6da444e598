"""What is wrong with the node, mailed to its administrators: once a day at most, and only news."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.core.database import writing
from passkoop_node.core.feature import Job, Pages
from passkoop_node.core.handling import CLOCK, SERVICES, WORKER
from passkoop_node.core.language import SOURCE, _, ngettext, speaking
from passkoop_node.core.letters import Letter
from passkoop_node.core.settings import Setting
from passkoop_node.findings import Finding, Level
from passkoop_node.health import examine
from passkoop_node.rooms import Rooms

KIND = "health"
DAY = 86_400
SETTLE = 3_600  # seconds from the start of the node: its first backup and news come first
_TICK = 3_600
_LOOK = 6 * 3_600  # seconds between two looks
# Worth a letter though nothing is broken yet; of what is bad, everything is.
_ALSO = {"lists", "directory_old", "backup"}

TOLD: Setting[dict[str, Any]] = Setting(name="health.told", default={})  # {"codes", "at"}


def worth_a_letter(findings: Sequence[Finding]) -> list[Finding]:
    """Return what administrators are told of."""
    return [
        one
        for one in findings
        if one.level is Level.BAD or (one.level is Level.NOTE and one.code in _ALSO)
    ]


def tell(rooms: Rooms, *, now: int) -> int:
    """Put a letter for each administrator into the outbox if something changed; return how many.

    Nothing is put where mail is not set up or no administrator has an address: the page of health
    says so.
    """
    told = rooms.settings.get(TOLD)
    if 0 <= now - int(told.get("at", 0)) < DAY or not rooms.mail.is_ready():
        return 0
    people = rooms.accounts.administrators()
    if not people:
        return 0
    found = worth_a_letter(examine(rooms, now=now))
    codes = sorted({one.code for one in found})
    if codes == told.get("codes", []):
        return 0
    subject, text = _written(found, rooms.ourselves.profile.name)
    with writing(rooms.db):
        for one in people:
            letter = Letter(to=one.email, subject=subject, text=text, language=SOURCE, kind=KIND)
            rooms.post.put(letter, actor="serve", now=now)
        rooms.settings.set(TOLD, {"codes": codes, "at": now})
        rooms.audit.add("health.tell", now=now, actor="serve", details={"codes": codes})
    return len(people)


def _written(found: Sequence[Finding], coop: str) -> tuple[str, str]:
    with speaking(SOURCE):  # accounts have no language of their own
        if not found:
            return (
                _("Pass'Koop de %(coop)s : tout va bien", coop=coop),
                _("Bonjour,\n\nCe qui n'allait pas est réglé. Rien à faire."),
            )
        subject = _("Pass'Koop de %(coop)s : à voir", coop=coop)
        lines = [f"– {one.says}" + (f"\n  {one.to_do}" if one.to_do else "") for one in found]
        paragraphs = [
            _("Bonjour,"),
            ngettext("%(num)s chose à faire :", "%(num)s choses à faire :", len(found)),
            *lines,
            _(
                "La page « Santé » des réglages dit où cela en est. Ce message ne revient que si "
                "quelque chose change, une fois par jour au plus."
            ),
        ]
        return subject, "\n\n".join(paragraphs)


async def tick(app: web.Application) -> None:
    """Look now and then, but not while the node is still starting."""
    now, rooms = app[CLOCK](), app[SERVICES].the(Rooms)
    seen = app[_SEEN]
    began = seen.setdefault("began", now)
    if 0 <= now - began < SETTLE or 0 <= now - seen.get("looked", 0) < _LOOK:
        return
    seen["looked"] = now
    await app[WORKER].run(tell, rooms, now=now)


_SEEN: web.AppKey[dict[str, int]] = web.AppKey("SEEN")


def pages() -> Pages:
    """Return the job; it shows nothing."""

    def set_up(app: web.Application) -> None:
        app[_SEEN] = {}

    return Pages(routes=(), jobs=(Job(name="notices", every=_TICK, work=tick),), set_up=set_up)
