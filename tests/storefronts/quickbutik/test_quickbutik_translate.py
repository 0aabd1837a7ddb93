"""Quickbutik's JSON -> our words: golden files, and every way the vendor's documents leave open."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from quickbutik_ministore import PERSON, document, line_json, order_json, product_json

from kontera.accounting.parts import parts_of
from kontera.accounting.totals import contradictions, totals
from kontera.accounting.vat_amounts import vat_amounts
from kontera.commerce import DiscountKind, LineKind, Order, OrderState, PaymentKind, PaymentState
from kontera.errors import Problem
from kontera.money import Money
from kontera.storefronts.quickbutik.settings import QuickbutikSettings, settings_from
from kontera.storefronts.quickbutik.translate import Translated, translate

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.json") if not path.name.endswith(".expected.json"))
HONEST = [name for name in NAMES if not name.startswith(("problem_", "lacks_", "contradiction_", "unpaid_"))]
COFFEE = product_json(11, sku="KAFFE1", tax_rate="12")
MIXED: dict[str, Any] = {
    "products": [line_json(1, "100"), line_json(2, "100", product=11, sku="KAFFE1")],
    "items_amount": "200",
    "total_amount": "200",
    "total_pay_amount": "200",
    "tax_amount": "30.71",
}


class Expected(msgspec.Struct):
    order: Order | None = None
    problem: Problem | None = None
    lacks: Problem | None = None


def given(**settings: str) -> QuickbutikSettings:
    return settings_from({"store": "qb", "api_key": "k", **settings})


def golden(name: str) -> Translated | Problem:
    return translate((GOLDEN / f"{name}.json").read_bytes(), given())


def read(settings: QuickbutikSettings | None = None, known: dict[str, Any] | None = None, **fields: Any) -> Order:
    raw = document(order_json(7, **fields), **(known or {"p11": COFFEE}))
    found = translate(raw, settings or given())
    assert isinstance(found, Translated), found
    return found.order


def objections(order: Order) -> list[str]:
    """Codes of what the books say against an order's figures."""
    vat = vat_amounts(order, parts_of(order))
    found = [*contradictions(order), *totals(order).problems, *vat.problems, *vat.disputed]
    return [problem.code for problem in found]


def sek(amount: str) -> Money:
    return Money.of(amount, "SEK")


def charged(order: Order) -> list[tuple[LineKind, Money]]:
    return [(line.kind, line.charged) for line in order.lines]


@pytest.mark.parametrize("name", NAMES)
def test_vendor_json_becomes_exactly_the_expected_words(name: str) -> None:
    """M8, M40, M53, M54, M98: every line kind, country, discount, refund and dirty value, field by field."""
    expected = msgspec.json.decode((GOLDEN / f"{name}.expected.json").read_bytes(), type=Expected)
    found = golden(name)
    if isinstance(found, Problem):
        assert Expected(problem=found) == expected
    else:
        assert Expected(order=found.order, lacks=found.lacks) == expected


@pytest.mark.parametrize("name", HONEST)
def test_the_books_have_nothing_against_it(name: str) -> None:
    """M8, M100: total, VAT per rate and every line fit each other."""
    found = golden(name)
    assert isinstance(found, Translated)
    assert [] == objections(found.order)


def test_a_contradiction_is_kept_and_refused_by_name() -> None:
    """M98: ten kronor that no line explains; nothing is plugged."""
    found = golden("contradiction_kept")
    assert isinstance(found, Translated)
    assert ["TOTAL_DIFFERS"] == objections(found.order)


# VAT per line, held against the order's


def test_vat_that_no_rate_explains_is_refused_by_name() -> None:
    """M45, M46: the shop says 31.00, the rates of the products make 30.71."""
    order = read(**MIXED | {"tax_amount": "31.00"})
    assert ["VAT_DIFFERS"] == objections(order)
    assert sek("31.00") == order.vat


