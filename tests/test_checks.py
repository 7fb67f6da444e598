"""What holds for the repository as a whole, so that `pytest` alone says yes or no."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from conftest import need
from passkoop_cli.main import cli
from passkoop_protocol.errors import ProtocolError
from passkoop_protocol.verdict import OUTCOMES

ROOT = Path(__file__).parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = ["passkoop_protocol", "passkoop_node", "passkoop_cli", "passkoop_site"]


def run_check(*command: str) -> None:
    """Run a Python program in the repository; fail with all that it says if it finds fault."""
    # The packages are looked for here, not where an older checkout was installed from.
    folders = os.pathsep.join(
        str(ROOT / folder) for folder in PYPROJECT["tool"]["pytest"]["pythonpath"]
    )
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": folders},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def tracked_files() -> list[Path]:
    """Return the files that git keeps; where there is no checkout, the test is skipped."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z"]
    need(shutil.which("git"), "git is missing, and with it the list of the files to look through")
    done = subprocess.run(listing, capture_output=True, text=True, encoding="utf-8")
    need(done.returncode == 0, "this is no git checkout: no list of the files to look through")
    paths = [ROOT / name for name in done.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_ruff_finds_nothing() -> None:
    run_check("-m", "ruff", "check", "--quiet", ".")


def test_the_code_is_formatted_by_ruff() -> None:
    run_check("-m", "ruff", "format", "--check", "--quiet", ".")


def test_mypy_finds_nothing() -> None:
    run_check("-m", "mypy")


def test_the_imports_follow_the_arrows_of_the_house() -> None:
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run_check("-c", lint, "--no-logo", "--no-cache")


def test_no_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    # Whoever clones this installs from wherever they wish.
    told = re.compile(
        r"(?:pypi|pythonhosted|npmjs)\.(?:org|com)|deb\.debian\.org"
        r"|(?<![\w.-])/(?:work|farm|root)/"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked_files()
        if b"\0" not in (content := path.read_bytes())
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1)
        if told.search(line)
    ]
    assert found == []


def test_every_file_of_text_is_utf_8_and_ends_with_a_line_feed() -> None:
    texts = {".css", ".html", ".js", ".json", ".md", ".mjs", ".py", ".sh", ".toml", ".txt"}
    wrong = []
    for path in tracked_files():
        if path.suffix in texts and (content := path.read_bytes()):
            content.decode("utf-8")
            if b"\r" in content or not content.endswith(b"\n"):
                wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def commands(command: click.Command, words: str) -> Iterator[str]:
    """Yield each command that a person can type, in full."""
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, f"{words} {name}")
    else:
        yield words


def test_every_command_is_documented() -> None:
    reference = (ROOT / "docs" / "commandes.md").read_text("utf-8")
    typed = set(commands(cli, "passkoop"))
    # As a heading or at the start of an example: `passkoop member import FICHIER`.
    missing = [words for words in typed if not re.search(rf"\b{words}(?![\w-])", reference)]
    assert sorted(missing) == []


def test_every_code_of_an_error_stands_in_a_table_of_the_specification() -> None:
    codes = {error.code for error in kinds_of(ProtocolError)}
    assert sorted(codes - {code for code, _ in rows_of_the_specification()}) == []


def kinds_of(error: type[ProtocolError]) -> Iterator[type[ProtocolError]]:
    """Yield the classes at the ends of the tree of errors: the others are never raised."""
    if not error.__subclasses__():
        yield error
    for kind in error.__subclasses__():
        yield from kinds_of(kind)


def test_the_specification_s_table_gives_each_code_of_a_verdict_its_outcome() -> None:
    rows = {(code, outcome.word) for code, outcome in OUTCOMES.items()}
    assert sorted(rows - rows_of_the_specification()) == []


def rows_of_the_specification() -> set[tuple[str, str]]:
    """Return the names in SPEC.md's tables (first column, in backticks) and what stands beside."""
    spec = (ROOT / "SPEC.md").read_text("utf-8")
    rows = re.findall(r"^\|([^|]*)\|([^|]*)\|", spec, re.MULTILINE)
    # A row may name several: | `revoked`, `suspended` | refused | …
    return {
        (code, beside.strip()) for codes, beside in rows for code in re.findall(r"`(\w+)`", codes)
    }


def test_the_version_is_the_same_everywhere() -> None:
    version = PYPROJECT["project"]["version"]
    assert metadata.version("passkoop") == version, "run `make test`, which installs the project"
    headings = re.findall(
        r"^## \[([^]]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    released = [heading for heading in headings if heading != "Unreleased"]
    # Before the first release there is nothing but what is to be released.
    assert released[:1] in ([], [version])
    assert headings


def test_whatever_the_project_needs_is_pinned() -> None:
    pins = dict(pin.split("==") for pin in constraint_lines())
    wanted = ["passkoop[test]", *PYPROJECT["build-system"]["requires"]]
    followed: set[str] = set()
    while wanted:
        if (text := wanted.pop()) not in followed:
            followed.add(text)
            wanted += needs_of(Requirement(text))
    needed = {canonicalize_name(Requirement(text).name) for text in followed}
    # pip comes with Python, and installs the rest (sqlite-utils names it).
    assert sorted(needed - {"passkoop", "pip"} - pins.keys()) == []


def needs_of(requirement: Requirement) -> list[str]:
    """Return what an installed distribution needs here, with the extras that are asked of it."""
    needs = []
    for text in metadata.requires(requirement.name) or []:
        marker = Requirement(text).marker
        extras = ["", *requirement.extras]
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
            needs.append(text)
    return needs


def constraint_lines() -> list[str]:
    """Return the lines of constraints.txt that are neither empty nor a comment."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_a_pin_is_a_name_and_one_version_and_nothing_else() -> None:
    # No address, no option, no path: each comes from wherever the one who installs gets packages.
    assert [pin for pin in constraint_lines() if not re.fullmatch(r"[a-z0-9-]+==[\w.]+", pin)] == []


def test_without_npm_the_wheel_is_built_without_zxing_wasm_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hook.fetch_zxing(tmp_path) is False
    assert "npm is missing" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_wheel_holds_the_four_packages_and_nothing_else(tmp_path: Path) -> None:
    build = ["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run_check(*build, "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT))
    (wheel,) = tmp_path.glob("passkoop-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == set(PACKAGES)
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    scripts = ROOT / "protocol" / "js"
    modules = [*scripts.glob("*.js"), *scripts.glob("browser/*.js")]
    wanted = {f"passkoop_protocol/js/{one.relative_to(scripts).as_posix()}" for one in modules}
    assert wanted <= set(names)
    assert {"passkoop_protocol/js/browser/camera.js", "passkoop_site/card/card.js"} <= set(names)
    (entry_points,) = [name for name in names if name.endswith("entry_points.txt")]
    assert b"passkoop = passkoop_cli.main:main" in zipfile.ZipFile(wheel).read(entry_points)
