"""The tills: paired here by the office, over there by the device."""

from aiohttp import web
from markupsafe import Markup

from passkoop_node.core import cookies
from passkoop_node.core.administration import Administration
from passkoop_node.core.cookies import JAR
from passkoop_node.core.devices import (
    CODE_SECONDS,
    MAX_NAME,
    BadCode,
    PairingCode,
    Till,
    TillStore,
    TooManyCodes,
    shown_code,
)
from passkoop_node.core.feature import Group, MenuEntry, Needs, Pages, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import ADDRESS, address_for_others, caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.core.limits import Limit, neighbourhood
from passkoop_protocol.qr import qr_svg

LIST = "/reglages/caisses"
PAIRING = web.AppKey("PAIRING", Limit)
ALL_PAIRING = web.AppKey("ALL_PAIRING", Limit)


async def list_tills(request: web.Request) -> web.Response:
    """GET /reglages/caisses: the tills, and the codes that wait for one."""
    return await _list(request, Form())


async def open_code(request: web.Request) -> web.Response:
    """POST /reglages/caisses: a new code."""
    form = await read_form(request)
    name = form.text("nom", most=MAX_NAME)
    if form.ok:
        make = the(request, Administration).open_code
        try:
            await run(request, make, name, actor=caller(request).actor, now=now(request))
        except TooManyCodes:
            form.wrong("nom", N_("Trop de codes attendent déjà : effacez-en, ou attendez."))
        else:
            return go_to(request, LIST)
    return await _list(request, form, status=422)


async def close_code(request: web.Request) -> web.Response:
    """POST /reglages/caisses/code: take a code back."""
    form = await read_form(request)
    await run(request, the(request, TillStore).close_code, form["code"])
    return go_to(request, LIST, say=_("Ce code ne marche plus."))


async def show_till(request: web.Request) -> web.Response:
    """GET /reglages/caisses/<id>."""
    till = await _till(request)
    return render(request, "core/till.html", till=till, form=Form({"nom": till.name}))


async def rename(request: web.Request) -> web.Response:
    """POST /reglages/caisses/<id>/nom."""
    till = await _till(request)
    form = await read_form(request)
    name = form.text("nom", most=MAX_NAME)
    if not form.ok:
        return render(request, "core/till.html", status=422, till=till, form=form)
    change = the(request, Administration).rename_till
    await run(request, change, till.id, name, actor=caller(request).actor, now=now(request))
    return go_to(request, LIST, say=_("C'est noté."))


async def revoke(request: web.Request) -> web.Response:
    """POST /reglages/caisses/<id>/retirer: the page of the till has asked."""
    till = await _till(request)
    take_away = the(request, Administration).revoke_till
    await run(request, take_away, till.id, actor=caller(request).actor, now=now(request))
    return go_to(request, LIST, say=_("%(name)s n'est plus une caisse.", name=till.name))


# --- on the device ---


async def pair_page(request: web.Request) -> web.Response:
    """GET /jumeler: type the code; the QR code of the office has typed it already."""
    return render(request, "core/pair.html", form=Form({"code": request.query.get("code", "")}))


async def pair(request: web.Request) -> web.Response:
    """POST /jumeler: this device becomes a till."""
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
    response = go_to(request, "/", say=_("Cet appareil est « %(name)s ».", name=till.name))
    request.app[JAR].keep(request, response, cookies.TILL, secret, seconds=cookies.TILL_SECONDS)
    return response


async def _till(request: web.Request) -> Till:
    return await run(request, the(request, TillStore).by_id, int(request.match_info["id"]))


async def _list(request: web.Request, form: Form, *, status: int = 200) -> web.Response:
    tills, codes = await run(request, _tills_and_codes, request)
    return render(
        request,
        "core/tills.html",
        status=status,
        form=form,
        tills=[one for one in tills if one.revoked_at is None],
        revoked=[one for one in tills if one.revoked_at is not None],
        codes=[_shown(request, one) for one in codes],
        minutes=CODE_SECONDS // 60,
    )


def _tills_and_codes(request: web.Request) -> tuple[list[Till], list[PairingCode]]:
    store = the(request, TillStore)
    return store.all(), store.codes(now=now(request))


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
    """Return the pages of the tills."""
    one, all_ = LIST + "/{id:[0-9]{1,9}}", Needs.ADMINISTRATOR
    return Pages(
        routes=(
            get(LIST, list_tills, needs=all_),
            post(LIST, open_code, needs=all_),
            post(f"{LIST}/code", close_code, needs=all_),
            get(one, show_till, needs=all_),
            post(f"{one}/nom", rename, needs=all_),
            post(f"{one}/retirer", revoke, needs=all_),
            get("/jumeler", pair_page, needs=Needs.NOTHING),
            post("/jumeler", pair, needs=Needs.NOTHING),
        ),
        menu=(
            MenuEntry(
                group=Group.WORK,
                title=N_("Caisses"),
                path=LIST,
                needs=Needs.ADMINISTRATOR,
                says=N_("Les appareils qui vérifient les cartes."),
                icon="till",
            ),
        ),
        set_up=set_up,
    )
