"""`passkoop join`: the inbox at the command line."""

from pathlib import Path

import pytest

from command import Coop, found
from joining import TODAY, answers


@pytest.fixture
def coop(tmp_path: Path) -> Coop:
    """A co-op with requests of three people, the last of whom is a member already."""
    coop = found(tmp_path / "coop", "Hendaia Koop")
    coop.do("member", "add", "--given", "Maïté", "--family", "Etcheverry")
    with coop.rooms() as rooms:
        for given_name in ("Xan", "Amaia", "Maïté"):
            rooms.joining.submit(
                answers(given_name=given_name, email=f"{len(given_name)}@exemple.org"),
                consent="D'accord.",
                source="online",
                spoken="fr",
                actor="visitor",
                now=coop.now,
                today=TODAY,
            )
    return coop


def test_requests_are_listed_accepted_refused_and_opened_again(coop: Coop) -> None:
    listed = coop.do("join", "list", "--json").answers
    assert [one["id"] for one in listed] == [3, 2, 1]
    assert listed[2]["answers"]["given_name"] == "Xan"
    done = coop.do("join", "accept", 1, "--json").answer
    assert done == {
        "number": "2",
        "name": "Xan Etcheverry",
        "has_card": True,
        "is_mailed": False,
        "fault": "mail_not_set_up",
    }
    coop.do("join", "refuse", 2, "--reason", "Trop loin")
    (refused,) = coop.do("join", "list", "--state", "refused", "--json").answers
    assert (refused["id"], refused["reason"]) == (2, "Trop loin")
    coop.do("join", "reopen", 2)
    assert "2 demandes." in coop.do("join", "list").err
    assert "Peut-être déjà membre" in coop.do("join", "show", 3).err


def test_who_may_be_a_member_already_is_named_first(coop: Coop) -> None:
    assert coop("join", "accept", 3).code == 2
    done = coop.do("join", "accept", 3, "--into", "1", "--json").answer
    assert done["number"] == "1"
    with coop.rooms() as rooms:
        assert rooms.members.by_number("1").email == "5@exemple.org"
    again = coop("join", "accept", 3, "--new", "--json")
    assert again.code == 2
    assert "join_already_answered" in again.out + again.err


def test_what_is_not_there_or_wrong_is_said(coop: Coop) -> None:
    assert coop("join", "show", 99).code == 2
    assert coop("join", "refuse", 1, "--reason", "a\nb").code == 2
    assert coop("join", "accept", 1, "--into", "1", "--new").code == 2
    assert coop("join", "accept", 0).code == 2
