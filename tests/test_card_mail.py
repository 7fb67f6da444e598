"""Cards go by e-mail: one member's or all that never went, and the history says so."""

import datetime
from dataclasses import replace

import pytest

from mailing import MailServerHere, send_round
from passkoop_node.cards.mailing import CardMail
from passkoop_node.cards.store import CardState
from passkoop_node.core.accounts import Role
from passkoop_node.core.outbox import OutboxStore, State
from passkoop_node.members.member import Member, MemberData
from passkoop_protocol.qr import read_qr
from passkoop_protocol.text import encode_text
from serving import Client, Served

ALL = "/bureau/cartes/envoyer"
LATER = 86_400  # the job of the node that serves has a clock of its own; letters wait for ours


@pytest.fixture
def odile(served: Served) -> Client:
    """Return somebody of the office; Maïté, Kepa and Inês have cards, and Kepa no address."""

    def fill() -> None:
        rooms = served.rooms
        people = [
            MemberData(number="1", given_name="Maïté", family_name="Etcheverry"),
            MemberData(number="2", given_name="Kepa", family_name="Béhobie"),
            MemberData(number="3", given_name="Inês", family_name="Moreira", language="pt"),
        ]
        addresses = ("maite@exemple.test", "Kepa, chez Maïté", "ines@exemple.test")
        for data, email in zip(people, addresses, strict=True):
            rooms.members.add(replace(data, email=email), now=served.now)
        rooms.issuer.issue(list(all_members(served)), now=served.now, actor="test")

    served.run(fill)
    return served.entered("Odile", Role.OFFICE)


def all_members(served: Served) -> list[Member]:
    return [served.rooms.members.by_number(str(number)) for number in (1, 2, 3)]


def use(served: Served, server: MailServerHere) -> None:
    served.run(served.rooms.mail.save, server.settings())


def deliver(served: Served) -> int:
    """Do what the job does, at once."""

    def work() -> int:
        return send_round(served.rooms, now=served.now + LATER)

    return served.run(work)


def states(served: Served) -> list[State]:
    letters = served.run(served.the(OutboxStore).page, list(State))
    return [one.state for one in reversed(letters)]


@pytest.fixture
def server(served: Served) -> MailServerHere:
    """Return a mail server; the node's own job is kept from it by a pause."""
    return MailServerHere()


def test_a_member_gets_their_card_as_picture_and_pdf_and_the_history_says_when(
    served: Served, odile: Client, server: MailServerHere
) -> None:
    page = "/bureau/membres/1"
    with server:
        use(served, server)
        assert f"{page}/cartes/envoyer" in odile.get(page).text
        asked = odile.get(f"{page}/cartes/envoyer").words
        for said in ("maite@exemple.test", "Bonjour Maïté", "Montrez ce code", "Carte perdue"):
            assert said in asked
        assert odile.post(f"{page}/cartes/envoyer").status == 303
        assert states(served) in ([State.WAITING], [State.SENT])
        deliver(served)
        (got,) = server.messages
        assert got["To"] == "maite@exemple.test"
        assert got["Subject"] == "Votre carte de membre – Hendaia Koop"
        kinds = [one.get_content_type() for one in got.walk() if not one.is_multipart()]
        assert kinds == ["text/plain", "text/html", "image/png", "image/png", "application/pdf"]
        html = got.get_body(("html",))
        assert html is not None
        inline = next(one for one in got.walk() if one.get_content_disposition() == "inline")
        assert f"cid:{inline['Content-ID'].strip('<>')}" in html.get_content()
        files = list(got.iter_attachments())
        names = [one.get_filename() for one in files]
        assert names == ["carte-1-maite-etcheverry.png", "carte-1-maite-etcheverry.pdf"]
        assert files[1].get_content().startswith(b"%PDF")
        stored = served.run(served.rooms.cards.of_member, 1)[0]
        assert stored.data is not None
        assert read_qr(files[0].get_content()) == [encode_text(stored.data)]
        assert stored.sent_at is not None
    words = odile.get(page).words
    assert "Carte envoyée par e-mail" in words
    assert "Odile" in words
    assert "Cette carte est déjà partie" in odile.get(f"{page}/cartes/envoyer").words


def test_all_cards_that_never_went_go_once_each_in_its_member_s_language(
    served: Served, odile: Client, server: MailServerHere
) -> None:
    with server:
        use(served, server)
        asked = odile.get(ALL)
        assert "2 cartes ne sont jamais parties" in asked.words
        assert "Maïté Etcheverry, Inês Moreira" in asked.words
        assert "1 membre n’a pas d’adresse e-mail valable" in asked.words
        assert odile.post(ALL, {"nombre": "1"}).status == 422  # one more than was seen
        assert odile.post(ALL, {"nombre": "2"}).status == 303
        assert odile.post(ALL, {"nombre": "2"}).status == 303  # pressed twice
        deliver(served)
        assert sorted(server.recipients) == ["ines@exemple.test", "maite@exemple.test"]
        letters = {one["To"]: one for one in server.messages}
        body = letters["ines@exemple.test"].get_body(("plain",))
        assert body is not None
        assert body.get_content().startswith("Olá, Inês")
        assert letters["ines@exemple.test"]["Content-Language"] == "pt"
    assert "Aucune carte à envoyer" in odile.get(ALL).words


def test_a_card_that_was_taken_back_or_whose_address_was_mended_meanwhile_does_not_go(
    served: Served, odile: Client, server: MailServerHere
) -> None:
    with server:
        use(served, server)
        mail = served.the(CardMail)

        def change() -> None:
            rooms, now = served.rooms, served.now + LATER
            unsent = mail.unsent(on=datetime.date(2026, 11, 22), now=now)
            assert mail.send(mail.pairs(unsent.to_send, now=now), actor="test", now=now) == 2
            maite, _kepa, ines = all_members(served)
            rooms.issuer.set_state(maite, CardState.REVOKED, now=now, actor="test")
            rooms.members.update(replace(ines, email="autre@exemple.test"), now=now)

        served.run(change)
        assert deliver(served) == 0
        assert server.messages == []
    assert states(served) == [State.FAILED, State.FAILED]
    assert "Carte au courrier : Pas parti" in odile.get("/bureau/membres/3").words


def test_without_an_address_a_card_or_settings_it_is_said_what_to_do(
    served: Served, odile: Client, server: MailServerHere
) -> None:
    assert "Le courriel n’est pas réglé" in odile.get(ALL).words
    assert "Le courriel n’est pas réglé" in odile.post(ALL, {"nombre": "9"}).words
    one = "/bureau/membres/{}/cartes/envoyer"
    assert "Le courriel n’est pas réglé" in odile.post(one.format(1)).words
    with server:
        use(served, server)
        assert "Il n’y a pas d’adresse" in odile.post(one.format(2)).words
        suspend = served.rooms.issuer.set_state
        for state, says in (
            (CardState.SUSPENDED, "La carte est suspendue"),
            (CardState.REVOKED, "Il n’y a pas de carte"),
        ):

            def change(state: CardState = state) -> None:
                suspend(all_members(served)[0], state, now=served.now, actor="test")

            served.run(change)
            answer = odile.post(one.format(1))
            assert answer.status == 422
            assert says in answer.words
    assert states(served) == []
