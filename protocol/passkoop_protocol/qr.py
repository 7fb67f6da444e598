"""QR codes: a text into modules, SVG or PNG, and the texts in a picture back out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import zxingcpp
from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from passkoop_protocol.errors import ProtocolError, TooLarge

QUIET_ZONE = 4  # modules of white on each side (ISO/IEC 18004, section 5.3.8)

MAX_IMAGE_BYTES = 20_000_000
MAX_IMAGE_PIXELS = 40_000_000  # a good phone's photo has 12 million, some have 50
MAX_IMAGE_SIDE = 65_535  # pixels: the reader takes no more, and no camera makes them
MAX_JPEG_SCANS = 30  # a progressive photo has about ten

_LEVEL = "M"  # dense codes are what people complain of; Q would cost two versions
_CARDS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)  # no micro codes
_BADGE = zxingcpp.BarcodeFormat.EAN13
_CARDS_AND_BADGES = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCodeModel2, _BADGE])
_PREVIEW = (
    2016,
    1512,
)  # a quarter of a 12-megapixel photo still shows a code of 12 % of its height
_STRIP = 256  # rows of pixels
_DARK_IS_ONE = bytes([1] * 128 + [0] * 128)  # grey value → module
_DARK = re.compile(rb"\x01+")


class NotAnImage(ProtocolError):
    """The bytes are no PNG and no JPEG, or are damaged or cut off."""

    code = "not_an_image"
    hint = "Give a whole PNG or JPEG picture of the code."


class NoCodeFound(ProtocolError):
    """A whole picture, in which no code that was looked for can be seen."""

    code = "no_code"
    hint = "Take the picture again: the whole code, from above, in good light."


class ImageTooLarge(TooLarge):
    """More bytes, pixels or scans than a picture of a code needs. Nothing of it was decoded."""

    hint = "Take the picture again at a lower resolution, or cut out the code."


@dataclass(frozen=True, kw_only=True, slots=True)
class QrCode:
    """A QR code as its modules, without quiet zone."""

    modules: tuple[bytes, ...]  # rows from the top, one byte a module: 1 is dark, 0 is light

    @property
    def size(self) -> int:
        """Modules on a side, without quiet zone."""
        return len(self.modules)

    @property
    def version(self) -> int:
        """1 to 40 (ISO/IEC 18004, section 5.3.1)."""
        return (self.size - 17) // 4

    def bars(self) -> Iterator[tuple[int, int, int]]:
        """Yield each unbroken row of dark modules as (left, top, length), from the top left."""
        for top, row in enumerate(self.modules):
            for bar in _DARK.finditer(row):
                yield bar.start(), top, bar.end() - bar.start()


def qr_code(text: str) -> QrCode:
    """Return the code of `text` at level M.

    The writer finds the shortest segments by itself: an address in lower case followed by base32
    becomes a byte segment and an alphanumeric one, two to three versions smaller than bytes alone.

    Raises:
        ValueError: `text` is empty, or too long for any QR code.
    """
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=_LEVEL)
    picture = Image.fromarray(barcode.to_image(add_quiet_zones=False))
    pixels = picture.tobytes().translate(_DARK_IS_ONE)
    side = picture.width
    return QrCode(modules=tuple(pixels[at : at + side] for at in range(0, len(pixels), side)))


def qr_svg(text: str) -> str:
    """Return the code of `text` as an SVG, one unit a module, black on white with its quiet zone.

    Raises:
        ValueError: as `qr_code`.
    """
    code = qr_code(text)
    side = code.size + 2 * QUIET_ZONE
    bars = "".join(
        f"M{left + QUIET_ZONE} {top + QUIET_ZONE}h{length}v1h-{length}z"
        for left, top, length in code.bars()
    )
    # The white ground belongs to the code: on a dark page it could not be read without.
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path d="{bars}"/></svg>\n'
    )


def qr_png(text: str, *, module_px: int = 12) -> bytes:
    """Return the code of `text` as a 1-bit PNG of `module_px` pixels a module, with its quiet zone.

    Raises:
        ValueError: as `qr_code`.
    """
    code = qr_code(text)
    grey = b"".join(code.modules).translate(bytes([255, 0]) + bytes(254))
    picture = Image.frombytes("L", (code.size, code.size), grey).convert("1")
    picture = ImageOps.expand(picture, QUIET_ZONE, fill=255)
    side = picture.width * module_px
    out = BytesIO()
    picture.resize((side, side), Image.Resampling.NEAREST).save(out, "PNG", optimize=True)
    return out.getvalue()


def read_qr(image: bytes) -> list[str]:
    """Return the texts of the QR codes in a PNG or JPEG, at least one.

    Raises:
        NoCodeFound: there is none.
        NotAnImage: no PNG and no JPEG, or a damaged one.
        ImageTooLarge: beyond MAX_IMAGE_BYTES, _PIXELS or _SIDE, or MAX_JPEG_SCANS.
    """
    for barcodes in _barcodes(image, _CARDS):
        if barcodes:
            return [one.text for one in barcodes]
    raise NoCodeFound("there is no QR code in the picture")


def read_qr_or_badge(image: bytes) -> list[str]:
    """Return the texts of the QR codes in a picture; without any, of its EAN-13 bar codes.

    Co-ops' badges from before the Pass'Koop bear such a bar code; a card that bears both is read
    as a card.

    Raises:
        NoCodeFound: there is neither.
        NotAnImage, ImageTooLarge: as `read_qr`.
    """
    badges: list[str] = []
    for barcodes in _barcodes(image, _CARDS_AND_BADGES):
        cards = [one.text for one in barcodes if one.format != _BADGE]
        if cards:
            return cards
        badges = badges or [one.text for one in barcodes]
    if badges:
        return badges
    raise NoCodeFound("there is no QR code and no EAN-13 in the picture")


def _barcodes(
    image: bytes, formats: zxingcpp.BarcodeFormats
) -> Iterator[Sequence[zxingcpp.Barcode]]:
    """Yield what is found in a picture, at first in a reduced one, then in full.

    Raises:
        NotAnImage, ImageTooLarge: as `read_qr`.
    """
    for picture in _grey_pictures(image):
        yield zxingcpp.read_barcodes(
            picture,
            formats=formats,
            text_mode=zxingcpp.TextMode.Plain,  # the default writes control characters as <NUL>
        )


def _grey_pictures(image: bytes) -> Iterator[Image.Image]:
    """Yield the picture in grey: a photo first reduced, then, if that was not enough, in full.

    Raises:
        NotAnImage, ImageTooLarge: as `read_qr`.
    """
    if len(image) > MAX_IMAGE_BYTES:
        raise ImageTooLarge(f"the picture has {len(image)} bytes, {MAX_IMAGE_BYTES} are allowed")
    try:
        picture = _open_picture(image)
        if isinstance(picture, PngImageFile):
            yield _on_white(picture)
            return
        full_size = picture.size
        preview = _PREVIEW if picture.width >= picture.height else _PREVIEW[::-1]
        picture.draft("L", preview)  # the decoder skips what a smaller grey picture does not need
        yield picture.convert("L")
        if picture.size != full_size:
            picture = JpegImageFile(BytesIO(image))
            picture.draft("L", full_size)
            yield picture.convert("L")
    except (ProtocolError, MemoryError):
        raise
    # Pillow's decoders promise no family of their own: on damaged bytes they raise OSError,
    # SyntaxError, ValueError, struct.error, EOFError, IndexError and others, by format and version.
    except Exception as error:
        raise NotAnImage(f"the picture cannot be decoded: {error}") from error


def _open_picture(image: bytes) -> PngImageFile | JpegImageFile:
    """Return the picture with only its header read, or raise what `read_qr` raises.

    The two formats are opened by their classes, not by Image.open: that would try other decoders,
    and its own guard against bombs warns where we refuse.
    """
    if image.startswith(b"\x89PNG\r\n\x1a\n"):
        picture: PngImageFile | JpegImageFile = PngImageFile(BytesIO(image))
    elif image.startswith(b"\xff\xd8"):
        # Each scan of a progressive JPEG walks over the whole picture: a file of thousands of empty
        # scans would keep a processor busy for hours. In compressed data no FF is followed by DA.
        scans = image.count(b"\xff\xda")
        if scans > MAX_JPEG_SCANS:
            raise ImageTooLarge(f"the picture has {scans} scans, {MAX_JPEG_SCANS} are allowed")
        picture = JpegImageFile(BytesIO(image))
    else:
        raise NotAnImage("the bytes are neither PNG nor JPEG")
    pixels = picture.width * picture.height
    if not pixels:
        raise NotAnImage("the picture has no pixels")
    if pixels > MAX_IMAGE_PIXELS:
        raise ImageTooLarge(f"the picture has {pixels} pixels, {MAX_IMAGE_PIXELS} are allowed")
    if max(picture.size) > MAX_IMAGE_SIDE:
        raise ImageTooLarge(f"the picture has a side of more than {MAX_IMAGE_SIDE} pixels")
    return picture


def _on_white(picture: PngImageFile) -> Image.Image:
    """Return `picture` in grey: what is transparent becomes white, as it would be on paper."""
    if not picture.has_transparency_data:
        return picture.convert("L")
    ground = Image.new("L", picture.size, 255)
    # In strips: all at once, 40 million transparent pixels took 440 MB.
    for top in range(0, picture.height, _STRIP):
        strip = picture.crop((0, top, picture.width, min(top + _STRIP, picture.height)))
        layers = strip.convert("LA")
        ground.paste(layers.getchannel("L"), (0, top), mask=layers.getchannel("A"))
    return ground
