"""A forged card: the visitor's own, with another name in it."""

from passkoop_protocol.text import decode_text, encode_text

_REAL, _OTHER = "Maëlle", "Arsène"


def with_another_name(text: str) -> str:
    """Return the text of the visitor's card with another given name, and the same signature."""
    # Both names have seven bytes: all else stays as it was, and the card is still well formed.
    return encode_text(decode_text(text).replace(_REAL.encode(), _OTHER.encode()))
