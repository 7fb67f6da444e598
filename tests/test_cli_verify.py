"""What `passkoop verify` takes: pictures, PDFs, lines; one card or many."""

import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from command import Coop, Done, process, two_friends
from passkoop_cli.pictures import MAX_PAGES, read_codes
from passkoop_protocol.qr import NoCodeFound, NotAnImage, qr_png

Friends = tuple[Coop, Coop]


@pytest.fixture
def friends(tmp_path: Path) -> Friends:
    return two_friends(tmp_path)


def picture_of(file: Path, *texts: str) -> Path:
    """Draw codes beside each other."""
    codes = [Image.open(BytesIO(qr_png(text, module_px=4))) for text in texts]
    page = Image.new("L", (sum(code.width for code in codes), 400), 255)
    left = 0
    for code in codes:
        page.paste(code, (left, 0))
        left += code.width
    page.save(file)
    return file


def pdf_of(file: Path, pages: Sequence[Sequence[str]], *, size: tuple[float, float]) -> Path:
    """Draw a PDF whose pages show these codes, one below the other."""
    canvas = Canvas(str(file), pagesize=size)
    for texts in pages:
        for row, text in enumerate(texts):
            code = ImageReader(BytesIO(qr_png(text)))
            side = min(140.0, size[0] / 2)
            canvas.drawImage(code, 0, size[1] - (row + 1) * side, side, side)
        canvas.showPage()
    canvas.save()
    return file


def outcomes(done: Done) -> list[str]:
    return [answer["outcome"] for answer in done.answers]


# Several cards


def test_each_card_of_a_picture_is_judged_and_the_worst_decides(
    friends: Friends, tmp_path: Path
) -> None:
    home, _ = friends
    good, bad = home.card_text(8), home.card_text(9)
    home.do("card", "revoke", 9)
    both = picture_of(tmp_path / "two.png", good, bad)
    done = home("verify", both, "--json")
    assert sorted(outcomes(done)) == ["refused", "welcome"]
    assert done.code == 1
    shown = home("verify", both)
    blocks = shown.out.split("\n\n")
    assert {block.splitlines()[0] for block in blocks} == {"Bienvenue", "Carte refusée"}
    assert shown.code == 1


def test_a_page_of_good_cards_and_one_unknown_is_unverified(
    friends: Friends, tmp_path: Path
) -> None:
    home, _ = friends
    stranger = two_friends(tmp_path / "elsewhere")[1]
    stranger.do("member", "add", "--family", "Ailleurs")
    stranger.do("card", "issue", "--all")
    with home.rooms() as rooms:
        rooms.coops.unpair(rooms.coops.pairings()[0].coop)
    file = picture_of(tmp_path / "two.png", home.card_text(8), stranger.card_text(1))
    done = home("verify", file, "--json")
    assert sorted(outcomes(done)) == ["unverified", "welcome"]
    assert done.code == 3


def test_another_code_beside_the_card_does_not_spoil_it(friends: Friends, tmp_path: Path) -> None:
    home, _ = friends
    file = picture_of(tmp_path / "two.png", "https://hendaia.example/horaires", home.card_text(8))
    done = home("verify", file, "--json")
    assert (outcomes(done), done.code) == (["welcome"], 0)
    assert done.said == ["1 autre code sans rapport avec une carte."]


def test_a_picture_of_another_code_alone_is_no_card(friends: Friends, tmp_path: Path) -> None:
    home, _ = friends
    file = picture_of(tmp_path / "shop.png", "https://hendaia.example", "3017620422003")
    assert home.verify(file) == ("unverified", ["not_a_card"], "")


# PDFs


def test_the_pages_of_a_pdf_are_judged_in_order(friends: Friends, tmp_path: Path) -> None:
    home, _ = friends
    pages = [[home.card_text(number)] for number in (8, 9, 10)]
    home.do("card", "revoke", 9)
    pages.insert(1, [])
    done = home("verify", pdf_of(tmp_path / "cards.pdf", pages, size=(300, 300)), "--json")
    assert outcomes(done) == ["welcome", "refused", "welcome"]
    assert done.code == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits memory in other ways")
@pytest.mark.parametrize("size", [(14_400, 14_400), (14_400, 20), (1, 1), (0.2, 5000)])
def test_a_page_of_any_size_takes_little_memory(size: tuple[float, float], tmp_path: Path) -> None:
    file = pdf_of(tmp_path / "poster.pdf", [[]], size=size)
    before = """
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (900_000_000, 900_000_000))
    """
    home, _ = two_friends(tmp_path / "coops")
    done = process("--home", home.home, "verify", file, before=before)
    assert done.code == 2
    assert len(done.said) == 2


