"""What people carry themselves: letters on paper, SMS from a phone, lists of what came back."""

from dataclasses import replace
from datetime import date
from typing import Any

import pypdfium2
import pytest

from passkoop_node.cards.mailing import NoEmail
from passkoop_node.channels.bounces import parse_bounces
from passkoop_node.channels.by_hand import sms_file
from passkoop_node.channels.gateway import Format, Gateway
from passkoop_node.channels.paper import WINDOW_HEIGHT, WINDOW_TOP, Head, Sheet, draw_letters
from passkoop_node.channels.wrong import What
from passkoop_node.core.outbox import Carrier, Message, State
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.preferences import Channel, Topic
from sending import send_file
from serving import NOON, Client, Served

NORA = MemberData(
    given_name="Nora",
    family_name="Roux",
    email="nora@exemple.test",
    phone="06 12 34 56 78",
    address="3 rue des Halles",
    postcode="64700",
    town="Hendaye",
)
LETTERS, SMS = "/bureau/courrier/lettres", "/bureau/courrier/sms"


@pytest.fixture
def nico(served: Served) -> Client:
    return served.administrator()


def queue(served: Served, channel: Channel, many: int = 1, text: str = "Bonjour") -> list[int]:
    """Return the ids in the outbox of messages to new members, by this channel."""
    rooms = served.rooms

    def write() -> list[int]:
        ids = []
        for _ in range(many):
            member: Member = rooms.members.add(NORA, now=NOON)
            rooms.preferences.keep(member.id, {Topic.DUES: channel}, how="office", now=NOON)
            given: dict[str, Any] = {"kind": "test", "actor": "test", "now": NOON}
            sent = rooms.channels.send(
                member, topic=Topic.DUES, subject="Votre cotisation", text=text, **given
            )
            assert sent.id is not None
            ids.append(sent.id)
        return ids

    return served.run(write)


def state(served: Served, id: int) -> State:
    return served.run(served.rooms.outbox.get, id).state


def batch_of(page: str) -> str:
    return page.partition("lot=")[2].partition('"')[0]


# --- letters ---


