"""Cards on paper and as pictures: what people read, what readers read, and the files' names."""

import base64
import datetime
import random
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfbase.pdfmetrics import stringWidth

from conftest import need
from passkoop_node.cards.pictures import picture_names, write_pictures
from passkoop_node.cards.printable import PrintableCard
from passkoop_node.cards.sheet import card_sheet
from passkoop_node.core.french import french_date
from passkoop_node.core.lettering import BOLD, HEAVY, TEXT, drawable, fit, lacks_letters
from passkoop_node.errors import DiskFull, FolderNotFound
from passkoop_protocol.card import Category
from passkoop_protocol.qr import qr_code, read_qr

if sys.platform != "win32":
    import resource

LONGEST = "Marie-Antoinette-Françoise de la Tour d’Auvergne-Lauraguais"
NAMES = [
    "Maïté Etcheverry",
    LONGEST,
    "Li Wu",
    "João Gonçalves & Conceição Araújo",
    "Agnieszka Żółkiewska-Święch",
    "Jean-Baptiste Œuvrard",
    "Xabier Iñaki Goikoetxea",
    "Anneke van ’t Hof",
    "Nguyễn Thị Ánh Nguyệt",
    "Wolfeschlegelsteinhausenbergerdorff",
    "Ольга Кузнецова",
    "W" * 64,
    "i" * 64,
]
ADDRESS = "12 rue du Port\n64700 Hendaye"
LONG_ADDRESS = (
    "Maison des associations, bâtiment C, 4e étage\n"
    "125 bis boulevard du Maréchal-de-Lattre-de-Tassigny\n64700 Hendaye\nbonjour@hendaia.example"
)


def a_card(number: int = 412, **changes: object) -> PrintableCard:
    """Return a card whose code is as long as its name makes it."""
    card = PrintableCard(
        text="",
        holder_name="Maïté Etcheverry",
        coop_name="Hendaia Koop",
        return_address=ADDRESS,
        number=f"{number:04}",
        category=Category.MEMBER,
        valid_until=datetime.date(2028, 5, 14),
    )
    card = replace(card, **changes)  # type: ignore[arg-type]
    data = random.Random(number).randbytes(118 + len(card.holder_name.encode()))
    text = base64.b32encode(data).decode().rstrip("=")
    return replace(card, text=f"https://membre.coop/v#{text}")


def many_cards(count: int) -> list[PrintableCard]:
    """Return cards of all lengths of name, address and co-op, of all categories."""
    return [
        a_card(
            number,
            holder_name=NAMES[number % len(NAMES)],
            category=list(Category)[number % len(Category)],
            return_address=("", ADDRESS, LONG_ADDRESS)[number % 3],
            coop_name=(
                "Hendaia Koop",
                "Les Amis de la Coopérative & du Potager partagé de Saint-Jean-Pied-de-Port",
            )[number % 2],
        )
        for number in range(count)
    ]


