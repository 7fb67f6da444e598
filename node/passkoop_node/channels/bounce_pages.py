"""The office's page of addresses that came back: pasted, or in a file; noted after a look."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.channels.bounces import MOST, MOST_FOUND, members_named, parse_bounces
from passkoop_node.channels.sending import Channels
from passkoop_node.channels.words import DETAILS, WRONG_HOWS
from passkoop_node.channels.wrong import What
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, ngettext
from passkoop_node.core.pages.outbox import OUTBOX
from passkoop_node.core.paging import page_of
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore

BOUNCES = f"{OUTBOX}/retours"
PER_PAGE = 50
_MOST_BYTES = 2 * MOST  # of a form: a text, or a file


async def bounces_page(request: web.Request) -> web.Response:
    """GET /bureau/courrier/retours?page=2."""
    return await _show(request, Form())


async def _show(request: web.Request, form: Form) -> web.Response:
    found = await run(request, the(request, Channels).all_wrong)
    page = page_of(found, request, size=PER_PAGE)
    return render(
        request,
        "channels/bounces.html",
        status=200 if form.ok else 422,
        form=form,
        page=page,
        names=DETAILS,
        hows=WRONG_HOWS,
    )


async def look(request: web.Request) -> web.Response:
    """POST /bureau/courrier/retours: shows whose addresses a text names; notes nothing."""
    sent = await request.post()
    texts = []
    for name in ("adresses", "fichier"):
        given = sent.get(name, "")
        if isinstance(given, web.FileField):
            with given.file:
                given = given.file.read(MOST).decode("utf-8", errors="replace")
        texts.append(str(given)[:MOST])
    addresses = parse_bounces("\n\n".join(texts))
    form = Form({"adresses": texts[0]})
    if not addresses:
        form.wrong("adresses", N_("Aucune adresse n'a été trouvée dans ce texte."))
        return await _show(request, form)

    def find() -> tuple[Sequence[Member], int]:
        members = the(request, MemberStore)
        emails = members.emails()
        ids, known = members_named(addresses, emails), set(map(str.casefold, emails.values()))
        unknown = sum(one not in known for one in addresses)
        return members.of_ids(ids[:MOST_FOUND]), unknown

    found, unknown = await run(request, find)
    return render(request, "channels/bounces_found.html", members=found, unknown=unknown)


async def note(request: web.Request) -> web.Response:
    """POST /bureau/courrier/retours/noter: the addresses of those that were ticked are wrong."""
    sent = await request.post()
    typed = [str(one) for one in sent.getall("membre", [])][:MOST_FOUND]
    ids = [int(one) for one in typed if one.isascii() and one.isdecimal() and len(one) < 10]

    def write() -> int:
        channels = the(request, Channels)
        given: dict[str, Any] = {"actor": caller(request).actor, "now": now(request)}
        with writing(channels.wrong.db):
            return sum(
                channels.note_wrong(one, What.EMAIL, how="import", **given)
                for one in channels.members.of_ids(ids)
            )

    count = await run(request, write)
    say = ngettext("%(num)s adresse notée fausse.", "%(num)s adresses notées fausses.", count)
    return go_to(request, BOUNCES, say=say)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(BOUNCES, bounces_page, needs=office),
        post(BOUNCES, look, needs=office, max_body=_MOST_BYTES),
        post(f"{BOUNCES}/noter", note, needs=office),
    )
