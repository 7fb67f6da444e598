"""The README's session, typed again: it answers what the README says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import need

README = Path(__file__).parent.parent / "README.md"
# What is another at each time: a co-op's id, and the last day of a card made today.
CHANGING = re.compile(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}|(?<=Jusqu’au ).*")


def session() -> list[tuple[str, str]]:
    """Return each command of the README, and what it is said to answer."""
    blocks = re.findall(r"```console\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    typed = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", "".join(blocks), re.MULTILINE)
    assert len(typed) > 10
    return typed


def test_the_session_in_the_readme_answers_what_it_says(tmp_path: Path) -> None:
    shell = shutil.which("sh")
    need(shell, "there is no shell in which to type the session of the README")
    assert shell
    passkoop = tmp_path / "bin" / "passkoop"
    passkoop.parent.mkdir()
    run = "from passkoop_cli.main import main; main()"
    passkoop.write_text(f"#!{shell}\nexec '{sys.executable}' -c '{run}' \"$@\"\n")
    passkoop.chmod(0o755)
    folder = tmp_path / "session"
    folder.mkdir()
    for command, told in session():
        done = subprocess.run(
            [shell, "-c", command],
            cwd=folder,
            env={
                **os.environ,
                "PATH": f"{passkoop.parent}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        assert CHANGING.sub("…", f"{done.stdout}") == CHANGING.sub("…", told), command
