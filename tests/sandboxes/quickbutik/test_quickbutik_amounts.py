"""The shop's arithmetic: totals add up by its own rule, in every position of every switch that touches an amount."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from kontera.money import ZERO, round_to
from kontera.sandboxes.quickbutik.arithmetic import vat, without_vat
from kontera.sandboxes.quickbutik.seed import ARTICLES, CHOICES, PEOPLE
from kontera.sandboxes.quickbutik.state import Order

from .conftest import ASA, HANS, JUKKA, JURGEN, METTE, OLA, SWEDEN, Shop, number

SHELF = (*(article[0] for article in ARTICLES), *(choice[0] for choice in CHOICES))


def bought(shop: Shop, *skus: str, customer: int = ASA, **cart: Any) -> Any:
    """A paid order as the API shows it."""
    lines = [{"sku": sku} for sku in skus]
    return shop.details(shop.shopper.checkout(*lines, customer_id=customer, **cart).id)


def exact_tax(order: Order, *, per_line: bool) -> Decimal:
    """VAT worked out again in fractions, for the default place of shipping VAT and discount."""
    goods = [line for line in order.lines if not line.gift_card]
    worth = sum((Fraction(line.price) * line.qty for line in goods), Fraction(0))
    left = 1 - Fraction(order.discount) / worth if worth else Fraction(1)
    rows = [(Fraction(line.price) * line.qty * left, line.rate) for line in goods]
    rows.append((Fraction(order.shipping.price), ZERO if order.tax_free else order.standard))
    taxes = [
        amount * Fraction(rate) / (100 if order.tax_on_top else 100 + Fraction(rate)) for amount, rate in rows if rate
    ]
    if per_line:
        taxes = [half_up(tax) for tax in taxes]
    whole = half_up(sum(taxes, Fraction(0)))
    return Decimal(whole.numerator) / Decimal(whole.denominator)


def half_up(value: Fraction) -> Fraction:
    """Whole öre, a half up."""
    return Fraction(int(value * 100 + Fraction(1, 2)), 100)


@pytest.mark.parametrize(
    ("amount", "rate", "inside", "on_top"),
    [("125", "25", "25", "31.25"), ("112", "12", "12", "13.44"), ("106", "6", "6", "6.36"), ("99", "0", "0", "0")],
)
def test_vat_in_and_on(amount: str, rate: str, inside: str, on_top: str) -> None:
    """M40. The two ways round."""
    assert Decimal(inside) == vat(Decimal(amount), Decimal(rate), on_top=False)
    assert Decimal(on_top) == vat(Decimal(amount), Decimal(rate), on_top=True)
    assert Decimal(amount) - Decimal(inside) == without_vat(Decimal(amount), Decimal(rate))


def test_three_rates_at_home(shop: Shop) -> None:
    """By hand: 129.00 at 25 %, 65.50 at 12 %, 249.00 at 6 %, 160.00 at none, 59.00 for shipping at 25 %."""
    order = bought(shop, "STICKA-4", "TE-STICK-100", "BOK-STICKA", "FRIM-10")
    assert ("603.50", "59", "662.50", "58.71") == tuple(
        order[name] for name in ("items_amount", "shipping_amount", "total_amount", "tax_amount")
    )  # 25.80 + 7.02 + 14.09 + 11.80


def test_rounding_per_line_and_per_order(shop: Shop) -> None:
    """M46. The same order, an öre apart: five lines of 19.99 hold 3.998 each."""
    lines = [{"sku": "MARKOR-10"}] * 5
    order_id = shop.shopper.checkout(*lines, customer_id=ASA, no_shipping=True).id
    assert "20.00" == f"{number(shop.details(order_id)['tax_amount']):.2f}"
    shop.shopper.switch(round_vat="order")
    assert "19.99" == shop.details(order_id)["tax_amount"]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize("rounding", ["line", "order"])
def test_totals_add_up(shop: Shop, seed: int, include: bool, rounding: str) -> None:
    """M40, M46. Random carts for every person: items, shipping and discount make the total, VAT is what fractions
    give, VAT on top is added; and the sandbox's own audit agrees."""
    rng = random.Random(seed)
    shop.shopper.switch(prices_include_vat=include, round_vat=rounding)
    for person in range(1, len(PEOPLE) + 1):
        lines = [{"sku": sku, "qty": rng.randint(1, 5)} for sku in rng.sample(SHELF, rng.randint(1, 6))]
        code = rng.choice((None, "TIO", "UDDA", "FEMTIO"))
        order_id = shop.shopper.checkout(*lines, customer_id=person, code=code).id
        shown, kept = shop.details(order_id), shop.sandbox.shop.orders[order_id]
        amounts = {name: number(value) for name, value in shown.items() if name.endswith("_amount")}
        assert amounts["items_amount"] == sum(number(line["price"]) * line["qty"] for line in shown["products"])
        assert amounts["tax_amount"] == exact_tax(kept, per_line=rounding == "line")
        made = amounts["items_amount"] + amounts["shipping_amount"] - amounts["discount_amount"]
        made += amounts["tax_amount"] if shown["is_taxontop"] == "1" else ZERO
        assert made == amounts["total_amount"] == amounts["total_pay_amount"]
        assert shown["is_taxfree"] == ("1" if shown["customer"]["country"] == "NO" or person == HANS else "0")
        assert shown["is_taxfree"] == "0" or amounts["tax_amount"] == 0
    assert {} == shop.shopper.look("audit")["wrong"]


