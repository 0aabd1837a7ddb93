"""Customers, coupons, tax rates and classes: written, read, refused; and which rate an address meets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .conftest import SWEDEN, Shop


def test_customers(shop: Shop) -> None:
    """Created, changed, found by e-mail and role, refused twice, deleted by force."""
    made = shop.send("POST", "/customers", {"email": "ny@example.test", "billing": {"company": "Ny AB"}}, 201)
    path = f"/customers/{made['id']}"
    assert ("ny", "customer", "Ny AB") == (made["username"], made["role"], made["billing"]["company"])
    assert 400 == shop.call("POST", "/customers", {}).status_code
    taken = shop.call("PUT", path, {"email": made["email"].upper()})
    assert 200 == taken.status_code  # its own address is not taken
    other = shop.call("PUT", "/customers/2", {"email": "ny@example.test"})
    assert "registration-error-email-exists" == other.json()["code"]
    meta = shop.send("PUT", path, {"meta_data": [{"key": "orgnr", "value": "556036-0793"}]}, 200)["meta_data"]
    assert "556036-0793" == meta[-1]["value"]
    shop.send("PUT", path, {"role": "subscriber", "meta_data": [{"key": "orgnr", "value": None}]}, 200)
    assert made["id"] not in [row["id"] for row in shop.get("/customers?per_page=100")]
    assert made["id"] in [row["id"] for row in shop.get("/customers?per_page=100&role=all")]
    shop.send("DELETE", f"{path}?force=true", None, 200)
    assert (404, "woocommerce_rest_invalid_id") == (
        shop.call("GET", path).status_code,
        shop.call("GET", path).json()["code"],
    )


def test_coupons(shop: Shop) -> None:
    """Created, changed, used, expired, refused."""
    body = {"code": "VÅR", "discount_type": "percent", "amount": "20", "minimum_amount": "500"}
    made = shop.send("POST", "/coupons", body, 201)
    path = f"/coupons/{made['id']}"
    assert ("vår", "20.00", "500.00") == (made["code"], made["amount"], made["minimum_amount"])
    again = shop.call("POST", "/coupons", body)
    assert "woocommerce_rest_coupon_code_already_exists" == again.json()["code"]
    assert "woocommerce_rest_empty_coupon_code" == shop.call("POST", "/coupons", {}).json()["code"]
    assert 400 == shop.call("PUT", path, {"discount_type": "gratis"}).status_code
    too_little = shop.call(
        "POST", "/orders", {"line_items": [{"sku": "MUG-1"}], "coupon_lines": [{"code": "vår"}]}
    ).json()
    assert "minimum spend" in too_little["message"]
    order = shop.order({"sku": "KVARN-1"}, coupon_lines=[{"code": "VÅR"}])
    assert ("1079.20", 1) == (order["total"], shop.get(path)["usage_count"])
    shop.send("PUT", path, {"date_expires": "2026-03-02T09:00:00"}, 200)
    late = shop.call("POST", "/orders", {"line_items": [{"sku": "KVARN-1"}], "coupon_lines": [{"code": "vår"}]})
    assert "has expired" in late.json()["message"]
    assert 400 == shop.call("PUT", path, {"date_expires": "snart"}).status_code
    shop.send("DELETE", path, None, 200)
    assert 404 == shop.call("GET", path).status_code


def test_coupon_changes_of_an_order(shop: Shop) -> None:
    """The coupons become exactly those given; without any the lines cost what they did."""
    order = shop.order({"sku": "MUG-1"}, coupon_lines=[{"code": "tio"}])
    path = f"/orders/{order['id']}"
    both = shop.send("PUT", path, {"coupon_lines": [{"code": "tio"}, {"code": "styck5"}]}, 200)
    none = shop.send("PUT", path, {"coupon_lines": []}, 200)
    assert ["179.10", "174.10", "199.00"] == [order["total"], both["total"], none["total"]]
    assert ([], "0.00") == (none["coupon_lines"], none["discount_total"])
    only = {"code": "bok", "discount_type": "fixed_product", "amount": "40"}
    book = shop.get("/products?sku=BOK-1")[0]["id"]
    shop.send("POST", "/coupons", {**only, "product_ids": [book]}, 201)
    shop.send("POST", "/coupons", {**only, "code": "ejbok", "excluded_product_ids": [book]}, 201)
    lines: tuple[dict[str, Any], ...] = ({"sku": "BOK-1"}, {"sku": "MUG-1"})
    for code, totals in (("bok", ["209.00", "199.00"]), ("ejbok", ["249.00", "159.00"])):
        rows = shop.order(*lines, coupon_lines=[{"code": code}])["line_items"]
        assert totals == [str(Decimal(row["total"]) + Decimal(row["total_tax"])) for row in rows]


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ({"country": "SE", "postcode": "211 34", "city": "Malmö"}, ["Stad"]),
        ({"country": "SE", "postcode": "21500", "city": "Lund"}, ["Område"]),
        ({"country": "SE", "postcode": "99 999", "city": "Lund"}, ["Nord"]),
        ({"country": "SE", "postcode": "50000", "city": "Lund"}, ["Moms 25%"]),
        ({"country": "US", "postcode": "10001", "city": "New York"}, ["Världen"]),
    ],
)
def test_the_most_specific_rate_wins(shop: Shop, address: dict[str, str], wanted: list[str]) -> None:
    """City and postcode, ranges and wildcards, before the country, before the whole world."""
    for body in (
        {"name": "Stad", "country": "SE", "rate": "1", "cities": ["Malmö"], "postcodes": ["21134"]},
        {"name": "Område", "country": "SE", "rate": "2", "postcodes": ["21000...21999"]},
        {"name": "Nord", "country": "SE", "rate": "3", "postcodes": ["99*"]},
        {"name": "Världen", "rate": "4"},
    ):
        shop.send("POST", "/taxes", body, 201)
    order = shop.order({"sku": "MUG-1"}, billing=address, shipping=address)
    assert wanted == [row["label"] for row in order["tax_lines"]]


def test_tax_is_based_on(shop: Shop) -> None:
    """Shipping address, billing address, the shop; and the shop when goods are fetched or nobody said where."""
    billing, shipping = {"country": "DE"}, {"country": "FI"}
    codes = []
    for based_on in ("shipping", "billing", "base"):
        shop.shopper.switch(tax_based_on=based_on)
        codes.append(shop.order({"sku": "MUG-1"}, billing=billing, shipping=shipping)["tax_lines"][0]["rate_code"][:2])
    shop.shopper.switch(tax_based_on="shipping")
    fetched = [{"method_id": "local_pickup", "method_title": "Hämta", "total": "0"}]
    for more in ({"shipping_lines": fetched, "shipping": shipping}, {"billing": {}, "shipping": {}}):
        codes.append(shop.order({"sku": "MUG-1"}, **more)["tax_lines"][0]["rate_code"][:2])
    assert ["FI", "DE", "SE", "SE", "SE"] == codes


def test_shipping_class(shop: Shop) -> None:
    """Inherited: standard if any line has it, else what the lines have; or always the one that is set."""
    freight = [{"method_id": "flat_rate", "method_title": "PostNord", "total": "100.00"}]
    coffee = shop.order({"sku": "KAFFE-450"}, shipping_lines=freight)
    both = shop.order({"sku": "KAFFE-450"}, {"sku": "MUG-1"}, shipping_lines=freight)
    stamps = shop.order({"sku": "FRIM-1"}, shipping_lines=freight)
    shop.shopper.switch(shipping_tax_class="moms-6")
    fixed = shop.order({"sku": "MUG-1"}, shipping_lines=freight)
    assert ["12.00", "25.00", "0.00", "6.00"] == [order["shipping_tax"] for order in (coffee, both, stamps, fixed)]


def test_rates_and_classes(shop: Shop) -> None:
    """A change reaches new orders only; a class takes its rates with it; unknown ones are refused."""
    old = shop.order({"sku": "MUG-1"})
    rate = old["tax_lines"][0]["rate_id"]
    shop.send("PUT", f"/taxes/{rate}", {"rate": "24.0000", "name": "Moms 24%"}, 200)
    new = shop.order({"sku": "MUG-1"})
    assert [("Moms 25%", "39.80"), ("Moms 24%", "38.52")] == [
        (order["tax_lines"][0]["label"], order["tax_lines"][0]["tax_total"])
        for order in (shop.get(f"/orders/{old['id']}"), new)
    ]
    assert 501 == shop.call("DELETE", f"/taxes/{rate}").status_code
    assert 400 == shop.call("POST", "/taxes", {"class": "moms-99"}).status_code
    assert 400 == shop.call("POST", "/taxes/classes", {"name": "Moms 12"}).status_code
    before = len(shop.get("/taxes?class=moms-12&per_page=100"))
    shop.send("DELETE", "/taxes/classes/moms-12?force=true", None, 200)
    assert (5, 0) == (before, len(shop.get("/taxes?class=moms-12")))
    assert 404 == shop.call("DELETE", "/taxes/classes/moms-12?force=true").status_code


def test_taxes_off(shop: Shop) -> None:
    """No tax lines, and prices as entered; nothing in the order tells why."""
    shop.send("PUT", "/settings/general/woocommerce_calc_taxes", {"value": "no"}, 200)
    order = shop.order({"sku": "MUG-1"})
    bought = shop.shopper.checkout({"sku": "MUG-1"}, billing=SWEDEN, shipping_method="local_pickup")
    assert (([], "199.00"), "199.00") == ((order["tax_lines"], order["total"]), str(bought.total))
