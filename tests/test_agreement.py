"""Python and JavaScript answer alike where nobody wrote the answer down (SPEC 15)."""

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

import drivers
from vector_cases.generated import lines

SEED = 2026


def answers(count: int, seed: int, node: str) -> list[tuple[Mapping[str, Any], Any, Any]]:
    """Return generated lines, with what Python and JavaScript answer."""
    asked = list(lines(count, seed=seed))
    python = drivers.ask(drivers.PYTHON, asked)
    javascript = drivers.ask(drivers.javascript(node), asked)
    return list(zip(asked, python, javascript, strict=True))


def disagreements(answered: list[tuple[Mapping[str, Any], Any, Any]]) -> list[str]:
    return [
        f"{json.dumps(line)}\n  Python: {one}\n  JavaScript: {other}"
        for line, one, other in answered
        if one != other
    ]


def test_both_implementations_agree_on_generated_cases_of_every_kind(node: str) -> None:
    answered = answers(2_000, SEED, node)
    assert disagreements(answered) == []
    met: Counter[str] = Counter()
    for line, answer, _ in answered:
        met[f"{line['op']} {answer.get('ok', answer.get('outcome'))}"] += 1
        met.update(answer.get("reasons", []))
        met.update(answer.get("results", []))
    assert {"card_verify welcome", "card_verify remark", "card_verify refused"} <= met.keys()
    assert {"ed25519_verify True", "cbor_decode True", "text_decode True"} <= met.keys()
    assert {"accepted", "older", "bad_signature", "bad_shape", "malformed"} <= met.keys()
    assert {"forged", "damaged", "newer_format", "key_withdrawn", "expired"} <= met.keys()


@pytest.mark.slow
def test_both_implementations_agree_on_ten_thousand_generated_cases(node: str) -> None:
    assert disagreements(answers(10_000, SEED + 1, node)) == []


# --- the drivers as programs ---

_GOOD = '{"op":"cbor_decode","data":"00"}'
_OPEN = '{"op":"status_get","bits":2,"lst":"","index":'
BAD_LINES = [
    *["", " ", "{", "[]", "7", "null", '"op"', '{"op":}', "[" * 100_000, "\ufeff" + _GOOD],
    *[_GOOD[:-1], _GOOD + "{}", _GOOD.replace('"', "'"), _GOOD[:-1] + ",}"],
    *[_OPEN + number + "}" for number in ("NaN", "Infinity", "-Infinity", "01", "9" * 5_000)],
]


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_driver_answers_every_line_that_it_cannot_read(language: str, node: str) -> None:
    command = drivers.PYTHON if language == "python" else drivers.javascript(node)
    refused = {"ok": False, "code": "bad_request"}
    answered = drivers.ask(command, [*BAD_LINES, _GOOD])
    assert answered == [refused] * len(BAD_LINES) + [{"ok": True}]


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_driver_refuses_a_line_that_is_not_utf_8_and_goes_on(language: str, node: str) -> None:
    command = drivers.PYTHON if language == "python" else drivers.javascript(node)
    told = b'{"op":"text_decode","text":"\xff"}\n{"op":"cbor_decode","data":"00"}'
    done = subprocess.run(command, input=told, capture_output=True, env=drivers.ENVIRONMENT)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers == [{"ok": False, "code": "bad_request"}, {"ok": True}]


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_driver_answers_each_line_before_the_next_one_comes(language: str, node: str) -> None:
    command = drivers.PYTHON if language == "python" else drivers.javascript(node)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=drivers.ENVIRONMENT
    ) as driver:
        assert driver.stdin
        assert driver.stdout
        for data, ok in (("00", True), ("0000", False), ("a0", True)):
            driver.stdin.write(json.dumps({"op": "cbor_decode", "data": data}).encode() + b"\n")
            driver.stdin.flush()
            assert json.loads(driver.stdout.readline()) == {"ok": ok}
        driver.stdin.close()
    assert driver.returncode == 0
