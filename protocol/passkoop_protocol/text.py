"""The text in a card's QR code: an address that any phone opens, then the card (SPEC 5.2)."""

from base64 import b32encode
from collections.abc import Iterator

from . import keyboards
from .errors import BadText

ADDRESS = "https://membre.coop/v#"
MAX_TEXT = 1024  # characters; a card takes at most 330

# Python reads numbers in base 32, too, with other digits. Whatever is none becomes a "!", for `int`
# would take blanks, signs and underscores.
_DIGITS = dict(
    zip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghijklmnopqrstuv", strict=True)
)
_TO_PYTHON_DIGITS = bytes(_DIGITS.get(byte, ord("!")) for byte in range(256))
_AROUND = "".join(map(chr, range(0x21))) + "\x7f"  # what readers put before and behind a code
_CARD_START = b"\xd2\x84"  # tag 18, an array of four


def encode_text(data: bytes, *, address: str = ADDRESS) -> str:
    """Return the text that carries `data`: `address`, then unpadded base32 (RFC 4648)."""
    return address + b32encode(data).decode().rstrip("=")


def decode_text(text: str) -> bytes:
    """Return the bytes that `text` carries.

    What stands before the last `#` is not looked at: any address will do.

    Raises:
        BadText: too long, not base32, or a second spelling of the same bytes.
    """
    if len(text) > MAX_TEXT:
        raise BadText(f"the text is longer than {MAX_TEXT} characters")
    letters = _fragment(text)
    try:
        number = int(letters.encode("ascii").translate(_TO_PYTHON_DIGITS), 32)
    except ValueError:
        raise BadText("the text is not base32") from None
    length, spare = divmod(len(letters) * 5, 8)
    if spare > 4 or number & ((1 << spare) - 1):
        raise BadText("the text is not the only base32 form of its bytes")
    return (number >> spare).to_bytes(length)


def looks_like_a_card(text: str) -> bool:
    """Return whether `text` was meant to carry a card: its base32 begins like a card's."""
    return len(text) <= MAX_TEXT and _fragment(text).startswith("2KC")


def readings(text: str) -> Iterator[bytes]:
    """Yield the bytes that `text` may carry: as it stands, then as typed on foreign keyboards.

    A repair counts only if it begins like a card; whether it is one, the signature decides.
    """
    try:
        first = decode_text(text)
    except BadText:
        pass
    else:
        yield first
    seen: set[bytes] = set()
    for repaired in keyboards.repairs(text):
        try:
            data = decode_text(repaired)
        except BadText:
            continue
        if data.startswith(_CARD_START) and data not in seen:
            seen.add(data)
            yield data


def _fragment(text: str) -> str:
    return text.strip(_AROUND).rpartition("#")[2]
