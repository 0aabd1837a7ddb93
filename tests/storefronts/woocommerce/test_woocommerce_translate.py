"""WooCommerce's JSON -> our words: orders recorded from a real shop, field by field, and what plugins make of them."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from woocommerce_ministore import line_json, order_json, rate_json

from kontera.accounting.parts import parts_of
from kontera.accounting.totals import contradictions, totals
from kontera.accounting.vat_amounts import vat_amounts
from kontera.commerce import DiscountKind, Line, LineKind, LineTax, Order, OrderState, PaymentKind, PaymentState
from kontera.errors import Problem
from kontera.money import Money
from kontera.storefronts.woocommerce.taxes import Rate, UnknownRate
from kontera.storefronts.woocommerce.translate import Context, translate

GOLDEN = Path(__file__).parent / "golden"
CONTEXT = Context(store="wo", order_page="https://shop.example/wp-admin/admin.php?page=wc-orders&action=edit&id={id}")
NAMES = sorted(path.stem for path in GOLDEN.glob("*.json") if not path.name.endswith(".expected.json"))


def read(context: Context = CONTEXT, **fields: Any) -> Order:
    found = translate(json.dumps(order_json(7, **fields)).encode(), context)
    assert isinstance(found, Order), found
    return found


def problem(context: Context = CONTEXT, **fields: Any) -> Problem:
    found = translate(json.dumps(order_json(7, **fields)).encode(), context)
    assert isinstance(found, Problem), found
    return found


def recorded(name: str) -> Order:
    found = translate((GOLDEN / f"{name}.json").read_bytes(), CONTEXT)
    assert isinstance(found, Order), found
    return found


def sek(amount: str) -> Money:
    return Money.of(amount, "SEK")


def meta(**values: Any) -> list[dict[str, Any]]:
    return [{"id": place, "key": key, "value": value} for place, (key, value) in enumerate(values.items())]


def only_line(**fields: Any) -> Line:
    (line,) = read(**fields).lines
    return line


# What a real shop sent


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_order_becomes_exactly_the_expected_words(name: str) -> None:
    """M8, M80: checkout and hand-made orders, mixed rates, coupon, negative fee, export, euro, refunds."""
    expected = msgspec.json.decode((GOLDEN / f"{name}.expected.json").read_bytes(), type=Order)
    assert expected == recorded(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_books_have_nothing_against_a_recorded_order(name: str) -> None:
    """M8, M100: total, VAT per rate and every line fit each other."""
    order = recorded(name)
    vat = vat_amounts(order, parts_of(order))
    assert [] == [*contradictions(order), *totals(order).problems, *vat.problems, *vat.disputed]


def test_a_fee_below_zero_takes_its_share_of_every_rate() -> None:
    """M8: a rebate of 40.00 over 25, 12, 6 % and goods without VAT, as the shop shared it."""
    fee = recorded("recorded_mixed_vat_negative_fee").lines[-1]
    shared = [(tax.rate, tax.amount, tax.base.rounded() if tax.base else None) for tax in fee.taxes]
    assert [
        (Decimal(25), sek("-4.15"), sek("-16.58")),
        (Decimal(12), sek("-1.10"), sek("-9.13")),
        (Decimal(6), sek("-0.60"), sek("-10.02")),
    ] == shared


def test_a_fee_below_zero_from_the_checkout_leaves_deliveries_out() -> None:
    """M8: there the shop shares over goods alone; half at 25 %, half at 12 %."""
    lines = [line_json(1, "100.00", "25.00"), line_json(2, "100.00", "12.00", rate=2)]
    delivery = line_json(3, "100.00", "25.00") | {"method_title": "PostNord"}
    fee = line_json(4, "-20.00", "-3.70", rate=0) | {"taxes": [{"id": 1, "total": "-2.5"}, {"id": 2, "total": "-1.2"}]}
    rates = [rate_json(1, 25), rate_json(2, 12)]
    order = read(line_items=lines, shipping_lines=[delivery], fee_lines=[fee], tax_lines=rates, total="338.30")
    assert [sek("-10.00"), sek("-10.00")] == [tax.base for tax in order.lines[-1].taxes]


def test_a_fee_below_zero_that_fits_no_sharing_stays_whole() -> None:
    """M98: accounting judges it; no share is guessed."""
    fee = line_json(4, "-20.00", "-9.99", rate=1)
    order = read(fee_lines=[fee], total="220.01")
    assert (LineTax(rate=Decimal(25), amount=sek("-9.99"), name="Moms 25%"),) == order.lines[-1].taxes


# Where the order stands


@pytest.mark.parametrize(
    ("status", "paid", "state"),
    [
        ("checkout-draft", False, OrderState.INCOMPLETE),
        ("auto-draft", False, OrderState.INCOMPLETE),
        ("pending", False, OrderState.AWAITING_PAYMENT),
        ("on-hold", False, OrderState.AWAITING_PAYMENT),
        ("on-hold", True, OrderState.HELD),
        ("processing", True, OrderState.PLACED),
        ("wc-completed", True, OrderState.COMPLETED),
        ("cancelled", False, OrderState.CANCELLED),
        ("refunded", True, OrderState.REFUNDED),
        ("failed", False, OrderState.DECLINED),
    ],
)
def test_statuses(status: str, paid: bool, state: OrderState) -> None:
    """M80."""
    assert state == read(status=status, date_paid_gmt="2026-03-02T08:00:05" if paid else None).state


def test_a_status_of_a_plugin_waits_until_somebody_explains_it() -> None:
    """M98: and then it is what the merchant says."""
    found = problem(status="packad")
    assert ("ORDER_STATUS_UNKNOWN", "status:packad") == (found.code, found.cause)
    assert {"order": "7", "status": "packad"} == found.facts
    explained = replace(CONTEXT, own_statuses={"packad": OrderState.PLACED})
    assert OrderState.PLACED == read(explained, status="packad").state


def test_an_unfinished_checkout_has_no_lines() -> None:
    """M80: whatever it holds is nobody's order yet, dates may be missing."""
    order = read(status="checkout-draft", date_created_gmt=None, date_paid_gmt=None)
    assert ((), ()) == (order.lines, order.payments)


