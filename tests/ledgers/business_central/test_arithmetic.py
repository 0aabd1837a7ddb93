"""Business Central's arithmetic: what is written reaches what was charged, whatever the shop's prices are."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kontera.accounting.documents import DocumentLine, SalesInvoice
from kontera.ledgers.business_central.arithmetic import divided, split, written
from kontera.ledgers.business_central.predict import by_account, invoice_entries
from kontera.ledgers.business_central.rows import Row, rows_of
from kontera.ledgers.samples import invoice, line, order
from kontera.money import ZERO, Money, total
from tests.ledgers.business_central.fake import CHART, DAY, OPTIONS, SETUP

# How long an example takes says something about the machine, nothing about the arithmetic.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CENT = Decimal("0.01")
RATES = (25, 12, 6, 0)
AMOUNTS = st.decimals(min_value="0.01", max_value="99999.99", places=2)


@st.composite
def lines(draw: st.DrawFn) -> list[DocumentLine]:
    """Rows with prices that include VAT, some with a discount, some in thirds."""
    made = []
    for _ in range(draw(st.integers(1, 6))):
        gross, rate = draw(AMOUNTS), draw(st.sampled_from(RATES))
        quantity = draw(st.sampled_from(["1", "2", "3", "7", "12", "0.5"]))
        discount = draw(st.sampled_from(["0", "0", "5.00", "0.01"]))
        made.append(line(CHART, str(gross), rate, quantity, discount=discount))
    return made


@given(lines())
@settings(UNHURRIED, max_examples=300)
def test_every_charged_total_is_reached(rows: list[DocumentLine]) -> None:
    """M41 N8: as an invoice without VAT in its prices where that does it, else as an order with."""
    document = invoice(CHART, "nt-1", rows, DAY)
    form = written(document, OPTIONS)
    assert document.total.amount == form.total
    assert form.as_order == form.gross
    assert abs(form.vat - document.vat.amount) <= CENT * len(rows)
    for row, part in zip(form.rows, form.splits, strict=True):
        assert row.amount == (part.net + part.vat if form.gross else part.net)


@given(lines(), st.booleans())
@settings(UNHURRIED, max_examples=300)
def test_every_line_reaches_its_amount(rows: list[DocumentLine], gross: bool) -> None:
    """M41: round(quantity x price) - discount is the amount, the price has five decimals, the discount fits."""
    for row in rows_of(invoice(CHART, "nt-1", rows, DAY), gross):
        assert_reaches(row)


def assert_reaches(row: Row) -> None:
    """What the ledger will compute from the row."""
    whole = (row.quantity * row.price).quantize(CENT, ROUND_HALF_UP)
    assert row.amount == whole - row.discount
    assert row.price == round(row.price, 5)
    assert ZERO <= row.discount <= max(whole, ZERO)


@given(st.lists(st.tuples(st.sampled_from("ab"), AMOUNTS), min_size=1, max_size=8), st.booleans())
@settings(UNHURRIED)
def test_vat_is_that_of_the_running_total(given_lines: list[tuple[str, Decimal]], gross: bool) -> None:
    """M41: per VAT group the parts add up to the VAT of the sum, and so they do after every line."""
    rates = {"a": Decimal(25), "b": Decimal(12)}
    parts = split([(group, rates[group], amount) for group, amount in given_lines], gross, 2)
    for group, rate in rates.items():
        seen = vat = ZERO
        for (name, amount), part in zip(given_lines, parts, strict=True):
            if name != group:
                continue
            seen, vat = seen + amount, vat + part.vat
            if gross:
                expected = seen - (seen / (1 + rate / 100)).quantize(CENT, ROUND_HALF_UP)
            else:
                expected = (seen * rate / 100).quantize(CENT, ROUND_HALF_UP)
            assert expected == vat


@given(st.lists(st.tuples(st.sampled_from("ab"), AMOUNTS), min_size=1, max_size=8), st.booleans())
@settings(UNHURRIED)
def test_posting_shares_a_groups_vat_out_and_keeps_its_sum(
    given_lines: list[tuple[str, Decimal]], gross: bool
) -> None:  # fmt: skip
    """M41: the draft's sums per group, each line within an öre of its exact share plus what was carried."""
    rates = {"a": Decimal(25), "b": Decimal(12)}
    rows = [(group, rates[group], amount) for group, amount in given_lines]
    drafted, posted = split(rows, gross, 2), divided(rows, gross, 2)
    for group in rates:
        places = [place for place, row in enumerate(rows) if row[0] == group]
        assert sum(drafted[place].vat for place in places) == sum(posted[place].vat for place in places)
        assert sum(drafted[place].net for place in places) == sum(posted[place].net for place in places)
    for row, part in zip(rows, posted, strict=True):
        assert row[2] == (part.net + part.vat if gross else part.net)
        assert abs(part.vat - _exact_vat(row[2], row[1], gross)) <= 2 * CENT


