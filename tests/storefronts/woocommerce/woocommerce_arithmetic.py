"""How WooCommerce itself arrives at an order's figures, for honest orders of any number: after its calculate_totals and
what recorded carts showed. Knows nothing of ours."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from woocommerce_ministore import line_json, order_json, rate_json

RATES = {1: Decimal(25), 2: Decimal(12), 3: Decimal(6), 4: Decimal("25.5"), 5: Decimal(19)}
STORED = Decimal("0.000001")


@dataclass(frozen=True)
class Shop:
    """The settings that decide the arithmetic."""

    inclusive: bool
    at_subtotal: bool
    decimals: int = 2

    def net(self, amount: Decimal) -> Decimal:
        """An amount as the shop shows it."""
        return amount.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)

    def tax(self, amount: Decimal) -> Decimal:
        """VAT as the shop rounds it: halves go down where prices include it."""
        how = ROUND_HALF_DOWN if self.inclusive else ROUND_HALF_UP
        return amount.quantize(Decimal(1).scaleb(-self.decimals), how)

    def split(self, entered: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
        """Net and VAT of a line of prices as entered, stored to six decimals."""
        if self.inclusive:
            tax = (entered * rate / (100 + rate)).quantize(STORED, ROUND_HALF_UP)
            return entered - tax, tax
        return entered, (entered * rate / 100).quantize(STORED, ROUND_HALF_UP)


def honest_order(shop: Shop, draw: random.Random, rates: Sequence[int] = tuple(RATES)) -> bytes:
    """An order with some lines, a delivery and perhaps a percent coupon, as read with six decimals. rates: the ids of
    those it may bear."""
    percent = Decimal(draw.choice((0, 0, 10, 15, 33)))
    ids = draw.sample(sorted(rates), draw.randint(1, 3))
    lines: list[dict[str, Any]] = []
    nets: list[Decimal] = []
    taxes: list[tuple[int, Decimal]] = []

    def put(entered: Decimal, whole: Decimal, rate: int, quantity: int) -> dict[str, Any]:
        before, before_tax = shop.split(whole, RATES[rate])
        net, tax = shop.split(entered, RATES[rate])
        nets.append(net)
        taxes.append((rate, tax))
        number = 10 + len(nets)
        return line_json(number, f"{net:.6f}", f"{tax:.6f}", rate=rate, quantity=quantity) | {
            "subtotal": f"{before:.6f}",
            "subtotal_tax": f"{before_tax:.6f}",
        }

    unit = Decimal(1).scaleb(-shop.decimals)
    for _ in range(draw.randint(1, 6)):
        quantity = draw.randint(1, 9)
        whole = draw.randint(1, 200_000) * unit * quantity
        off = shop.net(whole * percent / 100)
        lines.append(put(whole - off, whole, draw.choice(ids), quantity))
    shipping = Decimal(draw.choice((0, 49, 59))) / (Decimal("1.25") if draw.random() < 0.5 else 1)
    delivery = put(shipping.quantize(unit), shipping.quantize(unit), ids[0], 1) | {"method_title": "PostNord"}
    total, total_tax = _totals(shop, nets, taxes)
    return json.dumps(
        order_json(
            1,
            prices_include_tax=shop.inclusive,
            line_items=lines,
            shipping_lines=[delivery],
            tax_lines=[_tax_line(shop, rate, taxes) for rate in ids],
            coupon_lines=[{"code": "rea"}] if percent else [],
            total=f"{total:.6f}",
            total_tax=f"{total_tax:.6f}",
        )
    ).encode()


def _tax_line(shop: Shop, rate: int, taxes: list[tuple[int, Decimal]]) -> dict[str, Any]:
    """A row of the order's summary; the delivery is the last line. Rounded at the sum, it keeps the exact sums."""
    kept = [(number, tax if shop.at_subtotal else shop.tax(tax)) for number, tax in taxes]
    of_lines = sum((tax for number, tax in kept[:-1] if number == rate), Decimal(0))
    of_delivery = kept[-1][1] if kept[-1][0] == rate else Decimal(0)
    sums = {"tax_total": f"{of_lines:.6f}", "shipping_tax_total": f"{of_delivery:.6f}"}
    return rate_json(rate, str(RATES[rate])) | sums


def _totals(shop: Shop, nets: list[Decimal], taxes: list[tuple[int, Decimal]]) -> tuple[Decimal, Decimal]:
    if not shop.at_subtotal:
        total_tax = sum((shop.tax(tax) for _, tax in taxes), Decimal(0))
        return sum((shop.net(net) for net in nets), total_tax), total_tax
    by_rate: dict[int, Decimal] = {}
    for rate, tax in taxes:
        by_rate[rate] = by_rate.get(rate, Decimal(0)) + tax
    total_tax = sum((shop.tax(tax) for tax in by_rate.values()), Decimal(0))
    return shop.net(sum(nets, total_tax)), total_tax


def charged_vat(shop: Shop, order: dict[str, Any]) -> dict[Decimal, Decimal]:
    """The VAT per rate that the shop shows on the order's summary: of rounded lines, or of their sum."""
    exact: dict[int, list[Decimal]] = {}
    for line in (*order["line_items"], *order["shipping_lines"]):
        for tax in line["taxes"]:
            exact.setdefault(tax["id"], []).append(Decimal(tax["total"]))
    if shop.at_subtotal:
        return {RATES[rate]: shop.tax(sum(taxes, Decimal(0))) for rate, taxes in exact.items()}
    return {RATES[rate]: sum(map(shop.tax, taxes), Decimal(0)) for rate, taxes in exact.items()}
