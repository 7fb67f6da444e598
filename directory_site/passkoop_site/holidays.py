"""« En vacances »: which co-ops welcome whom, as pages, as a text for newsletters."""

from collections.abc import Iterator, Sequence
from typing import Any

from passkoop_site.entry import (
    Entry,
    welcomes_members_of,
    welcomes_without_card,
)
from passkoop_site.lists import Facet, Facets
from passkoop_site.site import Site

NAMED = 12  # co-ops of a region that are named on the page, if there are many in all
FEW = 300


def welcoming(entries: Sequence[Entry], home: str = "") -> list[Entry]:
    """Return the co-ops that welcome visitors, or the members of one country's co-ops."""
    return [
        entry
        for entry in entries
        if entry.policy
        and (
            welcomes_without_card(entry.policy)
            or (
                welcomes_members_of(entry.policy, home)
                if home
                else entry.kind not in ("members", "unknown")
            )
        )
    ]


def holiday_pages(
    site: Site, facets: Facets, entries: Sequence[Entry]
) -> Iterator[tuple[str, bytes]]:
    """Yield the page for all, one for each country that members come from, and the text."""
    _ = site.speech
    homes = [
        {"title": facet.title, "url": site.url(_path(facet)), "facet": facet}
        for facet in facets.countries
    ]
    silent = sum(entry.policy is None for entry in entries)
    for home in [None, *homes]:
        facet = home["facet"] if home else None
        code = facet.entries[0].country if isinstance(facet, Facet) else ""
        open_to = welcoming(entries, code)
        if not open_to:
            said = _("Chaque coop accueille à sa façon, et l'écrit ici.")
        elif isinstance(facet, Facet):
            said = _.plural(
                "%(num)s coop accueille les membres venus de ce pays : %(pays)s.",
                "%(num)s coops accueillent les membres venus de ce pays : %(pays)s.",
                len(open_to),
                pays=facet.title,
            )
        else:
            said = _.plural(
                "%(num)s coop accueille les membres d'autres coops, chacune à sa façon.",
                "%(num)s coops accueillent les membres d'autres coops, chacune à sa façon.",
                len(open_to),
            )
        yield site.page(
            "holidays.html",
            _path(facet) if isinstance(facet, Facet) else "vacances/",
            title=_("En vacances"),
            section="vacances/",
            description=said,
            said=said,
            homes=homes,
            here=home["url"] if home else site.url("vacances/"),
            hosts=_hosts(site, facets, {entry.slug for entry in open_to}, len(open_to)),
            silent=silent,
        )
    yield f"{site.prefix}vacances/lettre.txt", newsletter(site, facets, entries).encode()


def _path(facet: Facet) -> str:
    return f"vacances/depuis/{facet.key}/"


def _hosts(site: Site, facets: Facets, open_to: set[str], count: int) -> list[dict[str, Any]]:
    """Return the countries of the hosts, their regions, and the co-ops there."""
    hosts = []
    for country in facets.countries:
        groups = []
        named = [entry for entry in country.entries if not entry.region_slug]
        parts = [(region.title, region.url, region.entries) for region in country.regions]
        if named:
            parts.append(("", country.url, named))
        for title, url, held in parts:
            inside = [entry for entry in held if entry.slug in open_to]
            most = NAMED if count > FEW else len(inside)
            if inside:
                views = [site.views(entry) for entry in inside[:most]]
                shown = "" if title == country.title else title
                groups.append((shown, url, views, len(inside) - len(views)))
        if groups:
            hosts.append({"title": country.title, "groups": groups})
    return hosts


def newsletter(site: Site, facets: Facets, entries: Sequence[Entry]) -> str:
    """Return a text to paste into a newsletter."""
    _ = site.speech
    open_to = welcoming(entries)
    slugs = {entry.slug for entry in open_to}
    lines = [
        _("En vacances, faites vos courses dans une coop."),
        "",
        _("Votre carte de membre vous ouvre d'autres coops, chacune à sa façon. Emportez-la."),
        "",
    ]
    for country in facets.countries:
        inside = [entry for entry in country.entries if entry.slug in slugs]
        if not inside:
            continue
        lines += [country.title.upper(), ""]
        named = inside if len(open_to) <= FEW else inside[:NAMED]
        for entry in named:
            where = f", {entry.place}" if entry.place else ""
            lines.append(f"- {entry.name}{where}. {site.views(entry).welcome}")
        if len(named) < len(inside):
            more = _.plural("Et une autre", "Et %(num)s autres", len(inside) - len(named))
            lines.append(f"- {more}")
        lines.append("")
    lines += [
        _("La liste entière, et ce que chaque coop demande :"),
        site.absolute("vacances/"),
        "",
    ]
    return "\n".join(lines)
