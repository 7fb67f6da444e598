"""Days and months as the shop counts them."""

import datetime
import re

_MONTH = re.compile(r"2\d{3}-(0[1-9]|1[0-2])", re.ASCII)


def local_day(moment: int) -> datetime.date:
    """Return the day in the shop at a time in seconds, UTC."""
    return datetime.datetime.fromtimestamp(moment).astimezone().date()


def noon_of(day: datetime.date) -> int:
    """Return when it is noon in the shop, in seconds, UTC: what is only known by its day."""
    return int(datetime.datetime.combine(day, datetime.time(12)).astimezone().timestamp())


def parse_day(text: str) -> datetime.date:
    """Return the day of « 2028-05-14 » or « 14/05/2028 ».

    Raises:
        ValueError: it is no day.
    """
    parts = text.strip().replace(".", "/").split("/")
    if len(parts) == 3 and all(part.isdecimal() and len(part) < 5 for part in parts):
        day, month, year = map(int, parts)
        return datetime.date(year, month, day)
    return datetime.date.fromisoformat(text.strip())


def is_month(text: str) -> bool:
    """Return whether this names a month, as « 2028-05 »: of this millennium, like the figures."""
    return _MONTH.fullmatch(text) is not None


def parse_month(text: str) -> str:
    """Return the month that somebody named.

    Raises:
        ValueError: it is none.
    """
    if not is_month(text):
        raise ValueError(text)
    return text


def month_of(day: datetime.date) -> str:
    """Return « 2028-05 »."""
    return f"{day.year:04}-{day.month:02}"


def months_from(first: str, count: int) -> list[str]:
    """Return `count` months in their order, `first` among them."""
    year, month = map(int, first.split("-"))
    at = year * 12 + month - 1
    return [f"{one // 12:04}-{one % 12 + 1:02}" for one in range(at, at + count)]


def first_day_of(month: str) -> datetime.date:
    """Return the first day of « 2028-05 »."""
    return datetime.date.fromisoformat(f"{month}-01")


def last_day_of(month: str) -> datetime.date:
    """Return the last day of « 2028-05 »."""
    return first_day_of(months_from(month, 2)[1]) - datetime.timedelta(days=1)
