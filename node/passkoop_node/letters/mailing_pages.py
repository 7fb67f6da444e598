"""The office's pages of messages to many: writing one, looking at it, trying it out."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from passkoop_node.channels.texting import MOST_PARTS, Size, plain, size_of
from passkoop_node.channels.words import CHANNELS, TOPICS, WHY, language_of
from passkoop_node.core.addresses import BadEmail
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.formats import local_day
from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.mail_settings import MailNotSetUp
from passkoop_node.core.markdown import to_html, to_text
from passkoop_node.core.paging import first_of_page, page_with
from passkoop_node.letters.mailing_store import Content, Fate, Mailing, MailingStore, Stage
from passkoop_node.letters.mailings import MailingNotFound, Mailings, Plan
from passkoop_node.letters.personal import (
    FIELDS,
    MOST_FIELDS,
    count_fields,
    is_visible,
    personal_line,
    personal_subject,
    personal_text,
    unknown_fields,
)
from passkoop_node.letters.segments import SegmentNotFound, Segments
from passkoop_node.members.member import MemberData
from passkoop_node.members.preferences import Channel, Topic

WRITE = "/bureau/ecrire"
NEW = f"{WRITE}/nouveau"
ONE = f"{WRITE}/{{id:[0-9]{{1,9}}}}"
PER_PAGE = 30
LONGEST_SUBJECT = 100  # names come to stand in it
LONGEST_TEXT, LONGEST_SMS = 15_000, 1_000  # characters
MAX_BODY = 300_000  # bytes of a form
REFRESH = 3  # seconds

STAGES: Mapping[Stage, Message] = {
    Stage.DRAFT: N_("brouillon"),
    Stage.SENDING: N_("en préparation"),
    Stage.DONE: N_("au courrier"),
    Stage.CANCELLED: N_("annulé"),
}
FATES: Mapping[Fate, Message] = {
    Fate.TODO: N_("à préparer"),
    Fate.QUEUED: N_("en attente"),
    Fate.SENT: N_("partis"),
    Fate.FAILED: N_("pas partis"),
    Fate.CANCELLED: N_("annulés"),
    Fate.SKIPPED: N_("laissés de côté"),
}
REASONS: Mapping[str, Message] = {**WHY, "gone": N_("n'est plus au registre")}
EXAMPLE = MemberData(
    number="12", given_name="Camille", family_name="Exemple", town="Hendaye", language="fr"
)


async def list_page(request: web.Request) -> web.Response:
    """GET /bureau/ecrire?page=2."""

    def look() -> dict[str, Any]:
        mailings = the(request, Mailings)
        mailings.settle()
        total = mailings.store.count()
        first = first_of_page(request, size=PER_PAGE, total=total)
        items = mailings.store.page(limit=PER_PAGE, offset=first)
        return {
            "page": page_with(items, request, size=PER_PAGE, total=total),
            "counts": {one.id: by_fate(mailings.store, one.id) for one in items},
            "titles": _titles(request),
        }

    return render(
        request, "letters/mailings.html", stages=STAGES, fates=FATES, **await run(request, look)
    )


def by_fate(store: MailingStore, id: int) -> dict[Fate, int]:
    """Return how many people there are of each fate, in their order; none of those without."""
    counts = store.counts(id)
    sums = {fate: sum(n for (_by, one), n in counts.items() if one is fate) for fate in Fate}
    return {fate: count for fate, count in sums.items() if count}


def _titles(request: web.Request) -> dict[str, str]:
    segments = the(request, Segments)
    return {one.key: one.title for one in (*segments.own(), *segments.ready())}


# --- writing ---


async def new_page(request: web.Request) -> web.Response:
    """GET /bureau/ecrire/nouveau?segment=<key>, or ?de=<id>: with the text of another one."""
    typed = {"segment": request.query.get("segment", "")[:40], "sujet": Topic.NEWS.value}
    asked = request.query.get("de", "")
    if asked.isascii() and asked.isdecimal() and len(asked) < 10:
        other = await run(request, the(request, Mailings).get, int(asked))
        typed = _typed(other.content)
    return await _form(request, Form(typed), None)


async def edit_page(request: web.Request) -> web.Response:
    """GET /bureau/ecrire/<id>/changer."""
    mailing = await run(request, _draft, request)
    return await _form(request, Form(_typed(mailing.content)), mailing)


def _typed(content: Content) -> dict[str, str]:
    return {
        "segment": content.segment,
        "sujet": content.topic.value,
        "objet": content.subject,
        "texte": content.text,
        "sms": content.sms,
    }


async def keep(request: web.Request) -> web.Response:
    """POST /bureau/ecrire/nouveau, /bureau/ecrire/<id>/changer."""
    form = await read_form(request)
    mailing = await run(request, _draft, request) if "id" in request.match_info else None
    titles = await run(request, _titles, request)
    content = _read(form, titles)
    if content is None:
        return await _form(request, form, mailing)
    id = mailing.id if mailing else None
    kept = await run(request, the(request, Mailings).store.keep, id, content, now=now(request))
    if kept is None:
        raise MailingNotFound
    return go_to(request, f"{WRITE}/{kept}")


def _read(form: Form, titles: Mapping[str, str]) -> Content | None:
    segment = form["segment"]
    form.choice("segment", titles)
    topic = form.choice("sujet", {one.value: one for one in Topic})
    subject = form.text("objet", most=LONGEST_SUBJECT)
    text, sms = (form[name].replace("\r\n", "\n").strip() for name in ("texte", "sms"))
    if not text:
        form.wrong("texte", N_("Écrivez quelque chose ici."))
    for name, value, most in (("texte", text, LONGEST_TEXT), ("sms", sms, LONGEST_SMS)):
        if len(value) > most:
            form.wrong(name, N_("C'est trop long : %(most)s caractères au plus.", most=most))
        elif not is_visible(value):
            form.wrong(name, N_("Ce texte contient des signes invisibles : tapez-le de nouveau."))
    if size_of(plain(sms)).parts > MOST_PARTS:
        form.wrong(
            "sms", N_("C'est trop long : %(most)s SMS par personne au plus.", most=MOST_PARTS)
        )
    for name, value in (("objet", subject), ("texte", text), ("sms", sms)):
        if unknown := unknown_fields(value):
            form.wrong(
                name,
                N_("« {%(field)s} » ne veut rien dire ici : voyez la liste.", field=unknown[0]),
            )
        if count_fields(value) > MOST_FIELDS:
            form.wrong(
                name, N_("C'est trop de mots entre accolades : %(most)s au plus.", most=MOST_FIELDS)
            )
    if not form.ok or topic is None:
        return None
    return Content(segment=segment, topic=topic, subject=subject, text=text, sms=sms)


async def _form(request: web.Request, form: Form, mailing: Mailing | None) -> web.Response:
    return render(
        request,
        "letters/mailing_form.html",
        status=200 if form.ok else 422,
        form=form,
        mailing=mailing,
        titles=await run(request, _titles, request),
        topics=TOPICS,
        fields={f"{{{name}}}": says for name, (says, _value) in FIELDS.items()},
        longest={"objet": LONGEST_SUBJECT, "texte": LONGEST_TEXT, "sms": LONGEST_SMS},
    )


# --- looking ---


async def mailing_page(request: web.Request) -> web.Response:
    """GET /bureau/ecrire/<id>."""
    return await show(request, None)


async def show(request: web.Request, fault: Message | None) -> web.Response:
    """Return the page of a message: a draft as it will be read, or where the sending stands."""

    def look() -> dict[str, Any]:
        mailings = the(request, Mailings)
        mailing = mailings.get(_id(request))
        plan: Plan | None = None
        lost = False
        if mailing.stage is Stage.DRAFT:
            try:
                plan = plan_of(request, mailing)
            except SegmentNotFound:
                lost = True
        else:
            mailings.settle(mailing.id)
        return {
            "mailing": mailing,
            "plan": plan,
            "is_lost": lost,
            "fates": by_fate(mailings.store, mailing.id),
            "whys": mailings.store.whys(mailing.id),
            "has_letters": mailings.store.waiting_letters(mailing.id),
            "is_ready": mailings.channels.post.mail.is_ready(),
        }

    found = await run(request, look)
    mailing: Mailing = found["mailing"]
    example = (found["plan"] and found["plan"].example) or EXAMPLE
    content = mailing.content
    sms = personal_line(content.sms, example) or to_text(personal_text(content.text, example))
    size: Size = size_of(plain(sms))
    account = caller(request).account
    response = render(
        request,
        "letters/mailing.html",
        status=422 if fault else 200,
        fault=fault,
        example=example,
        language=language_of(example),
        subject=personal_subject(content.subject, example),
        html=to_html(personal_text(content.text, example), below=2),
        sms=plain(sms),
        size=size,
        most_parts=MOST_PARTS,
        own_address=account.email if account else "",
        topics=TOPICS,
        channels=CHANNELS,
        by_sms=Channel.SMS,
        shown_fates=FATES,
        reasons=REASONS,
        **found,
    )
    if mailing.stage is Stage.SENDING:
        response.headers["Refresh"] = str(REFRESH)
    return response


def plan_of(request: web.Request, mailing: Mailing) -> Plan:
    """Return whom a draft would reach today."""
    at = now(request)
    return the(request, Mailings).plan(mailing.content, on=local_day(at), now=at)


async def try_out(request: web.Request) -> web.Response:
    """POST /bureau/ecrire/<id>/essai: to the address of whoever presses."""
    await read_form(request)
    account = caller(request).account
    if account is None or not account.email:
        return await show(request, _NO_ADDRESS)

    def send() -> None:
        mailings, mailing = the(request, Mailings), _draft(request)
        try:
            example: MemberData = plan_of(request, mailing).example or EXAMPLE
        except SegmentNotFound:
            example = EXAMPLE
        mailings.try_out(
            mailing.content,
            example,
            to=account.email,
            language=language_of(example),
            actor=caller(request).actor,
            now=now(request),
        )

    try:
        await run(request, send)
    except MailNotSetUp:
        return await show(request, _NOT_SET_UP)
    except BadEmail:
        return await show(request, _NO_ADDRESS)
    say = _("L'essai part dans la minute à %(address)s.", address=account.email)
    return go_to(request, f"{WRITE}/{_id(request)}", say=say)


_NO_ADDRESS = N_("Votre compte n'a pas d'adresse e-mail : donnez-la sur la page de votre compte.")
_NOT_SET_UP = N_("Le courriel n'est pas réglé : rien ne peut partir.")


# --- shared ---


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


def _draft(request: web.Request) -> Mailing:
    mailing = the(request, Mailings).get(_id(request))
    if mailing.stage is not Stage.DRAFT:
        raise MailingNotFound
    return mailing


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office = Needs.OFFICE
    return (
        get(WRITE, list_page, needs=office),
        get(NEW, new_page, needs=office),
        post(NEW, keep, needs=office, max_body=MAX_BODY),
        get(ONE, mailing_page, needs=office),
        get(f"{ONE}/changer", edit_page, needs=office),
        post(f"{ONE}/changer", keep, needs=office, max_body=MAX_BODY),
        post(f"{ONE}/essai", try_out, needs=office),
    )
