"""The general pages: Markdown that the federation writes, or the pages that come with us."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

from passkoop_site.cleaning import clean_address, clean_mail, is_slug
from passkoop_site.remarks import Report
from passkoop_site.typography import typeset

DEFAULTS = Path(__file__).parent / "texts"
MAX_PAGE = 200_000  # bytes
SOURCE = "fr"


@dataclass(frozen=True, kw_only=True, slots=True)
class PageText:
    """A page in one language."""

    title: str
    body: Markup
    language: str  # of the text: French stands in where nobody has translated it


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneralPage:
    """A page and its texts, by language of the site."""

    name: str  # as it stands in addresses
    texts: dict[str, PageText]


def load_pages(
    folder: Path, languages: Sequence[str], reserved: Container[str], report: Report
) -> list[GeneralPage]:
    """Return the pages of `folder`/<language>/<name>.md, and ours where it has none.

    What is `reserved` is the address of something else.
    """
    files: dict[str, dict[str, Path]] = {}
    for origin in (DEFAULTS, folder):
        for path in sorted(origin.glob("*/*.md")):
            if not is_slug(path.stem) or path.stem in reserved:
                report.refused(
                    path.name,
                    "le nom de ce fichier ne peut pas être une adresse de page, ou l’est déjà",
                    "N’y mettez que des petites lettres sans accent, des chiffres et des tirets.",
                )
                continue
            known = files.setdefault(path.stem, {})
            if origin is folder and all(DEFAULTS in one.parents for one in known.values()):
                known.clear()  # the federation's text, not half of it beside half of ours
            known[path.parent.name] = path
    pages = []
    for name, paths in sorted(files.items()):
        read = {language: _read(path, language, report) for language, path in paths.items()}
        texts = {language: text for language, text in read.items() if text}
        spare = texts.get(SOURCE) or next(iter(texts.values()), None)
        if spare is not None:
            pages.append(
                GeneralPage(
                    name=name,
                    texts={language: texts.get(language, spare) for language in languages},
                )
            )
    return pages


def _read(path: Path, language: str, report: Report) -> PageText | None:
    data = path.read_bytes()[: MAX_PAGE + 1]
    try:
        if len(data) > MAX_PAGE:
            raise ValueError
        text = data.decode("utf-8-sig")
    except ValueError:
        report.refused(
            path.name, "cette page ne se lit pas", "Enregistrez-la en UTF-8, plus courte."
        )
        return None
    first, _line_feed, rest = text.strip().partition("\n")
    if not first.startswith("# ") or not first[2:].strip():
        report.refused(
            f"{language}/{path.name}",
            "la page n’a pas de titre",
            "Commencez-la par une ligne « # Le titre ».",
        )
        return None
    title, body = first[2:].strip(), render_markdown(rest)
    if language == SOURCE:
        # Once it is HTML: there is no blank before a sign in a tag, and « **mot** : » is found.
        title, body = typeset(title), Markup(typeset(body))  # noqa: S704 - spaces, an apostrophe
    return PageText(title=title, body=body, language=language)


def render_markdown(text: str) -> Markup:
    """Return Markdown as HTML: no tag of the author's own passes, no link but to pages and mail."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.disable("image")
    parser.validateLink = _may_link  # type: ignore[method-assign,assignment]
    rendered: str = parser.render(text)
    # The page's title is h1; what stands below it begins with h2.
    return Markup(rendered)  # noqa: S704 - the parser escapes, and lets no HTML through


def _may_link(address: str) -> bool:
    if address.startswith("mailto:"):
        return bool(clean_mail(address))
    if address.startswith(("/", "#")):
        return not address.startswith("//")
    return bool(clean_address(address)) and address.startswith(("https://", "http://"))
