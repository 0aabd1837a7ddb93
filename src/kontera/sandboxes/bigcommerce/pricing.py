"""What a cart costs: discounts, tax, shipping, wrapping and fees, and the totals of the order it becomes.

Decides every amount of an order from the cart, with the shop's own rules. Pure: no state, no clock, no JSON. All
identities of the vendor's order hold by construction (see `Priced`). Assumptions are listed in this folder's README.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kontera.sandboxes.bigcommerce.amounts import (
    HUNDRED,
    NO_ROUNDING,
    NOTHING,
    ZERO,
    Rate,
    Rules,
    Split,
    rounded,
    split,
    spread,
)

PER_ITEM, PERCENTAGE, PER_TOTAL, SHIPPING, FREE_SHIPPING, PROMOTION = range(6)  # the vendor's coupon types


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line: `unit` is the price as the shop enters it (with or without tax), in the order's currency.

    wrapping is for the whole line. discountable is False for gift certificates and for parts of a bundle.
    """

    key: str
    unit: Decimal
    quantity: int
    rates: tuple[Rate, ...]
    address: int = 0
    wrapping: Decimal = ZERO
    wrapping_rates: tuple[Rate, ...] = ()
    discountable: bool = True
    fixed: Split | None = None  # both sides of the unit price given by an API client: never recalculated


@dataclass(frozen=True, slots=True)
class Reduction:
    """A coupon, promotion or manual discount. kind: the vendor's coupon type; keys: the lines it is limited to."""

    kind: int
    amount: Decimal
    id: str
    name: str
    code: str | None = None
    keys: frozenset[str] | None = None
    coupon: bool = True  # counted in coupon_discount; False: in discount_amount


@dataclass(frozen=True, slots=True)
class Carriage:
    """Shipping and handling to one address, as entered."""

    cost: Decimal
    rates: tuple[Rate, ...]
    handling: Decimal = ZERO
    handling_rates: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class Fee:
    """An extra charge on the order, as entered."""

    name: str
    cost: Decimal
    rates: tuple[Rate, ...]
    class_id: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """What one reduction took off one line, in the basis prices are entered in."""

    reduction: Reduction
    amount: Decimal

    @property
    def on_order(self) -> bool:
        """Whether it was given on the order as a whole."""
        return self.reduction.kind == PER_TOTAL


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its unit price and its total before discounts, the discounts, and what is charged after them."""

    line: CartLine
    unit: Split
    before: Split
    cuts: tuple[Cut, ...]
    charged: Split
    wrapping: Split


@dataclass(frozen=True, slots=True)
class PricedCarriage:
    """Shipping as charged (after shipping coupons) with the cost before them, and handling."""

    base: Decimal
    cost: Split
    handling_base: Decimal
    handling: Split


@dataclass(frozen=True, slots=True)
class Priced:
    """A priced cart. `subtotal` holds lines and fees before discounts.

    Always: total_inc = subtotal_inc + shipping_inc + handling_inc + wrapping_inc - discount - coupon_discount;
    total_ex = total_inc - total_tax; total_tax = subtotal_tax + shipping_tax + handling_tax + wrapping_tax.
    """

    lines: tuple[PricedLine, ...]
    carriages: tuple[PricedCarriage, ...]
    fees: tuple[tuple[Fee, Split], ...]
    coupons: tuple[tuple[Reduction, Decimal], ...]
    subtotal_ex: Decimal
    subtotal_inc: Decimal
    subtotal_tax: Decimal
    shipping: Split
    handling: Split
    wrapping: Split
    discount: Decimal
    coupon_discount: Decimal
    total_ex: Decimal = field(default=ZERO)
    total_inc: Decimal = field(default=ZERO)
    total_tax: Decimal = field(default=ZERO)


def price(
    lines: Sequence[CartLine],
    reductions: Sequence[Reduction],
    carriages: Sequence[Carriage],
    fees: Sequence[Fee],
    rules: Rules,
) -> Priced:
    """Price a cart by the shop's rules."""
    cuts = _cuts(lines, reductions, rules)
    priced = tuple(_line(line, cuts[line.key], rules) for line in lines)
    shipped, shipping_effects = _carriages(carriages, reductions, rules)
    charged_fees = tuple((fee, split(rules.money(fee.cost), fee.rates, rules)) for fee in fees)
    effects = []
    for reduction in reductions:
        effect = sum((cut.amount for line in priced for cut in line.cuts if cut.reduction is reduction), ZERO)
        effects.append((reduction, effect + shipping_effects.get(reduction, ZERO)))
    on_lines = [(cut.reduction.coupon, cut.amount) for line in priced for cut in line.cuts]
    return _totals(
        priced,
        shipped,
        charged_fees,
        tuple(effects),
        discount=sum((amount for coupon, amount in on_lines if not coupon), ZERO),
        coupon_discount=sum((amount for coupon, amount in on_lines if coupon), ZERO),
        rules=rules,
    )


def _cuts(lines: Sequence[CartLine], reductions: Sequence[Reduction], rules: Rules) -> dict[str, tuple[Cut, ...]]:
    """What each reduction takes off each line: first those on products, then those on the whole order."""
    cuts: dict[str, list[Cut]] = {line.key: [] for line in lines}
    left = {line.key: _entered(line, rules) for line in lines}
    for reduction in (entry for entry in reductions if entry.kind in (PER_ITEM, PERCENTAGE, PROMOTION)):
        for line in lines:
            if not line.discountable or (reduction.keys is not None and line.key not in reduction.keys):
                continue
            wanted = (
                reduction.amount * line.quantity
                if reduction.kind == PER_ITEM
                else left[line.key] * reduction.amount / HUNDRED
            )
            _take(cuts, left, line.key, reduction, rules.money(wanted))
    for reduction in (entry for entry in reductions if entry.kind == PER_TOTAL):
        weights = [left[line.key] if line.discountable else ZERO for line in lines]
        amount = rules.money(min(reduction.amount, sum(weights, ZERO)))
        for line, part in zip(lines, spread(amount, weights, rules.decimals), strict=True):
            _take(cuts, left, line.key, reduction, part)
    return {key: tuple(entries) for key, entries in cuts.items()}


