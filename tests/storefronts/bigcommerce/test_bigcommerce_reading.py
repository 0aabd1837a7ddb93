"""How few calls an order costs, what is kept of it, and what happens when parts are missing."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx2
import pytest
from bigcommerce_ministore import START, MiniStore, minutes, order_json

from kontera.commerce import OrderState
from kontera.errors import OurFault
from kontera.storefronts.protocol import FactKind

TRANSACTION = {"id": 5, "event": "purchase", "method": "offsite", "amount": 250, "currency": "SEK", "gateway": "klarna"}


def read(store: MiniStore, *ids: str):
    return store.adapter.read(FactKind.ORDER, list(ids))


def kinds(store: MiniStore) -> list[str]:
    return [path.split("?")[0] for path in store.paths()]


def test_a_paid_order_costs_three_calls() -> None:
    """M8: the order with its lines, addresses and fees; its VAT; its payments."""
    store = MiniStore()
    store.add(1001)
    assert read(store, "1001")[0].order is not None
    assert kinds(store) == ["/v2/orders/1001", "/v2/orders/1001/taxes", "/v3/orders/1001/transactions"]


def test_orders_near_each_other_come_in_one_call() -> None:
    """M1: one list, then two calls each; orders between them that nobody asked for are not answered."""
    store = MiniStore()
    for number in range(1001, 1009):
        store.add(number)
    found = read(store, "1001", "1003", "1007", "1002")
    assert [entry.id for entry in found] == ["1001", "1003", "1007", "1002"]
    assert kinds(store).count("/v2/orders") == 1
    assert len(kinds(store)) == 1 + 4 * 2


def test_orders_far_apart_are_read_by_themselves() -> None:
    """M15: one call more is cheaper than the orders between them."""
    store = MiniStore()
    for number in (1, 40, 5000):
        store.add(number)
    assert [entry.order is not None for entry in read(store, "5000", "1", "40")] == [True, True, True]
    assert "/v2/orders" not in kinds(store)


@pytest.mark.parametrize("identity", ["", "0x1", "1/../2", "-1", "1e3", "9" * 5000, "٣"])
def test_what_is_no_id_is_gone(identity: str) -> None:
    """M15: and never becomes part of an address as it stands."""
    store = MiniStore()
    assert [entry.gone for entry in read(store, identity)] == [True]
    assert all(path.split("?")[0] == "/v2/orders/3" for path in store.paths())


def test_an_archived_order_is_still_read() -> None:
    """M1: lists leave it out; archiving is not removal."""
    store = MiniStore()
    for number in (1, 2, 3):
        store.add(number)
    listed = store._listed
    store._listed = lambda query: [row for row in listed(query) if row["id"] != 2]  # type: ignore[method-assign]
    assert [entry.order is not None for entry in read(store, "1", "2", "3")] == [True, True, True]


def test_coupons_are_read_only_when_one_was_used() -> None:
    """M52."""
    store = MiniStore()
    store.add(1, coupon_discount="10.0000")
    read(store, "1")
    assert "/v2/orders/1/coupons" in kinds(store)


def test_a_free_order_has_no_payments_to_read() -> None:
    """M8: nothing to pay, no tender."""
    store = MiniStore()
    store.add(1, total_inc_tax="0.0000")
    read(store, "1")
    assert kinds(store) == ["/v2/orders/1", "/v2/orders/1/taxes"]


@pytest.mark.parametrize("tender", ["gift_certificate_amount", "store_credit_amount"])
def test_a_tender_makes_the_payments_worth_reading(tender: str) -> None:
    """M54: the certificate's code stands only there."""
    store = MiniStore()
    store.add(1, total_inc_tax="0.0000", **{tender: "10.0000"})
    read(store, "1")
    assert "/v3/orders/1/transactions" in kinds(store)


