"""Which members' addresses a text names that came back: a list, or a mail server's report."""

import re
from collections.abc import Mapping

MOST = 1_000_000  # characters that are read
MOST_FOUND = 2_000  # members shown at once

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")
# RFC 3464, section 2.3: a report's part for each recipient, in which other addresses stand too.
_RECIPIENT = re.compile(
    r"^(?:Final|Original)-Recipient:[ \t]*rfc822;[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE
)
_FAILED = re.compile(r"^Action:[ \t]*failed", re.IGNORECASE | re.MULTILINE)


def parse_bounces(text: str) -> list[str]:
    """Return the addresses that came back, in small letters, each once.

    Of a mail server's report these are those that it says failed for good; of any other text, all
    that it holds.
    """
    text = text[:MOST]
    named: list[str] = []
    for part in re.split(r"\r?\n[ \t]*\r?\n", text):
        if _FAILED.search(part):
            named += _RECIPIENT.findall(part)
    found = [one for line in named for one in _ADDRESS.findall(line)] or (
        [] if _RECIPIENT.search(text) else _ADDRESS.findall(text)
    )
    return [*dict.fromkeys(one.rstrip(".").casefold() for one in found)]


def members_named(addresses: list[str], emails: Mapping[int, str]) -> list[int]:
    """Return whose addresses these are, by id, in their order."""
    wanted = {address: place for place, address in enumerate(addresses)}
    found = [
        (wanted[email.casefold()], id) for id, email in emails.items() if email.casefold() in wanted
    ]
    return [id for _place, id in sorted(found)]
