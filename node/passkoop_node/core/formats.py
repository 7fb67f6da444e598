"""Dates, times and numbers as they are written in the language of the request."""

import datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_time as babel_time
from babel.numbers import format_currency, format_decimal, format_percent, get_decimal_symbol

from passkoop_node.core.language import PSEUDO, _, current, ngettext
from passkoop_node.core.typography import FIXED

# Whose customs: a language is written differently across its countries.
_LOCALES = {
    language: Locale.parse(name)
    for language, name in {
        "fr": "fr_FR",
        "en": "en_GB",
        "es": "es_ES",
        "pt": "pt_PT",
        "nl": "nl_NL",
        PSEUDO: "fr_FR",
    }.items()
}

Moment = int | datetime.date  # seconds UTC, or a day


def locale() -> Locale:
    """Return the customs of the language of this request."""
    return _LOCALES[current()]


def day(moment: Moment, style: str = "long") -> str:
    """Return « 14 mai 2028 »; `style` is one of Babel's: short, medium, long, full."""
    text = babel_date(local_day(moment), format=style, locale=locale())
    if current() in ("fr", PSEUDO) and style != "short":
        first, _space, rest = text.partition(" ")
        text = f"{'1er' if first == '1' else first}{FIXED}{rest}"
    return marked(text)


def hour(moment: int) -> str:
    """Return « 10 h 42 »."""
    clock = datetime.datetime.fromtimestamp(moment).astimezone()
    if current() in ("fr", PSEUDO):
        return marked(f"{clock.hour}{FIXED}h{FIXED}{clock.minute:02}")
    return babel_time(clock.time(), format="short", locale=locale())


def moment(moment: int, *, now: int) -> str:
    """Return « aujourd’hui, 10 h 42 », « hier, 18 h 40 », « le 14 mai 2028 »."""
    days = (local_day(now) - local_day(moment)).days
    if days == 0:
        return _("aujourd'hui, %(hour)s", hour=hour(moment))
    if days == 1:
        return _("hier, %(hour)s", hour=hour(moment))
    return _("le %(day)s", day=day(moment))


def number(value: float) -> str:
    """Return « 12 345,6 »."""
    return marked(format_decimal(value, locale=locale()))


def decimal_sign() -> str:
    """Return what stands before the decimals: « , », in English « . »."""
    return get_decimal_symbol(locale())


def money(cents: int) -> str:
    """Return « 1 234,50 € », in English « €1,234.50 »."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=locale())


def percent(share: Decimal, *, places: int = 0) -> str:
    """Return « 18,3 % » for 0.183 and one place, in English « 18.3% »."""
    customs = locale()
    pattern = customs.percent_formats[None].pattern
    if places:
        pattern = pattern.replace("0", f"0.{places * '0'}")
    return format_percent(share, format=pattern, locale=customs)


def duration(seconds: int) -> str:
    """Return « 10 minutes », « 3 heures », « 12 jours »."""
    if seconds < 3600:
        return ngettext("%(num)s minute", "%(num)s minutes", max(1, -(-seconds // 60)))
    if seconds < 2 * 86_400:
        return ngettext("%(num)s heure", "%(num)s heures", seconds // 3600)
    return ngettext("%(num)s jour", "%(num)s jours", seconds // 86_400)


def local_day(moment: Moment) -> datetime.date:
    """Return the day that a moment is in, in the shop."""
    if isinstance(moment, datetime.date):
        return moment
    return datetime.datetime.fromtimestamp(moment).astimezone().date()


def marked(text: str) -> str:
    """Show a test that this text follows the language."""
    return f"⟦{text}⟧" if current() == PSEUDO else text
