"""How the story is told: each command as one types it, what it answers, and a check."""

import json
import sys
import textwrap
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from itertools import pairwise
from typing import Any

import click

from passkoop_cli.demo.network import NetworkTouched
from passkoop_cli.main import run
from passkoop_cli.output import MISTAKE, UNREACHABLE
from passkoop_cli.verify import EXIT_CODES
from passkoop_protocol.verdict import Outcome

_WIDTH = 80  # columns of the narrowest terminal
_MARGIN = "   "


class UnexpectedOutcome(Exception):
    """A step of the demonstration did not end as it should; the message says which, in French."""


class Narrator:
    """Runs commands in front of somebody, step by step, and stops at the first surprise."""

    def __init__(self) -> None:
        self.steps = 0
        self._title = ""

    def step(self, title: str, story: str) -> None:
        """Begin a step: what happens, in a line or two."""
        self.steps += 1
        self._title = title
        click.echo()
        click.echo(click.style(f"{self.steps}. {title}", bold=True))
        self.tell(story)

    def tell(self, story: str) -> None:
        """Print a paragraph in the margin of the step."""
        click.echo(_paragraph(story, _MARGIN))

    def run(self, *words: str, expected: int = 0) -> str:
        """Type `passkoop WORDS…` and return what it answers, after showing both."""
        click.echo(click.style(_typed(words), bold=True))
        code, answer = self._answer(words)
        for line in answer.splitlines():
            click.echo(_paragraph(line, f"{_MARGIN}│ "))
        self.check(
            code == expected,
            f"{_named(words)} a rendu le code {code} au lieu de {expected}.",
        )
        return click.unstyle(answer)

    def ask(self, *words: str) -> list[dict[str, Any]]:
        """Return what a command answers a program; nothing is shown."""
        code, answer = self._answer((*words, "--json"), talk=StringIO())
        self.check(code not in (MISTAKE, UNREACHABLE), f"{_named(words)} a rendu le code {code}.")
        return [json.loads(line) for line in answer.splitlines()]

    def verify(
        self, coop: str, card: str, outcome: Outcome, *, code: str = "", name: str = ""
    ) -> None:
        """Show a card at a co-op's till; see that the verdict is `outcome`, for the reason `code`.

        Args:
            coop: folder of the co-op.
            card: a picture.
            outcome: what the verdict must be.
            code: the reason that it must give; "": none.
            name: whom it must name; "": nobody.
        """
        words = ("--home", coop, "verify", card)
        shown = self.run(*words, expected=EXIT_CODES[outcome])
        (answer,) = self.ask(*words)
        codes = [reason["code"] for reason in answer["reasons"]]
        named = answer.get("holder", {}).get("name", "")
        self.check(
            (answer["outcome"], codes, named) == (outcome.word, [code] if code else [], name)
            and (not name or name in shown),
            f"le verdict est «\u00a0{answer['outcome']}\u00a0» {codes} {named}, "
            f"«\u00a0{outcome.word}\u00a0» {code} {name} était attendu.",
        )

    def check(self, holds: bool, otherwise: str) -> None:
        """Return quietly if the step went as it should.

        Raises:
            UnexpectedOutcome: it did not.
        """
        if not holds:
            raise UnexpectedOutcome(f"Étape {self.steps}, {self._title} : {otherwise}")

    def _answer(self, words: Sequence[str], *, talk: StringIO | None = None) -> tuple[int, str]:
        """Return the exit code of a command and what it says, in the order in which it says it.

        Args:
            words: the command.
            talk: takes what is not data; None: it stands among the data, as in a terminal.
        """
        data, stdin = StringIO(), sys.stdin
        sys.stdin = StringIO()  # nobody is asked anything, even in a terminal
        try:
            with redirect_stdout(data), redirect_stderr(talk or data):
                code = run(words, color=True)
        except NetworkTouched:
            self.check(False, f"{_named(words)} a voulu ouvrir une connexion.")
            raise
        finally:
            sys.stdin = stdin
        return code, data.getvalue()

    def done(self, story: str) -> None:
        """Say what was checked."""
        click.echo(_paragraph(story, _MARGIN, first=f"{_MARGIN}✓ "))


def _named(words: Sequence[str]) -> str:
    return f"«\u00a0passkoop {' '.join(words)}\u00a0»"


def _typed(words: Sequence[str]) -> str:
    """Return a command as one types it, on several lines if it is long."""
    parts: list[str] = []
    for before, word in pairwise(("", *words)):
        plain = f'"{word}"' if set(word) & set(" ()") else word
        if before.startswith("-") and not word.startswith("-"):
            parts[-1] += f" {plain}"  # an option and its value stay on one line
        else:
            parts.append(plain)
    lines = [f"{_MARGIN}$ passkoop"]
    for part in parts:
        if len(lines[-1]) + len(part) + 3 > _WIDTH:
            lines[-1] += " \\"
            lines.append(f"{_MARGIN}    {part}")
        else:
            lines[-1] += f" {part}"
    return "\n".join(lines)


def _paragraph(text: str, margin: str, *, first: str = "") -> str:
    """Return `text` wrapped; only plain spaces part lines, so French punctuation stays in place."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=first or margin,
        subsequent_indent=" " * len(first) if first else margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
