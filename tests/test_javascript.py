"""What a browser loads of the verifier in JavaScript."""

import gzip
import re
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "protocol" / "js"


def modules_of(module: Path, found: dict[str, bytes]) -> dict[str, bytes]:
    """Return a module and all that it imports, by name."""
    if module.name not in found:
        found[module.name] = module.read_bytes()
        for name in re.findall(r"from '\./([\w.-]+)'", found[module.name].decode()):
            modules_of(FOLDER / name, found)
    return found


def test_the_verifier_takes_at_most_20_kb_on_the_wire_keyboard_tables_apart() -> None:
    modules = modules_of(FOLDER / "index.js", {})
    assert {"verdict.js", "trust.js", "cbor.js"} <= modules.keys()
    sent = [gzip.compress(code) for name, code in modules.items() if name != "keyboards.js"]
    assert sum(map(len, sent)) <= 20 * 1024


def test_the_verifier_asks_for_nothing_but_its_own_modules() -> None:
    for name, code in modules_of(FOLDER / "index.js", {}).items():
        imported = re.findall(r"(?:from|import\()\s*['\"]([^'\"]+)", code.decode())
        assert all(re.fullmatch(r"\./[\w.-]+\.js", one) for one in imported), name
        assert not re.search(r"\b(?:fetch|XMLHttpRequest|WebSocket|eval)\b", code.decode()), name


def test_its_own_tests_pass(node: str) -> None:
    # The shared vectors have a test of their own, which asks both implementations.
    files = sorted(
        path for path in (FOLDER / "test").glob("*.test.mjs") if "vectors" not in path.name
    )
    assert files
    done = subprocess.run(
        [node, "--test", *files], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout
