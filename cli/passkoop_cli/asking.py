"""Questions, only where somebody sits at a terminal to answer them."""

import sys

import click

_SUFFIX = "\u202f: "


class Declined(click.Abort):
    """The person said no: nothing was done."""


def is_interactive() -> bool:
    """Return whether somebody sits at a terminal and can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: str, *, default: str | None = None) -> str:
    """Return an answer."""
    answer: str = click.prompt(question, default=default, prompt_suffix=_SUFFIX, err=True)
    return answer.strip()


def ask_secret(question: str, *, again: str | None = None, optional: bool = False) -> str:
    """Return an answer that is not shown.

    Args:
        question: what is asked.
        again: the second question, whose answer must be the same; None: it is asked once.
        optional: an empty answer will do.
    """
    answer: str = click.prompt(
        question,
        default="" if optional else None,
        show_default=False,
        hide_input=True,
        confirmation_prompt=again or False,
        prompt_suffix=_SUFFIX,
        err=True,
    )
    return answer


def confirm(question: str, *, default: bool = False) -> None:
    """Return quietly if the answer is yes.

    Raises:
        Declined: it is no.
    """
    choices = "[O/n]" if default else "[o/N]"
    while True:
        answer = click.prompt(
            f"{question} {choices}", default="", show_default=False, prompt_suffix=" ", err=True
        )
        match str(answer).strip().casefold():
            case "":
                yes = default
            case "o" | "oui" | "y" | "yes":
                yes = True
            case "n" | "non" | "no":
                yes = False
            case _:
                click.echo("Répondez par «\u00a0o\u00a0» (oui) ou «\u00a0n\u00a0» (non).", err=True)
                continue
        if not yes:
            raise Declined
        return
