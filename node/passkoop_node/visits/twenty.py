"""The 20 %: what share of its sales a co-op makes with people who are no members of it.

French co-operatives may sell to non-members within 20 % of their turnover (loi n° 47-1775 du 10
septembre 1947, articles 3 and 3 bis; décret n° 2015-594), and must be able to prove it.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from passkoop_node.core.formats import percent
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.visits.days import first_day_of, last_day_of, month_of, months_from
from passkoop_node.visits.money import shown_amount, shown_share
from passkoop_node.visits.sales import SalesStore
from passkoop_node.visits.store import DayTotal, VisitStore
from passkoop_node.visits.visit import Kind

FORM = Setting(name="visits.legal_form", default="cooperative")  # one of FORMS
LIMIT = Setting(name="visits.limit_percent", default=-1)  # -1: the legal form's; 0: none
YEAR_FROM = Setting(name="visits.year_from_month", default=1)  # the accounting year's first month
COOPS_COUNT = Setting(name="visits.other_coops_count", default=True)
BASKET = Setting(name="visits.average_basket", default=0)  # cents; 0: nobody said

# What the law says of each form, to begin with; the co-op's own statutes may say less.
FORMS: Mapping[str, tuple[Message, int]] = {
    "cooperative": (N_("Société coopérative (loi de 1947)"), 20),
    "scic": (N_("SCIC"), 0),
    "association": (N_("Association (loi de 1901)"), 0),
    "other": (N_("Autre, ou hors de France"), 0),
}
# A warning at so many hundredths of the limit: of 20 %, that is 15 % and 18 %.
_NEAR, _CLOSE = 75, 90
_ENOUGH = 5  # visits with an amount that a month's mean needs


class Alert(Enum):
    """How close the share is to the limit."""

    NONE = "none"
    NEAR = "near"  # 15 % of 20
    CLOSE = "close"  # 18 % of 20
    OVER = "over"


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthShare:
    """What is known of one month. Amounts: cents."""

    month: str
    turnover: int | None  # None: not typed yet
    sold: int | None  # to non-members; None: nothing is known
    exact: bool  # else an estimate
    why: str  # what `sold` is made of
    visits: int  # of non-members

    @property
    def counts(self) -> bool:
        """Whether the month is part of the year's share."""
        return self.turnover is not None and self.sold is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class YearShare:
    """The accounting year, as far as it is known. Amounts: cents."""

    months: tuple[MonthShare, ...]
    turnover: int  # of the months that count
    sold: int
    limit: int  # per cent; 0: none
    other_coops_count: bool
    alert: Alert

    @property
    def share(self) -> int | None:
        """Millionths of the turnover; None: there is none."""
        return self.sold * 1_000_000 // self.turnover if self.turnover else None

    @property
    def exact(self) -> bool:
        """Whether every month that counts is exact."""
        return all(one.exact for one in self.months if one.counts)


def limit_of(settings: SettingsStore) -> int:
    """Return the limit in per cent; 0: there is none."""
    given = settings.get(LIMIT)
    if 0 <= given <= 100:
        return given
    return FORMS.get(settings.get(FORM), FORMS["cooperative"])[1]


def year_of(settings: SettingsStore, day: datetime.date) -> list[str]:
    """Return the twelve months of the accounting year that `day` is in."""
    first = min(max(settings.get(YEAR_FROM), 1), 12)
    year = day.year if day.month >= first else day.year - 1
    return months_from(f"{year:04}-{first:02}", 12)


def share_of_year(
    store: VisitStore,
    sales: SalesStore,
    settings: SettingsStore,
    *,
    months: list[str],
    today: datetime.date,
) -> YearShare:
    """Return the share of these months, each told apart as exact or an estimate, and why."""
    with_coops = settings.get(COOPS_COUNT)
    totals = [
        one
        for one in store.totals(first_day_of(months[0]), last_day_of(months[-1]))
        if one.kind is Kind.WITHOUT or (one.kind is Kind.CARD and with_coops)
    ]
    begins = store.first_day()
    month = _Month(
        turnover=sales.turnover(),
        typed=sales.visitor_sales(),
        mean=_mean(totals),
        basket=settings.get(BASKET),
        begins=month_of(begins) if begins else None,
        today=today,
    )
    shares = tuple(
        month.share(one, [total for total in totals if month_of(total.day) == one])
        for one in months
    )
    turnover = sum(one.turnover or 0 for one in shares if one.counts)
    sold = sum(one.sold or 0 for one in shares if one.counts)
    limit = limit_of(settings)
    return YearShare(
        months=shares,
        turnover=turnover,
        sold=sold,
        limit=limit,
        other_coops_count=with_coops,
        alert=_alert(sold, turnover, limit),
    )


