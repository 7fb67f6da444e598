"""The OpenAPI document, made of the shapes by which calls are checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from passkoop_node.api.models import SHAPES
from passkoop_node.api.models_members import ID, MEMBERS_QUERY
from passkoop_node.api.shapes import Shape
from passkoop_node.api.tokens import Scope

BASE = "/api/v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One address as the document describes it."""

    method: str
    path: str
    says: str
    scope: Scope | None  # that the token needs; None: any
    query: Mapping[str, Shape] = field(default_factory=dict)  # what may stand behind the « ? »
    takes: str = ""  # a name in SHAPES; "": no body
    gives: str  # a name in SHAPES, or a content type
    impossible: bool = False  # it may be that it cannot be done as things are

    @property
    def name(self) -> str:
        """What programs that are made from the document call it."""
        parts = self.path.removeprefix(f"{BASE}/").split("/")
        last = "one" if parts[-1][:1] == "{" else ""
        words = [self.method.lower(), *(one for one in parts if one[:1] != "{"), last]
        return "_".join(filter(None, words))


def _get(path: str, says: str, scope: Scope, gives: str) -> Call:
    return Call(method="GET", path=f"{BASE}{path}", says=says, scope=scope, gives=gives)


def _deed(word: str, says: str) -> Call:
    return Call(
        method="POST",
        path=f"{BASE}/members/{{id}}/cards/{{card}}/{word}",
        says=says,
        scope=Scope.CARDS_WRITE,
        takes="Deed",
        gives="Card",
        impossible=True,
    )


CALLS = (
    Call(
        method="GET",
        path=f"{BASE}/status",
        says="Qui répond, et de quand sont ses listes. N’importe quel jeton suffit.",
        scope=None,
        gives="Status",
    ),
    Call(
        method="POST",
        path=f"{BASE}/verify",
        says="Ce que vaut une carte, ici et maintenant. Rien n’est noté.",
        scope=Scope.VERIFY,
        takes="Verify",
        gives="Answer",
    ),
    Call(
        method="POST",
        path=f"{BASE}/visits",
        says="Des visites à noter. La même ligne envoyée deux fois compte une fois.",
        scope=Scope.VISITS,
        takes="Visits",
        gives="Taken",
    ),
    Call(
        method="GET",
        path=f"{BASE}/members",
        says="Les membres, une page après l’autre.",
        scope=Scope.MEMBERS_READ,
        query=MEMBERS_QUERY,
        gives="Members",
    ),
    Call(
        method="POST",
        path=f"{BASE}/members",
        says="Des membres à inscrire ou à corriger, par leur numéro ou leur adresse e-mail. Les "
        "mêmes lignes renvoyées ne changent rien.",
        scope=Scope.MEMBERS_WRITE,
        takes="PutMembers",
        gives="PutTaken",
    ),
    _get("/members/{id}", "Un membre.", Scope.MEMBERS_READ, "Member"),
    Call(
        method="POST",
        path=f"{BASE}/members/{{id}}/leave",
        says="Noter un départ. Les cartes restent comme elles sont.",
        scope=Scope.MEMBERS_WRITE,
        takes="Leave",
        gives="Member",
        impossible=True,
    ),
    Call(
        method="POST",
        path=f"{BASE}/members/{{id}}/return",
        says="Noter un retour. Une carte annulée le reste.",
        scope=Scope.MEMBERS_WRITE,
        gives="Member",
    ),
    _get("/members/{id}/cards", "Les cartes d’un membre.", Scope.CARDS_READ, "Cards"),
    Call(
        method="POST",
        path=f"{BASE}/members/{{id}}/cards",
        says="Faire une carte à un membre qui n’en a pas.",
        scope=Scope.CARDS_WRITE,
        gives="Card",
        impossible=True,
    ),
    _get(
        "/members/{id}/cards/{card}/text",
        "Ce que contient le code d’une carte.",
        Scope.CARDS_READ,
        "CardText",
    ),
    _get(
        "/members/{id}/cards/{card}/picture",
        "Le code d’une carte, à afficher ou à imprimer.",
        Scope.CARDS_READ,
        "image/png",
    ),
    _deed("suspend", "Suspendre une carte : elle est refusée partout, jusqu’à « resume »."),
    _deed("resume", "Lever une suspension."),
    _deed("revoke", "Annuler une carte, pour toujours. Il faut une raison."),
    _deed("replace", "Annuler une carte et en faire une nouvelle, qui est la réponse."),
)
_COMMON = {
    "401": "Pas de jeton, ou un jeton qui n’ouvre rien.",
    "429": "Trop de demandes à la suite : attendez Retry-After secondes.",
    "503": "Le disque ou le registre ne répond pas : rien n’a été noté, recommencez.",
}
_OF_SCOPE = {"403": "Le jeton ne permet pas cela."}
_OF_PLACE = {"404": "Ce membre, ou cette carte, n’existe pas."}
_OF_CONFLICT = {"409": "Ce n’est pas possible comme sont les choses : code dit pourquoi."}
_OF_QUERY = {"400": "Un paramètre est de trop, ou ne convient pas."}
_OF_BODY = {
    "400": "Le corps n’est pas l’objet JSON attendu.",
    "408": "L’envoi a pris trop de temps.",
    "413": "Le corps est trop gros.",
    "415": "Le corps est comprimé.",
}


async def document(_request: web.Request) -> web.Response:
    """GET /api/v1/openapi.json: the same for everybody."""
    return web.json_response(openapi())


def openapi() -> dict[str, Any]:
    """Return the document, OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for call in CALLS:
        paths.setdefault(call.path, {})[call.method.lower()] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Pass’Koop",
            "version": "1",
            "summary": "Des cartes, des visites et des membres, depuis un autre logiciel.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": dict(SHAPES),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(call: Call) -> dict[str, Any]:
    inside = re.findall(r"{(\w+)}", call.path)
    failures = (
        _COMMON
        | (_OF_SCOPE if call.scope else {})
        | (_OF_PLACE if inside else {})
        | (_OF_CONFLICT if call.impossible else {})
        | (_OF_BODY if call.method == "POST" else _OF_QUERY if call.scope else {})
    )
    told: dict[str, Any] = {
        "operationId": call.name,
        "summary": call.says,
        "security": [{"token": [call.scope.value] if call.scope else []}],
        "parameters": [
            *({"name": one, "in": "path", "required": True, "schema": ID} for one in inside),
            *({"name": one, "in": "query", "schema": shape} for one, shape in call.query.items()),
        ],
        "responses": {
            "200": {"description": "La réponse.", **_content(call.gives)},
            **{
                status: {"description": says, **_content("Error")}
                for status, says in sorted(failures.items())
            },
        },
    }
    if call.takes:
        told["requestBody"] = {"required": True, **_content(call.takes)}
    return told


def _content(name: str) -> Mapping[str, Any]:
    if "/" in name:
        return {"content": {name: {"schema": {"type": "string", "format": "binary"}}}}
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"content": {"application/json": {"schema": schema}}}
