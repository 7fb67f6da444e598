"""One's own record: address and telephone, another e-mail address, leaving the co-op."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.booklet.caller import me
from passkoop_node.booklet.changing import EMAIL_PATH, FIELDS, Changing
from passkoop_node.booklet.data_pages import DATA
from passkoop_node.booklet.entering_pages import outside, typed_email
from passkoop_node.booklet.room import OwnRoom
from passkoop_node.booklet.wishes import Wish
from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.saying import today, why_not
from passkoop_node.core import formats
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import PAGES, go_to, render
from passkoop_node.core.guard import OWN_DOOR
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.limits import Limit
from passkoop_node.core.mail_settings import MailNotSetUp
from passkoop_node.core.mail_words import NOT_SET_UP
from passkoop_node.core.post import PostOffice
from passkoop_node.core.settings import SettingsStore
from passkoop_node.errors import NodeError
from passkoop_node.members.editing import read_member, typed_of, version_of
from passkoop_node.members.member import LONGEST_TEXT
from passkoop_node.members.wording import FIELDS as NAMES

RECORD = f"{OWN_DOOR}/coordonnees"
LEAVE = f"{OWN_DOOR}/partir"
CONFIRM = f"{EMAIL_PATH}/{{token:[A-Za-z0-9_-]{{20,60}}}}"
NEW_EMAILS = web.AppKey("NEW_EMAILS", Limit)

AUTOCOMPLETE = {
    "phone": "tel",
    "address": "street-address",
    "postcode": "postal-code",
    "town": "address-level2",
    "country": "country-name",
}


def changing(request: web.Request) -> Changing:
    """Return what members may do to their record."""
    return Changing(
        the(request, OwnRoom),
        the(request, Issuer),
        the(request, PostOffice),
        the(request, SettingsStore),
        the(request, AuditStore),
    )


async def page(request: web.Request) -> web.Response:
    """GET /moi/coordonnees."""
    return await _page(request, None)


async def _page(
    request: web.Request, form: Form | None, *, email_form: Form | None = None
) -> web.Response:
    def look() -> dict[str, Any]:
        member = me(request)
        return {
            "member": member,
            "waits": changing(request).waits,
            "asked": the(request, OwnRoom).wishes.of_member(member.id).get(Wish.CHANGE),
            "version": version_of(member),
        }

    found = await run(request, look)
    typed = {name: getattr(found["member"], name) for name in FIELDS}
    return render(
        request,
        "booklet/record.html",
        status=422 if form or email_form else 200,
        form=form or Form(typed),
        email_form=email_form or Form(),
        fields=FIELDS,
        names=NAMES,
        complete=AUTOCOMPLETE,
        longest=LONGEST_TEXT,
        **found,
    )


async def change(request: web.Request) -> web.Response:
    """POST /moi/coordonnees."""
    form = await read_form(request)

    def keep() -> Message | None:
        member = me(request)
        if form["version"] != version_of(member):
            form.wrong("phone", N_("Votre fiche vient de changer : regardez, puis recommencez."))
            return None
        typed = typed_of(member) | {name: form[name] for name in FIELDS if name in form.typed}
        read = Form(typed)
        after = read_member(read, member, today=formats.local_day(now(request)), numbered=True)
        form.errors |= read.errors
        if not form.ok:
            return None
        if after == member:
            return N_("Rien n'a changé.")
        actor = caller(request).actor
        done = changing(request).change(member, after, actor=actor, now=now(request))
        return _DONE if done else _WAITS

    said = await run(request, keep)
    if said is None:
        return await _page(request, form)
    return go_to(request, RECORD, say=said)


_DONE = N_("C'est changé.")
_WAITS = N_("C'est demandé : le bureau vérifie, puis le change.")


async def new_email(request: web.Request) -> web.Response:
    """POST /moi/coordonnees/email: writes to the new address, and tells the old one."""
    form = await read_form(request)
    email = typed_email(form)
    member = await run(request, me, request)
    if form.ok and email.lower() == member.email.lower():
        form.wrong("email", N_("C'est déjà votre adresse."))
    if not form.ok:
        return await _page(request, None, email_form=form)
    request.app[NEW_EMAILS].take(str(member.id), now=now(request))

    def ask() -> None:
        changing(request).ask_email(
            member,
            email,
            outside=outside(request),
            coop=request.app[PAGES].coop,
            actor=caller(request).actor,
            now=now(request),
        )

    try:
        await run(request, ask)
    except MailNotSetUp:
        form.wrong("email", NOT_SET_UP)
        return await _page(request, None, email_form=form)
    say = _("Un lien part à cette adresse : ouvrez-le pour la confirmer.")
    return go_to(request, RECORD, say=say)


async def confirm_page(request: web.Request) -> web.Response:
    """GET /moi/adresse/<token>: asks; to look at a link is not to confirm."""
    token = request.match_info["token"]
    behind = the(request, OwnRoom).wishes.email_behind
    found = await run(request, behind, token, now=now(request))
    if found is None:
        return render(request, "booklet/over.html", status=410)
    return render(request, "booklet/confirm.html", email=found[1])


async def confirm(request: web.Request) -> web.Response:
    """POST /moi/adresse/<token>."""
    await read_form(request)
    token = request.match_info["token"]

    def take() -> bool | None:
        return changing(request).confirm_email(token, now=now(request))

    done = await run(request, take)
    if done is None:
        return render(request, "booklet/over.html", status=410)
    say = _("Votre nouvelle adresse est notée : demandez-y votre lien.") if done else str(_WAITS)
    return go_to(request, OWN_DOOR, say=say)


# --- leaving ---


async def leave_page(request: web.Request) -> web.Response:
    """GET /moi/partir: says what follows, and asks."""
    return await _leave_page(request)


async def _leave_page(
    request: web.Request, *, unsure: bool = False, fault: Message | None = None
) -> web.Response:
    def look() -> dict[str, Any]:
        member = me(request)
        household = the(request, Issuer).following.households.of(member)
        leads = household is not None and household.principal.id == member.id
        return {
            "member": member,
            "leads": leads,
            "kept": the(request, OwnRoom).eraser.keeps(member),
            "has_left": member.left is not None and member.left <= today(request),
        }

    found = await run(request, look)
    status = 422 if unsure or fault else 200
    return render(request, "booklet/leave.html", status=status, unsure=unsure, fault=fault, **found)


async def leave(request: web.Request) -> web.Response:
    """POST /moi/partir."""
    form = await read_form(request)
    if form["certain"] != "oui":
        return await _leave_page(request, unsure=True)

    def go() -> None:
        actor = caller(request).actor
        changing(request).leave(me(request), on=today(request), actor=actor, now=now(request))

    try:
        await run(request, go)
    except NodeError as error:
        return await _leave_page(request, fault=why_not(error))
    return go_to(request, DATA, say=_("Votre départ est noté, votre carte est annulée. Merci !"))


def set_up(app: web.Application) -> None:
    """Count what is asked from now on."""
    app[NEW_EMAILS] = Limit(3, 1_200)


def routes() -> Sequence[Route]:
    """Return the ways to one's own record."""
    own = Needs.MEMBER
    return (
        get(RECORD, page, needs=own),
        post(RECORD, change, needs=own),
        post(f"{RECORD}/email", new_email, needs=own),
        get(CONFIRM, confirm_page, needs=Needs.NOTHING),
        post(CONFIRM, confirm, needs=Needs.NOTHING),
        get(LEAVE, leave_page, needs=own),
        post(LEAVE, leave, needs=own),
    )
