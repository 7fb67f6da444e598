"""QR codes: sizes, pictures out, pictures in, and pictures made to do harm."""

import base64
import random
import re
import struct
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps

from conftest import need
from passkoop_protocol.qr import (
    MAX_IMAGE_BYTES,
    QUIET_ZONE,
    ImageTooLarge,
    NoCodeFound,
    NotAnImage,
    qr_code,
    qr_png,
    qr_svg,
    read_qr,
    read_qr_or_badge,
)


def card_text(size: int) -> str:
    """Return the text of a card of `size` bytes, as good as random, the same each time."""
    data = random.Random(size).randbytes(size)
    return "https://membre.coop/v#" + base64.b32encode(data).decode().rstrip("=")


CARD = card_text(138)  # a card with a name of 20 letters
CARD_PNG = qr_png(CARD)


def picture_of(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("L")


def saved(picture: Image.Image, format: str = "PNG", **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def on_a_table(code: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a photo of `size` with `code` somewhere on a grainy grey table."""
    table = Image.effect_noise(size, 40)
    table.paste(code, (size[0] // 5, size[1] // 4))
    return table


# Sizes


def test_a_card_with_a_20_letter_name_fits_version_9() -> None:
    assert qr_code(CARD).version == 9


@pytest.mark.parametrize(("size", "version"), [(116, 8), (117, 9), (142, 9), (143, 10), (171, 10)])
def test_the_text_is_written_in_two_segments(size: int, version: int) -> None:
    # Where the versions change with two segments; as bytes alone 142 would need version 11.
    assert qr_code(card_text(size)).version == version


def test_the_level_is_m() -> None:
    (found,) = zxingcpp.read_barcodes(picture_of(CARD_PNG))
    assert found.ec_level == "M"


@pytest.mark.parametrize("text", ["", "A" * 5000])
def test_what_no_code_can_hold_is_the_callers_mistake(text: str) -> None:
    with pytest.raises(ValueError, match=r"empty|too long"):
        qr_code(text)


# Pictures out


def test_the_bars_cover_the_dark_modules_and_nothing_else() -> None:
    code = qr_code(CARD)
    rows = [bytearray(code.size) for _ in range(code.size)]
    for left, top, length in code.bars():
        assert not any(rows[top][left : left + length])
        rows[top][left : left + length] = b"\x01" * length
    assert tuple(map(bytes, rows)) == code.modules


def test_the_png_has_one_bit_a_pixel_and_four_white_modules_around() -> None:
    picture = Image.open(BytesIO(qr_png(CARD, module_px=3)))
    assert (picture.mode, picture.size) == ("1", ((53 + 8) * 3,) * 2)
    inverted = ImageOps.invert(picture.convert("L"))
    assert inverted.getbbox() == (4 * 3, 4 * 3, (4 + 53) * 3, (4 + 53) * 3)


def test_svg_and_png_show_the_same_modules() -> None:
    svg, code = qr_svg(CARD), qr_code(CARD)
    drawn = Image.new("L", (code.size + 2 * QUIET_ZONE,) * 2, 255)
    for left, top, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        drawn.paste(0, (int(left), int(top), int(left) + int(length), int(top) + 1))
    assert drawn.tobytes() == picture_of(qr_png(CARD, module_px=1)).tobytes()


def test_the_svg_has_its_modules_for_units_and_refers_to_nothing() -> None:
    svg = qr_svg(CARD)
    assert 'viewBox="0 0 61 61"' in svg
    assert svg.count("<path") == 2  # the white ground and the modules
    rest = svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"href|url\(|https?:|<!|<style|<script", rest)


# Pictures in


@pytest.mark.parametrize("text", [CARD, "x", "\0<NUL>\n", "Ça va\u202f? 日本", "042" * 4])
def test_what_is_written_is_read(text: str) -> None:
    assert read_qr(qr_png(text)) == [text]


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(mode: str) -> None:
    picture = picture_of(CARD_PNG)
    if mode == "I;16":
        picture = picture.convert("I").point(lambda value: value * 257)
    assert read_qr(saved(picture.convert(mode))) == [CARD]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_ground_counts_as_white(mode: str) -> None:
    code = picture_of(CARD_PNG)
    picture = Image.new("RGBA", code.size, (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), mask=ImageOps.invert(code))
    png = saved(picture.quantize(4) if mode == "P" else picture.convert(mode))
    assert read_qr(png) == [CARD]


SHOTS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "upside down": lambda photo: photo.rotate(180),
    "on its side": lambda photo: photo.rotate(90, expand=True),
    "at 17 degrees": lambda photo: photo.rotate(17, Image.Resampling.BILINEAR, fillcolor=120),
    "at 45 degrees": lambda photo: photo.rotate(45, Image.Resampling.BILINEAR, fillcolor=120),
    "out of focus": lambda photo: photo.filter(ImageFilter.GaussianBlur(2.5)),
    "from above right": lambda photo: photo.transform(
        photo.size,
        Image.Transform.PERSPECTIVE,
        (1, 0.08, 0, 0.05, 1.05, 0, 0.00009, 0.00007),
        Image.Resampling.BILINEAR,
    ),
    "far away": lambda photo: photo.resize((480, 360), Image.Resampling.BILINEAR),
    "in a dark shop": lambda photo: photo.point(lambda value: 20 + value // 5),
    "light on dark": ImageOps.invert,
    "in colour": lambda photo: photo.convert("RGB"),
}


@pytest.mark.parametrize("shot", SHOTS)
def test_a_photo_is_read(shot: str) -> None:
    photo = SHOTS[shot](on_a_table(picture_of(qr_png(CARD, module_px=8)), (1200, 900)))
    assert read_qr(saved(photo, "JPEG", quality=70)) == [CARD]


@pytest.mark.parametrize("size", [(4032, 3024), (3024, 4032)])
@pytest.mark.parametrize("share", [0.5, 0.12, 0.04])
def test_a_12_megapixel_photo_is_read_whether_the_code_is_near_or_far(
    size: tuple[int, int], share: float
) -> None:
    # At 4 % a module has two pixels: only the second look, at full size, finds it.
    side = int(3024 * share)
    code = picture_of(CARD_PNG).resize((side, side), Image.Resampling.LANCZOS)
    assert read_qr(saved(on_a_table(code, size), "JPEG", quality=85)) == [CARD]


def test_several_codes_in_one_picture_are_all_read() -> None:
    other = card_text(150)
    table = Image.new("L", (1600, 900), 255)
    table.paste(picture_of(CARD_PNG), (0, 0))
    table.paste(picture_of(qr_png(other)), (800, 0))
    assert sorted(read_qr(saved(table))) == sorted([CARD, other])


@pytest.mark.parametrize("size", [(1, 1), (2, 5000), (640, 480)])
@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_a_picture_without_a_code_says_so(size: tuple[int, int], format: str) -> None:
    with pytest.raises(NoCodeFound):
        read_qr(saved(Image.effect_noise(size, 60), format))


def badge_picture(digits: str = "0420000004127") -> Image.Image:
    barcode = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.EAN13)
    return Image.fromarray(barcode.to_image(scale=4))


def test_other_barcodes_are_no_cards() -> None:
    with pytest.raises(NoCodeFound):
        read_qr(saved(badge_picture()))


@pytest.mark.parametrize(("format", "size"), [("PNG", (800, 600)), ("JPEG", (2600, 1950))])
def test_a_badge_is_read_where_badges_are_looked_for(format: str, size: tuple[int, int]) -> None:
    photo = on_a_table(badge_picture(), size)
    assert read_qr_or_badge(saved(photo, format)) == ["0420000004127"]


def test_a_card_that_bears_a_bar_code_too_is_read_as_a_card() -> None:
    card = Image.new("L", (1600, 1000), 255)
    card.paste(picture_of(CARD_PNG), (0, 0))
    card.paste(badge_picture(), (1000, 300))
    assert read_qr_or_badge(saved(card)) == [CARD]


def test_a_picture_with_neither_code_nor_badge_says_so() -> None:
    with pytest.raises(NoCodeFound):
        read_qr_or_badge(saved(Image.effect_noise((640, 480), 60)))
    with pytest.raises(ImageTooLarge):
        read_qr_or_badge(BOMBS["100 megapixels"])


# Pictures that are none, or do harm


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and has hardly any data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    shape = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(10_000))
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", shape) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    """Return a small JPEG whose header claims another size."""
    jpeg = saved(Image.new("L", (16, 16)), "JPEG")
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


NO_PICTURES = {
    "nothing": b"",
    "text": "Nom;Prénom\r\nEtcheverry;Maïté\r\n".encode("iso-8859-15"),
    "a GIF": saved(Image.new("L", (20, 20)), "GIF"),
    "a PDF": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n",
    "a PNG cut in the middle": CARD_PNG[: len(CARD_PNG) // 2],
    "a PNG's signature": CARD_PNG[:8],
    "a PNG's header": CARD_PNG[:33],
    "a PNG without data": png_header(600, 600),
    "a PNG without width": png_header(0, 600),
    "a JPEG cut in the middle": saved(Image.effect_noise((400, 400), 50), "JPEG")[:20_000],
    "a JPEG's first bytes": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "two bytes of a JPEG": b"\xff\xd8",
}


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_whole_picture_is_refused_as_such(name: str) -> None:
    with pytest.raises(NotAnImage):
        read_qr(NO_PICTURES[name])


BOMBS = {
    "100 megapixels": png_header(10_000, 10_000),
    "a square of 2 billion pixels": png_header(2**31 - 1, 2**31 - 1),
    "one endless row": png_header(2**31 - 1, 1),
    "a row of pixels enough, too long for the reader": png_header(65_536, 1),
    "a JPEG of 65500 by 65500": jpeg_of_size(65_500, 65_500),
    "more bytes than any photo": CARD_PNG + bytes(MAX_IMAGE_BYTES),
    "a JPEG of a thousand scans": saved(Image.new("L", (16, 16)), "JPEG") + b"\xff\xda" * 1000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_is_decoded(name: str) -> None:
    with pytest.raises(ImageTooLarge):
        read_qr(BOMBS[name])


def peak_memory(tmp_path: Path, picture: bytes) -> int:
    """Return the megabytes that a process takes at most for reading `picture` and nothing else."""
    need(sys.platform == "linux", "Peak memory is read from /proc, which only Linux has.")
    path = tmp_path / "picture"
    path.write_bytes(picture)
    program = f"""
        import pathlib, sys
        sys.path[:] = {sys.path!r}
        from passkoop_protocol.errors import ProtocolError
        from passkoop_protocol.qr import read_qr
        try:
            read_qr(pathlib.Path({str(path)!r}).read_bytes())
        except ProtocolError:
            pass
        status = pathlib.Path("/proc/self/status").read_text()
        print(status.split("VmHWM:")[1].split()[0])
    """
    answer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    return int(answer.stdout) // 1024


@pytest.mark.parametrize("name", [name for name in BOMBS if "bytes" not in name])
def test_a_bomb_takes_no_memory(tmp_path: Path, name: str) -> None:
    assert peak_memory(tmp_path, BOMBS[name]) < 60


def test_the_largest_picture_allowed_takes_a_known_share_of_memory(tmp_path: Path) -> None:
    # Four bytes a pixel and a grey copy: what Pillow needs where a PNG has colour and transparency.
    worst = saved(Image.new("RGBA", (8000, 5000), (9, 9, 9, 99)), compress_level=1)
    assert peak_memory(tmp_path, worst) < 320


@given(
    picture=st.sampled_from([qr_png(CARD, module_px=2), saved(picture_of(CARD_PNG), "JPEG")]),
    damage=st.lists(
        st.tuples(st.integers(0, 2**16), st.binary(min_size=1, max_size=4)), min_size=1
    ),
    cut=st.integers(0, 2**16),
)
def test_a_damaged_picture_is_read_rightly_or_refused_in_our_words(
    picture: bytes, damage: list[tuple[int, bytes]], cut: int
) -> None:
    hurt = bytearray(picture)
    for at, new in damage:
        at %= len(hurt)
        hurt[at : at + len(new)] = new
    try:
        texts = read_qr(bytes(hurt[: cut % len(hurt) or None]))
    except (NotAnImage, ImageTooLarge, NoCodeFound):
        return
    assert texts == [CARD]
