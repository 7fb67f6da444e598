"""What people and programs send to a till by mistake or on purpose: each has its clear answer."""

from collections.abc import Iterator
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from passkoop_node.core.accounts import Role
from passkoop_node.members.member import MemberData
from passkoop_node.rooms import Rooms
from passkoop_protocol.keyboards import typed
from passkoop_protocol.qr import qr_png
from serving import Answer, Client
from test_qr import png_header
from tilling import MADE, Till, photo_form

ELSEWHERE, OURS = "0421234567891", "0420000000426"


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    till = Till(tmp_path_factory.mktemp("till"))
    yield till
    till.close()


@pytest.fixture
def device(till: Till) -> Iterator[Client]:
    yield till.client()
    till.forget()


def saved(picture: Image.Image, format: str = "PNG") -> bytes:
    out = BytesIO()
    picture.save(out, format)
    return out.getvalue()


def badge(digits: str) -> Image.Image:
    """Return a photo of a badge on a table."""
    barcode = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.EAN13)
    table = Image.effect_noise((1280, 720), 30)
    table.paste(Image.fromarray(barcode.to_image(scale=3)), (400, 200))
    return table


def send(client: Client, image: bytes) -> Answer:
    client.get("/caisse")
    return client.ask("POST", "/caisse/photo", *photo_form(client.token, image))


# Pictures

WHITE = Image.new("1", (10_000, 10_000), 1)
PICTURES = [
    ("nothing", b"", "pas une photo lisible"),
    ("a list of members", "Nom;Prénom\r\n".encode("cp1252"), "pas une photo lisible"),
    ("a GIF", saved(Image.new("L", (20, 20)), "GIF"), "pas une photo lisible"),
    ("a PDF", b"%PDF-1.4\n", "pas une photo lisible"),
    ("a page", b"<!doctype html><title>Photo</title>", "pas une photo lisible"),
    ("half a PNG", qr_png("PK1")[:60], "pas une photo lisible"),
    ("a PNG that claims 100 megapixels", png_header(10_000, 10_000), "trop grande"),
    ("a PNG of 100 megapixels", saved(WHITE), "trop grande"),
    ("a JPEG of 100 megapixels", saved(WHITE.convert("L"), "JPEG"), "trop grande"),
    ("a wall", saved(Image.new("L", (300, 300), 200)), "Aucun code lisible"),
]


@pytest.mark.parametrize(("name", "image", "says"), PICTURES, ids=[one[0] for one in PICTURES])
def test_a_picture_that_is_none_or_far_too_large_says_so(
    till: Till, device: Client, name: str, image: bytes, says: str
) -> None:
    before = len(till.visits())
    answer = send(device, image)
    assert answer.status == 422
    assert says in answer.words
    assert len(till.visits()) == before
    as_frame = device.ask(
        *("POST", "/caisse/image", image),
        {"Content-Type": "image/jpeg", "X-Passkoop-Jeton": device.token},
    )
    assert as_frame.status in ((200,) if name == "a wall" else (400, 413))


def test_more_than_a_photo_is_not_even_read(till: Till, device: Client) -> None:
    answer = send(device, bytes(21_000_000))
    assert answer.status == 413
    assert "20 Mo au plus" in answer.words
    assert device.get("/caisse").status == 200


# Another co-op's bar code


@pytest.mark.parametrize("reader", ["reader", "French reader", "reader without the zero"])
def test_another_co_op_s_bar_code_is_told_and_matches_nobody(
    till: Till, device: Client, reader: str
) -> None:
    came = {"reader": ELSEWHERE, "French reader": typed(ELSEWHERE, "fr")}.get(reader, ELSEWHERE[1:])
    check_says_elsewhere(till, till.scan(device, came))


def test_another_co_op_s_bar_code_before_a_camera_or_in_a_photo_matches_nobody(
    till: Till, device: Client
) -> None:
    till.served.now += 60
    check_says_elsewhere(till, till.follow(device, send(device, saved(badge(ELSEWHERE)))))
    frame = saved(badge(ELSEWHERE), "JPEG")
    headers = {"Content-Type": "image/jpeg", "X-Passkoop-Jeton": device.token}
    seen = device.ask("POST", "/caisse/image", frame, headers)
    assert seen.text == f'{{"codes": ["{ELSEWHERE}"]}}'


def check_says_elsewhere(till: Till, page: Answer) -> None:
    assert "Ce code-barres est celui d’une coop" in page.words
    assert 'class="till unk' in page.text
    assert not any(name in page.words for name in ("Tiago", "Irène", "Maïté"))
    assert not till.visits() or till.visits()[0].cancelled


def test_our_own_members_badge_is_known_in_a_photo_and_without_its_first_zero(
    till: Till, device: Client
) -> None:
    page = till.follow(device, send(device, saved(badge(OURS))))
    assert "Bienvenue Tiago Moreira" in page.words
    assert "Bienvenue Tiago Moreira" in till.scan(device, OURS[1:]).words
    lost_its_zero = MemberData(number="43", given_name="Ana", badge="420000000433")
    till.served.run(till.served.the(Rooms).members.add, lost_its_zero, now=MADE)
    assert "Bienvenue Ana" in till.scan(device, "0420000000433").words


# Who may not


def test_a_foreign_host_is_told_nothing_of_the_till(till: Till, device: Client) -> None:
    before = len(till.visits())
    for answer in (
        device.get("/caisse", {"Host": "caisse.evil.example"}),
        device.post("/caisse", {"texte": till.cards["maite"]}, {"Host": "caisse.evil.example"}),
    ):
        assert answer.status == 421
        assert "ne porte pas ce nom" in answer.words
        assert "Hendaia" not in answer.text
    assert len(till.visits()) == before


def test_a_page_of_the_till_that_stayed_open_after_logout_does_nothing_more(till: Till) -> None:
    cashier = till.served.entered("Camille", Role.CASHIER)
    page = till.scan(cashier, "maite")
    assert "Bienvenue Maïté" in page.words
    left_open = dict(cashier.cookies)
    assert cashier.post("/sortir").status == 303
    before = len(till.visits())
    for client in (cashier, Client(till.served, left_open, cashier.token)):
        assert client.get("/caisse").goes_to == "/entrer?retour=/caisse"
        assert client.post("/caisse", {"texte": till.cards["bastien"]}).status == 401
    assert len(till.visits()) == before
    till.forget()
