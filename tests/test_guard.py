"""What every request passes: our names, our forms, bodies that end; what every answer carries."""

import json
import re
import socket
import threading
import time
from pathlib import Path

import pytest
from aiohttp import web

from passkoop_node.core import guard
from passkoop_node.core.accounts import Role
from passkoop_node.core.feature import FORM_BYTES
from passkoop_node.core.hosts import Hosts, machine_addresses
from passkoop_node.core.limits import Limit, TooOften, neighbourhood
from passkoop_node.core.settings import SettingsStore
from passkoop_node.errors import DiskFull
from serving import PASSWORD, Client, Served, make_coop

# Names


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "10.9.8.7", "[2001:db8::9]:8765", ""]
)
def test_a_foreign_host_is_told_nothing(served: Served, host: str) -> None:
    nico = served.administrator()
    for client in (nico, Client(served)):
        answer = client.get("/reglages/comptes", headers={"Host": host})
        assert answer.status in (421, 400)
        if host:
            assert answer.status == 421
            assert "ne porte pas ce nom" in answer.words
            assert "passkoop serve --name" in answer.words
        assert "Hendaia" not in answer.text
        assert "Nico" not in answer.text
    assert client.post("/entrer", {"nom": "Nico"}, {"Host": "evil.example"}).status == 421


@pytest.mark.parametrize(
    "host",
    [
        "localhost:1@evil.example",
        "localhost:80/x",
        "localhost:x",
        "localhost:",
        "[::1]@evil.example",
        "localhost\\@evil.example",
        "localhost?x",
        "localhost#x",
        "evil.example@localhost",
    ],
)
def test_what_only_begins_with_our_name_is_not_our_name(served: Served, host: str) -> None:
    answer = Client(served).get("/", {"Host": host})
    assert answer.status in (421, 400)
    assert "Hendaia" not in answer.text


def test_the_machine_s_own_names_and_addresses_are_answered(served: Served) -> None:
    names = ["localhost", "127.0.0.1", "[::1]", f"{socket.gethostname()}.local"]
    names += [f"[{one}]" if ":" in one else one for one in machine_addresses()]
    for name in names:
        for host in (name, f"{name}:8765", name.upper()):
            assert Client(served).get("/", {"Host": host}).status == 200, host


def test_a_configured_name_is_answered_too(tmp_path: Path) -> None:
    hosts = Hosts(names=frozenset({"caisse.coop.example"}))
    served = Served(make_coop(tmp_path / "coop"), hosts=hosts).start()
    try:
        assert Client(served).get("/", {"Host": "Caisse.coop.example."}).status == 200
        assert Client(served).get("/", {"Host": "coop.example"}).status == 421
    finally:
        served.stop()


# Headers


