"""What a member wants to receive, topic by topic, said by themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from passkoop_node.booklet.caller import me
from passkoop_node.channels.sending import Channels
from passkoop_node.channels.words import CHANNELS, TOPICS, WHY
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.guard import OWN_DOOR
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import _
from passkoop_node.members.preferences import Channel, PreferenceStore, Topic

PREFERENCES = f"{OWN_DOOR}/preferences"


async def page(request: web.Request) -> web.Response:
    """GET /moi/preferences."""
    return await _page(request, None)


async def _page(request: web.Request, form: Form | None) -> web.Response:
    def look() -> dict[str, Any]:
        member = me(request)
        channels = the(request, Channels)
        return {
            "wants": the(request, PreferenceStore).of(member.id),
            "ways": {topic: channels.look([member], topic)[member.id] for topic in Topic},
        }

    found = await run(request, look)
    typed = {topic.value: by.value for topic, by in found["wants"].channels.items()}
    return render(
        request,
        "booklet/preferences.html",
        status=422 if form else 200,
        form=form or Form(typed),
        topics=TOPICS,
        choices={channel.value: words for channel, words in CHANNELS.items()},
        why=WHY,
        **found,
    )


async def keep(request: web.Request) -> web.Response:
    """POST /moi/preferences."""
    form = await read_form(request)
    names = {channel.value: channel for channel in Channel}
    chosen = {topic: form.choice(topic.value, names) for topic in Topic}
    if not form.ok:
        return await _page(request, form)
    channels = {topic: one for topic, one in chosen.items() if one is not None}
    await run(request, _keep, request, channels)
    return go_to(request, PREFERENCES, say=_("C'est enregistré."))


def _keep(request: web.Request, channels: Mapping[Topic, Channel]) -> None:
    store, member = the(request, PreferenceStore), me(request)
    with writing(store.db):
        changed = store.keep(member.id, channels, how="self", now=now(request))
        if changed:
            the(request, Channels).audit.add(
                "contact.set",
                now=now(request),
                actor=caller(request).actor,
                subject=member.number,
                details={topic.value: channel.value for topic, channel in changed.items()},
            )


def routes() -> Sequence[Route]:
    """Return the ways to it."""
    own = Needs.MEMBER
    return (get(PREFERENCES, page, needs=own), post(PREFERENCES, keep, needs=own))
