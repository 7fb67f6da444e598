"""The programs that may ask this node, for administrators: each has a token, shown once."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from passkoop_node.api.tokens import (
    BadTokenName,
    Scope,
    Token,
    TokenExists,
    TokenNotFound,
    TokenStore,
    TooManyTokens,
)
from passkoop_node.core.feature import Group, MenuEntry, Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import address_for_others, caller, now, run, the
from passkoop_node.core.language import N_, Message, _

LIST = "/reglages/logiciels"
_ONE = f"{LIST}/{{name:[a-z0-9-]{{1,40}}}}/retirer"

SCOPES: Mapping[Scope, tuple[Message, Message]] = {
    Scope.VERIFY: (N_("Vérifier des cartes"), N_("Sans rien noter.")),
    Scope.VISITS: (N_("Noter des visites"), N_("Comme une caisse de plus.")),
    Scope.MEMBERS_READ: (
        N_("Lire les membres"),
        N_("Tout le registre : noms, adresses, téléphones."),
    ),
    Scope.MEMBERS_WRITE: (
        N_("Inscrire des membres"),
        N_("Et les corriger, noter leur départ."),
    ),
    Scope.CARDS_READ: (
        N_("Lire les cartes"),
        N_("Avec leur code : ce logiciel peut les montrer et les imprimer."),
    ),
    Scope.CARDS_WRITE: (
        N_("Faire des cartes"),
        N_("Et les suspendre, les annuler, les remplacer."),
    ),
}


async def list_tokens(request: web.Request) -> web.Response:
    """GET /reglages/logiciels."""
    tokens = await run(request, the(request, TokenStore).all)
    return render(request, "api/tokens.html", tokens=tokens, scopes=SCOPES)


async def new_page(request: web.Request) -> web.Response:
    """GET /reglages/logiciels/nouveau."""
    return _form(request, Form({_field(Scope.VERIFY): "oui", _field(Scope.VISITS): "oui"}))


async def add(request: web.Request) -> web.Response:
    """POST /reglages/logiciels/nouveau: answers with the token, this once."""
    form = await read_form(request)
    name = form.text("nom", most=40)
    scopes = [scope for scope in Scope if form[_field(scope)] == "oui"]
    if not scopes:
        form.wrong("droits", N_("Cochez ce que ce logiciel pourra faire."))
    if not form.ok:
        return _form(request, form)
    try:
        secret = await run(
            request,
            the(request, TokenStore).add,
            name,
            scopes,
            actor=caller(request).actor,
            now=now(request),
        )
    except BadTokenName:
        form.wrong("nom", N_("Prenez des minuscules sans accent, des chiffres ou des tirets."))
    except TokenExists:
        form.wrong("nom", N_("Un logiciel s'appelle déjà ainsi : retirez-le d'abord."))
    except TooManyTokens:
        form.wrong("nom", N_("C'est un de trop : retirez d'abord ceux qui ne servent plus."))
    else:
        address = address_for_others(request)
        return render(request, "api/token_made.html", name=name, secret=secret, address=address)
    return _form(request, form)


async def remove_page(request: web.Request) -> web.Response:
    """GET /reglages/logiciels/<name>/retirer: asks first."""
    return render(request, "api/token_remove.html", token=await _token(request))


async def remove(request: web.Request) -> web.Response:
    """POST /reglages/logiciels/<name>/retirer."""
    name = request.match_info["name"]
    actor = caller(request).actor
    await run(request, the(request, TokenStore).remove, name, actor=actor, now=now(request))
    return go_to(request, LIST, say=_("Logiciel retiré : %(name)s.", name=name))


async def _token(request: web.Request) -> Token:
    name = request.match_info["name"]
    for one in await run(request, the(request, TokenStore).all):
        if one.name == name:
            return one
    raise TokenNotFound(name)


def _form(request: web.Request, form: Form) -> web.Response:
    fields = {_field(scope): words for scope, words in SCOPES.items()}
    status = 200 if form.ok else 422
    return render(request, "api/token_new.html", status=status, form=form, fields=fields)


def _field(scope: Scope) -> str:
    return f"droit-{scope.value.replace(':', '-')}"


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    administrator = Needs.ADMINISTRATOR
    return (
        get(LIST, list_tokens, needs=administrator),
        get(f"{LIST}/nouveau", new_page, needs=administrator),
        post(f"{LIST}/nouveau", add, needs=administrator),
        get(_ONE, remove_page, needs=administrator),
        post(_ONE, remove, needs=administrator),
    )


MENU = MenuEntry(
    group=Group.WORK,
    title=N_("Logiciels"),
    path=LIST,
    needs=Needs.ADMINISTRATOR,
    says=N_("Odoo et d'autres, qui vérifient des cartes ou tiennent les membres."),
    icon="plug",
)
