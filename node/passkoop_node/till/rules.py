"""The rules of welcome: a practice is chosen, or made to measure, after seeing what it does."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web

from passkoop_node.coops.ourselves import Ourselves
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.feature import Needs
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.keyring import IdentityState
from passkoop_node.core.language import N_, Message, _
from passkoop_node.core.settings import SettingsStore
from passkoop_node.errors import NodeError
from passkoop_node.till.desk import ASKS_NAME, COUNTS_AMOUNTS, STAYS
from passkoop_node.till.room import DESK
from passkoop_node.till.saying import ZONES
from passkoop_node.visits.days import local_day
from passkoop_node.visits.guests import TRIALS
from passkoop_node.visits.knowing import names_of_others
from passkoop_node.visits.presets import (
    FOREVER,
    PRESETS,
    Preset,
    choose,
    contradictions,
    doubts,
    preset_of,
)
from passkoop_node.visits.retention import retention_doubts
from passkoop_node.visits.scenarios import scenarios
from passkoop_node.visits.wording import rules_in_sentences
from passkoop_protocol.keys import CoopId, SigningKey, shown_id
from passkoop_protocol.welcome import Policy, Who, Without, is_country

RULES = "/reglages/accueil"
OWN = "mesure"  # the choice of rules made to measure
LISTS = {
    "acceptees": N_("Seulement ces coops"),
    "refusees": N_("Sauf ces coops"),
}
MOST_COOPS = 150  # in a list: they travel in the page's address, and in what is published
STAYING = (3, 5, 8, 12, 20, 0)  # seconds that a plain welcome stays; 0: until it is touched
_HEX_ID = re.compile("[0-9a-f]{20}")
Choice = TypeVar("Choice")

WHO = {
    "reseau": (Who.NETWORK, N_("Celles des coops connues")),
    "tous": (Who.ANYONE, N_("Celles de qui se dit membre")),
    "personne": (Who.NOBODY, N_("Seulement nos membres")),
}
WITHOUT = {
    "parole": (Without.WORD, N_("Sa parole suffit")),
    "visites": (Without.VISITS, N_("Quelques visites d'essai")),
    "jours": (Without.DAYS, N_("Jours d'essai : nom et e-mail")),
    "parrain": (Without.SPONSOR, N_("Jours parrainés par un membre")),
    "refus": (Without.REFUSAL, N_("Rien : une carte est demandée")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Now:
    policy: Policy
    identity: IdentityState
    published: bool
    counts_amounts: bool
    stays: int
    asks_name: bool
    names: dict[CoopId, str]
    others: dict[CoopId, str]  # but ours, and those that bear another id now; by name
    retention: list[str]


async def rules_page(request: web.Request) -> web.Response:
    """GET /reglages/accueil?regle=…: our rules, or those that are being looked at."""
    asked = request.query.get("regle", "")
    if asked == OWN:
        form = _with_lists(Form(dict(request.query.items())), request.query.getall)
        policy = _typed_policy(form)
        return await _page(request, form, policy, asked, status=200 if form.ok else 422)
    preset = next((one for one in PRESETS if one.code == asked), None)
    return await _page(request, Form(), preset.policy if preset else None, asked if preset else "")


async def choose_rules(request: web.Request) -> web.Response:
    """POST /reglages/accueil: these are our rules from now on."""
    form = _with_lists(await read_form(request), (await request.post()).getall)
    asked = form["regle"]
    preset = next((one for one in PRESETS if one.code == asked), None)
    policy = preset.policy if preset else _typed_policy(form)
    if policy is None or not form.ok:
        return await _page(request, form, policy, asked, status=422)
    try:
        published = await run(request, _choose, request, policy, form["phrase"])
    except NodeError as error:
        if error.code not in ("contradictory_policy", "wrong_passphrase", "not_enough_memory"):
            raise
        wrong = error.code == "contradictory_policy"
        form.wrong("regles" if wrong else "phrase", told(error))
        return await _page(request, form, policy, asked, status=422)
    says = (
        _("Ces règles sont les vôtres, et publiées.")
        if published
        else _("Ces règles sont les vôtres. Pour les publier : « passkoop peer export ».")
    )
    return go_to(request, RULES, say=says)


async def choose_amounts(request: web.Request) -> web.Response:
    """POST /reglages/accueil/montants: whether the till asks what the purchase came to."""
    form = await read_form(request)
    settings = the(request, SettingsStore)
    await run(request, settings.set, COUNTS_AMOUNTS, form["montants"] == "oui")
    return go_to(request, RULES, say=_("C'est noté."))


async def choose_screen(request: web.Request) -> web.Response:
    """POST /reglages/accueil/ecran: what the till's screen does with a welcome."""
    form = await read_form(request)
    stays = form.choice("reste", {str(one): one for one in STAYING})
    if stays is None:
        return await _page(request, form, None, "", status=422)
    settings = the(request, SettingsStore)

    def keep() -> None:
        with writing(settings.db):
            settings.set(STAYS, stays)
            settings.set(ASKS_NAME, form["prenom"] == "oui")

    await run(request, keep)
    return go_to(request, RULES, say=_("C'est noté."))


