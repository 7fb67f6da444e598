"""What people and programs send to a till by mistake or on purpose: each has its clear answer."""

import json
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from busy import hand_over
from passkoop_node.core.accounts import Role
from passkoop_node.core.devices import TillStore
from passkoop_node.members.member import MemberData
from passkoop_node.rooms import Rooms
from passkoop_node.visits.store import MOST_CONFLICTS
from passkoop_protocol.keyboards import typed
from passkoop_protocol.qr import qr_png
from serving import NOON, Answer, Client
from test_qr import png_header
from tilling import DAY, MADE, Till, photo_form

ELSEWHERE, OURS = "0421234567891", "0420000000426"


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
    assert "Code-barres de coop" in page.words
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


def test_a_stolen_tablet_does_not_read_all_members_out(till: Till, device: Client) -> None:
    asked = [
        ("/caisse/membres", {"q": "a"}),
        ("/caisse/membre", {"id": "999"}),
        ("/caisse/essai", {"id": "999"}),
    ]
    answers = [device.post(*asked[number % 3]).status for number in range(61)]
    assert set(answers[:60]) == {200, 404}
    assert answers[60] == 429
    assert till.client().post("/caisse/membres", {"q": "a"}).status == 200  # another till
    assert "Bienvenue Maïté" in till.scan(device, "maite").words  # a card is no search


# Visits handed over by a till that was alone


def visit(number: int = 1, **changes: object) -> dict[str, object]:
    """Return a line as a till sends it: somebody on their word."""
    line = f"{number:016x}"
    return {"line": line, "at": NOON, "kind": 2, "rule": "word", "name": "Luz"} | changes


def fates(client: Client, *lines: dict[str, object]) -> list[tuple[str, str, str]]:
    """Return what the node says of each line: its fate, its code, its sentence."""
    answer = hand_over(client, lines)
    assert answer.status == 200, answer.text
    told = json.loads(answer.text)["lines"]
    assert [one["line"] for one in told] == [one["line"] for one in lines]
    return [(one["fate"], one.get("code", ""), one.get("says", "")) for one in told]


def test_a_visit_dated_tomorrow_is_refused_and_stops_no_other(till: Till, device: Client) -> None:
    till.served.now = NOON + 60
    before = len(till.visits())
    tomorrow, good = fates(device, visit(1, at=NOON + DAY), visit(2))
    assert tomorrow[:2] == ("refused", "visit_in_future")
    assert tomorrow[2].startswith("Cette visite est datée de l")
    assert "Vérifiez la date et l" in tomorrow[2]
    assert good[0] == "noted"
    assert len(till.visits()) == before + 1


def test_the_same_visit_twice_counts_once(till: Till, device: Client) -> None:
    before = len(till.visits())
    assert [fate for fate, *_ in fates(device, visit(3), visit(3))] == ["noted", "known"]
    assert fates(device, visit(3))[0][0] == "known"
    assert len(till.visits()) == before + 1


def test_the_same_line_with_other_content_is_marked_and_changes_nothing(
    till: Till, device: Client
) -> None:
    fates(device, visit(4, amount=1250))
    assert fates(device, visit(4, amount=9999))[0][0] == "conflict"
    newest = till.visits()[0]
    assert (newest.amount, newest.conflicts) == (1250, 1)
    for cents in range(30):
        fates(device, visit(4, amount=cents))
    assert till.visits()[0].conflicts == MOST_CONFLICTS


def test_an_amount_of_minus_three_is_refused_wherever_it_is_typed(
    till: Till, device: Client
) -> None:
    before = len(till.visits())
    ((fate, code, says),) = fates(device, visit(5, amount=-300))
    assert (fate, code) == ("refused", "bad_amount")
    assert says
    assert len(till.visits()) == before
    odile = till.served.entered("Odile", Role.OFFICE)
    fates(device, visit(6, amount=1250))
    newest = till.visits()[0]
    typed_in = odile.post(f"/bureau/visites/{newest.visit.seq}/montant", {"montant": "-3"})
    assert typed_in.status == 422
    assert "-3" in typed_in.text  # what was typed is kept
    assert till.visits()[0].amount == 1250


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": 9},
        {"kind": True},
        {"at": None},
        {"at": "hier"},
        {"at": 2**70},
        {"rule": "x"},
        {"home": "zz"},
        {"name": "x" * 2000},
        {"reasons": ["é"]},
        {"reasons": "expired"},
        {"name": ["Luz"]},
        {"line": ""},
        {"line": "x" * 65},
    ],
)
def test_a_line_that_is_none_is_refused_and_stops_no_other(
    till: Till, device: Client, changes: dict[str, object]
) -> None:
    before = len(till.visits())
    told = json.loads(hand_over(device, [visit(7) | changes, visit(8 + before)]).text)["lines"]
    assert [one["fate"] for one in told] == ["refused", "noted"]
    assert len(till.visits()) == before + 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 50_000, b'{"lines": 3}', b"\xff"])
def test_what_is_no_list_of_visits_is_refused_whole(device: Client, body: bytes) -> None:
    device.get("/caisse")
    headers = {"Content-Type": "application/json", "X-Passkoop-Jeton": device.token}
    answer = device.ask("POST", "/caisse/visites", body, headers)
    assert answer.status == 400
    assert json.loads(answer.text)["code"] == "bad_request"


def test_a_till_hands_over_nothing_after_its_revocation(till: Till) -> None:
    device = till.client()
    told = json.loads(device.get("/caisse/hors-ligne.json").text)
    newest = till.served.run(till.served.the(TillStore).all)[-1]
    till.served.run(till.served.the(TillStore).revoke, newest.id, now=till.served.now)
    before = len(till.visits())
    body = json.dumps({"who": told["who"], "proof": told["proof"], "lines": [visit(99)]}).encode()
    headers = {"Content-Type": "application/json", "X-Passkoop-Jeton": told["token"]}
    answer = device.ask("POST", "/caisse/visites", body, headers)
    assert answer.status == 403
    assert json.loads(answer.text)["code"] == "till_revoked"
    assert len(till.visits()) == before
