"""The shop's arithmetic by itself: splitting, rounding, spreading, and the identities of every priced cart."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontera.sandboxes.bigcommerce.amounts import NO_ROUNDING, RATE_ROUNDING, Rate, Rules, split, spread
from kontera.sandboxes.bigcommerce.pricing import Carriage, CartLine, Fee, Reduction, price

D = Decimal


def rate(percent: str, priority: int = 1) -> Rate:
    return Rate(1, "Moms", 0, "Default Tax Class", D(percent), priority)


@pytest.mark.parametrize(
    ("inclusive", "entered", "percents", "ex", "tax", "inc"),
    [
        (True, "125", ["25"], "100", "25", "125"),
        (True, "89", ["12"], "79.46", "9.54", "89"),
        (True, "99.90", ["6"], "94.25", "5.65", "99.90"),
        (False, "100", ["25"], "100", "25", "125"),
        (False, "79.46", ["12"], "79.46", "9.54", "89.00"),
        (True, "100", [], "100", "0", "100"),
        (False, "100", ["5", "9.975"], "100", "14.98", "114.98"),
    ],
)
def test_split(inclusive: bool, entered: str, percents: list[str], ex: str, tax: str, inc: str) -> None:
    """Worked by hand."""
    amount = split(D(entered), [rate(percent) for percent in percents], Rules(inclusive, RATE_ROUNDING, 2))
    assert (D(ex), D(tax), D(inc)) == (amount.ex, amount.tax, amount.inc)


def test_compound_priority() -> None:
    """A rate of a later priority is charged on the amount with the earlier tax in it: 100 + 5 + 9.975 % of 105."""
    rates = [rate("9.975", 2), rate("5", 1)]
    amount = split(D(100), rates, Rules(False, RATE_ROUNDING, 2))
    assert [D("5.00"), D("10.47")] == [tax for _, tax in amount.taxes]
    assert D("100.00") == split(amount.inc, rates, Rules(True, RATE_ROUNDING, 2)).ex


@pytest.mark.parametrize(("decimals", "tax"), [(0, "20"), (2, "19.76"), (3, "19.760")])
def test_currency_decimals(decimals: int, tax: str) -> None:
    """98.8 at 25 %, inclusive: yen have none, dinar three."""
    assert D(tax) == split(D("98.8"), [rate("25")], Rules(True, RATE_ROUNDING, decimals)).tax


def test_spread_keeps_the_whole() -> None:
    """10 over three equal lines: the last takes the odd öre."""
    assert [D("3.33"), D("3.33"), D("3.34")] == spread(D(10), [D(5), D(5), D(5)], 2)
    assert [D("0"), D("10.00"), D("0.00")] == spread(D(10), [D(0), D(5), D(0)], 2)


def test_rounding_strategies_differ() -> None:
    """Three lines of 33.33 at 12 % without tax: 4.00 each rounded alone, 11.9988 added first."""
    lines = [CartLine(str(number), D("33.33"), 1, (rate("12"),)) for number in range(3)]
    totals = [price(lines, [], [], [], Rules(False, how, 2)).total_tax for how in (RATE_ROUNDING, NO_ROUNDING)]
    lines_37 = [CartLine(str(number), D("33.37"), 1, (rate("12"),)) for number in range(3)]
    more = [price(lines_37, [], [], [], Rules(False, how, 2)).total_tax for how in (RATE_ROUNDING, NO_ROUNDING)]
    assert [D("12.00"), D("12.00")] == totals
    assert [D("12.00"), D("12.01")] == more


PERCENT = st.sampled_from(["25", "12", "6", "0", "25.5", "5.5"])
MONEY = st.decimals(min_value=0, max_value=2000, places=2)


@st.composite
def carts(draw: st.DrawFn) -> tuple[list[CartLine], list[Reduction], list[Carriage], list[Fee]]:
    """Carts of every make."""
    lines = [
        CartLine(
            str(number),
            draw(MONEY),
            draw(st.integers(1, 9)),
            (rate(draw(PERCENT)),),
            wrapping=draw(st.sampled_from([D(0), D(29)])),
            wrapping_rates=(rate("25"),),
            discountable=draw(st.integers(0, 5)) > 0,
        )
        for number in range(draw(st.integers(1, 6)))
    ]
    reductions = [
        Reduction(
            kind,
            draw(st.decimals(min_value=0, max_value=90, places=2)),
            f"r{number}",
            "r",
            "C",
            coupon=draw(st.booleans()),
        )
        for number, kind in enumerate(draw(st.lists(st.integers(0, 5), max_size=4)))
    ]
    carriages = [
        Carriage(draw(MONEY), (rate("25"),), draw(st.sampled_from([D(0), D(15)])), (rate("25"),))
        for _ in range(draw(st.integers(0, 2)))
    ]
    fees = [Fee("f", draw(MONEY), (rate(draw(PERCENT)),)) for _ in range(draw(st.integers(0, 2)))]
    return lines, reductions, carriages, fees


@given(carts(), st.booleans(), st.sampled_from([RATE_ROUNDING, NO_ROUNDING]))
def test_identities_hold_for_every_cart(
    cart: tuple[list[CartLine], list[Reduction], list[Carriage], list[Fee]], inclusive: bool, how: str
) -> None:
    """N5. The identities of an order, exactly; the parts reach the total within what rounding at the end may move."""
    got = price(*cart, Rules(inclusive, how, 2))
    charges_inc = got.shipping.inc + got.handling.inc + got.wrapping.inc
    charges_tax = got.shipping.tax + got.handling.tax + got.wrapping.tax
    assert got.total_inc == got.subtotal_inc + charges_inc - got.discount - got.coupon_discount
    assert got.total_ex == got.total_inc - got.total_tax
    assert got.total_tax == got.subtotal_tax + charges_tax
    charged = sum((line.charged.inc for line in got.lines), D(0)) + sum((fee.inc for _, fee in got.fees), D(0))
    drift = abs(got.total_inc - charged - charges_inc)
    assert drift <= (D("0.005") if how == NO_ROUNDING else D(0))
    assert all(line.charged.inc >= 0 for line in got.lines)
    assert got.total_inc == got.total_inc.quantize(D("0.01"))