def _choose(request: web.Request, policy: Policy, passphrase: str) -> bool:
    ourselves = the(request, Ourselves)
    state = ourselves.keyring.identity_state()

    def unlock() -> SigningKey:
        return ourselves.keyring.identity_key(lambda: passphrase)

    can_sign = state is IdentityState.OPEN or (state is IdentityState.SEALED and passphrase)
    published = choose(ourselves, policy, ask=unlock if can_sign else None, now=now(request))
    the(request, AuditStore).add(
        "welcome.rules", now=now(request), actor=caller(request).actor, subject=""
    )
    return published


def _look(request: web.Request) -> _Now:
    ourselves, settings = the(request, Ourselves), the(request, SettingsStore)
    trust = request.app[DESK].trust()
    names = {held.descriptor.coop: held.descriptor.name for held in trust.descriptors()}
    others = {coop: name for name, coop in names_of_others(trust).items()}
    return _Now(
        policy=ourselves.policy,
        identity=ourselves.keyring.identity_state(),
        published=ourselves.descriptor_is_current(),
        counts_amounts=settings.get(COUNTS_AMOUNTS),
        stays=settings.get(STAYS),
        asks_name=settings.get(ASKS_NAME),
        names=names,
        others=others,
        retention=retention_doubts(ourselves.policy, settings),
    )


async def _page(
    request: web.Request, form: Form, looked_at: Policy | None, asked: str, *, status: int = 200
) -> web.Response:
    held = await run(request, _look, request)
    policy = looked_at or held.policy
    name_of = _naming(held.names)
    today = local_day(now(request))
    wrong = contradictions(policy)
    return render(
        request,
        "till/rules.html",
        status=status,
        form=Form(_as_typed(policy) | form.typed) if not form.errors else form,
        ours=preset_of(held.policy),
        our_sentences=rules_in_sentences(held.policy, name_of=name_of),
        published=held.published,
        presets=[(one, rules_in_sentences(one.policy)) for one in PRESETS],
        asked=asked,
        looked_at=looked_at is not None and looked_at != held.policy,
        title=_title(preset_of(policy)),
        sentences=rules_in_sentences(policy, name_of=name_of),
        contradictions=wrong,
        doubts=[*doubts(policy), *(held.retention if looked_at is None else [])],
        scenarios=[] if wrong else scenarios(policy, today=today),
        zones=ZONES,
        asks_passphrase=held.identity is IdentityState.SEALED,
        counts_amounts=held.counts_amounts,
        stays=held.stays,
        staying=STAYING,
        asks_name=held.asks_name,
        who={code: title for code, (_value, title) in WHO.items()},
        without={code: title for code, (_value, title) in WITHOUT.items()},
        own=OWN,
        lists=LISTS,
        coops=_to_choose(policy, held),
        may_choose=caller(request).may(Needs.ADMINISTRATOR),
    )


