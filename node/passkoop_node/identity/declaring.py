"""What the co-op says of itself: typed here, signed, and read by all others."""

from collections.abc import Sequence

from aiohttp import web

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.coops.profile import MOST_ADDRESSES, Profile
from passkoop_node.core import formats
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import PAGES, go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.keyring import IdentityState
from passkoop_node.core.language import N_, _
from passkoop_node.core.reach import BadWebAddress, is_inside, parse_web_address
from passkoop_node.core.settings import SettingsStore
from passkoop_node.core.switches import SWITCHES
from passkoop_node.errors import NodeError
from passkoop_node.identity.unlocking import PHRASE, identity_state, refuse, unlocked
from passkoop_node.members.text import fold
from passkoop_protocol.fields import is_hidden_free
from passkoop_protocol.welcome import is_country

COOP = "/reglages/coop"
_LONGEST = {"nom": 100, "lieu": 100, "contact": 300, "forme": 100}  # bytes: SPEC 6.2
_FIRST = ("FR", "BE", "CH", "PT", "CA", "LU", "ES", "NL")  # where such co-ops are


async def coop_page(request: web.Request) -> web.Response:
    """GET /reglages/coop."""
    ourselves = the(request, Ourselves)
    profile, addresses = await run(request, lambda: (ourselves.profile, ourselves.addresses))
    typed = {
        "nom": profile.name,
        "lieu": profile.place,
        "pays": profile.country,
        "contact": profile.contact,
        "forme": profile.form,
        "adresses": "\n".join(addresses),
    }
    return await _show(request, Form(typed))


async def declare(request: web.Request) -> web.Response:
    """POST /reglages/coop: signed anew, or refused with what was typed."""
    form = await read_form(request)
    profile, addresses = _profile(form), _addresses(form)
    away = await identity_state(request) is IdentityState.AWAY
    identity = await unlocked(request, form) if form.ok and not away else None
    if not form.ok:
        return await _show(request, form)
    ourselves, audit = the(request, Ourselves), the(request, AuditStore)
    ask = (lambda: identity) if identity else None

    def do() -> None:
        ourselves.declare(profile, addresses, ask, now=now(request))
        audit.add("coop.declare", now=now(request), actor=caller(request).actor)

    try:
        await run(request, do)
    except NodeError as error:
        refuse(form, "nom", error)
        return await _show(request, form)
    request.app[PAGES].coop = profile.name
    said = (
        _("C'est noté. La fiche sera signée quand la clé d'identité sera remise sur cette machine.")
        if away
        else _("C'est noté et signé. Les autres coops l'apprennent d'elles-mêmes.")
    )
    return go_to(request, COOP, say=said)


async def switch(request: web.Request) -> web.Response:
    """POST /reglages/coop/fonctions: what the co-op does without, and what it uses."""
    form, switches = await read_form(request), request.app[SWITCHES]
    off = {one.name for one in switches.all if form[one.name] != "oui"}
    settings, audit = the(request, SettingsStore), the(request, AuditStore)
    moment, actor = now(request), caller(request).actor
    await run(request, switches.keep, off, settings, audit, now=moment, actor=actor)
    return go_to(request, COOP, say=_("C'est noté."))


def _profile(form: Form) -> Profile:
    """Return what was typed; what is wrong is noted in the form."""
    name, place = _line(form, "nom"), _line(form, "lieu")
    country = form["pays"].strip().upper()
    if not is_country(country) or country not in formats.locale().territories:
        form.wrong("pays", N_("Choisissez l'une des possibilités."))
    return Profile(
        name=name,
        place=place,
        country=country,
        contact=_line(form, "contact", optional=True),
        form=_line(form, "forme", optional=True),
    )


def _line(form: Form, name: str, *, optional: bool = False) -> str:
    text, most = form.text(name, most=_LONGEST[name], optional=optional), _LONGEST[name]
    if len(text.encode(errors="replace")) > most:
        form.wrong(
            name,
            N_(
                "C'est trop long : %(most)s lettres au plus, une lettre accentuée compte double.",
                most=most,
            ),
        )
    elif not is_hidden_free(text):
        form.wrong(name, N_("Ce texte contient des signes invisibles : tapez-le de nouveau."))
    return text


def _addresses(form: Form) -> Sequence[str]:
    found: list[str] = []
    for line in form["adresses"][:5_000].split():
        try:
            found.append(parse_web_address(line))
        except BadWebAddress:
            form.wrong(
                "adresses",
                N_(
                    "« %(line)s » n'est pas une adresse web entière, avec https:// devant.",
                    line=line[:60],
                ),
            )
    once = list(dict.fromkeys(found))
    if len(once) > MOST_ADDRESSES:
        form.wrong("adresses", N_("%(most)s adresses au plus.", most=MOST_ADDRESSES))
    return once


async def _show(request: web.Request, form: Form) -> web.Response:
    form.typed.pop(PHRASE, None)
    ourselves = the(request, Ourselves)
    is_current, identity = await run(
        request, lambda: (ourselves.descriptor_is_current(), ourselves.keyring.identity_state())
    )
    territories = formats.locale().territories
    names = {code: str(name) for code, name in territories.items() if is_country(code)}
    rest = sorted(names.keys() - set(_FIRST), key=lambda code: fold(names[code]))
    return render(
        request,
        "identity/coop.html",
        status=200 if form.ok else 422,
        form=form,
        most=_LONGEST,
        countries=[(code, formats.marked(names[code])) for code in (*_FIRST, *rest)],
        identity=identity.value,
        is_current=is_current,
        switches=request.app[SWITCHES].all,
        off=request.app[SWITCHES].off,
        inside=[one for one in form["adresses"].split() if _is_inside(one)],
    )


def _is_inside(text: str) -> bool:
    """Return whether an address leads nowhere from elsewhere."""
    try:
        return is_inside(parse_web_address(text))
    except BadWebAddress:
        return False


def routes() -> Sequence[Route]:
    """Return the ways to this page."""
    needs = Needs.ADMINISTRATOR
    return (
        get(COOP, coop_page, needs=needs),
        post(COOP, declare, needs=needs),
        post(f"{COOP}/fonctions", switch, needs=needs),
    )
