"""Ten thousand letters through a server that fails one time in five; a sender that is killed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable

import pytest
from aiosmtpd.smtp import Envelope, Session

from mailing import HANG_UP, MailServerHere, letter, send_round
from nodes import Node
from passkoop_node.core.database import writing
from passkoop_node.core.outbox import LEASE, State

MANY = 10_000


def fill(node: Node, count: int) -> None:
    with writing(node.rooms.db):
        for number in range(count):
            to = letter(f"membre{number}@exemple.test")
            node.rooms.post.put(to, actor="test", now=node.now)


def once_each(node: Node, server: MailServerHere) -> dict[State, int]:
    """Check that nobody got two letters and that whoever got one is known; return the states."""
    got = Counter(server.recipients)
    assert max(got.values()) == 1
    letters = node.rooms.outbox.page(list(State))
    sent = {one.recipient for one in letters if one.state is State.SENT}
    asked = {one.recipient for one in letters if one.state is State.UNCERTAIN}
    assert sent <= got.keys() <= sent | asked
    return dict(node.rooms.outbox.counts())


def badly(chance: random.Random, taking: Callable[[Session, Envelope], str]) -> dict[str, object]:
    """Return answers of which one letter in five sees a bad one, at any of three moments."""
    fate: dict[int, str] = {}

    def mail(_session: Session, envelope: Envelope) -> str:
        fate[id(envelope)] = (
            chance.choice(("mail", "hang mail", "rcpt", "hang rcpt", "data", "hang", "take"))
            if chance.random() < 0.2
            else ""
        )
        return at("mail", envelope)

    def at(moment: str, envelope: Envelope) -> str:
        mine = fate.get(id(envelope), "")
        if mine == f"hang {moment}":
            return HANG_UP
        return "451 4.3.0 Plus tard" if mine == moment else "250 Ok"

    def data(session: Session, envelope: Envelope) -> str:
        mine = fate.get(id(envelope), "")
        if mine == "take":
            return taking(session, envelope)
        return HANG_UP if mine == "hang" else at("data", envelope)

    return {"MAIL": mail, "RCPT": lambda _session, envelope: at("rcpt", envelope), "DATA": data}


@pytest.mark.slow
def test_ten_thousand_letters_go_once_each_through_a_server_that_fails_one_in_five(
    courge: Node,
) -> None:
    with MailServerHere() as server:
        server.handler.said.update(badly(random.Random(7), server.handler.take_and_hang_up))  # type: ignore[arg-type]
        courge.rooms.mail.save(server.settings())
        fill(courge, MANY)
        for _minute in range(24 * 60):
            if not courge.rooms.outbox.is_busy():
                break
            send_round(courge.rooms, now=courge.now)
            courge.later(60)
        counts = once_each(courge, server)
    assert counts[State.SENT] + counts[State.UNCERTAIN] == MANY
    # Of a letter's attempts one in five fails, two times in seven once it had gone over.
    assert MANY // 50 < counts[State.UNCERTAIN] < MANY // 10
    uncertain = courge.rooms.outbox.page([State.UNCERTAIN])
    assert {one.why for one in uncertain} == {"no_answer"}
    assert all(one.body for one in uncertain)  # they can be sent again, by who knows


SENDER = """
import asyncio, sys
from pathlib import Path
from mailing import send_round
from passkoop_node.home import Home
from passkoop_node.rooms import open_rooms
rooms = open_rooms(Home(Path(sys.argv[1])))
print("ready", flush=True)
while rooms.outbox.is_busy():
    send_round(rooms, now=int(sys.argv[2]))
"""


@pytest.mark.slow
def test_a_sender_that_is_killed_again_and_again_doubles_and_loses_no_letter(courge: Node) -> None:
    count, chance = 300, random.Random(7)
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())
        fill(courge, count)
        for _kill in range(15):
            courge.later(61)
            sender = subprocess.Popen(
                [sys.executable, "-c", SENDER, str(courge.home.path), str(courge.now)],
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            assert sender.stdout is not None
            assert sender.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0, 0.15))
            sender.send_signal(signal.SIGKILL)
            sender.wait()
            sender.stdout.close()
        courge.later(LEASE)
        for _minute in range(5):
            send_round(courge.rooms, now=courge.now)
            courge.later(60)
        counts = once_each(courge, server)
    assert counts[State.SENT] + counts[State.UNCERTAIN] == count
    assert counts[State.UNCERTAIN] <= 15  # one a kill at most
