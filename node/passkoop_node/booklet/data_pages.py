"""One's own data: taken away, and erased."""

import contextlib
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.booklet.archive import Archive
from passkoop_node.booklet.caller import me
from passkoop_node.booklet.documents import DocumentNotFound
from passkoop_node.booklet.erasing import Kept
from passkoop_node.booklet.room import OwnRoom
from passkoop_node.booklet.wishes import Wish
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import PAGES, go_to, render
from passkoop_node.core.guard import OWN_DOOR
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import _
from passkoop_node.core.limits import Limit
from passkoop_node.members.member import Member

DATA = f"{OWN_DOOR}/donnees"
ERASE = f"{OWN_DOOR}/effacement"
TAKING = web.AppKey("TAKING", Limit)
ZIP = "application/zip"


async def data_page(request: web.Request) -> web.Response:
    """GET /moi/donnees: what is kept, and the ways to take it away or have it erased."""

    def look() -> dict[str, Any]:
        member, room = me(request), the(request, OwnRoom)
        return {
            "member": member,
            "asked": room.wishes.of_member(member.id).get(Wish.ERASE),
            "sessions": room.keys.count(member.id, now=now(request)),
        }

    return render(request, "booklet/data.html", **await run(request, look))


async def take(request: web.Request) -> web.StreamResponse:
    """GET /moi/donnees.zip: all of it, piece by piece."""
    request.app[TAKING].take(str(caller(request).member), now=now(request))
    member = await run(request, me, request)
    return await send_archive(request, member)


async def send_archive(request: web.Request, member: Member) -> web.StreamResponse:
    """Send the file of a member's data; one document at a time is held."""
    room, moment = the(request, OwnRoom), now(request)
    told, documents = await run(request, lambda: (room.data.of(member), room.data.files(member)))
    response = web.StreamResponse(
        headers={
            "Content-Type": ZIP,
            "Content-Disposition": 'attachment; filename="mes-donnees.zip"',
        }
    )
    await response.prepare(request)
    archive = Archive(now=moment)
    coop = request.app[PAGES].coop
    await response.write(archive.begin(told, member, coop=coop, now=moment))
    for one in documents:
        with contextlib.suppress(DocumentNotFound):  # taken away meanwhile
            _document, data = await run(
                request, room.documents.content, one.id, member_id=member.id
            )
            await response.write(archive.add(one, data))
    await response.write(archive.end())
    await response.write_eof()
    return response


async def erase_page(request: web.Request) -> web.Response:
    """GET /moi/effacement: says what goes and what stays, and asks."""
    return await _erase_page(request)


async def _erase_page(request: web.Request, *, unsure: bool = False) -> web.Response:
    def look() -> tuple[Member, Kept, bool]:
        member, room = me(request), the(request, OwnRoom)
        asked = Wish.ERASE in room.wishes.of_member(member.id)
        return member, room.eraser.keeps(member), asked

    member, kept, asked = await run(request, look)
    return render(
        request,
        "booklet/erase.html",
        status=422 if unsure else 200,
        member=member,
        kept=kept,
        asked=asked,
        unsure=unsure,
    )


async def erase(request: web.Request) -> web.Response:
    """POST /moi/effacement: asked twice, then it waits for the office."""
    form = await read_form(request)
    if form["certain"] != "oui":
        return await _erase_page(request, unsure=True)

    def ask() -> None:
        member, room = me(request), the(request, OwnRoom)
        room.wishes.ask(member.id, Wish.ERASE, now=now(request))
        room.documents.audit.add(
            "own.ask_erase", now=now(request), actor=caller(request).actor, subject=member.number
        )

    await run(request, ask)
    return go_to(request, DATA, say=_("C'est demandé : le bureau de la coop s'en occupe."))


async def stay(request: web.Request) -> web.Response:
    """POST /moi/effacement/reprendre: takes the wish back."""
    await read_form(request)

    def forget() -> bool:
        return the(request, OwnRoom).wishes.forget(me(request).id, Wish.ERASE)

    done = await run(request, forget)
    return go_to(request, DATA, say=_("Votre demande est retirée.") if done else "")


async def close(request: web.Request) -> web.Response:
    """POST /moi/donnees/appareils: closes the page on all devices."""
    await read_form(request)

    def end() -> None:
        member = me(request)
        close_all = the(request, OwnRoom).entrance.close_all
        close_all(member, actor=caller(request).actor, now=now(request))

    await run(request, end)
    return go_to(request, OWN_DOOR, say=_("Votre page est fermée partout."))


def set_up(app: web.Application) -> None:
    """Count what is taken away from now on."""
    app[TAKING] = Limit(5, 600)


def routes() -> Sequence[Route]:
    """Return the ways to one's own data."""
    own = Needs.MEMBER
    return (
        get(DATA, data_page, needs=own),
        get(f"{DATA}.zip", take, needs=own),
        post(f"{DATA}/appareils", close, needs=own),
        get(ERASE, erase_page, needs=own),
        post(ERASE, erase, needs=own),
        post(f"{ERASE}/reprendre", stay, needs=own),
    )
