"""Co-ops of every earlier version, in tests/databases: today's code opens and restores them.

What the program of then said of each co-op stands beside its backup; ours has to say the same.
"""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Migrations

import command
from nodes import empty_database
from passkoop_node.core.backup import write_backup
from passkoop_node.core.devices import TillStore
from passkoop_node.home import Home, write_private
from passkoop_node.rooms import open_rooms

DATABASES = Path(__file__).parent / "databases"
NAMES = sorted(path.stem for path in DATABASES.glob("*.json"))
OUTCOMES = {"valid": "welcome", "revoked": "refused", "suspended": "refused"}


class Old:
    """A co-op as an earlier version left it, in a folder of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self.backup = DATABASES / f"{name}.passkoop-backup"
        self.facts: dict[str, Any] = json.loads((DATABASES / f"{name}.json").read_text())
        self.now = self.facts["made_at"] + 2 * command.DAY
        self.home = Home(folder / "coop")
        self.home.create()
        with zipfile.ZipFile(self.backup) as zipped:
            for file in zipped.namelist():
                if file != "manifest.json":
                    write_private(self.home.path / file, zipped.read(file))
        self.coop = command.Coop(self.home.path, now=self.now)

    def check(self, coop: command.Coop) -> None:
        """See that a co-op says what this one said then."""
        assert_all_there(self.facts["members"], coop.do("member", "list", "--json").answers)
        assert_all_there(self.facts["visits"], coop.do("visit", "list", "--json").answers)
        proof = coop.do("visit", "check", "--json").answer
        assert proof["whole"]
        assert proof["lines"] == len(self.facts["visits"]) + bool(self.facts["visits"])
        with coop.rooms() as rooms:
            assert [one.name for one in rooms.accounts.all()] == ["Nico"]
            till = TillStore(rooms.db).find(self.facts["till"], now=coop.now)
            assert till is not None
            assert till.name == "Caisse 1"


@pytest.fixture(params=NAMES)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Old:
    return Old(request.param, tmp_path)


def assert_all_there(then: list[dict[str, Any]], today: list[dict[str, Any]]) -> None:
    """See that each object is there, in this order; there may be more fields by now."""
    assert len(then) == len(today)
    for before, after in zip(then, today, strict=True):
        assert before.items() <= after.items()


def schema_of(home: Home) -> dict[str, str]:
    """Return how each table, index and trigger was made: no comments, line breaks and quotes."""
    rooms = open_rooms(home)
    rows = rooms.db.query("select name, sql from sqlite_master where sql is not null")
    plain = {row["name"]: " ".join(re.sub(r'--.*|"', "", row["sql"]).split()) for row in rows}
    rooms.close()
    return plain


def test_there_is_a_co_op_of_each_version() -> None:
    assert len(NAMES) >= 5
    assert {path.stem for path in DATABASES.glob("*.passkoop-backup")} == set(NAMES)


def test_an_upgraded_database_is_made_like_a_new_one(old: Old, tmp_path: Path) -> None:
    new = Home(tmp_path / "new")
    new.create()
    write_private(new.database, empty_database())
    assert schema_of(old.home) == schema_of(new)


def test_members_cards_visits_and_tills_of_then_are_there_and_the_co_op_goes_on(old: Old) -> None:
    coop, facts = old.coop, old.facts
    old.check(coop)
    assert_all_there(
        facts["cards"],
        [
            card
            for number in dict.fromkeys(one["number"] for one in facts["cards"])
            for card in coop.do("card", "show", number, "--json").answers
        ],
    )
    for card in facts["cards"]:
        outcome, _, name = coop.verify(card["text"])
        assert (outcome, name) == (OUTCOMES[card["state"]], card["name"])
    assert coop.verify(facts["guest"]) == ("welcome", [], "Ane Zubiri")  # of the co-op paired then
    given = {one["index"] for one in facts["cards"]}
    (card,) = coop.do("card", "replace", "1", "--json").answers
    assert card["index"] not in given
    assert coop.verify(card["text"])[0] == "welcome"
    coop.do("visit", "note", "--member", "2")
    assert coop.do("visit", "check", "--json").answer["whole"]


def test_a_backup_of_then_is_restored_now(old: Old, tmp_path: Path) -> None:
    again = command.Coop(tmp_path / "again", now=old.now)
    again.do("restore", old.backup)
    old.check(again)
    again.do("restore", "--finish", "--nothing-newer")
    for card in old.facts["cards"]:
        outcome, _, name = again.verify(card["text"])
        assert (outcome, name) == (OUTCOMES[card["state"]], card["name"])


def test_a_folder_and_a_backup_of_a_newer_version_are_refused_and_stay_as_they_are(
    tmp_path: Path,
) -> None:
    old = Old(NAMES[-1], tmp_path)
    future = Migrations("orders")

    @future()
    def add_what_will_be_thought_of(db: object) -> None:
        rooms.db.execute("create table later (id integer primary key) strict")

    rooms = open_rooms(old.home)
    future.apply(rooms.db)
    rooms.close()
    backup = tmp_path / "newer.passkoop-backup"
    write_backup(old.home, backup, now=old.now)
    before = old.home.database.read_bytes()
    again = command.Coop(tmp_path / "again", now=old.now)
    for done in (old.coop("member", "list"), old.coop("serve"), again("restore", backup)):
        assert done.code == command.UNREACHABLE
        assert "plus récente" in done.err
        assert "À faire" in done.err
    assert old.home.database.read_bytes() == before
    assert not again.home.exists()
    assert old.coop("restore", DATABASES / f"{NAMES[0]}.passkoop-backup").code != 0  # onto it
    assert old.home.database.read_bytes() == before
