"""One language of the site: its addresses, its frame, its templates."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from passkoop_site.entry import Entry
from passkoop_site.gather import Content
from passkoop_site.language import N_, PSEUDO, SOURCE, Speech
from passkoop_site.maps import Dot
from passkoop_site.settings import LANGUAGES
from passkoop_site.views import Views

HERE = Path(__file__).parent
SHARED = ("static", "logos", "p2p", "v")  # folders that are no part of any language
MENU = (
    ("coops/", N_("Les coops")),
    ("carte/", N_("La carte")),
    ("vacances/", N_("Vacances")),
    ("passkoop/", N_("Le Pass'Koop")),
    ("entre-coops/", N_("Entre coops")),
)


def static_files() -> dict[str, bytes]:
    """Return the files that all pages share, by name."""
    return {path.name: path.read_bytes() for path in sorted((HERE / "static").iterdir())}


class Site:
    """What the pages of one language have in common."""

    def __init__(self, content: Content, language: str, static: Mapping[str, bytes]) -> None:
        self.content = content
        self.settings = content.settings
        self.language = language
        self.lang = SOURCE if language == PSEUDO else language  # as browsers know it
        self.speech = _ = Speech(language)
        languages = content.settings.languages
        self.prefix = "" if language in languages[:1] else f"{language}/"
        self._base = f"{content.settings.root}/{self.prefix}"
        self.is_spoken_in_several = len(languages) > 1
        self.cards = f"{content.settings.root}/v/{self.prefix}"  # the page of cards
        self.views = Views(_, self._base, content.names)
        self.static = {
            name: self._versioned(f"static/{name}", data) for name, data in static.items()
        }
        self.index = ""  # the address of the search index
        self.picture = f"{self.settings.address}/static/partage.png"
        self.menu = MENU
        self.texts = [
            (f"{page.name}/", page.texts.get(language, next(iter(page.texts.values()))).title)
            for page in content.pages
        ]
        self.env = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.env.globals.update({"_": _, "ngettext": _.plural, "site": self})
        # What many pages share is made once; no page imports it.
        self._parts: Any = vars(self.env.get_template("parts.html").module)
        self._headers: dict[str, Markup] = {}
        self._cards: dict[str, Markup] = {}
        self._icons: dict[str, Markup] = {}
        self.env.globals["icon"] = self._icon
        self.mark = self.part("mark", self.url(""))
        self.links = self.part("links", self)
        self._templates = {
            path.name: self.env.get_template(path.name)
            for path in (HERE / "templates").glob("*.html")
        }
        self.footer = self.part("footer", self)

    def _versioned(self, path: str, data: bytes) -> str:
        """Return the address of a file, with what changes when the file does."""
        return f"{self.settings.root}/{path}?{hashlib.sha256(data).hexdigest()[:8]}"

    def with_index(self, data: bytes) -> "Site":
        """Take note of the search index, and return the site."""
        self.index = self._versioned("recherche.json", data)
        return self

    # --- addresses ---

    def url(self, path: str) -> str:
        """Return the address of a page in this language, within the host."""
        return self._base + path

    def absolute(self, path: str) -> str:
        """Return the whole address of a page in this language."""
        return f"{self.settings.address}/{self.prefix}{path}"

    def others(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield each language with the whole address of this page in it."""
        if self.is_spoken_in_several:
            first = self.settings.languages[0]
            for language in self.settings.languages:
                prefix = "" if language == first else f"{language}/"
                yield language, f"{self.settings.address}/{prefix}{path}"
            yield "x-default", f"{self.settings.address}/{path}"

    def languages(self, path: str) -> Iterator[tuple[str, str, str]]:
        """Yield each language, its name and the address of this page in it, within the host."""
        first = self.settings.languages[0]
        for language in self.settings.languages:
            prefix = "" if language == first else f"{language}/"
            yield language, LANGUAGES[language], f"{self.settings.root}/{prefix}{path}"

    def country_path(self, country: str) -> str:
        """Return the path of a country's list."""
        return f"pays/{country.lower()}/"

    def region_path(self, entry: Entry) -> str:
        """Return the path of the list of a co-op's region, or of its country."""
        country = self.country_path(entry.country)
        return f"{country}{entry.region_slug}/" if entry.region_slug else country

    def linked(self, body: Markup) -> Markup:
        """Return a text whose links to pages lead to them in this language, wherever the site is.

        They are written from the root, without language: `/coops/`.
        """
        if self._base == "/":
            return body
        same_for_all = tuple(f"{name}/" for name in SHARED)
        return Markup(  # noqa: S704 - a path of ours before a path
            re.sub(
                r'href="/(?!/)([^"]*)',
                lambda found: (
                    f'href="{self.settings.root}/{found[1]}'
                    if found[1].startswith(same_for_all)
                    else f'href="{self._base}{found[1]}'
                ),
                body,
            )
        )

    # --- what templates call ---

    def header(self, section: str) -> Markup:
        """Return the head of a page, made once for all pages of a section."""
        if section not in self._headers:
            self._headers[section] = self.part("header", self, section)
        return self._headers[section]

    def card(self, entry: Entry) -> Markup:
        """Return a co-op as it stands in lists, made once for all of them."""
        if entry.slug not in self._cards:
            self._cards[entry.slug] = self.part("card", self.views(entry))
        return self._cards[entry.slug]

    def part(self, name: str, *given: Any) -> Markup:
        """Return a part of pages."""
        made: Markup = self._parts[name](*given)
        return made

    def _icon(self, name: str) -> Markup:
        if name not in self._icons:
            self._icons[name] = self.part("icon", name)
        return self._icons[name]

    def said_dot(self, dot: Dot) -> str:
        """Return what a dot on a map stands for."""
        first = dot.entries[0]
        if dot.count == 1:
            return ", ".join(filter(None, (first.name, first.place)))
        names = ", ".join(entry.name for entry in dot.entries[:6])
        more = "…" if dot.count > 6 else ""
        return f"{self.speech.plural('%(num)s coop', '%(num)s coops', dot.count)} : {names}{more}"

    def far_dot(self, dot: Dot) -> str:
        """Return where a dot of the large map leads: to a co-op, or to what all of it share."""
        first = dot.entries[0]
        if dot.count == 1:
            return self.url(f"{first.slug}/")
        regions = {self.region_path(entry) for entry in dot.entries}
        if len(regions) == 1 and first.region_slug:
            return self.url(regions.pop())
        countries = {entry.country for entry in dot.entries}
        return self.url(self.country_path(first.country)) if len(countries) == 1 else "#liste"

    def near_dot(self, dot: Dot) -> str:
        """Return where a dot beside a list leads: to a co-op, or to the first of several there."""
        first = dot.entries[0]
        return self.url(f"{first.slug}/") if dot.count == 1 else f"#c-{first.slug}"

    # --- pages ---

    def page(
        self, template: str, path: str, *, title: str, section: str = "", **facts: Any
    ) -> tuple[str, bytes]:
        """Return the file of a page: where it is written, and what stands in it."""
        text = self.render(template, path, title=title, section=section, **facts)
        return f"{self.prefix}{path}index.html", text

    def render(
        self, template: str, path: str | None, *, title: str, section: str = "", **facts: Any
    ) -> bytes:
        """Return a page; without `path` it has no address of its own."""
        facts.setdefault("description", "")
        page = self._templates[template]
        return page.render(title=title, path=path, section=section, **facts).encode()
