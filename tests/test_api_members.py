"""The API's members and cards: read and handed over by programs, each by what its token allows."""

import json
from typing import Any

import pytest

from passkoop_node.api import models_members
from passkoop_node.api.shapes import check_shape
from passkoop_node.api.tokens import Scope
from passkoop_node.core.audit import AuditEntry, AuditStore
from passkoop_node.core.formats import local_day
from passkoop_node.members.store import MemberStore
from passkoop_node.rooms import Rooms
from passkoop_protocol.qr import read_qr
from programs import Program, failed
from serving import Answer
from tilling import Till

MEMBERS = "/api/v1/members"


def put(program: Program, *lines: object) -> list[dict[str, Any]]:
    """Return what became of these lines."""
    answer = program.ask(MEMBERS, {"members": lines})
    assert answer.status == 200, answer.text
    told = json.loads(answer.body)
    check_shape(told, models_members.PUTS_TAKEN)
    taken: list[dict[str, Any]] = told["members"]
    return taken


def read(program: Program, path: str) -> Any:
    """Return what stands at an address."""
    answer = program.ask(path)
    assert answer.status == 200, answer.text
    return json.loads(answer.body)


def done(answer: Answer) -> Any:
    """Return the answer to something that was done."""
    assert answer.status == 200, answer.text
    return json.loads(answer.body)


def log_of(till: Till, number: str) -> list[AuditEntry]:
    """Return what was done about a member, newest first."""
    return till.served.run(till.served.the(AuditStore).entries, subject=number)


def revision(till: Till) -> int:
    return till.served.run(till.served.the(MemberStore).revision)


@pytest.fixture
def new(program: Program, request: pytest.FixtureRequest) -> Any:
    """Return a member who came in by the API, called like nobody else."""
    name = str(abs(hash(request.node.name)))
    (one,) = put(
        program, {"email": f"{name}@example.org", "given_name": "Lou", "family_name": "Bé"}
    )
    assert one["fate"] == "created"
    return read(program, f"{MEMBERS}/{one['id']}")


def test_a_member_is_made_once_and_corrected(till: Till, program: Program) -> None:
    line = {"number": "A/7", "given_name": "Zoé", "family_name": "Ibarra", "birth_year": 1984}
    (made,) = put(program, line)
    assert (made["fate"], made["number"]) == ("created", "A/7")
    before = revision(till)
    assert put(program, line) == [{**made, "fate": "unchanged"}]
    assert revision(till) == before
    (changed,) = put(program, {"number": "a/7", "town": "Hendaye", "birth_year": None})
    assert (changed["fate"], set(changed["changes"])) == ("updated", {"town", "birth_year"})
    told = read(program, f"{MEMBERS}/{made['id']}")
    check_shape(told, models_members.MEMBER)
    assert (told["given_name"], told["town"], told["birth_year"]) == ("Zoé", "Hendaye", None)
    assert [(one.action, one.actor) for one in log_of(till, "A/7")] == [
        ("member.edit", "api:odoo"),
        ("member.add", "api:odoo"),
    ]
    page = till.served.administrator().get(f"/bureau/membres/{made['id']}")
    assert "par le logiciel odoo" in page.words