def _exact_vat(amount: Decimal, rate: Decimal, gross: bool) -> Decimal:
    return amount - amount / (1 + rate / 100) if gross else amount * rate / 100


def test_a_line_without_vat_takes_its_share_of_the_total_with_vat() -> None:
    """M80: worked out by hand at 11.2345: 1.01 is 11.35, both together (2.02) are 22.69, so the second takes 11.34."""
    rows = [line(CHART, "1.01", 0, currency="EUR"), line(CHART, "1.01", 0, currency="EUR")]
    rows[1] = msgspec.structs.replace(rows[1], account="3002")
    document = invoice(CHART, "nt-1", rows, DAY)
    entries = by_account(invoice_entries(document, written(document, OPTIONS), SETUP, OPTIONS))
    assert {account: str(amount) for account, amount in entries.items()} == {
        "3004": "-11.35", "3002": "-11.34", "1510": "22.69",
    }  # fmt: skip


@given(lines())
@settings(UNHURRIED, max_examples=200)
def test_predicted_entries_balance_also_in_another_currency(rows: list[DocumentLine]) -> None:
    """M41 M80: to the öre, in the ledger's currency, with nothing left over."""
    foreign = [_in_euro(row) for row in rows]
    for document in (invoice(CHART, "nt-1", rows, DAY), invoice(CHART, "nt-2", foreign, DAY)):
        entries = invoice_entries(document, written(document, OPTIONS), SETUP, OPTIONS)
        assert total((entry.amount for entry in entries), "SEK") == Money.zero("SEK")
        rate = Decimal("11.2345") if document.currency == "EUR" else Decimal(1)
        owed = (document.total.amount * rate).quantize(CENT, ROUND_HALF_UP)
        assert owed == by_account(entries)["1510"]


def _in_euro(row: DocumentLine) -> DocumentLine:
    names = ("unit_price", "discount", "amount", "net", "vat")
    return msgspec.structs.replace(row, **{name: Money(getattr(row, name).amount, "EUR") for name in names})


def test_a_total_that_no_net_price_reaches_becomes_an_order() -> None:
    """M41: at 25 % no amount without VAT makes 0.07 with it (0.05 makes 0.06, 0.06 makes 0.08)."""
    document = invoice(CHART, "nt-1", [line(CHART, "0.07")], DAY)
    form = written(document, OPTIONS)
    assert (form.gross, form.as_order, form.total) == (True, True, Decimal("0.07"))
    plain = written(invoice(CHART, "nt-1", [line(CHART, "125.00")], DAY), OPTIONS)
    assert (plain.gross, plain.as_order, plain.total, plain.vat) == (False, False, Decimal(125), Decimal(25))


def test_an_order_keeps_the_shops_own_form() -> None:
    """M3: a person who handles it sees the prices the customer saw."""
    form = written(order(CHART, "nt-1", [line(CHART, "258.00", 12, "2", unit_price="129.00")], DAY), OPTIONS)
    assert (form.gross, form.rows[0].price, form.rows[0].quantity) == (True, Decimal("129.00"), Decimal(2))


@pytest.mark.parametrize(
    ("gross", "quantity", "unit_price", "discount", "expected"),
    [
        ("258.00", "2", "129.00", "0", ("2", "129.00", "0")),
        ("100.00", "3", "", "0", ("3", "33.33333", "0")),
        ("199.99", "3", "66.6634", "0.0002", ("3", "66.6634", "0")),
        ("95.00", "1", "100.00", "5.00", ("1", "100.00", "5.00")),
        ("0.01", "1000", "0.00001", "0", ("1000", "0.00001", "0")),
        ("100.00", "0.0000001", "1000000000", "0", ("1", "100.00", "0")),
        ("-10.00", "1", "-10.00", "0", ("1", "-10.00", "0")),
    ],
)
def test_how_a_line_is_written(
    gross: str, quantity: str, unit_price: str, discount: str, expected: tuple[str, str, str]
) -> None:
    """M41: the shop's quantity and price where they reach the amount, else the price that does."""
    row = rows_of(invoice(CHART, "nt-1", [_line(gross, quantity, unit_price, discount)], DAY), True)[0]
    assert tuple(Decimal(text) for text in expected) == (row.quantity, row.price, row.discount)
    assert row.told == (quantity == "0.0000001")


def _line(gross: str, quantity: str, unit_price: str, discount: str) -> DocumentLine:
    return line(CHART, gross, 25, quantity, unit_price=unit_price, discount=discount)


def test_an_invoice_with_nothing_on_it() -> None:
    """M41: a line that cost nothing keeps its price and its discount of all of it."""
    document: SalesInvoice = invoice(CHART, "nt-1", [_line("0.00", "2", "50.00", "100.00")], DAY)
    row = rows_of(document, True)[0]
    assert [str(n) for n in (row.quantity, row.discount, row.amount)] == ["2", "100.00", "0.00"]
