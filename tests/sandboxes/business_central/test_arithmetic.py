"""The sums of documents: what always holds, whatever is sold (facts B3)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kontera.clock import ManualClock
from kontera.money import round_to
from kontera.sandboxes.business_central.arithmetic import (
    Value,
    all_valued,
    in_local,
    rounding_of,
    shared_out,
    spread,
    valued,
)
from kontera.sandboxes.business_central.audit import audit
from kontera.sandboxes.business_central.company import due_date
from kontera.sandboxes.business_central.errors import ApiError
from kontera.sandboxes.business_central.service import Call, handle
from kontera.sandboxes.business_central.tenant import Tenant

D = Decimal
# How long an example takes says something about the machine, nothing about the sums.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CENTS = st.integers(-100_000, 1_000_000).map(lambda cents: D(cents).scaleb(-2))
RATES = {"VAT25": D(25), "VAT12": D(12), "VAT6": D(6), "NONE": D(0)}
LINES = st.lists(st.tuples(st.sampled_from(sorted(RATES)), CENTS), min_size=1, max_size=12)
ITEMS = ("1000", "1100", "1200", "1300")


def test_known_documents() -> None:
    """B3: three thirds with VAT in the price, and the same without; a discount of everything is nothing."""
    thirds = [Value("VAT25", D(25), D("33.33"))] * 3
    assert [(D("26.66"), D("33.33")), (D("26.67"), D("33.33")), (D("26.66"), D("33.33"))] == all_valued(thirds, True, 2)
    assert [(D("33.33"), D("41.66")), (D("33.33"), D("41.67")), (D("33.33"), D("41.66"))] == all_valued(
        thirds, False, 2
    )
    assert (D(0), D(0)) == valued(Value("VAT25", D(25), D(10), D(10)), [], True, 2)
    assert (D(0), D(7)) == valued(Value("ONLY", D(0), D(7), kind="Full VAT"), [], False, 2)


@given(LINES, st.booleans())
@settings(UNHURRIED)
def test_vat_is_that_of_the_total(rows: list[tuple[str, Decimal]], gross_prices: bool) -> None:
    """B3: of the lines of one identifier above zero, and of those below, VAT is the rounded VAT of their total."""
    lines = [Value(name, RATES[name], amount) for name, amount in rows if amount]
    found = all_valued(lines, gross_prices, 2)
    for name, positive in {(line.identifier, line.amount > 0) for line in lines}:
        rate = RATES[name]
        pairs = _pairs(lines, found, name, positive)
        total = sum((line.amount for line in lines if (line.identifier, line.amount > 0) == (name, positive)), D(0))
        net, gross = sum((pair[0] for pair in pairs), D(0)), sum((pair[1] for pair in pairs), D(0))
        if gross_prices:
            assert (round_to(total / (1 + rate / 100), 2), total) == (net, gross)
        else:
            assert (total, total + round_to(total * rate / 100, 2)) == (net, gross)


def _pairs(lines: list[Value], found: list[tuple[Decimal, Decimal]], name: str, positive: bool) -> Any:
    return [
        pair for line, pair in zip(lines, found, strict=True) if (line.identifier, line.amount > 0) == (name, positive)
    ]


def test_known_postings() -> None:
    """B3: shared out in proportion, what is left goes on: 3 x 0.33 at 25 % is 0.25 of VAT, 0.08, 0.09 and 0.08."""
    thirds = [Value("VAT25", D(25), D("0.33"))] * 3
    assert [(D("0.33"), D("0.41")), (D("0.33"), D("0.42")), (D("0.33"), D("0.41"))] == shared_out(thirds, False, 2)
    lines = [Value("VAT25", D(25), D("10.02")), Value("VAT25", D(25), D("-10.00"))]
    assert [(D("8.02"), D("10.02")), (D("-8.00"), D("-10.00"))] == shared_out(lines, True, 2)
    # Below zero first: -0.0025 is nothing, and stays to be taken from the VAT of what is above zero.
    lines = [Value("VAT25", D(25), D("0.03")), Value("VAT25", D(25), D("-0.01"))]
    assert [(D("0.03"), D("0.04")), (D("-0.01"), D("-0.01"))] == shared_out(lines, False, 2)
    assert [(D("0.03"), D("0.04")), (D("-0.01"), D("-0.01"))] == all_valued(lines, False, 2)
    assert [(D(0), D(0))] == shared_out([Value("VAT25", D(25), D(10), D(10))], True, 2)
    assert [(D(0), D(7))] == shared_out([Value("ONLY", D(0), D(7), kind="Full VAT")], False, 2)


@given(LINES, st.booleans())
@settings(UNHURRIED)
def test_posting_keeps_the_vat_of_every_identifier(rows: list[tuple[str, Decimal]], gross_prices: bool) -> None:
    """B3: whatever the order of lines, and the same as the draft's where all have one sign."""
    lines = [Value(name, RATES[name], amount) for name, amount in rows if amount]
    posted, drafted = shared_out(lines, gross_prices, 2), all_valued(lines, gross_prices, 2)
    for line, (net, gross) in zip(lines, posted, strict=True):
        assert line.amount == (gross if gross_prices else net)
    for name in RATES:
        mine = [place for place, line in enumerate(lines) if line.identifier == name]
        vat = sum((posted[place][1] - posted[place][0] for place in mine), D(0))
        total = sum((lines[place].amount for place in mine), D(0))
        if not gross_prices:
            assert abs(vat - total * RATES[name] / 100) <= D("0.005")
        if len({lines[place].amount > 0 for place in mine}) < 2:
            assert vat == sum((drafted[place][1] - drafted[place][0] for place in mine), D(0))


