"""Which rule holds: the one that names most of the facts it matches on.

Precedence, all of it: (1) a rule matches when every dimension it names fits; (2) the rule with most named dimensions
wins; (3) between booking rules with equally many, the one that starts latest; (4) otherwise the one that says
`before` of the other; (5) otherwise it is a tie, and a tie is an answer (`Tie`), never a choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

import msgspec

from kontera.accounting.rulebook import BookingRule, Rule

R = TypeVar("R", bound=Rule)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known where a rule is needed; only the dimensions that the section's match names are looked at."""

    country: str = ""
    rate: Decimal = Decimal(0)
    tax_class: str = ""
    customer: str = ""
    region: str = ""
    kind: str = ""
    sku: str = ""
    product_type: str = ""
    store: str = ""
    channel: str = ""
    currency: str = ""
    method: str = ""
    state: str = ""
    zero_total: bool = False


class Tie(msgspec.Struct, frozen=True):
    """Two rules that match equally well."""

    first: Rule
    second: Rule


def choose(rules: Sequence[R], facts: Facts, day: date | None = None) -> R | Tie | None:
    """The rule that holds, a tie, or nothing. day: the date booking rules are asked for."""
    fitting: list[tuple[tuple[int, date], R]] = []
    for rule in rules:
        start = rule.valid_from if isinstance(rule, BookingRule) and rule.valid_from else date.min
        if day is not None and start > day:
            continue
        count = dimensions_matched(rule.match, facts)
        if count is not None:
            fitting.append(((count, start), rule))
    if not fitting:
        return None
    top = max(rank for rank, _ in fitting)
    best = [rule for rank, rule in fitting if rank == top]
    return _settled(best)


def dimensions_matched(match: msgspec.Struct, facts: Facts) -> int | None:
    """How many dimensions `match` names, all of them fitting; None when one does not fit."""
    count = 0
    for name in match.__struct_fields__:
        wanted = getattr(match, name)
        if wanted is None:
            continue
        actual = getattr(facts, name)
        if not (any(_fits(one, actual) for one in wanted) if isinstance(wanted, tuple) else _fits(wanted, actual)):
            return None
        count += 1
    return count


def _fits(wanted: object, actual: object) -> bool:
    if isinstance(wanted, str) and "*" in wanted:
        return _pattern(wanted).fullmatch(str(actual)) is not None
    return wanted == actual


@lru_cache(maxsize=4096)
def _pattern(words: str) -> re.Pattern[str]:
    """`*` stands for any characters; everything else for itself (article numbers may hold brackets and dots)."""
    return re.compile(".*".join(re.escape(part) for part in words.split("*")), re.DOTALL)


def _settled(best: list[R]) -> R | Tie:
    if len(best) == 1:
        return best[0]
    for rule in best:
        if all(rule is other or rule.before == other.id for other in best):
            return rule
    return Tie(best[0], best[1])
