"""Les demandes à Pass'Koop : rien d'Odoo ici, rien à installer."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

AT_ONCE = 50  # lines that /visits takes
SECONDS = 5  # a till does not wait longer


class NoAnswer(Exception):
    """Pass'Koop did not answer: it is as if there were no card, and nothing was noted."""


class Refused(Exception):
    """Pass'Koop answered that it will not; the message is for people."""


def ask(address: str, token: str, name: str, body: object) -> dict[str, Any]:
    """Return what Pass'Koop answers."""
    request = urllib.request.Request(  # noqa: S310 - the shop's own address
        f"{address}/api/v1/{name}",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Accept-Language": "fr"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            told: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code in (429, 503):
            raise NoAnswer from error
        why = json.load(error)
        raise Refused(f"{why['message']}. {why['hint']}") from error
    except (OSError, ValueError) as error:
        raise NoAnswer from error
    return told


def verify(address: str, token: str, text: str) -> dict[str, Any]:
    """Return what a card is worth: title and says to show, visit to keep on the order."""
    return ask(address, token, "verify", {"text": text})


def line_of(reference: str, at: int, visit: dict[str, Any], cents: int) -> dict[str, Any]:
    """Return the visit of an order: its reference is the number by which it counts once."""
    return {**visit, "line": reference, "at": at, "amount": cents}


def hand_over(
    address: str, token: str, lines: list[dict[str, Any]]
) -> Iterator[tuple[str, str, str]]:
    """Yield (reference, fate, why) of each line; those that come again count once."""
    for first in range(0, len(lines), AT_ONCE):
        taken = ask(address, token, "visits", {"visits": lines[first : first + AT_ONCE]})
        for one in taken["visits"]:
            yield one["line"], one["fate"], one.get("says", "")
