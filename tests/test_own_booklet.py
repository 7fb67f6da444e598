"""The booklet, one's own record, what one receives, and leaving: by the members themselves."""

import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Error as PlaywrightError

from mailing import MailServerHere
from owning import give_link, link_in, own
from passkoop_node.booklet.changing import BY_OFFICE
from passkoop_node.booklet.erasing import YEARS
from passkoop_node.cards.store import CardState
from passkoop_node.core.accounts import Role
from passkoop_node.core.outbox import Message, State
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.dues.store import Kind, Method
from passkoop_node.dues.transfers import Account
from passkoop_node.members.keeping import add_member
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.preferences import Channel, Topic
from serving import Answer, Client, Served

TODAY = datetime.date(2026, 11, 22)
EMAIL = "maite@exemple.fr"


@pytest.fixture
def shop(served: Served) -> Served:
    """Return the node of a co-op with a principal, somebody of her household, and another."""

    def put() -> None:
        rooms = served.rooms
        rooms.mail.save(MailServerHere().settings(port=9))
        for number, name, email in (("1", "Maïté", EMAIL), ("2", "Kepa", ""), ("3", "Zoé", "")):
            data = MemberData(
                number=number,
                given_name=name,
                family_name="Haran",
                email=email,
                joined=datetime.date(2020, 5, 14),
            )
            add_member(rooms.members, rooms.audit, data, actor="test", now=served.now)
        maite, kepa = (rooms.members.by_number(one) for one in ("1", "2"))
        rooms.households.join(kepa, maite, on=TODAY, actor="test", now=served.now)
        rooms.issuer.issue([maite, kepa], now=served.now, actor="test")

    served.run(put)
    return served


def member(shop: Served, number: str) -> Member:
    return shop.run(shop.rooms.members.by_number, number)


def asked(page: Answer) -> dict[str, str]:
    """Return what the office's page says of the first wish."""
    return {
        name: page.text.partition(f'name="{name}" value="')[2].partition('"')[0]
        for name in ("demande", "vu")
    }


def letters(shop: Served) -> list[Message]:
    return list(shop.run(shop.rooms.outbox.page, list(State)))


def test_the_booklet_holds_what_happened_year_by_year(shop: Served) -> None:
    def pay() -> None:
        shop.rooms.dues.pay(
            shop.rooms.members.by_number("1"),
            kind=Kind.SHARE,
            cents=2_000,
            method=Method.CASH,
            paid_on=TODAY,
            today=TODAY,
            now=shop.now,
            actor="test",
        )
        put = shop.rooms.own.documents.put
        put(None, "Statuts", b"%PDF-1.4", actor="test", number="", now=shop.now)
        put(3, "Pour Zoé", b"%PDF-1.4", actor="test", number="3", now=shop.now)

    shop.run(pay)
    maite = own(shop, "1")
    page = maite.get("/moi/carnet").words
    for told in ("Votre carte est faite", "Parts payées : 20,00 €, reçu 2026-0001", "Statuts"):
        assert told in page
    assert "Zoé" not in page
    assert "/adhesion?de=" in page
    assert "Vous devenez membre" in maite.get("/moi/carnet?annee=2020").words
    assert "cotisation" not in page.lower()  # the co-op asks for none
    assert maite.get("/moi/documents/1").body == b"%PDF-1.4"
    assert maite.get("/moi/documents/2").status == 404


def test_who_left_is_not_shown_what_is_put_there_for_all_members_afterwards(shop: Served) -> None:
    def put(member_id: int | None, title: str) -> int:
        put = shop.rooms.own.documents.put
        return put(member_id, title, b"%PDF-1.4", actor="test", number="", now=shop.now)

    before = shop.run(put, None, "Statuts")
    maite, zoe = own(shop, "1"), own(shop, "3")
    zoe.post("/moi/partir", {"certain": "oui"})
    shop.now += 86_400
    after, theirs = shop.run(put, None, "Comptes"), shop.run(put, 3, "Attestation")
    for client, seen in ((maite, {before, after}), (zoe, {before, theirs})):
        page = client.get("/moi/carnet").text
        for id in (before, after, theirs):
            assert (f'"/moi/documents/{id}"' in page) is (id in seen)
            assert client.get(f"/moi/documents/{id}").status == (200 if id in seen else 404)


def test_the_booklet_holds_messages_but_not_the_links_that_open_it(shop: Served) -> None:
    Client(shop).post("/moi", {"email": EMAIL})

    def write() -> None:
        rooms = shop.rooms
        maite = rooms.members.by_number("1")
        rooms.preferences.keep(maite.id, {Topic.NEWS: Channel.EMAIL}, how="self", now=shop.now)
        told: dict[str, Any] = {
            "subject": "Fête des légumes",
            "text": "Samedi.",
            "kind": "test",
            "ref": "fete",
        }
        rooms.channels.send(maite, topic=Topic.NEWS, actor="test", now=shop.now, **told)

    shop.run(write)
    shop.do_job("own links")
    sent = letters(shop)
    assert len(sent) == 2
    for one in sent:
        shop.run(shop.rooms.outbox.close, one.id, State.SENT, now=shop.now)
    page = own(shop, "1").get("/moi/carnet").words
    assert "Message de la coop : Fête des légumes" in page
    assert "Votre page de membre" not in page