def test_an_address_finds_who_is_called_so_for_couples_share_one(
    program: Program,
) -> None:
    both = {"email": "duo@example.org", "family_name": "Duhart"}
    one, other = put(program, both | {"given_name": "Jon"}, both | {"given_name": "Miren"})
    assert (one["fate"], other["fate"], one["id"] != other["id"]) == ("created", "created", True)
    (doubt,) = put(program, {"email": "duo@example.org", "town": "Irun"})
    assert (doubt["fate"], doubt["code"], doubt["field"]) == ("refused", "ambiguous_email", "email")
    (again,) = put(program, {"email": "DUO@example.org", "given_name": "miren", "town": "Irun"})
    assert (again["id"], again["fate"]) == (other["id"], "updated")
    (numbered,) = put(program, both | {"given_name": "Jon", "number": "J1"})  # their number changes
    assert (numbered["id"], numbered["changes"]) == (one["id"], ["number"])


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ({}, "number_or_email", "number"),
        ({"given_name": "Ane"}, "number_or_email", "number"),
        ({"number": "N1"}, "bad_field", "family_name"),
        ({"email": "nowhere", "given_name": "Ane"}, "bad_field", "email"),
        (
            {"number": "42", "given_name": "Some", "family_name": "Body"},
            "number_taken",
            "number",
        ),
        ({"number": "N2", "given_name": "A", "badge": "0420000000426"}, "badge_taken", "badge"),
        ({"number": "N3", "given_name": "A", "joined": "2026-02-31"}, "bad_line", "joined"),
        ({"number": "N3", "given_name": "A", "joined": "2226-02-01"}, "bad_field", "joined"),
        ({"number": "N4", "given_name": "A", "birth_year": 12}, "bad_field", "birth_year"),
        ({"number": "x" * 33, "given_name": "A"}, "bad_line", "number"),
        ({"number": 7}, "bad_line", "number"),
        ({"number": "N5", "category": True}, "bad_line", "category"),
        ({"number": "N5", "category": 3}, "bad_line", "category"),
        ({"number": "N5", "left": "2026-01-01"}, "bad_line", "left"),
        ({"number": "N5", "more": 1}, "bad_line", "more"),
        ({"number": None}, "bad_line", "number"),
        (None, "bad_line", None),
        ([], "bad_line", None),
    ],
)
def test_a_bad_member_is_refused_with_why_and_stops_no_other(
    till: Till,
    program: Program,
    line: object,
    code: str,
    field: str | None,
) -> None:
    good = {"number": "42", "family_name": "Moreira"}
    bad, fine = put(program, line, good)
    assert (bad["fate"], bad["code"], bad.get("field")) == ("refused", code, field)
    assert bad["says"]
    assert "Tiago" not in json.dumps(bad)  # who may write need not be told whose badge it is
    assert fine["fate"] == "unchanged"
    assert log_of(till, "42") == []


def test_members_are_read_in_pages_and_by_what_changed(
    till: Till,
    program: Program,
) -> None:
    put(program, *({"number": f"P{n}", "family_name": f"Page {n}"} for n in range(7)))
    seen: list[int] = []
    after: int | None = 1
    while after is not None:
        told = read(program, f"{MEMBERS}?limit=3&after={after}")
        check_shape(told, models_members.MEMBERS)
        assert len(told["members"]) <= 3
        seen += [one["id"] for one in told["members"]]
        after = told["next"]
    everybody = till.served.run(till.served.the(MemberStore).members)
    assert seen == sorted(one.id for one in everybody if one.id > 1)
    till.served.now += 10
    put(program, {"number": "P3", "town": "Urrugne"})
    told = read(program, f"{MEMBERS}?changed_since={till.served.now}")
    assert [one["number"] for one in told["members"]] == ["P3"]
    assert told["now"] == till.served.now
    assert [one["number"] for one in read(program, f"{MEMBERS}?number=p3")["members"]] == ["P3"]
    assert read(program, f"{MEMBERS}?email=nobody@example.org")["members"] == []


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "limit=a", "limit=%C2%B2", "after=-1", "after=1e3", "number="),
        *("more=1", "limit=1&limit=2", "changed_since=" + "9" * 30, "email=" + "x" * 501),
    ],
)
def test_a_query_that_is_none_is_refused(program: Program, query: str) -> None:
    failed(program.ask(f"{MEMBERS}?{query}"), 400, "bad_query")


def test_somebody_leaves_and_comes_back(
    till: Till,
    program: Program,
    new: dict[str, Any],
) -> None:
    path = f"{MEMBERS}/{new['id']}"
    assert done(program.ask(f"{path}/leave", {"on": "2026-11-20"}))["left"] == "2026-11-20"
    assert done(program.ask(f"{path}/leave", {"on": "2026-11-20"}))["left"] == "2026-11-20"
    failed(program.ask(f"{path}/leave", {"on": "2026-11-21"}), 409, "left_already")
    for wrong in ("2026-02-31", "20/11/2026", None, 1):
        failed(program.ask(f"{path}/leave", {"on": wrong}), 400, "bad_body")
    failed(program.ask(f"{path}/leave", {"on": "2226-11-21"}), 409, "bad_day")
    failed(program.ask(f"{path}/cards", {}), 409, "has_left")
    assert done(program.ask(f"{path}/return", {}))["left"] is None
    assert done(program.ask(f"{path}/return", b""))["left"] is None
    log = [one.action for one in log_of(till, new["number"])]
    assert log == ["member.back", "member.left", "member.add"]


