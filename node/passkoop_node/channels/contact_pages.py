"""The office's page of what a member wants to hear of, and of what leads to them nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from passkoop_node.cards.member_pages import MEMBERS, Aside
from passkoop_node.channels.sending import Channels
from passkoop_node.channels.words import (
    CHANNELS,
    DETAILS,
    HOWS,
    TOPICS,
    WHY,
    WRONG_HOWS,
    WRONGS,
    topic_line,
)
from passkoop_node.channels.wrong import What, Wrong
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.members.member import Member
from passkoop_node.members.preferences import Channel, Preferences, PreferenceStore, Topic
from passkoop_node.members.store import MemberStore

ONE = f"{MEMBERS}/{{id:[0-9]{{1,9}}}}/contact"


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownDetail:
    """Something by which a member is reached, as the page shows it."""

    what: What
    name: Message
    lines: Sequence[str]
    wrong: Wrong | None


def aside(request: web.Request, member: Member) -> Aside:
    """Return the section of this subject on the member's page."""
    wants = the(request, PreferenceStore).of(member.id)
    lines = [
        topic_line(topic, channel)
        for topic, channel in wants.channels.items()
        if channel is not Channel.NONE
    ]
    wrong = the(request, Channels).wrong_of(member)
    return Aside(
        name="contact",
        title=N_("Ce qu'on peut lui envoyer"),
        says="" if lines else _("Rien : cette personne ne veut rien recevoir."),
        path=f"{MEMBERS}/{member.id}/contact",
        link=N_("Voir et changer"),
        lines=lines,
        warnings=[str(WRONGS[what]) for what in wrong],
    )


async def contact_page(request: web.Request) -> web.Response:
    """GET /bureau/membres/<id>/contact."""
    return await _show(request, None)


async def _show(request: web.Request, form: Form | None) -> web.Response:
    def look() -> dict[str, Any]:
        channels, member = the(request, Channels), _member(request)
        wants = the(request, PreferenceStore).of(member.id)
        wrong = channels.wrong_of(member)
        return {
            "member": member,
            "wants": wants,
            "ways": {topic: channels.look([member], topic)[member.id] for topic in Topic},
            "details": _details(member, wrong),
        }

    found = await run(request, look)
    wants: Preferences = found["wants"]
    return render(
        request,
        "channels/contact.html",
        status=422 if form else 200,
        form=form or Form({topic.value: by.value for topic, by in wants.channels.items()}),
        topics=TOPICS,
        channels=CHANNELS,
        hows=HOWS,
        why=WHY,
        wrong_hows=WRONG_HOWS,
        **found,
    )


def _details(member: Member, wrong: Mapping[What, Wrong]) -> Sequence[ShownDetail]:
    town = f"{member.postcode} {member.town}".strip()
    lines = {
        What.EMAIL: [member.email],
        What.PHONE: [member.phone],
        What.ADDRESS: [member.address, town, member.country],
    }
    return [
        ShownDetail(what=what, name=name, lines=[*filter(None, lines[what])], wrong=wrong.get(what))
        for what, name in DETAILS.items()
    ]


async def keep(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/contact."""
    form = await read_form(request)
    names = {channel.value: channel for channel in Channel}
    chosen = {topic: form.choice(topic.value, names) for topic in Topic}
    if not form.ok:
        return await _show(request, form)
    channels = {topic: one for topic, one in chosen.items() if one is not None}

    def write() -> Member:
        member = _member(request)
        store, audit = the(request, PreferenceStore), the(request, Channels).audit
        with writing(store.db):
            changed = store.keep(member.id, channels, how="office", now=now(request))
            if changed:
                details = {topic.value: channel.value for topic, channel in changed.items()}
                audit.add(
                    "contact.set",
                    now=now(request),
                    actor=caller(request).actor,
                    subject=member.number,
                    details=details,
                )
        return member

    member = await run(request, write)
    return go_to(request, f"{MEMBERS}/{member.id}/contact", say=_("C'est enregistré."))


async def note(request: web.Request) -> web.Response:
    """POST /bureau/membres/<id>/contact/faux and …/bon: something leads nowhere, or does."""
    is_wrong = request.path.endswith("/faux")
    form = await read_form(request)
    what = form.choice("quoi", {one.value: one for one in What})
    if what is None:
        return await _show(request, form)

    def write() -> Member:
        channels, member = the(request, Channels), _member(request)
        given: dict[str, Any] = {"actor": caller(request).actor, "now": now(request)}
        if is_wrong:
            channels.note_wrong(member, what, how="office", **given)
        else:
            channels.note_right(member, what, **given)
        return member

    member = await run(request, write)
    say = _("C'est noté : plus rien n'y part.") if is_wrong else _("C'est noté.")
    return go_to(request, f"{MEMBERS}/{member.id}/contact", say=say)


def _member(request: web.Request) -> Member:
    return the(request, MemberStore).get(int(request.match_info["id"]))


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(ONE, contact_page, needs=office),
        post(ONE, keep, needs=office),
        post(f"{ONE}/faux", note, needs=office),
        post(f"{ONE}/bon", note, needs=office),
    )
