"""What all pages of the till share: the desk behind them, and the way to an answer."""

import asyncio

from aiohttp import web

from passkoop_node.core.failures import Failure, Refusal
from passkoop_node.core.handling import caller
from passkoop_node.core.language import N_
from passkoop_node.core.limits import Limit
from passkoop_node.till.desk import Desk
from passkoop_node.till.shown import AnswerGone, Shown

READY = "/caisse"
DESK = web.AppKey("DESK", Desk)
# Of people by name: a tablet that was stolen must not read all the members out.
SEARCHES = web.AppKey("SEARCHES", Limit)
READERS = web.AppKey("READERS", asyncio.Semaphore)  # of pictures


class AnswerIsGone(Refusal):
    """The answer was given to another till, too long ago, or before the node was started."""

    failure = Failure(
        status=410,
        code="answer_gone",
        title=N_("Cette réponse n'est plus là"),
        says=N_("Repassez la carte : rien n'est perdu de ce qui était noté."),
        back=N_("Revenir à la caisse"),
        path=READY,
    )


def till_of(request: web.Request) -> str:
    """Return who notes visits here: the device, or else whoever entered."""
    who = caller(request)
    return f"till:{who.till.id}" if who.till is not None else who.actor


def shown_in(request: web.Request) -> Shown:
    """Return the answer that an address names.

    Raises:
        AnswerIsGone: this till has none such.
    """
    try:
        return request.app[DESK].find(request.match_info["id"], till=till_of(request))
    except AnswerGone as error:
        raise AnswerIsGone from error


def path_of(shown: Shown) -> str:
    """Return the address of an answer."""
    return f"{READY}/r/{shown.id}"


def go_to_answer(shown: Shown) -> web.Response:
    """Return the way to an answer."""
    return web.Response(status=303, headers={"Location": path_of(shown)})
