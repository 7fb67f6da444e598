"""docs/installer.md and the files it names call commands and options that there are."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from passkoop_cli.main import cli

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "installer.md"
UNIT = ROOT / "tools" / "systemd" / "passkoop@.service"
DOCKERFILE = ROOT / "tools" / "Dockerfile"


def calls() -> Iterator[list[str]]:
    """Yield what stands after each `passkoop`, as words."""
    text = "\n".join(path.read_text("utf-8") for path in (GUIDE, UNIT))
    for found in re.finditer(
        r"(?<![\w.:])(?:/opt/\S+/|/usr/local/bin/)?passkoop (--home [^`\n]+)", text
    ):
        yield shlex.split(found[1])
    for found in re.finditer(r"(?:`|passkoop )passkoop ([a-z][^`\n]+)", text):
        yield shlex.split(found[1])


def test_every_command_of_the_guide_is_one_that_there_is() -> None:
    group = click.Context(cli)
    seen = set()
    for words in calls():
        if words[0] == "--home":
            del words[:2]
        command = cli.get_command(group, words[0])
        assert command is not None, words
        known = {option for one in command.params for option in one.opts}
        assert [word for word in words if word.startswith("--") and word not in known] == [], words
        seen.add(words[0])
    assert {"init", "serve", "doctor", "backup", "restore"} >= seen >= {"init", "serve", "doctor"}


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not here")
    there = tmp_path / "passkoop@hendaia.service"
    program = shutil.which("true")
    assert program is not None
    there.write_text(UNIT.read_text("utf-8").replace("/opt/passkoop/bin/passkoop", program))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(there)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_image_copies_what_its_build_needs() -> None:
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert all((ROOT / name).exists() for name in names)
    # Without .gitignore, what npm brought is packed twice and the build fails.
    assert {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"} <= names
