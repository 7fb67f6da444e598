"""The pages of reminders: who would get what today, and when and how the co-op reminds."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from passkoop_node.channels.words import CHANNELS, WHY
from passkoop_node.core.clocks import clock_ahead
from passkoop_node.core.feature import Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.paging import page_of
from passkoop_node.core.settings import SettingsStore
from passkoop_node.dues.going import REMINDING
from passkoop_node.dues.ledger import Ledger
from passkoop_node.dues.plan import Yearly
from passkoop_node.dues.reminders import BadReminders, Reminders, Rules, with_steps
from passkoop_node.dues.reminding_words import FIELDS, LONGEST, Texts, said_step
from passkoop_node.members.preferences import Topic

TODAY = "/bureau/cotisations/rappels"
RULES = "/reglages/cotisations/rappels"
PER_PAGE = 50
_EVERY = 3  # seconds between two looks of a browser
WAYS = {
    "non": (N_("Pas de rappels"), ""),
    "prepares": (N_("Préparés, puis envoyés d'un geste"), N_("Au bureau, page « Rappels ».")),
    "seuls": (N_("Envoyés d'eux-mêmes"), N_("Chaque matin, à partir de 9 heures.")),
}


async def today_page(request: web.Request) -> web.Response:
    """GET /bureau/cotisations/rappels: who would get what today."""
    return await _today(request)


async def _today(
    request: web.Request, *, fault: Message | None = None, status: int = 200
) -> web.Response:
    moment, going = now(request), request.app[REMINDING]

    def look() -> dict[str, Any]:
        reminders = the(request, Reminders)
        due = reminders.due(now=moment)
        page = page_of(due, request, size=PER_PAGE)
        ways = reminders.channels.look([one.member for one in due], Topic.DUES)
        goes = sum(one.is_queued for one in ways.values())
        return {
            "page": page,
            "rules": reminders.rules,
            "ways": ways,
            "goes": goes,
            "stays": len(due) - goes,
            "sample": reminders.sample(page.items[0]) if page.items else None,
            "sent": reminders.store.count_since(moment - 30 * 86_400),
            "has_dues": the(request, Ledger).plan.yearly is not Yearly.NONE,
            "is_ahead": bool(clock_ahead(the(request, SettingsStore))),
        }

    response = render(
        request,
        "dues/reminders.html",
        status=status,
        fault=fault or going.fault,
        going=going,
        channels=CHANNELS,
        why=WHY,
        said_step=said_step,
        settings=RULES,
        may_choose=caller(request).may(Needs.ADMINISTRATOR),
        **await run(request, look),
    )
    if going.is_running:
        response.headers["Refresh"] = str(_EVERY)
    return response


async def send(request: web.Request) -> web.Response:
    """POST /bureau/cotisations/rappels: what was shown goes."""
    form = await read_form(request)
    reminders, going = the(request, Reminders), request.app[REMINDING]
    moment, who = now(request), caller(request).actor
    due = await run(request, reminders.due, now=moment)
    if not going.is_running and form["vu"] != str(len(due)):
        return await _today(request, fault=_OTHER_NUMBER, status=422)
    await going.begin(request.app, lambda: reminders.send(now=moment, actor=who))
    if going.is_running or going.fault:
        return go_to(request, TODAY)
    said = ngettext("%(num)s rappel part.", "%(num)s rappels partent.", going.count)
    return go_to(request, TODAY, say=said)


async def rules_page(request: web.Request) -> web.Response:
    """GET /reglages/cotisations/rappels."""
    rules = await run(request, lambda: the(request, Reminders).rules)
    typed = {
        "envoi": ("seuls" if rules.by_itself else "prepares") if rules.is_on else "non",
        "jours": ", ".join(str(one) for one in rules.steps),
        "sujet": rules.texts.subject,
        "avant": rules.texts.before,
        "apres": rules.texts.after,
    }
    return _rules(request, Form(typed))


def _rules(request: web.Request, form: Form) -> web.Response:
    return render(
        request,
        "dues/reminder_rules.html",
        status=200 if form.ok else 422,
        form=form,
        ways=WAYS,
        fields=FIELDS,
        longest=LONGEST,
        today=TODAY,
    )


async def keep_rules(request: web.Request) -> web.Response:
    """POST /reglages/cotisations/rappels."""
    form = await read_form(request)
    way = form.choice("envoi", {name: name for name in WAYS})
    if not form.ok:
        return _rules(request, form)
    rules = Rules(
        is_on=way != "non",
        by_itself=way == "seuls",
        texts=Texts(
            subject=" ".join(form["sujet"].split()),
            before=_lines(form["avant"]),
            after=_lines(form["apres"]),
        ),
    )
    reminders, actor = the(request, Reminders), caller(request).actor
    try:
        rules = with_steps(rules, form["jours"])
        await run(request, reminders.set_rules, rules, now=now(request), actor=actor)
    except BadReminders as error:
        form.wrong(error.field, told(error))
        return _rules(request, form)
    return go_to(request, RULES, say=_("C'est enregistré."))


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


_OTHER_NUMBER = N_("Le nombre a changé entre-temps : regardez, puis recommencez.")


def routes() -> Sequence[Route]:
    """Return the ways to these pages."""
    office, administrator = Needs.OFFICE, Needs.ADMINISTRATOR
    return (
        get(TODAY, today_page, needs=office),
        post(TODAY, send, needs=office),
        get(RULES, rules_page, needs=administrator),
        post(RULES, keep_rules, needs=administrator),
    )
