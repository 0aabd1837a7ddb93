"""Rows: deliveries, fees, gift cards sold, bundles, discounts; every row multiplies out to what was charged."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontera.accounting.discounts import priced
from kontera.accounting.rounding import round_to_sum, unit_of
from kontera.commerce import Discount, DiscountKind, LineKind
from kontera.money import Money, total

from .help import booked, facts, invoice, ledger_lines, line, money, order, problems, rules, setup, tax


def cut(amount: str, kind: DiscountKind = DiscountKind.LINE) -> Discount:
    """A discount."""
    return Discount(kind=kind, amount=money(amount), code="TE10")


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "amount", "expected"),
    [
        ("2", "129.00", "0", "258.00", ("2", "129.00", "0.00")),
        ("2", "129.00", "25.80", "232.20", ("2", "129.00", "25.80")),
        ("6", "46.2375", "0", "277.43", ("6", "46.24", "0.01")),
        ("3", "33.3333", "0", "100.00", ("3", "33.34", "0.02")),
        ("3", "33.3333", "10", "90.00", ("3", "33.34", "10.02")),
        ("2", "50.00", "0", "100.01", ("2", "50.01", "0.01")),
        ("1.5", "9.99", "0", "14.99", ("1.5", "10.00", "0.01")),
        ("1.37", "5.55", "0", "7.60", ("1", "7.60", "0.00")),
        ("1.5", "10.00", "0", "15.00", ("1.5", "10.00", "0.00")),
        ("2", "100.00", "200.00", "0.00", ("2", "100.00", "200.00")),
        ("1", "-20.00", "0", "-20.00", ("1", "-20.00", "0.00")),
        ("0", "10.00", "0", "0.00", ("1", "0.00", "0.00")),
    ],
)
def test_quantity_price_and_discount_give_the_amount(
    quantity: str, price: str, discount: str, amount: str, expected: tuple[str, str, str]
) -> None:
    """M52: the shop's price when it multiplies out, else the next whole öre above, else one piece at the amount."""
    told = priced("Rope", Decimal(quantity), money(price), money(discount), money(amount))
    assert expected == (str(told.quantity), f"{told.unit_price.amount:.2f}", f"{told.discount.amount:.2f}")
    assert money(amount) == told.unit_price * told.quantity - told.discount


def test_a_quantity_that_cannot_be_kept_is_in_the_text() -> None:
    """M8: 1.37 m of rope at 5.55 is 7.6035: one piece of "1.37 x Rope"."""
    assert priced("Rope", Decimal("1.37"), money("5.55"), money(0), money("7.60")).text == "1.37 x Rope"


@given(
    currency=st.sampled_from(["SEK", "JPY", "KWD"]),
    quantity=st.one_of(st.integers(1, 5000).map(Decimal), st.decimals("0.01", 99, places=2)),
    price=st.decimals(0, 99999, places=4),
    discount=st.integers(0, 9_999_999),
    units=st.integers(-9_999_999, 99_999_999),
)
def test_a_row_always_multiplies_out(
    currency: str, quantity: Decimal, price: Decimal, discount: int, units: int
) -> None:
    """Law 3: whatever the figures, the row gives the amount exactly, in whole units, with no negative discount."""
    unit = unit_of(currency)
    amount = Money(units * unit, currency)
    told = priced("Tea", quantity, Money(price, currency), Money(discount * unit, currency), amount)
    assert amount == told.unit_price * told.quantity - told.discount
    assert told.unit_price.is_rounded()
    assert told.discount.is_rounded()
    assert told.discount.amount >= 0
    if quantity == quantity.to_integral_value() and units >= 0:
        assert quantity == told.quantity


@given(st.lists(st.decimals(-9999, 9999, places=4), min_size=1, max_size=12), st.integers(-30, 30))
def test_rounding_to_a_sum_hits_the_sum(numbers: list[Decimal], off: int) -> None:
    """Law 3: rounded parts make the rounded whole, and each part stays within a unit of itself where that can be."""
    exact = [Money(number, "SEK") for number in numbers]
    own = total(exact, "SEK").rounded()
    assert own == total(round_to_sum(exact, own), "SEK")
    assert all(abs((a - b).amount) <= Decimal("0.01") for a, b in zip(exact, round_to_sum(exact, own), strict=True))
    other = own + money(off) * Decimal("0.01")
    far = own + money("9999999999.99")
    assert total(round_to_sum(exact, far), "SEK") == far
    assert other == total(round_to_sum(exact, other), "SEK")


