"""Codes out of files: pictures, and the pages of a PDF."""

from io import BytesIO

import pypdfium2

from passkoop_protocol.qr import NoCodeFound, NotAnImage, read_qr

MAX_PAGES = 20  # of a PDF that are looked at
_SCALE = 200 / 72  # pixels a point: a card's code is 150 pixels wide at least


def read_codes(data: bytes) -> list[str]:
    """Return the texts of the QR codes in a PNG, a JPEG or a PDF.

    Raises:
        NotAnImage, ImageTooLarge, NoCodeFound: there is nothing to read.
    """
    if not data.startswith(b"%PDF"):
        return read_qr(data)
    found: list[str] = []
    try:
        document = pypdfium2.PdfDocument(data)
        for number in range(min(len(document), MAX_PAGES)):
            picture = BytesIO()
            page = document[number]
            scale = min(_SCALE, 5000 / max(page.get_size()))
            page.render(scale=scale).to_pil().save(picture, "PNG")
            try:
                found += read_qr(picture.getvalue())
            except NoCodeFound:
                continue
    except pypdfium2.PdfiumError as error:
        raise NotAnImage("not a PDF that can be read") from error
    if not found:
        raise NoCodeFound("no page of the PDF shows a code")
    return found
