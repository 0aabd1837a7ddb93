"""Which calls are made to read orders and their products, and what is kept of them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from quickbutik_ministore import START, MiniShop, line_json, product_json, refusal

from kontera.commerce import LineKind
from kontera.errors import OurFault, WillRetry
from kontera.storefronts.protocol import FactKind, Read
from kontera.storefronts.quickbutik.products import products_in


def shop_with(count: int, **settings: str) -> MiniShop:
    shop = MiniShop(**settings)
    for number in range(1001, 1001 + count):
        shop.add(number)
    return shop


def read(shop: MiniShop, *ids: Any) -> list[Read]:
    return shop.adapter.read(FactKind.ORDER, [str(one) for one in ids])


def test_a_backfill_of_a_thousand_orders_costs_few_calls() -> None:
    """M19: found and read, products included."""
    shop = shop_with(1000)
    page = shop.adapter.changes(FactKind.ORDER, None, START - timedelta(days=1))
    ids = [change.id for change in page.changes]
    reads = [one for start in range(0, 1000, 500) for one in read(shop, *ids[start : start + 500])]
    assert 1000 == sum(one.order is not None for one in reads)
    assert len(shop.requests) <= 5


def test_orders_are_found_again_without_having_been_listed() -> None:
    """M19: another worker listed them; a place is looked for, not every page."""
    shop = shop_with(5_000)
    wanted = list(range(3_001, 3_400))
    assert all(one.order is not None for one in read(shop, *wanted))
    assert len(shop.requests) <= 12


def test_orders_far_apart_are_all_read() -> None:
    """M1: some old, some new, one of them gone."""
    shop = shop_with(4_000)
    del shop.orders[1500]
    wanted = [1002, 1003, 1500, 2600, 4900, 4999, 5000]
    found = {one.id: one for one in read(shop, *wanted)}
    assert ["1500"] == [one.id for one in found.values() if one.gone]
    assert 6 == sum(one.order is not None for one in found.values())


def test_places_that_moved_are_no_harm() -> None:
    """M1: orders were deleted since they were listed."""
    shop = shop_with(1_500)
    shop.adapter.changes(FactKind.ORDER, None, START - timedelta(days=1))
    for number in range(1001, 1101):
        del shop.orders[number]
    reads = read(shop, *range(1101, 1600))
    assert all(one.order is not None for one in reads)


def test_a_few_are_asked_for_by_themselves() -> None:
    """M15: no list is read for one chosen order."""
    shop = shop_with(100)
    assert all(one.order is not None for one in read(shop, 1001, 1050))
    asked = [request.url.params["order_id"] for request in shop.requests if "order_id" in request.url.params]
    assert ["1001", "1050"] == asked


def test_the_same_id_twice_is_one_answer() -> None:
    """M15: and ids that are none are gone without a call."""
    shop = shop_with(1)
    reads = read(shop, 1001, 1001, "x", "01001", "9" * 30)
    assert ["1001", "x", "01001", "9" * 30] == [one.id for one in reads]
    assert [False, True, True, True] == [one.gone for one in reads]


def test_no_such_order_as_404_or_as_an_empty_list() -> None:
    """M1: documents and clients differ."""
    shop = shop_with(1)
    shop.next = [refusal(404, "Resource not found")]
    assert read(shop, 1001)[0].gone
    shop.next = [httpx2.Response(200, json=[])]
    assert read(shop, 1001)[0].gone


def test_another_order_than_asked_for_is_not_taken() -> None:
    """M1: a shop that ignores the filter must not make one order out of another."""
    shop = shop_with(2)
    shop.next = [httpx2.Response(200, json=[shop.orders[1002]])]
    assert read(shop, 1001)[0].gone


def test_what_is_kept_is_what_was_sent() -> None:
    """M100: the order byte for byte, and of its products what was used."""
    shop = shop_with(1)
    body = json.dumps([shop.orders[1001]], indent=3).encode()
    shop.next = [httpx2.Response(200, content=body, headers={"content-type": "application/json"})]
    (one,) = read(shop, 1001)
    assert one.raw.startswith(b'{"order":{\n')
    kept = json.loads(one.raw)
    assert shop.orders[1001] == kept["order"]
    assert {"10": {"tax_rate": "25", "is_giftcard": "0", "id": "10"}} == kept["products"]


def test_products_are_asked_for_once() -> None:
    """M19: ten orders of one product cost one call for it."""
    shop = shop_with(10)
    read(shop, *range(1001, 1011))
    read(shop, *range(1001, 1011))
    assert 1 == shop.paths().count("/products")


def test_many_products_are_read_as_a_list() -> None:
    """M19: sixty unknown products of a catalogue of ninety: one list, not sixty calls."""
    shop = MiniShop()
    shop.products = [product_json(number, sku=f"A{number}") for number in range(100, 190)]
    lines = [line_json(number, "250", product=number, sku=f"A{number}") for number in range(100, 160)]
    sums = {"items_amount": "15000", "total_amount": "15000", "total_pay_amount": "15000", "tax_amount": "3000"}
    shop.add(1001, products=lines, **sums)
    assert read(shop, 1001)[0].order is not None
    assert len(shop.requests) <= 5


def test_a_shop_that_gives_smaller_pages() -> None:
    """M19: the end of a list is a page that tells nothing new."""
    shop = MiniShop()
    shop.largest = 7
    shop.products = [product_json(number, sku=f"A{number}") for number in range(100, 150)]
    assert all(check.ok for check in shop.adapter.readiness())
    assert 1 + 8 + 1 == len(shop.requests)


def test_a_deleted_product_that_was_made_again() -> None:
    """M14: found by its article number."""
    shop = MiniShop()
    shop.products = [product_json(77, sku="TE10")]
    shop.add(1001)
    (one,) = read(shop, 1001)
    assert one.order is not None
    assert (None, True) == (one.lacks, one.worked_out)


def test_a_deleted_product_is_lacking() -> None:
    """M14, M45: told beside the order; intake may know it."""
    shop = MiniShop()
    shop.products = []
    shop.add(1001)
    (one,) = read(shop, 1001)
    assert one.order is not None
    assert one.lacks is not None
    assert ("PRODUCT_VAT_UNKNOWN", "article:TE10") == (one.lacks.code, one.lacks.cause)


def test_a_variants_article_number_finds_its_product() -> None:
    """M14."""
    shop = MiniShop()
    shop.products = [product_json(77, sku="", variants=[{"id": "1", "sku": "TE10"}])]
    shop.add(1001)
    assert read(shop, 1001)[0].lacks is None


def test_an_unfinished_checkout_is_not_worked_out() -> None:
    """M1: nothing of it reaches the books."""
    shop = MiniShop()
    shop.add(1001, status="-1", date_paid="")
    (one,) = read(shop, 1001)
    assert one.order is not None
    assert (False, None) == (one.worked_out, one.lacks)


@pytest.mark.parametrize(
    "body",
    [
        b'{"product": {"id": "10", "sku": "TE10", "tax_rate": "25"}}',
        b'{"product": [{"id": 10, "sku": "TE10", "tax_rate": 25}]}',
        b'[{"id": "10", "sku": "TE10", "tax_rate": "25.00"}]',
        b'{"id": "10"}',
        b"null",
        b"",
        b"[]",
    ],
)
def test_every_shape_of_a_product_answer(body: bytes) -> None:
    """M26: the documents know three, and clients an older one."""
    assert len(products_in(body)) == (1 if b"tax_rate" in body else 0)


def test_half_an_answer_about_products_is_tried_again() -> None:
    """M97: it is no answer, and not the order's fault."""
    shop = shop_with(1)
    shop.always = lambda request: (
        httpx2.Response(200, content=b'{"product": [{"id"') if request.url.path.endswith("/products") else None
    )
    with pytest.raises(WillRetry) as caught:
        read(shop, 1001)
    assert "VENDOR_UNREACHABLE" == caught.value.problem.code


def test_a_bundle_is_its_own_line_alone() -> None:
    """M37: price, stock and VAT are the bundle's; its parts are not sold twice."""
    shop = MiniShop()
    parts = [{"product_id": 11, "title": "Kaffe", "qty": 2, "sku": "KAFFE1", "price": "89"}]
    shop.add(1001, products=[line_json(1, "250", app={"productpackages": parts})])
    (one,) = read(shop, 1001)
    assert one.order is not None
    assert [(LineKind.PRODUCT, "TE10")] == [(line.kind, line.sku) for line in one.order.lines]
    assert ["10"] == list(json.loads(one.raw)["products"])


def test_only_orders_are_read() -> None:
    """capabilities() says so."""
    with pytest.raises(OurFault):
        MiniShop().adapter.read(FactKind.PRODUCT, ["1"])
