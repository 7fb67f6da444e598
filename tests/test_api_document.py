"""What is written of the API: its OpenAPI document, docs/api.md and the example, against a node."""

import importlib.util
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from conftest import need
from passkoop_node.api.openapi import CALLS, Call, openapi
from passkoop_node.api.shapes import Shape, check_shape
from passkoop_node.api.tokens import Scope
from passkoop_node.core import guard
from programs import Program
from serving import Answer
from tilling import Till

DOCS = Path(__file__).parent.parent / "docs"
EXAMPLE = DOCS / "exemples" / "caisse.py"
# What is another at each time: ids of co-ops and references of members.
CHANGING = re.compile(r'"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}"|"[0-9a-f]{16,20}"')
KEYWORDS = {
    *("type", "properties", "required", "additionalProperties", "items", "anyOf", "enum"),
    *(
        "pattern",
        "format",
        "minLength",
        "maxLength",
        "maxItems",
        "minimum",
        "maximum",
        "description",
    ),
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


def addresses_of(call: Call, served: Iterable[tuple[str, str]]) -> list[str]:
    """Return the addresses of the node, as its table has them, that answer a call."""
    example = re.sub(r"{\w+}", "1", call.path)
    found = [path for method, path in served if method == call.method and fits(path, example)]
    assert len(found) == 1, call.path
    return found


def fits(path: str, example: str) -> bool:
    """Return whether an address fits one that is written as aiohttp does."""
    pattern = re.sub(r"{\w+:((?:[^{}]|{[^{}]*})*)}", r"(\1)", path)
    return re.fullmatch(pattern, example) is not None


def test_the_document_names_the_addresses_that_there_are(till: Till) -> None:
    routes = till.served.app[guard.ROUTES].values()
    served = {(one.method, one.path): one for one in routes if one.path.startswith("/api/")}
    told = {(call.method, path) for call in CALLS for path in addresses_of(call, served)}
    assert served.keys() == told | {("GET", "/api/v1/openapi.json")}
    assert all(served[one].by_token for one in told)
    assert len({call.name for call in CALLS}) == len(CALLS)


def test_the_document_is_for_everybody_and_says_nothing_that_is_not_checked(
    program: Program,
) -> None:
    answer = program.ask("/api/v1/openapi.json", headers={"Authorization": None})
    assert json.loads(answer.body) == openapi()
    for schema in openapi()["components"]["schemas"].values():
        for one in shapes_in(schema):
            assert one.keys() <= KEYWORDS


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_real_answers_are_as_the_document_says(till: Till, program: Program, call: Call) -> None:
    told = openapi()["paths"][call.path][call.method.lower()]
    bodies: dict[str, object] = {
        "Verify": {"text": till.cards["own"]},
        "Visits": {"visits": [program.visit("own", "document/1"), program.visit("old", "x")]},
        "PutMembers": {"members": [{"number": "42", "town": "Irun"}, {"number": ""}]},
        "Leave": {"on": "2026-11-20"},
        "Deed": {"reason": "pour voir"},
        "": {},
    }
    nothing_for_it = Program(till, *(set(Scope) - {call.scope}), name="other")
    member, card = somebody(program, has_card=call.name != "post_members_cards")
    path = call.path.format(id=member, card=card)
    body = None if call.method == "GET" else bodies[call.takes]
    answers = [
        program.ask(path, body),
        program.ask(path, body, headers={"Authorization": None}),
        nothing_for_it.ask(path, body),
    ]
    if call.takes:
        check_shape(body, shape_of(told["requestBody"]))
    if call.method == "POST":
        answers.append(program.ask(path, b"{"))
        answers.append(program.ask(path, b" ", headers={"Content-Length": "9000000"}))
        answers.append(program.ask(path, b" ", headers={"Content-Encoding": "gzip"}))
    elif call.scope:
        answers.append(program.ask(f"{path}?what=is-this"))
    if "{" in call.path:
        answers.append(program.ask(call.path.format(id=999_999_999, card=1), body))
    if call.impossible:
        answers.append(done_already(program, call, path))
    for answer in answers:
        response = told["responses"][str(answer.status)]
        if answer.headers["Content-Type"] == "image/png":
            assert list(response["content"]) == ["image/png"]
        else:
            check_shape(json.loads(answer.body), shape_of(response))
    assert {answer.status for answer in answers} == {
        200,
        401,
        *({403} if call.scope else ()),
        *({404} if "{" in call.path else ()),
        *({409} if call.impossible else ()),
        *({400, 413, 415} if call.method == "POST" else {400} if call.scope else ()),
    }


def somebody(program: Program, *, has_card: bool) -> tuple[int, int]:
    """Return the id of a new member, and that of their card; 1 without one."""
    line = {"email": f"{secrets.token_hex(8)}@example.org", "given_name": "Ane"}
    answer = program.ask("/api/v1/members", {"members": [line]})
    member: int = json.loads(answer.body)["members"][0]["id"]
    if not has_card:
        return member, 1
    return member, json.loads(program.ask(f"/api/v1/members/{member}/cards", {}).body)["id"]


def done_already(program: Program, call: Call, path: str) -> Answer:
    """Return the answer to something that cannot be as things are now."""
    if call.path.endswith("/leave"):
        return program.ask(path, {"on": "2026-11-19"})  # another day than what was noted
    if call.path.endswith(("/suspend", "/resume")):
        program.ask(f"{path.rpartition('/')[0]}/revoke", {"reason": "pour voir"})
    elif call.path.endswith("/revoke"):
        program.ask(f"{path.partition('/cards')[0]}/cards", {})  # this is no more the newest
    return program.ask(path, {})


def test_what_the_documentation_types_is_answered_as_it_says(
    till: Till,
    program: Program,
) -> None:
    need(shutil.which("curl"), "curl is missing")
    text = (DOCS / "api.md").read_text("utf-8")
    examples = re.findall(r"```sh\n(curl .*?)```\n+```json\n(.*?)```", text, re.DOTALL)
    assert len(examples) == text.count("curl ") == 8
    till.forget()
    few = Program(till, Scope.VERIFY, Scope.VISITS, name="few")
    env = {"PASSKOOP": till.served.url, "CARTE": till.cards["maite"]}
    for command, told in examples:
        env["JETON"] = program.secret if "/members" in command else few.secret
        done = subprocess.run(
            ["sh", "-c", command], env={**os.environ, **env}, capture_output=True, check=True
        )
        assert plain(json.loads(done.stdout)) == plain(json.loads(told)), command
        if "/members/" not in command:
            found = re.search(rb'"id": (\d+)', done.stdout)
            env["MEMBRE"] = found[1].decode() if found else ""
        elif done.stdout.startswith(b'{"id"'):
            env["ID"] = str(json.loads(done.stdout)["id"])


def plain(told: object) -> str:
    """Return an answer without what is another at each time."""
    text = json.dumps(told, ensure_ascii=False)
    text = CHANGING.sub("…", text).replace("\u202f", " ").replace("\u00a0", " ")
    return re.sub(r'"(id|age|now|\w+_at|lists_from)": \d+', r'"\1": 1', text)


def test_the_example_verifies_notes_and_keeps_what_could_not_leave(
    till: Till,
    program: Program,
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
    program: Program,
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
