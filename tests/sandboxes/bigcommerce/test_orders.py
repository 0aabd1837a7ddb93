"""Orders over the vendor's API: creating, changing, listing, archiving: behaviours 4.4, 4.5 and 4.10."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import GERMANY, SWEDEN, Shop

D = Decimal
TEA = {"product_id": 101, "quantity": 2}


def make(shop: Shop, *products: dict[str, Any], **more: Any) -> Any:
    """An order over the API."""
    return shop.send(
        "POST",
        "/v2/orders",
        {"billing_address": SWEDEN, "shipping_addresses": [SWEDEN], "products": list(products) or [TEA], **more},
        201,
    )


def test_4_4_catalogue_price_and_zone_tax_when_absent(shop: Shop) -> None:
    """Two packets of tea at 89 kr, 12 % inside; status 1 when none is given; no coupon, no promotion."""
    shop.control("actions/promotion", {"id": 7, "enabled": True})
    order = make(shop, TEA, {"product_id": 113, "quantity": 1}, base_shipping_cost="49.00")
    assert (1, "Pending", "1026.0000", "0.0000") == (
        order["status_id"],
        order["status"],
        order["total_inc_tax"],
        order["discount_amount"],
    )
    assert ["19.0700", "159.8000", "9.8000"] == [
        row["line_amount"] for row in shop.get(f"/v2/orders/{order['id']}/taxes?details=true")
    ]
    assert {} == shop.shopper.look("audit")["wrong"]


def test_4_4_success_code_is_a_switch(shop: Shop) -> None:
    """The order page says 200, the general page 201."""
    shop.shopper.switch(post_order_status=200)
    shop.send("POST", "/v2/orders", {"billing_address": SWEDEN, "products": [TEA]}, 200)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"products": None}, "products"),
        ({"billing_address": None}, "billing_address"),
        ({"consignments": {"pickups": []}}, "not both"),
        ({"billing_address": {**SWEDEN, "zip": "4"}}, "zip"),
        ({"products": [{"product_id": 999, "quantity": 1}]}, "could not be found"),
        ({"products": [{"product_id": 101, "quantity": 0}]}, "quantity"),
        ({"products": [{"product_id": 101, "quantity": 1, "price_inc_tax": 10}]}, "price_ex_tax"),
        ({"products": [{"name": "Egen", "quantity": 1}]}, "custom product"),
        ({"products": [{"product_id": 115, "quantity": 1}]}, "product_options"),
        ({"total_inc_tax": "10"}, "total_ex_tax"),
        ({"subtotal_ex_tax": "10"}, "subtotal_inc_tax"),
        ({"total_inc_tax": "-10", "total_ex_tax": "-8"}, "negative"),
        ({"status_id": 99}, "status_id"),
        ({"customer_id": 4711}, "customer_id"),
        ({"channel_id": 9}, "channel_id"),
        ({"default_currency_code": "XBT"}, "default_currency_code"),
        ({"date_created": "igår"}, "date_created"),
        ({"colour": "red"}, "colour"),
        ({"fees": [{"display_name_customer": "x", "cost_ex_tax": 1}]}, "fee"),
    ],
)
def test_4_4_refusals(shop: Shop, change: dict[str, Any], word: str) -> None:
    """Each rule with its own words; nothing is created."""
    body = {"billing_address": SWEDEN, "products": [TEA]} | change
    answer = shop.call("POST", "/v2/orders", {name: value for name, value in body.items() if value is not None})
    assert 400 == answer.status_code
    assert word in answer.text
    assert shop.get("/v2/orders") is None


def test_4_4_manual_discount_is_spread_over_lines(shop: Shop) -> None:
    """100 kr over 178 and 799: 18.22 and 81.78; tax on what is left."""
    order = make(shop, TEA, {"product_id": 113, "quantity": 1}, discount_amount="100.00")
    lines = shop.get(f"/v2/orders/{order['id']}/products")
    assert [("18.2200", "159.7800", "17.1200"), ("81.7800", "717.2200", "143.4400")] == [
        (line["applied_discounts"][0]["amount"], line["discounted_total_inc_tax"], line["total_tax"]) for line in lines
    ]
    assert ("100.0000", "877.0000") == (order["discount_amount"], order["total_inc_tax"])


def test_4_4_both_prices_given_are_an_override(shop: Shop) -> None:
    """The rows say API Tax Override, with the rate the two prices make."""
    order = make(
        shop, {"name": "Egen blandning", "sku": "EGEN", "quantity": 3, "price_ex_tax": 100, "price_inc_tax": "112.0000"}
    )
    row = shop.get(f"/v2/orders/{order['id']}/taxes?details=true")[0]
    assert ("API Tax Override", "12.0000", "36.0000", "") == (
        row["class"],
        row["rate"],
        row["line_amount"],
        order["tax_provider_id"],
    )


def test_4_4_automatic_tax_is_not_computed_for_api_orders(shop: Shop) -> None:
    """On a store with a tax service the price is taken as it is."""
    shop.shopper.switch(automatic_tax=True)
    order = make(shop)
    assert ("178.0000", "0.0000") == (order["total_inc_tax"], order["total_tax"])
    assert shop.get(f"/v2/orders/{order['id']}/taxes") is None


def test_4_4_overrides_are_kept_as_sent(shop: Shop) -> None:
    """Totals set by hand: nothing else is made to agree."""
    order = make(shop, total_ex_tax="100", total_inc_tax="125")
    assert ("125.0000", "25.0000", "178.0000") == (
        order["total_inc_tax"],
        order["total_tax"],
        order["subtotal_inc_tax"],
    )
    assert {str(order["id"])} == set(shop.shopper.look("audit")["wrong"])


def test_4_4_several_addresses_each_with_its_country(shop: Shop) -> None:
    """API orders put all lines on the first address."""
    order = make(shop, shipping_addresses=[SWEDEN, GERMANY])
    addresses = shop.get(f"/v2/orders/{order['id']}/shipping_addresses")
    assert [("SE", 2), ("DE", 0)] == [(row["country_iso2"], row["items_total"]) for row in addresses]
    assert 2 == order["shipping_address_count"]


def test_4_4_gift_wrapping_needs_both_costs(shop: Shop) -> None:
    """Wrapping is for the whole line."""
    wrapped = {
        **TEA,
        "wrapping_id": 1,
        "wrapping_name": "Papper",
        "wrapping_cost_ex_tax": 40,
        "wrapping_cost_inc_tax": 50,
    }
    order = make(shop, wrapped)
    assert ("50.0000", "10.0000", "228.0000") == (
        order["wrapping_cost_inc_tax"],
        order["wrapping_cost_tax"],
        order["total_inc_tax"],
    )
    wrapped.pop("wrapping_cost_inc_tax")
    shop.send("POST", "/v2/orders", {"billing_address": SWEDEN, "products": [wrapped]}, 400)


def test_4_4_pickup_orders(shop: Shop) -> None:
    """consignments in place of products and shipping addresses."""
    body = {"billing_address": SWEDEN, "consignments": {"pickups": [{"pickup_method_id": 1, "line_items": [TEA]}]}}
    order = shop.send("POST", "/v2/orders", body, 201)
    assert 1 == shop.get(f"/v2/orders/{order['id']}/consignments")["pickups"][0]["pickup_method_id"]
    assert shop.get(f"/v2/orders/{order['id']}/shipping_addresses") is None


def test_4_4_put_patches_products_and_clears_discounts_on_changed_lines(shop: Shop) -> None:
    """Quantity 0 removes, no id adds, a changed line loses its discounts, the others keep theirs."""
    bought = shop.shopper.checkout(
        {"sku": "TE-SEN-100"}, {"sku": "TE-EGR-100"}, {"sku": "BO-TEB-001"}, customer_id=11, coupons=["VAR15"]
    )
    path = f"/v2/orders/{bought.id}"
    first, second, third = shop.get(f"{path}/products")
    order = shop.send(
        "PUT",
        path,
        {
            "products": [
                {"id": first["id"], "quantity": 2},
                {"id": third["id"], "quantity": 0},
                {"product_id": 113, "quantity": 1},
            ]
        },
        200,
    )
    lines = shop.get(f"{path}/products")
    assert [(first["id"], "178.0000", 0), (second["id"], "67.1500", 1), ("799.0000", 0)] == [
        (lines[0]["id"], lines[0]["discounted_total_inc_tax"], len(lines[0]["applied_discounts"])),
        (lines[1]["id"], lines[1]["discounted_total_inc_tax"], len(lines[1]["applied_discounts"])),
        (lines[2]["discounted_total_inc_tax"], len(lines[2]["applied_discounts"])),
    ]
    assert ("11.8500", "1093.1500") == (order["coupon_discount"], order["total_inc_tax"])
    wrong = shop.shopper.look("audit")["wrong"]
    assert {"payments = total"} == set(wrong[str(bought.id)])  # more is owed than was paid


def test_4_4_put_replaces_fees(shop: Shop) -> None:
    """What is not sent is gone; taxes of fees are in the fees."""
    bought = shop.shopper.checkout(
        {"sku": "TE-SEN-100"}, customer_id=11, fees=[{"name": "A", "amount": "10"}, {"name": "B", "amount": "20"}]
    )
    path = f"/v2/orders/{bought.id}"
    order = shop.send(
        "PUT", path, {"fees": [{"display_name_customer": "C", "cost_ex_tax": 8, "cost_inc_tax": 10}]}, 200
    )
    assert ["C"] == [fee["display_name_customer"] for fee in shop.get(f"{path}/fees")["fees"]]
    assert "148.0000" == order["total_inc_tax"]


def test_4_4_put_discount_takes_the_place_of_the_old_one(shop: Shop) -> None:
    """The coupon stays, the manual discount is the new one."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11, coupons=["VAR15"], manual_discount="20")
    order = shop.send("PUT", f"/v2/orders/{bought.id}", {"discount_amount": "5.00"}, 200)
    assert ("5.0000", "13.3500", "119.6500") == (
        order["discount_amount"],
        order["coupon_discount"],
        order["total_inc_tax"],
    )


