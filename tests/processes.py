"""Our programs in processes of their own: killed, with a full disk, or in the way of another."""

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
COMMAND = "from passkoop_cli.main import main; main()"


def python_command(code: str, *arguments: object) -> list[str]:
    """Return the command that runs `code` with our packages, in `ENVIRONMENT`."""
    return [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `code` to its end, and return what it said."""
    return subprocess.run(
        python_command(code, *arguments), env=ENVIRONMENT, capture_output=True, text=True
    )


def start_node(
    home: Path, *options: str, before: str = "", within: Sequence[str] = ()
) -> "subprocess.Popen[str]":
    """Start `passkoop serve`, unknown to the network.

    Args:
        home: the co-op's folder.
        options: more of the command.
        before: code that it runs first.
        within: a command that runs the rest of its line elsewhere.
    """
    command = python_command(
        textwrap.dedent(before) + "\n" + COMMAND,
        *("--home", home, "serve", "--no-announce"),
        *options,
    )
    return subprocess.Popen(
        [*within, *command],
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@contextmanager
def serving(
    home: Path, *options: str, before: str = "", within: Sequence[str] = ()
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Yield a `passkoop serve` and what it said until it was ready; it is killed at the end."""
    process = start_node(home, "--port", "0", *options, before=before, within=within)
    assert process.stderr is not None
    said = ""
    try:
        for line in process.stderr:
            said += line
            if "Ctrl-C" in line:
                break
        yield process, said
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def port_in(said: str) -> int:
    """Return the port on which a `passkoop serve` answers, by what it said."""
    found = re.search(r"http://[^/]+:(\d+)/", said)
    assert found, said
    return int(found[1])
