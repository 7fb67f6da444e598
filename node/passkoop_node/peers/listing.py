"""The co-ops that are known: all of them, one of them, and what is decided of one."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from passkoop_node.coops.pairing import NotPaired, Pairings
from passkoop_node.core import formats
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message
from passkoop_node.core.paging import page_of
from passkoop_node.peers.known import OLD_LISTS, CoopNotFound, KnownCoop, KnownCoops, Portrait
from passkoop_node.peers.words import KEY_STATES, STANDINGS, welcome_in_short
from passkoop_node.relay.room import RelayRoom
from passkoop_node.relay.wire import SYNC
from passkoop_node.relay.words import said_came
from passkoop_node.visits.knowing import naming, trust_of
from passkoop_node.visits.wording import rules_in_sentences
from passkoop_protocol.claims import Standing
from passkoop_protocol.keys import CoopId, shown_id

COOPS = "/bureau/coops"
ONE = f"{COOPS}/{{id:[0-9a-f]{{20}}}}"
PER_PAGE = 50
_LONGEST_SEARCH = 100
_HEARD = (Standing.PAIRED, Standing.LISTED, Standing.DISPUTED)
_SECONDS, _MOST_ASKED = 10, 8  # somebody waits for it


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """Something that is asked first, and then done to a co-op."""

    title: Message
    says: Message
    button: Message
    done: Message


DEEDS: Mapping[str, Deed] = {
    "defaire": Deed(
        title=N_("Défaire le jumelage ?"),
        says=N_(
            "Les cartes de cette coop ne seront plus reconnues ici, sauf si un annuaire la donne. "
            "Pour vous jumeler de nouveau, il faudra retaper son code."
        ),
        button=N_("Défaire le jumelage"),
        done=N_("Le jumelage est défait."),
    ),
    "bloquer": Deed(
        title=N_("Bloquer cette coop ?"),
        says=N_(
            "Toutes ses cartes seront refusées à vos caisses, même si vous êtes jumelées ou si un "
            "annuaire la donne. Les autres coops n'en savent rien."
        ),
        button=N_("Bloquer"),
        done=N_("Cette coop est bloquée : ses cartes sont refusées ici."),
    ),
    "debloquer": Deed(
        title=N_("Ne plus bloquer cette coop ?"),
        says=N_("Ses cartes seront de nouveau jugées selon vos règles d'accueil."),
        button=N_("Ne plus bloquer"),
        done=N_("Cette coop n'est plus bloquée."),
    ),
}


async def list_page(request: web.Request) -> web.Response:
    """GET /bureau/coops?cherche=lyon&tri=listes&page=2."""
    text = " ".join(request.query.get("cherche", "")[:_LONGEST_SEARCH].split())
    order = request.query.get("tri", "")

    def look() -> dict[str, Any]:
        known = the(request, KnownCoops)
        every = known.all()
        return {
            "total": len(every),
            "liars": [one for one in every if one.two_truths],
            "old": sum(_lets_old_lists_matter(one, now(request)) for one in every),
            "awaited": sum(_is_awaited(one) for one in every),
            "found": known.find(text, order=order),
        }

    found = await run(request, look)
    return render(
        request,
        "peers/coops.html",
        page=page_of(found.pop("found"), request, size=PER_PAGE),
        text=text,
        order=order,
        standings=STANDINGS,
        in_short=welcome_in_short,
        days=OLD_LISTS // 86_400,
        may_pair=caller(request).may(Needs.ADMINISTRATOR),
        **found,
    )


def _lets_old_lists_matter(one: KnownCoop, moment: int) -> bool:
    """Return whether somebody should do something about the age of its lists."""
    return one.standing in _HEARD and bool(one.lists_at) and one.are_lists_old(moment)


def _is_awaited(one: KnownCoop) -> bool:
    """Return whether we are paired with a co-op of which nothing came yet."""
    return one.standing is Standing.PAIRED and not one.lists_at


async def coop_page(request: web.Request) -> web.Response:
    """GET /bureau/coops/<id>."""

    def look() -> tuple[Portrait, list[str], bool]:
        found, name_of = _portrait(request), naming(request, trust_of(request))
        said = found.descriptor
        policy = rules_in_sentences(said.policy, name_of=name_of) if said else []
        return found, policy, the(request, RelayRoom).has_addresses()

    found, policy, can_call = await run(request, look)
    said = found.descriptor
    return render(
        request,
        "peers/coop.html",
        one=found,
        said=said,
        name=said.name if said else found.known.name or shown_id(found.coop),
        shown=shown_id(found.coop),
        country=country_name(found.known.country),
        standing=STANDINGS[found.known.standing],
        policy=policy,
        states=KEY_STATES,
        days=OLD_LISTS // 86_400,
        lists_matter=_lets_old_lists_matter(found.known, now(request)),
        can_call=can_call,
        may_decide=caller(request).may(Needs.ADMINISTRATOR),
    )


async def ask(request: web.Request) -> web.Response:
    """GET /bureau/coops/<id>/defaire, bloquer, debloquer: asks first."""
    found = await run(request, _portrait, request)
    return render(
        request,
        "peers/deed.html",
        deed=DEEDS[request.match_info["deed"]],
        name=found.known.name or shown_id(found.coop),
        back=_path(found.coop),
    )


async def act(request: web.Request) -> web.Response:
    """POST /bureau/coops/<id>/defaire, bloquer, debloquer."""
    deed, pairings = request.match_info["deed"], the(request, Pairings)
    coop, actor, moment = _coop(request), caller(request).actor, now(request)

    def do() -> bool:
        """Return whether anything is left to be shown of it."""
        _portrait(request)
        if deed == "bloquer":
            pairings.block(coop, now=moment, actor=actor)
        elif deed == "debloquer":
            pairings.unblock(coop, now=moment, actor=actor)
        else:
            with suppress(NotPaired):  # pressed twice, or by two
                pairings.remove(coop, now=moment, actor=actor)
        return the(request, KnownCoops).portrait(coop) is not None

    is_left = await run(request, do)
    return go_to(request, _path(coop) if is_left else COOPS, say=DEEDS[deed].done)


async def fetch(request: web.Request) -> web.Response:
    """POST /bureau/coops/nouvelles: a round now; then back to where it was asked for."""
    called = await request.app[SYNC].round(width=_MOST_ASKED, insist=True, seconds=_SECONDS)
    asked = (await read_form(request))["coop"]
    back = f"{COOPS}/{asked}" if re.fullmatch("[0-9a-f]{20}", asked) else COOPS
    return go_to(request, back, say=said_came(called))


def country_name(code: str) -> str:
    """Return « Belgique » for BE."""
    return formats.marked(formats.locale().territories.get(code, code)) if code else ""


def _portrait(request: web.Request) -> Portrait:
    found = the(request, KnownCoops).portrait(_coop(request))
    if found is None:
        raise CoopNotFound(_coop(request))
    return found


def _coop(request: web.Request) -> CoopId:
    return CoopId(bytes.fromhex(request.match_info["id"]))


def _path(coop: CoopId) -> str:
    return f"{COOPS}/{coop.hex()}"


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office, decides = Needs.OFFICE, Needs.ADMINISTRATOR
    deed = f"{ONE}/{{deed:{'|'.join(DEEDS)}}}"
    return (
        get(COOPS, list_page, needs=office),
        post(f"{COOPS}/nouvelles", fetch, needs=office),
        get(ONE, coop_page, needs=office),
        get(deed, ask, needs=decides),
        post(deed, act, needs=decides),
    )
