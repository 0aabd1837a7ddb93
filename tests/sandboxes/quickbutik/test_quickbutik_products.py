"""/products in its three shapes, its stock, its variants; categories, ways to pay and send; metadata."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .conftest import ASA, Shop

DOCUMENTED = {  # the fields of a variant in the documented example
    "id",
    "ovalue_id_1",
    "product_id",
    "sku",
    "price",
    "qty",
    "weight",
    "before_price",
    "purchase_price",
    "image_id",
    "gtin",
    "supplier_sku",
    "hidden",
    "qty_location",
    "preorder",
    "min_purchase_quantity",
    "max_purchase_quantity",
    "preselected",
    "disable_minusqty",
    "values",
}


def skus(answer: Any) -> list[str]:
    """The article numbers of a list."""
    return [one["sku"] for one in answer]


def test_three_shapes(shop: Shop) -> None:
    """A list inside `product`, one inside `product`, a bare array for a search."""
    assert ["product"] == list(shop.get("/products")) == list(shop.get("/products?sku=SAX-1"))
    assert isinstance(shop.get("/products")["product"], list)
    assert isinstance(shop.get("/products?product_id=101")["product"], dict)
    assert ["MARKOR-10"] == skus(shop.get("/products?search=maskmark"))
    assert [] == shop.get("/products?search=nothing-like-it")


def test_bare_arrays(shop: Shop) -> None:
    """As older clients see them."""
    shop.shopper.switch(product_list="bare")
    assert 14 == len(shop.get("/products"))
    for query in ("sku=SAX-1", "product_id=104", "search=SAX-1"):
        assert ["SAX-1"] == skus(shop.get(f"/products?{query}"))


def test_search(shop: Shop) -> None:
    """In titles and article numbers, those of variants included."""
    assert ["GARN-BOM-50", "GARN-ULL-100"] == skus(shop.get("/products?search=garn"))
    assert ["TROJA"] == skus(shop.get("/products?search=troja-m")) == skus(shop.get("/products?search=STICKAD"))


def test_pages(shop: Shop) -> None:
    """The latest first; fifty without `limit`, as the old document says."""
    every = skus(shop.get("/products")["product"])
    assert ("PRESENTKORT-500", "GARN-ULL-100", 14) == (every[0], every[-1], len(every))
    assert every[2:5] == skus(shop.get("/products?offset=2&limit=3")["product"])
    assert every[:1] == skus(shop.get("/products?limit=0")["product"])
    shop.shopper.switch(product_page=4)
    assert every[:4] == skus(shop.get("/products")["product"])
    assert every[:6] == skus(shop.get("/products?limit=6")["product"])


def test_simple_and_detailed(shop: Shop) -> None:
    """A list is simple unless details are asked for; one product always has them."""
    simple = shop.get("/products?limit=1")["product"][0]
    assert {"id", "sku", "hasVariants", "title", "visible", "qty", "price", "date_modified", "tax_rate"} == set(simple)
    detailed = shop.get("/products?limit=1&include_details=true")["product"][0]
    assert set(simple) < set(detailed) == set(shop.product(detailed["sku"]))
    assert {"variants", "product_package_products", "is_giftcard", "disable_minusqty"} <= set(detailed)


def test_one_product(shop: Shop) -> None:
    """Text everywhere; `qty` is read; a bundle names its parts."""
    scissors = shop.product("SAX-1")
    assert {
        "id": "104",
        "price": "74.95",
        "tax_rate": "25",
        "qty": "80",
        "hasVariants": "0",
        "visible": "1",
        "disable_minusqty": "1",
        "is_giftcard": "0",
        "supplier_name": "Ullspinneriet AB",
        "headcategory_name": "Tillbehör",
        "date_modified": "2026-03-02 10:00:00",
    }.items() <= scissors.items()
    assert "stock" not in scissors
    assert ["GARN-ULL-100", "STICKA-4"] == skus(shop.product("PAKET-NYBORJARE")["product_package_products"])


def test_variants(shop: Shop) -> None:
    """Each with its own number, price and stock; found by the article number of one of them."""
    sweater = shop.product("TROJA-M")
    assert ("TROJA", "1") == (sweater["sku"], sweater["hasVariants"])
    assert [("1001", "TROJA-S", "899.00"), ("1002", "TROJA-M", "899.00"), ("1003", "TROJA-L", "949.00")] == [
        (one["id"], one["sku"], one["price"]) for one in sweater["variants"]
    ]
    medium = sweater["variants"][1]
    assert [{"ovalue_field": medium["ovalue_id_1"], "name": "Storlek", "val": "M"}] == medium["values"]
    assert DOCUMENTED == set(medium)
    assert (False, "0") == (medium["disable_minusqty"], sweater["disable_minusqty"])
    shop.shopper.switch(numbers="json")
    assert Decimal("899.00") == shop.product("TROJA-M")["variants"][1]["price"]


def test_a_shop_that_does_not_tell_the_rate(shop: Shop) -> None:
    """The documents' example has no tax_rate; a client has."""
    shop.shopper.switch(product_tells_rate=False)
    assert "tax_rate" not in shop.product("SAX-1")


