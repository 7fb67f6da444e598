"""The tills and the kiosks: paired here by the office, over there by the device."""

from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from passkoop_node.core import cookies
from passkoop_node.core.administration import Administration
from passkoop_node.core.cookies import JAR
from passkoop_node.core.devices import (
    MAX_NAME,
    BadCode,
    Kind,
    PairingCode,
    Till,
    TillNotFound,
    TillStore,
    TooManyCodes,
    shown_code,
)
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import ADDRESS, address_for_others, caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.limits import Limit, neighbourhood
from passkoop_node.core.sessions import SessionStore
from passkoop_protocol.qr import qr_svg

LIST = "/reglages/caisses"
KIOSKS = "/reglages/bornes"
PAIRING = web.AppKey("PAIRING", Limit)
ALL_PAIRING = web.AppKey("ALL_PAIRING", Limit)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort:
    """How the devices of one kind are spoken of."""

    kind: Kind
    path: str  # of their list
    title: Message
    says: Message  # beside the title, in the menu
    icon: str
    none: Message
    new: Message
    about: Message
    old: Message
    all: Message
    one: Message
    leaving: Message
    take: Message
    gone: Message


TILLS = Sort(
    kind=Kind.TILL,
    path=LIST,
    title=N_("Caisses"),
    says=N_("Les appareils qui vérifient les cartes."),
    icon="till",
    none=N_("Aucune caisse pour l'instant."),
    new=N_("Jumeler une caisse"),
    about=N_(
        "Un ordinateur, une tablette ou un téléphone de la coop. Il ne pourra que vérifier des "
        "cartes et noter des visites, sans mot de passe."
    ),
    old=N_("Caisses retirées"),
    all=N_("Toutes les caisses"),
    one=N_("Caisse : %(name)s"),
    leaving=N_(
        "L'appareil ne pourra plus rien faire, dès son prochain geste. Les visites qu'il a notées "
        "restent."
    ),
    take=N_("Retirer cette caisse"),
    gone=N_("%(name)s n'est plus une caisse."),
)
KIOSK = Sort(
    kind=Kind.KIOSK,
    path=KIOSKS,
    title=N_("Bornes"),
    says=N_("Les tablettes où l'on devient membre."),
    icon="kiosk",
    none=N_("Aucune borne pour l'instant."),
    new=N_("Jumeler une borne"),
    about=N_(
        "Une tablette posée dans le magasin, où l'on devient membre. Elle ne pourra que poser vos "
        "questions et vous transmettre les réponses : rien de la coop n'y est visible."
    ),
    old=N_("Bornes retirées"),
    all=N_("Toutes les bornes"),
    one=N_("Borne : %(name)s"),
    leaving=N_(
        "L'appareil ne pourra plus rien faire, dès son prochain geste. Les demandes qui en sont "
        "venues restent."
    ),
    take=N_("Retirer cette borne"),
    gone=N_("%(name)s n'est plus une borne."),
)


def sort_of(request: web.Request) -> Sort:
    """Return of which devices a page speaks."""
    return KIOSK if request.path.startswith(KIOSKS) else TILLS


async def list_tills(request: web.Request) -> web.Response:
    """GET /reglages/caisses: the tills, and the codes that wait for one; so for the kiosks."""
    return await _list(request, Form())


async def open_code(request: web.Request) -> web.Response:
    """POST /reglages/caisses: a new code."""
    form, sort = await read_form(request), sort_of(request)
    name = form.text("nom", most=MAX_NAME)
    if form.ok:
        make, who = the(request, Administration).open_code, caller(request).actor
        try:
            await run(request, make, name, actor=who, now=now(request), kind=sort.kind)
        except TooManyCodes:
            form.wrong("nom", N_("Trop de codes attendent déjà : effacez-en, ou attendez."))
        else:
            return go_to(request, sort.path)
    return await _list(request, form, status=422)


async def close_code(request: web.Request) -> web.Response:
    """POST /reglages/caisses/code: take a code back."""
    form = await read_form(request)
    await run(request, the(request, TillStore).close_code, form["code"])
    return go_to(request, sort_of(request).path, say=_("Ce code ne marche plus."))


async def show_till(request: web.Request) -> web.Response:
    """GET /reglages/caisses/<id>."""
    till = await _till(request)
    return _one(request, till, Form({"nom": till.name}))


async def rename(request: web.Request) -> web.Response:
    """POST /reglages/caisses/<id>/nom."""
    till = await _till(request)
    form = await read_form(request)
    name = form.text("nom", most=MAX_NAME)
    if not form.ok:
        return _one(request, till, form, status=422)
    change = the(request, Administration).rename_till
    await run(request, change, till.id, name, actor=caller(request).actor, now=now(request))
    return go_to(request, sort_of(request).path, say=_("C'est noté."))