def year_in_sentences(year: YearShare) -> list[str]:
    """Return what the year comes to: the share, what it is made of, what to do."""
    if year.share is None:
        return [_("Saisissez le chiffre d'affaires d'un mois au moins pour connaître la part.")]
    known = sum(one.counts for one in year.months)
    facts = {"share": shown_share(year.share), "limit": percent(Decimal(year.limit) / 100)}
    said = [
        ngettext(
            "Sur le mois connu, les visiteurs font %(share)s du chiffre d'affaires.",
            "Sur les %(num)s mois connus, les visiteurs font %(share)s du chiffre d'affaires.",
            known,
            **facts,
        )
    ]
    if not year.exact:
        count = sum(one.counts and not one.exact for one in year.months)
        said.append(
            ngettext(
                "C'est une estimation : un mois n'est pas exact.",
                "C'est une estimation : %(num)s mois ne sont pas exacts.",
                count,
            )
        )
    if year.limit == 0:
        said.append(_("Aucune limite n'est réglée pour votre forme juridique."))
    elif year.alert is Alert.OVER:
        said.append(_("La limite de %(limit)s est dépassée : voyez votre comptable.", **facts))
    elif year.alert is Alert.CLOSE:
        said.append(_("La limite de %(limit)s est toute proche : accueillez moins.", **facts))
    elif year.alert is Alert.NEAR:
        said.append(_("La limite de %(limit)s approche : suivez-la chaque mois.", **facts))
    else:
        said.append(_("La limite est de %(limit)s.", **facts))
    said.append(_counted(year.other_coops_count))
    return said


def _counted(other_coops_count: bool) -> str:
    if other_coops_count:
        return _("Les membres des autres coops comptent comme des visiteurs ; les vôtres, jamais.")
    return _(
        "Les membres des autres coops, avec leur carte, ne comptent pas comme des visiteurs, ni les"
        " vôtres."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Month:
    """What is needed to tell the share of a month."""

    turnover: Mapping[str, int]
    typed: Mapping[str, int]  # visitors' totals, by month or day
    mean: int  # cents of a visit in the year; 0: none has an amount
    basket: int  # cents that the office takes a visit for; 0: nobody said
    begins: str | None  # the register's first month
    today: datetime.date

    def share(self, month: str, totals: list[DayTotal]) -> MonthShare:
        sold, exact, why = self._sold(month, totals)
        turnover = self.turnover.get(month)
        if exact and month >= month_of(self.today):
            exact, why = False, _("Le mois n'est pas fini. %(why)s", why=why)
        if sold is not None and turnover is not None and sold > turnover:
            exact = False
            why = _("Plus que le chiffre d'affaires du mois : vérifiez les deux. %(why)s", why=why)
        return MonthShare(
            month=month,
            turnover=turnover,
            sold=sold,
            exact=exact,
            why=why,
            visits=sum(one.visits for one in totals),
        )

    def _sold(self, month: str, totals: list[DayTotal]) -> tuple[int | None, bool, str]:
        if month in self.typed:
            return self.typed[month], True, _("Un total saisi pour tout le mois.")
        days = {day: sum for day, sum in self.typed.items() if day.startswith(f"{month}-")}
        rest = [one for one in totals if one.day.isoformat() not in days]
        sold = sum(days.values()) + sum(one.amount for one in rest)
        unknown = sum(one.without_amount for one in rest)
        if not unknown:
            return self._complete(month, days, rest, sold)
        mean = _mean(rest, least=_ENOUGH) or self.mean
        if mean:
            why = ngettext(
                "Une visite sans montant est comptée %(mean)s, la moyenne des autres.",
                "%(num)s visites sans montant sont comptées %(mean)s, la moyenne des autres.",
                unknown,
                mean=shown_amount(mean),
            )
        elif self.basket:
            why = ngettext(
                "Une visite sans montant est comptée %(basket)s, le panier moyen réglé.",
                "%(num)s visites sans montant sont comptées %(basket)s, le panier moyen réglé.",
                unknown,
                basket=shown_amount(self.basket),
            )
        else:
            why = ngettext(
                "Au moins cette somme : une visite est sans montant.",
                "Au moins cette somme : %(num)s visites sont sans montant.",
                unknown,
            )
        return sold + unknown * (mean or self.basket), False, why

    def _complete(
        self, month: str, days: dict[str, int], rest: list[DayTotal], sold: int
    ) -> tuple[int | None, bool, str]:
        if rest and days:
            return sold, True, _("Des totaux par jour, et un montant à chaque autre visite.")
        if days:
            return sold, True, _("Un total saisi pour chaque jour avec des visites.")
        if rest:
            return sold, True, _("Un montant à chaque visite.")
        if self.begins is None or month < self.begins or month > month_of(self.today):
            return None, False, _("Rien n'est noté pour ce mois.")
        return 0, True, _("Aucune visite notée.")


def _mean(totals: list[DayTotal], *, least: int = 1) -> int:
    """Return the mean amount of the visits that have one; 0 if fewer than `least` do."""
    priced = sum(one.visits - one.without_amount for one in totals)
    return sum(one.amount for one in totals) // priced if priced >= least else 0


def _alert(sold: int, turnover: int, limit: int) -> Alert:
    if not limit or not turnover:
        return Alert.NONE
    if sold * 100 > limit * turnover:
        return Alert.OVER
    for hundredths, alert in ((_CLOSE, Alert.CLOSE), (_NEAR, Alert.NEAR)):
        if sold * 10_000 >= limit * hundredths * turnover:
            return alert
    return Alert.NONE
