"""Writing to many: whom a message reaches, and that each of them gets it once."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mailing import MailServerHere, send_round
from nodes import Node
from passkoop_node.core.markdown import to_text
from passkoop_node.core.outbox import Carrier, State
from passkoop_node.letters import mailings as rules
from passkoop_node.letters.mailing_store import Content, Fate, Mailing, Stage
from passkoop_node.letters.mailings import MailingChanged, MailingNotFound, NobodyToWriteTo
from passkoop_node.letters.personal import personal_subject, personal_text, unknown_fields
from passkoop_node.letters.segments import SegmentNotFound
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.preferences import Channel, Topic
from passkoop_node.rooms import open_rooms

TODAY = date(2026, 11, 18)
TEXT = "# Assemblée\n\nBonjour {prénom}, venez [ici](https://exemple.test/ag) !"
SHORT = "AG le 3 : venez {prénom}"
CONTENT = Content(
    segment="membres", topic=Topic.NEWS, subject="L'AG, {prénom}", text=TEXT, sms=SHORT
)


@pytest.fixture
def server(courge: Node) -> Iterator[MailServerHere]:
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        yield server


def people(node: Node, count: int, channel: Channel = Channel.EMAIL) -> list[Member]:
    start = node.rooms.members.count()
    added = [
        node.rooms.members.add(
            MemberData(
                given_name=f"Nom{n}",
                family_name="Roux",
                email=f"p{n}@exemple.test",
                phone="06 12 34 56 78",
                address="3 rue des Halles",
                postcode="25000",
                town="Besançon",
            ),
            now=node.now,
        )
        for n in range(start, start + count)
    ]
    for one in added:
        node.rooms.preferences.keep(one.id, {Topic.NEWS: channel}, how="office", now=node.now)
    return added


def draft(node: Node, **others: Any) -> Mailing:
    id = node.rooms.mailings.store.keep(None, replace(CONTENT, **others), now=node.now)
    assert id is not None
    return node.rooms.mailings.get(id)


def send(node: Node, mailing: Mailing, *, seen: int | None = None) -> int:
    plan = node.rooms.mailings.plan(mailing.content, on=TODAY, now=node.now)
    return node.rooms.mailings.send(
        mailing,
        seen=len(plan.reached) if seen is None else seen,
        version=mailing.version,
        on=TODAY,
        actor="account:1",
        now=node.now,
    )


def queue(node: Node) -> None:
    while node.rooms.mailings.queue_some(now=node.now):
        pass


def fates(node: Node, mailing: Mailing) -> Counter[Fate]:
    found: Counter[Fate] = Counter()
    for (_channel, fate), count in node.rooms.mailings.store.counts(mailing.id).items():
        found[fate] += count
    return found


def test_each_is_reached_by_the_channel_they_chose_or_it_is_said_why_not(
    courge: Node, server: MailServerHere
) -> None:
    (paul,) = people(courge, 1)
    people(courge, 1, Channel.SMS)
    people(courge, 1, Channel.POST)
    people(courge, 2, Channel.NONE)
    (lost,) = people(courge, 1)
    courge.rooms.members.update(replace(lost, email=""), now=courge.now)
    plan = courge.rooms.mailings.plan(CONTENT, on=TODAY, now=courge.now)
    assert plan.total == 6
    assert plan.by == {Channel.EMAIL: 1, Channel.SMS: 1, Channel.POST: 1}
    assert plan.left_out == {"not_wanted": 2, "no_email": 1}
    mailing = draft(courge)
    assert send(courge, mailing) == 3
    queue(courge)
    found = {one.carrier: one for one in courge.rooms.outbox.page(State)}
    assert set(found) == set(Carrier)
    assert (found[Carrier.SMS].body or "").startswith("AG le 3 : venez Nom1")
    paper = found[Carrier.POST].body or ""
    assert "Bonjour Nom2, venez ici (https://exemple.test/ag) !" in paper
    assert send_round(courge.rooms, now=courge.now) == 1
    (message,) = server.messages
    assert message["Subject"] == "L'AG, Nom0"
    assert "List-Unsubscribe" in message
    html, plain = message.get_body(("html",)), message.get_body(("plain",))
    assert html is not None
    assert plain is not None
    assert '<a href="https://exemple.test/ag"' in html.get_content()
    assert "<h1 style=" in html.get_content()
    assert "venez ici (https://exemple.test/ag)" in plain.get_content()
    assert fates(courge, mailing) == {Fate.SENT: 1, Fate.QUEUED: 2}
    assert courge.rooms.mailings.get(mailing.id).stage is Stage.DONE
    (said,) = courge.rooms.mailings.store.about(paul.id)
    assert said["channel"] == "email"


def test_pressed_twice_or_after_a_change_it_goes_once_and_as_it_was_seen(
    courge: Node, server: MailServerHere
) -> None:
    people(courge, 3)
    mailing = draft(courge)
    with pytest.raises(MailingChanged):
        send(courge, mailing, seen=4)
    store = courge.rooms.mailings.store
    store.keep(mailing.id, replace(CONTENT, subject="Autre"), now=courge.now)
    with pytest.raises(MailingChanged):
        send(courge, mailing)  # the text that was seen is not the one that would go
    mailing = courge.rooms.mailings.get(mailing.id)
    assert send(courge, mailing) == 3
    with pytest.raises(MailingChanged):
        send(courge, mailing)
    assert store.keep(mailing.id, CONTENT, now=courge.now) is None
    people(courge, 2)  # the segment grows while it is sent
    queue(courge)
    queue(courge)
    assert len(courge.rooms.outbox.page(State)) == 3


def test_who_is_erased_or_wants_no_more_meanwhile_gets_nothing(
    courge: Node, server: MailServerHere
) -> None:
    erased, unwilling, late, moved = people(courge, 4)
    mailing = draft(courge)
    send(courge, mailing)
    rooms = courge.rooms
    rooms.mailings.store.erase_member(erased.id, now=courge.now)
    none = {Topic.NEWS: Channel.NONE}
    rooms.preferences.keep(unwilling.id, none, how="self", now=courge.now)
    queue(courge)
    assert rooms.mailings.store.whys(mailing.id) == {"gone": 1, "not_wanted": 1}
    rooms.preferences.keep(late.id, none, how="self", now=courge.now)  # it is in the outbox
    send_round(rooms, now=courge.now)
    assert server.recipients == [moved.email]
    rooms.mailings.settle()
    assert fates(courge, mailing) == {Fate.SKIPPED: 2, Fate.CANCELLED: 1, Fate.SENT: 1}


def test_what_waits_is_cancelled_and_what_went_is_counted(
    courge: Node, server: MailServerHere
) -> None:
    people(courge, 5)
    mailing = draft(courge)
    send(courge, mailing)
    courge.rooms.mail.save(server.settings(per_minute=2))
    queue(courge)
    send_round(courge.rooms, now=courge.now)
    assert courge.rooms.mailings.cancel(mailing, actor="account:1", now=courge.now) == 3
    assert fates(courge, mailing) == {Fate.SENT: 2, Fate.CANCELLED: 3}
    courge.later(120)
    assert send_round(courge.rooms, now=courge.now) == 0
    with pytest.raises(MailingNotFound):
        courge.rooms.mailings.get(mailing.id + 1)
    courge.rooms.mailings.delete(
        courge.rooms.mailings.get(mailing.id), actor="account:1", now=courge.now
    )
    with pytest.raises(MailingNotFound):
        courge.rooms.mailings.get(mailing.id)


def test_nobody_to_write_to_or_a_segment_that_is_gone_sends_nothing(courge: Node) -> None:
    people(courge, 2, Channel.NONE)
    with pytest.raises(NobodyToWriteTo):
        send(courge, draft(courge))
    with pytest.raises(SegmentNotFound):
        send(courge, draft(courge, segment="99"))
    assert courge.rooms.outbox.page(State) == []


def test_a_copy_put_back_sends_to_nobody_what_may_have_gone_since(
    courge: Node, server: MailServerHere
) -> None:
    people(courge, 3)
    mailing = draft(courge)
    send(courge, mailing)
    courge.rooms.mailings.doubt()
    queue(courge)
    assert courge.rooms.outbox.page(State) == []
    assert fates(courge, mailing) == {Fate.CANCELLED: 3}


def test_a_line_that_was_erased_in_the_outbox_waits_no_more(
    courge: Node, server: MailServerHere
) -> None:
    erased, _other = people(courge, 2)
    mailing = draft(courge)
    send(courge, mailing)
    queue(courge)
    courge.rooms.channels.erase_member(erased.id, now=courge.now)
    courge.rooms.mailings.store.erase_member(erased.id, now=courge.now)
    send_round(courge.rooms, now=courge.now)
    courge.rooms.mailings.settle()
    assert fates(courge, mailing) == {Fate.SENT: 1, Fate.CANCELLED: 1}
    assert courge.rooms.mailings.store.about(erased.id) == []


@pytest.mark.parametrize("kills", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_killed_in_the_middle_again_and_again_each_is_written_to_once(
    courge: Node, server: MailServerHere, kills: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "PART", 4)
    members = people(courge, 40 * kills)
    mailing = draft(courge)
    send(courge, mailing)
    chance, home, now = random.Random(kills), courge.home, courge.now
    for _kill in range(kills):
        courge.rooms.close()
        ready, told = os.pipe()
        if (pid := os.fork()) == 0:
            rooms = open_rooms(home)
            os.write(told, b".")
            while rooms.mailings.queue_some(now=now):
                pass
            os._exit(0)
        os.read(ready, 1)
        time.sleep(chance.uniform(0.002, 0.04))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(ready)
        os.close(told)
        courge.rooms = open_rooms(home)
        lines = courge.rooms.outbox.page(State)
        assert len(lines) == fates(courge, mailing)[Fate.QUEUED]
    assert len(lines) < len(members), "it was never killed in the middle"
    queue(courge)
    written = Counter(one.about for one in courge.rooms.outbox.page(State))
    assert written == {f"member:{one.id}": 1 for one in members}


HOSTILE = MemberData(
    number="7",
    given_name="**Bob** [x](javascript:alert(1)) <b>",
    family_name="{nom}\r\nBcc: all@exemple.test",
)


def test_what_the_register_says_is_never_markdown_nor_a_header() -> None:
    assert unknown_fields("{prénom} {PRENOM} {Numéro} {solde} {}") == ["solde"]
    html = to_text(personal_text("Bonjour {nom}", HOSTILE))
    assert html.startswith("Bonjour **Bob** [x](javascript:alert(1)) <b> {nom} Bcc:")
    subject = personal_subject("A {nom} {nom}", HOSTILE)
    assert len(subject.splitlines()) == 1
    assert len(subject) <= 150
