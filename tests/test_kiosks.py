"""Kiosks: devices of their own, which open /borne and nothing else, and which no till is."""

import re

import pytest

from passkoop_node.core import cookies, guard
from passkoop_node.core.accounts import Role
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.caller import Caller
from passkoop_node.core.cookies import JAR
from passkoop_node.core.devices import Kind, Till, TillStore
from passkoop_node.core.feature import Needs
from serving import PASSWORD, Client, Served

LIST = "/reglages/bornes"
OPEN_TO_ALL = {"/", "/langue", "/jumeler", "/entrer", "/sortir"}  # of these, nothing is kept


def test_a_device_becomes_a_kiosk_by_a_code_and_is_listed_apart_from_the_tills(
    served: Served,
) -> None:
    nico = served.administrator()
    served.till("Caisse 1")
    assert nico.post(LIST, {"nom": "Tablette de l'entrée"}).goes_to == LIST
    page = nico.get(LIST)
    found = re.search(r'class="spelled"[^>]*>([^<]+)<', page.text)
    assert found
    assert "spelled" not in nico.get("/reglages/caisses").text  # the code is of this list alone
    device = Client(served)
    assert device.post("/jumeler", {"code": found[1]}).goes_to == "/"
    assert device.get("/").goes_to == "/borne"
    assert "Tablette de l'entrée" in nico.get(LIST).words
    assert "Caisse 1" not in nico.get(LIST).words
    assert "Tablette" not in nico.get("/reglages/caisses").words
    (kiosk,) = served.run(served.the(TillStore).all, Kind.KIOSK)
    assert nico.get(f"/reglages/caisses/{kiosk.id}").status == 404
    assert nico.post(f"/reglages/caisses/{kiosk.id}/retirer").status == 404
    actions = [(one.action, one.actor) for one in served.run(served.the(AuditStore).entries)][:2]
    assert actions == [("kiosk.pair", f"kiosk:{kiosk.id}"), ("kiosk.code", "account:1")]
    assert "Borne Tablette de l'entrée : jumelée." in nico.get("/reglages/journal").words


def test_a_kiosk_opens_no_page_but_its_own_whatever_room_a_page_is_of(served: Served) -> None:
    served.administrator()
    kiosk = served.kiosk()
    wrong, seen = [], 0
    for route in served.app[guard.ROUTES].values():
        if route.needs is Needs.KIOSK or route.path in OPEN_TO_ALL:
            continue
        answer = kiosk.ask(
            route.method, example(route.path), b"" if route.method != "GET" else None
        )
        seen += 1
        if route.by_token:  # cookies count for nothing there
            assert answer.status in (401, 403), route.path
            continue
        if answer.status != 403 or "pas pour vous" not in answer.text.replace("\\u2019", "’"):
            wrong.append((route.method, route.path, answer.status))
    assert wrong == []
    assert seen > 100


def example(path: str) -> str:
    """Return an address that a route's pattern takes."""
    return re.sub(r"\{\w+:((?:[^{}]|\{[^{}]*\})*)\}", lambda found: one_of(found[1]), path)


def one_of(pattern: str) -> str:
    """Return a text that a pattern of ours takes: the first of what may stand at each place."""
    pattern = pattern.replace("(?:", "(").partition("|")[0]
    parts = re.findall(r"(\[(?:\\.|[^\]])+\]|\\.|[^{}*+?()])(\{\d+(?:,\d*)?\}|[*+?])?", pattern)
    return "".join(
        re.sub(r"^[\[\\]+", "", one)[0] * max(1, int((re.findall(r"\d+", times) or ["1"])[0]))
        for one, times in parts
    )


ROLES = {
    "nobody": Caller(),
    "till": Caller(till=Till(id=1, name="", paired_at=0, seen_at=0)),
    "kiosk": Caller(kiosk=Till(id=2, name="", paired_at=0, seen_at=0, kind=Kind.KIOSK)),
}