def test_a_card_is_made_shown_suspended_and_replaced(
    till: Till,
    program: Program,
    new: dict[str, Any],
) -> None:
    cards = f"{MEMBERS}/{new['id']}/cards"
    card = done(program.ask(cards, {}))
    check_shape(card, models_members.CARD)
    failed(program.ask(cards, {}), 409, "has_card")
    text = read(program, f"{cards}/{card['id']}/text")["text"]
    assert program.verify(text)["holder"]["name"] == "Lou Bé"
    picture = program.ask(f"{cards}/{card['id']}/picture")
    assert picture.headers["Content-Type"] == "image/png"
    assert read_qr(picture.body) == [text]

    def act(deed: str, reason: str | None = None, id: int = card["id"]) -> Answer:
        return program.ask(f"{cards}/{id}/{deed}", {} if reason is None else {"reason": reason})

    assert done(act("suspend", "égarée"))["state"] == "suspended"
    assert done(act("suspend"))["reason"] == "égarée"  # done already
    assert program.verify(text)["outcome"] == "refused"
    assert done(act("resume"))["state"] == "valid"
    assert program.verify(text)["outcome"] == "welcome"
    newer = done(act("replace", "perdue"))
    assert newer["id"] != card["id"]
    failed(act("replace", "perdue"), 409, "card_changed")  # the answer was lost: not once more
    failed(act("revoke", id=newer["id"]), 409, "reason_missing")
    assert done(act("revoke", "volée", id=newer["id"]))["state"] == "revoked"
    failed(act("resume", id=newer["id"]), 409, "no_card")
    told = read(program, cards)
    check_shape(told, models_members.CARDS)
    assert [(one["state"], one["reason"]) for one in told["cards"]] == [
        ("revoked", "volée"),
        ("revoked", "perdue"),
    ]
    log = [(one.action, one.details.get("reason")) for one in log_of(till, new["number"])]
    assert log == [
        ("card.revoked", "volée"),
        ("card.issue", None),
        ("card.revoked", "perdue"),
        ("card.valid", None),
        ("card.suspended", "égarée"),
        ("card.issue", None),
        ("member.add", None),
    ]
    assert {one.actor for one in log_of(till, new["number"])} == {"api:odoo"}


def test_a_household_decides_on_categories_and_its_principal_s_card_on_the_others(
    till: Till, program: Program
) -> None:
    first, second = put(
        program, {"number": "H1", "given_name": "Ama"}, {"number": "H2", "given_name": "Beñat"}
    )
    for one in (first, second):
        one["card"] = done(program.ask(f"{MEMBERS}/{one['id']}/cards", {}))["id"]
    rooms = till.served.the(Rooms)

    def join() -> None:
        members = [rooms.members.get(one["id"]) for one in (second, first)]
        day, now = local_day(till.served.now), till.served.now
        rooms.households.join(*members, on=day, now=now, actor="test")

    till.served.run(join)
    (refused,) = put(program, {"number": "H2", "category": 0})
    assert (refused["code"], refused["field"]) == ("household", "category")
    assert put(program, {"number": "H2", "category": 1})[0]["fate"] == "unchanged"
    cards = f"{MEMBERS}/{second['id']}/cards"
    done(program.ask(f"{MEMBERS}/{first['id']}/cards/{first['card']}/suspend", {}))
    assert read(program, cards)["cards"][0]["state"] == "suspended"
    failed(program.ask(f"{cards}/{second['card']}/resume", {}), 409, "held_by_principal")


