"""One message to one member, by the channel that they chose for what it is about."""

from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

from mailing import MailServerHere, send_round
from nodes import Node
from passkoop_node.channels.sending import Sending
from passkoop_node.channels.wrong import What
from passkoop_node.core.addresses import BadEmail
from passkoop_node.core.outbox import Carrier, Message, State
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.preferences import Channel, Topic

EMAIL, SMS, POST, NONE = Channel
NORA = MemberData(
    given_name="Nora",
    family_name="Roux",
    email="nora@exemple.test",
    phone="06 12 34 56 78",
    address="3 rue des Halles",
    postcode="25000",
    town="Besançon",
)


@pytest.fixture
def server(courge: Node) -> Any:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        yield server


def add(node: Node, **others: Any) -> Member:
    return node.rooms.members.add(replace(NORA, **others), now=node.now)


def want(node: Node, member: Member, **channels: Channel) -> None:
    said = {Topic[name.upper()]: channel for name, channel in channels.items()}
    node.rooms.preferences.keep(member.id, said, how="office", now=node.now)


def send(node: Node, member: Member, topic: Topic = Topic.DUES, **others: Any) -> Sending:
    given = {"subject": "Votre cotisation", "text": "Bonjour Nora,\n\nVoici.", "kind": "test"}
    return node.rooms.channels.send(
        member, topic=topic, actor="test", now=node.now, **{**given, **others}
    )


def message(node: Node, sending: Sending) -> Message:
    assert sending.id is not None
    return node.rooms.outbox.get(sending.id)


def plain_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_message_takes_the_channel_of_its_topic(courge: Node, server: MailServerHere) -> None:
    nora = add(courge)
    want(courge, nora, news=SMS, network=POST)
    assert send(courge, nora, Topic.OFFERS) == Sending(channel=NONE, why="not_wanted")
    by_mail, sms, paper = (
        message(courge, send(courge, nora, topic))
        for topic in (Topic.DUES, Topic.NEWS, Topic.NETWORK)
    )
    assert (by_mail.carrier, by_mail.recipient) == (Carrier.EMAIL, "nora@exemple.test")
    assert (sms.carrier, sms.recipient) == (Carrier.SMS, "+33612345678")
    assert (paper.carrier, paper.recipient) == (
        Carrier.POST,
        "Nora Roux\n3 rue des Halles\n25000 Besançon",
    )
    assert by_mail.about == f"member:{nora.id}"
    # The mail server is asked to take what is a letter, and nothing else.
    assert send_round(courge.rooms, now=courge.now) == 1
    assert server.recipients == ["nora@exemple.test"]


def test_what_the_membership_needs_goes_on_paper_where_no_mail_arrives(
    courge: Node, server: MailServerHere
) -> None:
    nora = add(courge, email="")
    want(courge, nora, dues=EMAIL, news=EMAIL)
    assert send(courge, nora).channel is POST
    assert send(courge, nora, Topic.NEWS) == Sending(channel=NONE, why="no_email")
    homeless = add(courge, email="", town="")
    assert send(courge, homeless) == Sending(channel=NONE, why="no_address")
    courge.rooms.mail.forget()
    assert send(courge, add(courge)) == Sending(channel=NONE, why="mail_not_set_up")


def test_what_would_be_done_is_what_is_done(courge: Node, server: MailServerHere) -> None:
    members = [
        add(courge),
        add(courge, email="nora@"),
        add(courge, email="", address="", postcode=""),
        add(courge, phone="03 81 00 00 00"),
        add(courge, phone="+32 470 12 34 56"),
    ]
    for one in members[3:]:
        want(courge, one, dues=SMS)
    would = courge.rooms.channels.look(members, Topic.DUES)
    did = {one.id: send(courge, one) for one in members}
    assert would == {id: replace(one, id=None) for id, one in did.items()}
    assert [one.channel for one in did.values()] == [EMAIL, POST, NONE, POST, SMS]


def test_one_message_about_the_same_thing_waits_at_a_time(
    courge: Node, server: MailServerHere
) -> None:
    nora, paul = add(courge), add(courge, given_name="Paul")
    first = send(courge, nora, ref="2026")
    assert message(courge, first).ref == f"{nora.id}:2026"
    assert send(courge, nora, ref="2026") == Sending(channel=NONE, why="waits")
    assert send(courge, paul, ref="2026").is_queued
    assert send(courge, nora, ref="2027").is_queued


