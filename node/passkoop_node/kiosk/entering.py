"""Entering the prize draw at the kiosk: a first name, a way to be reached, and a yes."""

from aiohttp import web

from passkoop_node.core.addresses import is_address
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import now, run, the
from passkoop_node.core.language import N_, Message, current
from passkoop_node.core.limits import TooOften
from passkoop_node.kiosk.drafts import Draft
from passkoop_node.kiosk.draw_store import Draws
from passkoop_node.kiosk.draws import AGREED, Draw, DrawFull, NotNow
from passkoop_node.kiosk.room import (
    ENTER,
    IDLE,
    KIOSK,
    LAST,
    QUESTION,
    SENDS,
    draft_of,
    in_their_language,
    kiosk_of,
    today,
    touched,
)

_FEWEST_DIGITS = 8  # of a telephone number
_LONGEST_NAME, _LONGEST_CONTACT = 80, 254


@in_their_language
async def enter_page(request: web.Request) -> web.Response:
    """GET /borne/tirage: who takes part, or that it is noted."""
    draft = draft_of(request)
    draw = await run(request, the(request, Draws).open_on, today(request))
    if draft is None or draw is None:
        return go_to(request, KIOSK)
    form = Form(draft.typed)
    form.errors = dict(draft.errors)
    return render(
        request,
        "kiosk/enter.html",
        draft=draft,
        draw=draw,
        form=form,
        agreed=agreed(draw),
        idle=IDLE,
        last=LAST,
    )


@in_their_language
async def enter(request: web.Request) -> web.Response:
    """POST /borne/tirage: by this page's form, or by one touch after joining."""
    touched(request)
    form = await read_form(request)
    draft = draft_of(request, form["page"])
    if draft is None:
        return go_to(request, KIOSK)
    async with draft.sending:
        if not draft.has_entered:
            await _take(request, draft, form)
    return go_to(request, QUESTION if draft.done else ENTER)


async def _take(request: web.Request, draft: Draft, form: Form) -> None:
    draw = await run(request, the(request, Draws).open_on, today(request))
    if draw is None:
        return
    if draft.done is not None:  # known already: nothing is typed again
        name, contact = draft.done.given_name, draft.done.contact
    else:
        draft.keep({"prenom": form["prenom"], "contact": form["contact"]})
        form = Form(draft.typed)
        name = form.text("prenom", most=_LONGEST_NAME)
        contact = form.text("contact", most=_LONGEST_CONTACT)
        if "contact" not in form.errors and not _reaches(contact):
            form.wrong("contact", N_("Écrivez une adresse comme nom@exemple.org, ou un téléphone."))
        draft.errors = dict(form.errors)
        if draft.errors:
            return
    try:
        request.app[SENDS].take(str(kiosk_of(request).id), now=now(request))
        await run(
            request,
            the(request, Draws).enter,
            draw.id,
            name=name,
            contact=contact,
            agreed=str(agreed(draw)),
            spoken=current(),
            now=now(request),
            today=today(request),
        )
    except TooOften as error:
        draft.errors = {"contact": error.says}
    except (DrawFull, NotNow) as error:
        draft.errors = {"contact": told(error)}
    else:
        draft.has_entered = True
        draft.typed, draft.errors = {}, {}


def agreed(draw: Draw) -> Message:
    """Return what one agrees to by entering."""
    return Message(AGREED.msgid, {"days": draw.keep_days})


def _reaches(contact: str) -> bool:
    digits = sum(letter.isdecimal() for letter in contact)
    return is_address(contact) or ("@" not in contact and digits >= _FEWEST_DIGITS)
