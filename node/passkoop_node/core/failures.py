"""What cannot be answered as it was asked, as a page in the look, or as JSON."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from passkoop_node.core import cookies
from passkoop_node.core.cookies import JAR
from passkoop_node.core.frame import render
from passkoop_node.core.handling import ROUTE, caller
from passkoop_node.core.language import N_, Message
from passkoop_node.core.limits import TooOften
from passkoop_node.errors import NodeError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

logger = logging.getLogger("passkoop")


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What a page of error says."""

    status: int
    code: str  # stable, English: in JSON
    title: Message
    says: Message
    back: Message | None = None  # the words of the link to `path`
    path: str = "/"
    details: str = ""  # for whoever is asked for help


class Refusal(Exception):
    """A request that is answered by a page of error. Never raised itself."""

    failure: Failure


class UnknownHost(Refusal):
    """The node was called by a name that is not its own."""

    def __init__(self, host: str) -> None:
        super().__init__(f"not a name of this node: {host}")
        self.failure = Failure(
            status=421,
            code="unknown_host",
            title=N_("Ce Pass'Koop ne porte pas ce nom"),
            says=N_(
                "Ouvrez l'une des adresses affichées par « passkoop serve », ou ajoutez ce nom "
                "avec « passkoop serve --name »."
            ),
            details=host[:100].encode(errors="replace").decode(),  # it may be no text
        )


class MustEnter(Refusal):
    """Nobody has entered, and the page is not for everybody."""

    failure = Failure(
        status=401,
        code="must_enter",
        title=N_("Votre session est terminée"),
        says=N_("Rien n'a été enregistré. Entrez de nouveau, puis recommencez."),
        back=N_("Entrer"),
        path="/entrer",
    )


class NotAllowed(Refusal):
    """The page is not for this account, or not for a till."""

    failure = Failure(
        status=403,
        code="not_allowed",
        title=N_("Cette page n'est pas pour vous"),
        says=N_("Demandez à quelqu'un qui administre ce Pass'Koop."),
        back=N_("Revenir à l'accueil"),
    )


class TillRevoked(Refusal):
    """The device was a till, and is none any more."""

    failure = Failure(
        status=403,
        code="till_revoked",
        title=N_("Cet appareil n'est plus une caisse"),
        says=N_(
            "Pour qu'il le redevienne, demandez un code au bureau de la coop : les visites qui "
            "attendent ici partiront alors."
        ),
        back=N_("Taper un code"),
        path="/jumeler",
    )


class NotAKiosk(Refusal):
    """The page is a kiosk's, and the device is none, or none any more."""

    failure = Failure(
        status=403,
        code="not_a_kiosk",
        title=N_("Cet appareil n'est pas une borne"),
        says=N_("Pour qu'il le devienne, demandez un code au bureau de la coop."),
        back=N_("Taper un code"),
        path="/jumeler",
    )


class FormFromElsewhere(Refusal):
    """A form that did not come from a page of ours, or not from this session's."""

    failure = Failure(
        status=403,
        code="form_from_elsewhere",
        title=N_("Cette page est trop ancienne"),
        says=N_(
            "Elle date d'une autre session, ou vient d'ailleurs. Rien n'a été enregistré : "
            "rouvrez la page, puis recommencez."
        ),
        back=N_("Revenir à l'accueil"),
    )


