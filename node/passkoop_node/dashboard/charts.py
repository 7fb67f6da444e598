"""The figures of a year as plots and as tables: the same numbers, for eyes and for ears."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from passkoop_node.core import formats
from passkoop_node.core.language import N_, Message, _, ngettext
from passkoop_node.core.sheets import Cell, Sheet
from passkoop_node.dashboard.figures import (
    GENDERS,
    LEAST,
    MOST_TOWNS,
    Year,
    large_towns,
    without_small,
)
from passkoop_node.dues.plan import Standing
from passkoop_node.visits.plots import Plot, Series
from passkoop_node.visits.wording import shown_month

Values = tuple[int | None, ...]  # None: too small to be told

GENDER_NAMES: dict[str, Message] = {
    "f": N_("Femmes"),
    "m": N_("Hommes"),
    "x": N_("Autre"),
    "": N_("Non précisé"),
}
_CATEGORIES = {0: N_("Membres"), 1: N_("Personnes rattachées")}
_STANDINGS = {
    Standing.CURRENT: N_("À jour"),
    Standing.GRACE: N_("Délai accordé"),
    Standing.LAPSED: N_("À renouveler"),
    Standing.EXEMPT: N_("Sans cotisation"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Counts by label, in one series or several."""

    name: str  # stable: it stands in addresses
    title: str
    says: str  # what is to be seen, in a sentence
    column: str  # what the labels are
    labels: Sequence[str]
    series: Sequence[tuple[str, Values]]
    is_money: bool = False  # cents
    is_stacked: bool = True
    has_total: bool = True
    note: str = ""

    def told(self, value: int | None) -> str:
        """Return a value for people."""
        if value is None:
            return _("moins de %(least)s", least=LEAST)
        return formats.money(value) if self.is_money else formats.number(value)

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table, for people."""
        return [
            (label, [self.told(values[at]) for _name, values in self.series])
            for at, label in enumerate(self.labels)
        ]

    @property
    def totals(self) -> list[str]:
        """The last line of the table; nothing where a sum means nothing, or would tell too much."""
        if not self.has_total or any(None in values for _name, values in self.series):
            return []
        return [self.told(sum(one or 0 for one in values)) for _name, values in self.series]

    @property
    def has_bars(self) -> bool:
        """Whether there is anything to be drawn."""
        return any(self._drawn(one) for _name, values in self.series for one in values)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be told."""
        return not any(one != 0 for _name, values in self.series for one in values)

    def plot(self) -> Plot:
        """Return it as it is drawn."""
        return Plot(
            title=self.title,
            says=self.says,
            column=self.column,
            labels=tuple(self.labels),
            series=tuple(
                Series(name=name, values=tuple(self._drawn(one) for one in values))
                for name, values in self.series
            ),
            is_stacked=self.is_stacked,
        )

    def _drawn(self, value: int | None) -> int:
        value = max(value or 0, 0)
        return round(value / 100) if self.is_money else value

    def sheet(self) -> Sheet:
        """Return it for a spreadsheet."""

        def cell(value: int | None) -> Cell:
            if value is None:
                return self.told(value)
            return Decimal(value).scaleb(-2) if self.is_money else value

        return Sheet(
            title=self.title,
            titles=[self.column, *(name for name, _values in self.series)],
            rows=[
                (label, *(cell(values[at]) for _name, values in self.series))
                for at, label in enumerate(self.labels)
            ],
        )


def charts_of(year: Year, *, small: bool = True) -> list[Chart]:
    """Return all charts of a year.

    Args:
        year: its figures.
        small: also counts so small that they may tell who they are.
    """
    made = [make(year if small else replace(year, on=large_towns(year.on))) for make in _CHARTS]
    charts = [one for one in made if one is not None]
    return charts if small else [_without_small(one) for one in charts]


