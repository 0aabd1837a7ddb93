"""Orders placed on request: the mix, the spoiled ones, and the same again from the same seed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kontera.sandboxes.quickbutik import BAD_KINDS, PlacedOrder, place_orders

from .conftest import Shop, number


def place(shop: Shop, count: int, seed: int, bad: tuple[str, ...] = ()) -> list[PlacedOrder]:
    """Place orders."""
    return place_orders(
        shop.sandbox.base_url, shop.sandbox.credentials(), count, seed, bad=bad, clock=shop.sandbox.clock
    )


def test_the_mix(shop: Shop) -> None:
    """N5. What is answered is what the shop shows; every order agrees with itself; everything a merchant meets is
    there: all rates, home, EU, companies, export, currencies, discounts, gift cards, abandoned carts."""
    placed = place(shop, 150, 7)
    orders = {int(order["order_id"]): order for order in shop.get("/orders?include_details=true")}
    assert {order.id: (order.total, order.currency) for order in placed} == {
        key: (number(order["total_amount"]), order["currency"]) for key, order in orders.items()
    }
    assert {} == shop.shopper.look("audit")["wrong"]
    assert all(order.expected_trouble is None for order in placed)
    rows = orders.values()
    assert {"SE", "FI", "DK", "DE", "FR", "NO"} == {order["customer"]["country"] for order in rows}
    assert {"klarna", "stripe", "swish", "paypal", "invoice"} == {order["paymethod"]["method"] for order in rows}
    assert {"-1", "1", "2"} == {order["status"] for order in rows}
    assert {"SEK", "EUR", "NOK", "DKK"} == {order["currency"] for order in rows}
    assert {"0", "1"} == {order["is_taxfree"] for order in rows}
    assert {"consumer", "company"} == {order["customer"]["customer_type"] for order in rows}
    assert any(number(order["discount_amount"]) for order in rows)
    assert any(order["total_amount"] != order["total_pay_amount"] for order in rows)
    assert any(line["app"]["productpackages"] for order in rows for line in order["products"])
    rates = {line.rate for order in shop.sandbox.shop.orders.values() for line in order.lines}
    assert {Decimal(rate) for rate in ("25", "12", "6", "0", "19", "25.5", "20")} <= rates


@pytest.mark.parametrize("include", [True, False])
def test_any_shop(shop: Shop, include: bool) -> None:
    """With other settings too: VAT on top, fees as lines, gift cards as discounts, rounding per order."""
    shop.shopper.switch(
        prices_include_vat=include,
        payment_fee="line",
        gift_cards="discount",
        round_vat="order",
        numbers="json",
        flags="json",
    )
    placed = place(shop, 40, 3)
    shown = {int(row["order_id"]): number(row["total_amount"]) for row in shop.get("/orders")}
    assert set(shown) == {order.id for order in placed}
    assert {} == shop.shopper.look("audit")["wrong"]


def test_same_seed_same_orders(shop: Shop) -> None:
    """On a fresh shop, to the last field; another seed gives others."""
    first, seen = place(shop, 15, 3), shop.get("/orders?include_details=true")
    shop.control("reset")
    assert (first, seen) == (place(shop, 15, 3), shop.get("/orders?include_details=true"))
    shop.control("reset")
    assert first != place(shop, 15, 4)


def test_bad_orders_one_of_each(shop: Shop) -> None:
    """Each named kind at least once; the shop really has the trouble."""
    placed = place(shop, 25, 5, BAD_KINDS)
    trouble = {order.expected_trouble: order for order in placed if order.expected_trouble}
    assert set(BAD_KINDS) == set(trouble)
    orders = {kind: shop.details(order.id) for kind, order in trouble.items()}
    assert "XBT" == orders["unknown_currency"]["currency"] == trouble["unknown_currency"].currency
    assert "7" == orders["unknown_status"]["status"]
    assert "bytesmarknad" not in {row["method"] for row in shop.get("/paymentmethods")}
    assert "bytesmarknad" == orders["unknown_payment_method"]["paymethod"]["method"]
    assert number(orders["negative_total"]["total_amount"]) < 0
    spoiled = orders["unknown_tax_rate"]
    assert number(spoiled["tax_amount"]) == Decimal("19.46")  # 17 % in 133.95
    assert 20 == len(orders["long_zipcode"]["customer"]["zipcode"])
    assert "🧶" in orders["emoji_names"]["customer"]["full_name"]
    assert 501 == len(orders["many_lines"]["products"])
    assert len(orders["refused_article_number"]["products"][0]["sku"]) > 50
    gone = orders["deleted_product"]["products"][0]["product_id"]
    assert 404 == shop.call("GET", f"/products?product_id={gone}").status_code
    wrong = {str(trouble[kind].id) for kind in ("inconsistent_totals", "negative_total", "unknown_tax_rate")}
    assert wrong == set(shop.shopper.look("audit")["wrong"])
    assert {order.id: order.total for order in placed} == {
        int(row["order_id"]): number(row["total_amount"]) for row in shop.get("/orders")
    }


def test_spoiled_in_the_other_positions(shop: Shop) -> None:
    """Statuses as words: the unknown one is a word too."""
    shop.shopper.switch(status_words=True)
    placed = place(shop, 1, 1, ("unknown_status",))
    assert "packas" == shop.details(placed[0].id)["status"]


def test_three_in_a_hundred(shop: Shop) -> None:
    """One kind asked for: three of a hundred."""
    placed = place(shop, 100, 11, ("emoji_names",))
    assert 3 == sum(order.expected_trouble == "emoji_names" for order in placed)


def test_busy_shop_is_waited_for(shop: Shop) -> None:
    """A limit is waited out; other refusals are raised in the shop's words, also those inside a 200."""
    shop.shopper.switch(calls_per_second=1)
    assert 8 == len(place(shop, 8, 7))
    shop.shopper.switch(calls_per_second=0)
    shop.control("faults", {"kind": "status", "status": 503, "path": "/v1/orders"})
    with pytest.raises(RuntimeError, match="Internal server error"):
        place(shop, 6, 7)
    shop.control("faults", method="DELETE")
    failed = {"results": {"create_1": {"success": False, "errors": ["Out of paper"]}}}
    shop.control("faults", {"kind": "status", "status": 200, "body": failed, "path": "/v1/orders"})
    with pytest.raises(RuntimeError, match="Out of paper"):
        place(shop, 6, 7)


def test_unknown_kind_is_refused(shop: Shop) -> None:
    """Before anything is placed."""
    with pytest.raises(ValueError, match="unknown kind of bad order"):
        place(shop, 1, 1, ("banana",))
    assert [] == shop.shopper.look("orders")
