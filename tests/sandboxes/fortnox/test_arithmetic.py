"""The vendor's arithmetic, by hand and by property."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontera.money import ZERO
from kontera.sandboxes.fortnox.arithmetic import PER_RATE, PER_ROW, Extra, Line, Totals, row_total, totals

NOTHING = Extra(ZERO, ZERO, "MF")
D = Decimal


def line(
    quantity: str, price: str, rate: str = "25", code: str = "MP1", discount: str = "0", kind: str = "PERCENT"
) -> Line:
    return Line(D(quantity), D(price), D(discount), kind, D(rate), code)


def add_up(
    *lines: Line,
    included: bool = False,
    freight: Extra = NOTHING,
    fee: Extra = NOTHING,
    round_off: bool = False,
    how: str = PER_RATE,
) -> Totals:
    return totals(lines, vat_included=included, freight=freight, fee=fee, round_off=round_off, vat_rounding=how)


def test_a_recorded_invoice_with_freight_and_round_off() -> None:
    """The one published answer with real amounts (invoice 203 of the vendor's documentation, 2015)."""
    result = add_up(line("10", "159"), freight=Extra(D(95), D(25), "MP1"), round_off=True)
    assert (result.gross, result.net, result.freight_vat) == (D(1590), D(1590), D("23.75"))
    assert (result.total_vat, result.round_off, result.total) == (D("421.25"), D("-0.25"), D(2106))


def test_prices_with_vat_add_up_to_what_the_customer_pays() -> None:
    """129 x 2 at 12 % and 49 at 25 %: 307.00, of which 27.64 and 9.80 are VAT."""
    result = add_up(line("2", "129", "12", "MP2"), line("1", "49"), included=True)
    assert result.total == D(307)
    assert result.vat_by_code == {"MP2": D("27.64"), "MP1": D("9.80")}
    assert result.row_totals == (D(258), D(49))
    assert result.row_nets == (D("230.36"), D("39.20"))


@pytest.mark.parametrize(
    ("line_", "expected"),
    [
        (line("3", "33.33", discount="10"), "89.99"),  # 99.99 less 10 % is 89.991
        (line("3", "10", discount="5", kind="AMOUNT"), "25"),  # for the whole row, not per unit
        (line("-3", "10", discount="5", kind="AMOUNT"), "-25"),  # a credited row comes back whole
        (line("0", "10", discount="5", kind="AMOUNT"), "0"),  # nothing delivered, nothing taken off
        (line("1", "-50"), "-50"),
        (line("0", "100"), "0"),
        (line("1.13", "1.13"), "1.28"),
    ],
)
def test_row_totals(line_: Line, expected: str) -> None:
    """Quantity x price, less a percentage or an amount."""
    assert row_total(line_) == D(expected)


def test_vat_per_rate_and_per_row_differ_by_the_known_ore() -> None:
    """Three rows of 0.02 at 25 %: 0.005 each is 0.03 row by row, 0.02 (0.015) at once."""
    rows = [line("1", "0.02")] * 3
    assert add_up(*rows).total_vat == D("0.02")
    assert add_up(*rows, how=PER_ROW).total_vat == D("0.03")


def test_fee_and_freight_keep_their_own_vat() -> None:
    """Freight and fee are without VAT also when the prices include it."""
    result = add_up(line("1", "125"), included=True, freight=Extra(D(40), D(25), "MP1"), fee=Extra(D(10), D(25), "MP1"))
    assert (result.net, result.total_vat, result.total) == (D(100), D("37.50"), D("187.50"))


amounts = st.decimals(min_value=-9999, max_value=9999, places=2)
lines_strategy = st.lists(
    st.builds(
        Line,
        quantity=st.decimals(min_value=-99, max_value=99, places=2),
        price=amounts,
        discount=st.decimals(min_value=0, max_value=100, places=2),
        discount_type=st.just("PERCENT"),
        rate=st.just(D(25)),
        code=st.sampled_from(["MP1", "OSSDK25"]),
    ),
    max_size=12,
)


@given(lines=lines_strategy, included=st.booleans(), round_off=st.booleans(), how=st.sampled_from([PER_RATE, PER_ROW]))
def test_the_parts_always_add_up(lines: list[Line], included: bool, round_off: bool, how: str) -> None:
    """Net + VAT + freight + fee + round-off = total, and with VAT included the total is the sum of the rows."""
    freight = Extra(D("49.50"), D(25), "MP1")
    result = totals(lines, vat_included=included, freight=freight, fee=NOTHING, round_off=round_off, vat_rounding=how)
    assert result.total == result.net + D("49.50") + result.total_vat + result.round_off
    assert sum(result.net_by_code.values(), ZERO) == result.net
    assert abs(result.round_off) <= D("0.50")
    if included:
        assert sum(result.row_totals, ZERO) == result.net + sum(result.vat_by_code.values(), ZERO)
    if round_off:
        assert result.total == result.total.to_integral_value()
