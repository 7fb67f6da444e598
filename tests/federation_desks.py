"""The folders of a federation's people, and whoever types their commands."""

from pathlib import Path
from typing import Any

from command import NOW, Coop, Done, passkoop
from passkoop_protocol.bundle import read_bundle


class Desk:
    """One person's folder of a federation."""

    def __init__(self, folder: Path, *, now: int = NOW) -> None:
        self.folder = folder
        self.now = now

    def __call__(self, *words: object, typed: str | bytes = b"") -> Done:
        """Run a command in this folder."""
        return passkoop("federation", "--folder", self.folder, *words, typed=typed, now=self.now)

    def do(self, *words: object, typed: str | bytes = b"") -> Done:
        """Run a command that must end well."""
        done = self(*words, typed=typed)
        assert done.code == 0, done.err
        return done

    def answer(self, *words: object) -> dict[str, Any]:
        """Return what a command that must end well answers to a program."""
        answer: dict[str, Any] = self.do(*words, "--json").answers[0]
        return answer

    def later(self, seconds: int = 60) -> None:
        self.now += seconds

    @property
    def fingerprint(self) -> str:
        return str(self.answer("status")["federation"])

    @property
    def file(self) -> Path:
        """What is published."""
        return self.folder / "federation.passkoop"

    @property
    def documents(self) -> list[bytes]:
        return read_bundle(self.file.read_bytes())


def office(folder: Path, person: str = "Ada", *, now: int = NOW) -> Desk:
    """Return a new federation of one person."""
    desk = Desk(folder, now=now)
    desk.do("init", "--name", "Les Coops d'ici", "--person", person)
    return desk


def request(coop: Coop) -> str:
    """Return the line that a co-op sends."""
    return coop.do("federation", "request").out.strip()


def admit(desk: Desk, coop: Coop, *more: object) -> Done:
    """Admit a co-op whose letters somebody compared."""
    desk.later()
    return desk.do("admit", request(coop), "--code", letters(coop), *more)


def letters(coop: Coop) -> str:
    """Return the sixteen letters that a co-op says."""
    code = coop.code.split("-")
    return "-".join(group[:4] for group in code)


def trio(folder: Path) -> tuple[Desk, Desk, Desk]:
    """Return three people of whom two have to sign."""
    ada = office(folder / "ada")
    others = [Desk(folder / name) for name in ("bob", "eve")]
    for desk, name in zip(others, ("Bob", "Ève"), strict=True):
        line = desk.answer("key", name)["line"]
        ada.later()
        answer = ada.answer("person", "add", line)
        proposal = answer.get("proposal")
        assert answer["published"], proposal
    ada.later()
    first = ada.answer("threshold", 2)
    bob, eve = others
    bob.now = eve.now = ada.now
    bob.do("sign", first["proposal"])
    ada.do("publish", first["proposal"])
    eve.file.write_bytes(ada.file.read_bytes())  # he has none yet
    bob.do("update", ada.file)
    return ada, bob, eve