@pytest.fixture
def poppler(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that runs one of poppler's programs on a PDF: it gives back the folder."""

    def run(program: str, pdf: bytes, *options: str) -> Path:
        need(
            shutil.which(program),
            f"{program} is missing, so the printed cards are not read back: install poppler-utils.",
        )
        (tmp_path / "cards.pdf").write_bytes(pdf)
        subprocess.run([program, *options, "cards.pdf", "out"], cwd=tmp_path, check=True)
        return tmp_path

    return run


def words(folder: Path) -> str:
    """Return what pdftotext found, each run of spaces as one."""
    return re.sub(r"\s+", " ", (folder / "out").read_text())


# What readers read


@pytest.mark.parametrize(
    "options", [("-r", "150"), ("-r", "100", "-gray"), ("-r", "300", "-mono")], ids=" ".join
)
def test_every_code_of_a_printed_sheet_is_read_back(
    poppler: Callable[..., Path], options: tuple[str, ...]
) -> None:
    cards = many_cards(23)
    pages = sorted(poppler("pdftoppm", card_sheet(cards), *options).glob("out-*"))
    found, places = [], []
    for page in pages:
        with Image.open(page) as picture, BytesIO() as png:
            picture.save(png, "PNG")
            texts = read_qr(png.getvalue())
        found += texts
        places.append(len(texts))
    assert places == [10, 10, 3]
    assert sorted(found) == sorted(card.text for card in cards)


def test_the_cards_stand_as_far_apart_as_bank_cards_are_large(poppler: Callable[..., Path]) -> None:
    cards = [a_card(number) for number in range(10)]
    (page,) = poppler("pdftoppm", card_sheet(cards), "-r", "300", "-gray").glob("out-*")
    with Image.open(page) as picture:
        assert [round(side / 300 * 25.4) for side in picture.size] == [210, 297]
        codes = zxingcpp.read_barcodes(picture)
    corners = {code.text: code.position.top_left for code in codes}
    places = [corners[card.text] for card in cards]
    millimetres = 25.4 / 300
    for left, right in zip(places[::2], places[1::2], strict=True):
        assert (right.x - left.x) * millimetres == pytest.approx(85.6 + 6, abs=0.3)
    for upper, lower in zip(places[:-2:2], places[2::2], strict=True):
        assert (lower.y - upper.y) * millimetres == pytest.approx(53.98, abs=0.3)


@pytest.mark.parametrize(("size", "least"), [(138, 0.73), (182, 0.63)])
def test_a_module_is_wide_enough_for_a_worn_card(
    poppler: Callable[..., Path], size: int, least: float
) -> None:
    card = a_card(holder_name="x" * (size - 118))
    (page,) = poppler("pdftoppm", card_sheet([card]), "-r", "300", "-gray").glob("out-*")
    with Image.open(page) as picture:
        (code,) = zxingcpp.read_barcodes(picture)
    side = (code.position.top_right.x - code.position.top_left.x) * 25.4 / 300
    assert side / qr_code(card.text).size >= least


# What people read


def test_a_card_says_who_of_which_coop_until_when(poppler: Callable[..., Path]) -> None:
    said = words(poppler("pdftotext", card_sheet([a_card()])))
    for words_of_it in (
        "Maïté Etcheverry",
        "Membre de Hendaia Koop",
        "Valable jusqu’au 14 mai 2028",
        "n° 0412",
        "Carte trouvée ? Merci de l’envoyer à Hendaia Koop, 12 rue du Port, 64700 Hendaye.",
        "Carte 1 sur 1",
        "Page 1 sur 1",
    ):
        assert words_of_it in said


def test_a_visitors_card_says_so(poppler: Callable[..., Path]) -> None:
    said = words(poppler("pdftotext", card_sheet([a_card(category=Category.VISITOR)])))
    assert "Carte visiteur de Hendaia Koop" in said
    assert "Membre" not in said


def test_a_coop_without_address_asks_for_the_card_itself(poppler: Callable[..., Path]) -> None:
    said = words(poppler("pdftotext", card_sheet([a_card(return_address=" \n")])))
    assert "Merci de la rapporter à Hendaia Koop." in said


def test_a_name_too_long_for_its_lines_is_made_smaller_not_shorter(
    poppler: Callable[..., Path],
) -> None:
    said = words(poppler("pdftotext", card_sheet([a_card(holder_name=LONGEST)])))
    # pdftotext takes a hyphen at the end of a line for one that was put there to break a word.
    assert re.sub("[ -]", "", LONGEST) in re.sub("[ -]", "", said)


def test_dates_are_written_as_the_french_write_them() -> None:
    assert french_date(datetime.date(2028, 5, 14)) == "14\u00a0mai\u00a02028"
    assert french_date(datetime.date(2028, 8, 1)) == "1er\u00a0août\u00a02028"


def test_a_sheet_asks_printers_not_to_scale_it() -> None:
    assert b"/PrintScaling /None" in card_sheet([a_card()])


def test_the_same_cards_give_the_same_bytes() -> None:
    assert card_sheet(many_cards(12)) == card_sheet(many_cards(12))


def test_a_sheet_without_cards_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="at least one card"):
        card_sheet([])


# Letters


