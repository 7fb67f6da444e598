"""The kit of one co-op, to be sent to it: its poster, its leaflet, its badge and its links."""

from collections.abc import Iterator

from passkoop_site.coop_pages import snippet_of
from passkoop_site.entry import Entry
from passkoop_site.gather import Content
from passkoop_site.posters import leaflet, window_poster
from passkoop_site.render import File
from passkoop_site.site import Site, static_files


def kit_files(content: Content, entry: Entry) -> Iterator[File]:
    """Yield the files of a co-op's kit, what is to be read in each language of the site."""
    static = static_files()
    yield "macaron.svg", static["macaron.svg"]
    for language in content.settings.languages:
        site = Site(content, language, static)
        _ = site.speech
        yield f"affiche-{language}.pdf", window_poster(site, entry)
        yield f"depliant-{language}.pdf", leaflet(site, entry)
        lines = [
            _("La page de votre coop :"),
            site.absolute(f"{entry.slug}/"),
            "",
            _("L'accueil, pour vos membres qui voyagent :"),
            site.absolute("vacances/"),
            "",
            _("Un macaron pour votre site"),
            snippet_of(site, entry),
            "",
        ]
        yield f"liens-{language}.txt", "\n".join(lines).encode()
