"""The conformance driver never falls over a line (SPEC 15). What it answers is in the vectors."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passkoop_protocol import conformance
from passkoop_protocol.conformance import handle, serve
from shop import NOW, Coop

HOME = Coop("Lou Rasim")
BAD_REQUEST = {"ok": False, "code": "bad_request"}
OPERATIONS = [
    *["ed25519_verify", "cbor_decode", "status_get", "text_decode", "text_repairs"],
    *["pairing_code", "document_add", "card_verify", "x"],
]
FIELDS = [
    *["public_key", "message", "signature", "data", "bits", "lst", "index", "text", "code"],
    *["trust", "documents", "now", "paced", "own", "paired", "replaces", "federations"],
    *["blocked", "former", "added_at", "policy", "visits"],
]

anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.sampled_from(["", "00", "00" * 10, "00" * 32, "zz", HOME.descriptor().hex()]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=20), inner, max_size=3)
    ),
    max_leaves=8,
)
requests = st.builds(
    lambda operation, fields: {"op": operation, **fields},
    st.sampled_from(OPERATIONS),
    st.dictionaries(st.sampled_from(FIELDS), anything, max_size=8),
)
GOOD: dict[str, Any] = {
    "op": "card_verify",
    "text": HOME.text(),
    "trust": [HOME.descriptor().hex(), HOME.status_list().hex()],
    "now": NOW,
}


@given(requests)
def test_any_request_is_answered(request: dict[str, Any]) -> None:
    answer = handle(json.dumps(request))
    assert isinstance(answer, dict)
    json.dumps(answer)


@given(st.sampled_from(sorted(FIELDS)), anything)
def test_a_good_request_with_anything_in_one_field_is_answered(field: str, value: Any) -> None:
    assert isinstance(handle(json.dumps(GOOD | {field: value})), dict)


@given(st.one_of(st.binary(max_size=100), st.text(max_size=100)))
def test_any_line_is_answered(line: bytes | str) -> None:
    assert handle(line) == BAD_REQUEST or isinstance(json.loads(line), dict)


def test_a_request_nested_too_deeply_is_a_bad_one() -> None:
    for deep in ('{"a":' * 100_000, "[" * 100_000 + "]" * 100_000):
        assert handle(deep) == BAD_REQUEST


def test_an_answer_can_be_changed_without_changing_the_next() -> None:
    handle("{")["ok"] = True
    assert handle("{") == BAD_REQUEST


def test_a_line_that_is_too_long_is_refused_and_the_next_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conformance, "MAX_LINE", 100)
    good = b'{"op":"cbor_decode","data":"00"}\n'
    answers = io.BytesIO()
    lines = [
        good,
        b"x" * 99 + b"\n",
        b"x" * 1_000 + b"\n",
        good,
        b"x" * 101 + b"\n",
        good,
        b"y" * 500,
    ]
    serve(io.BytesIO(b"".join(lines)), answers)
    told = [json.loads(line)["ok"] for line in answers.getvalue().splitlines()]
    assert told == [True, False, False, True, False, True, False]
