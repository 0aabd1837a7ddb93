"""WooCommerce's own arithmetic: what was seen on a real shop holds here too."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from kontera.sandboxes.woocommerce.arithmetic import Charge, Rules, number, shown, tax_in, tax_on

from .conftest import GERMANY, SWEDEN, Shop

GST_QST = (Charge(6, Decimal("5")), Charge(7, Decimal("9.975"), compound=True))
SKUS = ("MUG-1", "KAFFE-450", "BOK-1", "FILTER-1", "CHOK-70", "TE-EG-100", "TERMOS-1", "FRIM-1")


@pytest.mark.parametrize(
    ("inclusive", "value", "wanted"),
    [(True, "8.125", "8.12"), (False, "8.125", "8.13"), (True, "8.1251", "8.13"), (True, "-8.125", "-8.12")],
)
def test_half_of_tax(inclusive: bool, value: str, wanted: str) -> None:
    """Down where prices include tax, up where they do not."""
    assert wanted == str(Rules(inclusive).tax(Decimal(value)))


def test_tax_with_a_compound_rate() -> None:
    """On top and taken out again: the same tax."""
    on = tax_on(Decimal("100"), GST_QST)
    assert {6: Decimal("5.000000"), 7: Decimal("10.473750")} == on
    assert on == tax_in(Decimal("115.473750"), GST_QST)


def test_numbers_as_shown() -> None:
    """Text with fixed decimals, none without a point, no minus before zero; a float has 16 digits."""
    assert ["338", "0.00", "-0.01", "71.34"] == [
        shown(Decimal("338.4"), 0),
        shown(Decimal("-0.004"), 2),
        shown(Decimal("-0.005"), 2),
        shown(Decimal("71.339286"), 2),
    ]
    assert ["71.33928566666667", "100"] == [str(number(Decimal("214.017857") / 3)), str(number(Decimal("100.00")))]


def test_fixed_coupon_by_checkout_and_by_api(shop: Shop) -> None:
    """Seen on the real shop: the same cart gave 43.94 + 6.06 by checkout and 43.95 + 6.05 over the API."""
    lines = [{"sku": sku, "quantity": 1} for sku in ("MUG-1", "KAFFE-450", "BOK-1")]
    bought = shop.shopper.checkout(*lines, coupons=["femtio"], billing=SWEDEN, payment="bacs")
    over_api = shop.order(*lines, coupon_lines=[{"code": "femtio"}])
    coupon = shop.get(f"/orders/{bought.id}")["coupon_lines"][0]
    assert ("43.94", "6.06") == (coupon["discount"], coupon["discount_tax"])
    coupon = over_api["coupon_lines"][0]
    assert ("43.95", "6.05", "fixed_cart") == (coupon["discount"], coupon["discount_tax"], coupon["discount_type"])


@pytest.mark.parametrize(("country", "line", "tax"), [("DE", "159.20", "30.25"), ("FI", "159.20", "40.60")])
def test_prices_abroad(shop: Shop, country: str, line: str, tax: str) -> None:
    """Seen on the real shop: 199 SEK become 189.45 in Germany and 199.80 in Finland."""
    bought = shop.shopper.checkout({"sku": "MUG-1"}, billing=SWEDEN | {"country": country})
    row = shop.get(f"/orders/{bought.id}")["line_items"][0]
    assert (line, tax) == (row["total"], row["total_tax"])


def test_no_decimals(shop: Shop) -> None:
    """Strings have no point; stored lines keep their fractions, as six decimals show."""
    shop.shopper.switch(decimals=0)
    order = shop.order({"sku": "KAFFE-450", "quantity": 3}, {"sku": "MUG-1"})
    assert ("439", "66") == (order["total"], order["total_tax"])
    assert ["214", "159"] == [line["total"] for line in order["line_items"]]
    precise = shop.get(f"/orders/{order['id']}?dp=6")
    assert "214.017857" == precise["line_items"][0]["total"]


def test_vat_exempt_and_export(shop: Shop) -> None:
    """A company in the EU with a number, and a buyer outside: no tax lines, prices net of home VAT."""
    company = shop.shopper.checkout({"sku": "MUG-1"}, billing=GERMANY, vat_number="DE136695976")
    export = shop.shopper.checkout({"sku": "MUG-1"}, billing=SWEDEN | {"country": "US"})
    found = [shop.get(f"/orders/{bought.id}") for bought in (company, export)]
    assert [([], "0.00", "159.20")] * 2 == [
        (order["tax_lines"], order["total_tax"], order["line_items"][0]["total"]) for order in found
    ]
    meta = {row["key"]: row["value"] for row in found[0]["meta_data"]}
    assert ("yes", "DE136695976") == (meta["is_vat_exempt"], meta["_vat_number"])
    other = shop.shopper.checkout({"sku": "MUG-1"}, billing=GERMANY, vat_number="DE136695976", vat_key="billing_vat")
    assert "billing_vat" in {row["key"] for row in shop.get(f"/orders/{other.id}")["meta_data"]}


def test_percent_coupon_floors_and_gives_the_rest_away(shop: Shop) -> None:
    """12.5 % of three odd lines: the lines' discounts together are the cart's, to the öre."""
    lines = [{"sku": sku, "quantity": 1} for sku in ("FILTER-1", "CHOK-70", "KAFFE-450")]
    bought = shop.shopper.checkout(*lines, coupons=["udda"], billing=SWEDEN, shipping_method="local_pickup")
    # 123.22 * 12.5 % = 15.4025
    assert Decimal("123.22") - Decimal("15.40") == bought.total


def test_coupon_per_piece_and_two_coupons(shop: Shop) -> None:
    """5 kr a piece and 10 % of the price before; sequential coupons see what the first one left."""
    lines = [{"sku": "MUG-1", "quantity": 2}]
    cart: dict[str, Any] = {"billing": SWEDEN, "shipping_method": "local_pickup", "coupons": ["styck5", "tio"]}
    assert Decimal("348.20") == shop.shopper.checkout(*lines, **cart).total  # 398 - 10 - 39.80
    shop.shopper.switch(sequential_coupons=True)
    assert Decimal("349.20") == shop.shopper.checkout(*lines, **cart).total  # 398 - 10 - 38.80


def test_limited_coupon(shop: Shop) -> None:
    """A percentage of one piece only, and one that does not reach goods on sale."""
    for body in (
        {"code": "en", "discount_type": "percent", "amount": "50", "limit_usage_to_x_items": 1},
        {"code": "ejrea", "discount_type": "percent", "amount": "50", "exclude_sale_items": True},
    ):
        shop.send("POST", "/coupons", body, 201)
    product = shop.get("/products?sku=TERMOS-1")[0]["id"]
    shop.send("PUT", f"/products/{product}", {"sale_price": "300"}, 200)
    cart: dict[str, Any] = {"billing": SWEDEN, "shipping_method": "local_pickup"}
    assert Decimal("298.50") == shop.shopper.checkout({"sku": "MUG-1", "quantity": 2}, coupons=["en"], **cart).total
    mixed = shop.shopper.checkout({"sku": "MUG-1"}, {"sku": "TERMOS-1"}, coupons=["ejrea"], **cart)
    assert Decimal("399.50") == mixed.total


def test_negative_fee_is_bounded(shop: Shop) -> None:
    """A fee cannot take more than goods and shipping come to without tax."""
    order = shop.order({"sku": "MUG-1"}, fee_lines=[{"name": "Rabatt", "total": "-500.00"}])
    assert ("-159.20", "0.00") == (order["fee_lines"][0]["total"], order["total"])


def _survey(shop: Shop, seed: int, count: int) -> tuple[int, int, int, Decimal]:
    """How many of `count` API orders disagree: tax with lines, tax with tax lines, total with lines; the worst gap."""
    rng = random.Random(seed)
    found, worst = [0, 0, 0], Decimal(0)
    for _ in range(count):
        lines = [{"sku": sku, "quantity": rng.randint(1, 7)} for sku in rng.sample(SKUS, rng.randint(1, 6))]
        more: dict[str, Any] = {
            "shipping_lines": [{"method_id": "flat_rate", "method_title": "PostNord", "total": "47.20"}]
        }
        if rng.random() < 0.3:
            more["coupon_lines"] = [{"code": rng.choice(("tio", "femtio", "udda", "styck5"))}]
        if rng.random() < 0.3:
            more["fee_lines"] = [{"name": "Avgift", "total": rng.choice(("23.20", "-40.00"))}]
        order = shop.order(*lines, **more)
        parts = [*order["line_items"], *order["shipping_lines"], *order["fee_lines"]]
        tax, total = Decimal(order["total_tax"]), Decimal(order["total"])
        gaps = (
            tax - sum(Decimal(part["total_tax"]) for part in parts),
            tax - sum(Decimal(row["tax_total"]) + Decimal(row["shipping_tax_total"]) for row in order["tax_lines"]),
            total - tax - sum(Decimal(part["total"]) for part in parts),
        )
        worst = max(worst, *(abs(gap) for gap in gaps))
        found = [seen + bool(gap) for seen, gap in zip(found, gaps, strict=True)]
    return found[0], found[1], found[2], worst


@pytest.mark.parametrize("inclusive", [True, False])
def test_rounding_per_line_always_adds_up(shop: Shop, inclusive: bool) -> None:
    """As the survey of 100 orders on the real shop: no order disagrees with itself."""
    shop.shopper.switch(prices_include_tax=inclusive)
    assert (0, 0, 0, Decimal(0)) == _survey(shop, 5, 100)


@pytest.mark.parametrize("inclusive", [True, False])
def test_rounding_at_subtotal_often_does_not(shop: Shop, inclusive: bool) -> None:
    """As the survey: many orders whose lines, tax lines and totals disagree, by at most a few öre; more kinds of
    disagreement where prices include tax."""
    shop.shopper.switch(prices_include_tax=inclusive, round_at_subtotal=True)
    with_lines, with_rows, with_total, worst = _survey(shop, 5, 100)
    assert 15 < with_lines
    assert 5 < with_rows
    assert (with_total > 10) is inclusive
    assert Decimal(0) < worst <= Decimal("0.03")


def test_same_price_everywhere(shop: Shop) -> None:
    """A shop that turned the price adjustment off: 199 with whatever VAT the buyer has, by both doors."""
    shop.shopper.switch(adjust_prices=False)
    bought = shop.shopper.checkout({"sku": "MUG-1"}, billing=GERMANY)
    over_api = shop.order({"sku": "MUG-1"}, billing=GERMANY, shipping=GERMANY)
    for order in (shop.get(f"/orders/{bought.id}"), over_api):
        assert ("167.23", "31.77") == tuple(order["line_items"][0][name] for name in ("total", "total_tax"))


def test_noise_and_order_numbers(shop: Shop) -> None:
    """A price with the noise of PHP floats; a numbering plugin's number is not the id."""
    shop.shopper.switch(float_noise=True, order_prefix="NK-")
    order = shop.order({"sku": "MUG-1"})
    assert (Decimal("159.20000000000002").normalize(), f"NK-{order['id']}") == (
        order["line_items"][0]["price"].normalize(),
        order["number"],
    )