@pytest.mark.parametrize("customer", [OLA, HANS])
def test_tax_free(shop: Shop, customer: int) -> None:
    """M40. Export, and a company in another EU country: no VAT, and the home VAT is off the price."""
    order = bought(shop, "STICKA-4", "BOK-STICKA", customer=customer)
    assert ("1", "0", ["103.20", "234.91"]) == (
        order["is_taxfree"],
        order["tax_amount"],
        [line["price"] for line in order["products"]],
    )
    shop.shopper.switch(tax_free_keeps_price=True)
    order = bought(shop, "STICKA-4", customer=customer)
    assert ("1", "0", "129") == (order["is_taxfree"], order["tax_amount"], order["products"][0]["price"])


def test_companies_abroad_as_consumers(shop: Shop) -> None:
    """A shop that sells to EU companies with VAT; export stays tax-free."""
    shop.shopper.switch(eu_companies_tax_free=False)
    assert "0" == bought(shop, "STICKA-4", customer=HANS)["is_taxfree"]
    assert "1" == bought(shop, "STICKA-4", customer=OLA)["is_taxfree"]


@pytest.mark.parametrize(
    ("customer", "tax"),
    [(JUKKA, "76.80"), (METTE, "75.60"), (JURGEN, "60.36")],  # of 249 and 129
)
def test_one_rate_per_country(shop: Shop, customer: int, tax: str) -> None:
    """M40. Country-specific VAT replaces the product's own: a book at 25.5 % in Finland. The price stays."""
    order = bought(shop, "BOK-STICKA", "STICKA-4", customer=customer, no_shipping=True)
    assert (tax, ["249", "129"]) == (order["tax_amount"], [line["price"] for line in order["products"]])


def test_swedish_rates_abroad(shop: Shop) -> None:
    """A shop below the threshold has the setting off."""
    shop.shopper.switch(country_vat=False)
    order = bought(shop, "BOK-STICKA", "STICKA-4", customer=JUKKA, no_shipping=True)
    assert "39.89" == order["tax_amount"]  # 14.09 + 25.80


def test_net_price_abroad(shop: Shop) -> None:
    """With the switch the merchant keeps the same money: 129.00 is 103.20 without VAT, 122.81 with German."""
    shop.shopper.switch(country_price_net=True)
    order = bought(shop, "STICKA-4", customer=JURGEN, no_shipping=True)
    assert ("122.81", "19.61") == (order["products"][0]["price"], order["tax_amount"])


def test_exempt_abroad(shop: Shop) -> None:
    """Stamps stay exempt, unless the one rate takes them too."""
    assert "0" == bought(shop, "FRIM-10", customer=JURGEN, no_shipping=True)["tax_amount"]
    shop.shopper.switch(country_rate_on_exempt=True)
    assert "25.55" == bought(shop, "FRIM-10", customer=JURGEN, no_shipping=True)["tax_amount"]


def test_vat_on_top(shop: Shop) -> None:
    """A shop that sells to companies: prices without VAT, is_taxontop; a tax-free order has nothing on top."""
    shop.shopper.switch(prices_include_vat=False)
    order = bought(shop, "STICKA-4", code="TIO")
    assert ("1", "129", "12.90", "43.78", "218.88") == tuple(
        order[name] for name in ("is_taxontop", "items_amount", "discount_amount", "tax_amount", "total_amount")
    )  # (129 - 12.90 + 59) and a quarter of that
    export = bought(shop, "STICKA-4", customer=OLA)
    assert ("0", "1", "0", "228") == tuple(
        export[name] for name in ("is_taxontop", "is_taxfree", "tax_amount", "total_amount")
    )


@pytest.mark.parametrize(
    ("code", "discount", "tax"),
    [("TIO", "37.80", "47.70"), ("UDDA", "47.25", "46.71"), ("FEMTIO", "50", "46.42")],
)
def test_discount_codes(shop: Shop, code: str, discount: str, tax: str) -> None:
    """M52. Percent and amount; the VAT of each line falls in proportion, that of shipping does not."""
    order = bought(shop, "BOK-STICKA", "STICKA-4", code=code)
    assert (discount, tax) == (order["discount_amount"], order["tax_amount"])
    assert number(order["total_amount"]) == 378 + 59 - number(discount)


