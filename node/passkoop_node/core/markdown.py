"""Texts in Markdown: as HTML for pages and e-mail, and as plain text; the writer's HTML is text."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_SLAB = "font-family:Rockwell,'DejaVu Serif',Georgia,serif"
# What an e-mail has to bring along: programs that show mail drop style sheets.
MAIL_STYLES: Mapping[str, str] = {
    "p": "margin:16px 0",
    "h1": f"margin:24px 0 8px;{_SLAB};font-size:26px;line-height:1.2",
    "h2": f"margin:24px 0 8px;{_SLAB};font-size:22px;line-height:1.2",
    "h3": f"margin:20px 0 8px;{_SLAB};font-size:18px;line-height:1.2",
    "ul": "margin:16px 0;padding-left:24px",
    "ol": "margin:16px 0;padding-left:24px",
    "li": "margin:4px 0",
    "blockquote": "margin:16px 0;padding-left:16px;border-left:3px solid #a98f65",
    "hr": "margin:24px 0;border:0;border-top:1px solid #cdbfa6",
    "a": "color:#4d1f47",
    "pre": "white-space:pre-wrap;font-size:15px",
}
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_LARGEST_HEADING = 3  # smaller ones look like text


def escaped(text: str) -> str:
    """Return `text` so that Markdown takes it for nothing but itself; it has one line."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def to_html(text: str, *, styles: Mapping[str, str] | None = None, below: int = 0) -> Markup:
    """Return Markdown as HTML, in which nothing but its own elements stands.

    Args:
        text: the writer's. HTML in it is shown as it was written, pictures are left out, and links
            lead to http, https or mailto.
        styles: of elements, by name, where no style sheet says it.
        below: how many levels headings sink: a page has one h1.
    """
    parser = _parser()
    tokens = parser.parse(text)
    for token in _all(tokens):
        if token.type.startswith("heading_"):
            level = min(int(token.tag[1]), _LARGEST_HEADING) + below
            token.tag = f"h{min(level, 6)}"
        if styles and token.nesting >= 0 and token.tag in styles:
            token.attrSet("style", styles[token.tag])
        if token.type == "link_open":
            token.attrSet("rel", "noreferrer")
    rendered: str = parser.renderer.render(tokens, parser.options, {})
    return Markup(rendered)  # noqa: S704 - what the parser made, all else escaped in it


def to_text(text: str) -> str:
    """Return Markdown as plain text: paragraphs parted by an empty line, links written out."""
    lines: list[str] = []
    _write(_parser().parse(text), lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.disable(["image", "html_block", "html_inline"])
    parser.validateLink = lambda url: _SAFE_LINK.match(url) is not None  # type: ignore[method-assign]
    return parser


def _all(tokens: Sequence[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *(token.children or ()))]


def _write(tokens: Sequence[Token], lines: list[str]) -> None:
    """Write the lines of a text: each block starts with what stands before it."""
    before: list[str] = []  # of each list and quotation that is open
    counts: list[int | None] = []  # the number of the next item; None: a list without numbers
    bullet = ""
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                counts.append(None)
            case "ordered_list_open":
                counts.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                counts.pop()
                if not counts:
                    lines.append("")
            case "list_item_open":
                number = counts[-1]
                bullet = "- " if number is None else f"{number}. "
                if number is not None:
                    counts[-1] = number + 1
                before.append(" " * len(bullet))
            case "list_item_close":
                before.pop()
            case "blockquote_close":
                before.pop()
                if lines:  # the end of its last paragraph
                    lines[-1] = "".join(before).rstrip()
            case "blockquote_open":
                before.append("> ")
            case "inline":
                start = "".join(before)
                said = _inline(token.children or ()).split("\n")
                first = start[: len(start) - len(bullet)] + bullet if bullet else start
                lines.append(first + said[0])
                lines += [start + line for line in said[1:]]
                bullet = ""
            case "paragraph_close" if token.hidden:
                pass
            case "paragraph_close" | "heading_close":
                lines.append("".join(before).rstrip())
            case "code_block" | "fence":
                lines += ["".join(before) + line for line in token.content.splitlines()]
                lines.append("")
            case "hr":
                lines += ["---", ""]


def _inline(children: Sequence[Token]) -> str:
    said, links = "", []
    for token in children:
        match token.type:
            case "text" | "code_inline" | "text_special":
                said += token.content
            case "softbreak" | "hardbreak":
                said += "\n"
            case "link_open":
                links.append((str(token.attrGet("href")), len(said)))
            case "link_close":
                href, begin = links.pop()
                bare = href.removeprefix("mailto:")
                if said[begin:] not in (href, bare):
                    said += f" ({bare})"
    return said
