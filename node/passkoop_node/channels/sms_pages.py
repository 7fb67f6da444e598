"""By which gateway SMS go out: the settings, and an SMS to try them."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from markupsafe import Markup

from passkoop_node.channels.gateway import (
    MAX_ADDRESS,
    MAX_BODY,
    MAX_SECRET,
    MAX_WORD,
    METHODS,
    MOST_PER_MINUTE,
    PER_MINUTE,
    BadGateway,
    Format,
    Gateway,
    SecretOfAnother,
    SmsSettings,
    check_gateway,
    parse_headers,
)
from passkoop_node.channels.phones import BadPhone, parse_mobile
from passkoop_node.channels.sending import Channels
from passkoop_node.channels.trying_sms import Tried, try_sms
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Group, MenuEntry, Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _, current
from passkoop_node.core.mail_words import said_of
from passkoop_node.core.outbox import Carrier, State
from passkoop_node.core.post import TROUBLES, PostOffice

SMS = "/reglages/sms"
FORMATS: Mapping[str, tuple[Message, Message]] = {
    Format.FORM.value: (N_("Formulaire"), N_("Un champ par ligne : nom=valeur.")),
    Format.JSON.value: (N_("JSON"), N_('Par exemple {"to": "{to}", "text": "{text}"}.')),
    Format.NONE.value: (N_("Rien"), N_("Tout est dans l'adresse.")),
}
PLACES: Sequence[tuple[str, Message]] = (
    ("{to}", N_("le numéro, comme +33612345678")),
    ("{to_digits}", N_("le numéro sans le +")),
    ("{text}", N_("le texte du SMS")),
    ("{secret}", N_("le mot de passe ou la clé, tapé plus bas")),
    ("{basic}", N_("le même, pour « Authorization: Basic {basic} »")),
    ("{id}", N_("un nom du message, le même à chaque essai")),
)
_BAD_PHONE = N_("Un numéro de portable, comme 06 12 34 56 78, ou +32… de l'étranger.")


async def sms_page(request: web.Request) -> web.Response:
    """GET /reglages/sms."""
    return await _show(request)


async def _show(
    request: web.Request,
    form: Form | None = None,
    *,
    trial: Form | None = None,
    tried: Tried | None = None,
) -> web.Response:
    def look() -> dict[str, Any]:
        sms, office = the(request, SmsSettings), the(request, PostOffice)
        gateway = sms.gateway()
        return {
            "gateway": gateway,
            "has_secret": sms.has_secret(),
            "lacks_secret": bool(gateway and gateway.asks_secret and not sms.has_secret()),
            "trouble": office.settings.get(TROUBLES[Carrier.SMS]),
            "waiting": office.outbox.counts(Carrier.SMS)[State.WAITING],
        }

    found = await run(request, look)
    bad = (form is not None and not form.ok) or (trial is not None and not trial.ok)
    return render(
        request,
        "channels/sms.html",
        status=422 if bad or (tried is not None and tried.code) else 200,
        form=form or Form(_typed(found["gateway"])),
        trial=trial or Form(),
        tried=tried,
        methods={one: (Markup(f'<span translate="no">{one}</span>'), "") for one in METHODS},  # noqa: S704
        formats=FORMATS,
        places=PLACES,
        said_of=said_of,
        per_minute=PER_MINUTE,
        **found,
    )


def _typed(gateway: Gateway | None) -> dict[str, str]:
    """Return the settings as somebody would have typed them."""
    if gateway is None:
        return {
            "methode": "POST",
            "forme": Format.FORM.value,
            "corps": "to={to}\ntext={text}",
            "entetes": "Authorization: Bearer {secret}",
        }
    return {
        "methode": gateway.method,
        "adresse": gateway.address,
        "entetes": "\n".join(f"{name}: {value}" for name, value in gateway.headers.items()),
        "forme": gateway.format.value,
        "corps": gateway.body,
        "bon": gateway.good,
        "mauvais": gateway.bad,
        "dedans": "oui" if gateway.is_inside else "",
        "par_minute": str(gateway.per_minute),
    }


async def save(request: web.Request) -> web.Response:
    """POST /reglages/sms."""
    form = await read_form(request)
    secret = form.typed.pop("secret", "")  # never shown again, whatever else is wrong
    gateway = _read(form)
    if len(secret.encode()) > MAX_SECRET or not secret.isprintable():
        form.wrong("secret", N_("Ce secret est trop long, ou n'est pas sur une ligne."))
    if gateway is not None:
        try:
            check_gateway(gateway)
        except BadGateway as error:
            form.wrong(error.field, told(error))
    if gateway is None or not form.ok:
        return await _show(request, form)
    forget = bool(form["sans_secret"]) or not gateway.asks_secret

    def keep() -> None:
        with writing(the(request, PostOffice).outbox.db):
            the(request, SmsSettings).save(gateway, "" if forget else secret or None)
            the(request, AuditStore).add("sms.set", now=now(request), actor=caller(request).actor)

    try:
        await run(request, keep)
    except SecretOfAnother:
        form.wrong(
            "secret",
            N_("Retapez le secret : celui qui est gardé n'est que pour l'ancienne passerelle."),
        )
        return await _show(request, form)
    return go_to(request, SMS, say=_("C'est enregistré. Envoyez un essai."))


def _read(form: Form) -> Gateway | None:
    method = form.choice("methode", {one: one for one in METHODS})
    format = form.choice("forme", {one.value: one for one in Format})
    address = form.text("adresse", most=MAX_ADDRESS)
    good = form.text("bon", most=MAX_WORD, optional=True)
    bad = form.text("mauvais", most=MAX_WORD, optional=True)
    headers: dict[str, str] = {}
    for name in ("corps", "entetes"):
        if len(form[name]) > MAX_BODY:
            form.wrong(name, N_("C'est trop long : %(most)s caractères au plus.", most=MAX_BODY))
    try:
        headers = parse_headers(form["entetes"])
    except BadGateway as error:
        form.wrong(error.field, told(error))
    per_minute = form.whole("par_minute", most=MOST_PER_MINUTE, otherwise=PER_MINUTE)
    if not form.ok or method is None or format is None:
        return None
    return Gateway(
        method=method,
        address=address,
        headers=headers,
        format=format,
        body="\n".join(form["corps"].splitlines()).strip(),
        good=good,
        bad=bad,
        is_inside=form["dedans"] == "oui",
        per_minute=per_minute,
    )


async def trial(request: web.Request) -> web.Response:
    """POST /reglages/sms/essai: sends an SMS now, and says what the gateway answered."""
    form = await read_form(request)
    sms, coop = the(request, SmsSettings), the(request, Channels).ourselves

    def look() -> tuple[Gateway, str, str, str] | None:
        if not sms.is_ready():
            return None
        return sms.ready(), sms.secret(), coop.profile.name, coop.profile.country

    ready = await run(request, look)
    if ready is None:
        form.wrong("numero", N_("Enregistrez d'abord la passerelle et son secret."))
        return await _show(request, trial=form)
    gateway, secret, name, country = ready
    try:
        number = parse_mobile(form["numero"], country)
    except BadPhone:
        form.wrong("numero", _BAD_PHONE)
        return await _show(request, trial=form)
    tried = await try_sms(
        gateway,
        secret,
        number,
        coop=name,
        language=current(),
        id=uuid.uuid4().hex,
        now=now(request),
    )

    def keep() -> None:
        office = the(request, PostOffice)
        with writing(office.outbox.db):
            if not tried.code:
                office.recovered(Carrier.SMS)
            office.audit.add("sms.try", now=now(request), actor=caller(request).actor)

    await run(request, keep)
    return await _show(request, trial=form, tried=tried)


async def forget_page(request: web.Request) -> web.Response:
    """GET /reglages/sms/oublier: asks first."""
    return render(request, "channels/sms_forget.html")


async def forget(request: web.Request) -> web.Response:
    """POST /reglages/sms/oublier."""

    def let_go() -> None:
        with writing(the(request, PostOffice).outbox.db):
            the(request, SmsSettings).forget()
            given: dict[str, Any] = {"now": now(request), "actor": caller(request).actor}
            the(request, AuditStore).add("sms.forget", **given)

    await run(request, let_go)
    return go_to(request, SMS, say=_("La passerelle est oubliée : les SMS s'envoient à la main."))


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    admin = Needs.ADMINISTRATOR
    return (
        get(SMS, sms_page, needs=admin),
        post(SMS, save, needs=admin),
        post(f"{SMS}/essai", trial, needs=admin),
        get(f"{SMS}/oublier", forget_page, needs=admin),
        post(f"{SMS}/oublier", forget, needs=admin),
    )


MENU = MenuEntry(
    group=Group.UPKEEP,
    title=N_("SMS"),
    path=SMS,
    needs=Needs.ADMINISTRATOR,
    says=N_("Par quelle passerelle partent les SMS, s'il y en a une."),
    icon="mail",
)
