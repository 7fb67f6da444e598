"""Pictures of promotions: read with care, made small, drawn anew. Nothing of the file is kept."""

from io import BytesIO

from passkoop_node.errors import NodeError

MAX_FILE = 2_000_000  # bytes
MAX_PIXELS = 25_000_000  # a good telephone's photo has 12 million
MAX_SCANS = 30  # of a JPEG: each one walks over the whole picture; a photo has about ten
LARGEST = (1600, 1200)
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


class BadPicture(NodeError):
    """The file is no picture that is shown here."""

    code = "bad_picture"
    hint = "Choisissez une image PNG, JPEG, WebP ou GIF, de 25 millions de points au plus."

    def __init__(self) -> None:
        super().__init__("ce fichier n’est pas une image lisible ici")


def redrawn(data: bytes) -> bytes:
    """Return a picture as a small JPEG on white.

    Raises:
        BadPicture: it is none, is too large to open, or breaks off.
    """
    from PIL import Image, ImageOps  # and with it the readers of pictures

    if not data or len(data) > MAX_FILE:
        raise BadPicture
    if data.startswith(b"\xff\xd8") and data.count(b"\xff\xda") > MAX_SCANS:
        raise BadPicture
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            # The head says so; nothing was unpacked yet.
            if image.width * image.height > MAX_PIXELS:
                raise BadPicture
            image.draft("RGB", LARGEST)
            image.thumbnail(LARGEST)
            small = ImageOps.exif_transpose(image).convert("RGBA")
    except Exception as error:
        # A reader of pictures raises whatever their bytes lead to.
        raise BadPicture from error
    clean = Image.new("RGB", small.size, "white")
    clean.paste(small, mask=small.getchannel("A"))
    out = BytesIO()
    clean.save(out, "JPEG", quality=84, optimize=True)
    return out.getvalue()
