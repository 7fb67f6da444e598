"""The pages of writing to many, as forms that a browser sends."""

from collections.abc import Iterator

import pytest

from mailing import MailServerHere
from passkoop_node.core.outbox import State
from passkoop_node.members.member import MemberData
from passkoop_node.members.preferences import Channel, Topic
from serving import NOON, Client, Served

NEW = "/bureau/ecrire/nouveau"
TYPED = {
    "segment": "membres",
    "sujet": "news",
    "objet": "Assemblée, {prénom}",
    "texte": "Bonjour {nom},\r\n\r\nvenez **tous**.",
    "sms": "",
}


@pytest.fixture
def server(served: Served) -> Iterator[MailServerHere]:
    with MailServerHere() as server:

        def fill() -> None:
            rooms = served.rooms
            rooms.mail.save(server.settings())
            for name in ("Paul", "=Ane **x**", "Lucie"):
                data = MemberData(given_name=name, email="a@exemple.test")
                id = rooms.members.add(data, now=NOON).id
                rooms.preferences.keep(id, {Topic.NEWS: Channel.EMAIL}, how="office", now=NOON)

        served.run(fill)
        yield server


@pytest.fixture
def nico(served: Served) -> Client:
    return served.administrator()


def test_a_message_is_written_seen_tried_and_sent_once(
    served: Served, nico: Client, server: MailServerHere
) -> None:
    page = nico.post(NEW, TYPED).goes_to
    shown = nico.get(page)
    assert "Le message atteint 3 personnes" in shown.words
    assert "Bonjour Paul," in shown.words
    assert "<strong>tous</strong>" in shown.text
    assert nico.post(f"{page}/essai").status == 422  # the account has no address
    served.run(lambda: served.rooms.accounts.set_email(1, "nico@exemple.test"))
    assert nico.post(f"{page}/essai").status == 303
    served.do_job("post")
    assert server.recipients == ["nico@exemple.test"]
    assert server.messages[0]["Subject"] == "Assemblée, Paul"
    assert "Envoyer à 3 personnes ?" in nico.get(f"{page}/envoyer").words
    yes = {"nombre": "3", "version": "1"}
    assert nico.post(f"{page}/envoyer", {**yes, "nombre": "2"}).status == 422
    assert nico.post(f"{page}/envoyer", {**yes, "version": "7"}).status == 422
    assert nico.post(f"{page}/envoyer", yes).status == 303
    assert nico.post(f"{page}/envoyer", yes).status == 303  # pressed twice
    served.do_job("letters.queue")
    served.do_job("post")
    assert len(server.messages) == 4
    texts = [one.get_body(("plain",)) for one in server.messages]
    assert any("Bonjour =Ane **x**," in one.get_content() for one in texts if one)
    assert "partis 3" in nico.get(page).words
    assert "partis : 3" in nico.get("/bureau/ecrire").words
    assert nico.get(f"{page}/changer").status == 404
    assert nico.get(f"{page}/envoyer").status == 303
    again = nico.get(f"/bureau/ecrire/nouveau?de={page.rpartition('/')[2]}")
    assert "venez **tous**." in again.text
    assert nico.post(f"{page}/supprimer").status == 303
    assert nico.get(page).status == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("segment", "99"),
        ("sujet", "spam"),
        ("objet", ""),
        ("objet", "a" * 101),
        ("objet", "A \u202e B"),
        ("objet", "{iban}"),
        ("texte", " "),
        ("texte", "a" * 15_001),
        ("texte", "Bonjour {solde}"),
        ("texte", "{nom}" * 21),
        ("texte", "a\x00b"),
        ("texte", "bon\u202ejour"),
        ("sms", "a" * 1_001),
        ("sms", "é€" * 400),
    ],
)
def test_a_refused_message_keeps_what_was_typed(nico: Client, field: str, value: str) -> None:
    answer = nico.post(NEW, {**TYPED, field: value})
    assert answer.status == 422
    assert f'id="{field}-faute"' in answer.text
    if field != "texte":
        assert "venez **tous**." in answer.text
    assert "Aucun message" in nico.get("/bureau/ecrire").words


def test_a_text_typed_as_french_is_typed_is_taken(nico: Client) -> None:
    text = "Prix\u00a0: 3\u202f€. À bientôt\u202f! 👩‍🌾\n\n« Venez »"
    page = nico.post(NEW, {**TYPED, "texte": text, "sms": "À bientôt\u202f!"})
    assert page.status == 303, page.words
    assert "👩‍🌾" in nico.get(page.goes_to).words


def test_hostile_forms_send_nothing_and_add_no_header(
    served: Served, nico: Client, server: MailServerHere
) -> None:
    assert nico.post(NEW, {**TYPED, "texte": "a" * 1_000_000}).status == 413
    page = nico.post(NEW, {**TYPED, "objet": "A\r\nBcc: b@exemple.test"}).goes_to
    bad = "[x](javascript:alert(1)) <img src=x onerror=alert(1)> [y](data:text/html,x)"
    nico.post(f"{page}/changer", {**TYPED, "objet": "A\r\nBcc: b@exemple.test", "texte": bad})
    shown = nico.get(page).text
    assert "<img" not in shown
    assert 'href="javascript:' not in shown
    assert 'href="data:' not in shown
    assert nico.post(f"{page}/envoyer", {"nombre": "3", "version": "2"}).status == 303
    served.do_job("letters.queue")
    served.do_job("post")
    for message in server.messages:
        assert message["Bcc"] is None
        assert message["Subject"] == "A Bcc: b@exemple.test"
        html = message.get_body(("html",))
        assert html is not None
        assert "<img" not in html.get_content()
        assert 'href="javascript' not in html.get_content()
    assert len(server.messages) == 3


def test_what_waits_is_stopped_after_a_question(
    served: Served, nico: Client, server: MailServerHere
) -> None:
    page = nico.post(NEW, TYPED).goes_to
    nico.post(f"{page}/envoyer", {"nombre": "3", "version": "1"})
    served.do_job("letters.queue")
    assert "ce qui est déjà parti" in nico.get(f"{page}/annuler").words.lower()
    assert nico.post(f"{page}/annuler").status == 303
    served.do_job("post")
    assert server.messages == []
    assert "annulés 3" in nico.get(page).words
    states = served.run(lambda: served.rooms.outbox.counts())
    assert states[State.CANCELLED] == 3


def test_a_draft_whose_segment_is_gone_asks_for_another(
    served: Served, nico: Client, server: MailServerHere
) -> None:
    kept = {"champ-0": "name", "valeur-0": "Paul", "nom": "Paul", "faire": "garder"}
    segment = nico.post("/bureau/segments/nouveau", kept).goes_to
    key = segment.rpartition("/")[2]
    page = nico.post(NEW, {**TYPED, "segment": key}).goes_to
    assert "Le message atteint 1 personne" in nico.get(page).words
    assert "Un brouillon lui écrit" in nico.get(f"{segment}/supprimer").words
    nico.post(f"{segment}/supprimer")
    assert "Le segment n’existe plus" in nico.get(page).words
    assert nico.get(f"{page}/envoyer").status == 422
    assert nico.post(f"{page}/envoyer", {"nombre": "1", "version": "1"}).status == 422
