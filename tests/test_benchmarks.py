"""The benchmarks: each can be run with all the others, and has its place in the page of figures."""

import ast
import re
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
FOLDER = REPOSITORY / "benchmarks"


def run_by_all() -> list[str]:
    """Return the names that benchmarks/run.py runs in turn."""
    for node in ast.parse((FOLDER / "run.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "BENCHMARKS":
            return list(ast.literal_eval(node.value))
    raise AssertionError


def test_every_benchmark_is_run_by_the_one_command() -> None:
    with_report = {
        file.stem
        for file in FOLDER.glob("*.py")
        if re.search(r"^def report\(\)", file.read_text(), re.MULTILINE)
    }
    assert with_report == set(run_by_all())


def test_every_benchmark_has_one_place_in_the_page() -> None:
    page = (REPOSITORY / "docs" / "benchmarks.md").read_text()
    assert re.findall(r"^<!-- (\w+) -->$", page, re.MULTILINE) == run_by_all()
    assert re.findall(r"^<!-- /(\w+) -->$", page, re.MULTILINE) == run_by_all()