@pytest.mark.parametrize(
    ("setting", "vat", "rates"),
    [
        ("auto", "55.71", [Decimal(25)]),  # 125 at the usual rate
        ("auto", "49.91", [Decimal(25), Decimal(12)]),  # shared as the goods
        ("standard", "55.71", [Decimal(25)]),
        ("goods", "49.91", [Decimal(25), Decimal(12)]),
    ],
)
def test_the_vat_of_a_delivery(setting: str, vat: str, rates: list[Decimal]) -> None:
    """M41: the order's VAT decides, unless the merchant does."""
    sums: dict[str, Any] = {
        "shipping_amount": "125",
        "total_amount": "325",
        "total_pay_amount": "325",
        "tax_amount": vat,
    }
    order = read(given(shipping_vat=setting), **MIXED | sums)
    assert rates == [share.rate for share in order.lines[-1].taxes]
    assert [] == objections(order)


def test_a_delivery_taxed_otherwise_than_the_merchant_says_waits() -> None:
    """M45: a setting is a statement, not a wish."""
    sums: dict[str, Any] = {
        "shipping_amount": "125",
        "total_amount": "325",
        "total_pay_amount": "325",
        "tax_amount": "49.91",
    }
    assert ["VAT_DIFFERS"] == objections(read(given(shipping_vat="standard"), **MIXED | sums))


def test_a_delivery_at_the_highest_rate_of_the_goods() -> None:
    """M41: only food was bought, and the shop taxes its delivery alike."""
    sums: dict[str, Any] = {
        "shipping_amount": "56",
        "total_amount": "168",
        "total_pay_amount": "168",
        "tax_amount": "18",
    }
    order = read(products=[line_json(1, "112", product=11, sku="KAFFE1")], items_amount="112", **sums)
    assert [Decimal(12)] == [share.rate for share in order.lines[-1].taxes]
    assert [] == objections(order)


def test_a_discount_lowers_the_goods_or_the_delivery_too() -> None:
    """M52: spread in proportion; which, the order's VAT tells."""
    off: dict[str, Any] = {
        "discount_amount": "25",
        "shipping_amount": "50",
        "total_amount": "225",
        "total_pay_amount": "225",
    }
    goods = read(**MIXED | off | {"tax_amount": "36.88"})
    assert [sek("87.50"), sek("87.50"), sek("50")] == [line.charged for line in goods.lines]
    both = read(**MIXED | off | {"tax_amount": "36.64"})
    assert [sek("90"), sek("90"), sek("45")] == [line.charged for line in both.lines]
    kinds = [line.discounts[0].kind for line in both.lines]
    assert [DiscountKind.ORDER, DiscountKind.ORDER, DiscountKind.SHIPPING] == kinds
    assert [] == objections(goods) + objections(both)


@pytest.mark.parametrize("shown", ["25", "-25", "25.00", 25])
def test_a_discount_however_it_is_written(shown: Any) -> None:
    """M52: above or below zero, as text or number."""
    order = read(discount_amount=shown, total_amount="225", total_pay_amount="225", tax_amount="45")
    assert (sek("225"), sek("225")) == (order.total, order.lines[0].charged)


def test_a_total_before_the_discount() -> None:
    """M8: then what is left to pay says what was owed."""
    order = read(discount_amount="25", total_amount="250", total_pay_amount="225", tax_amount="45")
    assert (sek("225"), [PaymentKind.MONEY]) == (order.total, [payment.kind for payment in order.payments])
    assert [] == objections(order)


def test_a_free_order_with_a_discount_on_everything() -> None:
    """M8: nothing owed, nothing paid; the line is there all the same."""
    order = read(discount_amount="250", total_amount="0", total_pay_amount="0", tax_amount="0")
    assert (sek("0"), (), [sek("0")]) == (order.total, order.payments, [line.charged for line in order.lines])
    assert [] == objections(order)


@pytest.mark.parametrize(("vat", "taxed"), [("15.97", [True, False]), ("31.93", [True, True])])
def test_the_one_rate_of_another_country(vat: str, taxed: list[bool]) -> None:
    """M40, M47: it replaces the product's own; also what is free of VAT at home, or not."""
    book = product_json(12, tax_rate="0")
    buyer = PERSON | {"country": "DE", "shipping_details": {"country": "DE", "city": "Berlin"}}
    lines = [line_json(1, "100"), line_json(2, "100", product=12)]
    order = read(given(), {"p12": book}, **MIXED | {"products": lines, "customer": buyer, "tax_amount": vat})
    assert ["DE", "DE"] == [line.country for line in order.lines]
    assert taxed == [[Decimal(19)] == [share.rate for share in line.taxes] for line in order.lines]
    assert [] == objections(order)