def test_a_card_on_a_poster_is_read(friends: Friends, tmp_path: Path) -> None:
    home, host = friends
    canvas = Canvas(str(tmp_path / "poster.pdf"), pagesize=(2400, 3400))
    canvas.drawImage(ImageReader(BytesIO(qr_png(home.card_text(8)))), 200, 200, 1200, 1200)
    canvas.save()
    assert host.verify(tmp_path / "poster.pdf")[0] == "welcome"


def test_a_damaged_pdf_is_no_picture(tmp_path: Path) -> None:
    # Whatever is cut off, the answer is one of ours.
    whole = pdf_of(tmp_path / "cards.pdf", [["a"], ["b"]], size=(300, 300)).read_bytes()
    for cut in range(5, len(whole), len(whole) // 40):
        try:
            read_codes(whole[:cut])
        except (NotAnImage, NoCodeFound):
            continue


def test_a_pdf_under_a_password_is_no_picture(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "locked.pdf"), pagesize=(300, 300), encrypt="secret")
    canvas.drawString(10, 10, "a")
    canvas.save()
    with pytest.raises(NotAnImage):
        read_codes((tmp_path / "locked.pdf").read_bytes())


def test_a_pdf_of_more_pages_than_a_coop_prints_has_an_end(tmp_path: Path) -> None:
    document = pypdfium2.PdfDocument.new()
    for _ in range(MAX_PAGES + 5):
        document.new_page(3, 3).close()
    document.save(str(tmp_path / "long.pdf"))
    document.close()
    with pytest.raises(NoCodeFound):
        read_codes((tmp_path / "long.pdf").read_bytes())


# Texts


def test_a_line_is_read_from_a_reader_and_no_more(friends: Friends) -> None:
    home, host = friends
    typed = f"  {home.card_text(8)}\r\nand more\n"
    assert host("verify", "-", "--json", typed=typed).answer["outcome"] == "welcome"
    without_end = host("verify", "-", "--json", typed=home.card_text(8))
    assert without_end.answer["outcome"] == "welcome"


def test_a_reader_that_sends_nothing_is_said_so(friends: Friends) -> None:
    _, host = friends
    for typed in ("", "\n", "  \r\n"):
        done = host("verify", "-", typed=typed)
        assert (done.code, done.out, len(done.said)) == (2, "", 2)
        assert "aucun texte" in done.said[0]
    assert host("verify", " ").code == 2


def test_a_line_in_another_encoding_is_no_card_and_no_accident(friends: Friends) -> None:
    _, host = friends
    done = process("--home", host.home, "verify", "-", "--json", typed=b"\xe9\xff\x80\n")
    assert done.code == 3
    assert done.answer["reasons"] == [{"code": "not_a_card"}]


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour",
        "3017620422003",
        "https://membre.coop/",
        "a/b.c",
        "carte.png?",
        "x" * 5000,
        "é" * 300,
        "~",
        "\u202e",
    ],
)
def test_any_other_text_is_no_card(text: str, friends: Friends) -> None:
    _, host = friends
    assert host.verify(text) == ("unverified", ["not_a_card"], "")


def test_a_card_half_read_asks_to_be_read_again(friends: Friends) -> None:
    home, host = friends
    half = home.card_text(8)[:120]
    assert host.verify(half) == ("unverified", ["damaged"], "")
    assert "repassez-la" in host("verify", half).out


def test_the_text_is_read_without_its_address_or_with_another(friends: Friends) -> None:
    home, host = friends
    bare = home.card_text(8).rpartition("#")[2]
    assert host.verify(bare)[0] == "welcome"
    assert host.verify(f"https://autre.exemple/carte#{bare}")[0] == "welcome"


def test_a_file_is_read_whatever_its_name(friends: Friends, tmp_path: Path) -> None:
    home, host = friends
    home.do("card", "show", 8, "--out", tmp_path)
    (png,) = tmp_path.glob("carte-8-*.png")
    for name in ("carte", "carte #8 é.dat", "CARTE.PNG"):
        (tmp_path / name).write_bytes(png.read_bytes())
        assert host.verify(tmp_path / name)[0] == "welcome"


def test_a_picture_that_is_not_there_is_told_before_a_co_op_that_is_not(tmp_path: Path) -> None:
    nobody = Coop(tmp_path / "nulle-part")
    answer = nobody("verify", tmp_path / "carte.png")
    assert (answer.code, "carte.png" in answer.err) == (2, True)