def test_an_order_in_the_trash_is_no_order() -> None:
    """M1: it is gone for us, and can be restored."""
    assert translate(json.dumps(order_json(7, status="trash")).encode(), CONTEXT) is None


def test_number_page_and_currency() -> None:
    """M8, M80: plugins change the number; the page is the shop's own."""
    order = read(number="2026-0007")
    assert ("7", "2026-0007") == (order.id, order.number)
    assert order.url == "https://shop.example/wp-admin/admin.php?page=wc-orders&action=edit&id=7"
    assert ("CURRENCY_UNKNOWN", "currency:XQQ") == (problem(currency="xqq").code, problem(currency="xqq").cause)


def test_an_unreadable_value_is_named_by_its_place() -> None:
    """M98."""
    found = problem(line_items=[line_json(1, "200.00", "50.00") | {"quantity": "många"}])
    assert ("ORDER_UNREADABLE", "$.line_items[0].quantity") == (found.code, found.facts["path"])
    assert "ORDER_UNREADABLE" == problem(line_items=[line_json(1, "200.00", "50.00", quantity=0)]).code


# Lines


def test_a_deleted_product_leaves_its_line() -> None:
    """M14: the shop reads the article number from a product that is no more."""
    gone = line_json(1, "200.00", "50.00") | {"sku": None, "product_id": 0}
    line = only_line(line_items=[gone])
    assert ("", "", "Tekanna") == (line.sku, line.product_id, line.name)


def test_a_variation_is_the_product() -> None:
    """M35."""
    assert "12" == only_line(line_items=[line_json(1, "200.00", "50.00", variation_id=12)]).product_id


