"""The identity key, unlocked for what one form asks, and nothing kept of it."""

import asyncio

from aiohttp import web
from nacl.signing import SigningKey

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.forms import Form, told
from passkoop_node.core.handling import CLOCK, caller, run, the
from passkoop_node.core.keyring import IdentityState
from passkoop_node.core.language import N_, Message
from passkoop_node.core.limits import Limit
from passkoop_node.errors import NodeError

PHRASE = "phrase"  # the field of a form
MAX_PHRASE = 500

UNLOCKING = web.AppKey("UNLOCKING", asyncio.Semaphore)  # 256 MB each: one at a time
TRIES = web.AppKey("TRIES_OF_PHRASES", Limit)

# What a form says of a key that does not open, or a co-op that may not sign.
FAULTS: dict[str, Message] = {
    "wrong_passphrase": N_(
        "Cette phrase de passe n'ouvre pas la clé d'identité : vérifiez Verr. Maj., puis "
        "recommencez."
    ),
    "identity_away": N_("La clé d'identité n'est pas sur cette machine : remettez-la d'abord."),
    "not_enough_memory": N_(
        "Il manque de la mémoire pour ouvrir la clé d'identité : fermez d'autres programmes."
    ),
    "key_damaged": N_(
        "Le fichier de la clé d'identité est abîmé : remettez-la avec la fiche de secours."
    ),
    "open_permissions": N_(
        "D'autres comptes de cette machine peuvent lire la clé d'identité. Santé dit quoi faire."
    ),
    "other_identity": N_("Cette clé d'identité est celle d'une autre coop : rien n'a été changé."),
    "must_catch_up": N_(
        "Cette coop vient d'être restaurée : il faut d'abord rattraper ce qu'elle a oublié. "
        "« passkoop doctor » dit comment."
    ),
    "too_many_keys": N_("La coop a déjà toutes les clés qu'elle peut avoir : gardez l'actuelle."),
    "key_not_active": N_("Cette clé a déjà été retirée."),
}


async def identity_state(request: web.Request) -> IdentityState:
    """Return where the identity key is."""
    return await run(request, the(request, Ourselves).keyring.identity_state)


async def unlocked(request: web.Request, form: Form) -> SigningKey | None:
    """Return the identity key, by the passphrase in the form; what is wrong is noted there.

    The passphrase is taken out of the form: no page shows it again.
    """
    passphrase = form.typed.pop(PHRASE, "")
    keyring = the(request, Ourselves).keyring
    state = await identity_state(request)
    if state is IdentityState.SEALED and not passphrase:
        form.wrong(PHRASE, N_("Tapez la phrase de passe de la coop."))
        return None
    if len(passphrase) > MAX_PHRASE:
        form.wrong(PHRASE, FAULTS["wrong_passphrase"])
        return None
    clock = request.app[CLOCK]()
    if state is IdentityState.SEALED:
        request.app[TRIES].take(caller(request).actor, now=clock)
    try:
        async with request.app[UNLOCKING]:
            key = await asyncio.to_thread(keyring.identity_key, lambda: passphrase)
    except NodeError as error:
        refuse(form, PHRASE, error)
        return None
    if state is IdentityState.SEALED:
        request.app[TRIES].give_back(caller(request).actor, now=clock)
    return key


def refuse(form: Form, name: str, error: NodeError) -> None:
    """Note in a form why the node did not do it; another fault is for the page of errors."""
    if error.code in FAULTS:
        form.wrong(name, FAULTS[error.code])
    elif error.code in ("bad_profile", "too_many_addresses", "bad_words"):
        form.wrong(name, told(error))
    else:
        raise error


def new_phrase(form: Form, *, optional: bool) -> str:
    """Return the new passphrase, typed twice; what is wrong is noted, and it is not shown again."""
    first, again = form.typed.pop("nouvelle", ""), form.typed.pop("encore", "")
    if not first and not optional:
        form.wrong("nouvelle", N_("Choisissez une phrase de passe."))
    elif first and len(first) < 12:
        form.wrong("nouvelle", N_("Plus longue : quelques mots, douze signes au moins."))
    elif len(first) > MAX_PHRASE:
        form.wrong(
            "nouvelle", N_("C'est trop long : %(most)s caractères au plus.", most=MAX_PHRASE)
        )
    elif first != again:
        form.wrong("encore", N_("Les deux ne sont pas les mêmes : tapez-les de nouveau."))
    return first


def set_up(app: web.Application) -> None:
    """Unlock one key at a time, and let nobody guess for long."""
    app[UNLOCKING] = asyncio.Semaphore(1)
    app[TRIES] = Limit(8, 30)
