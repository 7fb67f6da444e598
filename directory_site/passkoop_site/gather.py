"""All that the site is made of, read and checked before a page is rendered."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from passkoop_protocol.descriptor import Descriptor
from passkoop_protocol.directory import Row
from passkoop_protocol.page import CoopPage, parse_page
from passkoop_site.cleaning import clean_line, clean_mail, linked, slug_of
from passkoop_site.documents import Documents, load_documents
from passkoop_site.entries import load_entries
from passkoop_site.entry import Entry
from passkoop_site.errors import NoContent
from passkoop_site.pages import GeneralPage, load_pages
from passkoop_site.pictures import Logo, load_logos
from passkoop_site.places import region_name
from passkoop_site.remarks import Report
from passkoop_site.settings import LANGUAGES, Settings, load_settings

# Names of the site's own pages and folders: no co-op can have them.
RESERVED = frozenset(
    [
        *("404", "accueil", "admin", "api", "carte", "coops", "en-ligne", "entre-coops", "etape"),
        *("fichiers", "index", "kit", "logos", "p2p", "pays", "recherche", "region", "static"),
        *("v", "vacances", "www", *LANGUAGES),
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What the site is made of. Entries are in the order of their slugs."""

    settings: Settings
    entries: Sequence[Entry]
    pages: Sequence[GeneralPage]
    logos: dict[str, Logo]  # by slug
    built_at: int  # seconds, UTC: the newest date in it; 0: none
    names: dict[bytes, str] = field(default_factory=dict)  # of co-ops, by id: rules name them
    signed: Sequence[bytes] = ()  # documents, for nodes that fetch from the site
    federations: Sequence[bytes] = ()  # whose word the page of cards takes, by id
    paired: Sequence[bytes] = ()  # co-ops whose whole code stands in an entry, by id


def gather(folder: Path, report: Report, *, now: int, built_at: int | None = None) -> Content:
    """Return all that a folder holds for the site.

    Args:
        folder: `site.toml`, `coops`, `pages`, `documents`, of which most may be missing.
        report: hears of all that was repaired or refused.
        now: seconds, UTC: signed documents dated later are refused. It stands nowhere on the site.
        built_at: what the site says of its own age; None: the newest date of what it is made of.

    Raises:
        NoContent: there is neither a folder of co-ops nor one of documents.
        BadSettings: site.toml cannot be used.
    """
    if not (folder / "coops").is_dir() and not (folder / "documents").is_dir():
        raise NoContent(folder)
    settings = load_settings(folder / "site.toml")
    entries = load_entries(folder / "coops", report)
    paired = {entry.coop for entry in entries if entry.coop}
    documents = load_documents(folder / "documents", report, paired=paired, now=now)
    pages = load_pages(folder / "pages", settings.languages, RESERVED, report)
    merged = merge(entries, documents, report, taken={page.name for page in pages})
    days = (calendar.timegm(entry.since.timetuple()) for entry in merged if entry.since)
    newest = max([documents.newest, *days])
    return Content(
        settings=settings,
        entries=merged,
        pages=pages,
        logos=load_logos(folder, merged, report),
        built_at=newest if built_at is None else built_at,
        names={entry.coop: entry.name for entry in merged if entry.coop},
        signed=documents.signed,
        federations=documents.federations,
        paired=sorted(paired),
    )


def merge(
    entries: Iterable[Entry], documents: Documents, report: Report, *, taken: Iterable[str] = ()
) -> list[Entry]:
    """Return the co-ops of entries and directory, each once, by slug.

    What a co-op signed of itself goes before what somebody else wrote of it.
    """
    by_slug = {entry.slug: entry for entry in entries}
    by_coop = {entry.coop: entry.slug for entry in by_slug.values() if entry.coop}
    for row in documents.rows:
        slug = by_coop.get(row.coop, row.slug)
        if row.suspended:
            by_slug.pop(slug, None)
            report.refused(
                row.name, "la fédération a suspendu cette coop", "Rien à faire, si c’est voulu."
            )
            continue
        by_slug[slug] = _of_row(row, by_slug.get(slug), slug)
    for slug, entry in by_slug.items():
        if entry.coop and (descriptor := documents.descriptors.get(entry.coop)):
            by_slug[slug] = _with_descriptor(entry, descriptor, report)
    kept: dict[str, Entry] = {}
    reserved = RESERVED | set(taken)
    for slug, entry in sorted(by_slug.items()):
        name = slug
        while name in reserved or name in kept or (name != slug and name in by_slug):
            name = f"{name}-coop"
        if name != slug:
            report.repaired(
                entry.name,
                f"l’adresse « {slug} » est à une page du site : c’est « {name} »",
                "Donnez-lui-en une autre, si celle-ci ne plaît pas.",
            )
        kept[name] = replace(entry, slug=name)
    return [kept[name] for name in sorted(kept)]


def _of_row(row: Row, entry: Entry | None, slug: str) -> Entry:
    """Return the entry of a co-op of the directory, with what an entry file adds to it."""
    if entry is None:
        entry = Entry(slug=slug, name="", place="", country=row.country)
    region = region_name(row.country, clean_line(row.region)) or entry.page.region
    return replace(
        entry,
        name=clean_line(row.name) or entry.name or slug,
        country=row.country,
        page=replace(entry.page, region=region),
        coop=row.coop,
    )


def _with_descriptor(entry: Entry, descriptor: Descriptor, report: Report) -> Entry:
    """Return an entry with what the co-op's own descriptor says."""
    said, left_out = parse_page(descriptor.page)
    if left_out:
        report.repaired(
            entry.name,
            f"sa page ne dit pas bien {', '.join(left_out)} : laissé de côté",
            "Dites-le à la coop, qui peut le corriger chez elle.",
        )
    said = _safe(said, report, entry.name)
    own = {
        one.name: getattr(said, one.name)
        for one in fields(CoopPage)
        if getattr(said, one.name) not in ("", None, (), {}, 0) and one.name != "region"
    }
    page = replace(entry.page, **own)
    if not page.region and said.region:
        page = replace(page, region=region_name(entry.country, said.region))
    if page.leads and not getattr(page, page.leads):
        page = replace(page, leads="")
    return replace(
        entry,
        name=clean_line(descriptor.name) or entry.name,
        place=clean_line(descriptor.place),
        page=page,
        policy=descriptor.policy,
        changed=descriptor.issued_at,
    )


def _safe(page: CoopPage, report: Report, where: str) -> CoopPage:
    """Return a page whose addresses may be linked to, and whose texts have no tags."""
    position = page.position
    if position and abs(position[0]) < 500_000 and abs(position[1]) < 500_000:
        position = None
    return replace(
        page,
        site=linked(page.site, "site", report, where),
        join=linked(page.join, "join", report, where),
        shop=linked(page.shop, "shop", report, where),
        facebook=linked(page.facebook, "facebook", report, where),
        give=linked(page.give, "give", report, where),
        mail=clean_mail(page.mail),
        address=clean_line(page.address),
        position=position,
        region=clean_line(page.region) if slug_of(page.region) else "",
        words={
            language: words
            for language, words in sorted(page.words.items())
            if language in LANGUAGES
        },
    )
