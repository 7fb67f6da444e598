"""A command typed in a terminal, where somebody answers its questions."""

import os
import re
import select
import signal
import sys
import time
from pathlib import Path

import pytest

if sys.platform != "win32":
    import pty


def in_a_terminal(coop: Path, *words: object, answers: list[str]) -> tuple[int, str]:
    """Type a command and its answers in a terminal; return its exit code and what it shows."""
    pid, terminal = pty.fork()
    if pid == 0:
        # Tests that run in the background of a shell are started with Ctrl-C switched off.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
        code = "from passkoop_cli.main import main; main()"
        typed = ["--home", str(coop), *map(str, words)]
        os.execv(sys.executable, [sys.executable, "-c", code, *typed])
    shown = b""
    waiting = list(answers)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        # What ends like a question may be the first half of a line: nothing may follow it.
        if not select.select([terminal], [], [], 0.1)[0]:
            if waiting and re.search(rb"(\xe2\x80\xaf: |\] )$", shown):
                os.write(terminal, waiting.pop(0).encode() + b"\n")
                shown += b"|"
            continue
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux says so that nobody is at the other end any more
            break
        if not part:
            break
        shown += part
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode(errors="replace")


on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other terminals")
