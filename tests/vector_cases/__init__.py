"""The cases of `protocol/vectors/`, written down: what is asked, and what SPEC.md says to answer.

Nothing here asks the implementation what it thinks. `protocol/vectors/make.py` writes the files.
"""

import json
import re
from collections.abc import Callable

from .cards import card_cases
from .cases import Case
from .descriptors import descriptor_cases
from .encoding import cbor_cases
from .federations import federation_cases
from .files import file_cases
from .lists import list_cases, status_cases
from .network import network_cases
from .pages import page_cases
from .requests import request_cases
from .signatures import ed25519_cases
from .texts import keyboard_cases, pairing_cases, text_cases
from .verdicts import verdict_cases

FILES: dict[str, Callable[[], list[Case]]] = {
    "cbor": cbor_cases,
    "ed25519": ed25519_cases,
    "text": text_cases,
    "keyboards": keyboard_cases,
    "pairing": pairing_cases,
    "status": status_cases,
    "cards": card_cases,
    "verdicts": verdict_cases,
    "network": network_cases,
    "lists": list_cases,
    "descriptors": descriptor_cases,
    "federations": federation_cases,
    "pages": page_cases,
    "files": file_cases,
    "requests": request_cases,
}


def rendered(name: str) -> str:
    """Return the file `name`.json: one case a line. The same source gives the same bytes."""
    cases = FILES[name]()
    names = [case["name"] for case in cases]
    twice = sorted({one for one in names if names.count(one) > 1})
    assert not twice, f"{name}: names that stand twice: {twice}"
    return "[\n" + ",\n".join(map(_line, cases)) + "\n]\n"


def _line(case: Case) -> str:
    # Readable, but for half surrogate pairs, which UTF-8 cannot hold.
    told = json.dumps(case, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", told)