def test_4_4_a_new_address_does_not_change_the_tax(shop: Shop) -> None:
    """PUT of a shipping address: the country moves, the amounts stay."""
    order = make(shop)
    address = shop.get(f"/v2/orders/{order['id']}/shipping_addresses")[0]
    path = f"/v2/orders/{order['id']}/shipping_addresses/{address['id']}"
    assert "DE" == shop.send("PUT", path, {"country": "Germany", "country_iso2": "DE"}, 200)["country_iso2"]
    assert order["total_tax"] == shop.order(order["id"])["total_tax"]
    shop.send("PUT", path, {"cost_inc_tax": "1"}, 400)


def test_4_5_any_status_may_be_written_and_moves_no_money(shop: Shop) -> None:
    """Refunded, Partially Refunded and Cancelled are labels only."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    path = f"/v2/orders/{bought.id}"
    for status in (4, 14, 5, 0, 11):
        assert status == shop.send("PUT", path, {"status_id": status}, 200)["status_id"]
    assert 1 == len(shop.get(f"/v3/orders/{bought.id}/transactions")["data"])
    assert [] == shop.get(f"/v3/orders/{bought.id}/payment_actions/refunds")["data"]
    shop.send("PUT", path, {"status": "Shipped"}, 400)


def test_4_5_shipments_move_the_status(shop: Shop) -> None:
    """Part of the goods: Partially Shipped; all: Shipped with a date; deleting does not take it back."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100", "quantity": 3}, {"sku": "DI-EBO-001"}, customer_id=11)
    path = f"/v2/orders/{bought.id}"
    assert shop.get(f"{path}/shipments") is None
    line = shop.get(f"{path}/products")[0]
    body = {
        "order_address_id": line["order_address_id"],
        "tracking_number": "PN123",
        "items": [{"order_product_id": line["id"], "quantity": 1}],
    }
    shop.send("POST", f"{path}/shipments", body, 201)
    assert 3 == shop.order(bought.id)["status_id"]
    body["items"][0]["quantity"] = 3
    shop.send("POST", f"{path}/shipments", body, 400)
    body["items"][0]["quantity"] = 2
    second = shop.send("POST", f"{path}/shipments", body, 201)
    done = shop.order(bought.id)
    assert (2, 3) == (done["status_id"], done["items_shipped"])
    assert done["date_shipped"].startswith("Mon, 02 Mar 2026")
    shop.send("DELETE", f"{path}/shipments/{second['id']}", None, 204)
    after = shop.order(bought.id)
    assert (2, 1, {"count": 1}) == (after["status_id"], after["items_shipped"], shop.get(f"{path}/shipments/count"))


