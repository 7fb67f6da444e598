"""Requests that are none, or claim to be what they are not; and what a log says of them."""

import gzip
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp.http_parser import DeflateBuffer

from passkoop_node.core.cookies import JAR
from passkoop_node.errors import DiskFull
from serving import Client, Served

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
PUNYCODE = b"9" * 20_000  # the cost of decoding it grows with the square


def field(encoding: str, value: bytes) -> bytes:
    """Return a form whose field claims an encoding."""
    kind = f"Content-Type: text/plain; charset={encoding}".encode()
    name = b'--x\r\nContent-Disposition: form-data; name="nom"\r\n'
    return name + kind + b"\r\n\r\n" + value + b"\r\n--x--\r\n"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (f"{FORM}; charset=punycode", PUNYCODE, 400),
        (f"{FORM}; charset=unicode_escape", rb"nom=\ud800&mot_de_passe=x", 400),
        (MULTIPART, field("punycode", PUNYCODE), 422),
        (MULTIPART, field("unicode_escape", rb"\ud800"), 422),
        (MULTIPART, field("nothing", b"Nico"), 422),
        (MULTIPART, field("utf-8", b"\xff"), 400),
    ],
)
def test_a_form_is_utf_8_whatever_it_claims(
    served: Served, kind: str, body: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = Client(served).ask("POST", "/entrer", body, {"Content-Type": kind})
    assert answer.status == status
    assert "incident" not in caplog.text


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
def test_what_is_packed_is_not_unpacked_not_even_to_be_thrown_away(
    served: Served,
    packing: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    unpacked: list[object] = []
    unpack: Callable[..., object] = DeflateBuffer.feed_data

    def watched(*given: object) -> object:
        unpacked.append(given)
        return unpack(*given)

    monkeypatch.setattr(DeflateBuffer, "feed_data", watched)
    told = {"Content-Type": FORM, "Content-Encoding": packing}
    answer = Client(served).ask("POST", "/entrer", gzip.compress(b"nom=a"), told)
    assert answer.status == 415
    assert unpacked == []
    assert "incident" not in caplog.text


def test_headers_that_are_no_text_are_as_good_as_none(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    nico = served.administrator()
    jar = served.app[JAR]
    for name in ("session", "caisse", "dit"):
        for value in ("\xff", "YQ.\xff"):
            cookie = f"{jar.name(name, https=False)}={value}"
            assert Client(served).get("/", {"Cookie": cookie}).status == 200
    assert Client(served).get("/", {"Host": "ev\xffl"}).status == 421
    assert nico.post("/compte/sessions", headers={"X-Passkoop-Jeton": "\xff"}).status == 403
    assert "incident" not in caplog.text


def test_a_link_that_opens_an_account_is_in_no_log(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    token = served.run(served.rooms.accounts.invite, None, now=served.now)

    def full(*_: object, **__: object) -> None:
        raise DiskFull(Path("/coop/passkoop.db"))

    monkeypatch.setattr(type(served.rooms.accounts), "invitation", full)
    assert Client(served).get(f"/premiere-fois/{token}").status == 503
    assert "GET /premiere-fois/{token}" in caplog.text
    assert token not in caplog.text


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: passkoop-session=SECRET" + b"a" * 9000,
        b"GET /\xffSECRET HTTP/1.1\r\nHost: localhost",
        b"SECRET / HTTP/1.1",
    ],
    ids=["a header too long", "an address that is none", "a method that is none"],
)
def test_what_is_no_http_is_answered_and_not_quoted_in_the_log(
    served: Served, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        connection.sendall(sent + b"\r\n\r\n")
        assert b" 400 " in connection.recv(100)
    assert Client(served).get("/").status == 200
    assert "SECRET" not in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("path", [b"/entrer", b"/nulle-part", b"/p2p/v1/documents"])
def test_who_expects_what_is_no_text_is_told_no_and_nothing_is_written_down(
    served: Served, path: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    for expected, status in (
        (b"\xff", b" 417 "),
        (b"SECRET", b" 417 "),
        (b"100-continue", b" 100 "),
    ):
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
            head = b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n" % path
            connection.sendall(head + b"Expect: %b\r\n\r\n" % expected)
            answer = connection.recv(10_000)
            assert status in answer[:20]
            assert b"SECRET" not in answer
    assert caplog.text == ""
