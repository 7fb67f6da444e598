"""Schemathesis asks a real node all that its own OpenAPI document allows, and what it forbids."""

import os
import subprocess
from pathlib import Path

import pytest

from conftest import need
from passkoop_node.api.asked import CALLS
from passkoop_node.api.openapi import CALLS as DOCUMENTED
from passkoop_node.core import guard
from passkoop_node.members.store import MemberStore
from programs import Program
from tilling import Till

TOP = Path(__file__).parent.parent
PROGRAM = TOP / ".venv-schemathesis" / "bin" / "schemathesis"
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.slow
def test_answers_are_those_that_the_document_tells(
    till: Till, program: Program, tmp_path: Path
) -> None:
    need(PROGRAM.exists(), "`make test-all` makes .venv-schemathesis")
    till.served.app[CALLS].tries = till.served.app[guard.STRANGERS].tries = 10**9
    done = subprocess.run(
        [
            *(PROGRAM, "--config-file", CONFIGURATION, "run"),
            f"http://127.0.0.1:{till.served.port}/api/v1/openapi.json",
            *("--header", f"Authorization: Bearer {program.secret}"),
            *("--max-examples", "50", "--continue-on-failure"),
            *("--seed", "1", "--no-color", "--generation-database", "none"),
        ],
        cwd=tmp_path,
        env={**os.environ, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Tested: {len(DOCUMENTED)}" in done.stdout, done.stdout
    # It met members and cards, not only addresses that lead nowhere.
    assert till.served.run(till.served.the(MemberStore).count) > 2
