"""What co-ops and the federation signed becomes pages; what is forged or suspended does not."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passkoop_protocol import cbor
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.errors import ProtocolError
from passkoop_protocol.keys import pairing_code
from passkoop_protocol.page import CoopPage, Stage, Words, page_to_map, parse_page
from passkoop_site.building import build_site
from passkoop_site.remarks import Report
from passkoop_site.write import DAY
from shop import Coop, Federation, T
from siting import NOW, built, entry, said

FED = Federation(name="Fédération des tests", expires_at=NOW + DAY)
COURGE, NAVET = Coop("La Courge"), Coop("Le Navet", country="BE")
PAGE = {
    "fr": {
        "summary": "Deux rues, une épicerie.",
        "gains": ["Une voix."],
        "joining": "Venez.\nSignez.",
    },
    "site": "https://courge.example/",
    "mail": "a@courge.example",
    "region": "nouvelle aquitaine",
    "position": [43_358_000, -1_775_000],
    "stage": 4,
    "online": True,
    "hours": [[[540, 720], [900, 1140]], [], [], [], [], [], []],
}


def documents(folder: Path, **files: bytes) -> Path:
    """Write signed documents into a content, and return it."""
    place = folder / "documents"
    place.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (place / f"{name}.passkoop").write_bytes(data)
    return folder


def test_a_co_op_of_the_directory_has_the_page_that_it_signed(tmp_path: Path) -> None:
    rows = [FED.row(COURGE), FED.row(NAVET, region="Hainaut")]
    signed = write_bundle(
        [
            FED.root(),
            FED.directory(rows),
            COURGE.descriptor(page=PAGE, welcome={"who": 1, "without": [2, 3]}),
        ]
    )
    content = documents(tmp_path / "content", tout=signed)
    report, pages = built(content, tmp_path / "site")
    assert report.remarks == []
    page = pages["la-courge/index.html"]
    for text in (
        "Deux rues, une épicerie.",
        "Sans carte, 3 visites d’essai.",
        "https://courge.example/",
        "Nouvelle-Aquitaine",
        "9\u00a0h – 12\u00a0h, 15\u00a0h – 19\u00a0h",
    ):
        assert text in page
    assert "Hainaut" in pages["le-navet/index.html"]  # listed, its descriptor not held
    assert "pas encore publié ses règles" in pages["le-navet/index.html"]
    assert '"built_at": 1764000000' in pages["coops.json"]


def test_a_newer_descriptor_changes_one_co_op_s_page_and_nobody_did_anything(
    tmp_path: Path,
) -> None:
    content, site = tmp_path / "content", tmp_path / "site"
    base = write_bundle([FED.root(), FED.directory([COURGE, NAVET])])
    documents(content, base=base, courge=COURGE.descriptor(page=PAGE), navet=NAVET.descriptor())
    built(content, site)
    before = {path: path.stat().st_mtime_ns for path in site.rglob("index.html")}
    moved = PAGE | {"mail": "neuf@courge.example"}
    documents(content, courge=COURGE.descriptor(at=T + 700, page=moved))
    _, pages = built(content, site)
    assert "neuf@courge.example" in pages["la-courge/index.html"]
    changed = {path for path, when in before.items() if path.stat().st_mtime_ns != when}
    assert changed == {site / "la-courge" / "index.html"}


def test_what_is_forged_unlisted_or_too_late_changes_nothing_and_is_told(tmp_path: Path) -> None:
    content = documents(
        tmp_path / "content",
        a_base=write_bundle([FED.root(), FED.directory([COURGE])]),
        b_courge=COURGE.descriptor(page=PAGE),
        c_forged=COURGE.sign_descriptor(
            cbor.encode(COURGE.fields(at=T + 900, name="La Fausse")), key=NAVET.identity
        ),
        d_unlisted=NAVET.descriptor(),
        e_future=COURGE.descriptor(at=NOW + DAY, name="La Future"),
        f_noise=b"\xd2 rien",
        g_directory=FED.directory([NAVET], at=T + 9, signers=[]),
    )
    report, pages = built(content, tmp_path / "site")
    words = said(report)
    assert len([one for one in report.remarks if one.refused]) == 5
    for name in ("c_forged", "d_unlisted", "e_future", "f_noise", "g_directory"):
        assert f"{name}.passkoop: un document signé est refusé" in words
    assert "La Fausse" not in "".join(pages.values())
    assert "La Future" not in "".join(pages.values())
    assert "Deux rues" in pages["la-courge/index.html"]
    assert "le-navet/index.html" not in pages


def test_a_suspended_co_op_is_not_on_the_site(tmp_path: Path) -> None:
    rows = [FED.row(COURGE, suspended=True), FED.row(NAVET)]
    content = documents(tmp_path / "content", a=write_bundle([FED.root(), FED.directory(rows)]))
    entry(content, "la-courge", nom="La Courge")
    report, pages = built(content, tmp_path / "site")
    assert "La Courge: la fédération a suspendu cette coop" in said(report)
    assert "la-courge/index.html" not in pages
    assert "le-navet/index.html" in pages


def test_an_entry_with_a_code_follows_its_co_op_without_a_federation(tmp_path: Path) -> None:
    content = documents(tmp_path / "content", a=COURGE.descriptor(page=PAGE, place="Hendaye"))
    entry(content, "courge", nom="Courge", code=pairing_code(COURGE.id), telephone="01 02 03 04 05")
    entry(content, "navet", nom="Navet", code="ABCDE-ABCDE-ABCDE-ABCDE")
    report, pages = built(content, tmp_path / "site")
    assert "La Courge" in pages["courge/index.html"]  # its own name before another's
    assert "Deux rues" in pages["courge/index.html"]
    assert "01 02 03 04 05" in pages["courge/index.html"]  # what it does not say itself
    assert "navet.toml: le code de la coop est mal recopié" in said(report)


def test_rules_that_name_co_ops_name_them_and_count_those_that_nobody_knows(tmp_path: Path) -> None:
    rules = {
        "who": 1,
        "accept": sorted([NAVET.id, bytes(10)]),
        "without": [0, 0],
        "visits": [3, 30],
    }
    rows = [FED.row(COURGE), FED.row(NAVET)]
    content = documents(
        tmp_path / "content",
        a=write_bundle([FED.root(), FED.directory(rows), COURGE.descriptor(welcome=rules)]),
    )
    _, pages = built(content, tmp_path / "site")
    page = pages["la-courge/index.html"]
    assert "Bienvenue aux membres de quelques coops amies." in page
    assert "Ces coops\u202f: Le Navet et une autre." in page
    assert "3 visites en 30\u00a0jours." in page
    assert "Sans carte, on n’achète pas ici." in page


def test_a_page_of_a_descriptor_cannot_bring_markup_or_other_links(tmp_path: Path) -> None:
    evil = PAGE | {
        "site": "javascript:alert(1)",
        "shop": "https://good.example@evil.example/",
        "leads": "site",
        "mail": "<b>@x",
        "position": [0, 0],
        "fr": {"summary": "<script>alert(1)</script>", "gains": ["<img src=x onerror=alert(1)>"]},
        "hours": [[[1, 9_999]]],
    }
    content = documents(
        tmp_path / "content",
        a=write_bundle([FED.root(), FED.directory([COURGE]), COURGE.descriptor(page=evil)]),
    )
    report, pages = built(content, tmp_path / "site")
    page = pages["la-courge/index.html"]
    assert "<script>" not in page
    assert "<img" not in page
    assert "javascript:" not in page
    assert "evil.example" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "La Courge: sa page ne dit pas bien hours" in said(report)


def test_files_for_nodes_stay_for_a_day_after_they_were_last_named(tmp_path: Path) -> None:
    content, site = tmp_path / "content", tmp_path / "site"
    documents(content, a=write_bundle([FED.root(), FED.directory([COURGE]), COURGE.descriptor()]))
    built(content, site)
    first = set((site / "p2p").rglob("*"))
    documents(content, b=COURGE.descriptor(at=T + 700, page=PAGE))

    def build(now: int) -> set[Path]:
        build_site(content, site, Report(), now=now)
        return {path for path in first if not path.exists()}

    assert build(NOW) == set()
    assert build(NOW + DAY - 1) == set()
    assert len(build(NOW + DAY)) == 1
    assert build_site(content, site, Report(), now=NOW + 2 * DAY)[1].removed == 0


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)
SPANS = st.lists(st.tuples(st.integers(0, 700), st.integers(701, 1440)), max_size=4).map(tuple)


@given(
    st.builds(
        CoopPage,
        words=st.dictionaries(
            st.sampled_from(["fr", "nl"]),
            st.builds(
                Words,
                summary=TEXTS,
                joining=TEXTS,
                gains=st.lists(TEXTS.filter(bool), max_size=5).map(tuple),
            ),
        ),
        site=TEXTS,
        mail=TEXTS,
        leads=st.sampled_from(["", "site", "mail"]),
        position=st.none() | st.tuples(st.integers(-90_000_000, 90_000_000), st.just(0)),
        stage=st.sampled_from(Stage),
        online=st.none() | st.booleans(),
        hours=st.just(()) | st.lists(SPANS, min_size=7, max_size=7).map(tuple),
    )
)
def test_a_page_is_read_as_it_was_written(page: CoopPage) -> None:
    written = cbor.decode(cbor.encode(page_to_map(page)))
    read, left_out = parse_page(written)
    assert left_out == ()
    empty = {language for language, words in page.words.items() if words == Words()}
    assert {name: one for name, one in read.words.items() if name not in empty} == {
        name: one for name, one in page.words.items() if name not in empty
    }
    for name in ("site", "mail", "leads", "position", "stage", "online", "hours"):
        assert getattr(read, name) == getattr(page, name)


@given(
    st.dictionaries(
        st.sampled_from(["fr", "site", "leads", "position", "stage", "online", "hours", "region"])
        | TEXTS,
        st.recursive(
            st.none() | st.booleans() | st.integers() | TEXTS | st.binary(max_size=5),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3),
            max_leaves=12,
        ),
    )
)
def test_whatever_a_page_holds_it_is_read_or_left_out(value: dict[str, Any]) -> None:
    page, left_out = parse_page(value)
    again, nothing = parse_page(page_to_map(page))
    assert nothing == ()
    assert again.position == page.position
    assert all(isinstance(name, str) for name in left_out)


def test_a_descriptor_is_good_whatever_its_page_says() -> None:
    from passkoop_protocol.descriptor import parse_descriptor

    payload = cbor.encode(COURGE.fields(page={"stage": "x", "fr": 3, "hours": [1]}))
    assert parse_descriptor(payload).page == {"stage": "x", "fr": 3, "hours": [1]}
    with pytest.raises(ProtocolError):
        parse_descriptor(cbor.encode(COURGE.fields(page=[])))