def test_a_letter_says_why_one_gets_it_and_how_it_ends(
    courge: Node, server: MailServerHere
) -> None:
    courge.rooms.ourselves.set_addresses(["https://courge.exemple"])
    nora = add(courge)
    want(courge, nora, news=EMAIL)
    send(courge, nora, Topic.NEWS, subject="Fête d'été")
    send(courge, nora, Topic.DUES)
    send_round(courge.rooms, now=courge.now)
    news, dues = server.messages
    token = courge.rooms.preferences.unsubscribe_token(nora.id, Topic.NEWS)
    link = f"https://courge.exemple/desabonnement/{token}"
    assert news["List-Unsubscribe"] == f"<{link}>"
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    raw = server.handler.taken[0].content
    assert isinstance(raw, bytes)
    assert f"List-Unsubscribe: <{link}>\r\n".encode() in raw  # on one line, nothing encoded
    assert "vous avez demandé «\u00a0La vie de la coop\u00a0»" in plain_of(news)
    assert plain_of(news).rstrip().endswith(link)
    html = news.get_body(("html",))
    assert html is not None
    assert f'<a href="{link}"' in html.get_content()
    assert "List-Unsubscribe" not in dues
    assert "parce que vous êtes membre" in plain_of(dues)
    assert not any(one.unsubscribe for one in courge.rooms.outbox.page(list(State)))


def test_without_an_address_of_the_co_op_one_ends_it_by_an_answer(
    courge: Node, server: MailServerHere
) -> None:
    courge.rooms.ourselves.set_addresses([])
    nora = add(courge)
    want(courge, nora, news=EMAIL)
    send(courge, nora, Topic.NEWS)
    courge.rooms.ourselves.set_addresses(["http://courge.exemple"])
    send(courge, nora, Topic.NEWS)
    send_round(courge.rooms, now=courge.now)
    by_reply, plain_http = server.messages
    assert by_reply["List-Unsubscribe"] == "<mailto:coop@exemple.test?subject=unsubscribe>"
    assert "en réponse" in plain_of(by_reply)
    assert plain_http["List-Unsubscribe"].startswith("<http://courge.exemple/desabonnement/")
    assert "List-Unsubscribe-Post" not in by_reply
    assert "List-Unsubscribe-Post" not in plain_http  # RFC 8058 asks for https


@pytest.mark.parametrize("language", ["en", "es", "pt", "nl"])
def test_the_footer_speaks_the_member_s_language(
    courge: Node, server: MailServerHere, language: str
) -> None:
    nora = add(courge, language=language)
    footer = message(courge, send(courge, nora)).footer
    assert footer
    assert "Vous recevez" not in footer


@pytest.mark.parametrize(
    "evil", ["nora@exemple.test\nBcc: tous@exemple.test", "nora@exemple.test\r\nX: y"]
)
def test_a_line_end_in_a_name_or_an_address_adds_no_header(
    courge: Node, server: MailServerHere, evil: str
) -> None:
    # Past the form, past `tidy`: as a broken import of another program would leave it.
    nora = add(courge, given_name="Nora\r\nBcc: tous@exemple.test")
    want(courge, nora, news=EMAIL)
    courge.rooms.db.execute("update member set email = ? where id = ?", [evil, nora.id])
    bad = courge.rooms.members.get(nora.id)
    assert send(courge, bad).channel is POST  # it is no address
    courge.rooms.db.execute("update member set email = 'n@exemple.test' where id = ?", [nora.id])
    nora = courge.rooms.members.get(nora.id)
    with pytest.raises((ValueError, BadEmail)):
        send(courge, nora, subject=f"Bonjour\r\nBcc: {evil}")
    send(courge, nora, Topic.NEWS, text=f"Bonjour {nora.given_name},\n\nBcc: {evil}")
    send_round(courge.rooms, now=courge.now)
    (got,) = server.messages
    assert server.recipients == ["n@exemple.test"]
    assert "Bcc" not in got
    assert "X" not in got


# --- addresses that lead nowhere ---


def test_an_address_refused_for_good_is_not_written_to_until_it_changes(
    courge: Node, server: MailServerHere
) -> None:
    nora, lou = add(courge), add(courge, given_name="Lou")  # who share it
    want(courge, nora, news=EMAIL)
    server.handler.said["RCPT"] = lambda *_: "550 5.1.1 No such user"
    send(courge, nora)
    send_round(courge.rooms, now=courge.now)
    for member in (nora, lou):
        assert set(courge.rooms.channels.wrong_of(member)) == {What.EMAIL}
        (entry,) = courge.rooms.audit.entries(subject=member.number, limit=1)
        assert (entry.action, entry.actor) == ("contact.wrong", "serve")
    assert send(courge, nora, Topic.NEWS).why == "wrong_email"
    assert send(courge, nora).channel is POST
    changed = courge.rooms.members.update(
        replace(nora, email="nora.roux@exemple.test"), now=courge.now
    )
    assert courge.rooms.channels.wrong_of(changed) == {}
    assert send(courge, changed, Topic.NEWS).channel is EMAIL