def test_the_method_is_the_gateway_before_and_after_the_money_comes() -> None:
    """M8: rules match on one key; the text shown to the shopper is only the last resort."""
    store = MiniStore()
    store.add(1, status_id=7, payment_status="", payment_method="Bankgiro", payment_provider_id=None)
    pending = TRANSACTION | {"event": "pending", "method": "offline", "gateway": "bankdeposit"}
    paid = pending | {"id": 6, "event": "purchase", "reference_transaction_id": 5}
    methods = []
    for transactions in ([], [pending], [pending, paid]):
        store.parts["/v3/orders/1/transactions"] = transactions
        (found,) = read(store, "1")
        assert found.order is not None
        methods.append((found.order.payment_method, [payment.state.value for payment in found.order.payments]))
    assert methods == [("bankgiro", []), ("bankdeposit", ["pending"]), ("bankdeposit", ["captured"])]


def test_an_unfinished_checkout_costs_one_call() -> None:
    """M1: it is no sale, and is kept as such."""
    store = MiniStore()
    store.add(1, status_id=0)
    (found,) = read(store, "1")
    assert found.order is not None
    assert (found.order.state, kinds(store)) == (OrderState.INCOMPLETE, ["/v2/orders/1"])


def test_without_included_lines_the_order_is_read_the_long_way() -> None:
    """M8: an older store that answers the include with nothing."""
    store = MiniStore()
    store.add(1)
    whole = order_json(1)["consignments"]["shipping"][0]
    store.consignments_as_links = True
    store.parts["/v2/orders/1/products"] = whole["line_items"]
    store.parts["/v2/orders/1/shipping_addresses"] = [{k: v for k, v in whole.items() if k != "line_items"}]
    (found,) = read(store, "1")
    assert found.order is not None
    assert [line.country for line in found.order.lines] == ["SE"]
    assert {"/v2/orders/1/products", "/v2/orders/1/shipping_addresses"} <= set(kinds(store))


def test_fewer_pieces_than_the_order_states_means_the_long_way() -> None:
    """M8: an include that leaves lines out must not make an order smaller."""
    store = MiniStore()
    store.add(1, items_total=3)
    line = order_json(1)["consignments"]["shipping"][0]["line_items"][0]
    store.parts["/v2/orders/1/products"] = [line, line | {"id": 11, "quantity": 2}]
    (found,) = read(store, "1")
    assert found.order is not None
    assert [line.id for line in found.order.lines] == ["10", "11"]


def test_many_lines_are_read_page_by_page() -> None:
    """M8: 500 lines and more."""
    store = MiniStore()
    store.add(1, items_total=600, total_inc_tax="150000.0000", total_tax="30000.0000")
    line = order_json(1)["consignments"]["shipping"][0]["line_items"][0]
    store.parts["/v2/orders/1/products"] = [line | {"id": number} for number in range(600)]
    (found,) = read(store, "1")
    assert found.order is not None
    assert len(found.order.lines) == 600


def test_the_document_keeps_the_vendors_own_bytes() -> None:
    """M100: what was sent can be shown, to the digit."""
    store = MiniStore()
    store.add(1)
    store.parts["/v3/orders/1/transactions"] = [TRANSACTION]
    (found,) = read(store, "1")
    document = json.loads(found.raw)
    assert list(document) == ["order", "taxes", "transactions"]
    assert document["order"] == store.orders[1]
    assert document["transactions"] == [TRANSACTION]


def test_an_order_that_goes_between_two_calls_is_gone() -> None:
    """M1."""
    store = MiniStore()
    store.add(1)
    gone = httpx2.Response(404, json=[{"status": 404, "message": "gone"}])
    store.always = lambda path: gone if path.endswith("/taxes") else None
    assert [entry.gone for entry in read(store, "1")] == [True]


def test_another_channels_order_is_left_out_with_its_reason() -> None:
    """M1, M97: recorded, not booked from here."""
    store = MiniStore(channel_ids="1, 4")
    store.add(1, channel_id=2)
    store.add(2, channel_id=4)
    first, second = read(store, "1", "2")
    assert (first.order is not None, "channel 2" in first.left_out) == (True, True)
    assert second.order is not None


