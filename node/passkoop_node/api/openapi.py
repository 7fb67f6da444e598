"""The OpenAPI document, made of the shapes by which calls are checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from passkoop_node.api.models import SHAPES
from passkoop_node.api.tokens import Scope

BASE = "/api/v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One address as the document describes it."""

    method: str
    path: str
    says: str
    scope: Scope | None  # that the token needs; None: any
    takes: str = ""  # a name in SHAPES; "": no body
    gives: str


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
)
_COMMON = {
    "401": "Pas de jeton, ou un jeton qui n’ouvre rien.",
    "429": "Trop de demandes à la suite : attendez Retry-After secondes.",
    "503": "Le disque ou le registre ne répond pas : rien n’a été noté, recommencez.",
}
_OF_SCOPE = {"403": "Le jeton ne permet pas cela."}
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
            "summary": "Vérifier des cartes et noter des visites depuis un logiciel de caisse.",
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
    failures = _COMMON | (_OF_SCOPE if call.scope else {}) | (_OF_BODY if call.takes else {})
    told: dict[str, Any] = {
        "operationId": call.path.rpartition("/")[2],
        "summary": call.says,
        "security": [{"token": [call.scope.value] if call.scope else []}],
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
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"content": {"application/json": {"schema": schema}}}