def test_a_price_changed_by_hand_is_a_discount_or_another_price() -> None:
    """M8: lower is a discount of the line, higher is simply the price."""
    lower = only_line(line_items=[line_json(1, "200.00", "50.00", subtotal="240.00", subtotal_tax="60.00")])
    assert [(DiscountKind.LINE, sek("50.00"))] == [(one.kind, one.amount) for one in lower.discounts]
    higher = only_line(line_items=[line_json(1, "200.00", "50.00", subtotal="160.00", subtotal_tax="40.00")])
    assert ((), sek("250.00")) == (higher.discounts, higher.unit_price)


def test_prices_without_vat() -> None:
    """M8: price and discount are without it, what is charged is with it."""
    reduced = line_json(1, "180.00", "45.00", quantity=2, subtotal="200.00", subtotal_tax="50.00")
    order = read(prices_include_tax=False, line_items=[reduced], total="225.00", coupon_lines=[{"code": "tio"}])
    (line,) = order.lines
    assert (sek("100.00"), sek("225.00")) == (line.unit_price, line.charged)
    assert [(DiscountKind.COUPON, sek("20.00"), "tio")] == [(d.kind, d.amount, d.code) for d in line.discounts]


@pytest.mark.parametrize("rounds_at_sum", [True, False])
def test_a_total_that_both_roundings_give_is_told_apart_by_the_summary(rounds_at_sum: bool) -> None:
    """M8 N8: rounded line by line VAT is 616.50 and 68.07, at the sum 616.51 and 68.06: the total is the same."""
    lines = [
        line_json(1, "2067.170000", "516.792500"),
        line_json(2, "924.430000", "55.465800", rate=2),
        line_json(3, "359.650000", "89.912500"),
        line_json(4, "39.200000", "9.800000"),
        line_json(5, "209.950000", "12.597000", rate=2),
    ]
    stated = ("616.505000", "68.062800") if rounds_at_sum else ("616.500000", "68.070000")
    rows = [
        rate_json(number, percent) | {"tax_total": amount, "shipping_tax_total": "0.000000"}
        for number, percent, amount in ((1, 25, stated[0]), (2, 6, stated[1]))
    ]
    fields: dict[str, Any] = {"total": "4284.970000", "total_tax": "684.570000", "prices_include_tax": False}
    order = read(line_items=lines, tax_lines=rows, **fields)
    vat = {
        rate: sum((tax.amount.amount for line in order.lines for tax in line.taxes if tax.rate == rate), Decimal(0))
        for rate in (Decimal(25), Decimal(6))
    }
    assert [Decimal(amount) for amount in stated] == list(vat.values())
    without = read(line_items=lines, tax_lines=[rate_json(1, 25), rate_json(2, 6)], **fields)
    assert without.vat == sek("684.57")
    assert all(line.vat.is_rounded() for line in without.lines), "a summary that states nothing decides nothing"


def test_rounding_at_the_sum_keeps_exact_vat() -> None:
    """M8, M100: three lines of 0.99 without VAT give 3.71, which rounded lines would make 3.72."""
    lines = [line_json(number, "0.990000", "0.247500") for number in (1, 2, 3)]
    order = read(prices_include_tax=False, line_items=lines, total="3.71", total_tax="0.74")
    assert [sek("0.2475")] * 3 == [line.vat for line in order.lines]
    assert [] == [*totals(order).problems, *vat_amounts(order, parts_of(order)).disputed]


def test_goods_fetched_in_the_shop_bear_the_shops_country() -> None:
    """M80: a German who fetches in Malmö buys in Sweden."""
    pickup = line_json(3, "0.00", "0.00", rate=0) | {"method_id": "local_pickup"}
    german = {"country": "DE", "city": "Berlin"}
    assert "SE" == read(shipping=german, billing=german, shipping_lines=[pickup]).lines[0].country
    assert "DE" == read(shipping=german, billing=german).lines[0].country
    assert "SE" == read(shipping={}, billing={"country": "SE"}).lines[0].country


# VAT


