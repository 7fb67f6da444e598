"""`passkoop serve` while others hold its connections open: the till is answered all the same."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest

from attacking import under_attack
from busy import Shop, kept_in
from passkoop_node.api.tokens import Scope
from passkoop_node.rooms import open_rooms

FORM = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n"
PHOTO = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n\r\n--x\r\n"


@contextmanager
def opened(port: int, started: list[str]) -> Iterator[list[socket.socket]]:
    """Yield connections on which requests were begun and not ended."""
    with ExitStack() as stack:
        connections = []
        for text in started:
            one = socket.create_connection(("127.0.0.1", port), timeout=10)
            stack.enter_context(one)
            one.sendall(text.encode())
            connections.append(one)
        yield connections


@pytest.mark.skipif(sys.platform == "win32", reason="opens many connections at once")
def test_a_till_is_answered_among_200_half_open_connections_and_slow_bodies(tmp_path: Path) -> None:
    shop = Shop(tmp_path, tills=1, cards=8)
    (till,) = shop.tills
    with shop.served() as process:
        host = f"Host: localhost:{shop.port.port}\r\nSec-Fetch-Site: same-origin\r\n"
        cookies = "; ".join(f"{name}={value}" for name, value in till.client.cookies.items())
        half_open = [
            *[""] * 60,
            *["GET /entrer HTTP/1.1\r\nHost: loc"] * 70,
            *[f"POST /entrer HTTP/1.1\r\n{host}{FORM}nom=a"] * 40,
            *[f"POST /caisse/photo HTTP/1.1\r\n{host}Cookie: {cookies}\r\n{PHOTO}"] * 30,
        ]
        with opened(shop.port.port, half_open) as slow:
            for _round in range(4):
                for one in slow[130:]:
                    one.sendall(b"a")  # a drop more
                page = till.client.get(
                    till.client.post("/caisse", {"texte": till.fresh.pop()}).goes_to
                )
                assert "Bienvenue Visiteur" in page.words
                assert "Visite notée" in page.words
                assert till.client.get("/caisse/sans-carte").status == 200
        # Gone in the middle of what they sent: that is no fault of ours to be written down.
        assert till.client.post("/caisse", {"texte": till.fresh.pop()}).status == 303
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        assert process.stderr.read() == "Pass’Koop est arrêté.\n"
    assert len(kept_in(shop.home)) == 5


@pytest.mark.skipif(sys.platform == "win32", reason="counts open files otherwise")
def test_one_device_cannot_take_all_connections_by_saying_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path, tills=1, cards=2)
    (till,) = shop.tills
    few = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))"
    with shop.served(before=few) as process, ExitStack() as silent:
        for _one in range(500):
            with suppress(OSError):  # the line before the door is full, too
                address = ("127.0.0.1", shop.port.port)
                silent.enter_context(socket.create_connection(address, timeout=0.5))
        page = till.client.get(till.client.post("/caisse", {"texte": till.fresh.pop()}).goes_to)
        assert "Bienvenue Visiteur" in page.words
        process.send_signal(signal.SIGTERM)


@pytest.mark.skipif(sys.platform != "linux", reason="comes from a dozen addresses of this machine")
def test_tills_are_answered_among_600_held_connections_and_bombs(tmp_path: Path) -> None:
    shop = Shop(tmp_path, tills=3, cards=5)
    with closing(open_rooms(shop.home)) as rooms:
        token = rooms.tokens.add("odoo", Scope, actor="test", now=0)
    with shop.served() as process:
        with under_attack(shop.port.port, token=token) as answers:
            for _round in range(5):
                for till in shop.tills:
                    page = till.client.get(
                        till.client.post("/caisse", {"texte": till.fresh.pop()}).goes_to
                    )
                    assert "Bienvenue Visiteur" in page.words
                    assert "Visite notée" in page.words
        assert {one.rpartition(": ")[2] for one in answers} <= {"200", "400", "413", "415", "429"}
        assert len({one.rpartition(": ")[0] for one in answers}) == 10  # each was thrown
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        assert process.stderr.read() == "Pass’Koop est arrêté.\n"
    assert len(kept_in(shop.home)) == 15
