"""One question after the other, until somebody is a member or has asked to be one.

Every form is answered by the way to a page: no address and no page of the browser's history holds
what was typed.
"""

from aiohttp import web
from markupsafe import Markup

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core import formats
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import address_for_others, now, run, the
from passkoop_node.core.language import current
from passkoop_node.core.limits import TooOften
from passkoop_node.joining.answers import TOPICS, Answers, read_answers, ways
from passkoop_node.joining.offering import read_offer
from passkoop_node.joining.outcomes import InboxFull, Sent
from passkoop_node.joining.public_pages import Asked, asked_of
from passkoop_node.joining.requests import Requests
from passkoop_node.kiosk.drafts import MOST_TYPED, Done, Draft
from passkoop_node.kiosk.draw_store import Draws
from passkoop_node.kiosk.entering import agreed
from passkoop_node.kiosk.room import (
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
from passkoop_node.kiosk.steps import CONSENT, first_wrong, place_of, steps_of
from passkoop_protocol.qr import qr_svg
from passkoop_protocol.text import encode_text


@in_their_language
async def question_page(request: web.Request) -> web.Response:
    """GET /borne/question: where this person stands; nobody's is the first screen."""
    draft = draft_of(request)
    if draft is None:
        return go_to(request, KIOSK)
    if draft.done is not None:
        return await _done_page(request, draft)
    asked = await run(request, asked_of, request)
    steps = steps_of(asked.questions, asked.offer)
    at = place_of(steps, draft.step)
    proposed = asked.offer.typed if asked.offer else {}
    step, form = steps[at], Form({**proposed, **draft.typed})
    form.errors = {name: says for name, says in draft.errors.items() if name in step.names}
    return render(
        request,
        "kiosk/question.html",
        draft=draft,
        form=form,
        step=step,
        is_own=isinstance(step.title, str),
        at=at + 1,
        of=len(steps),
        consent=asked.consent.splitlines(),
        offer=asked.offer,
        money=formats.money,
        topics=TOPICS,
        ways=ways(asked.questions) if step.name == CONSENT else {},
        idle=IDLE,
        last=LAST,
    )


@in_their_language
async def answer(request: web.Request) -> web.Response:
    """POST /borne/question: an answer, or the way back."""
    touched(request)
    form = await read_form(request)
    draft = draft_of(request, form["page"])
    if draft is None:
        return go_to(request, KIOSK)
    # A finger that taps twice sends twice.
    async with draft.sending:
        if draft.done is None:
            await _take(request, draft, form)
    return go_to(request, QUESTION)


async def _take(request: web.Request, draft: Draft, form: Form) -> None:
    """Keep what a screen answers, and turn to the one after or before it."""
    asked = await run(request, asked_of, request)
    steps = steps_of(asked.questions, asked.offer)
    at = place_of(steps, form["pas"])
    step = steps[at]
    if form["aller"] == "passer":
        draft.keep(dict.fromkeys(step.names, ""))
    else:
        draft.keep({name: form[name] for name in step.names if name != step.answer_name})
    if step.answer_name in form.typed:  # touched; what was touched before stays otherwise
        draft.typed[step.answer_name] = form[step.answer_name][:MOST_TYPED]
    draft.errors = {}
    if form["aller"] == "retour":
        draft.step = steps[max(0, at - 1)].name
        return
    draft.step = step.name
    typed, answers = _read(request, draft, asked)
    wrong = {name: says for name, says in typed.errors.items() if name in step.names}
    if wrong:
        draft.errors = wrong
    elif step is not steps[-1]:
        draft.step = steps[at + 1].name
    elif typed.errors:
        draft.errors = typed.errors
        draft.step = first_wrong(steps, typed.errors).name
    else:
        await _send(request, draft, answers, asked.consent)


async def _send(request: web.Request, draft: Draft, answers: Answers, consent: str) -> None:
    """Hand the request in, and forget what was typed once it is kept."""
    kiosk = kiosk_of(request)
    site = await run(request, lambda: the(request, Ourselves).web_address)
    try:
        request.app[SENDS].take(str(kiosk.id), now=now(request))
        sent = await run(
            request,
            the(request, Requests).submit,
            answers,
            consent=consent,
            source="kiosk",
            spoken=current(),
            actor=kiosk.actor,
            now=now(request),
            today=today(request),
            site=site or address_for_others(request),
        )
    except TooOften as error:
        draft.errors = {CONSENT: error.says}
        return
    except InboxFull as error:
        draft.errors = {CONSENT: told(error)}
        return
    draft.done = await run(request, _outcome, request, sent, answers)
    draft.typed, draft.errors = {}, {}


def _outcome(request: web.Request, sent: Sent, answers: Answers) -> Done:
    """Return what the last screen says; a card that was made is drawn here."""
    accepted, contact = sent.accepted, answers.email or answers.phone
    done = Done(given_name=answers.given_name, contact=contact)
    if accepted is None:
        return done
    requests = the(request, Requests)
    code = holder = ""
    if accepted.has_card:
        for _member, card in requests.card_mail.pairs([accepted.member.id], now=now(request)):
            if card.data is not None:
                code, holder = qr_svg(encode_text(card.data)), accepted.member.full_name
    return Done(
        given_name=answers.given_name,
        contact=contact,
        code=code,
        holder=holder,
        number=accepted.member.number,
        mailed_to=accepted.member.email if accepted.is_mailed else "",
        is_member=True,
    )


async def _done_page(request: web.Request, draft: Draft) -> web.Response:
    """Return the last screen: the card, or that the office answers."""
    questions = await run(request, the(request, Requests).questions.load)
    draw = await run(request, the(request, Draws).open_on, today(request))
    done, form = draft.done, Form()
    assert done is not None
    form.errors = dict(draft.errors)
    return render(
        request,
        "kiosk/done.html",
        draft=draft,
        done=done,
        form=form,
        draw=draw if done.contact else None,
        agreed=agreed(draw) if draw else "",
        code=Markup(done.code),  # noqa: S704 - of our own making
        afterwards=questions.afterwards.splitlines(),
        idle=IDLE,
        last=LAST,
    )


def _read(request: web.Request, draft: Draft, asked: Asked) -> tuple[Form, Answers]:
    """Return all that was answered so far, with what is still missing or wrong."""
    form = Form(draft.typed)
    answers = read_answers(form, asked.questions, today=today(request))
    return form, read_offer(form, asked.offer, answers, today=today(request))
