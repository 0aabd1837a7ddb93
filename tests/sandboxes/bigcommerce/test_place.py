"""Orders placed on request: the mix, the spoiled ones, and the same again from the same seed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kontera.sandboxes.bigcommerce import BAD_KINDS, PlacedOrder, place_orders

from .conftest import Shop


def place(shop: Shop, count: int, seed: int, bad: tuple[str, ...] = ()) -> list[PlacedOrder]:
    """Place orders, waiting on the sandbox's own clock when the quota is used up."""
    return place_orders(
        shop.sandbox.base_url, shop.sandbox.credentials(), count, seed, bad=bad, clock=shop.sandbox.clock
    )


def test_place_orders(shop: Shop) -> None:
    """N5. What is answered is what the shop has; every honest order agrees with itself; both doors are used."""
    placed = place(shop, 60, 7)
    shop.control("actions/settle")
    assert {order.id: (order.total, order.currency) for order in placed} == {
        row["id"]: (Decimal(row["total"]), row["currency"]) for row in shop.shopper.look("orders")
    }
    assert {} == shop.shopper.look("audit")["wrong"]
    orders = shop.get("/v2/orders?limit=250")
    assert {"www", "external"} == {order["order_source"] for order in orders}
    assert len({order["default_currency_code"] for order in orders}) > 2
    assert len({order["billing_address"]["country_iso2"] for order in orders}) > 4
    assert any(Decimal(order["coupon_discount"]) for order in orders)
    assert all(order.expected_trouble is None for order in placed)


def test_same_seed_same_orders(shop: Shop) -> None:
    """On a fresh store; another seed gives others."""
    first = place(shop, 12, 3)
    shop.control("reset")
    again = place(shop, 12, 3)
    shop.control("reset")
    assert (first, True) == (again, first != place(shop, 12, 4))


def test_bad_orders_one_of_each(shop: Shop) -> None:
    """Each named kind at least once; the shop really has the trouble."""
    placed = place(shop, 20, 5, BAD_KINDS)
    trouble = {order.expected_trouble: order.id for order in placed if order.expected_trouble}
    assert set(BAD_KINDS) == set(trouble)
    orders = {kind: shop.order(number) for kind, number in trouble.items()}
    assert "XBT" == orders["unknown_currency"]["default_currency_code"]
    assert 99 == orders["unknown_status"]["status_id"]
    assert Decimal(orders["negative_total"]["total_inc_tax"]) < 0
    assert 20 == len(orders["long_zip"]["billing_address"]["zip"])
    assert "🍵" in orders["emoji_names"]["billing_address"]["first_name"]
    assert 501 == orders["many_lines"]["items_total"]
    deleted = shop.get(f"/v2/orders/{trouble['deleted_product']}/products")[0]["product_id"]
    assert 404 == shop.call("GET", f"/v3/catalog/products/{deleted}").status_code
    assert len(shop.get(f"/v2/orders/{trouble['refused_article_number']}/products")[0]["sku"]) > 50
    rows = shop.get(f"/v2/orders/{trouble['unknown_tax_class']}/taxes?details=true")
    assert {99} == {row["tax_class_id"] for row in rows}
    assert {str(trouble["inconsistent_totals"]), str(trouble["negative_total"])} == set(
        shop.shopper.look("audit")["wrong"]
    )


def test_three_in_a_hundred(shop: Shop) -> None:
    """One kind asked for: three of a hundred."""
    placed = place(shop, 100, 11, ("emoji_names",))
    assert 3 == sum(order.expected_trouble == "emoji_names" for order in placed)


def test_waits_for_the_quota(shop: Shop) -> None:
    """429 is waited out, not an error."""
    shop.shopper.switch(quota=3)
    assert 12 == len(place(shop, 12, 7))
    assert shop.sandbox.calls.with_status(429) > 0


def test_unknown_kind_is_refused(shop: Shop) -> None:
    """Before anything is placed."""
    with pytest.raises(ValueError, match="unknown kind of bad order"):
        place(shop, 1, 1, ("banana",))
    assert [] == shop.shopper.look("orders")
