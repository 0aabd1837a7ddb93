"""How money, numbers and times are written for people: 1 234,50 kr, 2026-03-31, 5 timmar sedan.

Decides appearance only. Figures and dates look the same in both languages (the readers keep Swedish books); only the
words differ. Nothing is rounded here beyond the currency's own smallest unit, through `money`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from babel.numbers import format_currency, format_decimal

from kontera.money import Money, is_currency, round_to

NOTHING = "–"
_LOCALES = {"sv": "sv_SE", "en": "en_SE"}
_HOME, _FOREIGN = "SEK", "#,##0.00\xa0¤¤"  # several currencies are called kr: only one may be


def locale_of(language: str) -> str:
    """The babel locale of a console language."""
    return _LOCALES[language]


def money(amount: Decimal | None, currency: str, language: str) -> str:
    """As "1 234,50 kr" or "1 234,50 NOK", in the currency's own decimals; a dash when there is no amount or no usable
    currency."""
    if amount is None or not is_currency(currency):
        return NOTHING
    pattern = None if currency == _HOME else _FOREIGN
    return format_currency(Money(amount, currency).rounded().amount, currency, pattern, locale=locale_of(language))


def figure(amount: Decimal | None, decimals: int = 2) -> str:
    """As "1 234,50" without a currency, for columns whose currency is in the head. A dash when there is none."""
    if amount is None:
        return NOTHING
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(round_to(amount, decimals), pattern, locale="sv_SE")


def count(number: int) -> str:
    """As "12 345"."""
    return format_decimal(number, "#,##0", locale="sv_SE")


def plain_number(number: Decimal) -> str:
    """A quantity or percent without needless decimals: "2", "0,5"."""
    return format_decimal(number, "#,##0.######", locale="sv_SE", decimal_quantization=False)


def plain(amount: Decimal | None) -> str:
    """An amount for a spreadsheet: decimal comma, no grouping, at least two decimals, empty when there is none."""
    if amount is None:
        return ""
    text = f"{amount.normalize():f}" if amount else "0"
    whole, _, part = text.partition(".")
    return f"{whole},{part.ljust(2, '0')}"


def instant(at: datetime | None, zone: str) -> str:
    """As "2026-03-31 14:02" in the merchant's time zone."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if at else NOTHING


def instant_zoned(at: datetime | None, zone: str) -> str:
    """As "2026-03-31 14:02:07 CEST": where no page around it says whose time it is."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S %Z") if at else NOTHING


def instant_exact(at: datetime, zone: str) -> str:
    """As "2026-03-31 14:02:07.123", for requests that follow each other closely."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d}"


def instant_seconds(at: datetime, zone: str) -> str:
    """As "2026-03-31 14:02:07", for steps that follow each other within a minute."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def day(at: datetime | None, zone: str) -> str:
    """As "2026-03-31" in the merchant's time zone."""
    return at.astimezone(ZoneInfo(zone)).date().isoformat() if at else NOTHING


def ago(at: datetime | None, now: datetime, language: str) -> str:
    """As "för 5 timmar sedan", "in 3 minutes"; the reader finds the exact time beside it."""
    if at is None:
        return NOTHING
    return format_timedelta(at - now, add_direction=True, locale=locale_of(language))


def lasting(span: timedelta | None, language: str) -> str:
    """As "1,2 s" below a minute, else "5 min", "3 tim"."""
    if span is None:
        return NOTHING
    if span < timedelta(minutes=1):
        tenths = Decimal(span // timedelta(milliseconds=1)) / 1000
        return f"{format_decimal(round_to(tenths, 1), '0.0', locale='sv_SE')} s"
    return format_timedelta(span, format="short", locale=locale_of(language))
