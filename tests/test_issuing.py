"""Cards are made, replaced, suspended and revoked: no place twice, nothing said and not done."""

import json
import os
import subprocess
import sys
import textwrap
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes import DAY, NOW, Node
from passkoop_node.cards.issuing import (
    LIFETIME_DAYS,
    LONGEST_DAYS,
    NEVER_SIGNED,
    HasCard,
    HasLeft,
    NoCard,
    NoPlaceLeft,
    draw_places,
    last_day,
)
from passkoop_node.cards.lists import list_size
from passkoop_node.cards.store import CardState, NewCard
from passkoop_node.core.database import writing
from passkoop_node.members.member import MemberData, display_name
from passkoop_protocol.card import is_display_name
from passkoop_protocol.status import MAX_ENTRIES

DOZEN = [f"Membre {number}" for number in range(12)]


def test_a_new_card_is_welcome_at_home_and_lives_three_years(courge: Node) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    verdict = courge.judge(card)
    assert verdict.reasons == ()
    assert verdict.holder is not None
    assert verdict.holder.card.holder_name == "Maïté Etcheverry"
    assert last_day(card).isoformat() == "2029-11-18"
    assert LIFETIME_DAYS < LONGEST_DAYS


def test_two_who_make_the_missing_cards_at_once_make_each_of_them_once(courge: Node) -> None:
    member, other = courge.add("Maïté Etcheverry", "Joanes Iribarne")
    issue = courge.rooms.issuer.issue
    issue([member], now=courge.now, actor="somebody else")  # after both had asked who lacks one
    (card,) = issue([member, other], now=courge.now, actor="test", pass_over=True)
    assert card.member_id == other.id
    assert len(courge.rooms.cards.of_member(member.id)) == 1


def test_each_card_has_a_place_of_its_own_and_its_members_reference(courge: Node) -> None:
    cards = courge.issue(*DOZEN)
    places = [(card.kid, card.status_index) for card in cards]
    assert len(set(places)) == len(DOZEN)
    assert sorted(places) != places  # drawn, not counted
    refs = set()
    for card in cards:
        holder = courge.judge(card).holder
        assert holder is not None
        refs.add(holder.card.member_ref)
        assert holder.card.member_ref == courge.member_of(card).member_ref
    assert len(refs) == len(DOZEN)


def test_who_has_a_card_gets_no_second_one_and_nobody_of_that_call_gets_any(courge: Node) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    maite = courge.member_of(card)
    (jean,) = courge.add("Jean Dupont")
    for members in ([jean, maite], [jean, jean]):
        with pytest.raises(HasCard):
            courge.rooms.issuer.issue(members, now=NOW, actor="test")
    assert sum(courge.rooms.cards.count().values()) == 1
    assert courge.rooms.cards.of_member(jean.id) == []


def test_who_left_gets_no_card(courge: Node) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    maite = courge.member_of(card)
    today = last_day(replace(card, expires_at=NOW + DAY))
    gone = courge.rooms.members.update(replace(maite, left=today), now=NOW)
    with pytest.raises(HasLeft):
        courge.rooms.issuer.replace(gone, reason="", now=NOW, actor="test")
    with pytest.raises(HasLeft):
        courge.rooms.issuer.issue(
            [courge.rooms.members.add(MemberData(given_name="Jean", left=today), now=NOW)],
            now=NOW,
            actor="test",
        )
    assert courge.codes(card) == []  # nothing was changed by trying


def test_a_replaced_card_is_refused_and_the_new_one_names_the_same_member(courge: Node) -> None:
    (old,) = courge.issue("Maïté Etcheverry")
    maite = courge.member_of(old)
    courge.later()
    new = courge.rooms.issuer.replace(maite, reason="perdue", now=courge.now, actor="test")
    assert courge.codes(old) == ["revoked"]
    assert courge.codes(new) == []
    first, second = courge.judge(old).holder, courge.judge(new).holder
    assert first is not None
    assert second is not None
    assert first.card.member_ref == second.card.member_ref
    assert new.status_index != old.status_index
    stored = courge.rooms.cards.of_member(maite.id)
    assert [(one.id, one.reason) for one in stored] == [(new.id, ""), (old.id, "perdue")]


def test_suspending_can_be_taken_back_and_revoking_cannot(courge: Node) -> None:
    (card,) = courge.issue("Maïté Etcheverry")
    maite = courge.member_of(card)

    def change(state: CardState) -> int:
        return courge.rooms.issuer.set_state(maite, state, now=courge.now, actor="test")

    assert change(CardState.SUSPENDED) == 1
    assert courge.codes(card) == ["suspended"]
    with pytest.raises(HasCard):  # it may come back
        courge.rooms.issuer.issue([maite], now=NOW, actor="test")
    assert change(CardState.VALID) == 1
    assert courge.codes(card) == []
    assert change(CardState.REVOKED) == 1
    assert courge.codes(card) == ["revoked"]
    for state in CardState:
        with pytest.raises(NoCard):
            change(state)
    assert courge.codes(card) == ["revoked"]
    actions = [one.action for one in courge.rooms.audit.entries(subject=maite.number)]
    assert actions == ["card.revoked", "card.valid", "card.suspended", "card.issue"]


