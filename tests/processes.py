"""Python in a process of its own: to be killed, to have its disk filled, to be in the way."""

import os
import subprocess
import sys
import textwrap

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def python_command(code: str, *arguments: object) -> list[str]:
    """Return the command that runs `code` with our packages, in `ENVIRONMENT`."""
    return [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `code` to its end, and return what it said."""
    return subprocess.run(
        python_command(code, *arguments), env=ENVIRONMENT, capture_output=True, text=True
    )