def test_a_rate_the_merchant_changed() -> None:
    """M40: the shop's own figure for a country is a setting; without it nothing is guessed."""
    buyer = PERSON | {"country": "DE", "shipping_details": {"country": "DE", "city": "Berlin"}}
    sold: dict[str, Any] = {"customer": buyer, "tax_amount": "16.36"}  # 7 % of 250
    assert ["VAT_DIFFERS"] == objections(read(**sold))
    order = read(given(country_vat="de=7"), **sold)
    assert Decimal(7) == order.lines[0].taxes[0].rate
    assert [] == objections(order)


def test_no_vat_at_home_contradicts_the_products() -> None:
    """M45: a teapot at 25 % and no VAT on the order: not booked as free of VAT because a rule for that exists."""
    assert ["VAT_DIFFERS"] == objections(read(tax_amount="0"))


def test_no_vat_at_home_where_the_order_says_so() -> None:
    """M45: flag and amount agree: the shop's word."""
    order = read(is_taxfree="1", tax_amount="0")
    assert ((), []) == (order.lines[0].taxes, objections(order))


def test_no_vat_abroad_is_the_shops_word() -> None:
    """M47: an export without the flag; which region it is, the books know."""
    buyer = PERSON | {"country": "NO", "shipping_details": {"country": "NO", "city": "Oslo"}}
    order = read(tax_amount="0", customer=buyer)
    assert ((), []) == (order.lines[0].taxes, objections(order))


def test_a_tax_free_order_with_vat_is_refused_by_name() -> None:
    """M45: the shop contradicts itself."""
    assert ["VAT_DIFFERS"] == objections(read(is_taxfree="1"))


@pytest.mark.parametrize(
    ("product", "settings", "lacks"),
    [
        ({"tax_rate": "25"}, {}, False),
        ({}, {}, True),
        (None, {}, True),
        (None, {"missing_vat": "25"}, False),
        ({"is_giftcard": "1"}, {}, False),
    ],
)
def test_a_product_without_a_rate(product: Any, settings: dict[str, str], lacks: bool) -> None:
    """M14, M45: deleted, or silent: it lacks, unless the merchant states the rate; a gift card needs none."""
    found = translate(document(order_json(7), p10=product), given(**settings))
    assert isinstance(found, Translated)
    assert lacks == (found.lacks is not None and found.lacks.code == "PRODUCT_VAT_UNKNOWN")


def test_a_stated_rate_is_held_against_the_order() -> None:
    """M46: a wrong statement books nothing."""
    found = translate(document(order_json(7), p10=None), given(missing_vat="12"))
    assert isinstance(found, Translated)
    assert ["VAT_DIFFERS"] == objections(found.order)


# Gift cards and fees


@pytest.mark.parametrize(
    ("setting", "fields"),
    [
        ("pay_amount", {"total_pay_amount": "150"}),
        ("discount", {"discount_amount": "100", "total_amount": "150", "total_pay_amount": "150"}),
        (
            "line",
            {
                "products": [line_json(1, "250"), line_json(0, "-100", product=0, sku="", title="Presentkort")],
                "items_amount": "150",
                "total_amount": "150",
                "total_pay_amount": "150",
            },
        ),
    ],
)
def test_a_gift_card_used_is_a_tender(setting: str, fields: dict[str, Any]) -> None:
    """M54: in each way it may show; the lines cost what they cost."""
    order = read(given(gift_cards=setting), **fields)
    card, money = order.payments
    assert (PaymentKind.GIFT_CARD, sek("100"), sek("150")) == (card.kind, card.amount, money.amount)
    assert (sek("250"), [(LineKind.PRODUCT, sek("250"))]) == (order.total, charged(order))
    assert [] == objections(order)


