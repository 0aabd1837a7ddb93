"""How coupons are spread: exact sums, whatever is in the cart."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_DOWN, Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kontera.sandboxes.woocommerce.discounts import Discounts, Piece
from kontera.sandboxes.woocommerce.state import Coupon

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LINES = st.lists(st.tuples(st.integers(1, 500_000), st.integers(1, 9)), min_size=1, max_size=8)


def coupon(kind: str, code: str = "kod") -> Coupon:
    """A coupon of one kind."""
    return Coupon(1, code, NOW, NOW, discount_type=kind)


def cart(lines: list[tuple[int, int]]) -> Discounts:
    """Lines of (price of the whole line in öre, quantity)."""
    return Discounts([Piece(place, Decimal(price), quantity) for place, (price, quantity) in enumerate(lines)])


@settings(max_examples=300, deadline=None)
@given(LINES, st.integers(1, 100_000))
@example([(1, 3), (2, 1)], 3)
def test_fixed_cart_gives_its_amount(lines: list[tuple[int, int]], amount: int) -> None:
    """Or the whole cart, when it is worth less; no line goes below zero. The last öre are given one a piece: a line
    that is used up by then takes none, and only so some of them are never given."""
    discounts = cart(lines)
    given_away = discounts.apply(coupon("fixed_cart"), Decimal(amount))
    lacking = min(amount, sum(price for price, _ in lines)) - given_away
    assert 0 <= lacking < sum(quantity for _, quantity in lines)
    assert not lacking or any(not discounts.left(piece) for piece in discounts.pieces)
    assert given_away == sum(discounts.by_coupon["kod"].values())
    assert all(discounts.of(piece.key) <= piece.price for piece in discounts.pieces)


@settings(max_examples=300, deadline=None)
@given(LINES, st.integers(1, 1000))
@example([(2134, 9), (6400, 3)], 75)
def test_percent_gives_the_percentage_of_the_cart(lines: list[tuple[int, int]], tenths: int) -> None:
    """Floored line by line, and together the percentage of the cart, a half going down. There are never more öre to
    hand out than lines, so the rest always finds a place."""
    discounts = cart(lines)
    percent = Decimal(tenths) / 10
    whole = sum(price for price, _ in lines)
    wanted = (whole * percent / 100).to_integral_value(ROUND_HALF_DOWN)
    assert wanted == discounts.apply(coupon("percent"), percent)
    for piece in discounts.pieces:
        floored = piece.price * percent / 100 // 1
        assert floored <= discounts.of(piece.key) <= min(piece.price, floored + piece.quantity)


@settings(max_examples=200, deadline=None)
@given(LINES, st.integers(1, 20_000), st.integers(1, 20_000))
def test_two_coupons_never_give_more_than_there_is(lines: list[tuple[int, int]], first: int, second: int) -> None:
    """Per piece, then per cart."""
    discounts = cart(lines)
    total = discounts.apply(coupon("fixed_product"), Decimal(first))
    total += discounts.apply(coupon("fixed_cart", "annan"), Decimal(second))
    assert total <= sum(price for price, _ in lines)
    assert all(discounts.left(piece) >= 0 for piece in discounts.pieces)
