"""Tags and filters of the console's templates: texts, money, times. Decides nothing: `words` and `formats` do."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kontera.console import formats, words
from kontera.console.links import web_address
from kontera.console.reading.waiting import words_of
from kontera.db.models import Case
from kontera.money import Money, Rounding

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: dict[str, Any], key: str, **values: object) -> str:
    """{% t "today.title" n=3 %}: a text in the reader's language. Values are escaped with the whole text."""
    return words.say(key, context["language"], **values)


@register.simple_tag(takes_context=True)
def tv(context: dict[str, Any], family: str, value: object) -> str:
    """{% tv "place" order.place %}: how a stored value reads."""
    return words.say_value(family, str(value), context["language"])


@register.simple_tag(takes_context=True)
def in_words(context: dict[str, Any], family: str, value: str) -> str:
    """{% in_words "basis" "order 1001 line 2" %}: each word that has a text, numbers and names as they are."""
    return words.say_words(family, value, context["language"])


@register.simple_tag(takes_context=True)
def kr(context: dict[str, Any], amount: Money | Decimal | None, currency: str = "") -> str:
    """{% kr order.total order.currency %} or {% kr money %}: an amount with its currency."""
    if isinstance(amount, Money):
        return formats.money(amount.amount, amount.currency, context["language"])
    return formats.money(amount, currency, context["language"])


@register.simple_tag(takes_context=True)
def when(context: dict[str, Any], at: datetime | None) -> str | SafeString:
    """Relative and absolute time of an instant, in the merchant's zone."""
    if at is None:
        return formats.NOTHING
    exact = formats.instant(at, context["desk"].zone)
    return format_html('<time datetime="{}">{} <small>{}</small></time>', at.isoformat(), exact, _relative(context, at))


@register.simple_tag(takes_context=True)
def clock(context: dict[str, Any], at: datetime | None) -> str:
    """The absolute time alone."""
    return formats.instant(at, context["desk"].zone)


@register.simple_tag(takes_context=True)
def clock_exact(context: dict[str, Any], at: datetime) -> str:
    """The absolute time with milliseconds."""
    return formats.instant_exact(at, context["desk"].zone)


@register.simple_tag(takes_context=True)
def ago(context: dict[str, Any], at: datetime | None) -> str | SafeString:
    """The relative time, the absolute one in its title."""
    if at is None:
        return formats.NOTHING
    exact = formats.instant(at, context["desk"].zone)
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, _relative(context, at))


@register.simple_tag(takes_context=True)
def clock_seconds(context: dict[str, Any], at: datetime) -> str:
    """The absolute time with seconds."""
    return formats.instant_seconds(at, context["desk"].zone)


@register.simple_tag(takes_context=True)
def rule_value(context: dict[str, Any], field: str, value: str) -> str:
    """How a value in a rule reads: some fields have words for their values, the others show what was written."""
    key = f"rule_value.{field}.{value}"
    return words.say(key, context["language"]) if key in words.texts() else value


@register.simple_tag(takes_context=True)
def date_of(context: dict[str, Any], at: datetime | None) -> str:
    """The local date of an instant."""
    return formats.day(at, context["desk"].zone)


@register.simple_tag(takes_context=True)
def lasting(context: dict[str, Any], span: timedelta | None) -> str:
    """How long something took."""
    return formats.lasting(span, context["language"])


@register.filter
def figure(amount: Decimal | Money | None) -> str:
    """An amount for a column whose currency is in its head."""
    return formats.figure(amount.amount if isinstance(amount, Money) else amount)


@register.filter
def bound(amount: Money) -> Money:
    """The most that something can be, in whole units of its currency, never told as less than it is."""
    return amount.rounded(Rounding.UP)


@register.filter
def count(number: int) -> str:
    """A number of things, grouped."""
    return formats.count(number)


@register.filter
def credit(amount: Money) -> str:
    """A credit for its own column: the amount without its sign."""
    return formats.figure(-amount.amount)


@register.filter
def plain_number(number: Decimal) -> str:
    """A quantity or a percent: 2, 0,5, 25; never 2,0000."""
    return formats.plain_number(number)


@register.simple_tag
def web(address: str) -> str:
    """An address that a browser may open, else "#": a vendor's text must not become a script."""
    return web_address(address) or "#"


@register.simple_tag(takes_context=True)
def case_title(context: dict[str, Any], case: Case) -> str:
    """What a case is about, in the reader's language."""
    return words_of(case, context["language"], 1).title


def _relative(context: dict[str, Any], at: datetime) -> str:
    now: datetime = context["desk"].now
    if abs(now - at) < timedelta(seconds=1):
        return words.say("common.just_now", context["language"])
    return formats.ago(at, now, context["language"])
