"""Numbers that check themselves: IBAN (ISO 13616), references RF (ISO 11649). No I/O."""

import re

from passkoop_node.core.language import _
from passkoop_node.errors import NodeError

# The lengths of the IBAN registry, for the countries of the SEPA area.
_LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21,
    "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_BLANKS = re.compile(r"[\s\u00a0\u202f.-]+")
DIGITS = 8  # of a reference of ours
# As banks write it: in groups, in a line of other words.
_WRITTEN = re.compile(rf"RF(?:[\s\u00a0./-]*[0-9]){{{DIGITS + 2}}}(?![0-9])", re.IGNORECASE)


class BadAccount(NodeError):
    """No account has this number."""

    code = "bad_account"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.hint = _("Recopiez-le depuis le relevé de la banque.")


def parse_iban(text: str) -> str:
    """Return an IBAN in capitals and without spaces.

    Raises:
        BadAccount: its check digits, its length or a letter in it is wrong.
    """
    iban = _BLANKS.sub("", text).upper()
    if not _IBAN.fullmatch(iban):
        raise BadAccount(_("ce n'est pas un IBAN"))
    length = _LENGTHS.get(iban[:2])
    if length is not None and len(iban) != length:
        country = iban[:2]
        raise BadAccount(
            _("un IBAN %(country)s a %(length)s signes", country=country, length=length)
        )
    if _mod97(iban[4:] + iban[:4]) != 1:
        raise BadAccount(_("un signe de cet IBAN est faux"))
    return iban


def parse_bic(text: str) -> str:
    """Return a BIC in capitals and without spaces.

    Raises:
        BadAccount: none looks so.
    """
    bic = _BLANKS.sub("", text).upper()
    if not _BIC.fullmatch(bic):
        raise BadAccount(_("un BIC a 8 ou 11 signes, comme AGRIFRPP"))
    return bic


def reference(body: str) -> str:
    """Return the creditor reference of `body`, letters and digits (ISO 11649)."""
    return f"RF{98 - _mod97(f'{body}RF00'):02}{body}"


def is_reference(text: str) -> bool:
    """Return whether a text without spaces is a creditor reference whose check is right."""
    return (
        bool(re.fullmatch(r"RF[0-9]{2}[A-Z0-9]{1,21}", text)) and _mod97(text[4:] + text[:4]) == 1
    )


def references_in(words: str) -> tuple[list[str], list[str]]:
    """Return the references like ours that stand in some words, and those whose check is wrong."""
    found = [_BLANKS.sub("", one).replace("/", "").upper() for one in _WRITTEN.findall(words)]
    good = [one for one in found if is_reference(one)]
    return list(dict.fromkeys(good)), [one for one in found if one not in good]


def in_fours(text: str) -> str:
    """Return an IBAN or a reference as people read it: RF18 5390 0754."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _mod97(text: str) -> int:
    """Return the remainder of ISO 7064, A as 10 up to Z as 35."""
    return int("".join(str(int(char, 36)) for char in text)) % 97