def test_freight_follows_the_rates_of_the_goods() -> None:
    """M41: the shop divides the delivery over 25 % and 12 %: two rows, one account, two VAT accounts."""
    freight = line(
        "59.00",
        tax(25, "6.67", base="26.68"),
        tax(12, "2.75", base="22.90"),
        kind=LineKind.SHIPPING,
        name="Frakt",
        price="59.00",
    )
    document = invoice(order(line("125.00", tax(25, "25.00")), freight, paid="klarna"))
    expected = {"1510": "184.00", "3001": "-100.00", "2611": "-31.67", "3520": "-49.58", "2621": "-2.75"}
    assert expected == ledger_lines(document)
    assert [money("33.35"), money("25.65")] == [row.amount for row in document.lines[1:]]


def test_a_rebate_over_several_rates_is_split_as_its_taxes_prove() -> None:
    """M52: a fee of -100.00 net that WooCommerce spreads over 25 % and 12 % without naming bases: 60.00 and 40.00."""
    tea, cake = line("1250.00", tax(25, "250.00")), line("1120.00", tax(12, "120.00"), name="Cake")
    rebate = line("-119.80", tax(25, "-15.00"), tax(12, "-4.80"), kind=LineKind.FEE, name="Rabatt")
    document = invoice(order(tea, cake, rebate, paid="klarna"))
    assert [(row.vat_rate, row.amount) for row in document.lines[2:]] == [
        (Decimal(12), money("-44.80")),
        (Decimal(25), money("-75.00")),
    ]
    assert ledger_lines(document)["3540"] == "100.00"


def test_taxes_that_fit_neither_way_are_held() -> None:
    """M45: 25 % and 12 % whose bases come to 160.00 of 100.00: neither split nor stacked."""
    odd = line("135.00", tax(25, "25.80"), tax(12, "9.20"), kind=LineKind.FEE)
    assert ("VAT_UNMAPPED", "vat:SE:37::private") in problems(order(odd, paid="klarna"))


def test_what_a_split_tax_leaves_over_bears_no_vat() -> None:
    """M41 M45: a delivery whose bases leave 20.00 without tax: that part is 0 % in the shop's own words."""
    freight = line("45.00", tax(25, "5.00", base="20.00"), kind=LineKind.SHIPPING, name="Frakt")
    document = invoice(order(freight, paid="klarna"))
    assert [(Decimal(25), money("25.00")), (Decimal(0), money("20.00"))] == [
        (row.vat_rate, row.amount) for row in document.lines
    ]


@pytest.mark.parametrize(
    ("kind", "account"),
    [
        (LineKind.SHIPPING, "3520"),
        (LineKind.HANDLING, "3590"),
        (LineKind.WRAPPING, "3510"),
        (LineKind.FEE, "3540"),
    ],
)
def test_what_is_not_goods_has_its_own_account(kind: LineKind, account: str) -> None:
    """M8 M41: freight, handling, wrapping and fees."""
    document = invoice(order(line("125.00", tax(25, "25.00")), line("50.00", tax(25, "10.00"), kind=kind), paid="card"))
    assert {"1510": "175.00", "3001": "-100.00", "2611": "-35.00", account: "-40.00"} == ledger_lines(document)
    assert [row.article for row in document.lines] == ["T1", ""]


def test_a_negative_fee_is_a_negative_row() -> None:
    """M52: a fee below zero (a rebate the shop writes as a fee) lowers revenue and VAT."""
    document = invoice(
        order(line("125.00", tax(25, "25.00")), line("-25.00", tax(25, "-5.00"), kind=LineKind.FEE), paid="card")
    )
    assert ledger_lines(document) == {"1510": "100.00", "3001": "-100.00", "2611": "-20.00", "3540": "20.00"}


def test_a_gift_card_sold_is_a_debt_without_vat() -> None:
    """M53: 2421, not revenue; the tea beside it is revenue."""
    card = line("500.00", kind=LineKind.GIFT_CARD, name="Presentkort", gift_card="g1")
    document = invoice(order(line("125.00", tax(25, "25.00")), card, paid="klarna"))
    assert ledger_lines(document) == {"1510": "625.00", "3001": "-100.00", "2611": "-25.00", "2421": "-500.00"}
    assert document.lines[1].why.rule == "accounts.gift_card_debt"


def test_a_gift_card_with_vat_is_held() -> None:
    """M55: a card that bears VAT when sold is another kind of card; nobody guesses."""
    card = line("500.00", tax(25, "100.00"), kind=LineKind.GIFT_CARD, name="Presentkort")
    expected = {"rate": "25", "shop": "100.00 SEK", "rules": "0.00 SEK", "difference": "100.00 SEK"}
    assert expected.items() <= facts(order(card, paid="klarna")).items()


def test_a_gift_card_sold_below_its_value_is_held_until_an_account_is_chosen() -> None:
    """M53 M55: the debt is the face value; the difference is a cost, if the merchant says where."""
    card = line("400.00", kind=LineKind.GIFT_CARD, name="Presentkort", price="500.00", discounts=(cut("100.00"),))
    assert problems(order(card, paid="klarna")) == [("GIFT_CARD_DISCOUNTED", "")]
    rulebook = rules(replace=(("[currency]", 'gift_card_discount = "5990"\n\n[currency]'),))
    document = invoice(order(card, paid="klarna"), rulebook)
    assert ledger_lines(document) == {"1510": "400.00", "2421": "-500.00", "5990": "100.00"}


