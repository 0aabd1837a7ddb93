"""What coupons take off each line, in whole smallest units (öre), as WooCommerce spreads them.

Decides the discount of every coupon on every line: floored per line, the rest given away unit by unit, the dearest line
first. It never touches tax, nor an order: `totals.py` and `cart.py` take the discount off the lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from kontera.sandboxes.woocommerce.arithmetic import HUNDRED, ZERO, floor
from kontera.sandboxes.woocommerce.state import Coupon

ONE = Decimal(1)


@dataclass
class Piece:
    """A line as a coupon sees it: `price` of the whole line in smallest units, with tax where prices include it."""

    key: int
    price: Decimal
    quantity: int
    product_ids: frozenset[int] = frozenset()
    on_sale: bool = False


@dataclass
class Discounts:
    """The discounts given so far; `by_coupon[code][key]` in smallest units."""

    pieces: list[Piece]
    sequential: bool = False
    by_coupon: dict[str, dict[int, Decimal]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pieces = sorted(self.pieces, key=lambda one: -one.price * one.quantity)

    def of(self, key: int) -> Decimal:
        """All coupons together on one line."""
        return sum((given.get(key, ZERO) for given in self.by_coupon.values()), ZERO)

    def left(self, piece: Piece) -> Decimal:
        """What is still to be paid for a line, whole units."""
        return abs((piece.price - self.of(piece.key)).to_integral_value(ROUND_HALF_UP))

    def apply(self, coupon: Coupon, amount: Decimal) -> Decimal:
        """Give one coupon's discount; `amount` is its nominal amount in smallest units (percent: the percentage)."""
        given = self.by_coupon.setdefault(coupon.code, {})
        meant = [one for one in self.pieces if self.left(one) and _valid(coupon, one)]
        give: dict[str, Callable[[Coupon, list[Piece], Decimal, dict[int, Decimal]], Decimal]] = {
            "percent": self._percent,
            "fixed_product": self._per_product,
            "fixed_cart": self._per_cart,
        }
        return give[coupon.discount_type](coupon, meant, amount, given)

    def _percent(self, coupon: Coupon, meant: list[Piece], percent: Decimal, given: dict[int, Decimal]) -> Decimal:
        used, whole, total = 0, ZERO, ZERO
        for piece in meant:
            left = self.left(piece)
            base = left if self.sequential else piece.price.to_integral_value(ROUND_HALF_UP)
            count = _count(coupon, piece, used)
            base = base * count / piece.quantity
            discount = min(left, floor(base * percent / HUNDRED))
            whole, total, used = whole + base, total + discount, used + count
            given[piece.key] = given.get(piece.key, ZERO) + discount
        wanted = (whole * percent / HUNDRED).to_integral_value(ROUND_HALF_DOWN)
        if total < wanted:
            total += self._remainder(meant, wanted - total, given)
        return total

    def _per_product(self, coupon: Coupon, meant: list[Piece], amount: Decimal, given: dict[int, Decimal]) -> Decimal:
        used, total = 0, ZERO
        for piece in meant:
            count = _count(coupon, piece, used)
            each = amount if coupon.limit_usage_to_x_items is None else min(amount, piece.price / piece.quantity)
            discount = min(self.left(piece), each * count)
            total, used = total + discount, used + count
            given[piece.key] = given.get(piece.key, ZERO) + discount
        return total

    def _per_cart(self, coupon: Coupon, meant: list[Piece], amount: Decimal, given: dict[int, Decimal]) -> Decimal:
        total = ZERO
        while total < amount:
            meant = [one for one in meant if self.left(one)]
            count = sum(one.quantity for one in meant)
            if not count:
                break
            each = floor((amount - total) / count)
            if not each:
                return total + self._remainder(meant, amount - total, given)
            for piece in meant:
                discount = min(self.left(piece), each * piece.quantity)
                total += discount
                given[piece.key] = given.get(piece.key, ZERO) + discount
        return total

    def _remainder(self, meant: list[Piece], amount: Decimal, given: dict[int, Decimal]) -> Decimal:
        """Give `amount` away one unit at a time, one a piece; what finds no place is not given."""
        total = ZERO
        for piece in meant:
            for _ in range(piece.quantity):
                discount = min(self.left(piece), ONE)
                total += discount
                given[piece.key] = given.get(piece.key, ZERO) + discount
                if total >= amount:
                    return total
        return total


def _count(coupon: Coupon, piece: Piece, used: int) -> int:
    """How many of a line's pieces the coupon still reaches."""
    if coupon.limit_usage_to_x_items is None:
        return piece.quantity
    return max(0, min(piece.quantity, coupon.limit_usage_to_x_items - used))


def _valid(coupon: Coupon, piece: Piece) -> bool:
    if coupon.discount_type == "fixed_cart":
        return True
    if coupon.product_ids and not piece.product_ids & set(coupon.product_ids):
        return False
    if piece.product_ids & set(coupon.excluded_product_ids):
        return False
    return not (coupon.exclude_sale_items and piece.on_sale)
