"""By which server mail goes out: the settings, and a letter to try them."""

from typing import Any

from aiohttp import web

from passkoop_node.core.addresses import BadEmail, parse_address
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import PAGES, go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _, current
from passkoop_node.core.mail_settings import (
    MAX_PASSWORD,
    MOST_PER_MINUTE,
    PER_MINUTE,
    PORTS,
    TROUBLE,
    MailServer,
    MailSettings,
    OpenMail,
    PasswordOfAnother,
    Security,
)
from passkoop_node.core.mail_words import SECURITIES, said_of
from passkoop_node.core.outbox import Carrier, State
from passkoop_node.core.pages import outbox
from passkoop_node.core.pages.accounts import BAD_EMAIL
from passkoop_node.core.post import PostOffice
from passkoop_node.core.postman import JOBS
from passkoop_node.core.trying_mail import Tried, try_mail

MAIL = "/reglages/courriel"
_TLS_CHOICES = {one.value: one for one in Security}


async def mail_page(request: web.Request) -> web.Response:
    """GET /reglages/courriel."""
    return await _show(request)


async def _show(
    request: web.Request,
    form: Form | None = None,
    *,
    trial: Form | None = None,
    tried: Tried | None = None,
) -> web.Response:
    def look() -> dict[str, Any]:
        mail, office = the(request, MailSettings), the(request, PostOffice)
        server = mail.server()
        return {
            "server": server,
            "has_password": mail.has_password() and bool(server and server.account),
            "lacks_password": bool(server and server.account and not mail.has_password()),
            "trouble": office.settings.get(TROUBLE),
            "waiting": office.outbox.counts(Carrier.EMAIL)[State.WAITING],
        }

    found = await run(request, look)
    bad = (form is not None and not form.ok) or (trial is not None and not trial.ok)
    account = caller(request).account
    return render(
        request,
        "core/mail.html",
        status=422 if bad or (tried is not None and tried.code) else 200,
        form=form or Form(_typed(found["server"], request.app[PAGES].coop)),
        trial=trial or Form({"adresse": account.email if account else ""}),
        tried=tried,
        securities={one.value: says for one, says in SECURITIES.items()},
        said_of=said_of,
        per_minute=PER_MINUTE,
        **found,
    )


def _typed(server: MailServer | None, coop: str) -> dict[str, str]:
    """Return the settings as somebody would have typed them."""
    if server is None:
        return {"protection": Security.STARTTLS.value, "port": "587", "nom": coop}
    return {
        "serveur": server.host,
        "port": str(server.port),
        "protection": server.security.value,
        "compte": server.account,
        "expediteur": server.sender,
        "nom": server.sender_name,
        "par_minute": str(server.per_minute),
    }


async def save(request: web.Request) -> web.Response:
    """POST /reglages/courriel."""
    form = await read_form(request)
    password = form.typed.pop("mot_de_passe", "")  # never shown again, whatever else is wrong
    server = _read(form)
    if len(password.encode()) > MAX_PASSWORD or not password.isprintable():
        form.wrong("mot_de_passe", N_("Ce mot de passe est trop long, ou n'est pas sur une ligne."))
    if server is None or not form.ok:
        return await _show(request, form)
    forget = form["sans_mot_de_passe"] == "oui" or not server.account

    def keep() -> None:
        mail = the(request, MailSettings)
        mail.save(server, "" if forget else password or None)
        the(request, AuditStore).add("mail.set", now=now(request), actor=caller(request).actor)

    try:
        await run(request, keep)
    except OpenMail:
        form.wrong(
            "protection",
            N_("Sans protection, tout le monde lirait en chemin : choisissez STARTTLS ou TLS."),
        )
        return await _show(request, form)
    except PasswordOfAnother:
        form.wrong(
            "mot_de_passe",
            N_(
                "Retapez le mot de passe : celui qui est gardé est pour un autre serveur ou compte."
            ),
        )
        return await _show(request, form)
    return go_to(request, MAIL, say=_("C'est enregistré. Envoyez un essai."))


def _read(form: Form) -> MailServer | None:
    security = form.choice("protection", _TLS_CHOICES)
    host = form.text("serveur", most=253)
    if host and (" " in host or "/" in host or "@" in host):
        form.wrong("serveur", N_("Un nom seul, comme smtp.exemple.org."))
    port = form.whole("port", most=65_535, otherwise=PORTS[security] if security else 0)
    per_minute = form.whole("par_minute", most=MOST_PER_MINUTE, otherwise=PER_MINUTE)
    account = form.text("compte", most=254, optional=True)
    name = form.text("nom", most=80)
    sender = form.text("expediteur", most=254)
    try:
        sender = parse_address(sender)
    except BadEmail:
        form.wrong("expediteur", BAD_EMAIL)
    if not form.ok or security is None:
        return None
    return MailServer(
        host=host,
        port=port,
        security=security,
        account=account,
        sender=sender,
        sender_name=name,
        per_minute=per_minute,
    )


async def trial(request: web.Request) -> web.Response:
    """POST /reglages/courriel/essai: sends a letter now, and says what the server answered."""
    form = await read_form(request)
    try:
        address = parse_address(form["adresse"])
    except BadEmail:
        form.wrong("adresse", BAD_EMAIL)
        return await _show(request, trial=form)
    mail = the(request, MailSettings)

    def look() -> tuple[MailServer, str] | None:
        return (mail.ready(), mail.password()) if mail.is_ready() else None

    ready = await run(request, look)
    if ready is None:
        form.wrong("adresse", N_("Enregistrez d'abord le serveur et son mot de passe."))
        return await _show(request, trial=form)
    server, password = ready
    tried = await try_mail(server, password, address, language=current(), now=now(request))

    def keep() -> None:
        office = the(request, PostOffice)
        with writing(office.outbox.db):
            if not tried.code:
                office.recovered()
            office.audit.add("mail.try", now=now(request), actor=caller(request).actor)

    await run(request, keep)
    return await _show(request, trial=form, tried=tried)


async def forget_page(request: web.Request) -> web.Response:
    """GET /reglages/courriel/oublier: asks first."""
    return render(request, "core/mail_forget.html")


async def forget(request: web.Request) -> web.Response:
    """POST /reglages/courriel/oublier."""

    def let_go() -> None:
        the(request, MailSettings).forget()
        the(request, AuditStore).add("mail.forget", now=now(request), actor=caller(request).actor)

    await run(request, let_go)
    return go_to(request, MAIL, say=_("Le courriel n'est plus réglé : plus rien ne part."))


def pages() -> Pages:
    """Return the pages of mail: its settings, and the outbox."""
    admin = Needs.ADMINISTRATOR
    return Pages(
        routes=(
            get(MAIL, mail_page, needs=admin),
            post(MAIL, save, needs=admin),
            post(f"{MAIL}/essai", trial, needs=admin),
            get(f"{MAIL}/oublier", forget_page, needs=admin),
            post(f"{MAIL}/oublier", forget, needs=admin),
            *outbox.routes(),
        ),
        menu=(
            MenuEntry(
                group=Group.UPKEEP,
                title=N_("Courriel"),
                path=MAIL,
                needs=admin,
                says=N_("Par quel serveur partent les cartes et les avis."),
                icon="mail",
            ),
            MenuEntry(
                group=Group.WRITING,
                title=N_("Courrier"),
                path=outbox.OUTBOX,
                needs=Needs.OFFICE,
                says=N_("Les messages qui attendent, partis ou non."),
                icon="mail",
            ),
        ),
        jobs=JOBS,
    )
