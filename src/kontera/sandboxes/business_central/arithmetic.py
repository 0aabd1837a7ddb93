"""What documents add up to: line amounts, VAT on running totals, invoice discount, invoice rounding. Pure.

Decides nothing about which rate applies. VAT is worked out on the running total of each VAT identifier and the
difference goes to the current line, so a line's VAT depends on the lines beside it. Halves go away from zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kontera.money import HUNDRED, ONE, ZERO, round_to

FULL_VAT = "Full VAT"


@dataclass(frozen=True)
class Value:
    """One line as the arithmetic sees it. amount: after line discount, with VAT where prices include it; discount:
    its share of the invoice discount; net and gross: its amounts without and with VAT, after all discounts."""

    identifier: str
    percent: Decimal
    amount: Decimal
    discount: Decimal = ZERO
    net: Decimal = ZERO
    gross: Decimal = ZERO
    kind: str = "Normal VAT"


def line_amount(quantity: Decimal, price: Decimal, discount: Decimal, decimals: int) -> Decimal:
    """Quantity times price, rounded, less the line discount."""
    return round_to(quantity * price, decimals) - round_to(discount, decimals)


def valued(line: Value, others: Iterable[Value], gross_prices: bool, decimals: int) -> tuple[Decimal, Decimal]:
    """Net and gross of a line beside the others of its VAT identifier."""
    own = line.amount - line.discount
    if line.kind == FULL_VAT:
        return ZERO, round_to(own, decimals)
    if own == 0:
        return ZERO, ZERO
    same = [each for each in others if line.percent and each.identifier == line.identifier and each.percent]
    rate = line.percent / HUNDRED
    net_before = sum((each.net for each in same), ZERO)
    gross_before = sum((each.gross for each in same), ZERO)
    if gross_prices:
        total = sum((each.amount - each.discount for each in same), ZERO) + own
        net = round_to(total / (ONE + rate), decimals) - net_before
        return net, total - gross_before
    net = round_to(own, decimals)
    total_net = net_before + net
    return net, total_net + round_to(total_net * rate, decimals) - gross_before


def all_valued(lines: Sequence[Value], gross_prices: bool, decimals: int) -> list[tuple[Decimal, Decimal]]:
    """Net and gross of every line, from the first to the last, each seeing those before it: as posting does."""
    done: list[Value] = []
    for line in lines:
        net, gross = valued(line, done, gross_prices, decimals)
        done.append(Value(line.identifier, line.percent, line.amount, line.discount, net, gross, line.kind))
    return [(line.net, line.gross) for line in done]


def spread(amount: Decimal, bases: Sequence[Decimal], decimals: int) -> list[Decimal]:
    """`amount` over the bases in proportion; what rounding leaves is carried to the next one."""
    total = sum(bases, ZERO)
    if total == 0:
        return [ZERO for _ in bases]
    shares, remainder = [], ZERO
    for base in bases:
        exact_share = remainder + amount * base / total
        share = round_to(exact_share, decimals)
        remainder = exact_share - share
        shares.append(share)
    return shares


def rounding_of(total: Decimal, precision: Decimal) -> Decimal:
    """What has to be added to bring a total to a multiple of `precision`; none when it is 0."""
    if precision == 0:
        return ZERO
    return round_to(total / precision, 0) * precision - total