@given(LINES, st.booleans(), st.decimals("0.01", "20", places=4))
@settings(UNHURRIED)
def test_nothing_is_left_when_converting(rows: list[tuple[str, Decimal]], gross_prices: bool, rate: Decimal) -> None:
    """E 11: the lines in the local currency are together what the total is worth."""
    lines = [Value(name, RATES[name], amount) for name, amount in rows if amount]
    parts = shared_out(lines, gross_prices, 2)
    local = in_local(parts, rate, 2)
    assert round_to(sum((gross for _, gross in parts), D(0)) * rate, 2) == sum((gross for _, gross in local), D(0))
    for (net, gross), (net_local, gross_local) in zip(parts, local, strict=True):
        assert net != gross or net_local == gross_local


@given(CENTS, st.lists(CENTS.filter(bool), min_size=1, max_size=12))
@settings(UNHURRIED)
def test_nothing_is_lost_in_sharing(amount: Decimal, bases: list[Decimal]) -> None:
    """B3: an invoice discount's shares add up to it."""
    shares = spread(amount, bases, 2)
    assert (amount if sum(bases) else D(0)) == sum(shares)


@given(CENTS, st.sampled_from([D("0.01"), D("0.05"), D("0.5"), D(1)]))
def test_rounding(total: Decimal, precision: Decimal) -> None:
    """B3: to the nearest multiple, never further than half of it."""
    rounding = rounding_of(total, precision)
    assert D(0) == (total + rounding) % precision
    assert abs(rounding) <= precision / 2
    assert D(0) == rounding_of(total, D(0))


