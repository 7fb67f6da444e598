"""The API: a program verifies cards and hands visits over, by a token and nothing else."""

import json
from pathlib import Path

import pytest

from command import passkoop
from passkoop_node.api import models
from passkoop_node.api.asked import CALLS
from passkoop_node.api.shapes import check_shape
from passkoop_node.api.tokens import Scope, Token, TokenStore
from passkoop_node.core.audit import AuditStore
from programs import STATUS, VERIFY, VISITS, Program, failed
from tilling import Till


def test_a_card_is_answered_and_nothing_is_noted(till: Till, program: Program) -> None:
    before = len(till.visits())
    told = program.verify("maite")
    assert told["outcome"] == "welcome"
    assert told["reasons"] == []
    assert told["holder"]["name"] == "Maïté Etcheverry"
    assert told["holder"]["coop"]["name"] == "Les Tilleuls"
    assert told["list"]["age"] == till.served.now - told["list"]["signed_at"]
    assert program.verify("maite")["outcome"] == "welcome"  # it was not here today
    assert len(till.visits()) == before


@pytest.mark.parametrize(
    ("card", "outcome", "code", "proven"),
    [
        ("lost", "refused", "revoked", True),
        ("old", "refused", "expired", True),
        ("stranger", "unverified", "unknown_issuer", False),
        ("damaged", "unverified", "damaged", False),
        ("", "unverified", "not_a_card", False),
        ("0420000000426", "welcome", "member", False),
        ("0420000009999", "unverified", "not_a_card", False),
    ],
)
def test_a_holder_is_told_only_if_proven(
    program: Program, card: str, outcome: str, code: str, proven: bool
) -> None:
    told = program.verify(card)
    assert (told["outcome"], told["reasons"][0]["code"]) == (outcome, code)
    assert (told["holder"] is not None) == proven
    assert ("Yasmine" in json.dumps(told)) == (card == "lost")


def test_an_expired_card_says_since_when_and_what_one_without_a_card_gets(program: Program) -> None:
    told = program.verify("old")
    assert told["reasons"][0]["facts"]["at"] < program.till.served.now
    assert told["without_card"]["welcomes"] in (True, False)
    assert told["without_card"]["says"]
    assert program.verify("lost")["without_card"] is None


def test_the_state_says_who_answers_and_how_old_its_lists_are(program: Program) -> None:
    told = json.loads(program.ask(STATUS).body)
    check_shape(told, models.STATUS)
    assert told["coop"]["name"] == "Hendaia Koop"
    assert told["lists_from"] < told["now"] == program.till.served.now
    assert set(told["scopes"]) == {one.value for one in Scope}


def test_words_are_those_of_the_language_that_is_asked_for(program: Program) -> None:
    headers: dict[str, str | None] = {"Accept-Language": "en", "Authorization": None}
    english = failed(program.ask(STATUS, headers=headers), 401, "bad_token")
    french = failed(program.ask(STATUS, headers={"Authorization": None}), 401, "bad_token")
    assert english["message"] != french["message"] == "Ce jeton n’ouvre rien"


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nothing",
        "Basic b2Rvbw==",
        "Bearer é",
        "Bearer " + "a" * 5000,
    ],
)
def test_without_a_good_token_nothing_is_answered(program: Program, given: str | None) -> None:
    told = given.encode().decode("latin-1") if given else given
    answer = program.ask(VERIFY, {"text": ""}, headers={"Authorization": told})
    failed(answer, 401, "bad_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_that_was_removed_opens_nothing(program: Program) -> None:
    assert program.ask(STATUS).status == 200
    program.remove()
    failed(program.ask(STATUS), 401, "bad_token")


def test_a_session_or_a_till_opens_nothing_here(till: Till, program: Program) -> None:
    program.client.cookies = till.served.administrator().cookies | till.client().cookies
    failed(program.ask(STATUS, headers={"Authorization": None}), 401, "bad_token")


def test_a_token_of_another_scope_is_told_which_one_it_lacks(till: Till) -> None:
    program = Program(till, Scope.VISITS, name="nothing-else")
    told = failed(program.ask(VERIFY, {"text": "x"}), 403, "scope_missing")
    assert "--scope verify" in told["hint"]
    assert program.ask(STATUS).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b'{"text": 1}',
        b'{"text": null}',
        b'{"text": "x", "more": 1}',
        b'{"text": "x", "text": "y"}',
        b'{"text": NaN}',
        b'{"text": "\\ud800"}',
        b'{"text": "\xff"}',
        b'{"text": ' + b"9" * 5000 + b"}",
        json.dumps({"text": "x" * 10_000}).encode(),
        b"[" * 10_000,
        b'{"a":' * 2_500 + b"1" + b"}" * 2_500,
    ],
    ids=range(16),
)
def test_what_is_not_as_it_should_be_is_refused(program: Program, body: bytes) -> None:
    failed(program.ask(VERIFY, body), 400, "bad_body")


