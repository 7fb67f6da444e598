"""`passkoop mail` and `passkoop card send`."""

from pathlib import Path

import pytest

from command import GIVEN, Coop, found
from mailing import MailServerHere, send_round
from passkoop_node.core.outbox import State


@pytest.fixture
def coop(tmp_path: Path) -> Coop:
    return found(tmp_path / "coop", "Hendaia Koop")


def test_the_server_is_set_tried_and_forgotten_and_the_password_never_shown(
    coop: Coop,
) -> None:
    with MailServerHere(password="sésame ouvre") as server:
        given = ["--host", "localhost", "--port", server.port, "--security", "none"]
        given += ["--account", "coop", "--sender", "coop@exemple.test"]
        done = coop.do("mail", "set", *given, "--json", typed="sésame ouvre\n")
        assert done.answer["has_password"] is True
        assert "sésame" not in done.out + done.err
        assert "sésame" not in coop.do("mail", "show", "--json").out
        done = coop.do("mail", "test", "nico@exemple.test")
        assert "250 2.0.0 Ok" in done.err
        assert server.recipients == ["nico@exemple.test"]
        server.handler.said["RCPT"] = lambda *_: "550 5.1.1 No such user"
        refused = coop("mail", "test", "nico@exemple.test", "--json")
        assert refused.code == GIVEN
        assert refused.answer["error"] == "mail_refused"
        assert "550 5.1.1 No such user" in refused.answer["message"]
        assert coop("mail", "set", *given, typed="").code == GIVEN
        far = [*given]
        far[1] = "smtp.exemple.test"
        assert coop("mail", "set", *far, "--json", typed="x\n").answer["error"] == (
            "mail_in_the_open"
        )
    assert coop("mail", "test", "nico@").code == GIVEN
    coop.do("mail", "forget")
    assert coop("mail", "test", "a@b.test", "--json").answer["error"] == "mail_not_set_up"
    assert not (coop.home / "mail.password").exists()


def test_cards_are_put_into_the_outbox_sent_again_and_cancelled(coop: Coop) -> None:
    csv = coop.home.parent / "membres.csv"
    csv.write_text(
        "Numéro;Nom;Prénom;E-mail\n1;Etcheverry;Maïté;maite@exemple.test\n"
        "2;Béhobie;Kepa;\n3;Moreira;Inês;ines@exemple.test\n",
        encoding="utf-8",
    )
    coop.do("member", "import", csv)
    coop.do("card", "issue", "--all")
    assert coop("card", "send", "--all", "--json").answer["error"] == "mail_not_set_up"
    with MailServerHere() as server:
        given = ["--host", "localhost", "--port", server.port, "--security", "none"]
        coop.do("mail", "set", *given, "--sender", "coop@exemple.test")
        assert coop("card", "send", "2", "--json").answer["error"] == "no_email"
        assert coop("card", "send").code == GIVEN
        assert coop.do("card", "send", "1", "--json").answer["cards"] == 1
        done = coop.do("card", "send", "--all", "--json")
        assert done.answer == {"cards": 1, "waiting": 1, "without_address": 1}
        server.handler.said["RCPT"] = lambda _s, envelope: (
            "550 No" if "ines" in envelope.rcpt_tos[0] else "250 Ok"
        )
        with coop.rooms() as rooms:
            assert send_round(rooms, now=coop.now) == 1
        (failed,) = coop.do("mail", "outbox", "--state", "failed", "--json").answers
        assert (failed["to"], failed["why"]) == ("ines@exemple.test", "recipient")
        assert "Pas parti" in coop.do("mail", "outbox").out
        assert coop("mail", "retry").code == GIVEN
        assert coop("mail", "retry", "999", "--json").answer["error"] == "message_not_found"
        assert coop.do("mail", "retry", "--failed", "--json").answer == {"messages": 1}
        assert coop.do("mail", "cancel", failed["id"], "--json").answer == {"messages": 1}
        assert coop.do("mail", "cancel", "--waiting", "--json").answer == {"messages": 0}
    states = [one["state"] for one in coop.do("mail", "outbox", "--json").answers]
    assert states == [State.CANCELLED, State.SENT]
