"""The office's side of a member's own page: a link, their documents, erasure."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from markupsafe import Markup

from passkoop_node.booklet.data_pages import send_archive
from passkoop_node.booklet.documents import LONGEST_TITLE, MAX_BYTES, BadDocument, Document
from passkoop_node.booklet.entering_pages import outside
from passkoop_node.booklet.entrance import LINK_PATH
from passkoop_node.booklet.keys import PRINTED_SECONDS
from passkoop_node.booklet.room import OwnRoom
from passkoop_node.booklet.wishes import Wish
from passkoop_node.cards.member_pages import Aside
from passkoop_node.cards.saying import why_not
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.guard import OWN_DOOR
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.switches import SWITCHES
from passkoop_node.errors import MemberNotFound, NodeError
from passkoop_node.members.member import ERASED, Member
from passkoop_node.members.store import MemberStore
from passkoop_protocol.qr import qr_svg

_ONE = "/bureau/membres/{id:[0-9]{1,9}}"
PAGE = f"{_ONE}/page"
ERASE = f"{_ONE}/effacer"
FORM_WITH_FILE = MAX_BYTES + 100_000  # bytes: the file, and what is around it


async def page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/page: how they come to their page, and what lies there."""
    return await _page(request, Form())


async def _page(
    request: web.Request, form: Form, *, link: str = "", status: int = 200
) -> web.Response:
    def look() -> dict[str, Any]:
        member, room = _member(request), the(request, OwnRoom)
        return {
            "member": member,
            "sessions": room.keys.count(member.id, now=now(request)),
            "documents": room.documents.own(member.id),
            "asked": room.wishes.of_member(member.id).get(Wish.ERASE),
        }

    found = await run(request, look)
    return render(
        request,
        "booklet/office_page.html",
        status=status,
        form=form,
        link=link,
        code=Markup(qr_svg(link)) if link else "",  # noqa: S704 - our own drawing
        days=PRINTED_SECONDS // 86_400,
        longest=LONGEST_TITLE,
        **found,
    )


