"""The demonstration: what it tells is what happened, it leaves nothing behind, it cannot lie."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from conftest import need
from passkoop_cli.demo.export_file import MEMBERS, VISITOR, membership_export
from passkoop_cli.demo.folder import demo_folder, host_of
from passkoop_cli.pictures import read_codes
from passkoop_protocol.qr import qr_png

RUN = "from passkoop_cli.main import main; main()"
# Every file that Python opens to write into, and every database, on standard error at the end.
NOTE_WRITES = """
import atexit, os, sys
seen = set()
def note(event, given):
    if event == "open" and isinstance(given[0], (str, bytes)) and given[2] & (
        os.O_WRONLY | os.O_RDWR | os.O_CREAT
    ):
        seen.add(os.path.abspath(os.fsdecode(given[0])))
    elif event in ("sqlite3.connect", "os.mkdir") and given[0] != ":memory:":
        seen.add(os.path.abspath(os.fsdecode(given[0])))
sys.addaudithook(note)
atexit.register(lambda: open(os.environ["WRITES"], "w").write("\\n".join(sorted(seen))))
"""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A home, a working folder and a place for temporary files that are the demonstration's own."""

    home: Path
    here: Path
    temporary: Path
    writes: Path

    @property
    def traces(self) -> list[str]:
        """What there is outside the place for temporary files."""
        return [str(path) for root in (self.home, self.here) for path in root.rglob("*")]

    def run(
        self, *words: str, before: str = "", stdin: int = subprocess.DEVNULL
    ) -> subprocess.CompletedProcess[str]:
        """Run `passkoop WORDS…`; `before` is Python that the process does first."""
        return subprocess.run(
            [sys.executable, "-c", before + NOTE_WRITES + RUN, *words],
            cwd=self.here,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "TMPDIR": str(self.temporary),
                "TEMP": str(self.temporary),
                "WRITES": str(self.writes),
                "PYTHONPATH": os.pathsep.join(sys.path),
                "PYTHONDONTWRITEBYTECODE": "1",
                "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
            },
            stdin=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    folders = [tmp_path / name for name in ("home", "here", "tmp")]
    for folder in folders:
        folder.mkdir()
    home, here, temporary = folders
    return Machine(home=home, here=here, temporary=temporary, writes=tmp_path / "writes")


