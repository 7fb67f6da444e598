"""Who is erased is in nobody else's words either, and in no page of the file that is still read."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from joining import answers, submit
from nodes import Node, found
from passkoop_node.dues.incoming import Line, Source, State
from passkoop_node.dues.store import Kind, Method
from serving import NOON
from test_erasing import TODAY, WORDS, files_with, fill, her


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    node = found(tmp_path / "coop", "Hendaia Koop", now=NOON)
    fill(node)
    yield node
    node.rooms.close()


def test_a_bank_s_words_and_others_receipts_forget_who_is_erased_however_the_name_is_spelt(
    node: Node,
) -> None:
    rooms, one, him = node.rooms, her(node), node.rooms.members.by_number("8")
    who: dict[str, Any] = {"actor": "account:1", "now": node.now, "today": TODAY}
    texts = (("M ZQXNOM ZQXPRENOM", "VIR"), ("Kepa", "Cotisation de Zqxprénom ZQXNOM"))
    lines = [
        Line(source=Source.BANK, place=1, paid_on=TODAY, cents=cents, payer=payer, words=words)
        for cents, (payer, words) in enumerate((*texts, ("Kepa", "Parts")), 500)
    ]
    rooms.intake.take(lines, **who)
    paid: dict[str, Any] = {"cents": 900, "method": Method.CASH, "paid_on": TODAY}
    rooms.dues.pay(him, kind=Kind.SHARE, paid_by="Zqxnom Zqxprénom", **paid, **who)
    rooms.own.keys.ask("ZQX@zqxdomaine.fr", address="https://x", language="fr", now=node.now)
    said = answers(given_name="Jon", email="jon@exemple.fr", referred_by="zqxnom zqxprénom")
    asked = submit(node, said).request.id
    rooms.own.eraser.erase(one, actor="account:1", now=node.now)
    assert files_with(node, WORDS) == []
    assert rooms.joining.store.get(asked).answers == replace(said, referred_by="")
    waiting = rooms.intake.store.in_state(State.WAITING)
    assert [(one.cents, one.words) for one in waiting if one.cents >= 500] == [
        (500, ""),
        (501, ""),
        (502, "Parts"),
    ]


def test_what_somebody_still_reads_is_written_anew_once_they_are_done(node: Node) -> None:
    rooms = node.rooms
    rooms.db.execute("pragma busy_timeout = 50").fetchone()
    with contextlib.closing(sqlite3.connect(node.home.database)) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from member").fetchone()
        rooms.own.eraser.erase(her(node), actor="account:1", now=node.now)
        assert files_with(node, WORDS)
    assert rooms.own.eraser.rewrite()
    assert files_with(node, WORDS) == []
    assert not rooms.own.eraser.rewrite()
