"""The whole site, file by file: the same content gives the same bytes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from passkoop_site.card_pages import card_pages, load_scripts, shared_files
from passkoop_site.coop_pages import coop_pages
from passkoop_site.entry import Entry
from passkoop_site.feeds import atom, coops_json, search_index, sitemaps
from passkoop_site.gather import Content
from passkoop_site.holidays import holiday_pages
from passkoop_site.lists import Facets, facets_of, list_pages, map_page
from passkoop_site.maps import overview
from passkoop_site.posters import holiday_poster, leaflet, share_picture, window_poster
from passkoop_site.relay_files import relay_files
from passkoop_site.site import Site, static_files
from passkoop_site.wording import said_shortly

EXAMPLES = 6  # co-ops on the shelf of the home page
File = tuple[str, bytes]  # where it is written, and what stands in it


def render_site(content: Content, *, zxing: Path | None = None) -> Iterator[File]:
    """Yield each file of the site. Next to nothing is kept that was yielded.

    Args:
        content: what the site is made of.
        zxing: the folder of zxing-wasm, which reads codes for browsers that cannot.
    """
    static, scripts = static_files(), load_scripts(zxing)
    cards: dict[str, bytes] = {}  # the pages of /v
    index = search_index(content.entries)
    paths: list[str] = []
    for language in content.settings.languages:
        site = Site(content, language, static).with_index(index)
        for path, data in render_language(site):
            if path.endswith("/index.html") or path == "index.html":
                paths.append(path.removesuffix("index.html"))
            yield path, data
        cards |= card_pages(site, scripts)
    yield from cards.items()
    paths.append("v/")
    yield from shared_files(content, scripts, cards)
    yield from ((f"static/{name}", data) for name, data in static.items())
    yield "static/partage.png", share_picture()
    yield "recherche.json", index
    for slug, logo in content.logos.items():
        yield f"logos/{slug}.png", logo.data
    yield from sitemaps(content, paths).items()
    if content.signed:
        yield from relay_files(content.signed).items()


def render_language(site: Site) -> Iterator[File]:
    """Yield each file of one language."""
    entries = site.content.entries
    facets = facets_of(site, entries)
    yield _home(site, facets, entries)
    yield from list_pages(site, facets, entries)
    yield map_page(site, facets, entries)
    yield from holiday_pages(site, facets, entries)
    yield _between(site)
    for page in site.content.pages:
        text = page.texts[site.language]
        yield site.page(
            "text.html", f"{page.name}/", title=text.title, section=f"{page.name}/", text=text
        )
    yield _missing(site)
    yield f"{site.prefix}coops.json", coops_json(site, entries)
    yield f"{site.prefix}coops.atom", atom(site, entries)
    yield f"{site.prefix}vacances/affiche.pdf", holiday_poster(site, facets, entries)
    yield f"{site.prefix}entre-coops/affiche.pdf", window_poster(site)
    yield f"{site.prefix}entre-coops/depliant.pdf", leaflet(site)
    for entry in entries:
        yield from coop_pages(site, entry)


def _home(site: Site, facets: Facets, entries: Sequence[Entry]) -> File:
    _ = site.speech
    return site.page(
        "home.html",
        "",
        title=_("Les coops alimentaires vous accueillent"),
        description=_("Les coops alimentaires participatives, et comment chacune accueille."),
        count=len(entries),
        countries=facets.countries,
        sheet=overview(entries),
        examples=[
            (site.views(entry), said_shortly(entry.policy, _))
            for entry in examples(entries)
            if entry.policy
        ],
    )


def examples(entries: Sequence[Entry]) -> list[Entry]:
    """Return co-ops that show how differently one can welcome: as many ways as there are."""
    chosen: dict[object, Entry] = {}
    for entry in entries:
        if entry.policy is not None and entry.kind != "members":
            rule = (entry.kind, entry.policy.without, entry.policy.without_limit)
            chosen.setdefault((*rule, bool(entry.policy.countries)), entry)
    return list(chosen.values())[:EXAMPLES]


def _between(site: Site) -> File:
    _ = site.speech
    return site.page(
        "between.html",
        "entre-coops/",
        title=_("Entre coops"),
        section="entre-coops/",
        description=_("Une page, des cartes et des affiches pour votre coop."),
    )


def _missing(site: Site) -> File:
    _ = site.speech
    text = site.render("missing.html", None, title=_("Page introuvable"))
    return f"{site.prefix}404.html", text
