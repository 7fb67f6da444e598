"""Mail's pages: the settings with a trial, and the letters with what became of them."""

import asyncio
import threading
import time
from concurrent.futures import CancelledError
from typing import Any

import pytest

from mailing import HANG_UP, MailServerHere, letter, send_round
from passkoop_node.core.accounts import Role
from passkoop_node.core.outbox import OutboxStore, State
from passkoop_node.core.pages.mail import MAIL
from passkoop_node.core.pages.outbox import OUTBOX, PER_PAGE
from passkoop_node.core.postman import tick
from serving import Client, Served

TRIAL = {"adresse": "nico@exemple.test"}


def typed(server: MailServerHere, **others: str) -> dict[str, str]:
    """Return the form of somebody who has the server."""
    return {
        "serveur": "localhost",
        "port": str(server.port),
        "protection": "none",
        "compte": "coop" if server.password else "",
        "mot_de_passe": server.password,
        "expediteur": "coop@exemple.test",
        "nom": "Hendaia Koop",
        "par_minute": "",
        **others,
    }


@pytest.fixture
def nico(served: Served) -> Client:
    return served.administrator()


def put(served: Served, to: str, **others: Any) -> int:
    id = served.run(
        served.rooms.post.put, letter(to, **others), actor="cli", now=served.now + 86_400
    )
    assert id is not None
    return id


def state(served: Served, id: int) -> State:
    return served.run(served.the(OutboxStore).get, id).state


def test_settings_are_kept_the_password_is_never_shown_and_a_trial_goes(
    served: Served, nico: Client
) -> None:
    with MailServerHere(password="sésame ouvre") as server:
        assert nico.post(MAIL, typed(server)).status == 303
        page = nico.get(MAIL)
        assert "coop@exemple.test" in page.text
        assert "sésame" not in page.text
        answer = nico.post(f"{MAIL}/essai", TRIAL)
        assert answer.status == 200
        assert "Le serveur a pris le message" in answer.words
        assert "Réponse du serveur : 250 2.0.0 Ok" in answer.words
        (got,) = server.messages
        assert got["Subject"] == "Essai du courriel de Hendaia Koop"
        # Left empty, the password stays; it goes with the account.
        assert nico.post(MAIL, typed(server, mot_de_passe="")).status == 303
        assert served.home.mail_password.read_text() == "sésame ouvre"
        assert nico.post(MAIL, typed(server, compte="", mot_de_passe="")).status == 303
        assert served.home.mail_password.read_text() == ""
        assert "Effacer le mot de passe gardé" not in nico.get(MAIL).words  # there is none


def test_the_password_that_is_kept_goes_to_no_other_server_or_account(
    served: Served, nico: Client
) -> None:
    with MailServerHere(password="sésame") as server, MailServerHere(password="sésame") as other:
        assert nico.post(MAIL, typed(server)).status == 303
        for changed in (
            typed(other, mot_de_passe=""),
            typed(server, serveur="127.0.0.1", mot_de_passe=""),
            typed(server, compte="autre", mot_de_passe=""),
        ):
            answer = nico.post(MAIL, changed)
            assert answer.status == 422
            assert "Retapez le mot de passe" in answer.words
            assert changed["compte"] in answer.text
        nico.post(f"{MAIL}/essai", TRIAL)
        assert (len(server.messages), len(other.messages)) == (1, 0)
        # Everything else changes without it, and with it everything does.
        assert nico.post(MAIL, typed(server, nom="Autre nom", mot_de_passe="")).status == 303
        assert nico.post(MAIL, typed(other)).status == 303
        assert served.home.mail_password.read_text() == "sésame"