@pytest.mark.parametrize(
    "answer",
    [
        "450 4.2.1 Later",
        "552 5.2.2 Mailbox full",
        "550 5.7.1 Blocked",
        "554 5.7.1 Relay denied",
        "550 Your IP is on a block list",
        "550 Message refused: spam",
    ],
)
def test_a_full_mailbox_or_a_server_s_policy_makes_no_address_wrong(
    courge: Node, server: MailServerHere, answer: str
) -> None:
    nora = add(courge)
    server.handler.said["RCPT"] = lambda *_: answer
    send(courge, nora)
    send_round(courge.rooms, now=courge.now)
    assert courge.rooms.channels.wrong_of(nora) == {}


def test_what_was_noted_as_wrong_can_be_taken_back(courge: Node, server: MailServerHere) -> None:
    nora = add(courge)
    channels = courge.rooms.channels
    given: dict[str, Any] = {"actor": "test", "now": courge.now}
    assert channels.note_wrong(nora, What.ADDRESS, how="office", **given)
    assert not channels.note_wrong(nora, What.ADDRESS, how="office", **given)
    want(courge, nora, dues=POST)
    assert send(courge, nora).why == "wrong_address"
    assert channels.note_right(nora, What.ADDRESS, **given)
    assert not channels.note_right(nora, What.ADDRESS, **given)
    assert send(courge, nora).channel is POST


def test_a_letter_abroad_names_the_country_however_the_register_writes_it(courge: Node) -> None:
    for country, last in (("Belgique", "BELGIQUE"), ("be", "BE"), ("France", "25000 Besançon")):
        member = add(courge, country=country)
        want(courge, member, dues=POST)
        assert message(courge, send(courge, member)).recipient.splitlines()[-1] == last


def test_who_wants_no_more_is_not_sent_what_waits(courge: Node, server: MailServerHere) -> None:
    nora = add(courge)
    want(courge, nora, news=EMAIL, network=POST)
    news, paper = send(courge, nora, Topic.NEWS), send(courge, nora, Topic.NETWORK)
    dues = send(courge, nora)
    want(courge, nora, news=NONE, network=NONE, dues=NONE)
    send_round(courge.rooms, now=courge.now)
    courge.rooms.by_hand.batch(Carrier.POST, now=courge.now)
    for one in (news, paper):
        ended = message(courge, one)
        assert (ended.state, ended.why, ended.body) == (State.CANCELLED, "unsubscribed", None)
    assert message(courge, dues).state is State.SENT  # the membership needs it
    assert len(server.recipients) == 1


def test_what_waits_does_not_go_where_nobody_is(courge: Node, server: MailServerHere) -> None:
    nora = add(courge)
    want(courge, nora, news=POST)
    by_mail, paper = send(courge, nora), send(courge, nora, Topic.NEWS)
    for what in (What.EMAIL, What.ADDRESS):
        courge.rooms.channels.note_wrong(nora, what, how="office", actor="test", now=courge.now)
    # The letter goes to the old address, whatever the register says by now.
    courge.rooms.members.update(replace(nora, email="roux@exemple.test"), now=courge.now)
    send_round(courge.rooms, now=courge.now)
    assert courge.rooms.by_hand.batch(Carrier.POST, now=courge.now).messages == []
    for one in (by_mail, paper):
        assert (message(courge, one).state, message(courge, one).why) == (
            State.FAILED,
            "known_wrong",
        )
    assert server.recipients == []


def test_an_erased_member_leaves_no_message_and_no_note(
    courge: Node, server: MailServerHere
) -> None:
    nora, channels = add(courge), courge.rooms.channels
    send(courge, nora)
    channels.note_wrong(nora, What.PHONE, how="office", actor="test", now=courge.now)
    assert [list(one) for one in channels.about(nora.id)] == [
        ["channel", "to", "subject", "text", "state", "queued_at"],
        ["wrong", "value", "noted_at", "how"],
    ]
    channels.erase_member(nora.id, now=courge.now)
    assert channels.about(nora.id) == []
    assert courge.rooms.outbox.counts()[State.WAITING] == 0
