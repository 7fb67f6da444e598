"""The page of the keys: those that sign cards, and the one that is the co-op."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from passkoop_node.cards.issuing import Issuer
from passkoop_node.cards.keys import cards_to_remake, rotate_key, withdraw_key
from passkoop_node.coops.custody import Custody
from passkoop_node.coops.ourselves import KeyNotFound, Ourselves
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.keyring import IdentityState
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.errors import NodeError
from passkoop_node.identity.unlocking import PHRASE, identity_state, refuse, unlocked
from passkoop_protocol.descriptor import IssuingKey, KeyState
from passkoop_protocol.keys import KeyId

KEYS = "/reglages/cles"
ONE = f"{KEYS}/{{kid:[0-9a-f]{{16}}}}"

# A shape of core/icons.html, in plain ink, and the words beside it.
STATES: dict[KeyState, tuple[str, Message]] = {
    KeyState.ACTIVE: ("ok", N_("Signe les cartes")),
    KeyState.RETIRED: ("none", N_("Au repos : ses cartes restent bonnes")),
    KeyState.WITHDRAWN: ("no", N_("Retirée : ses cartes sont refusées")),
}
IDENTITY: dict[IdentityState, tuple[str, Message]] = {
    IdentityState.OPEN: ("note", N_("Sur cette machine, sans phrase de passe.")),
    IdentityState.SEALED: ("ok", N_("Sur cette machine, sous phrase de passe.")),
    IdentityState.AWAY: ("ok", N_("Ailleurs : elle n'est pas sur cette machine.")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownKey:
    """A key as the page shows it."""

    key: IssuingKey
    cards: int
    is_here: bool


async def keys_page(request: web.Request) -> web.Response:
    """GET /reglages/cles."""
    return await _show(request)


async def _show(request: web.Request, fault: Message | None = None) -> web.Response:
    ourselves, issuer = the(request, Ourselves), the(request, Issuer)

    def look() -> dict[str, Any]:
        return {
            "keys": [
                ShownKey(
                    key=one,
                    cards=issuer.cards.count_signed_by(one.kid),
                    is_here=ourselves.keyring.has_issuing_key(one.kid),
                )
                for one in reversed(ourselves.store.issuing_keys())
            ],
            "identity": ourselves.keyring.identity_state(),
            "is_catching_up": ourselves.is_catching_up,
            "is_sheet_here": the(request, Custody).is_sheet_here,
        }

    return render(
        request,
        "identity/keys.html",
        status=422 if fault else 200,
        fault=fault,
        states=STATES,
        places=IDENTITY,
        KeyState=KeyState,
        IdentityState=IdentityState,
        **await run(request, look),
    )


# --- a new one ---


async def new_page(request: web.Request) -> web.Response:
    """GET /reglages/cles/nouvelle: says what it means."""
    return await _new(request, Form())


async def make(request: web.Request) -> web.Response:
    """POST /reglages/cles/nouvelle."""
    form = await read_form(request)
    identity = await unlocked(request, form)
    if identity is None:
        return await _new(request, form)
    issuer, actor, moment = the(request, Issuer), caller(request).actor, now(request)
    try:
        await run(request, rotate_key, issuer, lambda: identity, now=moment, actor=actor)
    except NodeError as error:
        refuse(form, PHRASE, error)
        return await _new(request, form)
    said = _("La nouvelle clé signe les cartes. Celles déjà faites restent bonnes.")
    return go_to(request, KEYS, say=said)


async def _new(request: web.Request, form: Form) -> web.Response:
    return render(
        request,
        "identity/new_key.html",
        status=200 if form.ok else 422,
        form=form,
        identity=(await identity_state(request)).value,
    )


# --- one withdrawn ---


async def withdraw_page(request: web.Request) -> web.Response:
    """GET /reglages/cles/<kid>/retirer: asks, and says what becomes of the cards."""
    kid, cards = await run(request, _look, request)
    return render(request, "identity/withdraw.html", kid=kid.hex(), cards=cards)


async def confirm_page(request: web.Request) -> web.Response:
    """GET /reglages/cles/<kid>/retirer/confirmer: asks a second time."""
    return await _confirm(request, Form())


async def withdraw(request: web.Request) -> web.Response:
    """POST /reglages/cles/<kid>/retirer/confirmer."""
    form = await read_form(request)
    if form["sur"] != "oui":
        form.wrong("sur", N_("Cochez cette case si c'est bien ce que vous voulez."))
    kid, cards = await run(request, _look, request)
    identity = await unlocked(request, form) if form.ok else None
    if identity is None:
        return await _confirm(request, form)
    issuer, actor, moment = the(request, Issuer), caller(request).actor, now(request)
    try:
        await run(request, withdraw_key, issuer, kid, lambda: identity, now=moment, actor=actor)
    except NodeError as error:
        refuse(form, PHRASE, error)
        return await _confirm(request, form)
    said = _("La clé est retirée. Aucune carte n'est à refaire.")
    if cards:
        said = ngettext(
            "La clé est retirée : %(num)s carte à refaire.",
            "La clé est retirée : %(num)s cartes à refaire.",
            cards,
        )
    return go_to(request, "/bureau/cartes" if cards else KEYS, say=said)


async def _confirm(request: web.Request, form: Form) -> web.Response:
    form.typed.pop(PHRASE, None)
    kid, cards = await run(request, _look, request)
    return render(
        request,
        "identity/withdraw_sure.html",
        status=200 if form.ok else 422,
        form=form,
        kid=kid.hex(),
        cards=cards,
        identity=(await identity_state(request)).value,
    )


def _look(request: web.Request) -> tuple[KeyId, int]:
    """Return the key that an address names, and how many cards have to be made anew without it."""
    kid = KeyId(bytes.fromhex(request.match_info["kid"]))
    states = {one.kid: one.state for one in the(request, Ourselves).store.issuing_keys()}
    if states.get(kid, KeyState.WITHDRAWN) is KeyState.WITHDRAWN:
        raise KeyNotFound(kid.hex())
    return kid, cards_to_remake(the(request, Issuer), kid, now=now(request))


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    needs = Needs.ADMINISTRATOR
    return (
        get(KEYS, keys_page, needs=needs),
        get(f"{KEYS}/nouvelle", new_page, needs=needs),
        post(f"{KEYS}/nouvelle", make, needs=needs),
        get(f"{ONE}/retirer", withdraw_page, needs=needs),
        get(f"{ONE}/retirer/confirmer", confirm_page, needs=needs),
        post(f"{ONE}/retirer/confirmer", withdraw, needs=needs),
    )