def test_a_suspension_outlives_the_card_its_key_and_its_date(courge: Node) -> None:
    (first,) = courge.issue("Maïté Etcheverry")
    maite, issuer = courge.member_of(first), courge.rooms.issuer
    issuer.set_state(maite, CardState.SUSPENDED, now=NOW, actor="test")
    second = issuer.replace(maite, reason="perdue", now=NOW, actor="test")
    assert (courge.codes(first), courge.codes(second)) == (["revoked"], ["suspended"])
    courge.rooms.ourselves.withdraw(second.kid, courge.ask, now=courge.now)
    (third,) = issuer.issue([maite], now=courge.now, actor="test")
    assert courge.codes(third) == ["suspended"]
    courge.later((LIFETIME_DAYS + 2) * DAY)
    (fourth,) = issuer.issue([maite], now=courge.now, actor="test")
    assert courge.codes(fourth) == ["suspended"]
    issuer.set_state(maite, CardState.VALID, now=courge.now, actor="test")
    assert courge.codes(fourth) == []
    fifth = issuer.replace(maite, reason="abîmée", now=courge.now, actor="test")
    assert courge.codes(fifth) == []


def test_after_a_key_was_withdrawn_its_members_are_issued_cards_as_if_new(courge: Node) -> None:
    old = courge.issue(*DOZEN)
    courge.later()
    kid = courge.rooms.ourselves.withdraw(old[0].kid, courge.ask, now=courge.now)
    assert courge.rooms.issuer.current(now=courge.now) == {}
    members = courge.rooms.members.members()
    new = courge.rooms.issuer.issue(members, now=courge.now, actor="test")
    assert {card.kid for card in new} == {kid}
    assert all(courge.codes(card) == [] for card in new)
    assert all(courge.codes(card) == ["key_withdrawn"] for card in old)


def test_what_cannot_be_signed_is_refused_before_a_place_is_chosen(courge: Node) -> None:
    members = courge.add("Maïté Etcheverry")
    for days in (0, LONGEST_DAYS + 1):
        with pytest.raises(ValueError, match="days"):
            courge.rooms.issuer.issue(members, now=NOW, actor="test", days=days)
    assert courge.rooms.cards.count() == {}
    for days in (1, LONGEST_DAYS):
        (card,) = courge.rooms.issuer.issue(
            courge.add(f"Membre {days}"), now=NOW, actor="test", days=days
        )
        assert courge.codes(card) == []


@given(given_name=st.text(max_size=90), family_name=st.text(max_size=90))
def test_any_name_becomes_one_that_can_be_signed(given_name: str, family_name: str) -> None:
    member = MemberData(given_name=given_name, family_name=family_name, number="7")
    assert is_display_name(display_name(member))


# Between choosing a place and signing


def choose(node: Node, *names: str) -> list[NewCard]:
    """Do what is on the disk when a power cut stops `issue` before it signs."""
    issuer = node.rooms.issuer
    with writing(node.rooms.db):
        issuer._choose_places(node.add(*names), now=node.now, actor="test", days=LIFETIME_DAYS)
    return [*node.rooms.cards.unsigned()]


def test_a_card_whose_signing_was_cut_short_is_signed_by_the_next_command(courge: Node) -> None:
    chosen = choose(courge, *DOZEN)
    assert len(chosen) == len(DOZEN)
    courge.later()
    courge.reopen()
    (other,) = courge.issue("Jean Dupont")
    assert courge.rooms.cards.unsigned() == []
    finished = [courge.rooms.cards.of_member(courge.member_of(one).id)[0] for one in chosen]
    assert [one.status_index for one in finished] == [one.status_index for one in chosen]
    assert [one.issued_at for one in finished] == [NOW] * len(DOZEN)
    assert all(courge.codes(one) == [] for one in [*finished, other])


def test_a_card_cut_short_and_then_suspended_is_signed_too(courge: Node) -> None:
    (chosen,) = choose(courge, "Maïté Etcheverry")
    maite = courge.member_of(chosen)
    courge.rooms.issuer.set_state(maite, CardState.SUSPENDED, now=NOW, actor="test")
    assert courge.rooms.issuer.finish() == 1
    (card,) = courge.rooms.cards.of_member(maite.id)
    assert courge.codes(card) == ["suspended"]