def test_discount_over_shipping(shop: Shop) -> None:
    """With the switch shipping carries its part: 437 less 50, each rate in proportion."""
    shop.shopper.switch(discount_on_shipping=True)
    order = bought(shop, "BOK-STICKA", "STICKA-4", code="FEMTIO")
    assert ("387", "45.78") == (order["total_amount"], order["tax_amount"])  # 12.48 + 22.85 + 10.45


def test_discount_never_below_nothing(shop: Shop) -> None:
    """Fifty off a cart of twenty."""
    order = bought(shop, "MARKOR-10", code="FEMTIO")
    assert ("19.99", "59", "11.80") == (order["discount_amount"], order["total_amount"], order["tax_amount"])


def test_discount_shown_below_zero(shop: Shop) -> None:
    """Only its sign."""
    order_id = shop.shopper.checkout({"sku": "STICKA-4"}, customer_id=ASA, code="TIO").id
    before = shop.details(order_id)
    shop.shopper.switch(discount_negative=True)
    assert before | {"discount_amount": "-12.90"} == shop.details(order_id)


def test_total_before_the_discount(shop: Shop) -> None:
    """With the switch only total_pay_amount knows what the order costs."""
    order_id = shop.shopper.checkout({"sku": "STICKA-4"}, customer_id=ASA, code="TIO").id
    shop.shopper.switch(total_before_discount=True)
    order = shop.details(order_id)
    assert ("188", "175.10", "12.90") == tuple(
        order[name] for name in ("total_amount", "total_pay_amount", "discount_amount")
    )
    assert {} == shop.shopper.look("audit")["wrong"]


@pytest.mark.parametrize(
    ("position", "of_shipping"),
    [("standard", "11.80"), ("goods", "3.96"), ("highest", "6.32")],  # goods: 46.71 at 6 % and 12.29 at 12 %
)
def test_vat_of_shipping(shop: Shop, position: str, of_shipping: str) -> None:
    """M41. The usual rate; in proportion to the goods; their highest rate. 59.00 with a book and tea."""
    shop.shopper.switch(shipping_vat=position)
    order = bought(shop, "BOK-STICKA", "TE-STICK-100")
    assert Decimal("14.09") + Decimal("7.02") + Decimal(of_shipping) == number(order["tax_amount"])
    assert {} == shop.shopper.look("audit")["wrong"]


@pytest.mark.parametrize("position", ["none", "line", "total"])
def test_payment_fee(shop: Shop, position: str) -> None:
    """An invoice costs nothing; or 29.00 as a line without a product; or 29.00 that only the total knows."""
    shop.shopper.switch(payment_fee=position)
    order = bought(shop, "STICKA-4", payment="invoice")
    fee = 0 if position == "none" else 29
    assert number(order["total_amount"]) == 188 + fee
    assert number(order["tax_amount"]) == Decimal("37.60") + (Decimal("5.80") if fee else 0)
    assert (2 if position == "line" else 1) == len(order["products"])
    assert number(order["items_amount"]) == (158 if position == "line" else 129)
    if position == "line":
        assert ("Fakturaavgift", 0, "29") == tuple(
            order["products"][1][name] for name in ("title", "product_id", "price")
        )
    assert {} == shop.shopper.look("audit")["wrong"]
    assert "188" == bought(shop, "STICKA-4", payment="swish")["total_amount"]


def test_gift_card_sold(shop: Shop) -> None:
    """M53. No VAT, no shipping, no discount on it; each card gets a code worth what it cost."""
    order = bought(shop, "PRESENTKORT-500")
    assert ("0", "0", "500") == (order["tax_amount"], order["shipping_amount"], order["total_amount"])
    assert "1" == shop.product("PRESENTKORT-500")["is_giftcard"]
    assert {"GAVA-300": "300", "GC-1": "500"} == {
        code: f"{number(left):.0f}" for code, left in shop.shopper.look("gift_cards").items()
    }
    mixed = bought(shop, "PRESENTKORT-500", "STICKA-4", code="TIO")
    assert "12.90" == mixed["discount_amount"]


def test_gift_card_sold_with_vat(shop: Shop) -> None:
    """A merchant may have given the card a rate; a discount on yarn lowers the VAT of the yarn only."""
    shop.send("PUT", "/products", {"sku": "PRESENTKORT-500", "tax_rate": 25})
    order = bought(shop, "PRESENTKORT-500", "STICKA-4", code="TIO", no_shipping=True)
    assert ("12.90", "123.22") == (order["discount_amount"], order["tax_amount"])  # 100.00 + 23.22


