"""Entering and leaving, the first password, and one's own account."""

from aiohttp import web

from passkoop_node.core import cookies
from passkoop_node.core.accounts import (
    LINK_SECONDS,
    MAX_NAME,
    MAX_PASSWORD,
    AccountStore,
    Invitation,
    NameTaken,
    key_of,
)
from passkoop_node.core.addresses import MAX_ADDRESS, BadEmail
from passkoop_node.core.administration import Administration, password_fault
from passkoop_node.core.cookies import JAR
from passkoop_node.core.feature import Job, Needs, Pages, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import (
    ADDRESS,
    CLOCK,
    SERVICES,
    WORKER,
    caller,
    local_path,
    now,
    run,
    the,
)
from passkoop_node.core.language import N_, _
from passkoop_node.core.limits import Limit, TooOften, neighbourhood
from passkoop_node.core.pages.accounts import BAD_EMAIL
from passkoop_node.core.passwords import Passwords
from passkoop_node.core.sessions import SessionStore

PASSWORDS = web.AppKey("PASSWORDS", Passwords)
BY_NAME = web.AppKey("BY_NAME", Limit)
BY_ADDRESS = web.AppKey("BY_ADDRESS", Limit)


async def enter_page(request: web.Request) -> web.Response:
    """GET /entrer."""
    form = Form({"retour": local_path(request.query.get("retour", "/"))})
    return render(request, "core/enter.html", form=form)


async def enter(request: web.Request) -> web.Response:
    """POST /entrer: the name and the password."""
    form = await read_form(request)
    name = form.text("nom", most=MAX_NAME)
    password = form["mot_de_passe"]
    if not password:
        form.wrong("mot_de_passe", N_("Tapez votre mot de passe."))
    if not form.ok:
        return render(request, "core/enter.html", status=422, form=form)
    try:
        keys = _take_tries(request, name)
    except TooOften as error:
        form.wrong("mot_de_passe", error.says)
        return too_often(render(request, "core/enter.html", status=429, form=form), error)
    account = await run(request, the(request, AccountStore).by_name, name)
    # An account that does not exist takes as long as a wrong password.
    kept = account.password if account else ""
    if len(password) > MAX_PASSWORD or not await request.app[PASSWORDS].fits(password, kept):
        form.wrong("mot_de_passe", N_("Ce nom et ce mot de passe ne vont pas ensemble."))
        return render(request, "core/enter.html", status=422, form=form)
    assert account is not None
    for limit, key in keys:
        limit.give_back(key, now=now(request))
    secret = await run(
        request,
        the(request, Administration).begin_session,
        account.id,
        now=now(request),
        instead_of=caller(request).session,
    )
    response = go_to(request, local_path(form["retour"]))
    request.app[JAR].keep(request, response, cookies.SESSION, secret)
    return response


def _take_tries(request: web.Request, name: str) -> list[tuple[Limit, str]]:
    """Count a try for the account and for the address.

    Raises:
        TooOften: one of them has none left.
    """
    keys = [
        (request.app[BY_ADDRESS], neighbourhood(request[ADDRESS])),
        (request.app[BY_NAME], key_of(name)),
    ]
    for limit, key in keys:
        limit.take(key, now=now(request))
    return keys


def too_often(page: web.Response, error: TooOften) -> web.Response:
    """Return a form with when it may be sent again."""
    page.headers["Retry-After"] = str(error.seconds)
    return page


async def leave_page(request: web.Request) -> web.Response:
    """GET /sortir: asks, for nobody leaves by following a link."""
    return render(request, "core/leave.html")


async def leave(request: web.Request) -> web.Response:
    """POST /sortir."""
    who = caller(request)
    if who.session:
        await run(request, the(request, SessionStore).end, who.session)
    response = go_to(request, "/", say=_("Session terminée. À bientôt !"))
    request.app[JAR].drop(request, response, cookies.SESSION)
    return response


# --- the first password ---


async def first_time_page(request: web.Request) -> web.Response:
    """GET /premiere-fois/<token>: choose a password, and the first time a name."""
    found = await _invitation(request)
    return await _first_time(request, found, Form())


async def first_time(request: web.Request) -> web.Response:
    """POST /premiere-fois/<token>."""
    found = await _invitation(request)
    if found is None:
        return await _first_time(request, None, Form())
    form = await read_form(request)
    accounts = the(request, AccountStore)
    if found.account is None:
        name = form.text("nom", most=MAX_NAME)
        if await run(request, accounts.by_name, name):
            form.wrong("nom", N_("Il y a déjà un compte de ce nom : ajoutez une initiale."))
    else:
        name = (await run(request, accounts.by_id, found.account)).name
    password = _new_password(form, name)
    if not form.ok:
        return await _first_time(request, found, form, status=422)
    hashed = await request.app[PASSWORDS].hashed(password)
    token = request.match_info["token"]
    accept = the(request, Administration).accept_link
    try:
        done = await run(request, accept, token, name=name, password=hashed, now=now(request))
    except NameTaken:
        form.wrong("nom", N_("Il y a déjà un compte de ce nom : ajoutez une initiale."))
        return await _first_time(request, found, form, status=422)
    if done is None:
        return await _first_time(request, None, Form())
    _account, secret = done
    response = go_to(request, "/")
    request.app[JAR].keep(request, response, cookies.SESSION, secret)
    return response


