"""Un fichier CSV de membres dans Pass'Koop, et une carte à qui n'en a pas, en image PNG.

Rien que la bibliothèque standard de Python. Le jeton doit permettre members:write, cards:read et
cards:write. Relancé, il ne refait rien de ce qui est fait :

    export PASSKOOP=http://localhost:8765 JETON=passkoop_…
    python membres.py membres.csv cartes/

Le fichier a pour titres ceux de l'API : number, given_name, family_name, email, phone, town…
"""

import csv
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

AT_ONCE = 100  # lines that /members takes


class Refused(Exception):
    """Pass'Koop answered that it will not."""

    def __init__(self, code: str, says: str) -> None:
        super().__init__(says)
        self.code = code


def ask(path: str, body: object = None) -> bytes:
    """Return what Pass'Koop answers; without a body, what stands at an address."""
    request = urllib.request.Request(  # noqa: S310 - the shop's own address
        f"{os.environ['PASSKOOP']}/api/v1/{path}",
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {os.environ['JETON']}", "Accept-Language": "fr"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            content: bytes = answer.read()
    except urllib.error.HTTPError as error:
        told = json.load(error)
        raise Refused(told["code"], f"{told['message']} - {told['hint']}") from error
    return content


def put(lines: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield what became of each line."""
    for first in range(0, len(lines), AT_ONCE):
        yield from json.loads(ask("members", {"members": lines[first : first + AT_ONCE]}))[
            "members"
        ]


def card_of(member: int) -> int | None:
    """Return the member's new card; None if they have one, or get none."""
    try:
        card: int = json.loads(ask(f"members/{member}/cards", {}))["id"]
    except Refused as refused:
        if refused.code in ("has_card", "has_left"):
            return None
        raise
    return card


def main() -> None:
    """Put all members, then make and save the cards that are missing."""
    file, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(exist_ok=True)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        # An empty cell says nothing: sent, it would erase what the register has.
        lines = [{k: v for k, v in row.items() if v} for row in csv.DictReader(opened)]
    for number, one in enumerate(put(lines), start=2):
        if one["fate"] == "refused":
            sys.stdout.write(f"ligne {number} : {one.get('field', '')} {one['says']}\n")
            continue
        sys.stdout.write(f"ligne {number} : n° {one['number']} {one['fate']}\n")
        card = card_of(one["id"])
        if card is not None:
            picture = ask(f"members/{one['id']}/cards/{card}/picture")
            (folder / f"carte-{one['id']}.png").write_bytes(picture)


if __name__ == "__main__":
    try:
        main()
    except (Refused, OSError) as error:
        sys.exit(str(error))
