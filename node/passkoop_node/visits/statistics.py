"""How many came, from where, and where ours went: plain numbers, ready for a plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from passkoop_node.core.language import _
from passkoop_node.visits.days import first_day_of, last_day_of, month_of
from passkoop_node.visits.plots import Plot, Series
from passkoop_node.visits.sales import SalesStore
from passkoop_node.visits.store import VisitStore
from passkoop_node.visits.visit import Kind
from passkoop_node.visits.wording import NameOf, shown_month
from passkoop_protocol.keys import CoopId
from passkoop_protocol.trust import TrustStore


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthCount:
    """The visits of one month."""

    month: str  # « 2028-05 »
    own: int  # of our members
    cards: int  # of members of other co-ops
    without: int  # of people without a card
    received: int  # of our members elsewhere, as other co-ops tell us

    @property
    def given(self) -> int:
        """Visits of people who are no members of ours."""
        return self.cards + self.without


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeCount:
    """The visits of one home co-op's members here, and of ours there."""

    home: CoopId | None  # None: people without a card
    given: int  # visits here
    people: int  # who came, as far as the register still knows; 0 for those without a card
    received: int  # visits of ours there


def by_month(store: VisitStore, sales: SalesStore, months: Sequence[str]) -> list[MonthCount]:
    """Return the visits of each of these consecutive months."""
    counts = {month: dict.fromkeys(Kind, 0) for month in months}
    for one in store.totals(first_day_of(months[0]), last_day_of(months[-1])):
        counts[month_of(one.day)][one.kind] += one.visits
    received = dict.fromkeys(months, 0)
    for (_home, month), visits in sales.received().items():
        if month in received:
            received[month] += visits
    return [
        MonthCount(
            month=month,
            own=count[Kind.OWN],
            cards=count[Kind.CARD],
            without=count[Kind.WITHOUT],
            received=received[month],
        )
        for month, count in counts.items()
    ]


def by_home(
    store: VisitStore,
    sales: SalesStore,
    *,
    since: date,
    until: date,
    trust: TrustStore | None = None,
) -> list[HomeCount]:
    """Return the visits by home co-op, most first, under the id that each co-op bears now.

    People without a card stand under the co-op they named, if it is one we know.
    """

    def present(home: CoopId) -> CoopId:
        return trust.present_id(home) if trust else home

    given: dict[CoopId | None, int] = {}
    for one in store.totals(since, until):
        if one.kind is not Kind.OWN:
            home = present(one.home) if one.home else None
            given[home] = given.get(home, 0) + one.visits
    people: dict[CoopId | None, int] = {}
    for (kind, coop), count in store.people(since, until).items():
        if kind is Kind.CARD and coop:
            people[present(coop)] = people.get(present(coop), 0) + count
    received: dict[CoopId | None, int] = {}
    for (coop, month), visits in sales.received().items():
        if month_of(since) <= month <= month_of(until):
            received[present(coop)] = received.get(present(coop), 0) + visits
    counts = [
        HomeCount(
            home=home,
            given=given.get(home, 0),
            people=people.get(home, 0),
            received=received.get(home, 0),
        )
        for home in given.keys() | received.keys()
    ]
    return sorted(counts, key=lambda one: (-one.given, -one.received, one.home or b""))


def plot_of_months(counts: Sequence[MonthCount]) -> Plot:
    """Return the visitors of each month, stacked by how they came."""
    return Plot(
        title=_("Visites par mois"),
        says=_("Le nombre de visites de chaque mois, avec une carte et sans carte."),
        column=_("Mois"),
        labels=tuple(shown_month(one.month, short=True) for one in counts),
        series=(
            Series(name=_("Avec une carte"), values=tuple(one.cards for one in counts)),
            Series(name=_("Sans carte"), values=tuple(one.without for one in counts)),
        ),
    )


def plot_of_homes(counts: Sequence[HomeCount], *, name_of: NameOf, most: int = 12) -> Plot:
    """Return the visits of the co-ops that came most, and of ours to them."""
    shown, others = counts[:most], counts[most:]
    labels = [name_of(one.home) if one.home else _("Sans carte") for one in shown]
    given, received = [one.given for one in shown], [one.received for one in shown]
    if others:
        labels.append(_("Toutes les autres"))
        given.append(sum(one.given for one in others))
        received.append(sum(one.received for one in others))
    here = Series(name=_("Ici"), values=tuple(given))
    there = Series(name=_("Nos membres là-bas"), values=tuple(received))
    return Plot(
        title=_("Visites par coop d'origine"),
        says=_("Le nombre de visites reçues ici, et de visites de nos membres là-bas."),
        column=_("Coop d'origine"),
        labels=tuple(labels),
        series=(here, there) if any(received) else (here,),
    )
