"""Entries and addresses, whatever stands in them: read, repaired or refused, never unsafe."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passkoop_protocol.welcome import Policy, Who, Without
from passkoop_site.cleaning import clean_address, clean_line, clean_mail, is_slug, slug_of
from passkoop_site.entries import KNOWN, read_entry
from passkoop_site.entry import KINDS, kind_of
from passkoop_site.language import Speech
from passkoop_site.remarks import Report
from passkoop_site.wording import said_shortly, said_welcome

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["FR", "javascript:alert(1)", "https://a.example", "<b>x</b>", "3 visites"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(KNOWN)), VALUES), st.text(max_size=20))
def test_whatever_stands_in_an_entry_it_is_read_repaired_or_refused(
    table: dict[str, Any], stem: str
) -> None:
    report = Report()
    entry = read_entry(
        {"nom": "La Courge", "pays": "FR"} | table, stem=stem, where="x", report=report
    )
    if entry is None:
        assert any(one.refused for one in report.remarks)
        return
    assert is_slug(entry.slug)
    assert entry.name == clean_line(entry.name) != ""
    page = entry.page
    for address in (page.site, page.join, page.shop, page.facebook, page.give):
        assert address == "" or urlsplit(address).scheme in ("http", "https")
    assert page.mail == "" or "@" in page.mail
    assert not page.leads or entry.lead
    assert entry.kind in KINDS


@given(st.text() | st.from_regex(r"(https?://)?[\w.@:-]{0,20}(/[\w%?#&=.]*)?", fullmatch=True))
def test_an_address_that_passes_leads_to_a_host_of_the_web_and_passes_again(text: str) -> None:
    address = clean_address(text)
    if address:
        parts = urlsplit(address)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert "@" not in parts.netloc
        assert address.isascii()
        assert not set(address) & set(" \"'<>\\`") - {"'"}
        assert clean_address(address) == address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("www.courge.example", "https://www.courge.example"),
        ("HTTP://Courge.example/Où?x=é", "http://courge.example/O%C3%B9?x=%C3%A9"),
        ("https://épicerie.example/", "https://xn--picerie-9xa.example/"),
        ("javascript:alert(1)", ""),
        (" java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//courge.example", ""),
        ("https://good.example@evil.example/", ""),
        ("https://courge.example:99999/", ""),
        ("http://[::1", ""),
        ("courge", ""),
        ("mailto:a@b.example", ""),
    ],
)
def test_addresses_are_repaired_or_left_out(typed: str, address: str) -> None:
    assert clean_address(typed) == address


@given(st.text())
def test_a_slug_is_one_or_nothing(text: str) -> None:
    slug = slug_of(text)
    assert slug == "" or is_slug(slug)
    assert slug_of(slug) == slug


def test_mail_is_mail() -> None:
    assert clean_mail("mailto:a@b.example") == "a@b.example"
    for wrong in (
        "a",
        "a@b",
        "a b@c.example",
        "a@b.example?bcc=x",
        "<a@b.example>",
        "a@b..example",
    ):
        assert clean_mail(wrong) == ""


@pytest.mark.parametrize("language", ["fr", "en", "es", "pt", "nl"])
def test_every_policy_has_its_sentences_in_every_language(language: str) -> None:
    speech = Speech(language)
    for who in Who:
        for without in Without:
            for limit in (1, 3) if without > Without.WORD else (0,):
                for countries in (frozenset[str](), frozenset({"FR", "BE"})):
                    policy = Policy(
                        who=who, without=without, without_limit=limit, countries=countries
                    )
                    for said in (said_welcome(policy, speech), said_shortly(policy, speech)):
                        assert said.endswith(".")
                        assert "%(" not in said
                    assert kind_of(policy) in KINDS