def test_a_rebate_is_no_gift_card() -> None:
    """M54, M55: where cards look like discounts, the VAT tells them apart."""
    rebate: dict[str, Any] = {
        "discount_amount": "100",
        "total_amount": "150",
        "total_pay_amount": "150",
        "tax_amount": "30",
    }
    order = read(given(gift_cards="discount"), **rebate)
    assert (sek("150"), [PaymentKind.MONEY]) == (order.total, [payment.kind for payment in order.payments])
    assert [] == objections(order)


def test_a_gift_card_that_looks_like_a_discount_waits_until_the_merchant_says_so() -> None:
    """M55: VAT on the whole amount, and nobody has said that cards look like that."""
    card: dict[str, Any] = {"discount_amount": "100", "total_amount": "150", "total_pay_amount": "150"}
    assert ["VAT_DIFFERS"] == objections(read(**card))


def test_a_card_pays_everything() -> None:
    """M54: no money at all."""
    order = read(total_pay_amount="0")
    assert [(PaymentKind.GIFT_CARD, sek("250"))] == [(payment.kind, payment.amount) for payment in order.payments]


def test_nothing_left_to_pay_and_never_paid_is_no_gift_card() -> None:
    """M54, M82: whether it means "to pay" or "paid", the invoice stays open and no card is drawn."""
    order = read(status="2", date_paid=None, total_pay_amount="0")
    assert (sek("250"), ()) == (order.total, order.payments)


@pytest.mark.parametrize("missing", [None, ""])
def test_an_order_that_tells_no_vat_is_unreadable(missing: Any) -> None:
    """M45: no VAT told is not the same as none charged."""
    found = translate(document(order_json(7, tax_amount=missing)), given())
    assert isinstance(found, Problem)
    assert ("ORDER_UNREADABLE", "$.order.tax_amount") == (found.code, found.facts["path"])


def test_a_fee_only_in_the_total() -> None:
    """M8: known by what the merchant says the means of payment costs; else it waits."""
    fields: dict[str, Any] = {"total_amount": "279", "total_pay_amount": "279", "tax_amount": "55.80"}
    order = read(given(payment_fees="swish=29"), **fields)
    assert [(LineKind.PRODUCT, sek("250")), (LineKind.FEE, sek("29"))] == charged(order)
    assert [] == objections(order)
    assert "TOTAL_DIFFERS" in objections(read(given(payment_fees="swish=28"), **fields))
    assert "TOTAL_DIFFERS" in objections(read(**fields))


# Refunds, states, payments, dates


@pytest.mark.parametrize(
    "refunds",
    [
        [{"id": 1, "amount": "100"}],
        [{"amount": "60.00"}, {"amount": 40}],
        ["100"],
        "100.00",
        {"amount": "100"},
    ],
)
@pytest.mark.parametrize("lowers", [False, True])
def test_refunds_however_they_are_written(refunds: Any, lowers: bool) -> None:
    """M56: detected; whether or not the shop lowers the total by them, the sale is what it was."""
    left = "150" if lowers else "250"
    order = read(refunds=refunds, total_amount=left, total_pay_amount=left)
    assert (True, sek("250")) == (order.refunded, order.total)
    assert [sek("250")] == [payment.amount for payment in order.payments]
    assert [] == objections(order)


@pytest.mark.parametrize("refunds", [[], None, "", "0", 0, {}, [{}], "0.00"])
def test_no_refund_however_it_is_written(refunds: Any) -> None:
    """M56: nothing paid back is not a refund."""
    assert not read(refunds=refunds).refunded


def test_a_refund_without_a_known_amount_is_one() -> None:
    """M56: detected all the same."""
    assert read(refunds=[{"sum": "100"}]).refunded


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *(("1", OrderState.PLACED), (1, OrderState.PLACED), ("paid", OrderState.PLACED), ("Paid ", OrderState.PLACED)),
        *(("2", OrderState.COMPLETED), ("done", OrderState.COMPLETED), ("cancelled", OrderState.CANCELLED)),
    ],
)
def test_statuses_as_words_or_numbers(status: Any, state: OrderState) -> None:
    """M13, M98."""
    assert state == read(status=status).state