def test_every_answer_carries_what_keeps_browsers_safe(served: Served) -> None:
    static = Client(served).get("/").text.partition('href="/static/')[2].partition('"')[0]
    nico = served.administrator()
    for client, path in [
        (Client(served), "/"),
        (nico, "/reglages/comptes"),
        (nico, "/nulle-part"),
        (nico, "/reglages/comptes/99"),
        (Client(served), f"/static/{static}"),
        (Client(served), "/reglages"),
    ]:
        headers = client.get(path).headers
        for name, value in guard.HEADERS.items():
            assert headers[name] == value, path
        assert headers["Server"] == "passkoop"
    policy = guard.HEADERS["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "http" not in policy


def test_pages_are_kept_nowhere_and_files_for_ever_until_they_change(served: Served) -> None:
    page = Client(served).get("/")
    assert page.headers["Cache-Control"] == "no-store"
    address = "/static/" + page.text.partition('href="/static/')[2].partition('"')[0]
    answer = Client(served).get(address)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    _, _, state, name = address.split("/", 3)
    for wrong in (
        f"/static/{'0' * len(state)}/{name}",
        f"/static/{state}/core/nothing.css",
        f"/static/{state}/core/../templates/frame.html",
        f"/static/{state}/core/%2e%2e/templates/frame.html",
        f"/static/{state}//etc/passwd",
    ):
        assert Client(served).get(wrong).status == 404


def test_a_page_s_own_files_are_light(served: Served) -> None:
    page = Client(served).get("/").text
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(files) >= 2
    assert sum(len(Client(served).get(one).body) for one in files) <= 15_000


def test_an_address_whose_needs_nobody_said_opens_for_nobody(tmp_path: Path) -> None:
    async def forgotten(_request: web.Request) -> web.Response:
        return web.Response(text="open")

    home = make_coop(tmp_path / "coop")
    served = Served(home, routes=[web.get("/oubliee", forgotten)]).start()
    try:
        for client in (Client(served), served.administrator()):
            assert client.get("/oubliee").status == 403
    finally:
        served.stop()


def test_nothing_on_a_page_runs_or_styles_inline(served: Served) -> None:
    nico = served.administrator()
    for path in ("/", "/entrer", "/reglages", "/reglages/comptes", "/reglages/caisses", "/sante"):
        text = nico.get(path).text
        assert " style=" not in text
        assert "<style" not in text
        assert "<script>" not in text
        assert " on" not in {part[:3] for part in text.split('"') if part.startswith(" on")}


# Forms


def test_a_form_from_another_site_is_refused(served: Served) -> None:
    nico = served.administrator()
    form = {"nom": "Eve", "role": "administrator"}
    url = f"http://localhost:{served.port}"
    foreign: list[dict[str, str | None]] = [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": None, "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": None, "Origin": "null"},
        {"Sec-Fetch-Site": None, "Origin": None},
        {"Sec-Fetch-Site": None, "Origin": f"http://localhost:{served.port + 1}"},
        {"Sec-Fetch-Site": None, "Origin": f"https://localhost:{served.port}"},
        {"Sec-Fetch-Site": None, "Origin": "http://["},
    ]
    for headers in foreign:
        answer = nico.post("/reglages/comptes/nouveau", form, headers)
        assert answer.status == 403, headers
        assert "Rien n’a été enregistré" in answer.words
    # A stranger's page cannot enter somebody under another's name either.
    login = {"nom": "Nico", "mot_de_passe": PASSWORD}
    assert Client(served).post("/entrer", login, foreign[0]).status == 403
    # Over plain http browsers send no Sec-Fetch-Site, and the Origin decides.
    own: dict[str, str | None] = {"Sec-Fetch-Site": None, "Origin": url}
    assert nico.post("/reglages/comptes/nouveau", form, own).status == 200


def test_a_form_of_another_session_is_refused(served: Served) -> None:
    nico = served.administrator()
    odile = served.entered("Odile", Role.ADMINISTRATOR)
    form = {"nom": "Eve", "role": "administrator"}
    for token in ("", odile.token, "é"):
        answer = nico.post("/reglages/comptes/nouveau", {**form, "_jeton": token})
        assert answer.status == 403
        assert "trop ancienne" in answer.words
    header = {"X-Passkoop-Jeton": nico.token}
    assert nico.post("/reglages/comptes/nouveau", {**form, "_jeton": ""}, header).status == 200


# Bodies


def test_more_than_a_form_is_not_read(served: Served) -> None:
    nico = served.administrator()
    answer = nico.post("/reglages/comptes/nouveau", {"nom": "x" * FORM_BYTES, "role": "office"})
    assert answer.status == 413
    assert "64 ko au plus" in answer.words
    # Also if its length is not told beforehand.
    head = (
        f"POST /entrer HTTP/1.1\r\nHost: localhost:{served.port}\r\nSec-Fetch-Site: same-origin"
        "\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        connection.sendall(head.encode())
        for _ in range(20):
            connection.sendall(b"2000\r\n" + b"a" * 0x2000 + b"\r\n")
        assert connection.recv(20).startswith(b"HTTP/1.1 413")


def test_a_body_that_drips_is_cut_off(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    for route in served.app[guard.ROUTES].values():
        object.__setattr__(route, "seconds", 1)
    head = (
        f"POST /entrer HTTP/1.1\r\nHost: localhost:{served.port}\r\nSec-Fetch-Site: same-origin"
        "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        connection.sendall(head.encode())
        began = time.monotonic()
        answered = threading.Event()

        def drip() -> None:
            while not answered.wait(0.2):
                try:
                    connection.sendall(b"n")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        answer = connection.recv(20)
        answered.set()
        dripping.join()
    assert answer.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - began < 5
    assert Client(served).get("/").status == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\nnothing"),
        ("multipart/form-data", b"--x--"),
        ("application/x-www-form-urlencoded", b"nom=%ff%fe&mot_de_passe=%00"),
        ("application/x-www-form-urlencoded; charset=nothing", b"nom=a"),
        ("application/json", b"{" * 50_000),
        ("text/plain", b"\xff" * 100),
        ("x" * 1000, b"nom=a"),
    ],
)
def test_a_body_that_is_no_form_gets_an_answer_and_does_no_harm(
    served: Served, kind: str, body: bytes
) -> None:
    client = Client(served)
    answer = client.ask("POST", "/entrer", body, {"Content-Type": kind})
    assert 400 <= answer.status < 500, answer.text
    assert "<html" in answer.text


# Proxies


def test_what_a_proxy_tells_is_believed_of_our_own_proxy_only(tmp_path: Path) -> None:
    told = {"X-Forwarded-For": "203.0.113.7, 198.51.100.4", "X-Forwarded-Proto": "https"}
    home = make_coop(tmp_path / "coop")
    served = Served(home).start()
    served.add_account("Nico", Role.OFFICE)
    answer = Client(served).enter("Nico", PASSWORD, told)
    assert "Secure" not in answer.headers["Set-Cookie"]
    served.stop()
    served = Served(home, hosts=Hosts(names=frozenset(), proxies=frozenset({"127.0.0.1"}))).start()
    try:
        cookie = Client(served).enter("Nico", PASSWORD, told).headers["Set-Cookie"]
        assert cookie.startswith("__Host-passkoop-session-")
        assert "Secure" in cookie
        # Guesses are counted by the address that our proxy saw.
        assert [Client(served).enter("N", "x", told).status for _ in range(6)][-1] == 429
        other = told | {"X-Forwarded-For": "203.0.113.7, 198.51.100.5"}
        assert Client(served).enter("N", "x", other).status == 422
    finally:
        served.stop()


# Limits


def test_a_bucket_gives_so_many_tries_and_fills_again() -> None:
    limit = Limit(2, 10)
    limit.take("a", now=0)
    limit.take("a", now=0)
    with pytest.raises(TooOften) as caught:
        limit.take("a", now=4)
    assert caught.value.seconds == 6
    limit.take("b", now=4)
    limit.take("a", now=10)
    limit.give_back("a", now=10)
    limit.take("a", now=10)
    with pytest.raises(TooOften):
        limit.take("a", now=0)  # a clock set back is no new start


def test_a_home_s_addresses_count_as_one() -> None:
    assert neighbourhood("2001:db8:1:2:3:4:5:6") == neighbourhood("2001:db8:1:2::1")
    assert neighbourhood("2001:db8:1:2::1") != neighbourhood("2001:db8:1:3::1")
    assert neighbourhood("::ffff:192.0.2.1") == "192.0.2.1"
    assert neighbourhood("192.0.2.1") != neighbourhood("192.0.2.2")
    assert neighbourhood("not an address") == "not an address"


def test_a_stranger_who_asks_without_end_is_told_to_wait(served: Served) -> None:
    limit = served.app[guard.STRANGERS]
    limit.tries, limit.every = 5, 1000
    client = Client(served)
    answers = [client.get("/entrer") for _ in range(10)]
    assert answers[-1].status == 429
    assert "Un instant" in answers[-1].words
    assert int(answers[-1].headers["Retry-After"]) >= 1


# Failures


def test_what_does_not_exist_or_opens_otherwise_says_so_in_the_look(served: Served) -> None:
    nico = served.administrator()
    missing = nico.get("/nulle-part")
    assert missing.status == 404
    assert "Il n’y a rien ici" in missing.words
    assert "Nico" in missing.text  # the frame is there, with the way back
    wrong = nico.get("/compte/sessions")
    assert wrong.status == 405
    assert wrong.headers["Allow"] == "POST"
    assert nico.ask("DELETE", "/compte").status == 405
    api = nico.get("/api/v1/nulle-part")
    assert json.loads(api.text)["code"] == "not_found"


def test_a_full_disk_and_a_mistake_of_ours_are_told_apart(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    nico = served.administrator()

    def full(*_: object, **__: object) -> None:
        raise DiskFull(Path("/coop/passkoop.db"))

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(served.rooms.tills), "open_code", full)
    answer = nico.post("/reglages/caisses", {"nom": "Caisse 1"})
    assert answer.status == 503
    assert "Le disque est plein" in answer.words
    assert answer.headers["Retry-After"] == "30"
    monkeypatch.setattr(type(served.rooms.tills), "open_code", broken)
    answer = nico.post("/reglages/caisses", {"nom": "Caisse 1"})
    assert answer.status == 500
    assert "Quelque chose s’est cassé" in answer.words
    assert "ZeroDivision" not in answer.text
    assert served.run(lambda: SettingsStore(served.rooms.db).db.conn.in_transaction) is False
