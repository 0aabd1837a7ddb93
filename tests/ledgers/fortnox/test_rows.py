"""The form of a row: whatever the shop's quantity and unit price, Fortnox arrives at the row's exact amount."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kontera.accounting.documents import DocumentLine, SalesInvoice
from kontera.ledgers.fortnox.arithmetic import totals_of, written
from kontera.ledgers.fortnox.rows import Row, row_amount, rows_of
from kontera.ledgers.samples import Chart, invoice, line
from kontera.money import Money, round_to

CHART = Chart()
DAY = date(2026, 3, 2)

cents = st.integers(-200_000, 5_000_000).map(lambda n: Decimal(n) / 100)
quantities = st.one_of(st.integers(1, 40).map(Decimal), st.integers(1, 40_000).map(lambda n: Decimal(n) / 1000))
rates = st.sampled_from([25, 12, 6, 0])


@st.composite
def lines(draw: st.DrawFn) -> DocumentLine:
    """A row as accounting makes it: quantity x unit price - discount = amount."""
    amount, quantity = draw(cents), draw(quantities)
    discount = draw(st.integers(0, 5000).map(lambda n: Decimal(n) / 100)) if amount > 0 else Decimal(0)
    made = line(CHART, str(amount), draw(rates), "1")
    return msgspec.structs.replace(
        made,
        quantity=quantity,
        discount=Money(discount, "SEK"),
        unit_price=Money((amount + discount) / quantity, "SEK"),
    )


@st.composite
def documents(draw: st.DrawFn) -> SalesInvoice:
    """An invoice of a few rows, prices with or without VAT."""
    made = invoice(CHART, "nt-1", draw(st.lists(lines(), min_size=1, max_size=6)), DAY)
    if draw(st.booleans()):
        return made
    net = tuple(
        msgspec.structs.replace(
            row, amount=row.net, discount=Money.zero("SEK"), unit_price=Money(row.net.amount / row.quantity, "SEK")
        )
        for row in made.lines
    )
    return msgspec.structs.replace(made, lines=net, prices_include_vat=False)


def only(document: SalesInvoice, with_vat: bool = True) -> Row:
    return rows_of(document, with_vat)[0]


def one(gross: str, quantity: str, price: str, discount: str = "0") -> Row:
    return only(invoice(CHART, "nt-1", [line(CHART, gross, 25, quantity, unit_price=price, discount=discount)], DAY))


@pytest.mark.parametrize(
    ("gross", "quantity", "price", "discount", "expected"),
    [
        ("258.00", "2", "129.00", "0", ("2", "129.00", "0", False)),  # as the shop says
        ("138.71", "3", "46.2375", "0.0025", ("3", "46.24", "0.01", False)),  # price rounded up, the cent given back
        ("81.00", "3", "30.00", "9.00", ("3", "30.00", "9.00", False)),  # a discount of the shop stays a discount
        ("46.24", "0.375", "123.3067", "0", ("1", "46.24", "0", True)),  # a quantity Fortnox cannot keep
        ("-20.00", "1", "-20.00", "0", ("1", "-20.00", "0", False)),
        ("-40.00", "2", "-20.00", "0", ("2", "-20.00", "0", False)),
        ("-40.01", "3", "-13.3367", "0", ("1", "-40.01", "0", True)),  # a negative AMOUNT discount is never relied on
        ("0.00", "2", "15.00", "30.00", ("2", "15.00", "30.00", False)),  # given away, still a sale of two
    ],
)
def test_form(gross: str, quantity: str, price: str, discount: str, expected: tuple[str, str, str, bool]) -> None:
    """M46: the form gives way, the amount never."""
    row = one(gross, quantity, price, discount)
    wanted = (Decimal(expected[0]), Decimal(expected[1]), Decimal(expected[2]), expected[3])
    assert wanted == (row.quantity, row.price, row.discount, row.told)
    assert row.amount == Decimal(gross)


@settings(max_examples=400, deadline=None)
@given(documents(), st.booleans())
def test_every_row_is_exact_and_writable(document: SalesInvoice, with_vat: bool) -> None:
    """M46 M100: in either form every row is the exact amount, in two decimals, with a discount of at least nothing."""
    for row, sold in zip(rows_of(document, with_vat), document.lines, strict=True):
        target = sold.gross if with_vat else sold.net
        assert row.amount == target.amount
        assert row.amount == row_amount(row.quantity, row.price, row.discount)
        for number in (row.quantity, row.price, row.discount):
            assert number == round_to(number, 2)
        assert row.discount >= 0
        assert row.quantity > 0
        assert row.told == (row.quantity != sold.quantity)


@settings(max_examples=400, deadline=None)
@given(documents())
def test_the_charged_total_is_always_reached(document: SalesInvoice) -> None:
    """M46 M100: written with VAT in the prices, Fortnox's total is the sum of the rows: what the customer paid."""
    form = written(document)
    assert form.totals.to_pay == document.total.amount
    assert form.totals.net + form.totals.vat == form.totals.total
    assert sum(form.totals.vat_by_key.values()) == form.totals.vat


def test_net_prices_give_way_when_their_total_is_not_what_was_charged() -> None:
    """M46: three rows of 0.10 net are 0.38 in Fortnox (0.30 + 25 % of the sum) but the shop charged 0.39."""
    sold = [
        msgspec.structs.replace(
            line(CHART, "0.13", 25),
            amount=Money.of("0.10", "SEK"),
            unit_price=Money.of("0.10", "SEK"),
            net=Money.of("0.10", "SEK"),
            vat=Money.of("0.03", "SEK"),
        )
        for _ in range(3)
    ]
    document = msgspec.structs.replace(invoice(CHART, "nt-1", sold, DAY), prices_include_vat=False)
    assert totals_of(rows_of(document, False), False, False, False).total == Decimal("0.38")
    form = written(document)
    assert (form.with_vat, form.totals.total) == (True, Decimal("0.39"))


def test_own_choice_is_kept_when_it_is_right() -> None:
    """M46: prices stay with or without VAT as the document has them, while that gives what was charged."""
    document = invoice(CHART, "nt-1", [line(CHART, "125.00")], DAY)
    assert written(document).with_vat is True
    sold = [msgspec.structs.replace(row, amount=row.net, unit_price=row.net) for row in document.lines]
    assert written(msgspec.structs.replace(document, lines=tuple(sold), prices_include_vat=False)).with_vat is False


def test_round_off_is_part_of_what_is_owed() -> None:
    """M46: with öresavrundning Fortnox asks for whole kronor; the quote then differs from what was charged."""
    document = invoice(CHART, "nt-1", [line(CHART, "100.40")], DAY)
    totals = written(document, rounds_totals=True).totals
    assert (totals.total, totals.round_off, totals.to_pay) == (Decimal("100.40"), Decimal("-0.40"), Decimal("100.00"))
    euro = invoice(CHART, "nt-1", [line(CHART, "100.40", currency="EUR")], DAY)
    assert written(euro, rounds_totals=True).totals.round_off == 0
