"""The accounts, for administrators."""

from aiohttp import web

from passkoop_node.core.accounts import (
    LINK_SECONDS,
    MAX_NAME,
    Account,
    AccountStore,
    LastAdministrator,
    NameTaken,
    Role,
)
from passkoop_node.core.addresses import MAX_ADDRESS, BadEmail
from passkoop_node.core.administration import Administration
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import address_for_others, caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.sessions import SessionStore

BAD_EMAIL = N_("Ce n'est pas une adresse e-mail : elle s'écrit nom@exemple.org.")
LIST = "/reglages/comptes"

ROLES = {
    Role.ADMINISTRATOR.value: (
        N_("Administration"),
        N_("Tout, y compris les comptes, les caisses et les règles d'accueil."),
    ),
    Role.OFFICE.value: (
        N_("Bureau"),
        N_("Les adhésions, les cartes, les visites ; pas les comptes."),
    ),
    Role.CASHIER.value: (N_("Caisse"), N_("Vérifier des cartes et noter des visites.")),
}


async def list_accounts(request: web.Request) -> web.Response:
    """GET /reglages/comptes."""
    accounts, counts = await run(request, _accounts_and_sessions, request)
    return render(request, "core/accounts.html", accounts=accounts, counts=counts, roles=ROLES)


def _accounts_and_sessions(request: web.Request) -> tuple[list[Account], dict[int, int]]:
    return the(request, AccountStore).all(), the(request, SessionStore).counts(now=now(request))


async def new_account_page(request: web.Request) -> web.Response:
    """GET /reglages/comptes/nouveau."""
    form = Form({"role": Role.CASHIER.value})
    return render(request, "core/account_new.html", form=form, roles=ROLES)


async def add_account(request: web.Request) -> web.Response:
    """POST /reglages/comptes/nouveau: answers with the link that gives the account a password."""
    form = await read_form(request)
    name = form.text("nom", most=MAX_NAME)
    role = form.choice("role", {one.value: one for one in Role})
    if form.ok and role:
        add = the(request, Administration).add_account
        try:
            account, token = await run(
                request, add, name, role, actor=caller(request).actor, now=now(request)
            )
        except NameTaken:
            form.wrong("nom", N_("Il y a déjà un compte de ce nom : ajoutez une initiale."))
        else:
            return _show_link(request, account, token)
    return render(request, "core/account_new.html", status=422, form=form, roles=ROLES)


async def show_account(request: web.Request) -> web.Response:
    """GET /reglages/comptes/<id>."""
    return await _show(request)


async def change_role(request: web.Request) -> web.Response:
    """POST /reglages/comptes/<id>/role."""
    form = await read_form(request)
    role = form.choice("role", {one.value: one for one in Role})
    if role is None:
        return await _show(request, form.errors["role"])
    change = the(request, Administration).change_role
    try:
        await run(
            request, change, _id(request), role, actor=caller(request).actor, now=now(request)
        )
    except LastAdministrator:
        return await _show(request, _LAST)
    return go_to(request, f"{LIST}/{_id(request)}", say=_("C'est changé."))


async def change_email(request: web.Request) -> web.Response:
    """POST /reglages/comptes/<id>/adresse."""
    form = await read_form(request)
    typed = form.text("adresse", most=MAX_ADDRESS, optional=True)
    change = the(request, Administration).change_email
    try:
        if form.ok:
            await run(
                request, change, _id(request), typed, actor=caller(request).actor, now=now(request)
            )
    except BadEmail:
        form.wrong("adresse", BAD_EMAIL)
    if not form.ok:
        return await _show(request, form=form)
    return go_to(request, f"{LIST}/{_id(request)}", say=_("C'est changé."))


async def new_link(request: web.Request) -> web.Response:
    """POST /reglages/comptes/<id>/lien."""
    account = await _account(request)
    make = the(request, Administration).new_link
    token = await run(request, make, account.id, actor=caller(request).actor, now=now(request))
    return _show_link(request, account, token)


async def end_sessions(request: web.Request) -> web.Response:
    """POST /reglages/comptes/<id>/sessions."""
    account = await _account(request)
    end = the(request, Administration).end_sessions
    await run(request, end, account.id, actor=caller(request).actor, now=now(request))
    said = _("Sessions terminées : %(name)s.", name=account.name)
    return go_to(request, f"{LIST}/{account.id}", say=said)


async def delete_page(request: web.Request) -> web.Response:
    """GET /reglages/comptes/<id>/supprimer: asks first."""
    return render(request, "core/account_delete.html", account=await _account(request))


async def delete(request: web.Request) -> web.Response:
    """POST /reglages/comptes/<id>/supprimer."""
    account = await _account(request)
    remove = the(request, Administration).delete_account
    try:
        await run(request, remove, account.id, actor=caller(request).actor, now=now(request))
    except LastAdministrator:
        return await _show(request, _LAST)
    said = _("Compte supprimé : %(name)s.", name=account.name)
    return go_to(request, LIST, say=said)


_LAST = N_("C'est le dernier compte d'administration : nommez d'abord quelqu'un d'autre.")


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


async def _account(request: web.Request) -> Account:
    return await run(request, the(request, AccountStore).by_id, _id(request))


async def _show(
    request: web.Request, fault: Message | None = None, form: Form | None = None
) -> web.Response:
    account = await _account(request)
    counts = await run(request, the(request, SessionStore).counts, now=now(request))
    return render(
        request,
        "core/account.html",
        status=422 if fault or form else 200,
        account=account,
        form=form or Form({"adresse": account.email}),
        sessions=counts.get(account.id, 0),
        roles=ROLES,
        fault=fault,
    )


def _show_link(request: web.Request, account: Account, token: str) -> web.Response:
    """Show a link once: it is not kept, so nothing can show it again."""
    return render(
        request,
        "core/account_link.html",
        account=account,
        link=f"{address_for_others(request)}/premiere-fois/{token}",
        days=LINK_SECONDS // 86_400,
    )


def pages() -> Pages:
    """Return the pages of the accounts."""
    one, all_ = LIST + "/{id:[0-9]{1,9}}", Needs.ADMINISTRATOR
    return Pages(
        routes=(
            get(LIST, list_accounts, needs=all_),
            get(f"{LIST}/nouveau", new_account_page, needs=all_),
            post(f"{LIST}/nouveau", add_account, needs=all_),
            get(one, show_account, needs=all_),
            post(f"{one}/role", change_role, needs=all_),
            post(f"{one}/adresse", change_email, needs=all_),
            post(f"{one}/lien", new_link, needs=all_),
            post(f"{one}/sessions", end_sessions, needs=all_),
            get(f"{one}/supprimer", delete_page, needs=all_),
            post(f"{one}/supprimer", delete, needs=all_),
        ),
        menu=(
            MenuEntry(
                group=Group.WORK,
                title=N_("Comptes"),
                path=LIST,
                needs=Needs.ADMINISTRATOR,
                says=N_("Qui travaille avec ce Pass'Koop, et peut quoi."),
                icon="person",
            ),
        ),
    )