def test_gift_cards_are_in_the_shops_currency(shop: Shop) -> None:
    """A card of 300 kr does not pay in euro."""
    with pytest.raises(ValueError, match="shop's own currency"):
        bought(shop, "STICKA-4", customer=JURGEN, currency="EUR", gift_card="GAVA-300")


@pytest.mark.parametrize("position", ["pay_amount", "discount", "line"])
def test_gift_card_used(shop: Shop, position: str) -> None:
    """M54. 188.00 with a card of 300: three ways to show it, VAT the same in all of them, 112.00 left on the card."""
    shop.shopper.switch(gift_cards=position)
    order = bought(shop, "STICKA-4", gift_card="GAVA-300")
    shown = tuple(order[name] for name in ("items_amount", "discount_amount", "total_amount", "total_pay_amount"))
    assert {
        "pay_amount": ("129", "0", "188", "0"),
        "discount": ("129", "188", "0", "0"),
        "line": ("-59", "0", "0", "0"),
    }[position] == shown
    assert "37.60" == order["tax_amount"]
    assert (["Presentkort"] if position == "line" else []) == [line["title"] for line in order["products"][1:]]
    assert 112 == number(shop.shopper.look("gift_cards")["GAVA-300"])
    assert {} == shop.shopper.look("audit")["wrong"]


def test_gift_card_covers_a_part(shop: Shop) -> None:
    """What it does not cover is paid in money; an empty card opens nothing."""
    order = bought(shop, "TROJA-S", gift_card="GAVA-300", payment="swish")
    assert ("958", "658") == (order["total_amount"], order["total_pay_amount"])
    assert {"658.00"} == {f"{number(row['amount']):.2f}" for row in shop.shopper.look("gateway")}
    with pytest.raises(ValueError, match="empty"):
        bought(shop, "SAX-1", gift_card="GAVA-300")


def test_an_abandoned_cart_does_not_draw_the_card(shop: Shop) -> None:
    """Somebody else may empty it meanwhile; then less is covered."""
    order_id = shop.shopper.abandon({"sku": "TROJA-S"}, customer_id=ASA, gift_card="GAVA-300").id
    assert 300 == number(shop.shopper.look("gift_cards")["GAVA-300"])
    bought(shop, "STICKA-4", gift_card="GAVA-300")
    shop.shopper.pay(order_id)
    assert ("958", "846") == tuple(shop.details(order_id)[name] for name in ("total_amount", "total_pay_amount"))
    assert 0 == number(shop.shopper.look("gift_cards")["GAVA-300"])


def test_bundles_take_their_own_rate(shop: Shop) -> None:
    """One price, one rate; the parts only tell what to pack."""
    order = bought(shop, "PAKET-NYBORJARE", no_shipping=True)
    assert ("199", "39.80") == (order["total_amount"], order["tax_amount"])
    parts = order["products"][0]["app"]["productpackages"]
    assert "218" == str(sum(number(part["price"]) * part["qty"] for part in parts))


@pytest.mark.parametrize(("customer", "currency", "price"), [(JURGEN, "EUR", "11.80"), (OLA, "NOK", "105.68")])
def test_other_currencies(shop: Shop, customer: int, currency: str, price: str) -> None:
    """M80. Prices at the shop's rate, rounded per piece; every amount of the order in it."""
    order = bought(shop, "STICKA-4", customer=customer, currency=currency, code="FEMTIO")
    assert (currency, price) == (order["currency"], order["products"][0]["price"])
    rate = {"EUR": Decimal("0.0915"), "NOK": Decimal("1.0240")}[currency]
    assert number(order["discount_amount"]) == round_to(50 * rate, 2)
    assert {} == shop.shopper.look("audit")["wrong"]


def test_api_orders_follow_the_same_rules(shop: Shop) -> None:
    """A sales channel's order for a German consumer: one rate; for a Norwegian: tax-free."""
    for country, tax in (("DE", "20.60"), ("NO", "0")):
        address = SWEDEN["billing_details"] | {"country": country}
        customer = SWEDEN | {"billing_details": address, "shipping_details": address}
        body = {"order_id": "create", "customer": customer, "products": [{"sku": "STICKA-4", "price": 129}]}
        result = shop.send("POST", "/orders", [body])["results"]["create_1"]
        assert tax == shop.details(int(result["order_id"]))["tax_amount"]


def test_sent_to_another_country_than_billed(shop: Shop) -> None:
    """Where it is sent decides."""
    sent_to = SWEDEN["billing_details"] | {"country": "NO"}
    order_id = shop.create({"sku": "STICKA-4"}, customer=SWEDEN | {"shipping_details": sent_to})
    assert ("1", "SE") == (shop.details(order_id)["is_taxfree"], shop.details(order_id)["customer"]["country"])
