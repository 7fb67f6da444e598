"""Keep a co-op as a version of the program leaves it: a backup, and what must be found in it.

    git archive VERSION protocol node cli directory_site | tar -x -C SOURCE
    .venv/bin/python tests/databases/keep_coop.py SOURCE NAME

SOURCE is the code of that version, NAME the files' name here. The co-op is made by the command of
that version, as people type it, and what it prints is kept beside: today's code has to agree.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MEMBERS = """Numéro;Nom;Prénom;E-mail;Date d'adhésion
1;Etcheverry;Maïté;maite@exemple.example;03/02/2021
2;Núñez;Iñaki;;
3;Lefèvre-Dupontel;Anne-Lise;anne-lise@exemple.example;14/09/2023
4;Ibarra;Peio;;01/01/2020
5;Çelik;Zeynep;zeynep@exemple.example;
6;O'Brien;Siobhán;;29/02/2024
"""
# What no command does: somebody who may enter, and a till. Says the till's secret.
TILL = """
import sys, time
from pathlib import Path
from passkoop_node.core.accounts import Role
from passkoop_node.core.devices import TillStore
from passkoop_node.home import Home
from passkoop_node.rooms import open_rooms
rooms, now = open_rooms(Home(Path(sys.argv[1]))), int(time.time())
rooms.accounts.add("Nico", Role.ADMINISTRATOR, password="$argon2id$none", now=now)
tills = TillStore(rooms.db)
till, secret = tills.pair(tills.open_code("Caisse 1", now=now).code, now=now)
print(secret)
rooms.close()
"""


class Then:
    """The program as it was."""

    def __init__(self, source: Path, folder: Path) -> None:
        names = ("protocol", "node", "cli", "directory_site")
        path = os.pathsep.join(str(source / name) for name in names)
        self._environment = {**os.environ, "PYTHONPATH": path, "PASSKOOP_HOME": "/nowhere"}
        self._folder = folder

    def python(self, code: str, *words: object) -> str:
        """Run a few lines, and return what they print."""
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, words)],
            env=self._environment,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            sys.exit(f"{words}: {done.returncode}")
        return done.stdout

    def passkoop(self, home: Path, *words: object) -> list[dict[str, Any]]:
        """Type a command, and return the objects that it prints."""
        command = "from passkoop_cli.main import main; main()"
        out = self.python(command, "--home", home, *words, "--json")
        return [json.loads(line) for line in out.splitlines()]

    def has(self, home: Path, command: str) -> bool:
        """Return whether there was such a command."""
        return f" {command} " in self.python(
            "from passkoop_cli.main import main; main()", "--home", home, "--help"
        )


def make(then: Then, folder: Path, backup: Path) -> dict[str, Any]:
    """Fill a co-op, back it up, and return what is in it."""
    courge, panier = folder / "courge", folder / "panier"
    then.passkoop(courge, "init", "--name", "La Courge", "--place", "Hendaye", "--country", "FR")
    then.passkoop(panier, "init", "--name", "Le Panier", "--place", "Irun", "--country", "ES")
    (folder / "members.csv").write_text(MEMBERS, encoding="utf-8")
    then.passkoop(courge, "member", "import", folder / "members.csv", "--yes")
    first = {one["number"]: one["text"] for one in then.passkoop(courge, "card", "issue", "--all")}
    then.passkoop(courge, "card", "replace", "3", "--reason", "perdue")
    then.passkoop(courge, "card", "revoke", "4")
    then.passkoop(courge, "card", "suspend", "5")
    (folder / "other.csv").write_text("Nom;Prénom\nZubiri;Ane\n", encoding="utf-8")
    then.passkoop(panier, "member", "import", folder / "other.csv", "--yes")
    (guest,) = then.passkoop(panier, "card", "issue", "--all")
    for one, other in ((courge, panier), (panier, courge)):
        (code,) = then.passkoop(other, "peer", "code")
        then.passkoop(one, "peer", "add", code["code"])
        then.passkoop(other, "peer", "export", "--output", folder / "news.passkoop")
        then.passkoop(one, "peer", "import", folder / "news.passkoop")
        (folder / "news.passkoop").unlink()
    visits: list[dict[str, Any]] = []
    if then.has(courge, "visit"):
        note = ("visit", "note", "--anyway", "on se connaît")
        then.passkoop(courge, *note, guest["text"], "--amount", "23,50")
        then.passkoop(courge, *note, "--member", "1")
        then.passkoop(courge, *note, "--name", "Paul Sanscarte", "--amount", "12")
        wrong = then.passkoop(courge, "visit", "list")[0]["number"]
        then.passkoop(courge, "visit", "note", "--correct", wrong, "--amount", "21")
        visits = then.passkoop(courge, "visit", "list")
    secret = then.python(TILL, courge).strip()
    then.passkoop(courge, "backup", backup)
    return {
        "made_at": int(time.time()),
        "members": then.passkoop(courge, "member", "list"),
        "cards": [
            card
            for number in sorted(first)
            for card in then.passkoop(courge, "card", "show", number)
        ],
        "peers": then.passkoop(courge, "peer", "list"),
        "guest": guest["text"],
        "visits": visits,
        "till": secret,
    }


def main() -> None:
    """Make both files."""
    source, name = Path(sys.argv[1]).resolve(), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        backup = HERE / f"{name}.passkoop-backup"
        found = make(Then(source, Path(folder)), Path(folder), backup)
    backup.chmod(0o644)
    facts = json.dumps(found, ensure_ascii=False, indent=1)
    (HERE / f"{name}.json").write_text(facts + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
