"""A node whose clock is ahead: it says so, signs nothing by itself, and is believed by nobody."""

from nodes import DAY, HOUR
from passkoop_node.health import Level, examine
from passkoop_node.visits.pages import erase_due
from passkoop_node.visits.visit import Words
from relaying import Coop, MakeCoop, later
from serving import NOON
from visiting import word


def clock_of(coop: Coop) -> Level:
    """Return what the page of health says of a co-op's clock."""
    found = coop.run(lambda: examine(coop.rooms, now=coop.now))
    (level,) = (one.level for one in found if one.code in ("clock", "dated_ahead"))
    return level


def test_a_node_whose_clock_is_400_days_ahead_is_believed_by_nobody(coop: MakeCoop) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    hendaye.pair(paris)
    paris.pair(hendaye)
    paris.call(hendaye.address)
    hendaye.call(paris.address)
    card = hendaye.issue("Maïté Etcheverry")
    paris.round()
    before = paris.documents()
    later(400 * DAY, hendaye)
    hendaye.revoke(card)  # dated in 400 days
    hendaye.tick()
    (called,) = paris.round()
    assert called.refused == {"from_the_future": 1}
    assert paris.documents() == before
    assert paris.codes(card) == []
    assert paris.run(lambda: paris.rooms.live.get().newest_from_others) <= paris.now


def test_a_node_whose_clock_is_ahead_says_so_and_is_as_before_once_it_is_set_right(
    coop: MakeCoop,
) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    paris.pair(hendaye)
    hendaye.call(paris.address)
    card = hendaye.issue("Maïté Etcheverry")
    hendaye.tick()
    assert clock_of(hendaye) is Level.OK
    before = hendaye.documents()
    later(400 * DAY, hendaye)
    hendaye.round()  # as soon as it starts
    for _ in range(3):
        later(7 * HOUR, hendaye)
        hendaye.tick()
    assert clock_of(hendaye) is Level.BAD
    assert hendaye.documents() == before
    hendaye.now = paris.now = NOON + 61
    hendaye.round()
    assert clock_of(hendaye) is Level.OK
    hendaye.revoke(card)
    hendaye.tick()
    assert paris.codes(card) == ["revoked"]


def test_of_several_relays_one_that_agrees_is_enough_to_trust_the_clock(coop: MakeCoop) -> None:
    hendaye, paris, lyon = coop("Hendaye"), coop("Paris"), coop("Lyon")
    hendaye.call(paris.address, lyon.address)
    later(-HOUR, paris, lyon)
    hendaye.round()
    assert clock_of(hendaye) is Level.BAD
    later(HOUR, lyon)
    hendaye.round()
    assert clock_of(hendaye) is Level.OK
    later(300, hendaye)
    later(-HOUR, lyon)
    hendaye.round()
    assert clock_of(hendaye) is Level.BAD
    later(HOUR, paris, lyon)
    hendaye.round()
    assert clock_of(hendaye) is Level.OK


def test_by_a_clock_that_is_ahead_nobody_is_forgotten(coop: MakeCoop) -> None:
    hendaye, paris = coop("Hendaye"), coop("Paris")
    visits = hendaye.rooms.visits
    zoe = Words(name="Zoé Exemple")
    hendaye.run(visits.register.note, word(1, words=zoe), now=NOON)
    hendaye.call(paris.address)
    later(400 * DAY, hendaye)
    hendaye.round()
    hendaye.do(erase_due(hendaye.app))
    assert [one.words for one in hendaye.run(visits.store.entries)] == [zoe]
    later(400 * DAY, paris)  # the time has come indeed
    hendaye.round()
    hendaye.do(erase_due(hendaye.app))
    assert [one.words for one in hendaye.run(visits.store.entries)] == [Words()]