@pytest.mark.parametrize("query", ["product_id=9999", "product_id=x", "sku=NIX"])
def test_no_such_product(shop: Shop, query: str) -> None:
    """404 with the documented body."""
    assert {"code": 404, "error": "Resource not found"} == shop.send("GET", f"/products?{query}", status=404)


def test_count(shop: Shop) -> None:
    """Text, as documented."""
    assert {"count": "14"} == shop.get("/products/count")
    shop.send("POST", "/products", {"title": "Ny"})
    assert {"count": "15"} == shop.get("/products/count")


def test_create(shop: Shop) -> None:
    """Stock is written as `stock`; a new product may bring its variants."""
    made = shop.send(
        "POST",
        "/products",
        {
            "title": "Vantar",
            "sku": "VANTE",
            "price": 299,
            "tax_rate": 25,
            "stock": 7,
            "visible": 1,
            "weight": 90,
            "headcategory_name": "Kläder",
            "images": [{"url": "https://example.test/a.png", "alttext": "Vantar"}],
            "variants": {
                "sync": [
                    {
                        "variant_option1_name": "Färg",
                        "variant_option1_value": color,
                        "variant_option2_name": "Storlek",
                        "variant_option2_value": "M",
                        "sku": f"VANTE-{color}",
                        "price": 309,
                        "qty": 3,
                    }
                    for color in ("Röd", "Blå")
                ]
            },
        },
    )
    assert (1, 2) == (made["success"], len(made["variants"]))
    product = shop.get(f"/products?product_id={made['product_id']}")["product"]
    assert ("299", "7", "90", "Kläder") == tuple(
        product[name] for name in ("price", "qty", "weight", "headcategory_name")
    )
    assert [("VANTE-Röd", "309.00", "3"), ("VANTE-Blå", "309.00", "3")] == [
        (one["sku"], one["price"], one["qty"]) for one in product["variants"]
    ]
    order_id = shop.create({"sku": "VANTE-Blå"})
    assert "Blå, M" == shop.details(order_id)["products"][0]["variant"]


def test_create_notices(shop: Shop) -> None:
    """What was left out is told; a duplicate is skipped when asked."""
    told = shop.send("POST", "/products", {"title": "X", "qty": 5, "variants": {"add": [{"sku": "Y"}]}})
    assert ["A variant without options was left out", "qty is written as stock"] == told["notices"]
    skipped = shop.send("POST", "/products", {"title": "Sax", "sku": "SAX-1", "skipIfDuplicate": True})
    assert (0, 1) == (skipped["success"], len(skipped["notices"]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": "gratis"},
        {"price": True},
        {"tax_rate": []},
        {"stock": "många"},
        {"stock": None},
        {"variants": "röd"},
        {"variants": {"sync": 5}},
        {"variants": {"add": ["röd"]}},
        {"variants": {"add": [{"variant_option1_name": "Färg"}]}},
        {"variants": {"add": [{"variant_option1_name": "Färg", "variant_option1_value": "Röd", "price": "x"}]}},
    ],
)
def test_what_cannot_be_created(shop: Shop, wrong: dict[str, Any]) -> None:
    """A field that cannot be read: 400, no product, no number used."""
    answer = shop.call("POST", "/products", {"title": "Vante", "sku": "VANTE", **wrong})
    assert (400, 400) == (answer.status_code, answer.json()["code"])
    assert {"count": "14"} == shop.get("/products/count")
    assert "115" == shop.send("POST", "/products", {"title": "Vante"})["product_id"]


