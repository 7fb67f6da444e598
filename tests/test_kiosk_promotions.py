"""Promotions: what the kiosk shows between two people, with pictures that are drawn anew."""

import resource
import struct
import zlib
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.formats import local_day
from passkoop_node.kiosk.pictures import LARGEST, MAX_FILE, MAX_PIXELS, BadPicture, redrawn
from passkoop_node.kiosk.promotions import MOST
from serving import NOON, Answer, Client, Served, make_coop

OFFICE = "/bureau/borne"
TODAY = local_day(NOON)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(make_coop(tmp_path / "coop")).start()
    yield served
    served.stop()


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#b9541b").save(out, kind, **more)
    return out.getvalue()


def send(client: Client, path: str, data: bytes = b"", **fields: str) -> Answer:
    """Send a promotion, as a browser does with its picture."""
    form = {
        "_jeton": client.token,
        "titre": "Fromages",
        "texte": "−10 %",
        "du": f"{TODAY}",
        "au": f"{TODAY}",
    } | fields
    body = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form.items()
    )
    if data:
        head = 'Content-Disposition: form-data; name="image"; filename="photo.png"'
        body += f"--x\r\n{head}\r\nContent-Type: image/png\r\n\r\n".encode() + data + b"\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    return client.ask("POST", path, body + b"--x--\r\n", headers)


def test_the_office_adds_orders_changes_and_deletes_what_the_kiosk_shows(served: Served) -> None:
    nico, kiosk = served.administrator(), served.kiosk()
    assert send(nico, f"{OFFICE}/nouvelle", picture()).goes_to == OFFICE
    assert send(nico, f"{OFFICE}/nouvelle", titre="Assemblée").goes_to == OFFICE
    page = kiosk.get("/borne")
    assert page.words.index("Fromages") < page.words.index("Assemblée")
    address = page.text.partition('<img src="')[2].partition('"')[0]
    shown = kiosk.get(address)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert Image.open(BytesIO(shown.body)).size == (60, 40)
    assert Client(served).get(address).status == 403
    nico.post(f"{OFFICE}/2/ordre", {"sens": "avant"})
    words = kiosk.get("/borne").words
    assert words.index("Assemblée") < words.index("Fromages")
    # A change without a picture keeps the one that is there.
    assert send(nico, f"{OFFICE}/1", titre="Fromages d'ici").goes_to == OFFICE
    assert address in kiosk.get("/borne").text
    assert send(nico, f"{OFFICE}/1", sans_image="oui").goes_to == OFFICE
    assert "<img" not in kiosk.get("/borne").text
    assert kiosk.get(address).status == 404
    assert "Supprimer la promotion" in nico.get(f"{OFFICE}/1/supprimer").words
    assert nico.post(f"{OFFICE}/1/supprimer").goes_to == OFFICE
    assert "Fromages" not in kiosk.get("/borne").words
    actions = [one.action for one in served.run(served.the(AuditStore).entries)]
    assert actions[:3] == ["promotion.delete", "promotion.edit", "promotion.edit"]
    for path in (f"{OFFICE}/1", f"{OFFICE}/1/supprimer", f"{OFFICE}/99"):
        assert nico.get(path).status == 404


def test_a_promotion_is_shown_on_its_days_alone(served: Served) -> None:
    nico, kiosk, day = served.administrator(), served.kiosk(), timedelta(days=1)
    send(nico, f"{OFFICE}/nouvelle", titre="Hier", du=f"{TODAY - day}", au=f"{TODAY - day}")
    send(nico, f"{OFFICE}/nouvelle", titre="Demain", du=f"{TODAY + day}", au=f"{TODAY + day}")
    send(nico, f"{OFFICE}/nouvelle", titre="Aujourd'hui")
    words = kiosk.get("/borne").words
    assert "Aujourd'hui" in words
    assert "Hier" not in words
    assert "Demain" not in words
    served.now += 86_400
    assert "Demain" in kiosk.get("/borne").words


@pytest.mark.parametrize(
    "wrong",
    [
        {"titre": ""},
        {"titre": "x" * 81},
        {"du": ""},
        {"au": "2020-01-01"},
        {"au": "2046-01-01"},
        {"texte": "x" * 301},
    ],
)
def test_a_promotion_that_is_none_is_refused_and_what_was_typed_stays(
    served: Served, wrong: dict[str, str]
) -> None:
    nico = served.administrator()
    answer = send(nico, f"{OFFICE}/nouvelle", b"", **wrong)
    assert answer.status == 422
    assert next(iter(wrong.values())) in answer.text
    assert served.run(served.rooms.promotions.all) == []


def test_only_so_many_are_kept_and_what_is_html_is_words(served: Served) -> None:
    nico, kiosk = served.administrator(), served.kiosk()
    for _ in range(MOST):
        assert send(nico, f"{OFFICE}/nouvelle", titre="<script>alert(1)</script>").status == 303
    assert "promotions sont déjà là" in send(nico, f"{OFFICE}/nouvelle").words
    assert "<script>alert" not in kiosk.get("/borne").text


# Pictures


def test_of_a_picture_its_points_alone_are_kept(served: Served) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Appareil de Maïté"
    exif[0x0112] = 6  # turned by a quarter
    drawn = redrawn(picture("JPEG", (80, 40), exif=exif, comment=b"secret"))
    assert b"Appareil" not in drawn
    assert b"secret" not in drawn
    assert Image.open(BytesIO(drawn)).size == (40, 80)
    large = Image.open(BytesIO(redrawn(picture("JPEG", (4000, 3000)))))
    assert large.size == LARGEST
    clear = BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(clear, "PNG")
    assert Image.open(BytesIO(redrawn(clear.getvalue()))).getpixel((4, 4)) == (255, 255, 255)


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that is small and says that it is large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 2_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        picture("BMP"),
        picture("TIFF"),
        picture()[:60],
        picture("JPEG")[:200],
        picture() + b"\0" * MAX_FILE,
        bomb(60_000, 60_000),
        bomb(MAX_PIXELS, 2),
        picture("JPEG")[:-2] + b"\xff\xda" * 100 + b"\xff\xd9",
    ],
    ids=range(11),
)
def test_what_is_no_picture_or_too_large_a_one_is_refused_before_it_takes_room(
    data: bytes,
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadPicture):
        redrawn(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB


def test_a_picture_that_is_none_is_said_beside_its_field_and_the_node_goes_on(
    served: Served,
) -> None:
    nico = served.administrator()
    for data in (b"no picture", bomb(60_000, 60_000)):
        answer = send(nico, f"{OFFICE}/nouvelle", data)
        assert answer.status == 422
        assert "PNG, JPEG, WebP ou GIF" in answer.words
        assert 'value="Fromages"' in answer.text
    assert send(nico, f"{OFFICE}/nouvelle", b"x" * (MAX_FILE + 100_000)).status == 413
    assert served.run(served.rooms.promotions.all) == []
