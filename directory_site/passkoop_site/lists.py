"""The lists of co-ops: all, by country, region, welcome, stage, on-line joining; page by page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from passkoop_site import maps
from passkoop_site.entry import KINDS, Entry
from passkoop_site.site import Site
from passkoop_site.wording import (
    KIND_LEADS,
    KIND_SLUGS,
    KIND_TITLES,
    STAGE_LEADS,
    STAGE_SLUGS,
    STAGE_TITLES,
)

ON_A_PAGE = 48
MAPPED = 500  # co-ops of a kind, or of a stage, that a map is worth drawing for
SMALL = 60  # co-ops of a country that are named one by one where there are no regions


@dataclass(kw_only=True)
class Facet:
    """A way to look at the list: one page of it, or several."""

    key: str
    title: str
    path: str
    heading: str = ""
    lead: str = ""
    entries: list[Entry] = field(default_factory=list)
    regions: list["Facet"] = field(default_factory=list)
    parent: "Facet | None" = None
    is_place: bool = False  # a country or a region
    is_parent: bool = False  # a region that goes by its country's name here
    url: str = ""
    shown: str = ""  # how many, as it is written

    @property
    def count(self) -> str:
        """How many co-ops there are, as it is written."""
        return self.shown

    @property
    def named(self) -> list["Facet"]:
        """The regions that are named below it: Québec is no region of Québec."""
        return [region for region in self.regions if not region.is_parent]


@dataclass(kw_only=True)
class Facets:
    """All ways to look at the list."""

    countries: list[Facet]
    kinds: list[Facet]
    stages: list[Facet]
    online: list[Facet]
    groups: list[tuple[str, list[Facet]]] = field(default_factory=list)
    _ways: Markup | None = None
    _form: Markup | None = None

    def all(self) -> Iterator[Facet]:
        """Yield each."""
        for country in self.countries:
            yield country
            yield from country.regions
        yield from (*self.kinds, *self.stages, *self.online)

    def ways(self, site: Site, here: str) -> Markup:
        """Return links to all of them, that to `here` marked; made once for all pages."""
        self._ways = self._ways or site.part("facets", self.groups)
        link = f'<a href="{escape(here)}"'
        return Markup(str(self._ways).replace(link, f'{link} aria-current="page"'))  # noqa: S704

    def form(self, site: Site) -> Markup:
        """Return the form of the search, made once for all pages."""
        self._form = self._form or site.part("search", site, self)
        return self._form


def facets_of(site: Site, entries: Sequence[Entry]) -> Facets:
    """Return the ways to look at the list that lead to at least one co-op."""
    _ = site.speech
    found = Facets(
        countries=_countries(site, entries),
        kinds=_by(
            entries,
            {kind: kind for kind in KINDS},
            lambda entry: entry.kind,
            lambda kind: Facet(
                key=KIND_SLUGS[kind],
                title=_(KIND_TITLES[kind]),
                path=f"accueil/{KIND_SLUGS[kind]}/",
                lead=_(KIND_LEADS[kind]),
            ),
        ),
        stages=_by(
            entries,
            {stage: stage for stage in STAGE_TITLES},
            lambda entry: entry.page.stage,
            lambda stage: Facet(
                key=STAGE_SLUGS[stage],
                title=_(STAGE_TITLES[stage]),
                path=f"etape/{STAGE_SLUGS[stage]}/",
                lead=_(STAGE_LEADS[stage]),
            ),
        ),
        online=_by(
            entries,
            {True: True},
            lambda entry: entry.page.online,
            lambda _yes: Facet(
                key="1",
                title=_("Adhésion en ligne"),
                path="en-ligne/",
                lead=_("On peut devenir membre de ces coops sans se déplacer."),
            ),
        ),
    )
    for facet in found.all():
        facet.url = site.url(facet.path)
        facet.heading = facet.heading or facet.title
        facet.shown = _.number(len(facet.entries))
    found.groups = [
        (_("Pays"), found.countries),
        (_("Accueil"), found.kinds),
        (_("Étape"), found.stages),
        (_("Adhésion"), found.online),
    ]
    return found


def _by(
    entries: Sequence[Entry],
    keys: dict[Any, Any],
    key_of: Callable[[Entry], Any],
    make: Callable[[Any], Facet],
) -> list[Facet]:
    parted: dict[Any, list[Entry]] = {key: [] for key in keys}
    for entry in entries:
        if (key := key_of(entry)) in parted:
            parted[key].append(entry)
    made = []
    for key, held in parted.items():
        if held:
            made.append(make(key))
            made[-1].entries = held
    return made


def _countries(site: Site, entries: Sequence[Entry]) -> list[Facet]:
    """Return the countries, most co-ops first, each with its regions by name."""
    _ = site.speech
    by_country: dict[str, list[Entry]] = {}
    for entry in entries:
        by_country.setdefault(entry.country, []).append(entry)
    countries = []
    for code, held in by_country.items():
        names = {site.views.country(code, entry.region) for entry in held}
        title = names.pop() if len(names) == 1 else site.views.country(code)
        country = Facet(
            key=code.lower(),
            title=title,
            path=site.country_path(code),
            entries=held,
            is_place=True,
        )
        country.heading = _("Les coops : %(lieu)s", lieu=title)
        by_region: dict[str, list[Entry]] = {}
        for entry in held:
            if entry.region_slug:
                by_region.setdefault(entry.region_slug, []).append(entry)
        for slug, inside in sorted(by_region.items()):
            region = Facet(
                key=f"{country.key}.{slug}",
                title=inside[0].region,
                path=f"{country.path}{slug}/",
                entries=inside,
                parent=country,
                is_place=True,
                is_parent=title != site.views.country(code),
            )
            region.heading = _("Les coops : %(lieu)s", lieu=region.title)
            country.regions.append(region)
        countries.append(country)
    return sorted(countries, key=lambda one: (-len(one.entries), one.title))


def list_pages(site: Site, facets: Facets, entries: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
    """Yield the pages of all lists."""
    _ = site.speech
    whole = Facet(
        key="",
        title=_("Les coops"),
        path="coops/",
        heading=_.plural("%(num)s coop alimentaire", "%(num)s coops alimentaires", len(entries)),
        lead=_("Des magasins tenus par leurs membres. Voyez comment chacun accueille."),
        entries=list(entries),
        url=site.url("coops/"),
    )
    yield from _pages_of(site, whole, facets)
    for facet in facets.all():
        yield from _pages_of(site, facet, facets)


def _pages_of(site: Site, facet: Facet, facets: Facets) -> Iterator[tuple[str, bytes]]:
    _, last = site.speech, max(1, -(-len(facet.entries) // ON_A_PAGE))
    is_whole = not facet.key
    crumbs = [] if is_whole else [(site.url("coops/"), _("Les coops"))]
    if facet.parent:
        crumbs.append((facet.parent.url, facet.parent.title))
    for page in range(1, last + 1):
        shown = facet.entries[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        sheet = None
        if page == 1 and (is_whole or facet.is_place or len(facet.entries) <= MAPPED):
            draw = maps.overview if is_whole else maps.region_map
            sheet = draw(facet.entries)
        yield site.page(
            "list.html",
            _path(facet, page),
            title=facet.heading if page == 1 else f"{facet.heading} ({page})",
            section="coops/",
            description=facet.lead,
            heading=facet.heading,
            lead=facet.lead if page == 1 else "",
            crumbs=crumbs,
            current=facet.title,
            inside=facet.named if page == 1 else [],
            coops=[site.card(entry) for entry in shown],
            ways=facets.ways(site, facet.url),
            form=facets.form(site) if is_whole else "",
            page=page,
            pages=[
                (number, site.url(_path(facet, number)) if number else "")
                for number in _numbers(page, last)
            ],
            before=site.url(_path(facet, page - 1)) if page > 1 else "",
            after=site.url(_path(facet, page + 1)) if page < last else "",
            sheet=sheet,
            to=None if is_whole else site.near_dot if last == 1 else site.far_dot,
        )


def _path(facet: Facet, page: int) -> str:
    return facet.path if page == 1 else f"{facet.path}{page}/"


def _numbers(page: int, last: int) -> list[int | None]:
    """Return the pages that are named: the first, the last, those around; None for a gap."""
    named = sorted({1, last, *range(max(1, page - 2), min(last, page + 2) + 1)})
    found: list[int | None] = []
    for number in named:
        if found and number != (found[-1] or 0) + 1:
            found.append(None)
        found.append(number)
    return found


def map_page(site: Site, facets: Facets, entries: Sequence[Entry]) -> tuple[str, bytes]:
    """Return the page of the map, with the list beside it."""
    _, countries = site.speech, []
    for facet in facets.countries:
        regions = {region.path for region in facet.named}
        named = [one for one in facet.entries if site.region_path(one) not in regions]
        countries.append(
            {
                "key": facet.key,
                "url": facet.url,
                "title": facet.title,
                "shown": facet.shown,
                "regions": facet.named,
                "coops": [site.views(entry) for entry in named[:SMALL]],
            }
        )
    return site.page(
        "map.html",
        "carte/",
        title=_("La carte des coops"),
        section="carte/",
        description=_("Toutes les coops sur une carte, et la liste à côté."),
        atlas=maps.atlas(entries),
        countries=countries,
    )
