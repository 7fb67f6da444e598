"""The page of the co-op's rule: what is given to whoever brings a new member."""

from collections.abc import Sequence

from aiohttp import web

from passkoop_node.core.feature import Group, MenuEntry, Needs, Route, get, post
from passkoop_node.core.forms import Form, read_form, told
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.handling import caller, now, run, the
from passkoop_node.core.language import N_, _
from passkoop_node.referral.referring import BadReward, Referrals
from passkoop_node.referral.reward import MOST_MONTHS, MOST_WORDS, Gift, Reward, When
from passkoop_node.visits.money import BadAmount, parse_amount, typed_amount

RULE = "/reglages/parrainage"

GIFTS = {
    "none": (N_("Rien"), N_("On note qui a amené qui, et c'est tout.")),
    "thanks": (N_("Un mot de remerciement"), ""),
    "amount": (N_("Un montant"), N_("Remis à la caisse, ou déduit : la page dit à qui.")),
    "months": (N_("Des mois de cotisation"), N_("La cotisation court plus longtemps.")),
}
WHENS = {
    "joined": (N_("Dès l'adhésion"), ""),
    "paid": (N_("Quand la nouvelle personne a payé"), N_("Sans cotisation : dès l'adhésion.")),
}

MENU = MenuEntry(
    group=Group.COOP,
    title=N_("Cadeaux de parrainage"),
    path=RULE,
    needs=Needs.ADMINISTRATOR,
    says=N_("Ce que la coop offre à qui amène quelqu'un."),
    icon="people",
)


async def rule_page(request: web.Request) -> web.Response:
    """GET /reglages/parrainage."""
    reward = await run(request, lambda: the(request, Referrals).reward)
    typed = {
        "cadeau": reward.gift.value,
        "quand": reward.when.value,
        "montant": typed_amount(reward.cents) if reward.cents else "",
        "mois": str(reward.months) if reward.months else "",
        "mot": reward.words,
    }
    return _show(request, Form(typed))


def _show(request: web.Request, form: Form) -> web.Response:
    return render(
        request,
        "referral/rule.html",
        status=200 if form.ok else 422,
        form=form,
        gifts=GIFTS,
        whens=WHENS,
        most_words=MOST_WORDS,
    )


async def keep_rule(request: web.Request) -> web.Response:
    """POST /reglages/parrainage."""
    form = await read_form(request)
    gift = form.choice("cadeau", {one.value: one for one in Gift})
    when = form.choice("quand", {one.value: one for one in When})
    cents = 0
    if form["montant"].strip():
        try:
            cents = parse_amount(form["montant"])
        except BadAmount as error:
            form.wrong("montant", told(error))
    months = form["mois"].strip() or "0"
    if not months.isdecimal() or len(months) > 3 or int(months) > MOST_MONTHS:
        form.wrong("mois", N_("Un nombre de mois, de 1 à %(most)s.", most=MOST_MONTHS))
    words = "\n".join(line.rstrip() for line in form["mot"].strip().splitlines())
    if len(words) > MOST_WORDS:
        form.wrong("mot", N_("C'est trop long : %(most)s caractères au plus.", most=MOST_WORDS))
    if form.ok and gift is not None and when is not None:
        reward = Reward(gift=gift, when=when, cents=cents, months=int(months), words=words)
        keep, actor = the(request, Referrals).set_reward, caller(request).actor
        try:
            await run(request, keep, reward, now=now(request), actor=actor)
        except BadReward as error:
            form.wrong("mois" if gift is Gift.MONTHS else "montant", told(error))
    if not form.ok:
        return _show(request, form)
    return go_to(request, RULE, say=_("C'est enregistré."))


def routes() -> Sequence[Route]:
    """Return the ways to this page."""
    return (
        get(RULE, rule_page, needs=Needs.ADMINISTRATOR),
        post(RULE, keep_rule, needs=Needs.ADMINISTRATOR),
    )
