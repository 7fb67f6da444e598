"""What the node says to people."""

import ast
import re
from pathlib import Path

from passkoop_node import errors
from passkoop_node.errors import NodeError


def test_each_error_has_a_code_of_its_own() -> None:
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    kinds = [kind for kind in classes if issubclass(kind, NodeError)]
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_french_sentences_have_french_spaces() -> None:
    """A space before ; : ! ? that may break leaves the sign alone on a line."""
    package = Path(errors.__file__).parent
    for path in [package / "errors.py", *(package / "members").glob("*.py")]:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        left = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}  # docstrings
        for call in nodes:  # what is translated is typeset when it is shown
            name = getattr(call.func, "id", "") if isinstance(call, ast.Call) else ""
            if isinstance(call, ast.Call) and name in ("_", "N_", "ngettext"):
                left |= {id(argument) for argument in call.args}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                wrong = re.search(r"\w [;:!?](\s|$)|« | »|[a-zé]'[a-zéê]", node.value)
                is_french = re.search("[àéèêç’«»]", node.value) and id(node) not in left
                assert not (wrong and is_french), f"{path.name}, line {node.lineno}"
