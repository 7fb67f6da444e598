"""What was typed wrongly: said in two lines, like every error."""

from typing import Any

import click


class Misuse(click.UsageError):
    """The words do not go together. `message` says what is wrong, `hint` what to type."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def said_usage(error: click.ClickException) -> tuple[str, str]:
    """Return what is wrong with what was typed, and what to type."""
    ctx = getattr(error, "ctx", None)
    help_ = f"Voyez «\u00a0{ctx.command_path if ctx else 'passkoop'} --help\u00a0»."
    if isinstance(error, Misuse):
        return error.message, error.hint
    if isinstance(error, click.NoSuchOption):
        message = f"l’option «\u00a0{error.option_name}\u00a0» n’existe pas ici"
        return message, _hint_for_option(error.option_name, error.possibilities, ctx) or help_
    if isinstance(error, click.MissingParameter) and error.param is not None and ctx is not None:
        return f"il manque {_name(error.param)}", _usage_hint(ctx)
    if isinstance(error, click.BadParameter) and error.param is not None and ctx is not None:
        return f"{_name(error.param)}\u202f: {error.message}", help_
    if possibilities := getattr(error, "possibilities", None):  # of a command
        path = ctx.command_path if ctx else "passkoop"
        tries = " ou ".join(f"«\u00a0{path} {name}\u00a0»" for name in possibilities)
        return error.message, f"Essayez {tries}."
    if isinstance(error, click.BadArgumentUsage | click.BadOptionUsage):
        return error.message, help_
    return error.message, _usage_hint(ctx) if ctx and _arguments(ctx) else help_


def _hint_for_option(name: str, possibilities: Any, ctx: click.Context | None) -> str:
    root = ctx.find_root() if ctx else None
    if root is not None and root is not ctx:
        for param in root.command.params:
            if name in param.opts:
                return f"Écrivez {name} juste après «\u00a0passkoop\u00a0», avant la commande."
    if possibilities:
        return "Essayez " + " ou ".join(f"«\u00a0{name}\u00a0»" for name in possibilities) + "."
    return ""


def _usage_hint(ctx: click.Context) -> str:
    words = [ctx.command_path, *_arguments(ctx)]
    return f"Écrivez «\u00a0{' '.join(words)}\u00a0»\u202f; les options sont dans --help."


def _arguments(ctx: click.Context) -> list[str]:
    return [_name(param) for param in ctx.command.params if isinstance(param, click.Argument)]


def _name(param: click.Parameter) -> str:
    if isinstance(param, click.Argument):
        return param.metavar or param.human_readable_name
    return max(param.opts, key=len)