def _without_small(chart: Chart) -> Chart:
    if chart.is_money or chart.name in _TELL_NOBODY:
        return chart
    if chart.name == _MOVES:  # who joined or left in a month is known to whoever was there
        chart = replace(
            chart,
            column=_("Année"),
            labels=[_("Toute l'année")],
            series=[(name, (sum(one or 0 for one in values),)) for name, values in chart.series],
        )
    is_summed = chart.name != _MOVES  # no sum is told of who came and who left
    flat = without_small(
        [one or 0 for _name, values in chart.series for one in values],
        is_summed=is_summed,
    )
    wide = len(chart.labels)
    series = [
        # The sum of a series may stand in another chart: how many women there are.
        (name, tuple(without_small(flat[at * wide : (at + 1) * wide], is_summed=is_summed)))
        for at, (name, _values) in enumerate(chart.series)
    ]
    says = chart.says if None not in flat else f"{chart.title}."
    return replace(chart, series=series, says=says)


_MOVES = "mouvements"
_TELL_NOBODY = frozenset({"membres"})  # how many there are, of no kind


def _evolution(year: Year) -> Chart:
    first, last = year.members[0], year.members[-1]
    return Chart(
        name="membres",
        title=_("Membres, mois par mois"),
        says=_(
            "Le nombre de membres à la fin de chaque mois : %(first)s au début, %(last)s à la fin.",
            first=formats.number(first),
            last=formats.number(last),
        ),
        column=_("Mois"),
        labels=_months(year),
        series=[(_("Membres à la fin du mois"), tuple(year.members))],
        has_total=False,
    )


def _moves(year: Year) -> Chart:
    return Chart(
        name=_MOVES,
        title=_("Arrivées et départs"),
        says=_(
            "Dans l'année : %(joined)s, %(left)s.",
            joined=ngettext("%(num)s arrivée", "%(num)s arrivées", sum(year.joined)),
            left=ngettext("%(num)s départ", "%(num)s départs", sum(year.left)),
        ),
        column=_("Mois"),
        labels=_months(year),
        series=[(_("Arrivées"), tuple(year.joined)), (_("Départs"), tuple(year.left))],
        is_stacked=False,
    )


def _genders(year: Year) -> Chart:
    counts = year.on.by_gender()
    return Chart(
        name="genre",
        title=_("Femmes et hommes"),
        says=_says_of([(str(GENDER_NAMES[one]), counts[one]) for one in GENDERS]),
        column=_("Genre"),
        labels=[str(GENDER_NAMES[one]) for one in GENDERS],
        series=[(_("Membres"), tuple(counts[one] for one in GENDERS))],
    )


def _ages(year: Year) -> Chart:
    ages = year.on.by_age()
    return Chart(
        name="ages",
        title=_("Âges"),
        says=_says_of([(_band(band), sum(one.values())) for band, one in ages.items()]),
        column=_("Âge"),
        labels=[_band(band) for band in ages],
        series=[
            (str(GENDER_NAMES[gender]), tuple(one[gender] for one in ages.values()))
            for gender in GENDERS
        ],
        note=_("L'âge est celui qui est atteint dans l'année."),
    )


def _categories(year: Year) -> Chart:
    counts = year.on.by_category()
    labels = [
        str(_CATEGORIES[one]) if one in _CATEGORIES else _("Catégorie %(number)s", number=one)
        for one in counts
    ]
    return Chart(
        name="categories",
        title=_("Catégories"),
        says=_says_of(list(zip(labels, counts.values(), strict=True))),
        column=_("Catégorie"),
        labels=labels,
        series=[(_("Membres"), tuple(counts.values()))],
    )


def _towns(year: Year) -> Chart:
    towns = [(town, count) for town, count in year.on.towns if town]
    shown, others = towns[:MOST_TOWNS], towns[MOST_TOWNS:]
    unsaid = sum(count for town, count in year.on.towns if not town)
    # Towns that were left out as too small are among the others.
    rest = year.on.total - unsaid - sum(count for _town, count in shown)
    lines = [*shown, *([(_("Toutes les autres"), rest)] if rest or others else [])]
    if unsaid:
        lines.append((_("Non précisé"), unsaid))
    return Chart(
        name="communes",
        title=_("Communes"),
        says=_says_of(lines[:5]),
        column=_("Commune"),
        labels=[town for town, _count in lines],
        series=[(_("Membres"), tuple(count for _town, count in lines))],
    )