def _title(preset: Preset | None) -> Message:
    return preset.title if preset else N_("Des règles à votre mesure")


def _naming(names: dict[CoopId, str]) -> Callable[[CoopId], str]:
    return lambda coop: names.get(coop) or shown_id(coop)


def _with_lists(form: Form, all_of: Callable[[str, list[Any]], list[Any]]) -> Form:
    """Return the form with all co-ops that were ticked, not the last of each list alone."""
    for name in LISTS:
        form.typed[name] = " ".join(one for one in all_of(name, []) if isinstance(one, str))
    return form


def _to_choose(policy: Policy, held: _Now) -> list[tuple[str, str]]:
    """Return the co-ops that can be accepted or refused one by one: (what is sent, name)."""
    coops = dict(held.others)
    name_of = _naming(held.names)
    for one in sorted(policy.accepted | policy.refused):
        coops.setdefault(CoopId(one), name_of(CoopId(one)))  # chosen once, not known any more
    return [(coop.hex(), name) for coop, name in coops.items()]


def _coops(form: Form, name: str) -> frozenset[bytes]:
    """Return the co-ops that were ticked in a list."""
    ticked = form[name].split()
    if len(ticked) > MOST_COOPS or not all(map(_HEX_ID.fullmatch, ticked)):
        form.wrong(name, N_("Cochez %(most)s coops au plus.", most=MOST_COOPS))
        return frozenset()
    return frozenset(map(bytes.fromhex, ticked))


def _typed_policy(form: Form) -> Policy | None:
    """Return the rules that were typed; what is wrong is noted in the form."""
    who = form.choice("qui", {code: value for code, (value, _title) in WHO.items()})
    without = form.choice("sans", {code: value for code, (value, _title) in WITHOUT.items()})
    countries = form["pays"].replace(",", " ").upper().split()
    if not all(map(is_country, countries)):
        form.wrong("pays", N_("Écrivez des codes de deux lettres : FR, BE, PT."))
    limit = _number(form, "combien", most=FOREVER) if without in TRIALS else 0
    card_from = _number(form, "carte", most=100, least=1) if without is Without.WORD else 1
    visits = _number(form, "visites", most=FOREVER)
    period = _number(form, "jours", most=FOREVER) or (FOREVER if visits else 0)
    accepted, refused = (_coops(form, name) for name in LISTS)
    if form.errors or who is None or without is None:
        return None
    return Policy(
        who=who,
        countries=frozenset(countries),
        accepted=accepted,
        refused=refused,
        without=without,
        without_limit=limit,
        card_from=card_from,
        visits=visits,
        period=period if visits else 0,
    )


def _number(form: Form, name: str, *, most: int, least: int = 0) -> int:
    text = form[name].strip() or str(least)
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        form.wrong(name, N_("Écrivez un nombre de %(least)s à %(most)s.", least=least, most=most))
        return least
    return int(text)


def _as_typed(policy: Policy) -> dict[str, str]:
    """Return what somebody would type for these rules."""
    return {
        "qui": next(code for code, (value, _title) in WHO.items() if value is policy.who),
        "sans": next(code for code, (value, _title) in WITHOUT.items() if value is policy.without),
        "pays": ", ".join(sorted(policy.countries)),
        "acceptees": " ".join(one.hex() for one in sorted(policy.accepted)),
        "refusees": " ".join(one.hex() for one in sorted(policy.refused)),
        "combien": str(policy.without_limit or ""),
        "carte": str(policy.card_from) if policy.card_from > 1 else "",
        "visites": str(policy.visits or ""),
        "jours": str(policy.period) if 0 < policy.period < FOREVER else "",
    }
