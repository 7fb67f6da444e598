"""The office's pages of groups: who is in one, and which ones somebody is in."""

import re
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.cards.member_pages import Aside
from passkoop_node.cards.pages import PER_PAGE, order_of
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.paging import first_of_page, page_with
from passkoop_node.letters.segments import (
    LONGEST_TITLE,
    GroupUsed,
    Segments,
    TitleTaken,
    TooMany,
)
from passkoop_node.letters.store import Group
from passkoop_node.members.choosing import Chooser
from passkoop_node.members.member import Member
from passkoop_node.members.store import MemberStore

GROUPS = "/bureau/groupes"
NEW = f"{GROUPS}/nouveau"
ONE = f"{GROUPS}/{{group:[0-9]{{1,9}}}}"
OF_MEMBER = "/bureau/membres/{id:[0-9]{1,9}}/groupes"
MAX_BYTES = 1_000_000  # of a list of numbers
MOST_NUMBERS = 20_000
_SHOWN = 10  # numbers that nobody has


async def new_page(request: web.Request) -> web.Response:
    """GET /bureau/groupes/nouveau."""
    return _name(request, Form(), None)


async def add(request: web.Request) -> web.Response:
    """POST /bureau/groupes/nouveau."""
    return await _keep(request, None)


async def rename_page(request: web.Request) -> web.Response:
    """GET /bureau/groupes/<id>/renommer."""
    group = await run(request, _group, request)
    return _name(request, Form({"nom": group.title}), group)


async def rename(request: web.Request) -> web.Response:
    """POST /bureau/groupes/<id>/renommer."""
    return await _keep(request, await run(request, _group, request))


async def _keep(request: web.Request, group: Group | None) -> web.Response:
    form = await read_form(request)
    title = form.text("nom", most=LONGEST_TITLE)
    if form.ok:
        keep, actor = the(request, Segments).keep_group, caller(request).actor
        id = group.id if group else None
        try:
            kept = await run(request, keep, id, title, now=now(request), actor=actor)
        except (TitleTaken, TooMany) as error:
            form.wrong("nom", told(error))
        else:
            return go_to(request, f"{GROUPS}/{kept.id}", say=_("Le groupe est enregistré."))
    return _name(request, form, group)


def _name(request: web.Request, form: Form, group: Group | None) -> web.Response:
    return render(
        request,
        "letters/group_form.html",
        status=200 if form.ok else 422,
        form=form,
        group=group,
        longest=LONGEST_TITLE,
    )


# --- who is in it ---


async def group_page(request: web.Request) -> web.Response:
    """GET /bureau/groupes/<id>."""
    return await _show(request, Form())


async def _show(request: web.Request, form: Form) -> web.Response:
    def look() -> dict[str, Any]:
        segments, store = the(request, Segments), the(request, MemberStore)
        group, order = _group(request), order_of(request)
        ids = segments.store.people([group.id])
        first = first_of_page(request, size=PER_PAGE, total=len(ids))
        shown = store.of_ids(
            store.ordered_ids(
                by=order.by, descending=order.descending, among=ids, limit=PER_PAGE, offset=first
            )
        )
        return {
            "group": group,
            "order": order,
            "used": segments.using(group),
            "page": page_with(shown, request, size=PER_PAGE, total=len(ids)),
        }

    found = await run(request, look)
    status = 200 if form.ok else 422
    return render(request, "letters/group.html", status=status, form=form, **found)


async def put_in(request: web.Request) -> web.Response:
    """POST /bureau/groupes/<id>/ajouter: by numbers that were typed, or that a file holds."""
    sent = await request.post()
    typed = sent.get("numeros", "")
    form = Form({"numeros": typed if isinstance(typed, str) else ""})
    numbers = _numbers(form["numeros"])
    if isinstance(file := sent.get("fichier"), web.FileField):
        with file.file:
            numbers += _numbers(_decoded(file.file.read()), is_file=True)
    numbers = list(dict.fromkeys(numbers))

    def add() -> int | None:
        group = _group(request)
        found = Chooser(the(request, MemberStore).db).by_numbers(numbers)
        if unknown := [number for number in numbers if number not in found]:
            listed = ", ".join(number[:20] for number in unknown[:_SHOWN])
            if len(unknown) > _SHOWN:
                listed += "…"
            form.wrong(
                "numeros",
                N_("Personne n'a ce numéro : %(numbers)s. Rien n'a changé.", numbers=listed),
            )
            return None
        put, actor = the(request, Segments).put_in, caller(request).actor
        return put(group, found.values(), now=now(request), actor=actor)

    if not numbers:
        form.wrong("numeros", N_("Écrivez des numéros de membres, ou choisissez un fichier."))
    elif len(numbers) > MOST_NUMBERS:
        form.wrong("numeros", N_("C'est trop : %(most)s numéros au plus.", most=MOST_NUMBERS))
    count = await run(request, add) if form.ok else None
    if count is None:
        return await _show(request, form)
    say = ngettext("%(num)s personne ajoutée.", "%(num)s personnes ajoutées.", count)
    return go_to(request, f"{GROUPS}/{request.match_info['group']}", say=say)


