"""Requests to join: what is read of a form, and what becomes of it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from joining import MAITE, TODAY, accept, answers, submit
from nodes import DAY, Node, found
from passkoop_node.core.forms import Form
from passkoop_node.joining import requests
from passkoop_node.joining.answers import read_answers
from passkoop_node.joining.finishing import finish
from passkoop_node.joining.outcomes import AlreadyAnswered, InboxFull
from passkoop_node.joining.questions import (
    MOST_OWN,
    Ask,
    BadQuestions,
    Own,
    Questions,
    Shape,
)
from passkoop_node.joining.store import RequestNotFound, State
from passkoop_node.members.preferences import Channel, Topic
from passkoop_node.rooms import open_rooms

EVERYTHING = Questions(
    known=dict.fromkeys(Questions().known, Ask.OPTIONAL),
    own=(
        Own(name="q1", text="Un créneau qui vous va ?", is_required=True),
        Own(name="q2", text="Cuisinez-vous ?", shape=Shape.YES_NO),
        Own(name="q3", text="Quel jour ?", shape=Shape.CHOICE, choices=("lundi", "mardi")),
    ),
)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    node = found(tmp_path / "coop")
    yield node
    node.rooms.close()


def ask(node: Node, **changed: object) -> Questions:
    """Change what the co-op asks."""
    store = node.rooms.joining.questions
    store.save(replace(store.load(), **changed), now=node.now, actor="test")  # type: ignore[arg-type]
    return store.load()


def faults(questions: Questions, **typed: str) -> set[str]:
    form = Form(MAITE | typed)
    read_answers(form, questions, today=TODAY)
    return set(form.errors)


def actions(node: Node) -> list[str]:
    return [one.action for one in node.rooms.audit.entries(limit=20)][::-1]


def test_what_is_asked_is_read_and_nothing_else() -> None:
    said = answers(EVERYTHING, q1="jeudi", q2="oui", q3="mardi", phone="05 59", birth_year="1984")
    assert said.own == {
        "Un créneau qui vous va ?": "jeudi",
        "Cuisinez-vous ?": "oui",
        "Quel jour ?": "mardi",
    }
    assert (said.phone, said.birth_year) == ("05 59", 1984)
    assert answers(birth_year="1984", gender="f", q1="jeudi").birth_year is None


@pytest.mark.parametrize(
    "typed",
    [
        {"email": "a@exemple.org\nBcc: b@exemple.org"},
        {"email": "a@exemple.org, b@exemple.org"},
        {"email": "nom"},
        {"birth_year": "1870"},
        {"birth_year": "2030"},
        {"birth_year": "l'an deux mille"},
        {"given_name": "x" * 10_000},
        {"family_name": "\u202e\u200f"},
        {"q1": ""},
        {"q2": "peut-être"},
        {"q3": "dimanche"},
        {"gender": "princesse"},
        {"language": "tlh"},
        {"consent": ""},
        {"channel": "pigeon"},
        {"channel": "sms"},
    ],
    ids=str,
)
def test_what_is_wrong_is_said_beside_its_field_and_stays_typed(typed: dict[str, str]) -> None:
    assert faults(EVERYTHING, **({"q1": "jeudi"} | typed)) == set(typed)


def test_marks_that_turn_the_writing_round_are_not_taken_over() -> None:
    said = answers(given_name="Ma\u202eïté\u200b", family_name="E\u0301tcheverry")
    assert (said.given_name, said.family_name) == ("Maïté", "Étcheverry")


def test_whoever_joins_says_what_they_want_to_hear_of(node: Node) -> None:
    ask(node, known=EVERYTHING.known)
    said = answers(EVERYTHING, q1="x", phone="0612345678", channel="sms", topic_news="oui")
    done = accept(node, submit(node, said).request.id)
    kept = node.rooms.preferences.of(done.member.id)
    assert kept.channels == {
        Topic.DUES: Channel.SMS,
        Topic.NEWS: Channel.SMS,
        Topic.NETWORK: Channel.NONE,
        Topic.OFFERS: Channel.NONE,
    }
    assert (kept.consent_at, kept.consent_how) == (node.now, "online")


def test_questions_are_few_and_can_be_answered(node: Node) -> None:
    many = tuple(Own(name=f"q{n}", text="Pourquoi ?") for n in range(MOST_OWN + 1))
    one_choice = (Own(name="q1", text="Lequel ?", shape=Shape.CHOICE, choices=("a", "a ")),)
    no_email = {**Questions().known, "email": Ask.OPTIONAL}
    wrong: list[dict[str, object]] = [
        {"own": many},
        {"own": one_choice},
        {"own": (Own(name="q1", text=" "),)},
        {"proves_email": True, "known": no_email},
        {"waiting_days": 0},
        {"consent": "x" * 5_000},
    ]
    for changed in wrong:
        with pytest.raises(BadQuestions):
            ask(node, **changed)
    assert node.rooms.joining.questions.load() == Questions()
    assert ask(node, own=EVERYTHING.own).own == EVERYTHING.own


def test_a_request_is_accepted_once_and_the_card_is_there(node: Node) -> None:
    id = submit(node, answers(EVERYTHING, q1="jeudi", heard="une voisine")).request.id
    done = accept(node, id)
    assert (done.has_card, done.is_mailed) == (True, False)  # mail is not set up
    assert done.member.full_name == "Maïté Etcheverry"
    assert done.member.notes == "une voisine\nUn créneau qui vous va ? jeudi"
    assert node.rooms.issuer.current(now=node.now).keys() == {done.member.id}
    with pytest.raises(AlreadyAnswered):
        accept(node, id)
    with pytest.raises(AlreadyAnswered):
        node.rooms.joining.refuse(id, reason="", actor="account:2", now=node.now)
    assert node.rooms.members.count() == 1
    assert actions(node)[-4:] == ["join.ask", "member.add", "join.accept", "card.issue"]


def test_who_was_accepted_just_before_a_power_cut_is_given_the_card_afterwards(node: Node) -> None:
    inbox = node.rooms.joining
    id = submit(node).request.id
    (member,) = node.add("Maïté Etcheverry")  # all that was on the disk by then
    inbox.store.answer(id, State.ACCEPTED, member_id=member.id, now=node.now)
    assert finish(inbox, now=node.now) == 0  # somebody may be at it
    assert finish(inbox, now=node.now + 60) == 1
    assert node.rooms.issuer.current(now=node.now).keys() == {member.id}
    assert finish(inbox, now=node.now + 120) == 0


def test_the_same_person_twice_is_one_request(node: Node) -> None:
    first = submit(node)
    assert first.is_new
    again = submit(node, answers(given_name="MAITÉ", phone="0559"), now=node.now + 60)
    assert not again.is_new
    assert again.request.id == first.request.id
    assert again.request.answers.phone == "0559"  # from the same place the last word counts
    stranger = submit(node, answers(phone="0666"), address="198.51.100.9")
    kept = node.rooms.joining.store.get(first.request.id)
    assert (kept.answers.phone, kept.times) == ("0559", 3)
    by_link = node.rooms.joining.by_link
    assert by_link(stranger.token, "follow", now=node.now) == (True, None)  # shows nothing
    assert by_link(first.token, "follow", now=node.now)[1] == kept
    assert by_link(first.token, "prove", now=node.now) == (False, None)
    assert by_link(first.token, "follow", now=node.now + 8 * DAY) == (False, None)


def test_with_automatic_acceptance_who_is_unknown_is_a_member_at_once(node: Node) -> None:
    ask(node, is_automatic=True)
    sent = submit(node)
    assert sent.accepted is not None
    assert sent.accepted.has_card
    # The same name again: the office looks.
    again = submit(node, answers(email="autre@exemple.org"))
    assert again.accepted is None
    assert node.rooms.joining.alike(again.request.answers) == [sent.accepted.member]
    assert node.rooms.members.count() == 1


def test_a_request_of_somebody_known_is_merged_with_them(node: Node) -> None:
    (member,) = node.add("Maïté Etcheverry")
    id = submit(node).request.id
    merged = replace(member, email="maite@exemple.org")
    done = accept(node, id, into=member, data=merged)
    assert (done.member.id, done.member.email) == (member.id, "maite@exemple.org")
    assert node.rooms.members.count() == 1


def test_two_volunteers_who_accept_at_once_make_one_member(node: Node) -> None:
    id = submit(node).request.id
    both = threading.Barrier(2)

    def volunteer(number: int) -> str:
        rooms = open_rooms(node.home)  # of another process
        try:
            both.wait(30)
            inbox = rooms.joining
            inbox.accept(id, actor=f"account:{number}", now=node.now, today=TODAY)
        except AlreadyAnswered:
            return "late"
        finally:
            rooms.close()
        return "first"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(volunteer, (1, 2))) == ["first", "late"]
    assert node.rooms.members.count() == 1
    assert len(node.rooms.issuer.current(now=node.now)) == 1


def test_who_was_refused_can_be_looked_at_again(node: Node) -> None:
    inbox = node.rooms.joining
    id = submit(node).request.id
    told = inbox.refuse(id, reason="Hors de la commune", actor="account:1", now=node.now)
    assert (told.state, told.reason) == (State.REFUSED, "Hors de la commune")
    assert inbox.reopen(id, actor="account:1", now=node.now).state is State.WAITING
    with pytest.raises(AlreadyAnswered):
        inbox.reopen(id, actor="account:1", now=node.now)
    assert accept(node, id).has_card


def test_the_inbox_has_bounds_near_and_in_all(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST_NEAR", 2)
    monkeypatch.setattr(requests, "MOST_OPEN", 4)
    people = [answers(email=f"p{n}@exemple.org") for n in range(6)]
    submit(node, people[0])
    submit(node, people[1])
    with pytest.raises(InboxFull):
        submit(node, people[2])
    submit(node, people[2], address="198.51.100.1")
    submit(node, people[3], address="", source="kiosk", actor="kiosk:1")
    with pytest.raises(InboxFull):
        submit(node, people[4], address="")
    assert not submit(node, people[0]).is_new  # who is there already is told so
    assert node.rooms.joining.store.count_open() == 4


def test_requests_are_forgotten_after_the_time_that_the_coop_set(node: Node) -> None:
    inbox = node.rooms.joining
    refused = submit(node, answers(email="r@exemple.org")).request.id
    inbox.refuse(refused, reason="", actor="account:1", now=node.now)
    accepted = submit(node, answers(email="a@exemple.org")).request.id
    done = accept(node, accepted)
    waiting = submit(node, answers(email="w@exemple.org")).request.id
    assert inbox.erase_old(now=node.now + 29 * DAY) == 0
    assert inbox.erase_old(now=node.now + 31 * DAY) == 2
    assert inbox.erase_old(now=node.now + 31 * DAY) == 0
    with pytest.raises(RequestNotFound):
        inbox.store.get(refused)
    assert inbox.store.get(accepted).answers.full_name == ""
    assert inbox.about(done.member.id)[0]["consent"] == "D'accord."
    assert inbox.store.get(waiting).state is State.WAITING
    assert inbox.erase_old(now=node.now + 366 * DAY) == 1


def test_what_is_kept_of_a_member_is_told_and_erased(node: Node) -> None:
    inbox = node.rooms.joining
    done = accept(node, submit(node).request.id)
    submit(node)  # once more, by mistake
    (told,) = inbox.about(done.member.id)
    assert told["answers"] == {
        "given_name": "Maïté",
        "family_name": "Etcheverry",
        "email": "maite@exemple.org",
        "channels": {"news": "none", "network": "none", "offers": "none"},
    }
    inbox.erase_member(done.member.id, now=node.now)
    assert inbox.about(done.member.id) == []
    assert inbox.store.count_open() == 0
    left = node.rooms.db.query("select * from join_request")
    assert list(left) == []
