"""SMS: any gateway that settings can describe, each message once, or somebody is asked."""

import asyncio
import json
import logging
import stat
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from nodes import DAY, Node
from passkoop_node.channels import calling
from passkoop_node.channels.calling import Text, write_call
from passkoop_node.channels.gateway import (
    BadGateway,
    Format,
    Gateway,
    SecretOfAnother,
    SmsNotSetUp,
    check_gateway,
    parse_headers,
)
from passkoop_node.channels.phones import BadPhone, is_mobile, parse_mobile
from passkoop_node.channels.texting import plain, size_of
from passkoop_node.core.backup import write_backup
from passkoop_node.core.letters import Letter
from passkoop_node.core.outbox import Carrier, Message, State
from passkoop_node.core.post import TROUBLES
from texting import Asked, GatewayHere, sms_round

SECRET = "tres-secret-42"


@pytest.fixture
def gateway() -> Iterator[GatewayHere]:
    with GatewayHere() as gateway:
        yield gateway


@pytest.fixture
def ready(courge: Node, gateway: GatewayHere) -> Node:
    courge.rooms.sms.save(gateway.settings(), SECRET)
    return courge


def put(node: Node, text: str = "Bonjour", to: str = "+33612345678") -> int:
    letter = Letter(to=to, subject="Nouvelles", text=text, language="fr", kind="test")
    count = sum(node.rooms.outbox.counts().values())
    id = node.rooms.outbox.put(
        letter, message_id=f"m{count}", actor="test", now=node.now, carrier=Carrier.SMS
    )
    assert id is not None
    return id


def seen(node: Node, id: int) -> Message:
    return node.rooms.outbox.get(id)


def code_of(node: Node) -> str:
    return str(node.rooms.settings.get(TROUBLES[Carrier.SMS]).get("code", ""))


def answer(status: int, text: str = "", **headers: str) -> Any:
    async def given(_asked: Asked) -> web.StreamResponse:
        return web.Response(status=status, text=text, headers=headers)

    return given


# --- numbers and texts ---


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06.12.34.56.78", "FR", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "BE", "+33612345678"),
        ("0033612345678", "BE", "+33612345678"),
        ("0470 12 34 56", "BE", "+32470123456"),
        ("912 345 678", "PT", "+351912345678"),
        ("079 123 45 67", "CH", "+41791234567"),
        ("(514) 279-1234", "CA", "+15142791234"),
        ("1 514 279 1234", "CA", "+15142791234"),
    ],
)
def test_a_number_is_written_as_gateways_want_it(written: str, country: str, number: str) -> None:
    assert parse_mobile(written, country) == number


@pytest.mark.parametrize(
    "written",
    ["", "06", "01 42 68 53 00", "le soir", "06 12 34 56 78 ext. 4", "+999 12345678", "7" * 200],
)
def test_what_takes_no_sms_is_no_number(written: str) -> None:
    assert not is_mobile(written, "FR")
    with pytest.raises(BadPhone) as caught:
        parse_mobile(written, "FR")
    assert not written or written not in str(caught.value)  # it would stand in a log


@pytest.mark.parametrize(
    ("text", "is_gsm", "units", "parts"),
    [
        ("", True, 0, 1),
        ("é" * 160, True, 160, 1),
        ("é" * 161, True, 161, 2),
        ("a" * 306, True, 306, 2),
        ("a" * 307, True, 307, 3),
        ("€" * 80, True, 160, 1),
        ("a" * 152 + "€" + "a" * 10, True, 164, 2),  # the euro is not parted in two
        ("ê" * 70, False, 70, 1),
        ("ê" * 71, False, 71, 2),
        ("🥕" * 35, False, 70, 1),
        ("🥕" * 36, False, 72, 2),
        ("🥕" * 67, False, 134, 3),  # 33 in each: a carrot is not parted either
    ],
)
def test_an_sms_is_as_long_as_it_is_paid_for(
    text: str, is_gsm: bool, units: int, parts: int
) -> None:
    size = size_of(text)
    assert (size.is_gsm, size.units, size.parts) == (is_gsm, units, parts)


def test_typography_that_doubles_the_price_is_made_plain() -> None:
    text = plain("« L’été » :\u202fc’est …\n\n\n\n  demain –  œuvrons ")
    assert text == "\"L'été\" : c'est ...\n\ndemain - oeuvrons"
    assert size_of(text).is_gsm


