"""What the store really charged for an order, beside what the text says of it, line by line. Pure.

Decides which of the store's figures answers to which line. Compares nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from kontera.money import round_to
from kontera.simulate.scenario.words import CartLine

Said = tuple[CartLine, str, str]
_PLACED = ("goods", "priced", "gift_card")


def charged(order: Any, cart: Sequence[CartLine]) -> Iterator[Said]:
    """(line of the text, what it says, what the store says), for every line that says an amount."""
    bought = iter([line for line in order.lines if line["parent_order_product_id"] is None])
    coupons = iter(order.coupons)
    fees = iter(order.fees)
    for line in cart:
        if line.kind in _PLACED:
            yield _goods(order, line, next(bought))
        elif line.kind in ("shipping", "handling"):
            yield _carriage(order, line)
        elif line.kind == "wrapping":
            yield (
                line,
                _told(line.amount, line.vat),
                _told(order.head["base_wrapping_cost"], _rate(order, "gift-wrapping")),
            )
        elif line.kind == "fee":
            yield _fee(order, line, next(fees))
        elif line.kind == "coupon":
            yield line, _told(line.amount), _told(-next(coupons)["discount"])
        elif line.kind in _SUMS:
            yield line, _told(line.amount), _told(_SUMS[line.kind](order))


def _goods(order: Any, line: CartLine, found: dict[str, Any]) -> Said:
    price = found["price_inc_tax" if order.head["is_tax_inclusive_pricing"] else "price_ex_tax"]
    if line.kind == "gift_card":
        return line, _told(line.amount), _told(price)
    rate = _rate(order, "item", product=str(found["id"]))
    if line.kind == "priced":
        said, priced = f"{_told(line.net or Decimal(0))} net", f"{_told(found['price_ex_tax'])} net"
        return line, f"{said} {_told(line.amount, line.vat)}", f"{priced} {_told(found['price_inc_tax'], rate)}"
    return line, f"{line.quantity} x {_told(line.amount, line.vat)}", f"{found['quantity']} x {_told(price, rate)}"


def _carriage(order: Any, line: CartLine) -> Said:
    place = next(each for each in order.addresses if line.country in ("", each["country_iso2"]))
    field = {"shipping": "base_cost", "handling": "base_handling_cost"}[line.kind]
    if not place[{"shipping": "cost_inc_tax", "handling": "handling_cost_inc_tax"}[line.kind]]:
        return line, _told(line.amount), _told(place[field])  # a coupon took it all: there is no tax row to compare
    rate = _rate(order, line.kind, place=place["id"])
    return line, _told(line.amount, line.vat), _told(place[field], rate)


def _fee(order: Any, line: CartLine, found: dict[str, Any]) -> Said:
    """Fees have no tax row: the tax that the text's rate gives is held against the fee's own."""
    rate = line.vat or Decimal(0)
    inclusive = order.head["is_tax_inclusive_pricing"]
    tax = line.amount * rate / (100 + rate if inclusive else 100)
    said = f"{_told(line.amount)} with VAT {round_to(tax, 2)}"
    return line, said, f"{_told(found['base_cost'])} with VAT {round_to(found['cost_tax'], 2)}"


def _rate(order: Any, kind: str, product: str | None = None, place: int | None = None) -> Decimal:
    """The rate of the tax rows of one kind; 0 when there is none."""
    for row in order.taxes:
        right = row["line_item_type"] == kind and product in (None, row["order_product_id"])
        if right and place in (None, row["order_address_id"]):
            return Decimal(row["rate"])
    return Decimal(0)


def _paid(order: Any, method: str) -> Decimal:
    amounts = [row["amount"] for row in order.transactions if row["method"] == method and row["status"] == "ok"]
    return sum(amounts, Decimal(0))


_SUMS: dict[str, Callable[[Any], Decimal]] = {
    "discount": lambda order: -Decimal(order.head["discount_amount"]),
    "pays_card": lambda order: _paid(order, "gift_certificate"),
    "pays_credit": lambda order: _paid(order, "store_credit"),
    "total": lambda order: Decimal(order.head["total_inc_tax"]),
}


def _told(amount: Decimal, rate: Decimal | None = None) -> str:
    """An amount without needless zeros, with its rate when there is one."""
    text = f"{Decimal(amount).normalize():f}"
    return text if rate is None else f"{text} VAT {rate.normalize():f} %"
