"""A co-op as pages show it, in one language: addresses, sentences, tags."""

from collections.abc import Mapping
from typing import Any

from passkoop_protocol.page import DAYS, Stage, Words
from passkoop_protocol.welcome import Policy
from passkoop_site.entry import Entry, welcomes_without_card
from passkoop_site.language import N_, Speech
from passkoop_site.pictures import Logo
from passkoop_site.places import QUEBEC
from passkoop_site.wording import (
    exceptions,
    how_often,
    said_stage,
    said_welcome,
    with_card,
    without_card,
)

VEGETABLES = 6

WAYS = (("site", N_("Le site de la coop")), ("shop", N_("La boutique en ligne")))
LEAD_ACTIONS = {
    "site": N_("Aller sur le site"),
    "join": N_("Remplir le formulaire"),
    "shop": N_("Ouvrir la boutique"),
    "mail": N_("Écrire à la coop"),
    "facebook": N_("Aller sur Facebook"),
}
LEAD_SENTENCES = {
    "site": N_("Cette coop vous attend sur son propre site :"),
    "join": N_("Cette coop vous attend sur son formulaire d'adhésion :"),
    "shop": N_("Cette coop vous attend dans sa boutique en ligne :"),
    "mail": N_("Cette coop préfère que vous lui écriviez :"),
    "facebook": N_("Cette coop donne de ses nouvelles sur Facebook, qui suit ses visiteurs :"),
}


class CoopView:
    """What lists show of a co-op."""

    __slots__ = ("country", "entry", "name", "place", "slug", "tags", "url", "vegetable", "welcome")

    def __init__(self, entry: Entry, *, url: str, country: str, welcome: str, tags: list[str]):
        self.entry = entry
        self.slug = entry.slug
        self.name = entry.name
        self.place = entry.place
        self.url = url
        self.country = country
        self.welcome = welcome
        self.tags = tags
        self.vegetable = entry.number % VEGETABLES + 1


class Views:
    """The views of all co-ops in one language; sentences that many share are made once."""

    def __init__(self, speech: Speech, prefix: str, names: Mapping[bytes, str]) -> None:
        self._ = speech
        self._prefix = prefix  # of every path: the root of the site, and the language
        self._names = names
        self._welcomes: dict[Policy, str] = {}
        self._countries: dict[str, str] = {}
        self._policies: dict[Policy, Mapping[str, Any]] = {}
        self._weekdays = [speech.weekday(day) for day in range(DAYS)]

    def __call__(self, entry: Entry) -> CoopView:
        """Return what lists show of a co-op."""
        policy = entry.policy
        if policy is None:
            welcome = self.stage(entry.page.stage) or said_welcome(None, self._)
        else:
            if policy not in self._welcomes:
                self._welcomes[policy] = said_welcome(policy, self._)
            welcome = self._welcomes[policy]
        return CoopView(
            entry,
            url=f"{self._prefix}{entry.slug}/",
            country=self.country(entry.country, entry.region),
            welcome=welcome,
            tags=self._tags(entry),
        )

    def country(self, code: str, region: str = "") -> str:
        """Return a country's name; Québec has its own."""
        if (code, region) == QUEBEC:
            return self._("Québec")
        name = self._countries.get(code)
        if name is None:
            name = self._countries[code] = self._.country(code)
        return name

    def _tags(self, entry: Entry) -> list[str]:
        _, tags = self._, []
        if welcomes_without_card(entry.policy):
            tags.append(_("Sans carte aussi"))
        if entry.page.online:
            tags.append(_("Adhésion en ligne"))
        if entry.policy is None and entry.page.stage:
            tags.append(_("Accueil : à demander"))
        return tags

    def policy(self, policy: Policy) -> Mapping[str, Any]:
        """Return what a co-op's page says of its rules; many co-ops have the same."""
        if policy not in self._policies:
            self._policies[policy] = {
                "with_card": with_card(policy, self._),
                "without_card": without_card(policy, self._),
                "how_often": how_often(policy, self._),
                "exceptions": exceptions(policy, self._names, self._),
            }
        return self._policies[policy]

    def stage(self, stage: Stage) -> str:
        """Return what a co-op is, in a sentence."""
        return said_stage(stage, self._)

    def words(self, entry: Entry) -> Mapping[str, Any]:
        """Return a co-op's own words: in this language, else in French, else in any."""
        said = entry.page.words
        language = next((one for one in (self._.language, "fr", *said) if one in said), "")
        words = said.get(language, _NO_WORDS)
        return {
            "language": language,
            "summary": words.summary,
            "gains": words.gains,
            "joining": words.joining.splitlines(),
            "steps": words.steps,
            "gifts": words.gifts.splitlines(),
            "hours": words.hours,
        }

    def hours(self, entry: Entry) -> list[tuple[str, str]]:
        """Return the days of the week with their hours, days alike together."""
        rows: list[tuple[str, str]] = []
        spans = entry.page.hours
        first = 0
        for day in range(len(spans)):
            if day + 1 < len(spans) and spans[day + 1] == spans[first]:
                continue
            name = self._weekdays[first]
            if day > first:
                last = self._weekdays[day].lower()
                name = self._("%(debut)s à %(fin)s", debut=name, fin=last)
            times = (f"{self._.time(one)} – {self._.time(other)}" for one, other in spans[first])
            rows.append((name, ", ".join(times)))
            first = day + 1
        return rows


def shown_logo(logo: Logo | None, most: int = 96) -> tuple[int, int]:
    """Return how wide and high a logo is shown, at most `most` each."""
    if logo is None:
        return 0, 0
    share = min(1.0, most / max(logo.width, logo.height))
    return round(logo.width * share), round(logo.height * share)


_NO_WORDS = Words()
