"""Orders placed on request: the mix, the spoiled ones, and the same again from the same seed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kontera.sandboxes.woocommerce import BAD_KINDS, PlacedOrder, place_orders

from .conftest import SWEDEN, Shop


def place(shop: Shop, count: int, seed: int, bad: tuple[str, ...] = ()) -> list[PlacedOrder]:
    """Place orders."""
    return place_orders(
        shop.sandbox.base_url, shop.sandbox.credentials(), count, seed, bad=bad, clock=shop.sandbox.clock
    )


def test_place_orders(shop: Shop) -> None:
    """N5. What is answered is what the shop has; every honest order agrees with itself; both doors are used."""
    placed = place(shop, 80, 7)
    assert {order.id: (order.total, order.currency) for order in placed} == {
        row["id"]: (Decimal(row["total"]), row["currency"]) for row in shop.shopper.look("orders")
    }
    assert {} == shop.shopper.look("audit")["wrong"]
    orders = shop.get("/orders?per_page=100")
    assert {"rest-api", "store-api"} == {order["created_via"] for order in orders}
    assert len({order["billing"]["country"] for order in orders}) > 4
    assert len({order["payment_method"] for order in orders}) > 5
    assert any(order["coupon_lines"] for order in orders)
    assert all(order.expected_trouble is None for order in placed)


def test_same_seed_same_orders(shop: Shop) -> None:
    """On a fresh shop; another seed gives others."""
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
    orders = {kind: shop.get(f"/orders/{number}") for kind, number in trouble.items()}
    assert "XBT" == orders["unknown_currency"]["currency"]
    assert "packas-nu" == orders["unknown_status"]["status"]
    assert Decimal(orders["negative_total"]["total"]) < 0
    assert [9999] == [row["rate_id"] for row in orders["unknown_tax_rate"]["tax_lines"]]
    assert 20 == len(orders["long_postcode"]["billing"]["postcode"])
    assert "☕" in orders["emoji_names"]["billing"]["first_name"]
    assert 501 == len(orders["many_lines"]["line_items"])
    assert (None, 0) == tuple(orders["deleted_product"]["line_items"][0][name] for name in ("sku", "product_id"))
    assert 0 == orders["line_without_product"]["line_items"][0]["product_id"]
    assert len(orders["refused_article_number"]["line_items"][0]["sku"]) > 50
    wrong = {str(trouble["inconsistent_totals"]), str(trouble["negative_total"])}
    assert wrong == set(shop.shopper.look("audit")["wrong"])
    assert {order.id: order.total for order in placed} == {
        row["id"]: Decimal(row["total"]) for row in shop.shopper.look("orders")
    }


def test_three_in_a_hundred(shop: Shop) -> None:
    """One kind asked for: three of a hundred."""
    placed = place(shop, 100, 11, ("emoji_names",))
    assert 3 == sum(order.expected_trouble == "emoji_names" for order in placed)


def test_busy_shop_is_waited_for(shop: Shop) -> None:
    """A host's 429 is waited out; other refusals are raised in the shop's words."""
    shop.control("faults", {"kind": "status", "status": 429, "path": "/wp-json/wc/v3/orders", "times": 2})
    assert 6 == len(place(shop, 6, 7))
    shop.control("faults", {"kind": "status", "status": 503, "path": "/wp-json/wc/v3/orders"})
    with pytest.raises(RuntimeError, match="critical error"):
        place(shop, 6, 7)


def test_unknown_kind_is_refused(shop: Shop) -> None:
    """Before anything is placed."""
    with pytest.raises(ValueError, match="unknown kind of bad order"):
        place(shop, 1, 1, ("banana",))
    assert [] == shop.shopper.look("orders")


def test_shopper(shop: Shop) -> None:
    """Money arrives later, an administrator refunds, a payment is declined, and what cannot be bought is refused."""
    waiting = shop.shopper.checkout({"sku": "MUG-1"}, billing=SWEDEN, payment="bacs")
    paid = shop.shopper.pay(waiting.id, "bacs")
    assert ("on-hold", "processing") == (waiting.status, paid.status)
    assert "processing" == shop.shopper.refund(paid.id, amount="58.00").status
    assert "refunded" == shop.shopper.refund(paid.id, amount="200.00").status
    assert "failed" == shop.shopper.checkout({"sku": "MUG-1"}, billing=SWEDEN, declined=True).status
    free = shop.shopper.checkout({"sku": "KURS-1"}, billing=SWEDEN, no_shipping=True)
    assert ("completed", Decimal("995.00")) == (free.status, free.total)
    for bad in (
        {"coupons": ["finnsinte"]},
        {"payment": "guld"},
        {"shipping_method": "drönare"},
        {"vat_number": "SE1", "vat_key": "x"},
    ):
        with pytest.raises(ValueError, match=r"does not exist|unknown|no shipping"):
            shop.shopper.checkout({"sku": "MUG-1"}, **{"billing": SWEDEN, **bad})
    for action, body in (("refund", {"amount": "1"}), ("pay", {"how": "guld"}), ("dirty", {"kind": "x"})):
        with pytest.raises(ValueError, match=r"Invalid refund amount|unknown"):
            shop.shopper.act(action, order_id=paid.id, **body)
    with pytest.raises(ValueError, match="unknown switch"):
        shop.shopper.switch(banana=True)
