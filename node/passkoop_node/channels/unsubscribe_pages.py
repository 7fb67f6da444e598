"""The page that a link in a letter leads to: no more of that, or again. It asks nothing else.

Whatever reads mail for its reader opens links: a GET changes nothing. Mail programs send a POST
when their reader presses their own button (RFC 8058); so does the button of the page.
"""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.channels.sending import UNSUBSCRIBE, Channels
from passkoop_node.channels.words import TOPICS, topic_line
from passkoop_node.core.addresses import is_address
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Needs, Route
from passkoop_node.core.frame import render
from passkoop_node.core.handling import now, run, the
from passkoop_node.members.member import Member
from passkoop_node.members.preferences import Channel, PreferenceStore, Topic
from passkoop_node.members.store import MemberStore

ONE = f"{UNSUBSCRIBE}/{{token:[A-Za-z0-9_-]{{1,100}}}}"
_MOST = 4_000  # bytes of a form without a field


async def page(request: web.Request) -> web.Response:
    """GET /desabonnement/<token>: says where it stands; changes nothing."""
    return await _show(request, done="")


async def act(request: web.Request) -> web.Response:
    """POST /desabonnement/<token>, from the page or from a mail program."""
    try:
        again = (await request.post()).get("geste") == "reabonner"
    except (ValueError, LookupError, web.HTTPException):
        again = False  # whatever a mail program sends, its reader wants no more
    if not await run(request, _change, request, again=again):
        return await _show(request, done="")
    return await _show(request, done="again" if again else "stopped")


def _change(request: web.Request, *, again: bool) -> bool:
    """Keep what somebody wants; return whether the link leads to anybody."""
    store, token = the(request, PreferenceStore), request.match_info["token"]
    with writing(store.db):
        found = _named(request, token)
        if found is None:
            return False
        member, topic = found
        channels = the(request, Channels)
        to = _back_to(channels, member) if again else Channel.NONE
        is_so = (store.of(member.id).channels[topic] is not Channel.NONE) is again
        if is_so or not store.keep(member.id, {topic: to}, how="self", now=now(request)):
            return True
        channels.audit.add(
            "contact.again" if again else "contact.stop",
            now=now(request),
            actor=f"member:{member.id}",
            subject=member.number,
            details={topic.value: to.value},
        )
    return True


def _back_to(channels: Channels, member: Member) -> Channel:
    """Return by which channel a topic comes again: the link came by e-mail, or by SMS."""
    if is_address(member.email):
        return Channel.EMAIL
    return Channel.SMS if channels.has_mobile(member) else Channel.POST


def _named(request: web.Request, token: str) -> tuple[Member, Topic] | None:
    found = the(request, PreferenceStore).by_token(token)
    if found is None or found[1].is_required:
        return None
    return the(request, MemberStore).get(found[0]), found[1]


async def _show(request: web.Request, *, done: str) -> web.Response:
    def look() -> dict[str, Any] | None:
        found = _named(request, request.match_info["token"])
        if found is None:
            return None
        member, topic = found
        wants = the(request, PreferenceStore).of(member.id)
        return {
            "topic": TOPICS[topic],
            "wants_it": wants.channels[topic] is not Channel.NONE,
            "stays": [
                topic_line(one, channel)
                for one, channel in wants.channels.items()
                if one is not topic and channel is not Channel.NONE
            ],
        }

    found = await run(request, look)
    if found is None:
        return render(request, "channels/unsubscribe_unknown.html", status=404)
    return render(request, "channels/unsubscribe.html", done=done, **found)


def routes() -> Sequence[Route]:
    """Return the ways to the page; a mail program that posts to it says nothing of whence."""
    everybody: dict[str, Any] = {"needs": Needs.NOTHING, "is_wire": True, "max_body": _MOST}
    return (
        Route(method="GET", path=ONE, handler=page, **everybody),
        Route(method="POST", path=ONE, handler=act, **everybody),
    )