@pytest.mark.parametrize("status", ["0", "-1", "unpaid", 0, -1])
def test_an_unpaid_order_is_a_checkout_nobody_finished(status: Any) -> None:
    """M1: never a sale, until it is paid."""
    order = read(status=status, date_paid="")
    assert (OrderState.INCOMPLETE, (), ()) == (order.state, order.lines, order.payments)


@pytest.mark.parametrize("status", ["7", "", "skickad", "0", "-1"])
def test_a_status_nobody_explained_is_named(status: str) -> None:
    """M98: also one that would be unpaid, on an order that was paid."""
    found = translate(document(order_json(7, status=status)), given())
    assert isinstance(found, Problem)
    assert ("ORDER_STATUS_UNKNOWN", f"status:{status}") == (found.code, found.cause)


def test_what_the_merchant_explains_counts() -> None:
    """M98: cancelled orders have a number that no document tells."""
    assert OrderState.CANCELLED == read(given(own_statuses="0=cancelled"), status="0").state


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "1"}, PaymentState.AUTHORISED),
        ({"status": "2"}, PaymentState.CAPTURED),
        ({"status": "1", "paymethod": {"method": "swish", "transaction_id": "1"}}, PaymentState.CAPTURED),
    ],
)
def test_means_that_are_drawn_when_the_order_is_sent(fields: dict[str, Any], state: PaymentState) -> None:
    """M82: only promised until then, where the merchant says so."""
    order = read(given(captured_when_done="klarna"), **{"paymethod": {"method": "Klarna"}, **fields})
    assert [state] == [payment.state for payment in order.payments]


def test_an_order_sent_but_never_paid_has_no_payment() -> None:
    """M5, M82: its invoice stays open."""
    order = read(status="2", date_paid="0000-00-00 00:00:00")
    assert (OrderState.COMPLETED, ()) == (order.state, order.payments)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-01-15 12:00:00", datetime(2026, 1, 15, 11, 0, tzinfo=UTC)),
        ("2026-07-15 12:00:00", datetime(2026, 7, 15, 10, 0, tzinfo=UTC)),
        ("2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-01-15T12:00:00+00:00", datetime(2026, 1, 15, 12, 0, tzinfo=UTC)),
    ],
)
def test_dates_are_the_shops_wall_clock(written: str, instant: datetime) -> None:
    """M8: summer and winter, the doubled hour, and a zone where there is one."""
    assert instant == read(date_created=written).placed_at


@pytest.mark.parametrize(
    ("country", "code"),
    [("SE", "SE"), ("se", "SE"), ("Sverige", "SE"), ("Finland", "FI"), ("Tyskland", "DE"), ("", "")],
)
def test_countries_as_codes_or_names(country: str, code: str) -> None:
    """M40: VAT hangs on it."""
    buyer = PERSON | {"country": country, "shipping_details": None, "billing_details": None}
    assert code == read(customer=buyer).billing.country


def test_a_company() -> None:
    """M24: known by its name."""
    buyer = PERSON | {"customer_type": "company", "company_name": "Teehaus AB"}
    assert (True, "Teehaus AB") == ((customer := read(customer=buyer).customer).is_company, customer.company)


def test_lines_of_one_product_keep_apart() -> None:
    """M8: lines without a number of their own are told apart by their place."""
    lines = [line_json(0, "125"), line_json("", "125")]
    assert ["line-1", "line-2"] == [line.id for line in read(products=lines).lines]


def test_an_order_page() -> None:
    """M97: linked where the merchant says how."""
    page = given(order_page="https://panel.example/orders/{id}")
    assert "https://panel.example/orders/7" == read(page).url
    assert "" == read().url


def test_a_document_without_an_order_is_named() -> None:
    """M98."""
    for raw in (b"{}", b'{"order": []}', b'{"order": {"status": "1"}}', json.dumps({"order": "x"}).encode()):
        found = translate(raw, given(), "17")
        assert isinstance(found, Problem)
        assert ("ORDER_UNREADABLE", "17") == (found.code, found.facts["order"])
