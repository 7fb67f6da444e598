"""Data on stdout, talk on stderr, JSON for programs; pipes that end, and people who interrupt."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from command import Coop, found, members_csv, process, snapshot, two_friends, two_strangers
from passkoop_cli.main import cli
from test_cli_words import LEAVES

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")

# They show something to people, and keep running, or end with a file.
WITHOUT_JSON = {"demo", "serve"}

CARD = {
    "number": str,
    "name": str,
    "state": str,
    "reason": str,
    "kid": str,
    "key_state": str,
    "index": int,
    "valid_until": str,
    "text": str,
}
# What each command says to a program, in the order in which it is typed here.
ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("member add --given Ane --family Bidart", {"number": str, "family_name": str, "left": None}),
    ("member show 8", {"number": str, "member_ref": str, "cards": int}),
    ("member list", {"number": str, "given_name": str, "email": str, "category": int}),
    ("card issue --all", CARD),
    ("card show 8", CARD),
    ("card print 8 -o {here}/card.pdf", {"file": str, "cards": int}),
    ("card suspend 8", {"number": str, "state": str, "cards": int}),
    ("card resume 8", {"number": str, "state": str, "cards": int}),
    ("card replace 8", CARD),
    ("card revoke 8", {"number": str, "state": str, "cards": int}),
    ("key list", {"kid": str, "state": str, "cards": int, "here": bool}),
    ("key rotate", {"kid": str}),
    ("peer code", {"coop": str, "code": str}),
    ("peer list", {"coop": str, "name": str, "place": str, "country": str, "list_age": int}),
    ("peer export -o {here}/a.passkoop", {"file": str, "documents": int}),
    ("peer import {here}/a.passkoop", {"accepted": list, "known": int, "refused": list}),
    ("backup", {"file": str, "size": int}),
    ("doctor", {"code": str, "level": str, "says": str}),
]


@pytest.mark.parametrize("words", sorted(set(LEAVES) - WITHOUT_JSON))
def test_every_command_with_an_answer_gives_it_to_programs_too(words: str) -> None:
    options = [option for param in LEAVES[words].params for option in param.opts]
    assert "--json" in options


def test_each_answer_to_a_program_is_one_object_a_line(tmp_path: Path) -> None:
    home, _ = two_friends(tmp_path)
    for words, keys in ANSWERS:
        done = home(*words.format(here=tmp_path).split(), "--json")
        assert done.code == 0, done.err
        assert done.answers, words
        for answer in done.answers:
            for name, kind in keys.items():
                value = answer[name]
                assert value is None if kind is None else type(value) is kind, (words, name, value)


def test_a_program_that_imports_is_told_each_line_that_is_wrong(tmp_path: Path) -> None:
    home = found(tmp_path / "a", "Hendaia Koop")
    lines = "Numéro;Nom;Prénom\n1;Bidart;Ane\n2;;\n"
    (tmp_path / "members.csv").write_text(lines, encoding="utf-8")
    answer = home.do("member", "import", tmp_path / "members.csv", "--json").answer
    assert answer["done"] is True
    assert answer["counts"]["created"] == 1
    assert [(line["line"], line["outcome"]) for line in answer["lines"]] == [(3, "error")]
    again = home.do("member", "import", tmp_path / "members.csv", "--json").answer
    assert again["done"] is False


def test_a_program_is_told_the_code_of_an_error(tmp_path: Path) -> None:
    home, _ = two_strangers(tmp_path)
    for words, code in (
        (("card", "show", "999"), "member_not_found"),
        (("member", "add", "--family", "X", "--number", "8"), "number_taken"),
        (("verify", tmp_path / "no.png"), "file_missing"),
        (("member", "list", "--limit", "x"), "usage"),
    ):
        done = home(*words, "--json")
        assert done.answer["error"] == code
        assert f"Erreur\u202f: {done.answer['message']}." == done.said[0]
        assert f"À faire\u202f: {done.answer['to_do']}" == done.said[1]


def test_talk_never_stands_among_the_data(tmp_path: Path) -> None:
    home, _ = two_friends(tmp_path)
    for words in (
        "card issue --all",
        "card replace 8",
        "peer export -o {here}/a.passkoop",
        "peer import {here}/a.passkoop",
        "key rotate",
        "backup",
    ):
        done = home.do(*words.format(here=tmp_path).split())
        assert done.out == ""
        assert done.said
    for words in ("member list", "member show 8", "card show 8", "key list", "peer list"):
        assert home.do(*words.split()).out


def test_no_bar_is_drawn_where_nobody_watches(tmp_path: Path) -> None:
    home = found(tmp_path / "a", "Hendaia Koop")
    (tmp_path / "members.csv").write_bytes(members_csv(100))
    imported = home.do("member", "import", tmp_path / "members.csv")
    issued = home.do("card", "issue", "--all", "--out", tmp_path / "cards")
    printed = home.do("card", "print", "--all", "-o", tmp_path / "cards.pdf")
    for done in (imported, issued, printed):
        assert not re.search(r"\r|\d%|#{3}|\x1b", done.err)


def test_nothing_is_asked_where_nobody_can_answer(tmp_path: Path) -> None:
    home, _ = two_strangers(tmp_path)
    (tmp_path / "members.csv").write_bytes(members_csv(60))
    home.do("member", "import", tmp_path / "members.csv")
    kid = home.do("key", "list", "--json").answers[0]["kid"]
    home.do("key", "withdraw", kid)
    assert home("key", "seal").code == 2


def test_the_passphrase_of_the_environment_opens_the_identity_key(tmp_path: Path) -> None:
    words = ("--home", tmp_path / "a")
    place = ("--name", "Hendaia", "--place", "Hendaye", "--country", "FR")
    secret = {"PASSKOOP_PASSPHRASE": "une phrase"}
    assert process(*words, "init", *place, env=secret).code == 0
    assert (tmp_path / "a" / "keys" / "identity.key").read_bytes().startswith(b"{")
    closed = Coop(tmp_path / "a")("key", "rotate")
    assert closed.code == 2
    assert "PASSKOOP_PASSPHRASE" in closed.said[1]
    assert process(*words, "key", "rotate", env=secret).code == 0


def test_the_folder_may_be_named_by_the_environment(tmp_path: Path) -> None:
    home, _ = two_strangers(tmp_path)
    done = process("peer", "code", env={"PASSKOOP_HOME": str(home.home)})
    assert done.out.strip() == home.code


def command_line(*words: object) -> list[str]:
    code = "from passkoop_cli.main import main; main()"
    return [sys.executable, "-c", code, *map(str, words)]


ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


@on_posix
@pytest.mark.parametrize("options", [(), ("--json",)], ids=["people", "programs"])
def test_a_reader_that_has_seen_enough_is_no_error(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    home = found(tmp_path / "a", "Hendaia Koop")
    (tmp_path / "members.csv").write_bytes(members_csv(3000))
    home.do("member", "import", tmp_path / "members.csv")
    listing = command_line("--home", home.home, "member", "list", "--limit", 3000, *options)
    with subprocess.Popen(
        listing, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(timeout=60) == 0


def wait_until(holds: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not holds():
        time.sleep(0.002)


def interrupted(coop: Coop, *words: object) -> tuple[int, str]:
    """Press Ctrl-C as soon as the register is written to, or after a while.

    Returns:
        The exit code, and what was said.
    """
    file = coop.home / "passkoop.db-wal"
    with subprocess.Popen(
        command_line("--home", coop.home, *words), stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as running:
        # Not before it is open: Python that is still loading says other things.
        wait_until(lambda: file.exists() or running.poll() is not None, seconds=60)
        wait_until(lambda: file.exists() and file.stat().st_size > 0, seconds=1)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
        return running.returncode, err.decode()


@on_posix
@pytest.mark.parametrize("task", ["import", "issue", "print", "backup"])
def test_an_interrupted_command_leaves_nothing_half_done(task: str, tmp_path: Path) -> None:
    home = found(tmp_path / "a", "Hendaia Koop")
    (tmp_path / "members.csv").write_bytes(members_csv(2000))
    words: tuple[object, ...] = ("member", "import", tmp_path / "members.csv", "--yes")
    if task != "import":
        home.do(*words)
        words = ("card", "issue", "--all")
    if task in ("print", "backup"):
        home.do("card", "issue", *range(1, 400))
        output = tmp_path / "output"
        words = ("card", "print", "--all", "-o", output) if task == "print" else ("backup", output)
    code, err = interrupted(home, *words)
    # Where the machine was quicker than the finger, the command has ended well, or is on its way
    # out, where Python listens no more.
    assert code in (0, 130, -signal.SIGINT)
    if code == 130:
        assert err.splitlines()[-2:] == [
            "Interrompu\u202f: rien n’a été fait à moitié.",
            "À faire\u202f: relancez la commande pour finir.",
        ]
    members = home.do("member", "list", "--json").answers
    assert len(members) in (0, 2000)
    assert not list(tmp_path.glob(".output*"))
    home.do(*words, *(["--replace"] if task == "backup" else []))  # if it was quicker
    assert len(home.do("member", "list", "--json").answers) == 2000
    if task == "issue":
        cards = home.do("card", "issue", "--all", "--json").answers
        assert len({(card["kid"], card["index"]) for card in cards}) == len(cards) == 2000
        assert all(card["text"] for card in cards)


def test_a_mistake_of_ours_is_neither_a_verdict_nor_two_lines_alone(tmp_path: Path) -> None:
    home, _ = two_strangers(tmp_path)
    before = snapshot(home.home)
    done = process(
        *("--home", home.home, "verify", home.card_text(8)),
        before="import passkoop_cli.verify as m; m._show = None",
    )
    assert done.code == 70
    assert "Traceback" in done.err
    assert done.said[-2].startswith("Erreur\u202f: ")
    assert done.said[-1].startswith("À faire\u202f: ")
    assert set(snapshot(home.home)) == set(before)


def test_the_groups_are_shown_in_the_order_of_first_use() -> None:
    assert list(cli.commands)[:2] == ["init", "serve"]
    assert list(cli.commands)[-1] == "demo"
