"""Phone numbers: as people write them, and as gateways want them (E.164)."""

import re
from functools import lru_cache

from passkoop_node.errors import NodeError


class BadPhone(NodeError):
    """What was given is no number that an SMS can go to."""

    code = "bad_phone"
    hint = "Donnez un numéro de portable, par exemple 06 12 34 56 78, ou +32… de l’étranger."

    def __init__(self) -> None:
        super().__init__("ce n’est pas un numéro de portable")  # not said: it is somebody's


@lru_cache(maxsize=10_000)
def parse_mobile(text: str, country: str) -> str:
    """Return a mobile's number as E.164: "+33612345678".

    Args:
        text: as somebody wrote it.
        country: where a number without one is from, ISO 3166-1 alpha-2.

    Raises:
        BadPhone: it is none, or of a line that takes no SMS.
    """
    import phonenumbers  # a large library: commands that write to nobody need not load it
    from phonenumbers import PhoneNumberType

    # Both figures of a zone in brackets are written; "(0)" after the country is not dialled.
    text = re.sub(r"\(0\)", "", text)[:40]
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException as error:
        raise BadPhone from error
    kinds = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if (
        number.extension
        or not phonenumbers.is_valid_number(number)
        or phonenumbers.number_type(number) not in kinds
    ):
        raise BadPhone
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def is_mobile(text: str, country: str) -> bool:
    """Return whether an SMS can go to `text`."""
    try:
        parse_mobile(text, country)
    except BadPhone:
        return False
    return True
