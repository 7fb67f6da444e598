"""The `passkoop` command as tests run it: in this process or in one of its own, on real files."""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from passkoop_cli.main import run
from passkoop_node.home import Home
from passkoop_node.rooms import Rooms, open_rooms

DAY = 86_400
# The program's own clock stands still where a test wants to know the dates.
GIVEN, UNREACHABLE = 2, 5  # exit codes: what was given is wrong; the co-op cannot be reached
NOW = 1_795_000_000  # 19 November 2026


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What a run of the command left."""

    code: int
    out: str
    err: str
    raw: bytes = b""  # what stdout holds where it is no text

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def answer(self) -> dict[str, Any]:
        """The only object on stdout."""
        (answer,) = self.answers
        return answer

    @property
    def said(self) -> list[str]:
        """The lines on stderr."""
        return self.err.splitlines()


def passkoop(*words: object, typed: str | bytes = b"", now: int = NOW) -> Done:
    """Run `passkoop WORDS…` in this process, where nobody sits at a terminal."""
    given = typed.encode() if isinstance(typed, str) else typed
    out, err = io.BytesIO(), io.BytesIO()
    streams = [io.TextIOWrapper(stream, encoding="utf-8", newline="\n") for stream in (out, err)]
    clock = SimpleNamespace(time=lambda: float(now))
    with (
        mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")),
        mock.patch("passkoop_cli.context.time", clock),
        redirect_stdout(streams[0]),
        redirect_stderr(streams[1]),
    ):
        code = run([str(word) for word in words])
        for stream in streams:
            stream.flush()
    raw = out.getvalue()
    return Done(code=code, out=raw.decode(errors="replace"), err=err.getvalue().decode(), raw=raw)


def process(
    *words: object,
    typed: bytes = b"",
    before: str = "",
    env: Mapping[str, str] | None = None,
    user: int | None = None,
) -> Done:
    """Run `passkoop WORDS…` in a process of its own.

    Args:
        words: what is typed.
        typed: what comes on stdin.
        before: Python that the process runs first, such as to limit what it may write.
        env: what its environment has besides ours.
        user: whose account it runs under; None: ours.
    """
    code = textwrap.dedent(before) + "\nfrom passkoop_cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        input=typed,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **(env or {})},
        user=user,
        timeout=300,
    )
    return Done(
        code=done.returncode,
        out=done.stdout.decode(errors="replace"),
        err=done.stderr.decode(errors="replace"),
        raw=done.stdout,
    )


class Coop:
    """A co-op in a folder, and whoever types its commands."""

    def __init__(self, home: Path, *, now: int = NOW) -> None:
        self.home = home
        self.now = now

    def __call__(self, *words: object, typed: str | bytes = b"") -> Done:
        """Run a command in this co-op."""
        return passkoop("--home", self.home, *words, typed=typed, now=self.now)

    def do(self, *words: object, typed: str | bytes = b"") -> Done:
        """Run a command that must end well."""
        done = self(*words, typed=typed)
        assert done.code == 0, done.err
        return done

    def later(self, *, days: float = 0, seconds: int = 60) -> "Coop":
        """Return the same co-op at a later time."""
        return Coop(self.home, now=self.now + int(days * DAY) + seconds)

    def verify(self, card: object) -> tuple[str, list[str], str]:
        """Return what `verify` says of one card: outcome, codes, and the name or ""."""
        done = self("verify", card, "--json")
        answer = done.answer
        codes = [reason["code"] for reason in answer["reasons"]]
        expected = {"welcome": 0, "refused": 1, "unverified": 3, "remark": 4}
        assert done.code == expected[answer["outcome"]]
        return answer["outcome"], codes, answer.get("holder", {}).get("name", "")

    @property
    def code(self) -> str:
        """The pairing code."""
        return self.do("peer", "code").out.strip()

    def tell(self, other: "Coop") -> Done:
        """Give the other co-op a file of all that this one knows."""
        file = self.home.parent / f"{self.home.name}.passkoop"
        self.do("peer", "export", "-o", file)
        return other("peer", "import", file)

    def card_text(self, number: object) -> str:
        """Return the text of a member's newest card."""
        text: str = self.do("card", "show", number, "--json").answers[0]["text"]
        return text

    @contextmanager
    def rooms(self) -> Iterator[Rooms]:
        """Open what the command opens."""
        rooms = open_rooms(Home(self.home))
        try:
            yield rooms
        finally:
            rooms.close()


def found(home: Path, name: str, place: str = "Hendaye", country: str = "FR") -> Coop:
    """Return a new co-op in a folder that is not there yet."""
    coop = Coop(home)
    coop.do("init", "--name", name, "--place", place, "--country", country)
    return coop


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return the content of every file in a folder, by path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def members_csv(count: int, *, encoding: str = "utf-8") -> bytes:
    """Return a list of members with accents, numbered from 1."""
    given = ["Maïté", "Xabier", "Élodie", "Jean-Baptiste", "João"]
    family = ["Etcheverry", "Goikoetxea", "Œuvrard", "Durand", "Gonçalves"]
    lines = ["Numéro;Nom;Prénom;E-mail"]
    lines += [
        f"{at};{family[at % 5]};{given[at % 4]};p{at}@exemple.fr" for at in range(1, count + 1)
    ]
    return "\n".join(lines).encode(encoding)


@cache
def _prepared() -> tempfile.TemporaryDirectory[str]:
    """Return a folder with two co-ops, `strangers`, and the same after they met, `paired`."""
    folder = tempfile.TemporaryDirectory(prefix="passkoop-tests-")
    strangers = Path(folder.name, "strangers")
    strangers.mkdir()
    home, host = strangers / "hendaia", strangers / "tulipe"
    found(home, "Hendaia Koop")
    found(host, "La Tulipe potagère", "Valbruyère", "BE")
    (strangers / "members.csv").write_bytes(members_csv(50))
    Coop(home).do("member", "import", strangers / "members.csv")
    Coop(home).do("card", "issue", "--all")
    shutil.copytree(strangers, Path(folder.name, "paired"))
    meet(*(Coop(Path(folder.name, "paired", name)) for name in ("hendaia", "tulipe")))
    return folder


def meet(one: Coop, other: Coop) -> None:
    """Pair two co-ops, each by the other's code, and let them exchange what they know."""
    one.do("peer", "add", other.code)
    other.do("peer", "add", one.code)
    assert one.tell(other).code == 0
    assert other.tell(one).code == 0


def two_strangers(folder: Path) -> tuple[Coop, Coop]:
    """Return Hendaia Koop, with cards for its 50 members, and a co-op that does not know it."""
    shutil.copytree(Path(_prepared().name, "strangers"), folder, dirs_exist_ok=True)
    return Coop(folder / "hendaia"), Coop(folder / "tulipe")


def two_friends(folder: Path) -> tuple[Coop, Coop]:
    """Return Hendaia Koop, with cards for its 50 members, and a co-op paired with it."""
    shutil.copytree(Path(_prepared().name, "paired"), folder, dirs_exist_ok=True)
    return Coop(folder / "hendaia"), Coop(folder / "tulipe")


def told(done: Done, code: int, *words: str) -> None:
    """See that a command failed in two lines of French, and that these words are among them."""
    assert done.code == code, done.err
    assert done.out == ""
    happened, to_do = done.said
    assert happened.startswith("Erreur\u202f: ")
    assert happened.endswith(".")
    assert to_do.startswith("À faire\u202f: ")
    for word in words:
        assert word in done.err


def register(coop: Coop) -> list[dict[str, Any]]:
    """Return all members as the co-op lists them."""
    return coop.do("member", "list", "--json").answers