def test_parts_of_a_bundle_cost_nothing_and_need_no_row() -> None:
    """M37: the bundle carries price and stock."""
    part = line("0.00", price="0", name="Cup", parent="l-1")
    document = invoice(order(line("250.00", tax(25, "50.00"), id="l-1"), part, paid="klarna"))
    assert [row.text for row in document.lines] == ["Sencha 100 g"]


def test_an_order_that_costs_nothing_is_a_document_without_postings() -> None:
    """M8 M52: a code for everything: the sale is on record, the accounts are not touched."""
    free = line("0.00", tax(25, "0.00"), price="125.00", discounts=(cut("125.00", DiscountKind.COUPON),))
    document = invoice(order(free))
    assert (money(0), ()) == (document.total, document.postings)
    assert (money("125.00"), money("125.00")) == (document.lines[0].unit_price, document.lines[0].discount)


def test_discounts_lower_the_line_they_belong_to() -> None:
    """M52: a coupon and a part of an order discount on one line; base and VAT are what is left."""
    cuts = (cut("10.00", DiscountKind.COUPON), cut("15.00", DiscountKind.ORDER))
    tea = line("225.00", tax(25, "45.00"), quantity="2", price="125.00", discounts=cuts)
    document = invoice(order(tea, paid="klarna"))
    assert ledger_lines(document) == {"1510": "225.00", "3001": "-180.00", "2611": "-45.00"}
    assert (money("125.00"), money("25.00")) == (document.lines[0].unit_price, document.lines[0].discount)


def test_prices_without_vat_become_rows_with_vat() -> None:
    """M46 M51: net 36.99 a piece; the rows are told with VAT, because that is what was charged."""
    cuts = (cut("10.00", DiscountKind.COUPON),)
    tea = line("126.21", tax(25, "25.24"), quantity="3", price="36.99", discounts=cuts)
    document = invoice(order(tea, paid="klarna", prices_include_vat=False))
    row = document.lines[0]
    assert document.prices_include_vat
    assert (Decimal(3), money("126.21")) == (row.quantity, row.amount)
    assert (money("46.24"), money("12.51")) == (row.unit_price, row.discount)


def test_cost_centre_of_the_store_and_of_the_line() -> None:
    """M42: the store's cost centre on every row, unless the revenue rule has its own."""
    books = (
        '[[revenue]]\nid = "books"\nmatch = { kind = "product", region = "domestic", rate = 6, sku = "BOOK-*" }\n'
        'account = "3003"\ncost_centre = "BOOK"\nproject = "P1"\n'
    )
    rulebook = rules(books, replace=(('when = "placed"\n', 'when = "placed"\ncost_centre = "NT"\n'),))
    ledger = setup(rulebook, cost_centres={"NT": True, "BOOK": True}, projects={"P1": True})
    the_order = order(line("125.00", tax(25, "25.00")), line("106.00", tax(6, "6.00"), sku="BOOK-1"), paid="klarna")
    document = invoice(the_order, rulebook, ledger)
    assert [(row.cost_centre, row.project) for row in document.lines] == [("NT", ""), ("BOOK", "P1")]
    by_account = {posting.account: posting.cost_centre for posting in document.postings}
    assert by_account == {"1510": "", "3001": "NT", "2611": "", "3003": "BOOK", "2631": ""}
    assert [each.cost_centre for each in booked(the_order, rulebook, ledger).documents] == ["NT", "NT"]  # type: ignore[union-attr]


def test_a_tax_without_base_beside_split_ones_applies_to_the_rest() -> None:
    """M41: 20.00 at 25 % with its base named, and 12 % on what is left: no VAT is lost."""
    freight = line("47.40", tax(25, "5.00", base="20.00"), tax(12, "2.40"), kind=LineKind.SHIPPING, name="Frakt")
    document = invoice(order(freight, paid="klarna"))
    assert [(row.vat_rate, row.amount, row.vat) for row in document.lines] == [
        (Decimal(25), money("25.00"), money("5.00")),
        (Decimal(12), money("22.40"), money("2.40")),
    ]


def test_a_rate_that_takes_no_part_of_a_line_is_no_row() -> None:
    """M41: the shop lists 12 % with a base of nothing beside 25 % on everything."""
    freight = line("49.00", tax(25, "9.80", base="39.20"), tax(12, "0.00", base="0.00"), kind=LineKind.SHIPPING)
    document = invoice(order(freight, paid="klarna"))
    assert [(row.vat_rate, row.amount, row.vat) for row in document.lines] == [
        (Decimal(25), money("49.00"), money("9.80"))
    ]