MISTAKES = [
    ("serveur", "", "Écrivez quelque chose ici"),
    ("serveur", "http://smtp.exemple.test", "Un nom seul"),
    ("serveur", "smtp.exemple.test", "Sans protection, tout le monde lirait"),
    ("port", "70000", "Un nombre, de 1 à 65535"),
    ("port", "²", "Un nombre, de 1 à 65535"),
    ("protection", "ssl", "Choisissez l’une des possibilités"),
    ("expediteur", "coop", "Ce n’est pas une adresse e-mail"),
    ("expediteur", "coop@exemple.test\nBcc: a@b.test", "Ce n’est pas une adresse e-mail"),
    ("par_minute", "0", "Un nombre, de 1 à 1000"),
    ("mot_de_passe", "a\nb", "n’est pas sur une ligne"),
]


def test_what_is_wrong_is_said_and_what_was_typed_stays_but_for_the_password(
    served: Served, nico: Client
) -> None:
    with MailServerHere(password="sésame") as server:
        for field, value, says in MISTAKES:
            answer = nico.post(MAIL, typed(server, **{field: value}))
            assert answer.status == 422
            assert says in answer.words
            assert "sésame" not in answer.text
            assert 'value="Hendaia Koop"' in answer.text
    assert served.run(served.rooms.mail.server) is None
    assert not served.home.mail_password.exists()


ANSWERS = [
    ("RCPT", "550 5.1.1 Unknown", "Le serveur refuse l’adresse du destinataire"),
    ("MAIL", "553 5.7.1 Not yours", "Le serveur refuse l’adresse d’expédition"),
    ("DATA", "554 5.6.0 Spam", "Le serveur a refusé le message lui-même"),
    ("DATA", "452 4.3.1 Full", "Le serveur a demandé de réessayer plus tard"),
]


def test_a_trial_says_what_the_server_answered_in_plain_words(nico: Client) -> None:
    with MailServerHere() as server:
        nico.post(MAIL, typed(server))
        for command, answer, says in ANSWERS:
            server.handler.said = {command: lambda *_, answer=answer: answer}
            page = nico.post(f"{MAIL}/essai", TRIAL)
            assert page.status == 422
            assert says in page.words
            assert f"Réponse du serveur : {answer}" in page.words
        server.handler.said = {"DATA": lambda *_: HANG_UP}
        assert "liaison s’est coupée" in nico.post(f"{MAIL}/essai", TRIAL).words
    assert "Personne ne répond à ce port" in nico.post(f"{MAIL}/essai", TRIAL).words
    assert "Ce n’est pas une adresse" in nico.post(f"{MAIL}/essai", {"adresse": "a"}).words


def test_a_letter_that_failed_is_sent_again_or_cancelled(served: Served, nico: Client) -> None:
    with MailServerHere() as server:
        nico.post(MAIL, typed(server, par_minute="100"))
        odile = served.entered("Odile", Role.OFFICE)
        server.handler.said["RCPT"] = lambda _s, envelope: (
            "550 5.1.1 No" if "faux" in envelope.rcpt_tos[0] else "250 Ok"
        )
        server.handler.said["DATA"] = lambda _s, envelope: (
            HANG_UP if "doute" in envelope.rcpt_tos[0] else "250 Ok"
        )
        ids = [put(served, f"{who}@exemple.test") for who in ("bon", "faux", "doute", "faux2")]
        served.run(send_round_in, served)
        assert [state(served, id) for id in ids] == [
            State.SENT,
            State.FAILED,
            State.UNCERTAIN,
            State.FAILED,
        ]
        listing = odile.get(OUTBOX).words
        assert "faux@exemple.test" in listing
        seen = odile.get(f"{OUTBOX}?etat=a-voir").words
        assert "bon@exemple.test" not in seen
        assert "Peut-être parti" in seen
        one = odile.get(f"{OUTBOX}/{ids[1]}").words
        assert "Le serveur refuse l’adresse du destinataire" in one
        assert "550 5.1.1 No" in one
        assert "Bonjour Maïté" in one
        assert "Le texte est effacé" in odile.get(f"{OUTBOX}/{ids[0]}").words
        # What is uncertain is sent again by name only, never with all the others.
        answer = odile.post(f"{OUTBOX}/renvoyer")
        assert "2 messages repartent" in odile.get(answer.goes_to).words
        assert [state(served, id) for id in ids[1:]] == [
            State.WAITING,
            State.UNCERTAIN,
            State.WAITING,
        ]
        assert odile.post(f"{OUTBOX}/{ids[1]}/annuler").status == 303
        assert state(served, ids[1]) is State.CANCELLED
        assert odile.post(f"{OUTBOX}/{ids[1]}/renvoyer").status == 422
        assert odile.post(f"{OUTBOX}/{ids[2]}/arrive").status == 303
        assert state(served, ids[2]) is State.SENT
        assert "1 message ne partira pas" in odile.get(f"{OUTBOX}/annuler").words
        assert odile.post(f"{OUTBOX}/annuler").status == 303
        assert state(served, ids[3]) is State.CANCELLED
    assert odile.get(MAIL).status == 403
    assert odile.get(f"{OUTBOX}/999").status == 404
    actions = {one.action for one in served.run(served.rooms.audit.entries)}
    assert {"mail.set", "mail.retry", "mail.cancel", "mail.arrived"} <= actions


