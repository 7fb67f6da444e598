"""The federation's office in a terminal: nothing is signed before what changes was agreed to."""

import time
from pathlib import Path

import pytest

from command import Coop, snapshot
from federation_desks import Desk, letters, office, request
from terminals import in_a_terminal, on_posix

ALL_SAID = ["o", "o"]  # the letters are those that the co-op said; sign


@on_posix
@pytest.mark.parametrize(
    "answers", [["n"], ["o", ""], ALL_SAID], ids=["other letters", "no changes", "yes"]
)
def test_a_co_op_is_admitted_once_its_letters_and_the_changes_were_agreed_to(
    tmp_path: Path, answers: list[str]
) -> None:
    now = int(time.time())
    coop = Coop(tmp_path / "coop", now=now)
    coop.do("init", "--name", "Hendaia Koop", "--place", "Hendaye", "--country", "FR")
    desk: Desk = office(tmp_path / "fed", now=now)
    before = snapshot(desk.folder)
    words = ("federation", "--folder", desk.folder, "admit", request(coop))
    code, shown = in_a_terminal(tmp_path / "nowhere", *words, answers=answers)
    assert letters(coop) in shown
    if answers == ALL_SAID:
        assert code == 0
        assert "adresse «\u00a0hendaia-koop\u00a0»" in shown
        assert len(desk.do("status", "--json").answers) == 2
    else:
        assert code == 130
        assert snapshot(desk.folder) == before