class Books:
    """One tenant for many documents, spoken to without HTTP."""

    def __init__(self) -> None:
        self.tenant = Tenant(ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)))
        self.company = next(iter(self.tenant.companies.values()))
        self.items = {row["number"]: row["id"] for row in self.company.table("items")}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The body of an answer."""
        headers = {"if-match": "*"}
        return handle(self.tenant, Call(method, f"companies({self.company.id})/{path}", "", headers, body)).body


BOOKS = Books()
SOLD = st.tuples(
    st.sampled_from(ITEMS),
    st.integers(1, 9),
    st.integers(1, 200_000).map(lambda cents: D(cents).scaleb(-2)),
    st.sampled_from([0, 0, 10, 33]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(SOLD, min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from(["SEK", "EUR"]),
    st.sampled_from([D(0), D(0), D("0.37"), D(1)]),
    st.integers(0, 9),
)
def test_whatever_is_sold_is_booked_in_balance(
    sold: list[tuple[str, int, Decimal, int]], gross_prices: bool, currency: str, discount: Decimal, part: int
) -> None:
    """B3, BC 142, BC 149: posted in one go or in two, documents balance and nothing is lost or gained on the way."""
    header = {"customerNumber": "10000", "currencyCode": currency, "pricesIncludeTax": gross_prices}
    order = BOOKS.call("POST", "salesOrders", header)
    path = f"salesOrders({order['id']})"
    for number, quantity, price, percent in sold:
        line = {
            "itemId": BOOKS.items[number],
            "quantity": D(quantity),
            "unitPrice": price,
            "discountPercent": D(percent),
        }
        made = BOOKS.call("POST", f"{path}/salesOrderLines", line)
    shown = BOOKS.call("GET", path)
    worth = sum((row["_lineAmount"] for row in BOOKS.company.table("salesOrderLines")), D(0))
    if 0 < discount <= worth:
        shown = BOOKS.call("PATCH", path, {"discountAmount": discount})
        assert discount == shown["discountAmount"]
    whole = part == 0 or part >= made["quantity"]
    if not whole:
        BOOKS.call("PATCH", f"salesOrderLines({made['id']})", {"shipQuantity": D(part)})
        BOOKS.call("POST", f"{path}/Microsoft.NAV.shipAndInvoice")
    BOOKS.call("POST", f"{path}/Microsoft.NAV.shipAndInvoice")
    invoices = BOOKS.company.table("salesInvoices").where(orderId=order["id"])
    assert (1 if whole else 2) == len(invoices)
    total = sum((row["totalAmountIncludingTax"] for row in invoices), D(0))
    if whole:
        assert shown["totalAmountIncludingTax"] == total
        assert shown["totalAmountExcludingTax"] == sum((row["totalAmountExcludingTax"] for row in invoices), D(0))
    else:
        assert abs(shown["totalAmountIncludingTax"] - total) <= D("0.02") * len(sold)
    found = audit(BOOKS.company)
    assert ([], 0, "0") == (found["unbalanced_documents"], found["orders"], found["receivables_differ"])


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**13), 10**13), st.decimals(-1000, 1000, places=3), st.text(max_size=12),
    st.sampled_from(["10000", "1000", "1510", "2026-03-02", "Item", "EUR", "00000000-0000-0000-0000-000000000000"]),
    st.sampled_from(sorted(BOOKS.items.values())), st.lists(st.integers(), max_size=2),
)  # fmt: skip
WRITABLE = sorted(name for name, each in BOOKS.tenant.resources.items() if "POST" in each.entity.verbs)


@st.composite
def writes(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A resource and a body of its own properties with values of any kind."""
    name = draw(st.sampled_from(WRITABLE))
    fields = [each.name for each in BOOKS.tenant.resources[name].entity.fields.values() if not each.read_only]
    return name, draw(st.dictionaries(st.sampled_from(fields), JUNK, max_size=5))


def tried(method: str, path: str, body: dict[str, Any]) -> Any:
    """The answer's body, or the status of the refusal."""
    try:
        return BOOKS.call(method, path, body)
    except ApiError as error:
        return error.status


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(writes(), st.sampled_from(["salesOrders", "salesInvoices", "salesCreditMemos"]))
def test_whatever_is_sent_is_taken_or_refused(sent: tuple[str, dict[str, Any]], kind: str) -> None:
    """BC 173, A4: never anything but an answer or the vendor's envelope, and a refusal leaves nothing behind."""
    name, body = sent
    before = {table: len(rows) for table, rows in BOOKS.company.tables.items()}
    header = BOOKS.call("POST", kind, {"customerNumber": "10000"})
    lines = kind.removesuffix("s") + "Lines"
    paths = [name, f"{kind}({header['id']})/{lines}"] if name == lines else [name]
    made: list[str] = []
    for path in paths:
        answer = tried("POST", path, body)
        if isinstance(answer, dict):
            made.append(f"{name}({answer['id']})")
        else:
            assert 400 == answer
    changed = tried("PATCH", f"{kind}({header['id']})", body)
    assert isinstance(changed, dict) or changed == 400
    for path in made:
        BOOKS.call("DELETE", path)
    BOOKS.call("DELETE", f"{kind}({header['id']})")
    assert before == {table: len(rows) for table, rows in BOOKS.company.tables.items()}


def test_due_dates() -> None:
    """B4: the date formulas of payment terms."""
    for formula, expected in (
        ("", "2026-01-31"), ("30D", "2026-03-02"), ("1M", "2026-02-28"), ("CM", "2026-01-31"), ("CM+10D", "2026-02-10"),
        ("2W", "2026-02-14"), ("-1D", "2026-01-30"), ("1Y", "2027-01-31"), ("<1M>", "2026-02-28"),
    ):  # fmt: skip
        assert expected == due_date("2026-01-31", formula)
    with pytest.raises(ApiError, match="DateFormula"):
        due_date("2026-01-31", "soon")
