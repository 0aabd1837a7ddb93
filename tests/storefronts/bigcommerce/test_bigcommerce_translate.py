"""BigCommerce's JSON -> our words: golden files, and the identities every honest order must keep."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from kontera.commerce import DiscountKind, LineKind, Order, OrderState, PaymentKind, PaymentState
from kontera.errors import Problem
from kontera.money import Money, total
from kontera.storefronts.bigcommerce.translate import Context, translate

GOLDEN = Path(__file__).parent / "golden"
CONTEXT = Context(
    store="nt",
    vat_number_field="VAT number",
    organisation_number_field="Org",
    order_page="https://store-abc123.mybigcommerce.com/manage/orders/{id}",
)
NOT_HONEST = {"contradiction_kept", "incomplete"}  # the shop's own total is not what its lines say


class Expected(msgspec.Struct):
    order: Order | None = None
    problem: Problem | None = None


def names() -> list[str]:
    return sorted(path.stem for path in GOLDEN.glob("*.json") if not path.name.endswith(".expected.json"))


def read(name: str) -> Order | Problem:
    return translate((GOLDEN / f"{name}.json").read_bytes(), CONTEXT)


def order(name: str) -> Order:
    result = read(name)
    assert isinstance(result, Order), result
    return result


def honest() -> list[str]:
    return [name for name in names() if not name.startswith("problem_") and name not in NOT_HONEST]


@pytest.mark.parametrize("name", names())
def test_vendor_json_becomes_exactly_the_expected_words(name: str) -> None:
    """M8, M80, M98: every line kind, currency, discount and dirty value, field by field."""
    expected = msgspec.json.decode((GOLDEN / f"{name}.expected.json").read_bytes(), type=Expected)
    assert (expected.order or expected.problem) == read(name)


@pytest.mark.parametrize("name", honest())
def test_charged_lines_add_up_to_the_total(name: str) -> None:
    """M100: nothing is lost or invented between the lines and what the customer owes."""
    found = order(name)
    assert found.total == total((line.charged for line in found.lines), found.currency)


@pytest.mark.parametrize("name", honest())
def test_line_vat_adds_up_to_the_orders_vat(name: str) -> None:
    """M8: the shop's VAT arrives whole, per line and rate."""
    found = order(name)
    assert found.vat.rounded() == total((line.vat for line in found.lines), found.currency).rounded()


@pytest.mark.parametrize("name", honest())
def test_every_charged_amount_fits_the_currency(name: str) -> None:
    """M80: whole öre, yen and fils."""
    assert all(line.charged.is_rounded() for line in order(name).lines)


@pytest.mark.parametrize("name", honest())
def test_the_same_content_gives_an_equal_order(name: str) -> None:
    """M1: a repeated read changes nothing."""
    assert order(name) == order(name)


def test_gift_certificate_sold_is_a_debt_without_vat() -> None:
    """M53: the line is a gift card with its id; no VAT on it."""
    (line,) = order("gift_certificate_sold").lines
    assert (line.kind, line.gift_card, line.taxes) == (LineKind.GIFT_CARD, "88", ())


def test_gift_certificate_used_is_a_payment_and_reduces_no_line() -> None:
    """M54: a tender with its code, never a discount."""
    found = order("gift_certificate_used")
    tender = found.payments[0]
    assert (PaymentKind.GIFT_CARD, "K7D-2L9", Money.of("200", "SEK")) == (tender.kind, tender.card, tender.amount)
    assert Money.of("250", "SEK") == found.lines[0].charged
    assert found.lines[0].discounts == ()


def test_capture_uses_up_its_authorisation() -> None:
    """M100: authorised and captured money is one payment."""
    money = [payment for payment in order("gift_certificate_used").payments if payment.kind is PaymentKind.MONEY]
    assert [(payment.id, payment.state) for payment in money] == [("3", PaymentState.CAPTURED)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("coupon_percentage", DiscountKind.COUPON),
        ("coupon_per_item", DiscountKind.COUPON),
        ("coupon_per_total_thirds", DiscountKind.COUPON),
        ("coupon_promotion", DiscountKind.COUPON),
        ("coupon_free_shipping", DiscountKind.SHIPPING),
        ("manual_discount_two_rates", DiscountKind.ORDER),
    ],
)
def test_a_promotion_reduces_the_lines_it_belongs_to(name: str, kind: DiscountKind) -> None:
    """M52: each kind of promotion arrives on its line with its kind."""
    kinds = {discount.kind for line in order(name).lines for discount in line.discounts}
    assert {kind} == kinds


def test_a_contradiction_in_the_shop_is_kept() -> None:
    """M100: 250.00 in lines, 260.00 in all: nothing is plugged here; accounting refuses it by name."""
    found = order("contradiction_kept")
    assert (str(found.total.amount), str(found.lines[0].charged.amount)) == ("260.00", "250.00")


def test_an_unfinished_checkout_has_no_lines_to_book() -> None:
    """M1: kept and named, so that it is left out by a rule and not by accident."""
    found = order("incomplete")
    assert (found.state, found.lines) == (OrderState.INCOMPLETE, ())


def test_what_is_not_json_is_a_problem_with_the_id_asked_for() -> None:
    """M98: even then the message names the order."""
    result = translate(b"<html>", CONTEXT, "77")
    assert isinstance(result, Problem)
    assert (result.code, result.facts["order"], result.facts["path"]) == ("ORDER_UNREADABLE", "77", "$")