@pytest.mark.parametrize(
    "change",
    [
        {"order_address_id": 999},
        {"items": []},
        {"tracking_number": "x" * 51},
        {"shipping_provider": "brevduva"},
        {"items": [{"order_product_id": 999, "quantity": 1}]},
    ],
)
def test_4_5_shipment_refusals(shop: Shop, change: dict[str, Any]) -> None:
    """Unknown address, goods or carrier, and a tracking number of more than 50 characters."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    line = shop.get(f"/v2/orders/{bought.id}/products")[0]
    body = {"order_address_id": line["order_address_id"], "items": [{"order_product_id": line["id"], "quantity": 1}]}
    shop.send("POST", f"/v2/orders/{bought.id}/shipments", body | change, 400)


def test_4_5_capture_and_void_happen_later(shop: Shop) -> None:
    """authorized, capture pending, captured, and 7 becomes 11; the other order is voided."""
    taken, left = (shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11, payment="klarna") for _ in range(2))
    assert (7, "authorized") == (taken.status_id, taken.payment_status)
    assert {} == shop.send("POST", f"/v3/orders/{taken.id}/payment_actions/capture", None, 201)
    shop.send("POST", f"/v3/orders/{left.id}/payment_actions/void", None, 201)
    assert ["capture pending", "void pending"] == [shop.order(order.id)["payment_status"] for order in (taken, left)]
    shop.send("POST", f"/v3/orders/{taken.id}/payment_actions/capture", None, 422)
    shop.advance(3)
    assert [("captured", 11), ("void", 7)] == [
        (order["payment_status"], order["status_id"]) for order in (shop.order(taken.id), shop.order(left.id))
    ]
    rows = shop.get(f"/v3/orders/{taken.id}/transactions")["data"]
    assert [("authorization", None), ("capture", rows[0]["id"])] == [
        (row["event"], row["reference_transaction_id"]) for row in rows
    ]


def test_4_10_delete_archives(shop: Shop) -> None:
    """Out of the list, still readable, back in the list when asked for."""
    order = make(shop)
    shop.send("DELETE", f"/v2/orders/{order['id']}", None, 204)
    assert shop.get("/v2/orders") is None
    assert True is shop.order(order["id"])["is_deleted"]
    assert [order["id"]] == [row["id"] for row in shop.get("/v2/orders?is_deleted=true")]


def test_4_10_delete_of_all_archives_every_order(shop: Shop) -> None:
    """Without asking."""
    for _ in range(3):
        make(shop)
    shop.send("DELETE", "/v2/orders", None, 204)
    assert 0 == shop.get("/v2/orders/count")["count"]


def test_4_10_min_date_modified_finds_every_change(shop: Shop) -> None:
    """An edit, a status, a shipment, a refund move date_modified; the filter is inclusive; both date forms work."""
    orders = [shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11) for _ in range(4)]
    shop.advance(60)
    shop.send("PUT", f"/v2/orders/{orders[1].id}", {"staff_notes": "x"}, 200)
    shop.send("PUT", f"/v2/orders/{orders[2].id}", {"status_id": 10}, 200)
    for since in ("2026-03-02T09:01:00Z", "Mon, 02 Mar 2026 09:01:00 %2B0000", "2026-03-02T09:01:00"):
        assert [orders[1].id, orders[2].id] == [row["id"] for row in shop.get(f"/v2/orders?min_date_modified={since}")]
    assert [orders[0].id, orders[3].id] == [
        row["id"] for row in shop.get("/v2/orders?max_date_modified=2026-03-02T09:00:30Z")
    ]
    newest = shop.get("/v2/orders?sort=date_modified:desc&limit=2")
    assert {orders[1].id, orders[2].id} == {row["id"] for row in newest}


def test_filters(shop: Shop) -> None:
    """id, status, channel, customer, e-mail, total."""
    first = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    second = shop.shopper.checkout({"sku": "KO-GJU-080"}, customer_id=17, channel_id=2, payment="bank")
    for query, expected in (
        ("min_id=1002", [second.id]),
        ("max_id=1001", [first.id]),
        ("status_id=7", [second.id]),
        ("channel_id=2", [second.id]),
        ("customer_id=11", [first.id]),
        ("email=greta.schmidt@example.com", [second.id]),
        ("min_total=500", [second.id]),
        ("payment_method=Bankgiro", [second.id]),
    ):
        assert expected == [row["id"] for row in shop.get(f"/v2/orders?{query}")], query


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2000) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "product_id", "quantity", "price_ex_tax", "price_inc_tax", "zip", "name", "amount"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "products",
        "billing_address",
        "shipping_addresses",
        "fees",
        "status_id",
        "customer_id",
        "channel_id",
        "discount_amount",
        "total_inc_tax",
        "total_ex_tax",
        "consignments",
        "date_created",
        "default_currency_code",
        "staff_notes",
    ]
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.dictionaries(FIELDS, JSON, max_size=5), put=st.booleans())
def test_4_2_no_body_makes_the_store_fall_over(shop: Shop, body: dict[str, Any], put: bool) -> None:
    """Whatever is sent is taken or refused with 400."""
    shop.shopper.switch(quota=None)
    if put:
        order = make(shop)
        answer = shop.call("PUT", f"/v2/orders/{order['id']}", body)
    else:
        answer = shop.call("POST", "/v2/orders", {"billing_address": SWEDEN, "products": [TEA]} | body)
    assert answer.status_code in {200, 201, 400}, answer.text
