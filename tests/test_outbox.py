"""The outbox: each letter once as far as SMTP can, whatever the server does."""

import logging

import pytest

from mailing import HANG_UP, MailServerHere, client_tls, letter, send_round
from nodes import DAY, HOUR, Node
from passkoop_node.core.addresses import BadEmail, is_address, parse_address
from passkoop_node.core.backup import write_backup
from passkoop_node.core.database import writing
from passkoop_node.core.letter_bytes import render_letter
from passkoop_node.core.letters import Enclosure, Sender
from passkoop_node.core.mail_settings import TROUBLE, MailNotSetUp, OpenMail, Security
from passkoop_node.core.outbox import GIVE_UP, KEPT, LEASE, Message, State
from passkoop_node.errors import MemberNotFound
from passkoop_node.home import Home
from passkoop_node.restoring import restore
from passkoop_node.rooms import open_rooms

SENDER = Sender(name="Hendaia Koop", address="coop@exemple.test")


def put(node: Node, to: str = "maite@exemple.test", **others: str) -> int:
    id = node.rooms.post.put(letter(to, **others), actor="cli", now=node.now)
    assert id is not None
    return id


def seen(node: Node, id: int) -> Message:
    return node.rooms.outbox.get(id)


# --- addresses and letters ---


@pytest.mark.parametrize(
    "text",
    [
        "",
        "maite",
        "@exemple.test",
        "maite@",
        "maite@exemple",
        "maite@exemple.test\nBcc: tout@exemple.test",
        "maite@exemple.test\r\n",
        "\nmaite@exemple.test",
        "maite@exemple.test\x00",
        "a@b.test, c@d.test",
        "Maïté <maite@exemple.test>",
        "maïté@exemple.test",
        "a..b@exemple.test",
        "maite@-exemple.test",
        "maite@exemple..test",
        f"{'a' * 65}@exemple.test",
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.test",
        'maite@exemple.test"\t',
    ],
)
def test_what_is_no_single_address_is_refused(text: str) -> None:
    assert not is_address(text)
    with pytest.raises(BadEmail) as caught:
        parse_address(text)
    assert not text or text not in str(caught.value)  # it would stand in a log


def test_a_domain_with_accents_is_written_as_servers_know_it() -> None:
    assert parse_address(" o'neil+coop@épicerie.test ") == "o'neil+coop@xn--picerie-9xa.test"


@pytest.mark.parametrize("field", ["subject", "to"])
def test_no_letter_has_a_header_more_than_we_wrote(field: str) -> None:
    evil = letter(**{field: "maite@exemple.test\r\nBcc: tout@exemple.test"})
    with pytest.raises((ValueError, BadEmail)):
        render_letter(evil, sender=SENDER, message_id="1@exemple.test", at=0)
    liar = Sender(name="Koop\nBcc: tout@exemple.test", address="coop@exemple.test")
    with pytest.raises(ValueError, match="CR or LF"):
        render_letter(letter(), sender=liar, message_id="1@exemple.test", at=0)


def test_a_letter_is_seven_bits_and_its_picture_stands_in_its_text() -> None:
    picture = Enclosure(name="carte.png", kind="image/png", data=b"\x89PNG", shown="Le code")
    file = Enclosure(name="carte.pdf", kind="application/pdf", data=b"%PDF-1.4")
    wire = render_letter(
        letter(text="Bonjour <Maïté>,\n\nVoici.\n.\nÀ bientôt."),
        sender=Sender(name="Épicerie « Hendaia »", address="coop@exemple.test"),
        message_id="1@exemple.test",
        at=0,
        enclosures=[picture, file],
    )
    assert wire.isascii()
    assert max(map(len, wire.splitlines())) <= 998
    assert wire.count(b"\n") == wire.count(b"\r\n")
    assert b"&lt;Ma" in wire or b"PGh0bWw" in wire or b"=C3" in wire
    assert b"cid:image0.1@exemple.test" in wire.replace(b"=\r\n", b"").replace(b"=3D", b"=")
    assert wire.count(b"filename=") == 2


# --- sending ---


def test_a_letter_goes_once_its_body_is_erased_and_the_log_names_nobody(
    courge: Node, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        id = put(courge)
        assert send_round(courge.rooms, now=courge.now) == 1
        assert send_round(courge.rooms, now=courge.now) == 0
        (got,) = server.messages
    assert got["Message-ID"] == f"<{seen(courge, id).message_id}>"
    assert got["From"] == "Hendaia Koop <coop@exemple.test>"
    body = got.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("Bonjour Maïté,")
    assert (seen(courge, id).state, seen(courge, id).body) == (State.SENT, None)
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("mail.log")]
    assert not any("maite@" in one for one in ours)


def test_nothing_goes_if_what_caused_it_did_not_happen(courge: Node) -> None:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())

        def fail() -> None:
            with writing(courge.rooms.db):
                put(courge)
                courge.rooms.members.get(99)

        with pytest.raises(MemberNotFound):
            fail()
        assert send_round(courge.rooms, now=courge.now) == 0