async def give_link(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/page/lien: shows a link, once."""
    await read_form(request)

    def give() -> str:
        member = _member(request)
        give = the(request, OwnRoom).entrance.give
        token = give(member, actor=caller(request).actor, now=now(request))
        return f"{outside(request)}{LINK_PATH}/{token}"

    return await _page(request, Form(), link=await run(request, give))


async def close(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/page/fermer: on all their devices."""
    await read_form(request)

    def end() -> Member:
        member = _member(request)
        close_all = the(request, OwnRoom).entrance.close_all
        close_all(member, actor=caller(request).actor, now=now(request))
        return member

    member = await run(request, end)
    say = _("Sa page est fermée partout, et les liens déjà donnés ne marchent plus.")
    return go_to(request, _path(member), say=say)


async def put_document(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/page/document."""
    form, title, data = await read_document(request)

    def put() -> Member:
        member = _member(request)
        keep_document(request, member, title, data)
        return member

    if form.ok:
        try:
            member = await run(request, put)
        except BadDocument as error:
            form.wrong("fichier", told(error))
        else:
            return go_to(request, _path(member), say=_("Le document est dans son carnet."))
    return await _page(request, form, status=422)


async def read_document(request: web.Request) -> tuple[Form, str, bytes]:
    """Return a form of a document, its title, and what is in its file; faults are in the form."""
    sent = await request.post()
    form = Form({name: value for name, value in sent.items() if isinstance(value, str)})
    title, data = form.text("titre", most=LONGEST_TITLE), b""
    if isinstance(file := sent.get("fichier"), web.FileField):
        with file.file:
            data = file.file.read()
    if not data:
        form.wrong("fichier", N_("Choisissez un fichier."))
    return form, title, data


def keep_document(request: web.Request, member: Member | None, title: str, data: bytes) -> int:
    """Keep a document, of one member or of all; to be called in the database's thread."""
    return the(request, OwnRoom).documents.put(
        member.id if member else None,
        title,
        data,
        actor=caller(request).actor,
        number=member.number if member else "",
        now=now(request),
    )


async def remove_document(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/page/document/retirer."""
    form = await read_form(request)

    def remove() -> Member:
        member, store = _member(request), the(request, OwnRoom).documents
        own = {str(one.id): one for one in store.own(member.id)}
        if found := own.get(form["document"]):
            actor = caller(request).actor
            store.remove(found.id, actor=actor, number=member.number, now=now(request))
        return member

    member = await run(request, remove)
    return go_to(request, _path(member), say=_("Le document est retiré."))


def file_of(document: Document, data: bytes) -> web.Response:
    """Return a document as a file to keep; nothing in it runs."""
    return web.Response(
        body=data,
        content_type=document.kind,
        headers={
            "Content-Disposition": f'attachment; filename="{document.name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


async def document(request: web.Request) -> web.Response:
    """GET /bureau/documents/<id>."""
    id = int(request.match_info["id"])
    content = the(request, OwnRoom).documents.content
    return file_of(*await run(request, content, id, member_id=None))


async def data(request: web.Request) -> web.StreamResponse:
    """GET /bureau/membres/<id>/donnees.zip: for who has no e-mail and asks for their data."""
    return await send_archive(request, await run(request, _member, request))


# --- erasure ---


async def erase_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/effacer: says what goes and what stays, and asks."""
    return await _erase_page(request, Form())


async def _erase_page(
    request: web.Request, form: Form, *, fault: Message | None = None
) -> web.Response:
    def look() -> dict[str, Any]:
        member, room = _member(request), the(request, OwnRoom)
        return {
            "member": member,
            "kept": room.eraser.keeps(member),
            "asked": room.wishes.of_member(member.id).get(Wish.ERASE),
        }

    found = await run(request, look)
    status = 200 if form.ok and fault is None else 422
    return render(
        request, "booklet/office_erase.html", status=status, form=form, fault=fault, **found
    )


async def erase(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/effacer: with the member's number typed again."""
    form = await read_form(request)
    member = await run(request, _member, request)
    if form["numero"].strip().casefold() != member.number.casefold():
        form.wrong("numero", N_("Ce n'est pas son numéro : %(number)s.", number=member.number))
    if not form.ok:
        return await _erase_page(request, form)
    eraser, actor = the(request, OwnRoom).eraser, caller(request).actor
    try:
        kept = await run(request, eraser.erase, member, actor=actor, now=now(request))
    except NodeError as error:
        return await _erase_page(request, form, fault=why_not(error))
    said = _("C'est effacé, et ses cartes sont annulées.")
    if kept.receipts:
        more = ngettext(
            "%(num)s reçu reste, sans nom.", "%(num)s reçus restent, sans nom.", kept.receipts
        )
        said = f"{said} {more}"
    return go_to(request, "/bureau/membres", say=said)


def aside(request: web.Request, member: Member) -> Aside:
    """Say on the page of a member how they come to their own; a co-op without such pages erases."""
    if not request.app[SWITCHES].is_open(OWN_DOOR):
        return Aside(
            name="page-du-membre",
            title=N_("Ses données"),
            says="",
            path=_path(member),
            link=N_("Télécharger, effacer"),
        )
    room = the(request, OwnRoom)
    count = room.keys.count(member.id, now=now(request))
    if Wish.ERASE in room.wishes.of_member(member.id):
        says = _("Demande que ses données soient effacées.")
    elif count:
        says = ngettext("Ouverte sur %(num)s appareil.", "Ouverte sur %(num)s appareils.", count)
    else:
        says = _("Ouverte nulle part pour l'instant.")
    return Aside(
        name="page-du-membre",
        title=N_("Sa page et son carnet"),
        says=says,
        path=_path(member),
        link=N_("Donner un lien, un document, effacer"),
    )


def _member(request: web.Request) -> Member:
    member = the(request, MemberStore).get(int(request.match_info["id"]))
    if member.left == ERASED:
        raise MemberNotFound(member.number)
    return member


def _path(member: Member) -> str:
    return f"/bureau/membres/{member.id}/page"


def routes() -> Sequence[Route]:
    """Return the ways of the office."""
    office = Needs.OFFICE
    return (
        get(PAGE, page, needs=office),
        post(f"{PAGE}/lien", give_link, needs=office),
        post(f"{PAGE}/fermer", close, needs=office),
        Route(
            method="POST",
            path=f"{PAGE}/document",
            handler=put_document,
            needs=office,
            max_body=FORM_WITH_FILE,
            seconds=120,
        ),
        post(f"{PAGE}/document/retirer", remove_document, needs=office),
        get("/bureau/documents/{id:[0-9]{1,9}}", document, needs=office),
        get(f"{_ONE}/donnees.zip", data, needs=office),
        get(ERASE, erase_page, needs=office),
        post(ERASE, erase, needs=office),
    )
