"""Ten thousand messages to members, by servers that fail one time in five: each once, or told."""

from collections import Counter
from itertools import count

import pytest
from aiohttp import web
from aiosmtpd.smtp import Envelope, Session

from mailing import HANG_UP, MailServerHere, send_round
from nodes import DAY, Node
from passkoop_node.channels.sending import Sending
from passkoop_node.core.database import writing
from passkoop_node.core.outbox import Carrier, State
from passkoop_node.members.member import MemberData
from passkoop_node.members.preferences import Channel, Topic
from texting import Asked, GatewayHere, sms_round, take

SIZES = [200, pytest.param(10_000, marks=pytest.mark.slow)]


def remind(node: Node, many: int, channel: Channel) -> list[Sending]:
    """Queue a reminder for each of many new members, by this channel."""
    rooms = node.rooms
    people = [
        MemberData(
            number=str(n),
            given_name=f"M{n}",
            email=f"m{n}@exemple.test",
            phone=f"06 12 {n // 10_000:02} {n // 100 % 100:02} {n % 100:02}",
        )
        for n in range(1, many + 1)
    ]
    rooms.members.write_all(people, now=node.now)
    with writing(rooms.db):
        members = rooms.members.members()
        for one in members:
            rooms.preferences.keep(one.id, {Topic.DUES: channel}, how="import", now=node.now)
        return [
            rooms.channels.send(
                one,
                topic=Topic.DUES,
                subject="Votre cotisation",
                text=f"Bonjour {one.given_name},\n\nVotre cotisation finit bientôt.",
                kind="reminder",
                ref="2026",
                actor="serve",
                now=node.now,
            )
            for one in members
        ]


def check_all(node: Node, queued: list[Sending], taken: list[str], carrier: Carrier) -> None:
    """Nobody got it twice, who is said to have got it did, and of all others somebody is told."""
    outbox = node.rooms.outbox
    ended = {one.recipient: one.state for one in outbox.page(list(State), carrier=carrier)}
    assert len(ended) == len(queued)
    assert all(one.is_queued for one in queued)
    assert set(ended.values()) <= {State.SENT, State.FAILED, State.UNCERTAIN}
    got = Counter(taken)
    assert max(got.values()) == 1
    for recipient, state in ended.items():
        if state is State.SENT:
            assert got[recipient] == 1
        if state is State.FAILED:
            assert got[recipient] == 0
    assert Counter(ended.values())[State.SENT] > len(queued) / 2
    # A message of the same about which somebody is asked is not queued again by whoever tries.
    assert set(got) <= {one for one, state in ended.items() if state is not State.FAILED}


@pytest.mark.parametrize("many", SIZES)
def test_letters_go_once_each_by_a_server_that_fails_one_time_in_five(
    courge: Node, many: int
) -> None:
    told = count(1)
    with MailServerHere() as server:
        courge.rooms.mail.save(server.settings())

        def at_rcpt(_session: Session, envelope: Envelope) -> str:
            number = int(envelope.rcpt_tos[-1].partition("@")[0][1:])
            return "550 5.1.1 No such user" if number % 50 == 7 else "250 Ok"

        def at_data(session: Session, envelope: Envelope) -> str:
            match next(told) % 20:
                case 0:
                    return "451 4.3.0 Later"
                case 5:
                    return HANG_UP
                case 10:
                    return server.handler.take_and_hang_up(session, envelope)
                case 15:
                    return "554 5.6.0 What is that"
            return "250 Ok"

        server.handler.said |= {"RCPT": at_rcpt, "DATA": at_data}
        queued = remind(courge, many, Channel.EMAIL)
        for _ in range(10_000):
            if not courge.rooms.outbox.is_busy():
                break
            send_round(courge.rooms, now=courge.now)
            courge.now += 61
        check_all(courge, queued, server.recipients, Carrier.EMAIL)
        # Who does not exist is not written to again.
        wrong = [one for one in courge.rooms.members.members() if int(one.number) % 50 == 7]
        assert all(courge.rooms.channels.wrong_of(one) for one in wrong)


@pytest.mark.parametrize("many", SIZES)
def test_sms_go_once_each_by_a_gateway_that_fails_one_time_in_five(courge: Node, many: int) -> None:
    told = count(1)

    async def fail_at_times(asked: Asked) -> web.StreamResponse:
        match next(told) % 20:
            case 0:
                return web.Response(status=503)
            case 5:
                assert asked.request.transport is not None
                asked.request.transport.close()
                return web.Response(status=500)
            case 10:
                return web.Response(status=500, text="oups")
            case 15:
                return web.Response(status=400, text="error 12")
        return await take(asked)

    with GatewayHere(fail_at_times) as gateway:
        courge.rooms.sms.save(gateway.settings(), "secret")
        queued = remind(courge, many, Channel.SMS)
        began = courge.now
        for _ in range(10_000):
            if not courge.rooms.outbox.is_busy(Carrier.SMS):
                break
            sms_round(courge.rooms, now=courge.now)
            courge.now += 61
        assert courge.now < began + 2 * DAY
        check_all(courge, queued, [to for to, _text in gateway.sent], Carrier.SMS)