def answers(told: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of the story as it is typed, and the lines that it answers."""
    joined = told.replace("\\\n       ", "")
    for part in joined.split("   $ passkoop ")[1:]:
        typed, *lines = part.splitlines()
        marked = [line.strip() for line in lines if line.startswith("   │ ")]
        yield typed, [line.removeprefix("│").strip() for line in marked]


def test_a_visitor_is_welcomed_and_every_other_card_is_not(machine: Machine) -> None:
    done = machine.run("demo", "--tell")
    assert (done.returncode, done.stderr) == (0, "")
    folders = list(machine.temporary.iterdir())
    assert len(folders) == 1
    (folder,) = folders
    assert folder.name.startswith("passkoop-demo-")
    assert "Les 8 étapes ont fini comme prévu" in done.stdout
    assert str(folder) in done.stdout

    verdicts = [lines for typed, lines in answers(done.stdout) if " verify " in typed]
    words = [lines[0] for lines in verdicts]
    assert words == ["Carte non vérifiée", "Bienvenue", "Carte refusée", "Carte refusée"]
    unknown, welcome, fake, revoked = ("\n".join(lines) for lines in verdicts)
    for proven in (welcome, revoked):
        assert VISITOR in proven
        assert "Le Panier à deux anses (démo), Valbruyère" in proven
    for unproven in (unknown, fake):
        assert not any(told in unproven for told in ("Maëlle", "Arsène", "Panier", "Jusqu’au"))
    assert "modifiée ou fabriquée" in fake
    assert "annulée" in revoked

    files = done.stdout.split("À regarder")[1].split("Ce dossier")[0].splitlines()[1:]
    named = [folder / line.split()[0] for line in files if line.strip()]
    assert len(named) == 6
    assert all(path.stat().st_size for path in named)
    assert len(set(read_codes((folder / "cartes-demo.pdf").read_bytes()))) == MEMBERS

    # What is shown can be typed.
    for typed, lines in answers(done.stdout):
        if " verify carte-falsifiee-demo.png" in typed:
            again = subprocess.run(
                [sys.executable, "-c", RUN, *typed.split()],
                cwd=folder,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
                capture_output=True,
                text=True,
                encoding="utf-8",
            )
            assert (again.returncode, again.stdout.splitlines()) == (1, lines)


def test_it_asks_nothing_in_a_terminal_and_writes_nowhere_but_in_its_folder(
    machine: Machine, tmp_path: Path
) -> None:
    need(hasattr(os, "openpty"), "this system has no pseudo-terminals")
    folder = tmp_path / "wherever" / "la démo"
    keyboard, terminal = os.openpty()
    try:
        done = machine.run("demo", "--dir", str(folder), stdin=terminal)
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.traces == []
    assert list(machine.temporary.iterdir()) == []
    written = [Path(line) for line in machine.writes.read_text("utf-8").splitlines()]
    outside = [path for path in written if not path.is_relative_to(folder.parent)]
    assert [path for path in outside if path not in (machine.writes, Path(os.devnull))] == []
    assert len(written) > 20
    others = [path for path in folder.rglob("*") if os.name == "posix" and path.stat().st_mode & 7]
    assert others == []


def test_a_folder_that_holds_something_is_left_alone(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("hello")
    done = machine.run("demo", "--dir", str(tmp_path / "mine"))
    assert done.returncode == 2
    assert "pas vide" in done.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


# What breaks the program, and the step that must say so.
SABOTAGE = {
    "every signature holds": (
        "import passkoop_protocol.cose as m; m.signature_holds = lambda *_: True",
        "Étape 7",
    ),
    "no card is ever revoked": (
        "import passkoop_protocol.verdict as m; m.status_at = lambda *_, **__: 0",
        "Étape 8",
    ),
    "a card is checked by asking somebody": (
        "import socket, passkoop_cli.verify as m; m.read_codes = lambda _: socket.socket()",
        "connexion",
    ),
    "another person is expected": (
        "import passkoop_cli.demo.story as m; m.VISITOR = 'Tout-le-monde'",
        "Étape 6",
    ),
    "a member is lost": ("import passkoop_cli.demo.story as m; m.MEMBERS += 1", "Étape 2"),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_it_fails_and_says_where_if(name: str, machine: Machine) -> None:
    before, told = SABOTAGE[name]
    done = machine.run("demo", "--tell", before=before)
    assert done.returncode == 1
    assert told in done.stderr
    assert "La démonstration a échoué" in done.stderr
    assert "comme prévu, en" not in done.stdout


def test_the_guard_stops_connections_and_then_sleeps(machine: Machine) -> None:
    before = (
        "from passkoop_cli.demo.network import network_is_closed, no_network\n"
        "with no_network():\n"
        "    assert network_is_closed()\n"
        "assert not network_is_closed()\n"
    )
    done = machine.run("--help", before=before)
    assert (done.returncode, done.stderr) == (0, "")


# Alone with this machine: what is tried fails as it does without a network.
ALONE = """
import errno, socket
from passkoop_cli.demo.network import this_machine_alone
def is_reached(host, port):
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError as error:
        assert error.errno == errno.ENETUNREACH, error
        return False
with this_machine_alone(), socket.create_server(("127.0.0.1", 0)) as server:
    port = server.getsockname()[1]
    assert is_reached("127.0.0.1", port)
    assert is_reached("localhost", port)
    assert not is_reached("192.0.2.1", 80)
    assert not is_reached("exemple.test", 80)
    try:
        socket.create_server(("0.0.0.0", 0)).close()
    except OSError as error:
        assert error.errno == errno.ENETUNREACH, error
    else:
        raise AssertionError("others could come in")
"""


def test_nothing_but_this_machine_is_spoken_to(machine: Machine) -> None:
    done = machine.run("--help", before=ALONE)
    assert (done.returncode, done.stderr) == (0, "")


def test_where_no_terminal_looks_on_the_story_is_told(machine: Machine) -> None:
    done = machine.run("demo")
    assert done.returncode == 0
    assert "Les 8 étapes ont fini comme prévu" in done.stdout
    assert done.stderr.startswith("Pas de terminal ici")
    assert machine.run("demo", "--tell", "--no-browser").returncode == 2


# Leaves its folder as a demonstration does that is killed.
KILLED = """
import os
from pathlib import Path
from passkoop_cli.demo.folder import demo_folder
with demo_folder(Path.cwd()) as place:
    (place / "coops" / "courge").mkdir(parents=True)
    (place / "coops" / "courge" / "passkoop.db").touch()
    os._exit(9)
"""


def test_what_a_killed_demonstration_left_is_believed_by_nobody_and_removed(
    machine: Machine,
) -> None:
    machine.run("--help", before=KILLED)
    left = machine.here / "demo"
    assert host_of(left) is None
    (left / "visiteur.png").write_bytes(qr_png("https://exemple.test/"))
    judged = machine.run("verify", "demo/visiteur.png")
    assert judged.returncode == 5, judged.stderr  # there is no co-op here
    with demo_folder(machine.here) as place:
        assert place == left
        assert not (place / "coops").exists()
        with demo_folder(machine.here) as other:
            assert other.name == "demo-2"
    assert machine.traces == []


@pytest.mark.skipif(sys.platform == "win32", reason="who owns a folder is another question there")
def test_what_somebody_else_put_there_is_neither_believed_nor_opened_nor_removed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.run("--help", before=KILLED)
    theirs, far = machine.here / "demo", machine.here / "ailleurs"
    (theirs / "passkoop.lock").unlink()
    (theirs / "passkoop.lock").symlink_to(far)
    monkeypatch.setattr(os, "geteuid", lambda: theirs.lstat().st_uid + 1)
    assert host_of(theirs) is None
    with demo_folder(machine.here) as place:
        assert place.name == "demo-2"
    assert (theirs / "coops").is_dir()
    assert not far.exists()
    (theirs / "passkoop.lock").unlink()
    monkeypatch.undo()
    with demo_folder(machine.here) as place:  # so that it is gone
        assert place == theirs


def test_a_co_op_that_is_there_judges_before_a_demonstration_does(machine: Machine) -> None:
    words = ("--name", "La Vraie", "--place", "Ici", "--country", "FR")
    assert machine.run("init", *words).returncode == 0
    with demo_folder(machine.here) as place:
        home = place / "coops" / "courge"
        assert machine.run("--home", str(home), "init", *words).returncode == 0
        assert host_of(place) is not None
        (place / "visiteur.png").write_bytes(qr_png("https://exemple.test/"))
        real = machine.run("verify", "demo/visiteur.png")
        assert "démonstration" not in real.stderr
        (machine.here / "passkoop").rename(machine.here / "ailleurs")
        assert "démonstration" in machine.run("verify", "demo/visiteur.png").stderr


def test_the_file_of_members_is_shaped_like_a_real_export() -> None:
    data = membership_export(date(2026, 11, 22))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    names = [(row["Prénom adhérent"], row["Nom adhérent"]) for row in rows]
    assert ("", "") in names
    assert len({f"{given} {family}".casefold() for given, family in names}) < len(names)
    assert {row["Statut de la commande"] for row in rows} == {"Validé", "Annulé"}
    assert any(row["Prénom payeur"] != row["Prénom adhérent"] != "" for row in rows)
