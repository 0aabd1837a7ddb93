"""What an order costs beside its products: delivery, handling, gift wrapping and fees.

Decides whether a charge is one line or one per delivery (VAT follows the country of each). Never spreads an amount
over deliveries by itself: where the parts do not add up to the order's own figure, one line carries that figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kontera.commerce import Line, LineKind, LineTax
from kontera.money import HUNDRED, ONE, ZERO, Money, decimals_of, round_to, total
from kontera.storefronts.bigcommerce.parties import Places
from kontera.storefronts.bigcommerce.taxes import (
    HANDLING,
    SHIPPING,
    WRAPPING,
    TaxBook,
    TaxRow,
    class_of,
    line_taxes,
)
from kontera.storefronts.fields import Node, Unreadable


@dataclass(frozen=True, slots=True)
class _Charge:
    """One kind: its prefix in the order, its prefix in a delivery ("" = stands in the product lines)."""

    kind: LineKind
    rows: str
    prefix: str
    in_delivery: str
    name: str


_CHARGES = (
    _Charge(LineKind.SHIPPING, SHIPPING, "shipping_cost", "cost", "Shipping"),
    _Charge(LineKind.HANDLING, HANDLING, "handling_cost", "handling_cost", "Handling"),
    _Charge(LineKind.WRAPPING, WRAPPING, "wrapping_cost", "", "Gift wrapping"),
)


@dataclass(frozen=True, slots=True)
class _Part:
    """The share of one delivery in a charge, as the vendor states it. `place` "" = the whole order."""

    place: str
    ex: Money
    inc: Money
    tax: Money
    name: str


def charge_lines(
    order: Node, places: Places, products: list[Node], book: TaxBook, currency: str, inclusive: bool
) -> list[tuple[Line, Money]]:
    """Lines of delivery, handling and wrapping (exact, not yet rounded), each with its own tax field."""
    found = []
    for charge in _CHARGES:
        whole = _whole(order, charge, currency)
        parts = [part for part in _parts(charge, places, products, currency) if part.inc or part.ex]
        if len(parts) < 2 or total((part.inc for part in parts), currency) != whole.inc:
            if not (whole.inc or whole.ex):
                continue
            one = parts[0] if len(parts) == 1 else None
            parts = [_Part("", whole.ex, whole.inc, whole.tax, _name(charge, places, one))]
            country = places.country(one.place if one else "")
            found.append(_line(charge, parts[0], country, book.of_charge(charge.rows, None), inclusive))
            continue
        for part in parts:
            rows = book.of_charge(charge.rows, [part.place])
            found.append(_line(charge, part, places.country(part.place), rows, inclusive))
    return found


def _whole(order: Node, charge: _Charge, currency: str) -> _Part:
    return _costs(order, charge.prefix, "", currency, charge.name)


def _parts(charge: _Charge, places: Places, products: list[Node], currency: str) -> list[_Part]:
    if charge.in_delivery:
        return [
            _costs(place.costs, charge.in_delivery, place.id, currency, place.method or charge.name)
            for place in places.deliveries
        ]
    zero = Money.zero(currency)
    sums: dict[str, _Part] = {}
    for node in products:
        place = node.text("order_address_id")
        more = _costs(node, charge.prefix, place, currency, charge.name)
        so_far = sums.get(place, _Part(place, zero, zero, zero, charge.name))
        sums[place] = _Part(place, so_far.ex + more.ex, so_far.inc + more.inc, so_far.tax + more.tax, charge.name)
    return list(sums.values())


def _costs(node: Node, prefix: str, place: str, currency: str, name: str) -> _Part:
    return _Part(
        place=place,
        ex=node.money(f"{prefix}_ex_tax", currency, optional=True),
        inc=node.money(f"{prefix}_inc_tax", currency, optional=True),
        tax=node.money(f"{prefix}_tax", currency, optional=True),
        name=name,
    )


def _name(charge: _Charge, places: Places, part: _Part | None) -> str:
    if charge.kind is not LineKind.SHIPPING:
        return charge.name
    return part.name if part else shipping_method(places) or charge.name


def shipping_method(places: Places) -> str:
    """The names of the delivery methods of an order, each once."""
    return ", ".join(dict.fromkeys(place.method for place in places.deliveries if place.method))


def _line(charge: _Charge, part: _Part, country: str, rows: list[TaxRow], inclusive: bool) -> tuple[Line, Money]:
    # Prices without VAT: the vendor calls the side with VAT an estimate, so the line's VAT is added to the other one.
    by_rows = not inclusive and bool(rows)
    charged = total((row.amount for row in rows), part.ex.currency) + part.ex if by_rows else part.inc
    line = Line(
        id=f"{charge.kind}-{part.place}" if part.place else str(charge.kind),
        kind=charge.kind,
        name=part.name,
        quantity=ONE,
        unit_price=part.inc if inclusive else part.ex,
        charged=charged,
        taxes=line_taxes(rows),
        tax_class=class_of(rows),
        country=country,
    )
    return line, part.tax


def fee_lines(document: Node, order: Node, places: Places, book: TaxBook, currency: str) -> list[Line]:
    """Fees with their VAT. BigCommerce gives no VAT rows for fees, so the rate is the one of the order's rates (or
    the whole percentage) that reproduces the fee's own VAT to the smallest unit; otherwise Unreadable."""
    found = []
    for node in _fee_nodes(document, order):
        inc = node.money("cost_inc_tax", currency)
        tax = node.money("cost_tax", currency, optional=True)
        if not inc:
            continue
        taxes = (LineTax(rate=_fee_rate(node, inc - tax, tax, book), amount=tax),) if tax else ()
        found.append(
            Line(
                id=f"fee-{node.text('id')}",
                kind=LineKind.FEE,
                product_type=node.text("type"),
                name=node.text("display_name_merchant") or node.text("display_name_customer") or "Fee",
                quantity=ONE,
                unit_price=inc if order.flag("is_tax_inclusive_pricing") else inc - tax,
                charged=inc,
                taxes=taxes,
                tax_class=node.text("tax_class_id"),
                country=places.country(""),
            )
        )
    return found


def _fee_nodes(document: Node, order: Node) -> list[Node]:
    # Included in the order they are a list; read by themselves they stand in an object under "fees".
    if order.is_list("fees"):
        return list(order.nodes("fees"))
    if document.is_list("fees"):
        return list(document.nodes("fees"))
    apart = document.node("fees")
    return list(apart.nodes("fees")) if apart else []


def _fee_rate(node: Node, net: Money, tax: Money, book: TaxBook) -> Decimal:
    if net.amount > 0 and tax.amount > 0:
        fitting = {rate for rate in book.rates if _gives(net, rate, tax)}
        if len(fitting) == 1:
            return fitting.pop().normalize() + 0
        whole = round_to(tax.amount * HUNDRED / net.amount, 0)
        if not fitting and _gives(net, whole, tax) and ZERO < whole < HUNDRED:
            return whole
    raise Unreadable(node.at("cost_tax"), "VAT of a fee whose rate cannot be told")


def _gives(net: Money, rate: Decimal, tax: Money) -> bool:
    decimals = decimals_of(net.currency)
    return round_to(net.amount * rate / HUNDRED, decimals) == round_to(tax.amount, decimals)