def test_another_s_card_is_not_found(program: Program, new: dict[str, Any]) -> None:
    cards = f"{MEMBERS}/{new['id']}/cards"
    card = done(program.ask(cards, {}))["id"]
    for path in (f"{MEMBERS}/1/cards/{card}/text", f"{cards}/999999999/picture"):
        failed(program.ask(path), 404, "not_found")
    failed(program.ask(f"{MEMBERS}/1/cards/{card}/suspend", {}), 404, "not_found")
    for path in (f"{MEMBERS}/999999999", f"{MEMBERS}/999999999/cards", f"{MEMBERS}/0"):
        failed(program.ask(path), 404, "not_found")


BODIES: list[bytes] = [
    b"",
    b"{",
    b"null",
    b"[" * 10_000,
    b'{"members":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"members": [' + b"[" * 10_000 + b"]" * 10_000 + b"]}",
    b'{"members": 1}',
    b'{"members": [], "more": 1}',
    b'{"members": [' + b",".join([b"{}"] * 101) + b"]}",
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_what_is_no_list_of_members_changes_nothing(
    till: Till,
    program: Program,
    body: bytes,
) -> None:
    before = revision(till)
    failed(program.ask(MEMBERS, body), 400, "bad_body")
    assert revision(till) == before


def test_too_much_is_not_read_and_no_body_stays_none(
    program: Program,
    new: dict[str, Any],
) -> None:
    path = f"{MEMBERS}/{new['id']}"
    large: dict[str, str | None] = {"Content-Length": "50000000"}
    failed(program.ask(MEMBERS, b" ", headers=large), 413, "too_large")
    failed(program.ask(f"{path}/cards", {"days": 3}), 400, "bad_body")
    failed(program.ask(f"{path}/return", b"[" * 9_000), 400, "bad_body")
    failed(program.ask(f"{path}/cards/1/revoke", {"reason": "x" * 201}), 400, "bad_body")
    failed(program.ask(f"{path}/leave?on=1", {"on": "2026-11-20"}), 400, "bad_query")


@pytest.mark.parametrize("scope", list(Scope), ids=str)
def test_a_token_does_what_it_is_for_and_nothing_else(
    till: Till,
    new: dict[str, Any],
    scope: Scope,
) -> None:
    cards = f"{MEMBERS}/{new['id']}/cards"
    calls: list[tuple[Scope, str, object]] = [
        (Scope.VERIFY, "/api/v1/verify", {"text": "x"}),
        (Scope.VISITS, "/api/v1/visits", {"visits": []}),
        (Scope.MEMBERS_READ, MEMBERS, None),
        (Scope.MEMBERS_READ, f"{MEMBERS}/{new['id']}", None),
        (Scope.MEMBERS_WRITE, MEMBERS, {"members": []}),
        (Scope.MEMBERS_WRITE, f"{MEMBERS}/{new['id']}/leave", {"on": "2026-11-20"}),
        (Scope.MEMBERS_WRITE, f"{MEMBERS}/{new['id']}/return", {}),
        (Scope.CARDS_READ, cards, None),
        (Scope.CARDS_READ, f"{cards}/999/text", None),
        (Scope.CARDS_READ, f"{cards}/999/picture", None),
        (Scope.CARDS_WRITE, cards, {}),
        (Scope.CARDS_WRITE, f"{cards}/999/suspend", {}),
    ]
    one = Program(till, scope, name="narrow")
    for needed, path, body in calls:
        answer = one.ask(path, body)
        if needed is scope:
            assert answer.status in (200, 404), path
        else:
            told = failed(answer, 403, "scope_missing")
            assert f"--scope {needed}" in told["hint"]


def test_members_that_cannot_be_written_are_not_written_at_all(
    till: Till,
    program: Program,
) -> None:
    database = till.served.the(MemberStore).db
    program.ask("/api/v1/status")
    till.served.run(database.execute, "pragma query_only = on")
    try:
        answer = program.ask(MEMBERS, {"members": [{"number": "Q", "given_name": "Q"}]})
        assert answer.status == 503
    finally:
        till.served.run(database.execute, "pragma query_only = off")
    assert read(program, f"{MEMBERS}?number=Q")["members"] == []


def test_no_secret_and_no_name_is_in_the_log(till: Till, program: Program) -> None:
    put(program, {"number": "L1", "given_name": "Amaia", "family_name": "Zubi"})
    entries = repr(log_of(till, "L1"))
    assert "Amaia" not in entries
