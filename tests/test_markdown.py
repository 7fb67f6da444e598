"""Texts in Markdown: what becomes of them, and what never does."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from justhtml import JustHTML

from passkoop_node.core.markdown import MAIL_STYLES, escaped, to_html, to_text

TEXT = """# Assemblée

Bonjour **Maïté**,
venez [ici](https://exemple.org/?a=1&b=2) ou *écrivez* à <mailto:coop@exemple.org>.

- pain
- vin
  1. rouge
  2. blanc

> Une citation

---

Fin.
"""


def test_a_text_is_html_with_the_look_that_mail_needs() -> None:
    html = to_html(TEXT, styles=MAIL_STYLES)
    assert '<h1 style="margin:24px' in html
    assert "<strong>Maïté</strong>,<br>" in str(html).replace("<br />", "<br>")
    assert '<a href="https://exemple.org/?a=1&amp;b=2" style="color:#4d1f47"' in html
    assert "<h2>" in to_html("# Titre", below=1)
    assert "style" not in to_html(TEXT)


def test_a_text_is_plain_with_its_links_written_out() -> None:
    assert to_text(TEXT) == (
        "Assemblée\n\nBonjour Maïté,\n"
        "venez ici (https://exemple.org/?a=1&b=2) ou écrivez à mailto:coop@exemple.org.\n\n"
        "- pain\n- vin\n  1. rouge\n  2. blanc\n\n> Une citation\n\n---\n\nFin."
    )


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&colon;alert(1))",
    "[a](data:text/html;base64,xx)",
    "[a](vbscript:x)",
    "[a](//evil.example)",
    "[a](/bureau)",
    "<javascript:alert(1)>",
    "![p](https://evil.example/pixel.png)",
    '[a](https://e.example "\\" onmouseover=alert(1)")',
    "[a]: javascript:alert(1)\n\n[a]",
    "<style>*{display:none}</style>",
    "&lt;script&gt;",
    "[a](https://e.example/\"onclick='x')",
    "```\n</pre><script>\n```",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_brings_html_or_a_link_of_another_kind(text: str) -> None:
    check(to_html(text, styles=MAIL_STYLES))


@given(st.text(alphabet="<>[]()!&;:\"'`*_#-=/\\ \njavascript:http", max_size=80))
def test_no_text_at_all_does(text: str) -> None:
    check(to_html(text, styles=MAIL_STYLES))
    to_text(text)


KNOWN = {
    "p": set(), "br": set(), "strong": set(), "em": set(), "code": set(), "pre": set(),
    "ul": set(), "ol": {"start"}, "li": set(), "blockquote": set(), "hr": set(),
    "a": {"href", "rel", "title"}, "h1": set(), "h2": set(), "h3": set(),
}  # fmt: skip


def check(html: str) -> None:
    """Say what stands in it besides elements of ours."""
    for node in JustHTML(html, fragment=True).query("*"):
        assert node.name in KNOWN, html
        attributes = node.attrs or {}
        assert set(attributes) <= KNOWN[node.name] | {"style", "class"}, html
        assert re.match(
            "(https?://|mailto:)", attributes.get("href") or "mailto:", re.IGNORECASE
        ), html


@given(
    st.text(max_size=40),
    st.sampled_from(["", "# ", "- ", "1. ", "> ", "**", "[x](https://e.example) "]),
)
def test_what_is_escaped_is_shown_as_it_is(value: str, before: str) -> None:
    shown = " ".join(value.split())
    plain = to_text(f"{before}A {escaped(value)} Z")
    if "\0" not in value and shown:
        assert f"A {shown} Z" in plain
    assert "<a " not in to_html(escaped(value))


def test_a_long_text_of_signs_takes_no_time_worth_naming() -> None:
    for sign in ("[", "_a", "`", "- ", ">", "[a](", "<"):
        text = (sign * 8_000)[:8_000]
        check(to_html(text))
        to_text(text)
