"""Visitor's cards: printed for people who are no members, good at our door, and forgotten."""

from contextlib import closing
from pathlib import Path

from sqlite_utils import Migrations

from passkoop_node.cards.issuing import Bearer, last_day
from passkoop_node.cards.schema import migrations as cards
from passkoop_node.cards.sheet import card_sheet
from passkoop_node.cards.store import CardStore
from passkoop_node.core.database import open_database
from passkoop_node.home import Home
from passkoop_node.members.store import migrations as members
from passkoop_node.visits.guests import card_days
from passkoop_protocol.keys import KeyId
from passkoop_protocol.welcome import Policy, Without
from visiting import Comptoir, day_after, noon

SIXTY_DAYS = Policy(without=Without.DAYS, without_limit=60)


def test_a_guest_gets_a_printed_visitor_s_card_that_is_no_member_s(tmp_path: Path) -> None:
    shop = Comptoir(tmp_path / "coop", SIXTY_DAYS)
    rooms, guests = shop.rooms, shop.visits.guests
    guest = guests.add(SIXTY_DAYS, name="Zoé Exemple", email="zoe@exemple.fr", now=noon())
    days = card_days(guest, today=day_after(0))
    first = shop.visits.cards.issue(guest.ref, guest.name, days=days, now=noon(), actor="bureau")
    assert last_day(first) == guest.last_day
    printed = shop.visits.cards.printable(first)
    assert (printed.category, printed.number) == (2, "")
    assert card_sheet([printed]).startswith(b"%PDF")
    assert rooms.issuer.current(now=noon()) == {}
    assert rooms.members.count() == 0

    def shown(text: str) -> tuple[str, ...]:
        return shop.visits.reception.answer(text, rooms.trust(), now=noon(1)).codes

    assert shown(printed.text) == ("trial",)
    again = shop.visits.cards.issue(guest.ref, guest.name, days=days, now=noon(), actor="bureau")
    assert shown(printed.text) == ("revoked", "trial")
    text = shop.visits.cards.printable(again).text
    assert shown(text) == ("trial",)
    assert shop.visits.cards.revoke(guest.ref, reason="perdue", now=noon(), actor="bureau") == 1
    assert shown(text) == ("revoked", "trial")
    shop.close()


def test_a_guest_s_card_whose_place_was_chosen_before_a_power_cut_is_signed_later(
    tmp_path: Path,
) -> None:
    shop = Comptoir(tmp_path / "coop", SIXTY_DAYS)
    issuer = shop.rooms.issuer
    bearer = Bearer(name="Zoé Exemple", category=2, guest_ref=bytes(8))
    issuer.choose_places([bearer], now=noon(), days=60)
    assert shop.rooms.cards.of_guest(bytes(8))[0].data is None
    assert issuer.finish() == 1
    assert shop.rooms.cards.of_guest(bytes(8))[0].data is not None
    shop.close()


def test_cards_of_a_register_from_before_guests_are_kept(tmp_path: Path) -> None:
    home = Home(tmp_path / "coop")
    home.create()
    before = Migrations("cards")
    before._migrations = cards._migrations[:1]
    with closing(open_database(home.database, [members, before])) as db:
        db.execute(
            "insert into member (number, number_order, member_ref, given_name, family_name, email,"
            " phone, address, postcode, town, country, language, category, gender, badge,"
            " referred_by, notes, search, created_at, updated_at) values"
            " ('1', '1', zeroblob(8), 'Ana', '', '', '', '', '', '', '', '', 0, '', '', '', '', '',"
            " 0, 0)"
        )
        db.execute(
            "insert into card (kid, status_index, member_id, holder_name, category, issued_at,"
            " expires_at, state, changed_at, data) values"
            " (x'0102030405060708', 7, 1, 'Ana', 0, 5, 9, 2, 6, x'd284')"
        )
    with closing(open_database(home.database, [members, cards])) as db:
        (card,) = CardStore(db).of_member(1)
        assert (card.status_index, card.holder_name, card.data) == (7, "Ana", b"\xd2\x84")
        assert CardStore(db).places(KeyId(card.kid)) == {7: 2}
        assert db.execute("pragma foreign_key_check").fetchall() == []