def _standings(year: Year) -> Chart | None:
    if year.dues is None or year.dues.standings is None:
        return None
    lines = [(str(_STANDINGS[one]), count) for one, count in year.dues.standings.items()]
    return Chart(
        name="cotisations",
        title=_("Cotisations aujourd'hui"),
        says=_says_of(lines),
        column=_("Situation"),
        labels=[label for label, _count in lines],
        series=[(_("Membres"), tuple(count for _label, count in lines))],
        note=_("Les personnes d'un foyer sont comptées avec la personne qui cotise."),
    )


def _money(year: Year) -> Chart | None:
    if year.dues is None:
        return None
    by_month = year.dues.by_month

    def of(kind: str) -> Values:
        return tuple(by_month.get(month, {}).get(kind, 0) for month in year.months)

    dues, shares = of("dues"), of("share")
    total = sum(one or 0 for one in (*dues, *shares))
    return Chart(
        name="paiements",
        title=_("Paiements reçus"),
        says=_("Dans l'année : %(amount)s, par jour de paiement.", amount=formats.money(total)),
        column=_("Mois"),
        labels=_months(year),
        series=[(_("Cotisations"), dues), (_("Parts"), shares)],
        is_money=True,
        note=_("Les paiements annulés ne comptent pas."),
    )


def _visits(year: Year) -> Chart:
    given = sum(one.given for one in year.visits)
    received = sum(one.received for one in year.visits)
    noted = tuple(year.noted.get(month, 0) for month in year.months)
    return Chart(
        name="visites",
        title=_("Visites ici, et de nos membres ailleurs"),
        says=_(
            "Dans l'année : %(given)s de personnes d'ailleurs. De nos membres ailleurs : "
            "%(received)s selon les autres coops, %(noted)s selon leur carnet.",
            given=ngettext("%(num)s visite", "%(num)s visites", given),
            received=ngettext("%(num)s visite", "%(num)s visites", received),
            noted=ngettext("%(num)s visite", "%(num)s visites", sum(noted)),
        ),
        column=_("Mois"),
        labels=_months(year),
        series=[
            (_("Ici, avec une carte"), tuple(one.cards for one in year.visits)),
            (_("Ici, sans carte"), tuple(one.without for one in year.visits)),
            (_("Ailleurs, selon les coops"), tuple(one.received for one in year.visits)),
            (_("Ailleurs, selon les carnets"), noted),
        ],
        is_stacked=False,
        note=_(
            "Des visites de nos membres ailleurs, on ne connaît que celles que les autres coops "
            "nous ont dites, et celles que les membres ont notées dans leur carnet. Les deux ne "
            "s'additionnent pas, et il peut y en avoir plus."
        ),
    )


_CHARTS: Sequence[Callable[[Year], Chart | None]] = (
    _evolution,
    _moves,
    _genders,
    _ages,
    _categories,
    _towns,
    _standings,
    _money,
    _visits,
)


def _months(year: Year) -> list[str]:
    return [shown_month(f"{year.year}-{month:02}", short=True) for month in year.months]


def _band(band: tuple[int, int] | None) -> str:
    if band is None:
        return _("Année inconnue")
    first, last = band
    if last >= 200:
        return _("%(age)s ans et plus", age=first)
    return _("%(first)s à %(last)s ans", first=first, last=last)


def _says_of(lines: Sequence[tuple[str, int]]) -> str:
    """Return the counts in one sentence, for who hears the plot."""
    told = [
        _("%(label)s : %(count)s", label=label, count=formats.number(count))
        for label, count in lines
        if count
    ]
    return f"{', '.join(told)}." if told else _("Personne.")