# --- the settings ---


def described(**others: Any) -> Gateway:
    given: dict[str, Any] = {
        "method": "POST",
        "address": "https://sms.exemple.org/send",
        "headers": {},
        "format": Format.FORM,
        "body": "to={to}\ntext={text}",
    }
    return Gateway(**{**given, **others})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"method": "DELETE"}, "methode"),
        ({"address": "sms.exemple.org"}, "adresse"),
        ({"address": "ftp://sms.exemple.org/{to}"}, "adresse"),
        ({"address": "https://{to}.exemple.org/"}, "adresse"),
        ({"address": "https://exemple.org{to}/"}, "adresse"),
        ({"address": "https://coop:pass@sms.exemple.org/"}, "adresse"),
        ({"address": "https://sms.exemple.org/ x"}, "adresse"),
        ({"address": "https://sms.exemple.org/\r\nX: y"}, "adresse"),
        ({"address": "http://sms.exemple.org/send"}, "adresse"),
        ({"address": "https://[::1/"}, "adresse"),
        ({"body": "to={to}"}, "corps"),
        ({"body": "text={text}"}, "corps"),
        ({"body": "to={to}\n{text}"}, "corps"),
        ({"body": "{to}={text}"}, "corps"),
        ({"format": Format.JSON}, "corps"),
        ({"format": Format.JSON, "body": '"{to} {text}"'}, "corps"),
        ({"format": Format.JSON, "body": "[" * 90_000 + "{to}{text}"}, "corps"),
        ({"format": Format.NONE}, "corps"),
        ({"headers": {"X Y": "z"}}, "entetes"),
        ({"headers": {"Host": "ailleurs.exemple.org"}}, "entetes"),
        ({"headers": {"X-From": "a\r\nX: y"}}, "entetes"),
        ({"headers": {"X-From": "{text}"}}, "entetes"),
        ({"headers": {"Authorization": "Bearer abcdef"}}, "entetes"),  # backups would hold it
        ({"headers": {"X-Api-Key": "abcdef"}}, "entetes"),
    ],
)
def test_a_gateway_that_cannot_be_called_is_refused(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(BadGateway) as caught:
        check_gateway(described(**wrong))
    assert caught.value.field == field


def test_headers_are_read_a_line_each() -> None:
    assert parse_headers("X-A: 1\n\n X-B : 2:3 \n") == {"X-A": "1", "X-B": "2:3"}
    with pytest.raises(BadGateway):
        parse_headers("rien du tout")
    with pytest.raises(BadGateway):
        parse_headers("\n".join(f"X-{n}: 1" for n in range(11)))


def test_a_kept_secret_is_shown_to_no_other_server(courge: Node) -> None:
    sms = courge.rooms.sms
    secret = {"headers": {"Authorization": "Bearer {secret}"}}
    with pytest.raises(SmsNotSetUp):
        sms.ready()
    sms.save(described(**secret), SECRET)
    sms.save(described(**secret, per_minute=5))
    for other in ("https://autre.exemple.org/send", "https://sms.exemple.org:8443/send"):
        with pytest.raises(SecretOfAnother):
            sms.save(described(**secret, address=other))
    assert sms.ready().per_minute == 5
    sms.forget()
    assert not sms.has_secret()
    with pytest.raises(SmsNotSetUp):
        sms.ready()


def test_the_secret_is_its_owner_s_alone_and_in_no_backup(ready: Node) -> None:
    file = ready.home.sms_secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    backup = ready.home.path / "sauvegarde.zip"
    write_backup(ready.home, backup, now=ready.now)
    for one in (backup, ready.home.database):
        assert SECRET.encode() not in one.read_bytes()
    file.chmod(0o644)
    assert file in ready.home.loose_paths()


# --- what is asked ---


EVIL = 'a"}],"to":"+1900&to=+1900\r\nX-Evil: 1{secret}{to}\0é&=%'


@pytest.mark.parametrize("format", [Format.FORM, Format.JSON, Format.NONE])
def test_no_message_adds_a_field_or_a_header_or_sees_the_secret(
    courge: Node, gateway: GatewayHere, format: Format
) -> None:
    shapes: dict[Format, dict[str, Any]] = {
        Format.FORM: {},
        Format.JSON: {"body": '{"to": "{to}", "text": "{text}", "n": 1}'},
        Format.NONE: {"method": "GET", "body": "", "address": "?to={to}&text={text}"},
    }
    shape = dict(shapes[format])
    if "address" in shape:
        shape["address"] = f"http://127.0.0.1:{gateway.port}/sms{shape['address']}"
    courge.rooms.sms.save(gateway.settings(format=format, **shape), SECRET)
    id = put(courge, EVIL)
    assert sms_round(courge.rooms, now=courge.now) == 1
    (asked,) = gateway.asked
    told = asked.query if format is Format.NONE else asked.fields
    assert told["to"] == "+33612345678"
    assert told["text"] == EVIL  # what looks like a place in it is none
    assert set(told) <= {"to", "text", "n"}
    assert asked.headers["Authorization"] == f"Bearer {SECRET}"
    assert "X-Evil" not in asked.headers
    assert seen(courge, id).body is None


def test_a_secret_or_a_number_can_stand_as_gateways_want_it() -> None:
    gateway = described(
        headers={"Authorization": "Basic {basic}"},
        format=Format.JSON,
        body=json.dumps({"dest": ["{to_digits}"], "message": "{text}", "ref": "{id}"}),
    )
    call = write_call(gateway, "sid:mot de passe", Text(id="m1", to="+33612345678", text="Été"))
    assert call.headers == {
        "Authorization": "Basic c2lkOm1vdCBkZSBwYXNzZQ==",
        "Content-Type": "application/json",
    }
    assert call.body == '{"dest": ["33612345678"], "message": "Été", "ref": "m1"}'.encode()
    with pytest.raises(ValueError, match="one line"):
        write_call(
            described(headers={"X-Key": "{secret}"}), "a\r\nX: y", Text(id="", to="", text="")
        )


def test_a_secret_that_no_header_can_hold_holds_up_all_and_is_told(
    courge: Node, gateway: GatewayHere
) -> None:
    courge.rooms.sms.save(gateway.settings(), "clé\tsecrète")
    id = put(courge)
    sms_round(courge.rooms, now=courge.now)
    assert code_of(courge) == "login"
    assert seen(courge, id).state is State.WAITING


# --- what became of it ---


@pytest.mark.parametrize(
    ("status", "text", "state", "why"),
    [
        (200, "queued", State.SENT, ""),
        (202, "QUEUED ok", State.SENT, ""),
        (200, "queued: ERROR 12", State.FAILED, "sms_refused"),
        (200, "c'est noté", State.UNCERTAIN, "unclear_answer"),
        (400, "bad number", State.FAILED, "sms_refused"),
        (500, "oups", State.UNCERTAIN, "unclear_answer"),
        (502, "", State.UNCERTAIN, "unclear_answer"),
        (302, "", State.UNCERTAIN, "unclear_answer"),
        (429, "", State.WAITING, "sms_later"),
        (503, "", State.WAITING, "sms_later"),
        (401, "no", State.WAITING, "login"),
        (402, "", State.WAITING, "no_credit"),
        (404, "", State.WAITING, "sms_address"),
        (301, "", State.WAITING, "redirect"),
    ],
)
def test_an_answer_means_what_it_says(
    ready: Node, gateway: GatewayHere, status: int, text: str, state: State, why: str
) -> None:
    gateway.answer = answer(status, text, Location="/ailleurs")
    id = put(ready)
    sms_round(ready.rooms, now=ready.now)
    assert (seen(ready, id).state, seen(ready, id).why) == (state, why)
    assert len(gateway.asked) == 1  # a redirect is followed nowhere


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_line_that_breaks_is_asked_about_and_nothing_is_asked_twice(
    courge: Node, gateway: GatewayHere, method: str
) -> None:
    async def break_off(asked: Asked) -> web.StreamResponse:
        assert asked.request.transport is not None
        asked.request.transport.close()
        return web.Response(status=500)

    address = f"http://127.0.0.1:{gateway.port}/sms?to={{to}}&text={{text}}"
    shape = {"method": method, "format": Format.NONE, "body": "", "address": address}
    courge.rooms.sms.save(gateway.settings(**shape), SECRET)
    gateway.answer = break_off
    id = put(courge)
    sms_round(courge.rooms, now=courge.now)
    assert seen(courge, id).state is State.UNCERTAIN
    assert len(gateway.asked) == 1


def test_a_gateway_that_hangs_or_never_ends_holds_up_nothing(
    ready: Node, gateway: GatewayHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "SECONDS", 0.5)

    async def hang(_asked: Asked) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    async def pour(asked: Asked) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(asked.request)
        for _ in range(50):  # 50 MB
            await response.write(b"queued " * 150_000)
        return response

    gateway.answer = hang
    first = put(ready)
    sms_round(ready.rooms, now=ready.now)
    gateway.answer = pour
    second = put(ready)
    sms_round(ready.rooms, now=ready.now)
    assert seen(ready, first).why == "no_sms_answer"
    assert seen(ready, second).why == "unclear_answer"
    assert {seen(ready, id).state for id in (first, second)} == {State.UNCERTAIN}


def test_who_asks_to_be_left_alone_is_left_alone(ready: Node, gateway: GatewayHere) -> None:
    gateway.answer = answer(429, **{"Retry-After": "900"})
    ids = [put(ready) for _ in range(3)]
    sms_round(ready.rooms, now=ready.now)
    gateway.answer = answer(200, "queued")
    assert len(gateway.asked) == 1
    assert sms_round(ready.rooms, now=ready.now + 899) == 0
    assert sms_round(ready.rooms, now=ready.now + 901) == 3
    assert {seen(ready, id).state for id in ids} == {State.SENT}
    assert code_of(ready) == ""


def test_trouble_with_the_gateway_is_no_message_s_fault(ready: Node, gateway: GatewayHere) -> None:
    gateway.answer = answer(401, "wrong key")
    ids = [put(ready) for _ in range(3)]
    sms_round(ready.rooms, now=ready.now)
    assert code_of(ready) == "login"
    assert len(gateway.asked) == 1
    assert [seen(ready, id).tries for id in ids] == [0, 0, 0]
    # After two days nobody waits for it any more: all are told.
    sms_round(ready.rooms, now=ready.now + 2 * DAY + 1)
    assert {(seen(ready, id).state, seen(ready, id).why) for id in ids} == {
        (State.FAILED, "gave_up")
    }


def test_a_gateway_that_nobody_understands_asks_about_three_and_no_more(
    ready: Node, gateway: GatewayHere
) -> None:
    gateway.answer = answer(200, "noté")  # the word for success was set wrong
    for _ in range(10):
        put(ready)
    sms_round(ready.rooms, now=ready.now)
    counts = ready.rooms.outbox.counts(Carrier.SMS)
    assert (counts[State.UNCERTAIN], counts[State.WAITING]) == (3, 7)
    assert code_of(ready) == "unclear_answer"


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "http://localhost:{port}"])
def test_a_private_address_is_called_only_if_that_is_said(
    courge: Node, gateway: GatewayHere, address: str
) -> None:
    address = f"{address.format(port=gateway.port)}/sms".replace("http:", "https:")
    courge.rooms.sms.save(gateway.settings(address=address, is_inside=False), SECRET)
    id = put(courge)
    sms_round(courge.rooms, now=courge.now)
    assert code_of(courge) == "private_address"
    assert seen(courge, id).state is State.WAITING
    assert gateway.asked == []


def test_the_secret_and_the_numbers_are_in_no_log_and_no_answer(
    ready: Node, gateway: GatewayHere, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def tell_all(asked: Asked) -> web.StreamResponse:
        return web.Response(status=401, text=f"{asked.headers['Authorization']} is wrong")

    address = f"http://127.0.0.1:{gateway.port}/sms?key={{secret}}"
    ready.rooms.sms.save(gateway.settings(address=address))
    gateway.answer = tell_all
    id = put(ready)
    sms_round(ready.rooms, now=ready.now)
    assert seen(ready, id).answer == "401 Bearer *** is wrong"
    logged = "\n".join(one.getMessage() for one in caplog.records)
    assert SECRET not in logged
    assert "612345678" not in logged


def test_an_interrupted_sms_is_asked_about(ready: Node, gateway: GatewayHere) -> None:
    id = put(ready)
    assert ready.rooms.outbox.take(id, now=ready.now)  # and then the power went
    sms_round(ready.rooms, now=ready.now + 1_201)
    assert (seen(ready, id).state, seen(ready, id).why) == (State.UNCERTAIN, "interrupted")
    assert gateway.asked == []