def test_too_much_is_not_read(program: Program) -> None:
    failed(program.ask(VERIFY, b" ", headers={"Content-Length": "50000000"}), 413, "too_large")
    failed(program.ask(VERIFY, b" ", headers={"Content-Encoding": "gzip"}), 415, "bad_request")


def test_another_address_or_method_is_told_in_json(program: Program) -> None:
    failed(program.ask("/api/v1/nothing"), 404, "not_found")
    failed(program.ask(VERIFY), 405, "wrong_method")
    assert program.client.ask("OPTIONS", VERIFY).status == 405


def test_one_token_too_often_leaves_the_others_alone(till: Till, program: Program) -> None:
    other = Program(till, Scope.VERIFY, name="other")
    calls = till.served.app[CALLS]
    calls.tries, calls.every = 2, 1000
    calls._buckets.clear()
    try:
        assert [program.ask(STATUS).status for _call in range(3)] == [200, 200, 429]
        answer = program.ask(STATUS)
        failed(answer, 429, "too_often")
        assert int(answer.headers["Retry-After"]) > 1
        assert other.ask(STATUS).status == 200
    finally:
        calls.tries, calls.every = 600, 0.05
        calls._buckets.clear()


def test_a_visit_that_is_sent_twice_counts_once(till: Till, program: Program) -> None:
    line = program.visit("maite", "order/1", amount=4210)
    assert program.hand_over(line, line) == [
        {"line": "order/1", "fate": "noted"},
        {"line": "order/1", "fate": "known"},
    ]
    entry = till.visits()[0]
    assert (entry.visit.till, entry.visit.amount) == ("api:odoo", 4210)
    assert program.verify("maite")["reasons"] == [{"code": "already_today", "facts": {}}]
    again = Program(till, *Scope)  # the token was changed: still the same till
    assert again.hand_over(line)[0]["fate"] == "known"
    assert till.visits()[0].visit.seq == entry.visit.seq


def test_a_line_that_comes_again_with_other_content_is_flagged(
    till: Till, program: Program
) -> None:
    line = program.visit("bastien", "order/2", amount=100)
    assert program.hand_over(line)[0]["fate"] == "noted"
    assert program.hand_over(line | {"amount": 999})[0]["fate"] == "conflict"
    assert till.visits()[0].visit.amount == 100


def test_a_late_visit_is_taken_and_one_of_the_future_is_not(till: Till, program: Program) -> None:
    line, now = program.visit("own", "order/3"), till.served.now
    late, early = program.hand_over(
        line | {"at": float(now - 90 * 86_400)}, line | {"line": "order/4", "at": now + 3600}
    )
    assert late["fate"] == "noted"
    assert (early["fate"], early["code"]) == ("refused", "visit_in_future")


def test_every_answer_has_a_visit_that_can_be_handed_over(till: Till, program: Program) -> None:
    for at, card in enumerate(["own", "bastien", "0420000000426", "stranger", "damaged", "old"]):
        line = program.visit(card, f"each/{at}")
        if line["rule"] == "anyway":
            assert program.hand_over(line)[0]["code"] == "bad_visit"  # why is not said
            line["reason"] = "connue de la maison"
        assert program.hand_over(line)[0] == {"line": f"each/{at}", "fate": "noted"}, card