class BodyTooLarge(Refusal):
    """More was sent than the page takes."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} bytes")
        size = (
            N_("%(num)s Mo", num=most // 1_000_000)
            if most >= 1_000_000
            else N_("%(num)s ko", num=most // 1000)
        )
        self.failure = Failure(
            status=413,
            code="too_large",
            title=N_("C'est trop gros"),
            says=N_("Cette page prend %(size)s au plus. Rien n'a été enregistré.", size=size),
            back=N_("Revenir à l'accueil"),
        )


class BodyTooSlow(Refusal):
    """What was sent took too long to come."""

    failure = Failure(
        status=408,
        code="too_slow",
        title=N_("L'envoi a pris trop de temps"),
        says=N_("Rien n'a été enregistré. Vérifiez le réseau, puis recommencez."),
        back=N_("Revenir à l'accueil"),
    )


_OF_STATUS: Mapping[int, Failure] = {
    one.status: one
    for one in (
        Failure(
            status=400,
            code="bad_request",
            title=N_("Cette demande est illisible"),
            says=N_("Revenez en arrière, puis recommencez."),
            back=N_("Revenir à l'accueil"),
        ),
        Failure(
            status=404,
            code="not_found",
            title=N_("Il n'y a rien ici"),
            says=N_("L'adresse est incomplète, ou la page a été retirée."),
            back=N_("Revenir à l'accueil"),
        ),
        Failure(
            status=405,
            code="wrong_method",
            title=N_("Cette page ne s'ouvre pas ainsi"),
            says=N_("Elle attend un formulaire : revenez en arrière, puis recommencez."),
            back=N_("Revenir à l'accueil"),
        ),
        Failure(
            status=413,
            code="too_large",
            title=N_("C'est trop gros"),
            says=N_("Rien n'a été enregistré."),
            back=N_("Revenir à l'accueil"),
        ),
    )
}

# What the machine can do to us: (what happened, what to do).
_OF_NODE: Mapping[str, tuple[Message, Message]] = {
    "disk_full": (
        N_("Le disque est plein"),
        N_("Rien n'a été enregistré à moitié. Libérez de la place, puis recommencez."),
    ),
    "disk_failure": (
        N_("Le disque ne répond plus bien"),
        N_("Rien n'a été enregistré. Prévenez la personne qui s'occupe de l'ordinateur."),
    ),
    "database_busy": (
        N_("Le registre est occupé"),
        N_(
            "Une autre commande y travaille. Rien n'a été enregistré : recommencez dans un instant."
        ),
    ),
    "database_damaged": (
        N_("Le registre est abîmé"),
        N_("Ne touchez à rien, et prévenez la personne qui s'occupe de l'ordinateur."),
    ),
    "access_denied": (
        N_("Le dossier de la coop est fermé"),
        N_("Prévenez la personne qui s'occupe de l'ordinateur : ses droits ont changé."),
    ),
}


@web.middleware
async def say_failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The one place where an exception becomes an answer."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return _refuse(request, refusal)
    except TooOften as error:
        failure = Failure(
            status=429,
            code="too_often",
            title=N_("Un instant"),
            says=error.says,
            back=N_("Revenir à l'accueil"),
        )
        return _answer(request, failure, wait=error.seconds)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        failure = _OF_STATUS.get(error.status, _OF_STATUS[400])
        response = _answer(request, failure, status=error.status)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except NodeError as error:
        if error.code.endswith("_not_found"):
            return _answer(request, _OF_STATUS[404])
        if error.code not in _OF_NODE:
            return _broken(request, error)
        logger.error("%s: %s", _asked(request), error)
        title, says = _OF_NODE[error.code]
        return _answer(
            request, Failure(status=503, code=error.code, title=title, says=says), wait=30
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, a page says so and a line is kept
        return _broken(request, error)


def _refuse(request: web.Request, refusal: Refusal) -> web.Response:
    failure = refusal.failure
    route = request.get(ROUTE)
    if isinstance(refusal, MustEnter) and request.method == "GET" and not (route and route.is_api):
        back = "" if request.path == "/" else f"?retour={request.rel_url.raw_path}"
        return web.Response(status=303, headers={"Location": f"/entrer{back}"})
    response = _answer(request, failure)
    # A script's question leaves the cookie: the page that it then opens says what happened.
    if isinstance(refusal, TillRevoked) and not (route and route.is_api):
        request.app[JAR].drop(request, response, cookies.TILL)
    if isinstance(refusal, NotAKiosk):
        request.app[JAR].drop(request, response, cookies.KIOSK)
    return response


def _broken(request: web.Request, error: BaseException) -> web.Response:
    """Keep the whole of it in the log, under a number that the page shows."""
    number = secrets.token_hex(3).upper()
    logger.error("%s (incident %s)", _asked(request), number, exc_info=error)
    failure = Failure(
        status=500,
        code="broken",
        title=N_("Quelque chose s'est cassé"),
        says=N_(
            "Ce n'est pas vous. Recommencez ; si cela revient, donnez ce numéro à la personne qui "
            "s'occupe de l'ordinateur."
        ),
        back=N_("Revenir à l'accueil"),
        details=number,
    )
    return _answer(request, failure)


def _asked(request: web.Request) -> str:
    """Return what a log may say of a request: an address may be a link that opens an account."""
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource else '?'}"


def _answer(
    request: web.Request, failure: Failure, *, status: int = 0, wait: int = 0
) -> web.Response:
    status = status or failure.status
    route = request.get(ROUTE)
    if (route is not None and route.is_api) or request.path.startswith("/api/"):
        told = {"code": failure.code, "message": str(failure.title), "hint": str(failure.says)}
        response = web.json_response(told, status=status)
    else:
        zone = "slate" if caller(request).till else "kraft"
        response = render(
            request, "core/failure.html", status=status, failure=failure, wait=wait, zone=zone
        )
    if wait:
        response.headers["Retry-After"] = str(wait)
    if status in (408, 413, 415):
        response.force_close()  # the rest of what is being sent is not read
    return response
