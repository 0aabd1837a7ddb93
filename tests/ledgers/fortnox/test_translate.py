"""Golden translations: each document beside the JSON that leaves for Fortnox (`golden/*.json`).

KONTERA_ACCEPT=1 writes the files anew; the difference is then read before it is committed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kontera.accounting.documents import CustomerCard, Document, SalesInvoice, SalesOrder, VatRegion
from kontera.commerce import Address
from kontera.ledgers.fortnox import translate
from kontera.ledgers.fortnox.arithmetic import written
from kontera.ledgers.fortnox.settings import Options
from kontera.ledgers.fortnox.wire import encode
from kontera.ledgers.protocol import Bound
from kontera.ledgers.samples import WHY, Chart, card, invoice, line, order, payment, voucher
from kontera.money import Money

GOLDEN = Path(__file__).parent / "golden"
CHART = Chart(
    vat={**Chart().vat, Decimal("25.5"): ("OSSFI255", "3124", "2673"), Decimal(19): ("OSSDE19", "3121", "2671")}
)
DAY = date(2026, 3, 2)
BOUND = Bound(customer="17", invoice="45")


def company(country: str, region: VatRegion, vat_number: str, currency: str = "SEK") -> CustomerCard:
    home = Address(
        name="Inköp", company="Teehaus GmbH", street="Hauptstraße 5", postcode="10115", city="Berlin", country=country
    )
    return CustomerCard(
        key=f"vat:{vat_number}",
        name="Teehaus GmbH",
        company=True,
        email="einkauf@teehaus.example",
        phone="+49 30 1234567",
        vat_number=vat_number,
        region=region,
        currency=currency,
        language="de",
        billing=home,
        delivery=msgspec.structs.replace(home, name="Lager 3", postcode="10115-99-0001"),
    )


def with_fields(document: SalesInvoice, **changes: Any) -> SalesInvoice:
    return msgspec.structs.replace(document, **changes)


MIXED = invoice(
    CHART,
    "nt-1001",
    [
        line(CHART, "258.00", 12, "2", unit_price="129.00"),
        line(CHART, "49.00", 25, text="Frakt Schenker 🚚", account="3520"),
        line(CHART, "100.00", 6, "3", text="Bok <inbunden>", unit_price="33.3334", discount="0.0002"),
        line(CHART, "81.00", 25, "3", text="Kopp", unit_price="30.00", discount="9.00"),
        line(CHART, "-20.00", 25, text="Rabatt"),
    ],
    DAY,
)
HEADER = with_fields(
    MIXED,
    cost_centre="WEBB",
    project="1",
    terms_of_payment="K",
    way_of_delivery="S",
    terms_of_delivery="FVL",
    remarks="Tack!\nHälsningar 🌿",
    lines=MIXED.lines[:1],
)
EURO = invoice(
    CHART,
    "nt-1003",
    [line(CHART, "59.90", 19, "2", currency="EUR", unit_price="29.95")],
    DAY,
    customer=card(country="DE", currency="EUR", region=VatRegion.EU_DISTANCE),
    rate=Decimal("11.2345"),
)
FINLAND = invoice(
    CHART,
    "nt-1004",
    [
        msgspec.structs.replace(
            line(CHART, "125.50"),
            vat_rate=Decimal("25.5"),
            vat_code="OSSFI255",
            account="3124",
            net=Money.of("100.00", "SEK"),
            vat=Money.of("25.50", "SEK"),
        )
    ],
    DAY,
)
REVERSE = with_fields(
    invoice(
        CHART,
        "nt-1005",
        [line(CHART, "1000.00", 0, "10", unit_price="100", account="3108", article="T-100")],
        DAY,
        customer=company("DE", VatRegion.EU_REVERSE, "DE123456789"),
    ),
    prices_include_vat=False,
)
WEIGHT = invoice(
    CHART,
    "nt-1006",
    [
        line(CHART, "46.24", 25, "0.375", text="Lösvikt", unit_price="123.3067"),
        line(CHART, "0.00", 25, "0.001", text="Prov"),
        line(CHART, "33.33", 25, "0.125", text="Te i lösvikt"),
    ],
    DAY,
)

DOCUMENTS: Mapping[str, tuple[Document, Options]] = {
    "mixed": (MIXED, Options()),
    "header": (HEADER, Options()),
    "own_number": (HEADER, Options(own_numbers=True, number_start=500000)),
    "euro": (EURO, Options()),
    "finland_25_5": (FINLAND, Options()),
    "reverse_charge_with_article": (REVERSE, Options(create_articles=True)),
    "articles_not_wanted": (REVERSE, Options()),
    "weight": (WEIGHT, Options()),
    "order": (order(CHART, "nt-1007", MIXED.lines[:2], DAY), Options()),
    "payment": (payment(CHART, MIXED), Options()),
    "payment_euro": (payment(CHART, EURO, "20.00", 2), Options()),
    "voucher": (voucher(CHART, "payout-77", DAY), Options()),
}
CARDS = {
    "customer_private": card(),
    "customer_company_abroad": company("DE", VatRegion.EU_REVERSE, "123456789"),
    "customer_bad_email": card(email="eva@localhost", key="shop:nt:17"),
    "customer_export": card(country="NO", region=VatRegion.EXPORT, currency="NOK"),
}


def body(document: Document, options: Options) -> Mapping[str, Any]:
    if isinstance(document, SalesInvoice):
        return translate.invoice_body(document, written(document), BOUND, options)
    if isinstance(document, SalesOrder):
        return translate.order_body(document, written(document), BOUND, options)
    if hasattr(document, "method"):
        return translate.payment_body(document, BOUND, "SEK")
    return translate.voucher_body(document)


def golden(name: str, sent: Mapping[str, Any]) -> None:
    text = json.dumps(json.loads(encode(sent), parse_float=str), ensure_ascii=False, indent=1) + "\n"
    path = GOLDEN / f"{name}.json"
    if os.environ.get("KONTERA_ACCEPT"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document(name: str) -> None:
    """M2 M8 M40 M41 M42 M80: all that bookkeeping needs is in the document, exactly."""
    golden(name, body(*DOCUMENTS[name]))


@pytest.mark.parametrize("name", CARDS)
def test_customer(name: str) -> None:
    """M20 M24."""
    golden(name, translate.customer_body(CARDS[name], None, new=True))


def test_update_of_a_card_keeps_what_others_wrote() -> None:
    """M21: an update never sends a blank, a number or a reference."""
    sent = translate.customer_body(CARDS["customer_private"], None, new=False)["Customer"]
    assert {"ExternalReference", "CustomerNumber"} & set(sent) == set()
    assert [name for name, value in sent.items() if value in ("", None)] == []


@pytest.mark.parametrize(
    ("region", "vat_type"),
    [
        (VatRegion.DOMESTIC, "SEVAT"),
        (VatRegion.DOMESTIC_REVERSE, "SEREVERSEDVAT"),
        (VatRegion.EU_DISTANCE, "SEVAT"),
        (VatRegion.EU_REVERSE, "EUREVERSEDVAT"),
        (VatRegion.EXPORT, "EXPORT"),
    ],
)
def test_vat_type_follows_the_region(region: VatRegion, vat_type: str) -> None:
    """M40 M47."""
    assert translate.customer_body(card(region=region), None, new=True)["Customer"]["VATType"] == vat_type


def test_rows_with_a_why_only_differ_in_nothing_sent() -> None:
    """Our reasons stay with us: nothing of the rule leaves for the ledger."""
    text = encode(body(MIXED, Options())).decode()
    assert WHY.rule not in text