def test_without_settings_nothing_waits_for_ever(courge: Node) -> None:
    with pytest.raises(MailNotSetUp):
        put(courge)
    with MailServerHere(password="secret") as server:
        courge.rooms.mail.save(server.settings())  # the password is missing
    with pytest.raises(MailNotSetUp):
        put(courge)


def test_one_letter_about_one_thing_waits_at_a_time(courge: Node) -> None:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        put(courge, kind="other", ref="7")
        again = courge.rooms.post.put(letter(kind="other", ref="7"), actor="cli", now=courge.now)
        assert again is None
        assert send_round(courge.rooms, now=courge.now) == 1
        put(courge, kind="other", ref="7")  # sent: it may be sent again


def test_a_server_that_asks_for_time_gets_it_for_two_days_and_then_it_is_told(
    courge: Node,
) -> None:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        server.handler.said["RCPT"] = lambda *_: "450 4.2.0 Greylisted"
        id = put(courge)
        began, tried = courge.now, 0
        while seen(courge, id).state is State.WAITING:
            before = seen(courge, id).tries
            send_round(courge.rooms, now=courge.now)
            tried += seen(courge, id).tries > before
            courge.later(60)
            assert courge.now < began + 3 * DAY
        assert 10 < tried < 30
        assert GIVE_UP <= courge.now - began < GIVE_UP + HOUR
        assert (seen(courge, id).state, seen(courge, id).why) == (State.FAILED, "gave_up")
        assert seen(courge, id).answer == "450 4.2.0 Greylisted"
        del server.handler.said["RCPT"]
        assert courge.rooms.post.send_again([id], actor="cli", now=courge.now) == 1
        assert send_round(courge.rooms, now=courge.now) == 1
        (got,) = server.messages
        assert got["Message-ID"] == f"<{seen(courge, id).message_id}>"


def test_an_address_that_is_refused_holds_up_no_other(courge: Node) -> None:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        server.handler.said["RCPT"] = lambda _s, envelope: (
            "550 5.1.1 No such\x07user" if "nobody" in envelope.rcpt_tos[0] else "250 Ok"
        )
        lost, good = put(courge, "nobody@exemple.test"), put(courge)
        assert send_round(courge.rooms, now=courge.now) == 1
        assert (seen(courge, lost).state, seen(courge, lost).why) == (State.FAILED, "recipient")
        assert seen(courge, lost).answer == "550 5.1.1 No such?user"
        assert seen(courge, good).state is State.SENT


def test_a_server_that_hangs_up_before_the_letter_is_asked_again(courge: Node) -> None:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        server.handler.said["RCPT"] = lambda *_: HANG_UP
        id = put(courge)
        assert send_round(courge.rooms, now=courge.now) == 0
        assert (seen(courge, id).state, seen(courge, id).why) == (State.WAITING, "hung_up")
        del server.handler.said["RCPT"]
        courge.later(300)
        assert send_round(courge.rooms, now=courge.now) == 1


def test_a_server_that_hangs_up_after_the_letter_is_not_asked_again_people_are(
    courge: Node,
) -> None:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        server.handler.said["DATA"] = server.handler.take_and_hang_up
        id = put(courge)
        send_round(courge.rooms, now=courge.now)
        courge.later(3 * DAY)
        assert send_round(courge.rooms, now=courge.now) == 0
        assert (seen(courge, id).state, seen(courge, id).why) == (State.UNCERTAIN, "no_answer")
        assert len(server.messages) == 1
        assert courge.rooms.post.take_as_sent(id, actor="cli", now=courge.now)
        assert (seen(courge, id).state, seen(courge, id).body) == (State.SENT, None)
        assert not courge.rooms.post.take_as_sent(id, actor="cli", now=courge.now)


def test_whoever_was_killed_while_sending_leaves_a_question_and_no_second_letter(
    courge: Node,
) -> None:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        id = put(courge)
        assert courge.rooms.outbox.take(id, now=courge.now)  # and then the power went
        courge.later(LEASE - 1)
        assert send_round(courge.rooms, now=courge.now) == 0
        assert seen(courge, id).state is State.SENDING
        courge.later(1)
        assert send_round(courge.rooms, now=courge.now) == 0
        assert (seen(courge, id).state, seen(courge, id).why) == (State.UNCERTAIN, "interrupted")
        assert courge.rooms.post.send_again([id], actor="cli", now=courge.now) == 1
        assert send_round(courge.rooms, now=courge.now) == 1
        (got,) = server.messages
        assert got["Message-ID"] == f"<{seen(courge, id).message_id}>"


def test_no_more_letters_go_in_a_minute_than_was_set(courge: Node) -> None:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings(per_minute=3))
        for _ in range(5):
            put(courge)
        assert send_round(courge.rooms, now=courge.now) == 3
        assert send_round(courge.rooms, now=courge.now + 30) == 0
        assert send_round(courge.rooms, now=courge.now + 60) == 2