def test_rates_an_order_does_not_state_come_from_the_shop() -> None:
    """M8: old orders name a rate by its id alone."""
    with pytest.raises(UnknownRate):
        read(tax_lines=[rate_json(1, None)])
    known = replace(CONTEXT, rates={"1": Rate(Decimal(25), "Moms")})
    assert Decimal(25) == read(known, tax_lines=[rate_json(1, None)]).lines[0].taxes[0].rate
    found = problem(replace(CONTEXT, rates={}), tax_lines=[])
    assert ("ORDER_UNREADABLE", "$.line_items[0].taxes[0].id") == (found.code, found.facts["path"])


def test_rates_that_take_nothing_of_a_line_are_not_its_rates() -> None:
    """M8: the order editor writes every rate of the order on each line, blank or zero."""
    taxes = [{"id": 1, "total": "50.00"}, {"id": 2, "total": "0"}, {"id": 3, "total": ""}]
    rates = [rate_json(1, 25), rate_json(2, 12)]
    line = only_line(line_items=[line_json(1, "200.00", "50.00") | {"taxes": taxes}], tax_lines=rates)
    assert [Decimal(25)] == [tax.rate for tax in line.taxes]


def test_vat_without_a_rate_takes_the_orders_only_one() -> None:
    """M8, M98: with several nobody can tell."""
    silent = [line_json(1, "200.00", "50.00", rate=0)]
    assert [Decimal(25)] == [tax.rate for tax in only_line(line_items=silent).taxes]
    found = problem(line_items=silent, tax_lines=[rate_json(1, 25), rate_json(2, 12)])
    assert "$.line_items[0].total_tax" == found.facts["path"]


def test_a_zero_rate_is_a_rate() -> None:
    """M80: 0 % is not the same as no VAT at all."""
    line = only_line(line_items=[line_json(1, "250.00", "0.00")], tax_lines=[rate_json(1, "0.0000")], total_tax="0")
    assert [(Decimal(0), sek("0"))] == [(tax.rate, tax.amount) for tax in line.taxes]


# Customers


@pytest.mark.parametrize("key", ["_vat_number", "_billing_vat_number", "_billing_eu_vat_number", "billing_vat"])
def test_vat_numbers_of_the_common_plugins(key: str) -> None:
    """M24: each plugin keeps it in a field of its own."""
    customer = read(meta_data=meta(**{key: " DE136695976 "})).customer
    assert ("DE136695976", True) == (customer.vat_number, customer.is_company)


def test_numbers_in_fields_the_merchant_names() -> None:
    """M24: the named field alone counts."""
    context = replace(CONTEXT, vat_number_field="moms", organisation_number_field="orgnr")
    customer = read(context, meta_data=meta(moms="SE556016068001", orgnr="5560160680", _vat_number="x")).customer
    assert ("SE556016068001", "5560160680") == (customer.vat_number, customer.organisation_number)
    assert "" == read(meta_data=meta(_vat_number=["a", "list"])).customer.vat_number


# Payments


def test_the_payment() -> None:
    """M5, M6: paid is when the date of payment is set."""
    (payment,) = read().payments
    assert (PaymentState.CAPTURED, "stripe", "ch_1", sek("250")) == (
        payment.state,
        payment.method,
        payment.reference,
        payment.amount,
    )
    assert () == read(date_paid_gmt=None).payments
    assert () == read(total="0.00").payments
    assert "faktura 30 dagar" == read(payment_method="", payment_method_title="Faktura 30 dagar").payment_method


def test_a_payment_that_is_only_authorised() -> None:
    """M6: Stripe and WooPayments with manual capture; a cancelled one is nothing."""
    for key, value in (("_stripe_charge_captured", "no"), ("_intention_status", "requires_capture")):
        waits = {"date_paid_gmt": None, "meta_data": meta(**{key: value, "_intent_id": "pi_1"}), "transaction_id": ""}
        (payment,) = read(status="on-hold", **waits).payments
        assert (PaymentState.AUTHORISED, "pi_1") == (payment.state, payment.reference)
        assert () == read(status="cancelled", **waits).payments