def test_what_a_member_notes_is_theirs_alone(shop: Served) -> None:
    maite = own(shop, "1")
    typed = {"quoi": "visit", "coop": "La Loue", "jour": "2026-11-20", "mot": "belle visite"}
    refused = maite.post("/moi/carnet/noter", typed | {"jour": "2027-01-01", "montant": "beaucoup"})
    assert refused.status == 422
    assert "belle visite" in refused.text
    assert maite.post("/moi/carnet/noter", typed | {"montant": "12,50"}).goes_to == "/moi/carnet"
    page = maite.get("/moi/carnet")
    assert "Visite : La Loue. 12,50 € belle visite" in page.words
    zoe = own(shop, "3")
    assert "La Loue" not in zoe.get("/moi/carnet").words
    zoe.post("/moi/carnet/retirer", {"note": "1"})
    assert "La Loue" in maite.get("/moi/carnet").words
    maite.post("/moi/carnet/retirer", {"note": "1"})
    maite.get("/moi/carnet")
    assert "La Loue" not in maite.get("/moi/carnet").words


def test_a_member_says_what_they_want_to_receive(shop: Served) -> None:
    maite = own(shop, "1")
    typed = {"dues": "email", "news": "email", "network": "none", "offers": "none"}
    assert maite.post("/moi/preferences", typed | {"news": "pigeon"}).status == 422
    assert maite.post("/moi/preferences", typed).goes_to == "/moi/preferences"
    wants = shop.run(shop.rooms.preferences.of, 1)
    assert wants.channels[Topic.NEWS] is Channel.EMAIL
    assert wants.said[Topic.NEWS].how == "self"


def test_a_new_address_goes_straight_into_the_register_or_waits(shop: Served) -> None:
    maite, nico = own(shop, "1"), shop.entered("Nico", Role.ADMINISTRATOR)

    def send(**typed: str) -> None:
        version = maite.get("/moi/coordonnees").text
        version = version.partition('name="version" value="')[2].partition('"')[0]
        answer = maite.post("/moi/coordonnees", {"version": version, **typed})
        assert answer.goes_to == "/moi/coordonnees", answer.words

    send(phone="0612345678", town="Hendaye")
    held = member(shop, "1")
    assert (held.town, held.full_name, held.email) == ("Hendaye", "Maïté Haran", EMAIL)
    entry = shop.run(shop.rooms.audit.entries, subject="1", limit=1)[0]
    assert (entry.action, entry.actor) == ("member.edit", "member:1")
    assert maite.post("/moi/coordonnees", {"version": "vieille", "town": "X"}).status == 422
    nico.post("/bureau/carnets/choix", {"bureau": "oui", "annees": "5"})
    assert shop.run(shop.rooms.settings.get, BY_OFFICE)
    assert shop.run(shop.rooms.settings.get, YEARS) == 5
    send(town="Urrugne")
    assert member(shop, "1").town == "Hendaye"
    page = nico.get("/bureau/carnets")
    assert "Urrugne" in page.words
    send(town="Ciboure")
    nico.post("/bureau/carnets/demande", asked(page) | {"reponse": "oui"})
    assert member(shop, "1").town == "Hendaye"  # what is agreed to is what was seen
    page = nico.get("/bureau/carnets")
    assert "vient de changer" in page.words
    send(town="Urrugne")
    page = nico.get("/bureau/carnets")
    nico.post("/bureau/carnets/demande", asked(page) | {"reponse": "oui"})
    assert member(shop, "1").town == "Urrugne"
    assert "Rien ne vous attend" in nico.get("/bureau/carnets").words


def test_a_new_email_is_confirmed_there_and_told_to_the_old_one(shop: Served) -> None:
    phone, tablet = own(shop, "1"), own(shop, "1")
    assert phone.post("/moi/coordonnees/email", {"email": EMAIL}).status == 422
    bad = phone.post("/moi/coordonnees/email", {"email": "x@exemple.fr\nBcc: y@exemple.fr"})
    assert bad.status == 422
    phone.post("/moi/coordonnees/email", {"email": "maite@ailleurs.fr"})
    told = {one.recipient: one for one in letters(shop)}
    assert set(told) == {EMAIL, "maite@ailleurs.fr"}
    assert "/moi/adresse/" not in (told[EMAIL].body or "")
    path = link_in(told["maite@ailleurs.fr"].body or "")
    stranger = Client(shop)
    assert "maite@ailleurs.fr" in stranger.get(path).words
    assert member(shop, "1").email == EMAIL  # to look is not to confirm
    assert stranger.post(path).goes_to == "/moi"
    assert member(shop, "1").email == "maite@ailleurs.fr"
    assert stranger.post(path).status == 410
    assert {one.get("/moi/carte").goes_to for one in (phone, tablet)} == {"/moi"}