@pytest.mark.parametrize("face", [TEXT, BOLD, HEAVY])
def test_the_letters_of_europe_and_vietnam_are_drawn_as_they_are(face: str) -> None:
    letters = "ŒœŸÿ’«»–—…°€·ñçãõøåßğşőűąęłńśźżčďěňřšťůžășțĳŵāēīķļņđðþħŋ\u00a0Nguyễnυβя"
    assert drawable(letters, face) == letters


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("trouvée\u202f?", "trouvée\u2009?"),
        ("Saint\u2011Jean", "Saint-Jean"),
        ("Straẞe", "StraSSe"),
        ("e\u0301te\u0301", "été"),  # composed
        ("ǣ\u0325", "æ"),
        ("Ⱥbd", "Abd"),
        ("王", "·"),
        ("🥕", "·"),
    ],
)
def test_a_letter_the_font_lacks_becomes_one_that_it_has(text: str, drawn: str) -> None:
    assert drawable(text, HEAVY) == drawn


def test_whoever_prints_can_ask_whether_a_name_lacks_letters() -> None:
    assert lacks_letters("王小明")
    assert not lacks_letters("Straẞe · Ⱥbd")


@given(
    text=st.text(min_size=1, max_size=64),
    face=st.sampled_from([TEXT, HEAVY]),
    width=st.floats(30, 200),
    height=st.floats(10, 60),
)
def test_fitted_text_stays_within_its_box(
    text: str, face: str, width: float, height: float
) -> None:
    fitted = fit(text, face=face, width=width, height=height, largest=18, smallest=6)
    assert fitted.lines
    assert fitted.height <= height
    assert all(stringWidth(line, face, fitted.size) <= width + 1e-6 for line in fitted.lines)
    whole = drawable(text, face).replace(" ", "")
    shown = "".join(fitted.lines).replace(" ", "")
    assert shown == whole or shown.endswith("…")


# Pictures


def test_each_card_gets_a_png_and_an_svg_that_hold_its_code(tmp_path: Path) -> None:
    cards, told = many_cards(5), list[int]()
    written = write_pictures(cards, tmp_path / "a" / "b", told.append)
    assert [read_qr(pictures.png.read_bytes()) for pictures in written] == [[c.text] for c in cards]
    assert all(pictures.svg.read_text().startswith("<svg ") for pictures in written)
    assert told == [1, 2, 3, 4, 5]
    assert sorted((tmp_path / "a" / "b").iterdir()) == sorted(
        path for pictures in written for path in (pictures.png, pictures.svg)
    )


def test_the_same_cards_are_written_over_the_same_files(tmp_path: Path) -> None:
    assert write_pictures(many_cards(3), tmp_path) == write_pictures(many_cards(3), tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps its own lists of who may read")
def test_pictures_are_for_their_owner_alone(tmp_path: Path) -> None:
    (pictures,) = write_pictures([a_card()], tmp_path / "new")
    for path in (tmp_path / "new", pictures.png, pictures.svg):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077


def test_pictures_are_named_after_number_and_name() -> None:
    assert picture_names(
        [
            a_card(412),
            a_card(413, holder_name="Anne-Lise d’Œuvrard & Żółć  Straße"),
            a_card(414, holder_name="王小明"),
        ]
    ) == [
        "carte-0412-maite-etcheverry",
        "carte-0413-anne-lise-d-oeuvrard-zolc-strasse",
        "carte-0414",
    ]


@pytest.mark.parametrize(
    "hostile",
    ["../../etc/passwd", "/", "..", "", "CON", "a\\b:c*?", ".hidden", "\u202e\u0301", "A" * 64],
)
def test_no_name_leads_elsewhere(hostile: str) -> None:
    (name,) = picture_names([replace(a_card(), number=hostile, holder_name=hostile)])
    assert re.fullmatch(r"carte(-[a-z0-9]+)*", name)
    assert len(name) <= 90


def test_two_cards_never_share_a_file() -> None:
    alike = [a_card(1, holder_name=name) for name in ("Li Wu", "LI WU", "li-wu", "Lï Wù 2")]
    names = picture_names([*alike, a_card(1, holder_name="Li Wu")])
    assert len(set(names)) == 5


def test_a_folder_that_is_a_file_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "cards").write_bytes(b"")
    with pytest.raises(FolderNotFound):
        write_pictures([a_card()], tmp_path / "cards")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let the system refuse larger files, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no limits to a process's files")
def test_a_full_disk_leaves_no_half_written_picture(tmp_path: Path) -> None:
    with files_of_at_most(1000), pytest.raises(DiskFull):
        write_pictures([a_card()], tmp_path)
    assert list(tmp_path.iterdir()) == []