def _take(
    cuts: dict[str, list[Cut]], left: dict[str, Decimal], key: str, reduction: Reduction, wanted: Decimal
) -> None:
    amount = min(wanted, left[key])
    if amount:
        cuts[key].append(Cut(reduction, amount))
        left[key] -= amount


def _entered(line: CartLine, rules: Rules) -> Decimal:
    """The line's total before discounts, in the basis prices are entered in."""
    if line.fixed is not None:
        return (line.fixed.inc if rules.inclusive else line.fixed.ex) * line.quantity
    return line.unit * line.quantity


def _line(line: CartLine, cuts: tuple[Cut, ...], rules: Rules) -> PricedLine:
    wrapping = split(rules.money(line.wrapping), line.wrapping_rates, rules) if line.wrapping else NOTHING
    entered = _entered(line, rules)
    charged_amount = entered - sum((cut.amount for cut in cuts), ZERO)
    if line.fixed is None:
        return PricedLine(
            line,
            split(line.unit, line.rates, rules),
            split(entered, line.rates, rules),
            cuts,
            split(charged_amount, line.rates, rules),
            wrapping,
        )
    before = _fixed(line.fixed, entered, line.rates, rules)
    return PricedLine(line, line.fixed, before, cuts, _fixed(line.fixed, charged_amount, line.rates, rules), wrapping)


def _fixed(unit: Split, entered: Decimal, rates: tuple[Rate, ...], rules: Rules) -> Split:
    """An amount split as an API client's own unit price is; its tax goes to the first rate, named as an override."""
    basis = unit.inc if rules.inclusive else unit.ex
    if not basis:
        return Split(entered, entered)
    tax = rules.tax(entered * unit.tax / basis)
    taxes = ((rates[0], tax),) if rates else ()
    return Split(entered - tax, entered, taxes) if rules.inclusive else Split(entered, entered + tax, taxes)


def _carriages(
    carriages: Sequence[Carriage], reductions: Sequence[Reduction], rules: Rules
) -> tuple[tuple[PricedCarriage, ...], dict[Reduction, Decimal]]:
    """Shipping per address after shipping coupons, and what each of those was worth."""
    left = [rules.money(carriage.cost) for carriage in carriages]
    effects: dict[Reduction, Decimal] = {}
    for reduction in (entry for entry in reductions if entry.kind in (SHIPPING, FREE_SHIPPING)):
        whole = sum(left, ZERO)
        amount = whole if reduction.kind == FREE_SHIPPING else min(rules.money(reduction.amount), whole)
        parts = spread(amount, left, rules.decimals)
        left = [cost - part for cost, part in zip(left, parts, strict=True)]
        effects[reduction] = amount
    priced = tuple(
        PricedCarriage(
            rules.money(carriage.cost),
            split(cost, carriage.rates, rules),
            rules.money(carriage.handling),
            split(rules.money(carriage.handling), carriage.handling_rates, rules),
        )
        for carriage, cost in zip(carriages, left, strict=True)
    )
    return priced, effects


def _totals(
    lines: tuple[PricedLine, ...],
    carriages: tuple[PricedCarriage, ...],
    fees: tuple[tuple[Fee, Split], ...],
    coupons: tuple[tuple[Reduction, Decimal], ...],
    *,
    discount: Decimal,
    coupon_discount: Decimal,
    rules: Rules,
) -> Priced:
    shipping = _sum([carriage.cost for carriage in carriages])
    handling = _sum([carriage.handling for carriage in carriages])
    wrapping = _sum([line.wrapping for line in lines])
    before = _sum([line.before for line in lines] + [amount for _, amount in fees])
    charged = _sum([line.charged for line in lines] + [amount for _, amount in fees])
    others = shipping.tax + handling.tax + wrapping.tax
    total_tax = charged.tax + others
    if rules.rounding == NO_ROUNDING:  # high precision until here; what rounding moved stays in the subtotal's tax
        total_tax = rounded(total_tax, rules.decimals)
    subtotal_tax = total_tax - others
    reductions = discount + coupon_discount
    if rules.inclusive:
        subtotal_ex, subtotal_inc = before.ex, before.inc
        total_inc = subtotal_inc + shipping.inc + handling.inc + wrapping.inc - reductions
        total_ex = total_inc - total_tax
    else:  # without-tax amounts are the real ones; the subtotal with tax is an estimate that keeps the identity
        subtotal_ex, subtotal_inc = before.ex, before.ex + subtotal_tax
        total_ex = subtotal_ex + shipping.ex + handling.ex + wrapping.ex - reductions
        total_inc = total_ex + total_tax
    return Priced(
        lines,
        carriages,
        fees,
        coupons,
        subtotal_ex,
        subtotal_inc,
        subtotal_tax,
        shipping,
        handling,
        wrapping,
        discount,
        coupon_discount,
        total_ex,
        total_inc,
        total_tax,
    )


def _sum(parts: Sequence[Split]) -> Split:
    return Split(sum((part.ex for part in parts), ZERO), sum((part.inc for part in parts), ZERO))
