"""From WooCommerce's own arithmetic to the documents: 20,000 orders of shops that round every line, and 20,000 of shops
that round at the sum (`tax_round_at_subtotal`), half of each with VAT in their prices. M8 M46 M92 M100 N8."""

from __future__ import annotations

import json
import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from tests.accounting.help import SE_BAS, ZONE, setup
from woocommerce_arithmetic import Shop, charged_vat, honest_order

from kontera.accounting.book import book
from kontera.accounting.documents import CustomerPayment, SalesInvoice, imbalance
from kontera.accounting.outcome import Booking
from kontera.commerce import Order
from kontera.money import ZERO
from kontera.storefronts.woocommerce.translate import Context, translate

SETUP = setup()
CONTEXT = Context(store="wo", rates={})
HOME_RATES = (1, 2, 3)  # 25, 12 and 6 %: what a Swedish rulebook books at home
EACH = 2_500
SEEDS = (1, 2, 3, 4)
SHOPS = [Shop(inclusive, at_subtotal) for inclusive in (True, False) for at_subtotal in (True, False)]
RECEIVABLE, ROUNDING = "1510", "3740"
CENT = Decimal("0.01")


@pytest.mark.parametrize("at_subtotal", [True, False])
def test_there_are_enough_orders(at_subtotal: bool) -> None:
    """Twenty thousand of each way of rounding."""
    shops = [shop for shop in SHOPS if shop.at_subtotal == at_subtotal]
    assert len(shops) * len(SEEDS) * EACH >= 20_000


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shop", SHOPS, ids=str)
def test_every_order_becomes_documents_to_the_ore(shop: Shop, seed: int) -> None:
    """M8 M46 M92 M100 N8: booked, balanced, the total is what was charged, VAT per rate is the shop's or the difference
    has a name, and every row holds together. Not one waits."""
    draw = random.Random(f"{shop} {seed}")
    rounded: Counter[bool] = Counter()
    for _ in range(EACH):
        raw = honest_order(shop, draw, HOME_RATES)
        order = translate(raw, CONTEXT)
        assert isinstance(order, Order), order
        answer = book(order, SE_BAS, SETUP, ZONE)
        assert isinstance(answer, Booking), (raw, answer)
        assert [] == faults(shop, json.loads(raw), answer), raw
        rounded[any(row.account == ROUNDING for row in invoice_of(answer).lines)] += 1
    if shop.at_subtotal:
        assert min(rounded.values()) > EACH // 20, "the sum is not always that of the lines"
    else:
        assert not rounded[True], "lines rounded one by one leave nothing over"


def invoice_of(booking: Booking) -> SalesInvoice:
    """The one invoice."""
    (found,) = (document for document in booking.documents if isinstance(document, SalesInvoice))
    return found


def faults(shop: Shop, charged: dict[str, Any], booking: Booking) -> list[str]:
    """What is not as the shop charged it; nothing of this is worked out with our own arithmetic."""
    total = Decimal(charged["total"])
    invoice = invoice_of(booking)
    found = [f"{document.reference} does not balance" for document in booking.documents if imbalance(document)]
    if invoice.total.amount != total:
        found.append(f"the invoice is over {invoice.total}")
    if sum((row.gross.amount for row in invoice.lines), ZERO) != total:
        found.append("the rows do not come to the total")
    if sum((post.amount.amount for post in invoice.postings if post.account == RECEIVABLE), ZERO) != total:
        found.append("the receivable is not the total")
    paid = [document.amount.amount for document in booking.documents if isinstance(document, CustomerPayment)]
    if sum(paid, ZERO) != total:
        found.append(f"paid {paid}")
    found += [f"{row.text}: net and VAT are not the amount" for row in invoice.lines if row.net + row.vat != row.gross]
    found += _vat_faults(charged_vat(shop, charged), invoice, booking)
    rounding = sum((abs(row.amount.amount) for row in invoice.lines if row.account == ROUNDING), ZERO)
    if rounding > CENT * (len(charged["line_items"]) + 1):
        found.append(f"{rounding} of rounding")
    return found


def _vat_faults(shops: dict[Decimal, Decimal], invoice: SalesInvoice, booking: Booking) -> list[str]:
    ours: dict[Decimal, Decimal] = {}
    for row in invoice.lines:
        ours[row.vat_rate] = ours.get(row.vat_rate, ZERO) + row.vat.amount
    named = {difference.what for difference in booking.differences}
    return [
        f"VAT {rate}: the shop has {shops.get(rate, ZERO)}, booked {ours.get(rate, ZERO)}, named {named}"
        for rate in shops.keys() | ours.keys()
        if shops.get(rate, ZERO) != ours.get(rate, ZERO) and not {"vat all", f"vat {rate.normalize():f}"} & named
    ]