def send_round_in(served: Served) -> None:
    send_round(served.rooms, now=served.now + 86_400)


def test_the_node_that_serves_sends_by_itself_and_ends_the_letter_at_hand_before_it_stops(
    served: Served, nico: Client
) -> None:
    with MailServerHere() as server:
        nico.post(MAIL, typed(server))
        begun, go_on = threading.Event(), threading.Event()

        def slowly(*_: object) -> str:
            begun.set()
            go_on.wait(10)
            return "250 Ok"

        server.handler.said["DATA"] = slowly
        ids = [put(served, f"m{number}@exemple.test") for number in range(2)]
        served.now += 86_400
        round_ = asyncio.run_coroutine_threadsafe(tick(served.app), served._loop)
        assert begun.wait(10)
        round_.cancel()
        go_on.set()
        with pytest.raises(CancelledError):
            round_.result(10)
        for _attempt in range(200):
            if state(served, ids[0]) is not State.SENDING:
                break
            time.sleep(0.05)
    assert [state(served, id) for id in ids] == [State.SENT, State.WAITING]


def test_letters_have_pages(served: Served, nico: Client) -> None:
    with MailServerHere() as server:
        nico.post(MAIL, typed(server))

        def fill() -> None:
            for number in range(PER_PAGE + 1):
                served.rooms.post.put(
                    letter(f"m{number}@exemple.test"), actor="cli", now=served.now + 86_400
                )

        served.run(fill)
    assert "m0@exemple.test" not in nico.get(OUTBOX).words
    assert "m0@exemple.test" in nico.get(f"{OUTBOX}?etat=attente&page=2").words


def test_without_settings_pages_say_what_to_do(served: Served, nico: Client) -> None:
    assert "Le courriel n’est pas réglé" in nico.get(OUTBOX).words
    assert f'href="{MAIL}"' in nico.get(OUTBOX).text
    with MailServerHere() as server:
        nico.post(MAIL, typed(server))
        put(served, "attend@exemple.test")
    assert "Ce qui attend reste" in nico.get(f"{MAIL}/oublier").words
    assert nico.post(f"{MAIL}/oublier").status == 303
    assert "1 message attend que le courriel soit réglé" in nico.get(MAIL).words
    assert "Le courriel n’est pas réglé" in nico.post(f"{OUTBOX}/renvoyer").words


def test_an_account_has_an_address_if_it_likes(served: Served, nico: Client) -> None:
    page = "/reglages/comptes/1"
    assert nico.post(f"{page}/adresse", {"adresse": "nico@exemple.test"}).status == 303
    assert 'value="nico@exemple.test"' in nico.get(page).text
    answer = nico.post(f"{page}/adresse", {"adresse": "nico@"})
    assert answer.status == 422
    assert 'value="nico@"' in answer.text
    assert nico.post(f"{page}/adresse", {"adresse": ""}).status == 303
    assert served.run(served.rooms.accounts.by_id, 1).email == ""
    entries = served.run(served.rooms.audit.entries)
    assert "nico@" not in str(entries)
