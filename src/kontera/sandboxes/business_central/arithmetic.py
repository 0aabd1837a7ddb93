"""What documents add up to: line amounts, VAT on running totals, invoice discount, invoice rounding. Pure.

Decides nothing about which rate applies. While a draft is written, VAT is worked out on the running total of each VAT
identifier and the difference goes to the current line (SalesLine, UpdateVATAmounts). Posting works out the VAT of each
identifier anew and shares it over its lines (SalesLine, CalcVATAmountLines; SalesPost, DivideAmount). Both keep lines
above and below zero apart. Halves go away from zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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
    """Net and gross of a line beside the others of its VAT identifier and sign."""
    own = line.amount - line.discount
    if line.kind == FULL_VAT:
        return ZERO, round_to(own, decimals)
    if own == 0:
        return ZERO, ZERO
    same = [each for each in others if line.percent and each.percent and _group(each) == _group(line)]
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
    """Net and gross of every line, from the first to the last, each seeing those before it: as writing them does."""
    done: list[Value] = []
    for line in lines:
        net, gross = valued(line, done, gross_prices, decimals)
        done.append(Value(line.identifier, line.percent, line.amount, line.discount, net, gross, line.kind))
    return [(line.net, line.gross) for line in done]


@dataclass
class _Group:
    """The lines of one VAT identifier and sign together: their amount, its VAT, and what of that was not yet given to
    a line because it was less than half a unit."""

    percent: Decimal
    amount: Decimal = ZERO
    vat: Decimal = ZERO
    carried: Decimal = field(default=ZERO)


def shared_out(lines: Sequence[Value], gross_prices: bool, decimals: int) -> list[tuple[Decimal, Decimal]]:
    """Net and gross of every line as posting has them: its group's VAT in proportion, the rest carried to the next."""
    groups: dict[tuple[str, str, bool], _Group] = {}
    for line in lines:
        group = groups.setdefault(_group(line), _Group(line.percent / HUNDRED))
        group.amount += line.amount - line.discount
    _vat_of_groups(groups, gross_prices, decimals)
    return [_share(line, groups[_group(line)], gross_prices, decimals) for line in lines]


def _vat_of_groups(groups: dict[tuple[str, str, bool], _Group], gross_prices: bool, decimals: int) -> None:
    """Lines below zero come first; without VAT in the prices what rounding left of theirs goes to those above it."""
    left: dict[tuple[str, str], Decimal] = {}
    for (identifier, kind, positive), group in sorted(groups.items()):
        if gross_prices:
            group.vat = group.amount - round_to(group.amount / (ONE + group.percent), decimals)
            continue
        exact = group.amount * group.percent
        group.vat = round_to(exact + left.get((identifier, kind), ZERO), decimals)
        if not positive:
            left[identifier, kind] = exact - group.vat


def _share(line: Value, group: _Group, gross_prices: bool, decimals: int) -> tuple[Decimal, Decimal]:
    own = line.amount - line.discount
    if line.kind == FULL_VAT:
        return ZERO, round_to(own, decimals)
    if own == 0 or group.amount == 0:
        return (ZERO, ZERO) if gross_prices else (own, own)
    exact = group.carried + group.vat * own / group.amount
    vat = round_to(exact, decimals)
    group.carried = exact - vat
    return (own - vat, own) if gross_prices else (own, own + vat)


def _group(line: Value) -> tuple[str, str, bool]:
    return line.identifier, line.kind, line.amount >= 0


def in_local(parts: Sequence[tuple[Decimal, Decimal]], rate: Decimal, decimals: int) -> list[tuple[Decimal, Decimal]]:
    """Net and gross of a document's lines in the local currency: of what the running total is worth, each line takes
    what the lines before it did not, so that nothing is left over (SalesPost, RoundAmount). A line without VAT takes
    its share of the total with VAT."""
    result: list[tuple[Decimal, Decimal]] = []
    net_total = gross_total = net_taken = gross_taken = ZERO
    for net, gross in parts:
        net_total, gross_total = net_total + net, gross_total + gross
        gross_here = round_to(gross_total * rate, decimals) - gross_taken
        net_here = gross_here if net == gross else round_to(net_total * rate, decimals) - net_taken
        net_taken, gross_taken = net_taken + net_here, gross_taken + gross_here
        result.append((net_here, gross_here))
    return result


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
