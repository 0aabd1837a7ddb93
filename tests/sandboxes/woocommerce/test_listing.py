"""Lists: paging headers as recorded, filters, and the meaning of dates."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Shop
from .test_replay import RECORDED_HOST, recording

PAGES = recording("44")


@pytest.fixture
def sixteen(shop: Shop) -> list[int]:
    """Sixteen orders, one second apart, as many as the real shop had when the pages were recorded."""
    numbers = []
    for _ in range(16):
        numbers.append(shop.order({"sku": "MUG-1"})["id"])
        shop.advance(1)
    return numbers


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4])
def test_recorded_paging_headers(shop: Shop, sixteen: list[int], place: int) -> None:
    """Totals and the Link header, letter by letter, also of a page past the end and with an offset."""
    exchange = PAGES[place]
    answer = shop.call("GET", "/" + exchange["request"]["url"].rpartition("/wc/v3/")[2])
    host = shop.sandbox.base_url.partition("//")[2]
    names = ("X-WP-Total", "X-WP-TotalPages", "Link", "Allow", "Cache-Control", "Access-Control-Expose-Headers")
    wanted = {name: exchange["response"]["headers"][name] for name in names}
    assert wanted == {name: answer.headers[name].replace(host, RECORDED_HOST) for name in names}
    assert len(exchange["response"]["body"]) == len(answer.json())
    if answer.json():
        assert set(exchange["response"]["body"][0]) == set(answer.json()[0])


def test_past_the_end_without_hpos(shop: Shop, sixteen: list[int]) -> None:
    """The true total, where HPOS says 0."""
    shop.shopper.switch(hpos=False)
    answer = shop.call("GET", "/orders?page=99")
    assert ([], "16") == (answer.json(), answer.headers["X-WP-Total"])


def _ids(shop: Shop, query: str) -> list[int]:
    return [row["id"] for row in shop.get(f"/orders?_fields=id&{query}")]


def test_filters(shop: Shop) -> None:
    """Statuses as text, list or numbered list; include, customer, product, search."""
    first = shop.order({"sku": "MUG-1"}, set_paid=True, customer_id=2)["id"]
    second = shop.order({"sku": "KAFFE-450"}, status="on-hold")["id"]
    third = shop.order({"sku": "MUG-1"}, billing={"last_name": "Weiß"})["id"]
    assert [second, first] == _ids(shop, "status=processing,on-hold")
    assert [second, first] == _ids(shop, "status[]=processing&status[]=on-hold")
    assert [second, first] == _ids(shop, "status%5B0%5D=processing&status%5B1%5D=on-hold")
    assert [third, first] == _ids(shop, f"include={first},{third}")
    assert [first, third] == _ids(shop, f"include={first},{third}&orderby=include&order=desc")
    assert [first] == _ids(shop, "customer=2")
    mug = shop.get("/products?sku=MUG-1")[0]["id"]
    assert [third, first] == _ids(shop, f"product={mug}")
    assert [third] == _ids(shop, "search=Wei%C3%9F")
    assert [second] == _ids(shop, f"exclude={first},{third}")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("per_page=0", "rest_out_of_bounds"),
        ("per_page=101", "rest_out_of_bounds"),
        ("per_page=x", "rest_invalid_type"),
        ("page=0", "rest_out_of_bounds"),
        ("orderby=total", "rest_not_in_enum"),
        ("status=banana", "rest_not_in_enum"),
        ("modified_after=yesterday", "rest_invalid_date"),
        ("modified_after=2026-03-02", "rest_invalid_date"),
        ("modified_after=2026-13-02T00:00:00", "rest_invalid_date"),
        ("modified_after=2026-03-02T00:00:00+01:00", "rest_invalid_date"),
    ],
)
def test_invalid_parameters(shop: Shop, query: str, code: str) -> None:
    """400, with the parameter named."""
    answer = shop.call("GET", f"/orders?{query}")
    name = query.partition("=")[0]
    assert (400, "rest_invalid_param") == (answer.status_code, answer.json()["code"])
    assert code == answer.json()["data"]["details"][name]["code"]


def test_dates_and_the_double_conversion(shop: Shop) -> None:
    """An order changed at 09:00:00 GMT, 10:00:00 in the shop. Every honest way of asking finds it; `Z` together with
    dates_are_gmt is converted twice and hides an hour of changes. After is strict."""
    number = shop.order({"sku": "MUG-1"})["id"]
    found: dict[str, Any] = {
        query: _ids(shop, query)
        for query in (
            "modified_after=2026-03-02T09:59:59",
            "modified_after=2026-03-02T10:00:00",
            "modified_after=2026-03-02T08:59:59&dates_are_gmt=true",
            "modified_after=2026-03-02T08:59:59Z",
            "modified_after=2026-03-02T09:59:59%2B01:00",
            "modified_after=2026-03-02T08:59:59Z&dates_are_gmt=true",
            "modified_after=2026-03-02T07:59:59Z&dates_are_gmt=true",
            "after=2026-03-02T09:59:59&before=2026-03-02T10:00:01",
            "before=2026-03-02T10:00:00",
        )
    }
    assert [True, False, True, True, True, False, True, True, False] == [rows == [number] for rows in found.values()]


def test_customers_ignore_modified_after(shop: Shop) -> None:
    """Everything comes back, silently; products know the parameter."""
    later = "modified_after=2030-01-01T00:00:00"
    assert 10 == len(shop.get(f"/customers?{later}"))
    assert [] == shop.get(f"/products?{later}")


def test_trash_and_drafts(shop: Shop) -> None:
    """status=any shows drafts of checkouts and hides the trash; a trashed order is still read by its id."""
    draft = shop.shopper.checkout({"sku": "MUG-1"}, billing={"country": "SE"}, incomplete=True).id
    gone = shop.order({"sku": "MUG-1"})["id"]
    answer = shop.send("DELETE", f"/orders/{gone}", None, 200)
    assert ("pending", [draft]) == (answer["status"], _ids(shop, "status=any"))
    assert "trash" == shop.get(f"/orders/{gone}")["status"]
    assert [gone] == _ids(shop, "status=trash")
    assert 410 == shop.call("DELETE", f"/orders/{gone}").status_code
    shop.send("PUT", f"/orders/{gone}", {"status": "processing"}, 200)
    assert [gone, draft] == _ids(shop, "status=any")
    shop.send("DELETE", f"/orders/{gone}?force=true", None, 200)
    assert 404 == shop.call("GET", f"/orders/{gone}").status_code


def test_fields(shop: Shop) -> None:
    """`_fields` reaches into objects; a single record keeps its links."""
    number = shop.order({"sku": "MUG-1"})["id"]
    assert {"total", "billing", "_links"} == set(shop.get(f"/orders/{number}?_fields=total,billing.country"))
    assert [{"total": "199.00", "billing": {"country": "SE"}}] == shop.get("/orders?_fields=total,billing.country")
