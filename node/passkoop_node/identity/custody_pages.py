"""The identity key taken off this machine, brought back, and put under a passphrase."""

import asyncio
from collections.abc import Sequence

from aiohttp import web
from nacl.signing import SigningKey

from passkoop_node.coops.custody import Custody, SheetStillHere, WrongWord, two_places
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.keyring import IdentityState, identity_file
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.recovery import WORDS
from passkoop_node.errors import NodeError
from passkoop_node.identity.keys import KEYS
from passkoop_node.identity.unlocking import (
    PHRASE,
    UNLOCKING,
    identity_state,
    new_phrase,
    refuse,
    unlocked,
)

AWAY, BACK, SEAL = (f"{KEYS}/identite/{one}" for one in ("emporter", "remettre", "phrase"))
MAX_WORDS = 1_000  # signs of 24 words, and then some

_SHEET_HERE = N_(
    "La fiche de secours est encore sur cette machine : imprimez-la, rangez-la, effacez le "
    "fichier, puis recommencez."
)


# --- away ---


async def away_page(request: web.Request) -> web.Response:
    """GET /reglages/cles/identite/emporter."""
    return await _away(request, Form(), two_places())


async def take_away(request: web.Request) -> web.Response:
    """POST /reglages/cles/identite/emporter: two words of the sheet prove that it is there."""
    form = await read_form(request)
    given = [form.typed.pop(name, "") for name in ("mot1", "mot2")]  # never shown again
    places = _places(form)
    for name, word in zip(("mot1", "mot2"), given, strict=True):
        if not word.strip():
            form.wrong(name, N_("Écrivez quelque chose ici."))
    identity = await unlocked(request, form) if form.ok else None
    if identity is None:
        return await _away(request, form, places)
    take, actor = the(request, Custody).take_away, caller(request).actor
    words = dict(zip(places, given, strict=True))
    try:
        await run(request, take, identity, words, now=now(request), actor=actor)
    except WrongWord as error:
        form.wrong(
            f"mot{places.index(error.place) + 1}",
            N_("Ce n'est pas ce mot-là. Regardez la fiche, puis recommencez."),
        )
    except SheetStillHere:
        form.wrong("mot1", _SHEET_HERE)
    except NodeError as error:
        refuse(form, PHRASE, error)
    if not form.ok:
        return await _away(request, form, places)
    return go_to(request, KEYS, say=_("La clé d'identité n'est plus sur cette machine."))


async def _away(request: web.Request, form: Form, places: tuple[int, int]) -> web.Response:
    form.typed.pop(PHRASE, None)
    is_sheet_here = await run(request, lambda: the(request, Custody).is_sheet_here)
    return render(
        request,
        "identity/away.html",
        status=200 if form.ok else 422,
        form=form,
        places=places,
        identity=(await identity_state(request)).value,
        is_sheet_here=is_sheet_here,
    )


def _places(form: Form) -> tuple[int, int]:
    """Return which two words were asked for; others if somebody changed the form."""
    given = [form[name] for name in ("rang1", "rang2")]
    if all(one.isascii() and one.isdigit() and len(one) < 3 for one in given):
        first, second = int(given[0]), int(given[1])
        if 1 <= first < second <= WORDS:
            return first, second
    form.wrong("mot1", N_("Écrivez quelque chose ici."))
    return two_places()


# --- back ---


async def back_page(request: web.Request) -> web.Response:
    """GET /reglages/cles/identite/remettre."""
    return await _back(request, Form())


async def bring_back(request: web.Request) -> web.Response:
    """POST /reglages/cles/identite/remettre: the 24 words of the sheet."""
    form = await read_form(request)
    words = form.typed.pop("mots", "")  # never shown again
    if not words.strip():
        form.wrong("mots", N_("Tapez les 24 mots de la fiche, dans l'ordre."))
    elif len(words) > MAX_WORDS:
        form.wrong("mots", _too_long())
    passphrase = new_phrase(form, optional=True)
    if form.ok:
        try:
            identity = await run(request, the(request, Custody).identity_from, words)
            await _keep(request, identity, passphrase, "key.back")
        except NodeError as error:
            refuse(form, "mots", error)
    if not form.ok:
        return await _back(request, form)
    return go_to(request, KEYS, say=_("La clé d'identité est de nouveau sur cette machine."))


async def _back(request: web.Request, form: Form) -> web.Response:
    return render(
        request,
        "identity/back.html",
        status=200 if form.ok else 422,
        form=form,
        is_here=await identity_state(request) is not IdentityState.AWAY,
        longest=MAX_WORDS,
    )


def _too_long() -> Message:
    return N_("C'est trop long : %(most)s caractères au plus.", most=MAX_WORDS)


# --- the passphrase ---


async def seal_page(request: web.Request) -> web.Response:
    """GET /reglages/cles/identite/phrase."""
    return await _seal(request, Form())


async def seal(request: web.Request) -> web.Response:
    """POST /reglages/cles/identite/phrase."""
    form = await read_form(request)
    passphrase = new_phrase(form, optional=False)
    identity = await unlocked(request, form) if form.ok else None
    if identity is not None:
        try:
            await _keep(request, identity, passphrase, "key.seal")
        except NodeError as error:
            refuse(form, PHRASE, error)
    if identity is None or not form.ok:
        return await _seal(request, form)
    return go_to(request, KEYS, say=_("La clé d'identité est sous cette phrase de passe."))


async def _seal(request: web.Request, form: Form) -> web.Response:
    form.typed.pop(PHRASE, None)
    return render(
        request,
        "identity/seal.html",
        status=200 if form.ok else 422,
        form=form,
        identity=(await identity_state(request)).value,
    )


async def _keep(request: web.Request, identity: SigningKey, passphrase: str, action: str) -> None:
    async with request.app[UNLOCKING]:
        content = await asyncio.to_thread(identity_file, identity, passphrase=passphrase)
    keep, actor = the(request, Custody).keep, caller(request).actor
    await run(request, keep, identity, content, action=action, now=now(request), actor=actor)


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    needs = Needs.ADMINISTRATOR
    return (
        get(AWAY, away_page, needs=needs),
        post(AWAY, take_away, needs=needs),
        get(BACK, back_page, needs=needs),
        post(BACK, bring_back, needs=needs),
        get(SEAL, seal_page, needs=needs),
        post(SEAL, seal, needs=needs),
    )