def test_stock_is_written_whole(shop: Shop) -> None:
    """No delta: a sale between reading and writing is overwritten."""
    read = int(shop.product("GARN-ULL-100")["qty"])
    shop.put(shop.create({"sku": "GARN-ULL-100", "qty": 10}), status="paid")
    assert str(read - 10) == shop.product("GARN-ULL-100")["qty"]
    told = shop.send("PUT", "/products", {"sku": "GARN-ULL-100", "stock": read + 50})
    assert {"success": 1, "variants": [], "errors": []} == told
    assert str(read + 50) == shop.product("GARN-ULL-100")["qty"]


def test_no_stock_below_zero(shop: Shop) -> None:
    """With disable_minusqty a written minus is nothing; without, a minus."""
    shop.send("PUT", "/products", [{"sku": "SAX-1", "stock": -4}, {"sku": "STICKA-4", "stock": -4}])
    assert ("0", "-4") == (shop.product("SAX-1")["qty"], shop.product("STICKA-4")["qty"])


def test_update_many(shop: Shop) -> None:
    """By id, by variant, by unique article number; each mistake named, HTTP 200."""
    shop.advance(60)
    told = shop.send(
        "PUT",
        "/products",
        [
            {"product_id": 101, "price": "95.50", "sku": "GARN-ULL"},
            {"variant_id": 1002, "stock": 5, "price": 879},
            {"sku": "TROJA-L", "qty": 6},
            {"sku": "NIX", "stock": 1},
            {"product_id": 102, "price": "gratis"},
            17,
        ],
    )
    assert (3, ["1002", "1003"], 3) == (told["success"], told["variants"], len(told["errors"]))
    yarn = shop.product("GARN-ULL")
    assert ("95.50", "2026-03-02 10:01:00") == (yarn["price"], yarn["date_modified"])
    assert [("899.00", "40"), ("879.00", "5"), ("949.00", "6")] == [
        (one["price"], one["qty"]) for one in shop.product("TROJA")["variants"]
    ]
    assert ("39.50", "2026-03-02 10:00:00") == tuple(
        shop.product("GARN-BOM-50")[name] for name in ("price", "date_modified")
    )


def test_variants_are_replaced_or_added(shop: Shop) -> None:
    """`sync` is the whole list, `add` one more; the same choices keep their id."""
    large = {"variant_option1_name": "Storlek", "variant_option1_value": "L", "sku": "TROJA-L", "price": 999}
    huge = {"variant_option1_name": "Storlek", "variant_option1_value": "XL", "sku": "TROJA-XL"}
    shop.send("PUT", "/products", {"sku": "TROJA", "variants": {"add": [huge]}})
    assert ["TROJA-S", "TROJA-M", "TROJA-L", "TROJA-XL"] == skus(shop.product("TROJA")["variants"])
    shop.send("PUT", "/products", {"sku": "TROJA", "variants": {"sync": [large]}})
    assert [("1003", "999.00")] == [(one["id"], one["price"]) for one in shop.product("TROJA")["variants"]]


def test_nothing_is_kept_of_a_refused_change(shop: Shop) -> None:
    """The second variant cannot be read, so price, title and the first variant stay as they were."""
    before = shop.product("TROJA")
    size = {"variant_option1_name": "Storlek", "variant_option1_value": "S", "price": 1}
    body = {"sku": "TROJA", "title": "Ny", "price": 5, "variants": {"sync": [size, {**size, "price": "gratis"}]}}
    told = shop.send("PUT", "/products", body)
    assert (0, ["'gratis' is not an amount"]) == (told["success"], told["errors"])
    assert before == shop.product("TROJA")