@pytest.mark.parametrize(
    "fields",
    [
        {"gift_cards": [{"id": 5, "code": "ABCD", "amount": "100.00"}]},
        {"meta_data": meta(_ywgc_applied_gift_cards={"ABCD": "100.00"})},
    ],
)
def test_a_gift_card_that_lowered_the_total_is_a_payment(fields: dict[str, Any]) -> None:
    """M8: lines and VAT stay, the shop's total is what is left to pay in money."""
    order = read(total="150.00", **fields)
    card, money = order.payments
    assert (sek("250"), sek("100"), sek("150")) == (order.total, card.amount, money.amount)
    assert (PaymentKind.GIFT_CARD, PaymentState.CAPTURED, "ABCD") == (card.kind, card.state, card.card)
    assert () == totals(order).problems


def test_a_gift_card_that_became_a_fee_is_no_payment() -> None:
    """M8: YITH can be told so; it must not count twice."""
    order = read(meta_data=meta(_ywgc_applied_gift_cards={"A": "100"}, ywgc_gift_card_updated_as_fee="1"))
    assert [PaymentKind.MONEY] == [payment.kind for payment in order.payments]
    assert "$.meta_data" == problem(meta_data=meta(_ywgc_applied_gift_cards={"A": None})).facts["path"]


@pytest.mark.parametrize("key", ["wc_gc_giftcards", "pw_gift_card_number", "_ywgc_gift_card_code"])
def test_a_gift_card_sold_is_known_by_its_plugin(key: str) -> None:
    """M8: a debt, not a sale of goods."""
    line = only_line(
        line_items=[line_json(1, "250.00", "0.00", rate=0, meta_data=meta(**{key: "WXYZ"}))], total_tax="0"
    )
    assert (LineKind.GIFT_CARD, "WXYZ") == (line.kind, line.gift_card)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {
                "_wcpay_multi_currency_order_exchange_rate": "0.09",
                "_wcpay_multi_currency_order_default_currency": "SEK",
                "_wcpay_multi_currency_stripe_exchange_rate": "11.25",
            },
            ("SEK", Decimal("11.25")),
        ),
        (
            {
                "_wcpay_multi_currency_order_exchange_rate": "0.08",
                "_wcpay_multi_currency_order_default_currency": "SEK",
            },
            ("SEK", Decimal("12.5")),
        ),
        ({"_base_currency_exchange_rate": "11.3"}, ("SEK", Decimal("11.3"))),
        ({"_woocs_order_rate": "0.1", "_woocs_order_base_currency": "SEK"}, ("SEK", Decimal(10))),
        ({"wmc_order_info": {"SEK": {"rate": "1", "is_main": 1}, "EUR": {"rate": "0.1"}}}, ("SEK", Decimal(10))),
        ({"wmc_order_info": {"SEK": {"rate": "1", "is_main": 1}, "EUR": {"rate": "nonsense"}}}, ("SEK", None)),
        ({}, ("SEK", None)),
    ],
)
def test_rates_of_the_currency_plugins(values: dict[str, Any], expected: tuple[str, Decimal | None]) -> None:
    """M80: one unit of the order's currency in the shop's own."""
    order = read(replace(CONTEXT, currency="SEK"), currency="EUR", meta_data=meta(**values))
    assert expected == (order.shop_currency, order.shop_rate)


def test_a_shop_with_one_currency_tells_no_rate() -> None:
    """M80: unless the merchant told which it is."""
    assert ("", None) == (read().shop_currency, read().shop_rate)
    assert Decimal(1) == read(replace(CONTEXT, currency="SEK")).shop_rate


def test_a_refund_is_noticed() -> None:
    """M80: refunds are facts of their own."""
    assert (False, True) == (read().refunded, read(refunds=[{"id": 9, "reason": "", "total": "-50.00"}]).refunded)