async def _invitation(request: web.Request) -> Invitation | None:
    accounts = the(request, AccountStore)
    return await run(request, accounts.invitation, request.match_info["token"], now=now(request))


async def _first_time(
    request: web.Request, found: Invitation | None, form: Form, *, status: int = 200
) -> web.Response:
    if found is None:
        return render(request, "core/first_time_over.html", status=410, days=LINK_SECONDS // 86_400)
    name = ""
    if found.account is not None:
        name = (await run(request, the(request, AccountStore).by_id, found.account)).name
    return render(request, "core/first_time.html", status=status, form=form, name=name)


def _new_password(form: Form, name: str) -> str:
    password = form["mot_de_passe"]
    fault = password_fault(password, name=name)
    if fault:
        form.wrong("mot_de_passe", fault)
    elif len(password) > MAX_PASSWORD:
        form.wrong("mot_de_passe", N_("C'est trop long : %(most)s caractères au plus.", most=200))
    elif password != form["encore"]:
        form.wrong("encore", N_("Ce n'est pas le même que le premier."))
    return password


# --- one's own account ---


async def own_account_page(request: web.Request) -> web.Response:
    """GET /compte."""
    return await _own_account(request)


async def change_password(request: web.Request) -> web.Response:
    """POST /compte/mot-de-passe."""
    form = await read_form(request)
    who = caller(request)
    assert who.account is not None
    try:
        keys = _take_tries(request, who.account.name)
    except TooOften as error:
        form.wrong("actuel", error.says)
        return too_often(await _own_account(request, form, status=429), error)
    if await request.app[PASSWORDS].fits(form["actuel"][:MAX_PASSWORD], who.account.password):
        for limit, key in keys:
            limit.give_back(key, now=now(request))
    else:
        form.wrong("actuel", N_("Ce n'est pas votre mot de passe actuel."))
    password = _new_password(form, who.account.name)
    if not form.ok:
        return await _own_account(request, form, status=422)
    hashed = await request.app[PASSWORDS].hashed(password)
    change = the(request, Administration).change_password
    await run(request, change, who.account.id, hashed, session=who.session, now=now(request))
    return go_to(
        request, "/compte", say=_("Mot de passe changé. Vos autres sessions sont terminées.")
    )


async def change_own_email(request: web.Request) -> web.Response:
    """POST /compte/adresse: where one's own trials of messages go, and notices."""
    form = await read_form(request)
    who = caller(request)
    assert who.account is not None
    typed = form.text("adresse", most=MAX_ADDRESS, optional=True)
    change = the(request, Administration).change_email
    try:
        if form.ok:
            await run(request, change, who.account.id, typed, actor=who.actor, now=now(request))
    except BadEmail:
        form.wrong("adresse", BAD_EMAIL)
    if not form.ok:
        return await _own_account(request, form, status=422)
    return go_to(request, "/compte", say=_("C'est enregistré."))


async def end_other_sessions(request: web.Request) -> web.Response:
    """POST /compte/sessions: end all of one's sessions but this one."""
    who = caller(request)
    assert who.account is not None
    end = the(request, Administration).end_sessions
    await run(request, end, who.account.id, actor=who.actor, now=now(request), but=who.session)
    return go_to(request, "/compte", say=_("Vos autres sessions sont terminées."))


async def _own_account(
    request: web.Request, form: Form | None = None, *, status: int = 200
) -> web.Response:
    who = caller(request)
    assert who.account is not None
    form = form or Form()
    form.typed.setdefault("adresse", who.account.email)
    counts = await run(request, the(request, SessionStore).counts, now=now(request))
    others = counts.get(who.account.id, 1) - 1
    return render(request, "core/own_account.html", status=status, form=form, others=others)


async def forget_old(app: web.Application) -> None:
    """Delete links, codes and sessions that no longer work."""
    await app[WORKER].run(app[SERVICES].the(Administration).forget_old, now=app[CLOCK]())


def set_up(app: web.Application) -> None:
    """Count tries from now on."""
    says = N_("Cela fait beaucoup d'essais. Votre mot de passe est peut-être à refaire.")
    # Five at once, then five a minute. An account has more: a stranger must not lock its owner out.
    app[BY_ADDRESS] = Limit(5, 12, says)
    app[BY_NAME] = Limit(20, 12, says)


def pages() -> Pages:
    """Return the pages of entering and leaving."""
    link = "/premiere-fois/{token:[A-Za-z0-9_-]{20,60}}"
    return Pages(
        routes=(
            get("/entrer", enter_page, needs=Needs.NOTHING),
            post("/entrer", enter, needs=Needs.NOTHING),
            get("/sortir", leave_page, needs=Needs.NOTHING),
            post("/sortir", leave, needs=Needs.NOTHING),
            get(link, first_time_page, needs=Needs.NOTHING),
            post(link, first_time, needs=Needs.NOTHING),
            get("/compte", own_account_page, needs=Needs.ACCOUNT),
            post("/compte/mot-de-passe", change_password, needs=Needs.ACCOUNT),
            post("/compte/adresse", change_own_email, needs=Needs.ACCOUNT),
            post("/compte/sessions", end_other_sessions, needs=Needs.ACCOUNT),
        ),
        jobs=(Job(name="forget what no longer opens", every=3600, work=forget_old),),
        set_up=set_up,
    )
