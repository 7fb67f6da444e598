"""What is written of the API: its OpenAPI document, docs/api.md and the example, against a node."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conftest import need
from passkoop_node.api.openapi import CALLS, openapi
from passkoop_node.api.shapes import Shape, check_shape
from passkoop_node.api.tokens import Scope
from passkoop_node.core import guard
from test_api import Program, program  # noqa: F401 - a fixture
from tilling import Till

DOCS = Path(__file__).parent.parent / "docs"
EXAMPLE = DOCS / "exemples" / "caisse.py"
# What is another at each time: ids of co-ops and references of members.
CHANGING = re.compile(r'"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}"|"[0-9a-f]{16,20}"')
KEYWORDS = {
    *("type", "properties", "required", "additionalProperties", "items", "anyOf", "enum"),
    *("pattern", "minLength", "maxLength", "maxItems", "minimum", "maximum", "description"),
}


def shape_of(content: Mapping[str, Any]) -> Shape:
    """Return the schema that a part of the document points to."""
    name = content["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    shape: Shape = openapi()["components"]["schemas"][name]
    return shape


def shapes_in(shape: Shape) -> list[Shape]:
    """Return a schema and all within."""
    inner = [*shape.get("properties", {}).values(), *shape.get("anyOf", ())]
    inner += [shape[name] for name in ("items", "additionalProperties") if shape.get(name)]
    return [shape, *(one for part in inner for one in shapes_in(part))]


def test_the_document_names_the_addresses_that_there_are(till: Till) -> None:
    routes = till.served.app[guard.ROUTES].values()
    served = {(one.method, one.path) for one in routes if one.path.startswith("/api/")}
    told = {(call.method, call.path) for call in CALLS}
    assert served == told | {("GET", "/api/v1/openapi.json")}
    assert all(one.by_token for one in routes if (one.method, one.path) in told)


def test_the_document_is_for_everybody_and_says_nothing_that_is_not_checked(
    program: Program,  # noqa: F811
) -> None:
    answer = program.ask("/api/v1/openapi.json", headers={"Authorization": None})
    assert json.loads(answer.body) == openapi()
    for schema in openapi()["components"]["schemas"].values():
        for one in shapes_in(schema):
            assert one.keys() <= KEYWORDS


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.path)
def test_real_answers_are_as_the_document_says(
    till: Till,
    program: Program,  # noqa: F811
    call: Any,
) -> None:
    told = openapi()["paths"][call.path][call.method.lower()]
    bodies: dict[str, object] = {
        "Verify": {"text": till.cards["own"]},
        "Visits": {"visits": [program.visit("own", "document/1"), program.visit("old", "x")]},
    }
    nothing_for_it = Program(till, *(set(Scope) - {call.scope}), name="other")
    body = bodies.get(call.takes)
    answers = [
        program.ask(call.path, body),
        program.ask(call.path, body, headers={"Authorization": None}),
        nothing_for_it.ask(call.path, body),
    ]
    if call.takes:
        check_shape(body, shape_of(told["requestBody"]))
        answers.append(program.ask(call.path, b"{"))
        answers.append(program.ask(call.path, b" ", headers={"Content-Length": "9000000"}))
        answers.append(program.ask(call.path, b" ", headers={"Content-Encoding": "gzip"}))
    for answer in answers:
        check_shape(json.loads(answer.body), shape_of(told["responses"][str(answer.status)]))
    seen = {answer.status for answer in answers}
    assert seen == {
        200,
        401,
        *({403} if call.scope else ()),
        *({400, 413, 415} if call.takes else ()),
    }


def test_what_the_documentation_types_is_answered_as_it_says(
    till: Till,
    program: Program,  # noqa: F811
) -> None:
    need(shutil.which("curl"), "curl is missing")
    text = (DOCS / "api.md").read_text("utf-8")
    examples = re.findall(r"```sh\n(curl .*?)```\n+```json\n(.*?)```", text, re.DOTALL)
    assert len(examples) == text.count("curl ") == 4
    till.forget()
    env = {"PASSKOOP": till.served.url, "JETON": program.secret, "CARTE": till.cards["maite"]}
    now = str(till.served.now)
    for command, told in examples:
        done = subprocess.run(
            ["sh", "-c", command], env={**os.environ, **env}, capture_output=True, check=True
        )
        said = json.dumps(json.loads(done.stdout), ensure_ascii=False)
        wanted = json.dumps(json.loads(told), ensure_ascii=False)
        said = CHANGING.sub("…", said).replace(now, "1795345200")
        said = re.sub(r'"age": \d+', '"age": 259199', said)
        assert said.replace("\u202f", " ").replace("\u00a0", " ") == CHANGING.sub(
            "…", wanted
        ).replace("\u202f", " ").replace("\u00a0", " "), command


def test_the_example_verifies_notes_and_keeps_what_could_not_leave(
    till: Till,
    program: Program,  # noqa: F811
    tmp_path: Path,
) -> None:
    till.forget()
    cards = "".join(till.cards[name] + "\n" for name in ("bastien", "lost"))
    env = {**os.environ, "PASSKOOP": till.served.url, "JETON": program.secret}
    run = [sys.executable, str(EXAMPLE), str(tmp_path / "attente.jsonl")]
    # Its clock is the real one, not the node's: a line may be refused for now, and stays.
    done = subprocess.run(run, input=cards, env=env, capture_output=True, text=True, check=True)
    first, second, *more = done.stdout.splitlines()
    assert first.startswith("Bienvenue Bastien Le Goff")
    assert second.startswith("  visite : ")
    assert more[0].startswith("Carte refusée")
    env["PASSKOOP"] = "http://127.0.0.1:9"
    done = subprocess.run(run, input=cards, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.count("ne répond pas") == 2


def test_the_example_hands_over_later_what_waits(
    till: Till,
    program: Program,  # noqa: F811
    tmp_path: Path,
) -> None:
    spec = importlib.util.spec_from_file_location("caisse", EXAMPLE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    waiting = module.Waiting(tmp_path / "attente.jsonl")
    line = program.visit("own", "example/1")
    waiting.add(line)
    with pytest.raises(OSError, match="refused"):
        waiting.send(module.Passkoop("http://127.0.0.1:9", program.secret))
    node = module.Passkoop(till.served.url, program.secret)
    assert waiting.send(node) == [{"line": "example/1", "fate": "noted"}]
    assert waiting.send(node) == []