async def revoke(request: web.Request) -> web.Response:
    """POST /reglages/caisses/<id>/retirer: the page of the till has asked."""
    till = await _till(request)
    take_away = the(request, Administration).revoke_till
    await run(request, take_away, till.id, actor=caller(request).actor, now=now(request))
    sort = sort_of(request)
    return go_to(request, sort.path, say=Message(sort.gone.msgid, {"name": till.name}))


# --- on the device ---


async def pair_page(request: web.Request) -> web.Response:
    """GET /jumeler: type the code; the QR code of the office has typed it already."""
    return render(request, "core/pair.html", form=Form({"code": request.query.get("code", "")}))


async def pair(request: web.Request) -> web.Response:
    """POST /jumeler: this device becomes what the code makes of it, and that alone."""
    form = await read_form(request)
    request.app[PAIRING].take(neighbourhood(request[ADDRESS]), now=now(request))
    request.app[ALL_PAIRING].take("", now=now(request))
    pair_with = the(request, Administration).pair
    try:
        till, secret = await run(request, pair_with, form["code"], now=now(request))
    except BadCode:
        form.wrong(
            "code",
            N_("Ce code n'est pas, ou n'est plus, valable. Vérifiez-le, ou demandez-en un autre."),
        )
        return render(request, "core/pair.html", status=422, form=form)
    became, was = cookies.TILL, cookies.KIOSK
    if till.kind is Kind.KIOSK:
        became, was = was, became
        # Whoever set it up must not be in on it when strangers use it.
        if session := caller(request).session:
            await run(request, the(request, SessionStore).end, session)
    response = go_to(request, "/", say=_("Cet appareil est « %(name)s ».", name=till.name))
    jar = request.app[JAR]
    jar.keep(request, response, became, secret, seconds=cookies.TILL_SECONDS)
    jar.drop(request, response, was)
    if till.kind is Kind.KIOSK:
        jar.drop(request, response, cookies.SESSION)
    return response


async def _till(request: web.Request) -> Till:
    """Return the device of the address, which is one of this list."""
    found = await run(request, the(request, TillStore).by_id, int(request.match_info["id"]))
    if found.kind is not sort_of(request).kind:
        raise TillNotFound
    return found


def _one(request: web.Request, till: Till, form: Form, *, status: int = 200) -> web.Response:
    sort = sort_of(request)
    return render(
        request,
        "core/till.html",
        status=status,
        till=till,
        form=form,
        sort=sort,
        title=Message(sort.one.msgid, {"name": till.name}),
    )


async def _list(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    tills, codes = await run(request, _tills_and_codes, request)
    return render(
        request,
        "core/tills.html",
        status=status,
        form=form,
        sort=sort_of(request),
        tills=[one for one in tills if one.revoked_at is None],
        revoked=[one for one in tills if one.revoked_at is not None],
        codes=[_shown(request, one) for one in codes],
    )


def _tills_and_codes(request: web.Request) -> tuple[list[Till], list[PairingCode]]:
    store, kind = the(request, TillStore), sort_of(request).kind
    codes = [one for one in store.codes(now=now(request)) if one.kind is kind]
    return store.all(kind), codes


def _shown(request: web.Request, code: PairingCode) -> dict[str, object]:
    """Return a code as a person reads it and as a tablet's camera does."""
    address = f"{address_for_others(request)}/jumeler"
    return {
        "name": code.name,
        "code": code.code,
        "shown": shown_code(code.code),
        "address": address,
        "qr": Markup(qr_svg(f"{address}?code={code.code}")),  # noqa: S704 - of our own making
        "seconds": code.expires_at - now(request),
    }


def set_up(app: web.Application) -> None:
    """Count tries from now on: 36 bits for ten minutes leave a guesser nothing."""
    says = N_("Cela fait beaucoup de codes. Demandez au bureau d'en afficher un nouveau.")
    app[PAIRING] = Limit(5, 12, says)
    app[ALL_PAIRING] = Limit(60, 3, says)


def pages() -> Pages:
    """Return the pages of the tills and of the kiosks."""
    return Pages(
        routes=(
            *_routes(TILLS),
            *_routes(KIOSK),
            get("/jumeler", pair_page, needs=Needs.NOTHING),
            post("/jumeler", pair, needs=Needs.NOTHING),
        ),
        menu=[
            MenuEntry(
                group=Group.WORK,
                title=sort.title,
                path=sort.path,
                needs=Needs.ADMINISTRATOR,
                says=sort.says,
                icon=sort.icon,
            )
            for sort in (TILLS, KIOSK)
        ],
        set_up=set_up,
    )


def _routes(sort: Sort) -> tuple[Route, ...]:
    one, all_ = sort.path + "/{id:[0-9]{1,9}}", Needs.ADMINISTRATOR
    return (
        get(sort.path, list_tills, needs=all_),
        post(sort.path, open_code, needs=all_),
        post(f"{sort.path}/code", close_code, needs=all_),
        get(one, show_till, needs=all_),
        post(f"{one}/nom", rename, needs=all_),
        post(f"{one}/retirer", revoke, needs=all_),
    )
