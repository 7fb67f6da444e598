"""The shared vectors: both implementations pass them all, and they leave nothing of SPEC.md out."""

import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

import drivers
from passkoop_protocol.conformance import handle
from vector_cases import FILES, rendered
from vector_cases.large import large_cases

ROOT = Path(__file__).parent.parent
VECTORS = ROOT / "protocol" / "vectors"
SPEC = (ROOT / "SPEC.md").read_text("utf-8")

Case = dict[str, Any]


def read(name: str) -> list[Case]:
    cases: list[Case] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return cases


def all_cases() -> list[Case]:
    return [case for name in FILES for case in read(name)]


def wrong(cases: list[Case], answers: list[Any]) -> list[str]:
    """Return the cases that were answered otherwise than they say."""
    assert len(answers) == len(cases)
    return [
        f"{case['step']} {case['name']}: {case['expect']} expected, not {answer}"
        for case, answer in zip(cases, answers, strict=True)
        if answer != case["expect"]
    ]


@pytest.mark.parametrize("name", FILES)
def test_python_gives_every_vector_the_outcome_it_names(name: str) -> None:
    cases = read(name)
    assert wrong(cases, [handle(json.dumps(case["input"])) for case in cases]) == []


@pytest.mark.parametrize("name", FILES)
def test_javascript_gives_every_vector_the_outcome_it_names(name: str, node: str) -> None:
    cases = read(name)
    answers = drivers.ask(drivers.javascript(node), [case["input"] for case in cases])
    assert wrong(cases, answers) == []


def test_python_keeps_to_the_limits_of_large_documents() -> None:
    cases = large_cases()
    assert wrong(cases, [handle(json.dumps(case["input"])) for case in cases]) == []


def test_javascript_keeps_to_the_limits_of_large_documents(node: str) -> None:
    cases = large_cases()
    answers = drivers.ask(drivers.javascript(node), [case["input"] for case in cases])
    assert wrong(cases, answers) == []


@pytest.mark.parametrize("name", FILES)
def test_making_the_vectors_again_gives_the_same_bytes(name: str) -> None:
    # Another zlib deflates to other bytes, which inflate to the same: the files come from this one.
    if zlib.compress(bytes(range(64)) * 40, 9).hex() != _DEFLATED:
        pytest.skip("this Python has another zlib than the one that made the vectors")
    assert (VECTORS / f"{name}.json").read_bytes() == rendered(name).encode()


_DEFLATED = (
    "78da6360646266616563e7e0e4e2e6e1e5e3171014121611151397909492969195935750545256515553d7d0"
    "d4d2d6d1d5d33730343236313533b7b0b4b2b6b1b5b36718d53faa7f54ffa8fe51fda3fa47f58fea1fd53fa4"
    "f40300ae863b10"
)


def test_there_is_no_vector_file_that_nobody_makes() -> None:
    assert {path.stem for path in VECTORS.glob("*.json")} == set(FILES)


def test_every_vector_has_the_fields_that_the_specification_names() -> None:
    for case in all_cases():
        assert {"name", "step", "input", "expect"} <= case.keys() <= {*case, "why"}
        assert isinstance(case["input"], dict)


# --- nothing of the specification is left out ---


def codes_of_the_specification() -> set[str]:
    """Return the codes of section 11 but for those of section 12, which no driver meets."""
    table = re.search(r"^## 11\..*?(?=^## )", SPEC, re.MULTILINE | re.DOTALL)
    assert table
    codes = set()
    for line in table[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and cells[1] != "12" and cells[2] != "12":
            codes |= set(re.findall(r"`(\w+)`", cells[0]))
    return codes


def codes_in(answer: Any) -> set[str]:
    """Return the codes that an answer tells."""
    if isinstance(answer, dict):
        told = [answer.get("code", ""), *answer.get("reasons", []), *answer.get("results", [])]
        return {code.removesuffix("+equivocation") for code in told}
    return set()


def test_every_code_of_the_specification_has_a_vector() -> None:
    told = set().union(*(codes_in(case["expect"]) for case in all_cases()))
    codes = codes_of_the_specification()
    assert len(codes) > 40
    assert sorted(codes - told) == []


def test_every_code_of_a_vector_stands_in_the_specification() -> None:
    told = set().union(*(codes_in(case["expect"]) for case in all_cases()))
    known = codes_of_the_specification() | {"", "accepted", "known", "parked", "bad_request"}
    assert sorted(told - known) == []


def steps_of_the_specification() -> tuple[set[str], set[str]]:
    """Return the headings and the numbered steps of SPEC.md, as `9` and as `9.7.1`."""
    headings, steps = set(), set()
    section = outer = ""
    for line in SPEC.splitlines():
        if heading := re.match(r"#{2,4} (?:Annex )?([0-9A-Z][0-9.]*)[.:]? ", line):
            section = heading[1].rstrip(".")
            headings.add(section)
        elif step := re.match(r"( *)(\d+)\. ", line):
            outer = f"{section}.{step[2]}" if not step[1] else outer
            steps.add(f"{outer}.{step[2]}" if step[1] else outer)
    return headings, steps


def test_every_numbered_step_of_the_specification_has_a_vector() -> None:
    _, steps = steps_of_the_specification()
    # No verifier sees how documents travel (12), nor what a signer does with its disk (13).
    steps = {step for step in steps if not step.startswith(("12.", "13."))}
    assert len(steps) > 70
    tested = {case["step"] for case in all_cases()}
    missing = [step for step in steps if not any(_within(one, step) for one in tested)]
    assert sorted(missing) == []


def _within(step: str, outer: str) -> bool:
    return step == outer or step.startswith(f"{outer}.")


def test_every_vector_names_a_step_or_section_that_there_is() -> None:
    headings, steps = steps_of_the_specification()
    assert sorted({case["step"] for case in all_cases()} - headings - steps) == []
