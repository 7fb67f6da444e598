"""What may stand behind an option: files, numbers, days."""

import datetime
import re
from pathlib import Path

import click

# Whether they can be read shows when they are: the error then says more.
FILE = click.Path(path_type=Path, dir_okay=False, readable=False)
FOLDER = click.Path(path_type=Path, file_okay=False, readable=False)

_DAY = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.](\d{1,2})[/.](\d{4}))")


class Whole(click.ParamType):  # type: ignore[type-arg]  # generic in some versions only
    """A whole number from `least` on, to `most` if there is one."""

    name = "nombre"

    def __init__(self, least: int, most: int | None = None) -> None:
        self.least = least
        self.most = most

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the number, or fail."""
        if isinstance(value, int):
            return value
        text = str(value)
        if text.isdecimal() and len(text) < 10:
            number = int(text)
            if number >= self.least and (self.most is None or number <= self.most):
                return number
        limits = f"de {self.least} à {self.most}" if self.most else f"à partir de {self.least}"
        return self.fail(f"«\u00a0{text}\u00a0» n’est pas un nombre entier {limits}", param, ctx)


class Day(click.ParamType):  # type: ignore[type-arg]
    """A date, as people or as programs write it."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime.date:
        """Return the day, or fail."""
        if isinstance(value, datetime.date):
            return value
        if found := _DAY.fullmatch(str(value).strip()):
            numbers = [int(group) for group in found.groups() if group]
            year, month, day = numbers if found[1] else reversed(numbers)
            try:
                return datetime.date(year, month, day)
            except ValueError:
                pass
        return self.fail(f"«\u00a0{value}\u00a0» n’est pas une date comme 14/05/2026", param, ctx)