def test_changes_of_other_channels_are_not_named() -> None:
    """M1: one channel is asked for, several are picked out."""
    for channels in ("1", "1,7"):
        store = MiniStore(channel_ids=channels)
        store.add(1, channel_id=1)
        store.add(2, channel_id=2)
        page = store.adapter.changes(FactKind.ORDER, None, START - timedelta(days=1))
        assert [change.id for change in page.changes] == ["1"]


def test_a_row_with_a_broken_date_hides_no_other() -> None:
    """M1: it is named without a time; reading it makes the problem."""
    store = MiniStore()
    store.add(1)
    store.add(2)
    listed = store._listed
    store._listed = lambda query: [row | ({"date_modified": "?"} if row["id"] == 1 else {}) for row in listed(query)]  # type: ignore[method-assign]
    page = store.adapter.changes(FactKind.ORDER, None, START - timedelta(days=1))
    assert [(change.id, change.changed_at is None) for change in page.changes] == [("1", True), ("2", False)]


def test_the_cut_off_is_where_looking_begins() -> None:
    """M1: nothing before the first date is asked for."""
    store = MiniStore(cut_off="2026-03-02T08:30:00Z")
    store.add(1)
    store.clock.advance(minutes(45))
    store.add(2)
    page = store.adapter.changes(FactKind.ORDER, None, START - timedelta(days=100))
    assert [change.id for change in page.changes] == ["2"]


def test_the_cursor_never_goes_back() -> None:
    """M1: the overlap ends at the cut-off and at the last cursor."""
    store = MiniStore()
    store.clock.advance(minutes(10))
    store.add(1)
    first = store.adapter.changes(FactKind.ORDER, None, START)
    second = store.adapter.changes(FactKind.ORDER, first.cursor, START)
    assert first.cursor == second.cursor == "2026-03-02T08:08:00+00:00"


def test_a_foreign_cursor_is_our_fault() -> None:
    """M98."""
    with pytest.raises(OurFault):
        MiniStore().adapter.changes(FactKind.ORDER, "page-2", START)


def test_only_orders_are_offered() -> None:
    """What cannot be honoured is declined."""
    with pytest.raises(OurFault):
        MiniStore().adapter.changes(FactKind.PRODUCT, None, START)
    with pytest.raises(OurFault):
        MiniStore().adapter.read(FactKind.REFUND, ["1"])


def taxed(store: MiniStore, tax_class: int, name: str) -> None:
    row = {"line_item_type": "item", "order_product_id": "10", "rate": "25.0000", "line_amount": "50.0000"}
    store.add(1)
    store.parts["/v2/orders/1/taxes"] = [row | {"tax_class_id": tax_class, "class": name}]


def test_the_stores_tax_classes_are_asked_for_only_when_needed() -> None:
    """M8: the default class exists everywhere; another one is looked up once."""
    store = MiniStore()
    taxed(store, 0, "Default Tax Class")
    read(store, "1")
    assert "/v2/tax_classes" not in kinds(store)
    taxed(store, 4, "Food")
    store.parts["/v2/tax_classes"] = [{"id": "4", "name": "Food"}]
    for _ in range(2):
        (found,) = read(store, "1")
        assert found.order is not None
    assert kinds(store).count("/v2/tax_classes") == 1


def test_a_tax_class_the_store_does_not_list_is_a_problem() -> None:
    """M98: deleted after the sale; a class of the same name made again is enough."""
    store = MiniStore()
    taxed(store, 9, "Books")
    store.parts["/v2/tax_classes"] = [{"id": "4", "name": "Food"}]
    (found,) = read(store, "1")
    assert found.problem is not None
    assert (found.problem.code, found.problem.cause) == ("TAX_CLASS_UNKNOWN", "tax_class:Books")
    assert found.problem.facts == {"order": "1", "tax_class": "Books"}
    store.parts["/v2/tax_classes"] = [{"id": "12", "name": "BOOKS"}]
    assert read(store, "1")[0].order is not None


@pytest.mark.parametrize("name", ["Automatic Tax", "API Tax Override", ""])
def test_rows_that_name_no_class_are_not_judged(name: str) -> None:
    """M8."""
    store = MiniStore()
    taxed(store, 77, name)
    assert read(store, "1")[0].order is not None
