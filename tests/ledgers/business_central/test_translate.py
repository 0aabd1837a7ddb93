"""Golden translations: our documents beside the JSON Business Central is sent (golden/*.json), to the byte.

Written anew with UPDATE_GOLDEN=1; the difference is read by a person before it is committed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kontera.accounting.documents import SalesInvoice, SalesOrder, VatRegion
from kontera.ledgers.business_central.arithmetic import written
from kontera.ledgers.business_central.translate import customer_body, payment_body, sales_body, voucher_line
from kontera.ledgers.business_central.wire import encode
from kontera.ledgers.protocol import Bound
from kontera.ledgers.samples import card, invoice, line, order, payment, voucher
from tests.ledgers.business_central.fake import CHART, DAY, GUID, KNOWN, OPTIONS

GOLDEN = Path(__file__).parent / "golden"
ROWS = [
    line(CHART, "258.00", 12, "2", unit_price="129.00", article="T-100"),
    line(CHART, "49.00", 25, text="Frakt"),
    line(CHART, "95.00", 25, unit_price="100.00", discount="5.00"),
]
PLAIN = invoice(CHART, "nt-1001", ROWS, DAY)


def sales(document: SalesInvoice | SalesOrder) -> dict[str, Any]:
    """The body of a sales document for customer 10000."""
    return sales_body(document, written(document, OPTIONS), Bound(customer="10000"), KNOWN.keys)


def with_header() -> dict[str, Any]:
    """Everything a header can carry; a line's own cost centre is written apart."""
    there = msgspec.structs.replace(card().billing, name="Kaj Ek", street="Hamngatan 1", country="NO")
    rows = [ROWS[0], msgspec.structs.replace(ROWS[1], cost_centre="FRAKT", project="P1")]
    document = invoice(CHART, "nt-1001", rows, DAY, cost_centre="BUTIK")
    document = msgspec.structs.replace(
        document,
        customer=msgspec.structs.replace(card(), delivery=there),
        terms_of_payment="30 DAYS",
        way_of_delivery="DHL",
    )
    return sales(document)


def company_abroad() -> dict[str, Any]:
    """A company in Germany with a VAT number."""
    buyer = card("vat:DE136695976", "Kai GmbH", "DE", "EUR", VatRegion.EU_REVERSE, "kai@example.de")
    buyer = msgspec.structs.replace(buyer, company=True, vat_number="DE136695976", phone="+49 30 1234")
    return customer_body(buyer, GUID % 2)


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "invoice": lambda: sales(PLAIN),
    "header": with_header,
    "invoice_as_order": lambda: sales(invoice(CHART, "nt-1002", [line(CHART, "0.07")], DAY)),
    "order": lambda: sales(order(CHART, "nt-1001", ROWS, DAY)),
    "euro": lambda: sales(
        invoice(CHART, "nt-1003", [line(CHART, "33.33", currency="EUR")], DAY, rate=Decimal("11.2345"))
    ),
    "told_quantity": lambda: sales(
        invoice(CHART, "nt-1004", [line(CHART, "100.00", quantity="0.0000001", unit_price="1000000000")], DAY)
    ),
    "payment": lambda: payment_body(payment(CHART, PLAIN), Bound(invoice="PS-1")),
    "voucher_line": lambda: voucher_line(
        voucher(CHART, "payout-77", DAY).postings[0], 1, "payout-77", "2026-03-02", "Klarna payout"
    ),
    "customer_private": lambda: customer_body(card(), GUID % 1),
    "customer_company_abroad": company_abroad,
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    """M2 M3 M5 M20 M41 M42 M77: what is sent, in the order it is sent in."""
    made = encode(CASES[name]())
    path = GOLDEN / f"{name}.json"
    shown = json.dumps(json.loads(made, parse_float=str), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == shown


def test_no_golden_file_is_left_over() -> None:
    """Every file is looked at by a test."""
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(CASES)


def test_what_comes_before_what() -> None:
    """Business Central validates fields as they come: the type before the number, the quantity before the price, the
    price before the discount."""
    row = list(sales(PLAIN)["salesInvoiceLines"][2])
    order_of = {name: row.index(name) for name in ("lineType", "lineObjectNumber", "quantity", "unitPrice", "taxCode")}
    assert sorted(order_of, key=lambda name: order_of[name]) == list(order_of)
    assert row.index("discountAmount") > row.index("unitPrice")
    body = sales(order(CHART, "nt-1001", ROWS, DAY))
    assert list(body).index("pricesIncludeTax") < list(body).index("salesOrderLines")
    assert list(body)[-1] == "salesOrderLines"


def test_nothing_that_is_computed_is_sent() -> None:
    """Tax amounts and totals are read-only: sending one is refused."""
    computed = {"number", "totalTaxAmount", "totalAmountIncludingTax", "taxPercent", "amountIncludingTax", "netAmount"}
    for case in ("invoice", "order", "header"):
        body = CASES[case]()
        rows = body["salesOrderLines" if case == "order" else "salesInvoiceLines"]
        assert computed & {*body, *(name for row in rows for name in row)} == set()
    assert "pricesIncludeTax" not in sales(PLAIN)
