"""Erasing people from the register of visits: they are gone, and the chain is whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from passkoop_node.cards.store import CardState
from passkoop_node.rooms import open_rooms
from passkoop_node.visits.guests import GuestNotFound
from passkoop_node.visits.register import Fate
from passkoop_node.visits.retention import (
    KEEP_GUESTS,
    KEEP_HOLDERS,
    KEEP_WORDS,
    Erased,
    retention_doubts,
)
from passkoop_node.visits.visit import Words
from passkoop_protocol.welcome import Policy, Without
from serving import NOON, Served, make_coop
from visiting import FRENCH, OURS, Comptoir, line, noon, word

TRIAL = Policy(without=Without.DAYS, without_limit=60)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Comptoir]:
    shop = Comptoir(tmp_path / "coop", TRIAL)
    yield shop
    shop.close()


def due(shop: Comptoir, days: int) -> Erased:
    return shop.visits.eraser.erase_due(own=OURS.id, now=noon(days), actor="job")


def test_names_go_first_then_who_came_and_the_lines_stay(shop: Comptoir) -> None:
    register = shop.visits.register
    register.note(word(1, words=Words(name="Zoé Exemple", email="zoe@exemple.fr")), now=noon())
    register.note(line(2), now=noon())
    assert due(shop, 365) == Erased(words=0, holders=0, guests=0)
    assert due(shop, 366) == Erased(words=1, holders=0, guests=0)
    assert due(shop, 1_095) == Erased(words=0, holders=0, guests=0)
    assert due(shop, 1_096) == Erased(words=0, holders=1, guests=0)
    proof = shop.check()
    assert (proof.whole, proof.lines, proof.erased) == (True, 2, 2)
    assert [entry.words for entry in shop.visits.store.entries()] == [Words(), Words()]


def test_the_co_op_chooses_how_long_it_keeps_them(shop: Comptoir) -> None:
    for setting, days in ((KEEP_WORDS, 10), (KEEP_HOLDERS, 20), (KEEP_GUESTS, 30)):
        shop.rooms.settings.set(setting, days)
    shop.visits.register.note(line(1, words=Words(reason="congrès")), now=noon())
    assert due(shop, 11).words == 1
    assert due(shop, 21).holders == 1


def test_a_guest_is_erased_some_time_after_the_last_day(shop: Comptoir) -> None:
    guest = shop.visits.guests.add(TRIAL, name="Zoé", email="zoe@exemple.fr", now=noon())
    _said, guest = shop.guest_comes(guest, now=noon(10))  # type: ignore[assignment]
    assert due(shop, 59 + 365).guests == 0
    assert due(shop, 59 + 366).guests == 1
    with pytest.raises(GuestNotFound):
        shop.visits.guests.get(guest.id)
    assert shop.check().whole


def test_who_asks_to_be_erased_is_gone_from_every_file(shop: Comptoir) -> None:
    name, email = "Zénobie Introuvable", "zenobie@introuvable.fr"
    guest = shop.visits.guests.add(TRIAL, name=name, email=email, now=noon())
    card = shop.visits.cards.issue(guest.ref, name, days=60, now=noon(), actor="bureau")
    assert card.data is not None
    for day in range(3):
        answer = shop.without_card(guest, now=noon(day))
        shop.note(answer, now=noon(day), name=name, anyway=f"{name} insiste")
    erased = shop.visits.eraser.erase_guest(guest.id, own=OURS.id, now=noon(4), actor="bureau")
    assert erased == Erased(words=3, holders=3, guests=1)
    assert shop.visits.guests.by_ref(guest.ref) is None
    assert shop.visits.reception.came(guest) == ()
    assert shop.check().whole
    # The place of the card is never given again, and the next list says that it is revoked.
    assert shop.rooms.cards.places(card.kid)[card.status_index] == CardState.REVOKED
    for path in shop.home.path.glob("passkoop.db*"):
        content = path.read_bytes()
        for part in (b"nobie Introuvable", b"zenobie@", guest.ref, card.data[-64:]):
            assert part not in content, path.name
    (entry,) = shop.rooms.audit.entries(limit=1)
    assert entry.action == "visit.erase"
    assert "nobie" not in str(entry)


def test_the_holder_of_a_card_who_asks_is_no_longer_counted(shop: Comptoir) -> None:
    card = FRENCH.text()
    assert shop.comes(card, now=noon()) == "welcome"
    assert shop.comes(card, now=noon() + 60) == "remark already_today"
    ref = b"\1\2\3\4\5\6\7\10"
    erased = shop.visits.eraser.erase_holder(
        FRENCH.id, ref, trust=shop.trust(noon()), now=noon(), actor="bureau"
    )
    assert erased.holders == 2
    assert shop.comes(card, now=noon() + 120) == "welcome"
    assert shop.check().whole


def test_a_line_whose_words_were_erased_is_still_the_same_when_it_comes_again(
    shop: Comptoir,
) -> None:
    new = word(1, words=Words(name="Zoé"))
    shop.visits.register.note(new, now=noon())
    shop.visits.eraser.erase_words(1, now=noon(), actor="bureau")
    assert shop.visits.register.note(new, now=noon()).fate is Fate.KNOWN
    assert shop.visits.store.conflicts() == {}


def test_forgetting_visits_before_the_rules_counted_them_is_doubted(shop: Comptoir) -> None:
    settings = shop.rooms.settings
    assert retention_doubts(Policy(visits=4, period=90), settings) == []
    settings.set(KEEP_HOLDERS, 30)
    assert len(retention_doubts(Policy(visits=4, period=90), settings)) == 1
    assert retention_doubts(Policy(), settings) == []


def test_a_node_that_serves_forgets_once_a_day_and_says_so_in_the_audit(tmp_path: Path) -> None:
    home = make_coop(tmp_path / "served", now=NOON)
    rooms = open_rooms(home)
    zoe = word(1, at=NOON, words=Words(name="Zoé Exemple"))
    rooms.visits.register.note(zoe, now=NOON)
    rooms.close()
    served = Served(home, now=NOON + 400 * 86_400).start()

    def noted() -> list[tuple[str, str]]:
        entries = served.rooms.audit.entries()
        return [(one.action, one.actor) for one in entries if one.action.startswith("visit")]

    served.do_job("visits.erase")
    assert served.run(noted) == [("visit.erase_due", "serve")]
    assert not served.run(served.rooms.visits.store.entries)[0].words
    served.stop()