def _numbers(text: str, *, is_file: bool = False) -> list[str]:
    """Return the numbers in a text; of a file, what each line begins with, its heading left out."""
    if is_file:
        cells = [re.split(r"[;,\t]", line)[0].strip().strip('"') for line in text.splitlines()]
        if cells and not re.search("[0-9]", cells[0]):
            del cells[0]
    else:
        cells = re.split(r"[\s;,]+", text)
    return [cell.strip() for cell in cells if cell.strip()]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("iso-8859-15")


async def take_out(request: web.Request) -> web.Response:
    """POST /bureau/groupes/<id>/retirer: those who were ticked."""
    sent = await request.post()
    ids = [
        int(one)
        for one in sent.getall("membre", [])
        if isinstance(one, str) and one.isascii() and one.isdecimal() and len(one) < 10
    ]

    def remove() -> int:
        take, actor = the(request, Segments).take_out, caller(request).actor
        return take(_group(request), ids, now=now(request), actor=actor)

    count = await run(request, remove)
    say = ngettext("%(num)s personne retirée.", "%(num)s personnes retirées.", count)
    back = f"{GROUPS}/{request.match_info['group']}"
    return go_to(request, back, say=say if count else _("Personne n'était coché."))


# --- and away ---


async def ask_delete(request: web.Request) -> web.Response:
    """GET /bureau/groupes/<id>/supprimer: asks first."""
    return await _ask_delete(request, None)


async def _ask_delete(request: web.Request, fault: Message | None) -> web.Response:
    def look() -> dict[str, Any]:
        segments, group = the(request, Segments), _group(request)
        return {
            "group": group,
            "used": segments.using(group),
            "count": len(segments.store.people([group.id])),
        }

    found = await run(request, look)
    status = 422 if fault else 200
    return render(request, "letters/group_delete.html", status=status, fault=fault, **found)


async def delete(request: web.Request) -> web.Response:
    """POST /bureau/groupes/<id>/supprimer."""
    await read_form(request)

    def forget() -> None:
        forget = the(request, Segments).delete_group
        forget(_group(request), now=now(request), actor=caller(request).actor)

    try:
        await run(request, forget)
    except GroupUsed as error:
        return await _ask_delete(request, told(error))
    return go_to(request, "/bureau/segments", say=_("Le groupe est supprimé, les fiches restent."))


# --- one person's ---


async def of_member_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/groupes."""

    def look() -> dict[str, Any]:
        store, member = the(request, Segments).store, _member(request)
        inside = {one.id for one in store.groups_of(member.id)}
        return {"member": member, "groups": store.groups(), "inside": inside}

    return render(request, "letters/groups_of_member.html", **await run(request, look))


async def set_of_member(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/groupes: those that are ticked, of those that were shown."""
    sent = await request.post()
    ticked, shown = set(sent.getall("groupe", [])), set(sent.getall("montre", []))

    def change() -> Member:
        segments, member, actor = the(request, Segments), _member(request), caller(request).actor
        inside = {one.id for one in segments.store.groups_of(member.id)}
        for group in segments.store.groups():
            if str(group.id) not in shown:
                continue
            if str(group.id) in ticked and group.id not in inside:
                segments.put_in(group, [member.id], now=now(request), actor=actor)
            elif str(group.id) not in ticked and group.id in inside:
                segments.take_out(group, [member.id], now=now(request), actor=actor)
        return member

    member = await run(request, change)
    return go_to(request, f"/bureau/membres/{member.id}", say=_("C'est enregistré."))


def aside(request: web.Request, member: Member) -> Aside | None:
    """Return what the page of a member says of the groups; nothing where there are none."""
    store = the(request, Segments).store
    if not store.groups():
        return None
    inside = store.groups_of(member.id)
    return Aside(
        name="groupes",
        title=N_("Groupes"),
        says=_("Dans : %(groups)s", groups=", ".join(one.title for one in inside))
        if inside
        else _("Dans aucun groupe."),
        path=f"/bureau/membres/{member.id}/groupes",
        link=N_("Changer les groupes"),
    )


def _group(request: web.Request) -> Group:
    return the(request, Segments).group(int(request.match_info["group"]))


def _member(request: web.Request) -> Member:
    return the(request, MemberStore).get(int(request.match_info["id"]))


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(NEW, new_page, needs=office),
        post(NEW, add, needs=office),
        get(ONE, group_page, needs=office),
        post(f"{ONE}/ajouter", put_in, needs=office, max_body=MAX_BYTES),
        post(f"{ONE}/retirer", take_out, needs=office),
        get(f"{ONE}/renommer", rename_page, needs=office),
        post(f"{ONE}/renommer", rename, needs=office),
        get(f"{ONE}/supprimer", ask_delete, needs=office),
        post(f"{ONE}/supprimer", delete, needs=office),
        get(OF_MEMBER, of_member_page, needs=office),
        post(OF_MEMBER, set_of_member, needs=office),
    )