@pytest.mark.parametrize(
    ("command", "answer", "why"),
    [("MAIL", "550 5.7.1 Not yours", "sender"), ("RCPT", "554 5.7.1 Relay denied", "relay")],
)
def test_a_server_that_does_not_want_us_fails_no_letter(
    courge: Node, command: str, answer: str, why: str
) -> None:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        server.handler.said[command] = lambda *_: answer
        ids = [put(courge), put(courge)]
        send_round(courge.rooms, now=courge.now)
        assert courge.rooms.settings.get(TROUBLE)["code"] == why
        assert [seen(courge, id).state for id in ids] == [State.WAITING] * 2
        assert send_round(courge.rooms, now=courge.now + 30) == 0  # left alone for a while
        courge.rooms.mail.save(server.settings(sender="autre@exemple.test"))  # asked at once
        del server.handler.said[command]
        assert send_round(courge.rooms, now=courge.now + 61) == 2
        assert courge.rooms.settings.get(TROUBLE) == {}


def test_a_server_that_is_away_for_two_days_is_told_with_the_letters(courge: Node) -> None:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
    id = put(courge)
    send_round(courge.rooms, now=courge.now)
    trouble = courge.rooms.settings.get(TROUBLE)
    assert (trouble["code"], trouble["since"]) == ("refused", courge.now)
    assert seen(courge, id).state is State.WAITING
    courge.later(2 * DAY)
    send_round(courge.rooms, now=courge.now)
    assert (seen(courge, id).state, seen(courge, id).why) == (State.FAILED, "gave_up")


# --- TLS ---


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_letters_and_the_password_go_over_tls_to_the_server_that_it_is(
    courge: Node, security: Security
) -> None:
    is_tls = security is Security.TLS
    with MailServerHere(tls=is_tls, starttls=not is_tls, password="sésame") as server:
        courge.rooms.mail.save(server.settings(security=security), "sésame")
        id = put(courge)
        assert send_round(courge.rooms, now=courge.now) == 0  # nobody we know has signed it
        assert courge.rooms.settings.get(TROUBLE)["code"] == "certificate"
        assert seen(courge, id).state is State.WAITING
        courge.later(60)
        assert send_round(courge.rooms, now=courge.now, tls=client_tls()) == 1
        courge.rooms.mail.save(server.settings(security=security), "sesame")
        put(courge)
        assert send_round(courge.rooms, now=courge.now, tls=client_tls()) == 0
        assert courge.rooms.settings.get(TROUBLE)["code"] == "login"


def test_a_server_without_starttls_gets_no_password(courge: Node) -> None:
    with MailServerHere(password="secret") as server:
        courge.rooms.mail.save(server.settings(security=Security.STARTTLS), "secret")
        put(courge)
        assert send_round(courge.rooms, now=courge.now, tls=client_tls()) == 0
    assert courge.rooms.settings.get(TROUBLE)["code"] == "no_starttls"


def test_without_tls_no_letter_leaves_this_machine(courge: Node) -> None:
    with MailServerHere() as server:
        for host in ("smtp.exemple.test", "192.168.1.2", "127.0.0.1.exemple.test"):
            with pytest.raises(OpenMail):
                courge.rooms.mail.save(server.settings(host=host))
        courge.rooms.mail.save(server.settings(host="127.0.0.1"))


# --- what stays ---


def test_the_password_lies_closed_in_a_file_that_no_backup_holds(courge: Node) -> None:
    with MailServerHere(password="secret") as server:
        courge.rooms.mail.save(server.settings(), "secret")
        waiting, sent = put(courge), put(courge)
        courge.rooms.outbox.cancel([sent], now=courge.now)
    assert courge.home.mail_password.stat().st_mode & 0o077 == 0
    assert courge.home.loose_paths() == []
    courge.home.mail_password.chmod(0o644)
    assert courge.home.loose_paths() == [courge.home.mail_password]
    courge.home.mail_password.chmod(0o600)
    file = courge.home.path.parent / "sauvegarde"
    write_backup(courge.home, file, now=courge.now)
    again = Home(courge.home.path.parent / "again")
    restore(file, again, now=courge.now)
    rooms = open_rooms(again)
    assert not rooms.mail.is_ready()
    assert rooms.outbox.get(waiting).state is State.UNCERTAIN  # it may have gone since
    assert rooms.outbox.get(sent).state is State.CANCELLED
    rooms.close()


def test_lines_of_what_is_done_with_go_after_a_month(courge: Node) -> None:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        put(courge)
        send_round(courge.rooms, now=courge.now)
        waiting = put(courge)
        assert courge.rooms.outbox.forget_old(now=courge.now + KEPT - 1) == 0
        assert courge.rooms.outbox.forget_old(now=courge.now + KEPT) == 1
        assert seen(courge, waiting).state is State.WAITING