def test_a_card_cut_short_and_then_revoked_is_never_signed(courge: Node) -> None:
    (chosen,) = choose(courge, "Maïté Etcheverry")
    maite = courge.member_of(chosen)
    courge.rooms.issuer.set_state(maite, CardState.REVOKED, now=NOW, actor="test")
    assert courge.rooms.issuer.finish() == 0
    assert courge.rooms.cards.of_member(maite.id)[0].data is None


def test_a_card_cut_short_whose_key_is_lost_does_not_stop_all_others(courge: Node) -> None:
    (chosen,) = choose(courge, "Maïté Etcheverry")
    (courge.home.keys / f"issuing-{chosen.kid.hex()}.key").unlink()
    courge.later()
    courge.rooms.ourselves.rotate(courge.ask, now=courge.now)
    (jean,) = courge.issue("Jean Dupont")
    assert courge.codes(jean) == []
    maite = courge.member_of(chosen)
    (lost,) = courge.rooms.cards.of_member(maite.id)
    assert (lost.state, lost.reason) == (CardState.REVOKED, NEVER_SIGNED)
    (new,) = courge.rooms.issuer.issue([maite], now=courge.now, actor="test")
    assert courge.codes(new) == []


def test_a_card_whose_key_was_retired_before_it_was_signed_is_good(courge: Node) -> None:
    (chosen,) = choose(courge, "Maïté Etcheverry")
    # Whose clock is behind, or who typed a passphrase for long, retires the key as of then.
    courge.rooms.ourselves.rotate(courge.ask, now=NOW - 90)
    courge.rooms.issuer.finish()
    courge.rooms.lists.refresh(now=NOW)
    (card,) = courge.rooms.cards.of_member(courge.member_of(chosen).id)
    assert courge.codes(card) == []


# Places


def test_places_are_drawn_among_those_never_given() -> None:
    given = dict.fromkeys(range(0, MAX_ENTRIES, 2), 0)
    drawn = draw_places(given, 20_000)
    assert len(set(drawn)) == 20_000
    assert not given.keys() & set(drawn)
    assert max(drawn) < MAX_ENTRIES


def test_a_key_gives_all_of_its_places_and_not_one_more() -> None:
    given = dict.fromkeys(range(MAX_ENTRIES - 3), 1)
    assert sorted(draw_places(given, 3)) == [65_533, 65_534, 65_535]
    with pytest.raises(NoPlaceLeft):
        draw_places(given, 4)


def test_a_list_grows_by_doubling_and_covers_every_place_given() -> None:
    sizes = [list_size(given, highest=0) for given in (0, 1, 512, 513, 32_768, 40_000, 65_536)]
    assert sizes == [1_024, 1_024, 1_024, 2_048, 65_536, 65_536, 65_536]
    assert list_size(1, highest=1_024) == 2_048
    assert list_size(1, highest=65_535) == 65_536


def test_a_key_without_places_left_gives_no_card_and_a_new_key_does(courge: Node) -> None:
    (member,) = courge.add("Maïté Etcheverry")
    (key,) = courge.rooms.coops.issuing_keys()
    with writing(courge.rooms.db):  # a co-op that has made cards for thirty years
        courge.rooms.cards.absorb(
            key.kid, ((at, CardState.REVOKED) for at in range(MAX_ENTRIES)), now=NOW
        )
    with pytest.raises(NoPlaceLeft):
        courge.rooms.issuer.issue([member], now=NOW, actor="test")
    courge.later()
    courge.rooms.ourselves.rotate(courge.ask, now=courge.now)
    (card,) = courge.rooms.issuer.issue([member], now=courge.now, actor="test")
    assert courge.codes(card) == []


def test_processes_that_issue_at_once_never_give_a_place_twice(courge: Node) -> None:
    courge.add(*[f"Membre {number}" for number in range(60)])
    issue = """
        import json, sys
        from pathlib import Path
        from passkoop_node.cards.issuing import HasCard
        from passkoop_node.home import Home
        from passkoop_node.rooms import open_rooms
        rooms = open_rooms(Home(Path(sys.argv[1])))
        for member in rooms.members.members():
            try:
                (card,) = rooms.issuer.issue([member], now=int(sys.argv[2]), actor="test")
                print(json.dumps([card.kid.hex(), card.status_index, member.id]))
            except HasCard:
                pass
        rooms.close()
    """
    command = [sys.executable, "-c", textwrap.dedent(issue), str(courge.home.path), str(NOW)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    processes = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [json.loads(line) for one in processes for line in one.communicate()[0].splitlines()]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(said) == 60
    assert Counter(member for *_, member in said).most_common(1)[0][1] == 1
    assert len({(kid, index) for kid, index, _ in said}) == 60
    cards = courge.rooms.issuer.current(now=NOW).values()
    assert [courge.codes(card) for card in cards] == [[]] * 60
