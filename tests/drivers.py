"""The two conformance drivers as programs that answer lines (SPEC 15)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PYTHON = [sys.executable, "-m", "passkoop_protocol.conformance"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "protocol")}


def javascript(node: str) -> list[str]:
    """Return the command of the JavaScript driver."""
    return [node, str(ROOT / "protocol" / "js" / "conformance.mjs")]


def ask(command: list[str], lines: Iterable[Mapping[str, Any] | str]) -> list[Any]:
    """Return a driver's answers to these lines; a text is sent as it is."""
    told = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    done = subprocess.run(command, input=told.encode(), capture_output=True, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return [json.loads(line) for line in done.stdout.splitlines()]