def test_a_member_leaves_and_the_household_stays(shop: Served) -> None:
    maite, nico = own(shop, "1"), shop.entered("Nico", Role.OFFICE)
    assert "foyer reste membre" in maite.get("/moi/partir").words
    assert maite.post("/moi/partir").status == 422
    gone = maite.post("/moi/partir", {"certain": "oui"})
    assert gone.goes_to == "/moi/donnees", gone.words
    held = member(shop, "1")
    assert held.left is not None
    assert {c.state for c in shop.run(shop.rooms.cards.of_member, 1)} == {CardState.REVOKED}
    assert {c.state for c in shop.run(shop.rooms.cards.of_member, 2)} == {CardState.VALID}
    assert "ne faites plus partie" in maite.get("/moi/carte").words
    page = nico.get("/bureau/carnets")
    assert "A quitté la coop" in page.words
    nico.post("/bureau/carnets/demande", asked(page) | {"reponse": "oui"})
    nico.get("/bureau/carnets")
    assert "A quitté" not in nico.get("/bureau/carnets").words


def test_a_member_leaves_with_the_card_or_not_at_all(shop: Served) -> None:
    def change(sql: str) -> None:
        shop.rooms.db.execute(sql)

    maite = own(shop, "1")
    shop.run(
        change,
        "create trigger power_cut before insert on audit when new.action = 'card.revoked'"
        " begin select raise(abort, 'dark'); end",
    )
    assert maite.post("/moi/partir", {"certain": "oui"}).status >= 500
    assert member(shop, "1").left is None
    shop.run(change, "drop trigger power_cut")
    assert maite.post("/moi/partir", {"certain": "oui"}).status == 303
    assert {c.state for c in shop.run(shop.rooms.cards.of_member, 1)} == {CardState.REVOKED}


def test_a_member_sees_what_is_due_and_how_to_pay_it(shop: Served) -> None:
    maite, kepa = own(shop, "1"), own(shop, "2")
    assert maite.get("/moi/cotisation").status == 404  # the co-op asks for nothing
    who: dict[str, Any] = {"actor": "test", "now": shop.now}

    def ask() -> None:
        shop.rooms.dues.set_plan(Plan(yearly=Yearly.ROLLING, cents=2_000), **who)
        account = Account(holder="Hendaia Koop", iban="FR7630006000011234567890189")
        shop.rooms.transfers.set_account(account, **who)
        told: dict[str, Any] = {"paid_on": TODAY, "today": TODAY, "method": Method.CASH}
        maite = shop.rooms.members.by_number("1")
        shop.rooms.dues.pay(maite, kind=Kind.SHARE, cents=500, **told, **who)

    shop.run(ask)
    held = member(shop, "1")
    assert "Votre première cotisation reste à payer" in maite.get("/moi/carnet").words
    page = maite.get("/moi/cotisation")
    assert "20,00 €" in page.words
    first = maite.post("/moi/cotisation", {"tarif": "0"})
    assert "FR76 3000 6000 0112" in first.words
    assert 'class="qrbox"' in first.text
    assert maite.post("/moi/cotisation", {"tarif": "0"}).words == first.words
    assert maite.post("/moi/cotisation", {"tarif": "9"}).status == 422
    shop.run(shop.rooms.issuer.set_state, held, CardState.SUSPENDED, reason="", **who)
    assert 'href="/moi/cotisation"' in maite.get("/moi/carte").text
    assert "payée par la personne titulaire" in kepa.get("/moi/cotisation").words
    assert maite.get("/moi/recus/2026-0001.pdf").body.startswith(b"%PDF")
    assert kepa.get("/moi/recus/2026-0001.pdf").status == 404


def test_the_card_opens_without_a_network_until_the_page_is_closed(
    shop: Served, chromium: Browser
) -> None:
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(shop.url + give_link(shop, "1"))
    page.check("[name=garder]")
    page.click("button[name=personne]")
    expect(page.locator("#sans-reseau")).to_be_visible()
    page.goto(shop.url + "/moi/carnet")
    context.set_offline(True)
    page.goto(shop.url + "/moi/carnet")  # only the card is kept
    expect(page.locator("h1")).to_have_text("Maïté Haran")
    expect(page.locator(".qrbox svg")).to_be_visible()
    expect(page.locator("#hors-ligne")).to_be_visible()
    context.set_offline(False)
    page.goto(shop.url + "/moi/carte")
    expect(page.locator("#hors-ligne")).to_be_hidden()
    page.click("text=Se déconnecter")
    expect(page.locator("[data-moi=personne]")).to_be_visible()
    page.wait_for_function("caches.keys().then((all) => all.length === 0)")
    context.set_offline(True)
    with pytest.raises(PlaywrightError):
        page.goto(shop.url + "/moi/carte")
    context.close()