@pytest.mark.parametrize("by", ["body", "query", "many"])
def test_delete(shop: Shop, by: str) -> None:
    """In the body, in the query, or many at once; unknown ones are told."""
    if by == "query":
        told = shop.send("DELETE", "/products?product_id=104")
    else:
        body: Any = {"product_id": 104}
        told = shop.send("DELETE", "/products", [body, {"sku": "NIX"}] if by == "many" else body)
    assert (1, 1 if by == "many" else 0) == (told["success"], len(told["errors"]))
    assert 404 == shop.call("GET", "/products?sku=SAX-1").status_code


def test_categories(shop: Shop) -> None:
    """Listed and created."""
    assert ["Garn", "Tillbehör", "Fika", "Böcker", "Kurser"] == [one["title"] for one in shop.get("/categories")]
    made = shop.send("POST", "/categories", {"title": "Rea"})
    assert {"id": made["id"], "title": "Rea"} == shop.get("/categories")[-1]


def test_payment_methods(shop: Shop) -> None:
    """All, or one by its id; `method` is what an order's paymethod says."""
    rows = shop.get("/paymentmethods")
    assert ["klarna", "stripe", "swish", "paypal", "invoice"] == [row["method"] for row in rows]
    assert [rows[2]] == shop.get("/paymentmethods?method_id=3")
    assert [] == shop.get("/paymentmethods?method_id=99")
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA, payment="swish").id
    assert rows[2]["method"] == shop.details(order_id)["paymethod"]["method"]


def test_shipping_methods(shop: Shop) -> None:
    """With countries; an order's shipping_id is one of them."""
    rows = shop.get("/shippingmethods")
    assert [["SE"], ["SE"], ["DK", "FI", "NO"], []] == [row["countries"] for row in rows]
    assert [rows[0]] == shop.get("/shippingmethods?shipping_id=1")
    order = shop.details(shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id)
    assert (rows[0]["id"], rows[0]["name"], rows[0]["price"]) == tuple(
        order[f"shipping_{part}"] for part in ("id", "name", "amount")
    )


@pytest.mark.parametrize("scope", ["order", "product", "customer"])
def test_metadata(shop: Shop, scope: str) -> None:
    """Pairs of text per record: created, changed, and deleted by an empty value."""
    number = {"order": shop.create({"sku": "SAX-1"}), "product": 104, "customer": 1}[scope]
    path = f"/metadata/{scope}/{number}"
    assert {} == shop.get(path)
    shop.send("POST", path, {"key": "topseller", "value": "yes"})
    shop.send("PUT", path, {"key": "booked", "value": 17})
    assert {"topseller": "yes", "booked": "17"} == shop.get(path)
    shop.send("PUT", path, {"key": "topseller", "value": ""})
    assert {"booked": "17"} == shop.get(path)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/metadata/order/9", {"key": "a", "value": "b"}, 404),
        ("/metadata/product/x", {"key": "a", "value": "b"}, 404),
        ("/metadata/basket/1", {"key": "a", "value": "b"}, 404),
        ("/metadata/product/104", {"value": "b"}, 400),
        ("/metadata/product/104", [1], 400),
    ],
)
def test_metadata_refused(shop: Shop, path: str, body: Any, status: int) -> None:
    """Unknown records and scopes; a pair without a key."""
    assert status == shop.call("POST", path, body).status_code


def test_metadata_goes_with_its_product(shop: Shop) -> None:
    """A product that is deleted leaves none."""
    shop.send("POST", "/metadata/product/104", {"key": "a", "value": "b"})
    shop.send("DELETE", "/products", {"product_id": 104})
    assert 404 == shop.call("GET", "/metadata/product/104").status_code
    assert ("product", 104) not in shop.sandbox.shop.metadata
