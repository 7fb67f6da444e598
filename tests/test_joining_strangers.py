"""Requests to join that somebody sends in another's name, and what they do not get by it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from joining import TODAY, accept, answers, submit
from mailing import MailServerHere
from nodes import Node, found
from passkoop_node.core.outbox import State as Mailed
from passkoop_node.joining import requests
from passkoop_node.joining.outcomes import Sent
from passkoop_node.joining.questions import Questions
from passkoop_node.joining.store import State
from passkoop_node.members.preferences import Channel, Topic


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    node = found(tmp_path / "coop")
    node.rooms.mail.save(MailServerHere().settings(port=9))
    yield node
    node.rooms.close()


def shows(node: Node, sent: Sent, purpose: str = "follow") -> bool:
    """Return whether a link shows a request; only one to follow shows a card, too."""
    return node.rooms.joining.by_link(sent.token, purpose, now=node.now)[1] is not None


def texts(node: Node) -> list[str]:
    """Return what is written in the letters that wait."""
    return [one.body or "" for one in node.rooms.outbox.page(list(Mailed))][::-1]


def test_who_asks_in_the_name_of_a_member_is_not_shown_that_member_s_card(node: Node) -> None:
    (maite,) = node.add("Maïté Etcheverry")
    stranger = submit(node)
    maite = node.rooms.members.get(maite.id)
    accept(node, stranger.request.id, into=maite, data=maite)
    assert not shows(node, stranger)
    assert shows(node, stranger, "told")  # that it was accepted, and no more


def test_what_a_member_chose_stays_whatever_is_sent_in_their_name(node: Node) -> None:
    (maite,) = node.add("Maïté Etcheverry")
    node.rooms.preferences.keep(maite.id, {Topic.NEWS: Channel.POST}, how="office", now=node.now)
    wants = answers(topic_news="oui", topic_offers="oui")
    accept(node, submit(node, wants).request.id, into=maite, data=maite)
    assert node.rooms.preferences.of(maite.id).channels[Topic.NEWS] is Channel.POST
    assert node.rooms.preferences.of(maite.id).channels[Topic.OFFERS] is Channel.NONE
    # Who had left, and is back, chooses anew.
    gone = replace(maite, left=TODAY)
    accept(node, submit(node, wants).request.id, into=gone, data=maite)
    assert node.rooms.preferences.of(maite.id).channels[Topic.NEWS] is Channel.EMAIL


def test_nobody_is_thanked_for_bringing_somebody_who_is_a_member_already(node: Node) -> None:
    (maite,), (friend,) = node.add("Maïté Etcheverry"), node.add("Bixente Iriarte")
    code = node.rooms.referrals.code_of(friend, now=node.now)
    said = replace(answers(), code=code)
    accept(node, submit(node, said).request.id, into=maite, data=maite)
    assert node.rooms.referrals.store.who_brought(maite.id) is None


def test_the_card_is_for_whoever_proved_the_address_not_for_who_typed_it(node: Node) -> None:
    inbox = node.rooms.joining
    inbox.questions.save(
        Questions(is_open=True, proves_email=True, is_automatic=True), now=node.now, actor="test"
    )
    typed = submit(node)
    assert typed.request.state is State.UNPROVED
    proved = inbox.prove(typed.request, actor="visitor", now=node.now, today=TODAY)
    assert proved.accepted is not None
    assert (shows(node, proved), shows(node, typed)) == (True, False)


def test_after_the_proof_even_a_neighbour_rewrites_nothing_and_sees_nothing(node: Node) -> None:
    inbox = node.rooms.joining
    inbox.questions.save(Questions(is_open=True, proves_email=True), now=node.now, actor="test")
    typed = submit(node)
    inbox.prove(typed.request, actor="visitor", now=node.now, today=TODAY)
    again = submit(node, answers(phone="0666"))
    assert not shows(node, again)
    kiosk = submit(node, answers(phone="0666"), address="", source="kiosk")
    assert kiosk.request.id == typed.request.id
    assert inbox.store.get(typed.request.id).answers.phone == ""


def test_who_could_not_prove_an_address_on_line_is_taken_in_at_the_kiosk(node: Node) -> None:
    inbox = node.rooms.joining
    inbox.questions.save(Questions(is_open=True, proves_email=True), now=node.now, actor="test")
    typed = submit(node)
    here = submit(node, answers(phone="0559"), address="", source="kiosk", actor="kiosk:1")
    assert (here.is_new, here.request.state) == (True, State.WAITING)
    assert [one.answers.phone for one in inbox.store.page(State.WAITING)] == ["0559"]
    assert (inbox.store.count(State.UNPROVED), shows(node, typed)) == (0, False)


def test_the_letter_that_proves_an_address_comes_again_wherever_one_asks_and_not_without_end(
    node: Node,
) -> None:
    asked = Questions(is_open=True, proves_email=True)
    node.rooms.joining.questions.save(asked, now=node.now, actor="test")
    submit(node)
    for place in range(9):
        node.rooms.db.execute("update outbox set state = ?", [Mailed.SENT])
        submit(node, answers(phone="0666"), address=f"198.51.100.{place}")
    assert len(texts(node)) == 3
    (kept,) = node.rooms.joining.store.page(State.UNPROVED)
    assert kept.answers.phone == ""


def test_a_flood_makes_no_members_without_the_office(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MOST_AT_ONCE", 1)
    asked = Questions(is_open=True, is_automatic=True)
    node.rooms.joining.questions.save(asked, now=node.now, actor="test")

    def joins(name: str, **more: str) -> bool:
        said = answers(given_name=name, email=f"{name}@exemple.org")
        return submit(node, said, **more).accepted is not None

    assert not joins("gagnez.example")  # a letter with that word would go to an address of theirs
    assert (joins("ada"), joins("bob")) == (True, False)
    assert joins("cleo", source="kiosk", address="")  # they stand in the shop


@pytest.mark.parametrize("name", ["Maïté", "J.-P.", "Anne d’Arc", "दीपिका"])
def test_who_asks_to_join_is_greeted_by_name(node: Node, name: str) -> None:
    submit(node, answers(given_name=name))
    assert texts(node)[0].startswith(f"Bonjour {name},")


@pytest.mark.parametrize("spam", ["gagnez.example", "//gagnez", "Gagnez 1000", "x" * 60, "a@b.fr"])
def test_no_word_of_a_stranger_s_but_a_name_goes_to_an_address_that_they_typed(
    node: Node, spam: str
) -> None:
    submit(node, answers(given_name=spam, family_name="Voir gagnez.example"))
    assert texts(node)[0].startswith("Bonjour,")
    assert "agnez" not in texts(node)[0]
