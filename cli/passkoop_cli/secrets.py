"""A secret that a command is given: never on its line, which other accounts may see."""

import os
import sys

from passkoop_cli.asking import ask_secret, is_interactive
from passkoop_cli.usage import Misuse


def given_secret(
    variable: str, *, name: str, question: str, most: int, missing: str, otherwise: str
) -> str:
    """Return a secret from the environment, from a question, or from the first line of stdin.

    Args:
        variable: of the environment.
        name: what it is, in French, with its article.
        question: what is asked at a terminal.
        most: bytes of the longest one.
        missing: what is said where none is given.
        otherwise: how to do without one.

    Raises:
        Misuse: none is given, or it is none.
    """
    given = os.environ.get(variable)
    if given is None:
        given = ask_secret(question) if is_interactive() else sys.stdin.readline(most + 2)
        given = given.rstrip("\r\n")
    if not given:
        raise Misuse(missing, f"Donnez-le par {variable}, ou sur l’entrée\u202f; ou {otherwise}.")
    if len(given.encode(errors="replace")) > most or not given.isprintable():
        raise Misuse(f"{name} est trop long, ou n’est pas sur une ligne", "Vérifiez-le.")
    return given
