"""The site for programs: JSON, Atom, the map of the site, and the index of the search."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from passkoop_protocol.keys import shown_id
from passkoop_protocol.page import MICRO
from passkoop_site.entry import KINDS, Entry
from passkoop_site.gather import Content
from passkoop_site.site import Site
from passkoop_site.views import VEGETABLES
from passkoop_site.wording import KIND_SLUGS, STAGE_SLUGS

NEWEST = 50  # co-ops in the Atom feed
IN_A_SITEMAP = 40_000  # addresses; the format allows 50,000


def search_index(entries: Sequence[Entry]) -> bytes:
    """Return what the search reads: columns, not rows, which take less room when compressed.

    Flags: stage, how it welcomes (8 for each place in `kinds`), on-line joining (64), its
    vegetable (128 for each).
    """
    regions: dict[str, int] = {}
    columns: dict[str, list[Any]] = {"slug": [], "name": [], "place": [], "postcode": []}
    where, flags = [], []
    for entry in entries:
        columns["slug"].append(entry.slug)
        columns["name"].append(entry.name)
        columns["place"].append(entry.place)
        columns["postcode"].append(entry.page.postcode)
        region = f"{entry.country.lower()}.{entry.region_slug}".rstrip(".")
        where.append(regions.setdefault(region, len(regions)))
        kind = KINDS.index(entry.kind)
        online = 64 * bool(entry.page.online)
        flags.append(entry.page.stage + 8 * kind + online + 128 * (entry.number % VEGETABLES))
    index = {
        "regions": list(regions),
        "kinds": [KIND_SLUGS[kind] for kind in KINDS],
        "stages": ["", *(STAGE_SLUGS[stage] for stage in sorted(STAGE_SLUGS))],
        **{name: "\n".join(column) for name, column in columns.items()},
        "region": where,
        "flags": flags,
    }
    return json.dumps(index, ensure_ascii=False, separators=(",", ":")).encode()


def coops_json(site: Site, entries: Sequence[Entry]) -> bytes:
    """Return all co-ops as data, in one language."""
    built_at = json.dumps(site.content.built_at or None)
    lines = ",\n".join(json.dumps(_as_data(site, one), ensure_ascii=False) for one in entries)
    return f'{{"built_at": {built_at}, "coops": [\n{lines}\n]}}\n'.encode()


def _as_data(site: Site, entry: Entry) -> dict[str, Any]:
    page = entry.page
    value: dict[str, Any] = {
        "slug": entry.slug,
        "name": entry.name,
        "place": entry.place,
        "country": entry.country,
        "region": entry.region,
        "url": site.absolute(f"{entry.slug}/"),
        "id": shown_id(entry.coop) if entry.coop else "",
        "postcode": page.postcode,
        "address": page.address,
        "site": page.site,
        "join": page.join,
        "shop": page.shop,
        "facebook": page.facebook,
        "mail": page.mail,
        "phone": page.phone,
        "leads": page.leads,
        "stage": int(page.stage) or None,
        "online": page.online,
        "position": [one / MICRO for one in page.position] if page.position else None,
        "welcome": KIND_SLUGS[entry.kind],
        "welcome_said": site.views(entry).welcome,
    }
    return {key: content for key, content in value.items() if content not in ("", None)}


def atom(site: Site, entries: Iterable[Entry]) -> bytes:
    """Return the feed of the newest co-ops: those whose day of entry is known."""
    _ = site.speech
    dated = sorted((one for one in entries if one.since), key=lambda one: (one.since, one.slug))
    newest = dated[::-1][:NEWEST]
    address = site.absolute("")
    updated = f"{newest[0].since}T00:00:00Z" if newest else _stamp(site.content.built_at)
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{site.language}">\n'
        f"<id>{escape(address)}</id>\n<title>{escape(_('Nouvelles coops'))} – membre.coop</title>\n"
        f"<updated>{updated}</updated>\n<author><name>membre.coop</name></author>\n"
        f'<link rel="self" href={quoteattr(site.absolute("coops.atom"))}/>\n'
        f"<link href={quoteattr(address)}/>\n"
    )
    parts = [head]
    for entry in newest:
        link = site.absolute(f"{entry.slug}/")
        title = ", ".join(filter(None, (entry.name, entry.place)))
        parts.append(
            f"<entry><id>{escape(link)}</id><title>{escape(title)}</title>"
            f"<updated>{entry.since}T00:00:00Z</updated><link href={quoteattr(link)}/>"
            f"<summary>{escape(site.views(entry).welcome)}</summary></entry>\n"
        )
    return "".join([*parts, "</feed>\n"]).encode()


def sitemaps(content: Content, paths: Sequence[str]) -> dict[str, bytes]:
    """Return the files that tell search engines of every page: one, or an index of several."""
    parts = [paths[at : at + IN_A_SITEMAP] for at in range(0, len(paths), IN_A_SITEMAP)]
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    address = content.settings.address
    files = {}
    for number, part in enumerate(parts, 1):
        urls = "".join(f"<url><loc>{escape(f'{address}/{path}')}</loc></url>\n" for path in part)
        name = "sitemap.xml" if len(parts) == 1 else f"sitemap-{number}.xml"
        files[name] = f"{head}<urlset {space}>\n{urls}</urlset>\n".encode()
    if len(parts) > 1:
        maps = "".join(
            f"<sitemap><loc>{escape(f'{address}/{name}')}</loc></sitemap>\n" for name in files
        )
        files["sitemap.xml"] = f"{head}<sitemapindex {space}>\n{maps}</sitemapindex>\n".encode()
    files["robots.txt"] = f"User-agent: *\nAllow: /\nSitemap: {address}/sitemap.xml\n".encode()
    return files


def _stamp(moment: int) -> str:
    return datetime.fromtimestamp(moment, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