def test_letters_are_printed_and_a_person_says_that_they_went(served: Served, nico: Client) -> None:
    ids = queue(served, Channel.POST, 3, text="Bonjour Nora,\n\nVotre cotisation finit.")
    assert "3 lettres à imprimer" in nico.get("/bureau/courrier").words
    page = nico.get(LETTERS)
    lot = batch_of(page.text)
    file = nico.get(f"{LETTERS}/fichier?lot={lot}")
    assert file.headers["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(file.body)
    assert len(document) == 3
    text = document[0].get_textpage().get_text_range()
    for said in ("Nora Roux", "3 rue des Halles", "64700 Hendaye", "Votre cotisation finit."):
        assert said in text
    assert "parce que vous êtes membre" in text
    assert {state(served, id) for id in ids} == {State.WAITING}  # a download says nothing yet
    assert nico.post(LETTERS, {"lot": lot}).status == 303
    assert {state(served, id) for id in ids} == {State.SENT}
    assert "Aucune lettre n’attend." in nico.get(LETTERS).words
    assert "Lettres imprimées et parties." in nico.get("/reglages/journal").words


def test_what_came_after_the_download_is_not_said_to_have_gone(
    served: Served, nico: Client
) -> None:
    queue(served, Channel.POST)
    lot = batch_of(nico.get(LETTERS).text)
    (later,) = queue(served, Channel.POST)
    assert nico.post(LETTERS, {"lot": lot}).status == 303
    assert state(served, later) is State.WAITING
    again = nico.post(LETTERS, {"lot": lot})  # the button pressed twice
    assert again.status == 422
    assert "téléchargez de nouveau" in again.words
    for wrong in ("", "1", "1-2", "a-b-c", "-1--1--1", f"{later}-{later}-2", "9" * 40):
        assert nico.get(f"{LETTERS}/fichier?lot={wrong}").status == 422
    assert state(served, later) is State.WAITING


def test_the_address_is_in_the_window_and_long_letters_go_on() -> None:
    head = Head(name="Hendaia Koop", place="Hendaye", contact="12 rue du Port", country="FR")
    lines = ("Nora Roux", "Bâtiment B, 3 rue des Halles", "64700 Hendaye", "BELGIQUE")
    sheet = Sheet(
        address=lines,
        subject="Votre cotisation",
        text="\n\n".join(["Une phrase qui n'en finit pas de finir. " * 12] * 9),
        footer="Vous recevez ce message parce que vous êtes membre.",
        language="fr",
        written_at=NOON,
    )
    document = pypdfium2.PdfDocument(draw_letters([sheet, sheet], head, title="Lettres"))
    assert len(document) == 4
    page = document[0]
    height = page.get_height()
    text = page.get_textpage()
    for line in lines:
        found = text.search(line).get_next()
        assert found is not None
        left, bottom, right, top = text.get_charbox(found[0])
        assert left > page.get_width() / 2
        assert right < page.get_width()
        assert height - WINDOW_TOP - WINDOW_HEIGHT - 3 < bottom < top < height - WINDOW_TOP + 1


# --- SMS ---


def test_without_a_gateway_sms_are_a_file_and_a_person_says_that_they_went(
    served: Served, nico: Client
) -> None:
    ids = queue(served, Channel.SMS, 2, text='Bonjour ; "Nora"\n\nà demain')
    assert "2 SMS à envoyer à la main" in nico.get("/bureau/courrier").words
    page = nico.get(SMS)
    assert "2 SMS à payer en tout" in page.words
    lot = batch_of(page.text)
    file = nico.get(f"{SMS}/fichier?lot={lot}")
    line = '+33612345678;"Bonjour ; ""Nora"" à demain"\r\n'
    assert file.body.decode() == line * 2
    nico.post(SMS, {"lot": lot})
    assert {state(served, id) for id in ids} == {State.SENT}


def test_where_a_gateway_is_nobody_sends_by_hand_what_it_sends(
    served: Served, nico: Client
) -> None:
    queue(served, Channel.SMS)
    lot = batch_of(nico.get(SMS).text)
    gateway = Gateway(
        method="POST",
        address="https://sms.exemple.org/",
        headers={},
        format=Format.FORM,
        body="to={to}\ntext={text}",
    )
    served.run(served.rooms.sms.save, gateway)
    assert "toute seule" in nico.get(SMS).words
    assert nico.post(SMS, {"lot": lot}).status == 422
    assert nico.get(f"{SMS}/fichier?lot={lot}").status == 422


def test_no_text_becomes_a_formula(served: Served, nico: Client) -> None:
    (id,) = queue(served, Channel.SMS, text="=2+2")
    message: Message = served.run(served.rooms.outbox.get, id)
    assert sms_file([message]) == b"+33612345678;'=2+2\r\n"


# --- the page of all that is sent ---


def test_the_page_shows_what_each_carrier_has(served: Served, nico: Client) -> None:
    queue(served, Channel.SMS)
    queue(served, Channel.POST, 2)
    counts = served.run(served.rooms.outbox.counts, Carrier.POST)
    assert counts[State.WAITING] == 2
    page = nico.get("/bureau/courrier?par=post").text
    assert page.count("Nora Roux") == 2
    assert "+33612345678" not in page
    assert "+33612345678" in nico.get("/bureau/courrier?par=sms&etat=attente").text
    assert nico.get("/bureau/courrier?par=pigeon").status == 200
    asked = nico.get("/bureau/courrier/annuler?par=post").text
    assert 'name="par" value="post"' in asked  # what is counted is what is cancelled
    nico.post("/bureau/courrier/annuler", {"par": "post"})
    assert served.run(served.rooms.outbox.counts, Carrier.POST)[State.CANCELLED] == 2
    assert served.run(served.rooms.outbox.counts, Carrier.SMS)[State.WAITING] == 1


# --- what came back ---


REPORT = """From: MAILER-DAEMON@exemple.test
To: coop@exemple.test

Your message to lou@exemple.test could not be delivered.

Final-Recipient: rfc822; Lou@Exemple.test
Original-Recipient: rfc822;lou@exemple.test
Action: failed
Status: 5.1.1

Final-Recipient: rfc822; zoe@exemple.test
Action: delayed

From: nora@exemple.test
"""


def test_of_a_report_those_count_that_failed_for_good() -> None:
    assert parse_bounces(REPORT) == ["lou@exemple.test"]
    assert parse_bounces("<A@b.test>; c@d.test, a@b.test.\nrien") == ["a@b.test", "c@d.test"]
    delayed = REPORT.replace("Action: failed", "Action: delayed")
    assert parse_bounces(delayed) == []
    assert parse_bounces("@" * 500_000) == []


def test_addresses_that_came_back_are_looked_at_and_then_noted(
    served: Served, nico: Client
) -> None:
    members = served.rooms.members
    nora = served.run(members.add, NORA, now=NOON)
    lou = served.run(members.add, replace(NORA, given_name="Lou", email="Lou@b.test"), now=NOON)
    page = "/bureau/courrier/retours"
    assert nico.post(page, {"adresses": "rien"}).status == 422
    shown = nico.post(page, {"adresses": "lou@b.test, inconnue@b.test"})
    assert "Lou Roux" in shown.words
    assert "Nora" not in shown.words
    assert "1 adresse n’est d’aucun membre." in shown.words

    def wrong(member: Member) -> set[What]:
        return set(served.run(served.rooms.channels.wrong_of, member))

    assert wrong(lou) == set()  # a look notes nothing
    assert nico.post(f"{page}/noter", {"membre": str(lou.id)}).status == 303
    assert (wrong(lou), wrong(nora)) == ({What.EMAIL}, set())
    file = send_file(nico, page, "retours.csv", b"Adresse;Motif\r\nnora@exemple.test;inconnue\r\n")
    assert "Nora Roux" in file.words
    assert send_file(nico, page, "retours.eml", b"\xff" * 2_500_000).status == 413
    listed = nico.get(page).words  # the first time it says what was done
    assert "Lou Roux Adresse e-mail d’après une liste de retours 22 novembre 2026" in listed
    for typed in ("77", "x", "9" * 30):
        assert nico.post(f"{page}/noter", {"membre": typed}).status == 303


def test_a_card_is_not_sent_to_an_address_that_leads_nowhere(served: Served, nico: Client) -> None:
    rooms = served.rooms
    member = served.run(rooms.members.add, NORA, now=NOON)
    served.run(rooms.issuer.issue, [member], now=NOON, actor="test")
    note: dict[str, Any] = {"how": "office", "actor": "test", "now": NOON}
    assert served.run(rooms.channels.note_wrong, member, What.EMAIL, **note)
    on = date(2026, 11, 22)
    with pytest.raises(NoEmail):
        served.run(rooms.card_mail.sendable, member, on=on, now=NOON)
    assert served.run(rooms.card_mail.unsent, on=on, now=NOON).without_address == 1
    changed = replace(member, email="roux@exemple.test")
    member = served.run(rooms.members.update, changed, now=NOON)
    assert served.run(rooms.card_mail.sendable, member, on=on, now=NOON).member_id == member.id
