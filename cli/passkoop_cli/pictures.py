"""Codes out of files: pictures, and the pages of a PDF."""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from passkoop_cli.output import progress_bar
from passkoop_protocol.qr import NoCodeFound, NotAnImage, read_qr

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MAX_PAGES = 1_000  # of a PDF: ten thousand cards to cut out
_SCALE = 200 / 72  # pixels a point: a card's code is 150 pixels wide at least
_LONGEST_SIDE = 4_000  # pixels: a poster is looked at from further away, not with more memory


def read_codes(data: bytes) -> list[str]:
    """Return the texts of the QR codes in a PNG, a JPEG or a PDF, page after page.

    Raises:
        NotAnImage, ImageTooLarge, NoCodeFound: there is nothing to read.
    """
    if not data.startswith(b"%PDF"):
        return read_qr(data)
    found: list[str] = []
    for picture in _pages(data):
        try:
            found += read_qr(picture)
        except NoCodeFound:
            continue
    if not found:
        raise NoCodeFound("no page of the PDF shows a code")
    return found


def _pages(data: bytes) -> Iterator[bytes]:
    """Yield the pages of a PDF in grey, each as a PNG."""
    import pypdfium2  # most cards are no PDF, and it takes a while to load

    number = 0
    try:
        with pypdfium2.PdfDocument(data) as document:
            count = min(len(document), MAX_PAGES)
            with progress_bar(count, "Pages") as bar:
                for number in range(count):
                    yield _rendered(document, number)
                    bar.update(1)
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise NotAnImage(f"the PDF cannot be read beyond page {number}") from error


def _rendered(document: "PdfDocument", number: int) -> bytes:
    page = document[number]
    longest = max(page.get_size())
    scale = min(_SCALE, _LONGEST_SIDE / longest) if longest > 0 else _SCALE
    bitmap = page.render(scale=scale, grayscale=True)
    picture = BytesIO()
    # It is read at once and thrown away: to squeeze it would take longer than to read it.
    bitmap.to_pil().save(picture, "PNG", compress_level=1)
    bitmap.close()
    page.close()
    return picture.getvalue()
