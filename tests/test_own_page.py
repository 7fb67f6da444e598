"""A member's own page: how they come to it, and who does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailing import MailServerHere
from owning import give_link, link_in, own
from passkoop_node.booklet.entering_pages import GONE
from passkoop_node.booklet.keys import BORROWED, LINK_SECONDS, OWN_DEVICE
from passkoop_node.core import guard
from passkoop_node.core.accounts import Role
from passkoop_node.core.feature import Needs
from passkoop_node.core.outbox import Message, State
from passkoop_node.core.switches import SWITCHES
from passkoop_node.members.keeping import add_member, correct_member
from passkoop_node.members.member import Member, MemberData
from serving import Client, Served

EMAIL = "maite@exemple.fr"


@pytest.fixture
def shop(served: Served) -> Served:
    """Return the node of a co-op with a couple that shares an address, and somebody else."""

    def fill() -> None:
        rooms = served.rooms
        rooms.mail.save(MailServerHere().settings(port=9))
        people = [("1", "Maïté", EMAIL), ("2", "Kepa", EMAIL), ("3", "Zoé", "zoe@exemple.fr")]
        for number, name, email in people:
            data = MemberData(number=number, given_name=name, family_name="Haran", email=email)
            add_member(rooms.members, rooms.audit, data, actor="test", now=served.now)
        members = [rooms.members.by_number(one) for one in ("1", "3")]
        rooms.issuer.issue(members, now=served.now, actor="test")

    served.run(fill)
    return served


def letters(served: Served) -> list[Message]:
    served.do_job("own links")
    return list(served.run(served.rooms.outbox.page, list(State)))


def member(served: Served, number: str) -> Member:
    return served.run(served.rooms.members.by_number, number)


def test_the_door_answers_alike_whether_an_address_is_known_or_not(shop: Served) -> None:
    known = Client(shop).post("/moi", {"email": EMAIL.upper()})
    unknown = Client(shop).post("/moi", {"email": "personne@exemple.fr"})
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert "Si cette adresse est celle d'un membre" in known.words.replace("’", "'")
    (letter,) = letters(shop)
    assert (letter.recipient, letter.language) == (EMAIL, "fr")
    assert shop.run(shop.rooms.own.keys.asked, limit=9) == []


def test_a_link_opens_the_page_of_the_one_who_is_chosen_once(shop: Served) -> None:
    Client(shop).post("/moi", {"email": EMAIL})
    path = link_in(letters(shop)[0].body or "")
    for _scanner in range(3):  # mail is looked through before it is read
        page = Client(shop).get(path)
        assert page.status == 200
        assert "Maïté Haran" in page.words
        assert "Kepa Haran" in page.words
        assert "Zoé" not in page.words
    phone = Client(shop)
    assert phone.post(path, {"personne": "3", "garder": "oui"}).status == 422
    assert phone.post(path, {"personne": "1", "garder": "oui"}).goes_to == "/moi"
    assert "Maïté Haran" in phone.get("/moi/carte").words
    again = Client(shop).post(path, {"personne": "1"})
    assert again.status == 410
    assert "Ce lien ne marche plus" in again.words


def test_a_link_that_was_sent_opens_nothing_once_the_page_is_closed_everywhere(
    shop: Served,
) -> None:
    maite = own(shop, "1")
    Client(shop).post("/moi", {"email": EMAIL})
    path = link_in(letters(shop)[0].body or "")
    assert maite.post("/moi/donnees/appareils").goes_to == "/moi"
    assert Client(shop).post(path, {"personne": "1"}).status == 410


def test_a_link_is_over_after_half_an_hour(shop: Served) -> None:
    Client(shop).post("/moi", {"email": "zoe@exemple.fr"})
    path = link_in(letters(shop)[0].body or "")
    shop.now += LINK_SECONDS
    assert Client(shop).get(path).status == 410
    assert Client(shop).post(path, {"personne": "3"}).status == 410


def test_nobody_fills_a_mailbox_or_asks_without_end(shop: Served) -> None:
    for _time in range(5):
        assert Client(shop).post("/moi", {"email": EMAIL}).status == 200
    assert len(letters(shop)) == 3
    statuses = [Client(shop).post("/moi", {"email": f"{n}@exemple.fr"}).status for n in range(8)]
    assert statuses[-1] == 429
    assert Client(shop).post("/moi", {"email": "a@exemple.fr\nBcc: b@exemple.fr"}).status == 422


def test_a_page_stays_open_on_ones_own_device_and_shortly_on_another(shop: Served) -> None:
    phone, borrowed = own(shop, "1"), own(shop, "1", is_own_device=False)
    (cookie,) = [name for name in phone.cookies if "membre" in name]
    shop.now += BORROWED
    assert phone.get("/moi/carte").status == 200
    assert borrowed.get("/moi/carte").goes_to == "/moi"
    shop.now += OWN_DEVICE - 1
    assert phone.get("/moi/carte").status == 200
    shop.now += OWN_DEVICE
    assert phone.get("/moi/carte").goes_to == "/moi"
    other = own(shop, "1")
    kept = dict(other.cookies)
    assert other.post("/moi/sortir").status == 303
    assert cookie not in other.cookies
    assert Client(shop, cookies=kept).get("/moi/carte").goes_to == "/moi"


def test_a_device_that_is_not_one_s_own_keeps_no_card_for_when_there_is_no_network(
    shop: Served,
) -> None:
    phone, borrowed = (own(shop, "1", is_own_device=so).get("/moi/carte") for so in (True, False))
    assert (phone.headers[GONE], borrowed.headers[GONE]) == (None, "de passage")
    assert 'data-moi="carte"' in phone.text
    assert 'data-moi="personne"' in borrowed.text  # what somebody else left there goes, too


def test_a_page_is_closed_when_the_office_changes_the_address(shop: Served) -> None:
    maite, kepa = own(shop, "1"), own(shop, "2")
    held = member(shop, "1")

    def correct() -> None:
        after = replace(held, email="maite@ailleurs.fr")
        rooms = shop.rooms
        correct_member(rooms.members, rooms.audit, held, after, actor="test", now=shop.now)

    shop.run(correct)
    assert maite.get("/moi/carte").goes_to == "/moi"
    assert kepa.get("/moi/carte").status == 200


def test_the_cookie_is_for_this_host_and_no_script(shop: Served) -> None:
    answer = Client(shop).post(give_link(shop, "1"), {"personne": "1", "garder": "oui"})
    (told,) = [one for one in answer.headers.get_all("Set-Cookie", []) if "membre" in one]
    for word in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={OWN_DEVICE}"):
        assert word in told
    assert "Domain" not in told


def test_a_member_opens_nothing_of_the_office_the_till_or_another_member(shop: Served) -> None:
    maite = own(shop, "1")
    for route in shop.app[guard.ROUTES].values():
        if route.needs in (Needs.NOTHING, Needs.MEMBER) or "{" in route.path or route.by_token:
            continue
        answer = maite.ask(route.method, route.path, b"")
        assert answer.status in (303, 401, 403), (route.path, answer.status)
        if answer.status == 303:
            assert answer.goes_to.startswith("/entrer"), route.path
    nico = shop.entered("Nico", Role.ADMINISTRATOR)
    for route in shop.app[guard.ROUTES].values():
        if route.needs is Needs.MEMBER and "{" not in route.path:
            answer = nico.ask(route.method, route.path, b"", {"X-Passkoop-Jeton": nico.token})
            assert answer.goes_to == "/moi", route.path


def test_the_card_is_shown_or_it_is_said_kindly_why_not(shop: Served) -> None:
    maite, kepa = own(shop, "1"), own(shop, "2")
    page = maite.get("/moi/carte")
    for known in ("Maïté Haran", "Hendaia Koop", "n° 1", "valable jusqu", "Montrez ce code"):
        assert known in page.words
    assert 'class="qrbox"' in page.text
    assert maite.get("/moi/carte.pdf").body.startswith(b"%PDF")
    assert "pas encore de carte" in kepa.get("/moi/carte").words
    assert kepa.get("/moi/carte.pdf").status == 404
    nico = shop.entered("Nico", Role.ADMINISTRATOR)
    seen = nico.get("/bureau/membres/1/cartes/suspendre").text
    seen = seen.partition('name="vu" value="')[2].partition('"')[0]
    nico.post("/bureau/membres/1/cartes/suspendre", {"vu": seen, "raison": "cotisation"})
    page = maite.get("/moi/carte")
    assert "en pause" in page.words
    assert 'class="qrbox"' not in page.text


def test_the_card_goes_to_the_address_of_the_register(shop: Served) -> None:
    maite = own(shop, "1")
    assert maite.post("/moi/carte/envoyer").goes_to == "/moi/carte"
    (letter,) = [one for one in letters(shop) if one.kind == "card"]
    assert (letter.recipient, letter.actor) == (EMAIL, f"member:{member(shop, '1').id}")


def test_a_co_op_can_do_without(shop: Served, tmp_path: Path) -> None:
    nico = shop.entered("Nico", Role.ADMINISTRATOR)
    assert "La page de chaque membre" in nico.get("/reglages/coop").words
    switches = shop.app[SWITCHES]
    rooms = shop.rooms
    shop.run(
        switches.keep, ["booklet.own"], rooms.settings, rooms.audit, now=shop.now, actor="test"
    )
    assert Client(shop).get("/moi").status == 404
