"""Every address of the node, asked by everybody whom it is not for, with an id in it or without."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from owning import own
from passkoop_node.core import guard
from passkoop_node.core.accounts import Role
from passkoop_node.core.feature import Needs, Route
from passkoop_node.members.keeping import add_member
from passkoop_node.members.member import MemberData
from serving import Client, Served, make_coop
from test_kiosks import OPEN_TO_ALL, example

EVERYBODY = {Needs.NOTHING}
OPENS: Mapping[str, set[Needs]] = {
    "nobody": EVERYBODY,
    "member": EVERYBODY | {Needs.MEMBER},
    "kiosk": {Needs.KIOSK},
    "till": EVERYBODY | {Needs.TILL},
    "cashier": EVERYBODY | {Needs.TILL, Needs.ACCOUNT},
    "office": EVERYBODY | {Needs.TILL, Needs.ACCOUNT, Needs.OFFICE},
    "administrator": EVERYBODY | {Needs.TILL, Needs.ACCOUNT, Needs.OFFICE, Needs.ADMINISTRATOR},
}
FOREIGN: Mapping[str, str | None] = {"Origin": "https://evil.example", "Sec-Fetch-Site": None}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(make_coop(Path(tmp_path_factory.mktemp("coop")) / "coop")).start()
    served.app[guard.STRANGERS].tries = 100_000

    def fill() -> None:
        data = MemberData(number="1", given_name="Maïté", family_name="Haran")
        add_member(served.rooms.members, served.rooms.audit, data, actor="test", now=served.now)

    served.run(fill)
    yield served
    served.stop()


@pytest.fixture(scope="module")
def clients(served: Served) -> Mapping[str, Client]:
    return {
        "nobody": Client(served),
        "member": own(served, "1"),
        "kiosk": served.kiosk(),
        "till": served.till(),
        "cashier": served.entered("Claire", Role.CASHIER),
        "office": served.entered("Odile", Role.OFFICE),
        "administrator": served.administrator(),
    }


def ask(client: Client, route: Route, headers: Mapping[str, str | None]) -> tuple[int, str]:
    body = None if route.method == "GET" else b""
    told = {} if body is None else {"X-Passkoop-Jeton": client.token, **headers}
    answer = client.ask(route.method, example(route.path), body, told)
    return answer.status, answer.goes_to.partition("?")[0]


@pytest.mark.parametrize("who", OPENS)
def test_an_address_opens_for_nobody_whom_it_is_not_for(
    served: Served, clients: Mapping[str, Client], who: str
) -> None:
    wrong, seen = [], 0
    for route in served.app[guard.ROUTES].values():
        at_hand = who == "kiosk" and route.path in OPEN_TO_ALL
        if route.by_token or route.needs in OPENS[who] or at_hand:
            continue
        seen += 1
        status, goes_to = ask(clients[who], route, {})
        to_a_door = {"/moi"} if route.needs is Needs.MEMBER else {"/entrer"}
        if status not in (401, 403) and not (status == 303 and goes_to in to_a_door):
            wrong.append((route.method, route.path, status, goes_to))
    assert wrong == []
    assert seen > 20


@pytest.mark.parametrize("who", OPENS)
def test_no_form_of_another_site_is_taken_in_from_anybody(
    served: Served, clients: Mapping[str, Client], who: str
) -> None:
    wrong, seen = [], 0
    for route in served.app[guard.ROUTES].values():
        is_form = route.method != "GET" and not (route.by_token or route.is_wire)
        if not is_form or route.needs not in OPENS[who]:
            continue
        seen += 1
        status, _goes_to = ask(clients[who], route, FOREIGN)
        if status != 403:
            wrong.append((route.method, route.path, status))
    assert wrong == []
    assert seen