def test_a_visit_is_taken_back_by_a_further_line(till: Till, program: Program) -> None:
    program.hand_over(program.visit("own", "order/5"))
    cancel = {"line": "order/5/x", "at": till.served.now, "kind": "cancel", "corrects": "order/5"}
    assert program.hand_over(cancel)[0]["fate"] == "noted"
    found = next(one for one in till.visits() if one.visit.line == "order/5")
    assert found.cancelled


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": 0}, "kind"),
        ({"kind": "nobody"}, "kind"),
        ({"at": "yesterday"}, "at"),
        ({"at": True}, "at"),
        ({"at": 0.5}, "at"),
        ({"at": 1e300}, "at"),
        ({"at": 2**80}, "at"),
        ({"line": ""}, "line"),
        ({"line": None}, "line"),
        ({"line": "é"}, "line"),
        ({"home": "zz"}, "home"),
        ({"reasons": ["<b>"]}, "reasons[0]"),
        ({"more": 1}, "more"),
        ({"asked": True}, "asked"),
        ({"ref": "00"}, None),
        ({"amount": -1}, None),
        ({"name": "\u0000"}, None),
    ],
)
def test_a_bad_line_is_refused_and_stops_no_other(
    till: Till, program: Program, wrong: dict[str, object], field: str | None
) -> None:
    good = program.visit("own", "good")
    bad, fine = program.hand_over(good | {"line": "bad"} | wrong, good)
    assert (bad["fate"], bad.get("field")) == ("refused", field)
    assert bad["says"]
    assert fine["fate"] in ("noted", "known", "conflict")
    assert all(one.visit.line != "bad" for one in till.visits())


@pytest.mark.parametrize("body", [{}, {"visits": 1}, {"visits": [1] * 51}, []])
def test_visits_come_in_a_list_that_is_not_too_long(program: Program, body: object) -> None:
    failed(program.ask(VISITS, body), 400, "bad_body")
    assert program.hand_over() == []
    assert program.hand_over(None, 7, [])[2]["fate"] == "refused"


def test_use_is_noted_once_an_hour(till: Till, program: Program) -> None:
    def used() -> int | None:
        found: list[Token] = till.served.run(program.tokens.all)
        return next(one.used_at for one in found if one.name == "odoo")

    assert used() is None
    program.ask(STATUS)
    first = till.served.now
    till.served.now += 1800
    program.ask(STATUS)
    assert used() == first
    till.served.now += 1800
    program.ask(STATUS)
    assert used() == till.served.now


def test_where_nothing_can_be_written_cards_are_verified_and_no_visit_is_lost(
    till: Till, program: Program
) -> None:
    line = program.visit("own", "order/6")
    database = till.served.the(TokenStore).db
    till.served.now += 7200
    till.served.run(database.execute, "pragma query_only = on")
    try:
        assert program.verify("own")["outcome"] == "welcome"
        answer = program.ask(VISITS, {"visits": [line]})
        assert answer.status == 503
        check_shape(json.loads(answer.body), models.ERROR)
        assert int(answer.headers["Retry-After"]) > 0
    finally:
        till.served.run(database.execute, "pragma query_only = off")
    assert program.hand_over(line)[0]["fate"] == "noted"


def test_only_a_hash_of_a_token_is_kept(till: Till, program: Program) -> None:
    for file in Path(till.home.database).parent.rglob("passkoop.db*"):
        assert program.secret.encode() not in file.read_bytes()
    entries = till.served.run(till.served.the(AuditStore).entries, subject="odoo")
    assert [one.action for one in entries][:1] == ["token.add"]
    assert program.secret not in repr(entries)


def test_the_command_makes_lists_and_removes_tokens(tmp_path: Path) -> None:
    home = ("--home", tmp_path / "coop")
    passkoop(*home, "init", "--name", "Hendaia Koop", "--place", "Hendaye", "--country", "FR")
    made = passkoop(*home, "token", "add", "odoo", "--scope", "verify", "--scope", "visits")
    assert made.code == 0
    assert len(made.out.strip()) > 43
    assert passkoop(*home, "token", "add", "odoo", "--scope", "verify").code == 2
    assert passkoop(*home, "token", "add", "Odoo !", "--scope", "verify").code == 2
    assert "jamais" in passkoop(*home, "token", "list").out
    listed = passkoop(*home, "token", "list", "--json")
    assert listed.answer["scopes"] == ["verify", "visits"]
    assert made.out.strip() not in listed.out
    assert passkoop(*home, "token", "remove", "odoo").code == 0
    assert passkoop(*home, "token", "remove", "odoo").code == 2
    assert passkoop(*home, "token", "list").out == ""
