"""Une caisse d’exemple : vérifie des cartes, note les visites, garde celles qui n’ont pu partir.

Rien que la bibliothèque standard de Python. Le texte de chaque carte arrive sur l’entrée standard :

    export PASSKOOP=http://localhost:8765 JETON=passkoop_…
    python caisse.py attente.jsonl
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

AT_ONCE = 50  # lines that /visits takes


class Passkoop:
    """A node, asked by a token."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.token = token

    def verify(self, text: str) -> dict[str, Any]:
        """Return what a card is worth; nothing is noted."""
        return self._ask("verify", {"text": text})

    def hand_over(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return what became of each line: noted, known, conflict or refused."""
        taken: list[dict[str, Any]] = self._ask("visits", {"visits": lines})["visits"]
        return taken

    def _ask(self, name: str, body: object) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - the address is the shop's own
            f"{self.address}/api/v1/{name}",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.token}", "Accept-Language": "fr"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            told: dict[str, Any] = json.load(answer)
        return told


class Waiting:
    """Lines that are not handed over yet, in a file: they outlive the program."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def add(self, line: dict[str, Any]) -> None:
        """Keep a line, before it is sent."""
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def send(self, node: Passkoop) -> list[dict[str, Any]]:
        """Send what waits, and return what became of it; the same line sent again counts once."""
        if not self.file.exists():
            return []
        lines = [json.loads(line) for line in self.file.read_text("utf-8").splitlines()]
        taken: list[dict[str, Any]] = []
        for at in range(0, len(lines), AT_ONCE):
            taken += node.hand_over(lines[at : at + AT_ONCE])
        early = [
            line
            for line, one in zip(lines, taken, strict=True)
            if one.get("code") == "visit_in_future"  # this machine's clock is ahead
        ]
        self.file.write_text("".join(json.dumps(line) + "\n" for line in early), "utf-8")
        return taken


def main() -> None:
    """Verify each card on stdin, and note the visit of whoever is welcome."""
    node = Passkoop(os.environ["PASSKOOP"], os.environ["JETON"])
    waiting = Waiting(Path(sys.argv[1]))
    for text in sys.stdin:
        try:
            answer = node.verify(text.strip())
            name = (answer["holder"] or {}).get("name", "")
            sys.stdout.write(f"{answer['title']} {name} - {answer['says']}\n")
            if answer["outcome"] == "welcome":
                number = {"line": str(uuid.uuid4()), "at": int(time.time())}
                waiting.add(answer["visit"] | number)
            for one in waiting.send(node):
                sys.stdout.write(f"  visite : {one['fate']} {one.get('says', '')}\n")
        except urllib.error.HTTPError as error:
            told = json.load(error)
            sys.stdout.write(f"{told['message']} - {told['hint']}\n")
        except OSError:
            sys.stdout.write("Pass’Koop ne répond pas ; ce qui attend partira plus tard.\n")


if __name__ == "__main__":
    main()