@pytest.mark.parametrize("needs", Needs)
def test_a_kiosk_is_no_till_and_a_till_no_kiosk(needs: Needs) -> None:
    opens = {name for name, who in ROLES.items() if who.may(needs)}
    assert opens == {
        Needs.NOTHING: {"nobody", "till", "kiosk"},
        Needs.TILL: {"till"},
        Needs.KIOSK: {"kiosk"},
    }.get(needs, set())
    assert ROLES["kiosk"].actor == "kiosk:2"


@pytest.mark.parametrize("role", Role)
def test_nobody_opens_the_kiosk_with_an_account_or_a_till(served: Served, role: Role) -> None:
    served.administrator()
    for client in (served.entered("Odile", role), served.till(), Client(served)):
        answer = client.get("/borne")
        assert answer.status == 403
        assert "n’est pas une borne" in answer.words


def test_the_secret_of_a_kiosk_is_worth_nothing_in_the_cookie_of_a_till(served: Served) -> None:
    nico = served.administrator()
    kiosk, till = served.kiosk(), served.till()
    jar = served.app[JAR]
    as_kiosk, as_till = (jar.name(one, https=False) for one in (cookies.KIOSK, cookies.TILL))
    forged = Client(served, cookies={as_till: kiosk.cookies[as_kiosk]})
    assert forged.get("/caisse").status == 403
    assert forged.cookies == {}
    forged = Client(served, cookies={as_kiosk: till.cookies[as_till]})
    assert forged.get("/borne").status == 403
    assert forged.cookies == {}
    forged = Client(served, cookies={as_kiosk: nico.cookies[jar.name("session", https=False)]})
    assert forged.get("/borne").status == 403


def test_a_device_is_a_till_or_a_kiosk_and_nobody_stays_entered_on_a_new_kiosk(
    served: Served,
) -> None:
    nico = served.administrator()
    session = dict(nico.cookies)
    device = served.kiosk(on=nico)
    assert device.get("/").goes_to == "/borne"
    assert device.get("/bureau").status == 403
    assert Client(served, cookies=session).get("/bureau").status == 303  # ended, not forgotten
    served.till(on=device)
    assert device.get("/").goes_to == "/caisse"
    assert device.get("/borne").status == 403


def test_a_revoked_kiosk_opens_nothing_from_its_next_step_on(served: Served) -> None:
    nico = served.administrator()
    kiosk = served.kiosk()
    kept = dict(kiosk.cookies)
    (found,) = served.run(served.the(TillStore).all, Kind.KIOSK)
    assert nico.post(f"{LIST}/{found.id}/retirer").goes_to == LIST
    answer = kiosk.get("/borne")
    assert answer.status == 403
    assert "n’est pas une borne" in answer.words
    assert kiosk.cookies == {}
    kiosk.cookies = kept
    assert kiosk.post("/borne/commencer").status == 403


def test_a_kiosk_that_came_to_another_page_or_to_an_error_goes_back_by_itself(
    served: Served,
) -> None:
    kiosk = served.kiosk()
    for path in ("/bureau", "/nulle-part", "/entrer", "/borne/promotions/9-0123456789abcdef.jpg"):
        assert kiosk.get(path).headers["Refresh"] == "60; url=/", path
    assert "Refresh" not in kiosk.get("/borne").headers
    assert "Refresh" not in served.till().get("/bureau").headers


def test_two_kiosks_hold_two_secrets_and_one_is_revoked_alone(served: Served) -> None:
    nico = served.administrator()
    one, other = served.kiosk("Une"), served.kiosk("Deux")
    kiosks = {found.name: found.id for found in served.run(served.the(TillStore).all, Kind.KIOSK)}
    nico.post(f"{LIST}/{kiosks['Une']}/retirer")
    assert one.get("/").goes_to != "/borne"
    assert other.get("/").goes_to == "/borne"
    # The token of a form of one is none of the other's.
    assert one.token != other.token


def test_somebody_who_enters_on_a_kiosk_has_their_pages_and_leaves_it_a_kiosk(
    served: Served,
) -> None:
    kiosk = served.kiosk()
    served.add_account("Odile", Role.OFFICE)
    kiosk.enter("Odile", PASSWORD)
    assert kiosk.get("/bureau").status == 200
    kiosk.post("/sortir")
    assert kiosk.get("/bureau").status == 403
