"""What the co-op asks of whoever joins: the settings, and its own questions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.mail_settings import MailSettings
from passkoop_node.dues.typed import amount
from passkoop_node.joining.consent import consent_text
from passkoop_node.joining.directory_page import join_address, page_says
from passkoop_node.joining.questions import (
    ASKS,
    KNOWN,
    LONGEST_QUESTION,
    LONGEST_TEXT,
    MOST_CHOICES,
    MOST_DAYS,
    MOST_OWN,
    MOST_SHARES,
    SHAPES,
    Ask,
    BadQuestions,
    Own,
    Questions,
    Shape,
)
from passkoop_node.joining.requests import Requests
from passkoop_node.visits.money import typed_amount

SETTINGS = "/reglages/adhesion"
QUESTION = f"{SETTINGS}/question"
ONE = f"{QUESTION}/{{name:q[0-9]{{1,3}}}}"

TITLES: Mapping[str, Message] = {
    "email": N_("Adresse e-mail"),
    "phone": N_("Téléphone"),
    "address": N_("Adresse, code postal, commune"),
    "birth_year": N_("Année de naissance"),
    "gender": N_("Genre"),
    "language": N_("Langue"),
    "heard": N_("Comment la coop est connue"),
}


async def settings_page(request: web.Request) -> web.Response:
    """GET /reglages/adhesion."""
    questions = await run(request, _questions, request)
    return await _show(request, Form(_typed(questions)))


def _typed(questions: Questions) -> dict[str, str]:
    return {
        "ouverte": "oui" if questions.is_open else "",
        "automatique": "oui" if questions.is_automatic else "",
        "preuve": "oui" if questions.proves_email else "",
        "accord": questions.consent,
        "ensuite": questions.afterwards,
        "part": typed_amount(questions.share_cents) if questions.share_cents else "",
        "parts": str(questions.least_shares),
        "refusees": str(questions.refused_days),
        "attente": str(questions.waiting_days),
        **{f"demande_{name}": str(ask) for name, ask in questions.known.items()},
    }


async def _show(request: web.Request, form: Form) -> web.Response:
    def look() -> dict[str, Any]:
        questions, ourselves = _questions(request), the(request, Ourselves)
        return {
            "questions": questions,
            "default": consent_text(replace(questions, consent=""), ourselves.profile),
            "address": join_address(request),
            "can_mail": the(request, MailSettings).is_ready(),
            "in_directory": page_says(request),
            "web": ourselves.web_address,
        }

    found = await run(request, look)
    return render(
        request,
        "joining/settings.html",
        status=200 if form.ok else 422,
        form=form,
        titles=TITLES,
        asks=ASKS,
        shapes=SHAPES,
        most_own=MOST_OWN,
        longest=LONGEST_TEXT,
        **found,
    )


async def save(request: web.Request) -> web.Response:
    """POST /reglages/adhesion."""
    form = await read_form(request)
    asks = {str(one): one for one in Ask}
    known = {name: form.choice(f"demande_{name}", asks) or KNOWN[name] for name in KNOWN}
    refused = form.whole("refusees", least=1, most=MOST_DAYS)
    waiting = form.whole("attente", least=1, most=MOST_DAYS)
    form.typed.setdefault("parts", "1")
    shares = form.whole("parts", least=1, most=MOST_SHARES)
    share_cents = amount(form, "part") if form["part"].strip() else 0
    texts = {name: form[name].replace("\r\n", "\n") for name in ("accord", "ensuite")}
    for name, text in texts.items():
        if len(text) > LONGEST_TEXT:
            form.wrong(
                name, N_("C'est trop long : %(most)s caractères au plus.", most=LONGEST_TEXT)
            )
    if form["preuve"] == "oui":
        if known["email"] is not Ask.REQUIRED:
            form.wrong("preuve", N_("Il faut pour cela que l'adresse e-mail soit obligatoire."))
        elif not await run(request, the(request, MailSettings).is_ready):
            form.wrong("preuve", N_("Réglez d'abord le courriel : le lien part par e-mail."))

    def keep() -> None:
        inbox = the(request, Requests)
        changed = replace(
            inbox.questions.load(),
            is_open=form["ouverte"] == "oui",
            is_automatic=form["automatique"] == "oui",
            proves_email=form["preuve"] == "oui",
            known=known,
            consent=texts["accord"],
            afterwards=texts["ensuite"],
            share_cents=share_cents,
            least_shares=shares,
            refused_days=refused,
            waiting_days=waiting,
        )
        inbox.questions.save(changed, now=now(request), actor=caller(request).actor)

    if not form.ok:
        return await _show(request, form)
    await run(request, keep)
    return go_to(request, SETTINGS, say=_("C'est enregistré."))


# --- a question of the co-op's own ---


async def question_page(request: web.Request) -> web.Response:
    """GET /reglages/adhesion/question: a new one, and …/question/<name>: one that is there."""
    one = await run(request, _own, request)
    typed = {"forme": str(Shape.TEXT)}
    if one is not None:
        typed = {
            "question": one.text,
            "forme": str(one.shape),
            "reponses": "\n".join(one.choices),
            "obligatoire": "oui" if one.is_required else "",
        }
    return _question(request, one, Form(typed))


def _question(request: web.Request, one: Own | None, form: Form) -> web.Response:
    return render(
        request,
        "joining/question.html",
        status=200 if form.ok else 422,
        one=one,
        form=form,
        shapes={str(shape): (title, "") for shape, title in SHAPES.items()},
        longest=LONGEST_QUESTION,
        most_choices=MOST_CHOICES,
    )


async def save_question(request: web.Request) -> web.Response:
    """POST /reglages/adhesion/question[/<name>]."""
    form = await read_form(request)
    text = form.text("question", most=LONGEST_QUESTION)
    shape = form.choice("forme", {str(one): one for one in Shape}) or Shape.TEXT
    before = await run(request, _own, request)
    if not form.ok:
        return _question(request, before, form)

    def keep() -> None:
        inbox = the(request, Requests)
        questions = inbox.questions.load()
        name = before.name if before else questions.next_name()
        one = Own(
            name=name,
            text=text,
            shape=shape,
            choices=tuple(form["reponses"][:5_000].splitlines()),
            is_required=form["obligatoire"] == "oui",
        )
        own = [one if other.name == name else other for other in questions.own]
        _keep_own(request, questions, own if before else [*own, one])

    try:
        await run(request, keep)
    except BadQuestions as error:
        is_about_answers = shape is Shape.CHOICE
        form.wrong("reponses" if is_about_answers else "question", told(error))
        return _question(request, before, form)
    return go_to(request, f"{SETTINGS}#questions", say=_("C'est enregistré."))


async def move(request: web.Request) -> web.Response:
    """POST /reglages/adhesion/question/<name>/monter: one place up."""
    await read_form(request)

    def do() -> None:
        questions = _questions(request)
        own = list(questions.own)
        names = [one.name for one in own]
        at = names.index(request.match_info["name"]) if request.match_info["name"] in names else 0
        if at:
            own[at - 1], own[at] = own[at], own[at - 1]
            _keep_own(request, questions, own)

    await run(request, do)
    return go_to(request, f"{SETTINGS}#questions")


async def ask_remove(request: web.Request) -> web.Response:
    """GET /reglages/adhesion/question/<name>/retirer: asks first."""
    return render(request, "joining/remove.html", one=await run(request, _own, request))


async def remove(request: web.Request) -> web.Response:
    """POST /reglages/adhesion/question/<name>/retirer."""
    await read_form(request)
    name = request.match_info["name"]

    def do() -> None:
        questions = _questions(request)
        _keep_own(request, questions, [one for one in questions.own if one.name != name])

    await run(request, do)
    return go_to(request, f"{SETTINGS}#questions", say=_("La question n'est plus posée."))


def _keep_own(request: web.Request, questions: Questions, own: Sequence[Own]) -> None:
    the(request, Requests).questions.save(
        replace(questions, own=tuple(own)), now=now(request), actor=caller(request).actor
    )


def _own(request: web.Request) -> Own | None:
    """Return the question of the address, None where the address names none."""
    name = request.match_info.get("name")
    if name is None:
        return None
    found = next((one for one in _questions(request).own if one.name == name), None)
    if found is None:
        raise web.HTTPNotFound
    return found


def _questions(request: web.Request) -> Questions:
    return the(request, Requests).questions.load()


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    admin = Needs.ADMINISTRATOR
    return (
        get(SETTINGS, settings_page, needs=admin),
        post(SETTINGS, save, needs=admin),
        get(QUESTION, question_page, needs=admin),
        post(QUESTION, save_question, needs=admin),
        get(ONE, question_page, needs=admin),
        post(ONE, save_question, needs=admin),
        post(f"{ONE}/monter", move, needs=admin),
        get(f"{ONE}/retirer", ask_remove, needs=admin),
        post(f"{ONE}/retirer", remove, needs=admin),
    )
