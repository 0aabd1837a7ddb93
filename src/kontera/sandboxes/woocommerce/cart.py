"""What a cart costs at the checkout, and the order it becomes.

Decides the amounts of an order made by a shopper: the cart works in smallest units, moves prices to the buyer's rates
and rounds coupons at another place than an order made over the API, so the two can differ by an öre. It never takes
payment, nor moves stock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from kontera.sandboxes.woocommerce.arithmetic import ZERO, Charge, Rules, added, stored, summed, tax_in, tax_on
from kontera.sandboxes.woocommerce.discounts import Discounts, Piece
from kontera.sandboxes.woocommerce.rates import (
    base_place,
    charges_at,
    place_of,
    shipping_charges_at,
    shipping_class,
)
from kontera.sandboxes.woocommerce.state import Coupon, CouponLine, Line, Order, Part, Product, Shop
from kontera.sandboxes.woocommerce.totals import new_tax_line


@dataclass
class CartLine:
    """One product in the cart; amounts in smallest units."""

    product: Product
    quantity: int
    charges: list[Charge]
    price: Decimal = ZERO
    subtotal: Decimal = ZERO
    total: Decimal = ZERO
    taxes: dict[int, Decimal] = field(default_factory=dict)
    subtotal_taxes: dict[int, Decimal] = field(default_factory=dict)


def fill(shop: Shop, order: Order, wanted: list[tuple[Product, int]], coupons: list[Coupon]) -> None:
    """Give an order with addresses, shipping and fees its lines, coupons and totals."""
    rules, place = shop.rules, place_of(shop, order)
    exempt = order.vat_exempt
    cart = [
        CartLine(
            product,
            quantity,
            charges_at(shop, place, product.tax_class) if product.tax_status == "taxable" and not exempt else [],
        )
        for product, quantity in wanted
    ]
    for line in cart:
        _subtotal(shop, rules, line, exempt)
    discounts = Discounts(
        [
            Piece(
                number,
                line.price,
                line.quantity,
                frozenset({line.product.id, line.product.parent_id} - {0}),
                bool(line.product.sale_price),
            )
            for number, line in enumerate(cart)
        ],
        shop.switches.sequential_coupons,
    )
    for coupon in coupons:
        discounts.apply(coupon, coupon.amount if coupon.discount_type == "percent" else coupon.amount * rules.unit)
    for number, line in enumerate(cart):
        _total(rules, line, discounts.of(number))
    _shipping_and_fees(shop, rules, order, cart, exempt)
    _write(shop, rules, order, cart)
    _write_coupons(shop, rules, order, cart, coupons, discounts)


def _taxed(rules: Rules, amount: Decimal, charges: list[Charge]) -> dict[int, Decimal]:
    return tax_in(amount, charges) if rules.inclusive else tax_on(amount, charges)


def _subtotal(shop: Shop, rules: Rules, line: CartLine, exempt: bool) -> None:
    """The price before coupons; with inclusive prices the home rate is taken out and the buyer's put on."""
    line.price = Decimal(line.product.price or 0) * line.quantity * rules.unit
    if rules.inclusive and line.product.tax_status == "taxable" and shop.switches.calc_taxes:
        home = charges_at(shop, base_place(shop), line.product.tax_class)
        if exempt or (shop.switches.adjust_prices and line.charges != home):
            line.price -= summed(tax_in(line.price, home))
            line.price += summed(tax_on(line.price, line.charges))
    line.subtotal_taxes = _taxed(rules, line.price, line.charges)
    line.subtotal = line.price - (summed(line.subtotal_taxes) if rules.inclusive else ZERO)


def _total(rules: Rules, line: CartLine, discount: Decimal) -> None:
    price = line.price - discount
    line.taxes = _taxed(rules, price, line.charges)
    line.total = price - (summed(line.taxes) if rules.inclusive else ZERO)


def _cents_tax(rules: Rules, value: Decimal) -> Decimal:
    return value if rules.round_at_subtotal else rules.tax(value, 0)


def _cents_line(rules: Rules, value: Decimal) -> Decimal:
    return value if rules.round_at_subtotal else Rules(decimals=0).total(value)


def _shipping_and_fees(shop: Shop, rules: Rules, order: Order, cart: list[CartLine], exempt: bool) -> None:
    place = place_of(shop, order)
    classes = list(dict.fromkeys(line.product.tax_class for line in cart if line.product.tax_status == "taxable"))
    slug = shipping_class(shop, classes)
    for part in order.shipping_lines:
        taxable = slug is not None and part.tax_status == "taxable" and not exempt
        part.taxes = tax_on(part.total, shipping_charges_at(shop, place, slug or "") if taxable else [])
        part.total_tax = sum((rules.line_tax(tax) for tax in part.taxes.values()), ZERO)
    for fee in order.fees:
        taxable = fee.tax_status == "taxable" and not exempt
        if fee.total < 0:  # spread over the lines' taxes, as for an order
            fee.taxes = _negative(fee, cart)
        else:
            fee.taxes = tax_on(fee.total, charges_at(shop, place, fee.tax_class) if taxable else [])
        fee.total_tax = sum((rules.line_tax(tax) for tax in fee.taxes.values()), ZERO)


def _negative(fee: Part, cart: list[CartLine]) -> dict[int, Decimal]:
    """The cart gives back a negative fee's tax in proportion to the lines' own tax."""
    whole = sum((line.total for line in cart), ZERO)
    taxes: dict[int, Decimal] = {}
    for line in cart:
        if whole:
            added(taxes, tax_on(fee.total * line.total / whole, line.charges))
    return taxes


def _write(shop: Shop, rules: Rules, order: Order, cart: list[CartLine]) -> None:
    """The cart becomes the order's lines, tax lines (numbered before the lines, as the checkout does) and totals."""
    unit = rules.unit
    rates: dict[int, Decimal] = {}
    shipping: dict[int, Decimal] = {}
    for line in cart:
        added(rates, {rate: _cents_tax(rules, tax) / unit for rate, tax in line.taxes.items()})
    for fee in order.fees:
        added(rates, {rate: rules.line_tax(tax) for rate, tax in fee.taxes.items()})
    for part in order.shipping_lines:
        added(shipping, {rate: rules.line_tax(tax) for rate, tax in part.taxes.items()})
    for rate_id in dict.fromkeys((*rates, *shipping)):
        row = new_tax_line(shop, rate_id)
        row.tax_total, row.shipping_tax_total = stored(rates.get(rate_id, ZERO)), stored(shipping.get(rate_id, ZERO))
        order.tax_lines.append(row)
    for line in cart:
        order.lines.append(_order_line(shop, rules, line))
    for part in (*order.shipping_lines, *order.fees):
        part.id = shop.number("line")
    order.shipping_total = sum((rules.total(part.total) for part in order.shipping_lines), ZERO)
    fees = sum((fee.total for fee in order.fees), ZERO)
    items = sum((_cents_line(rules, line.total) for line in cart), ZERO) / unit
    order.cart_tax = rules.total(summed(rates))
    order.shipping_tax = rules.total(summed(shipping))
    order.total_tax = rules.total(summed(rates) + summed(shipping))
    order.total = max(ZERO, rules.total(items + fees + order.shipping_total + summed(rates) + summed(shipping)))


def _order_line(shop: Shop, rules: Rules, line: CartLine) -> Line:
    product, unit = line.product, rules.unit
    return Line(
        shop.number("line"),
        product.name,
        product.parent_id or product.id,
        product.id if product.parent_id else 0,
        line.quantity,
        product.tax_class,
        product.tax_status,
        stored(line.subtotal / unit),
        stored(sum((_cents_tax(rules, tax) for tax in line.subtotal_taxes.values()), ZERO) / unit),
        stored(line.total / unit),
        stored(sum((_cents_tax(rules, tax) for tax in line.taxes.values()), ZERO) / unit),
        {rate: stored(tax / unit) for rate, tax in line.taxes.items()},
        {rate: stored(tax / unit) for rate, tax in line.subtotal_taxes.items()},
    )


def _write_coupons(
    shop: Shop, rules: Rules, order: Order, cart: list[CartLine], coupons: list[Coupon], discounts: Discounts
) -> None:
    """The coupon lines and the order's discount: the tax in them is summed first and rounded once."""
    all_net, all_tax = ZERO, ZERO
    for coupon in coupons:
        net, tax = ZERO, ZERO
        for number, cents in discounts.by_coupon.get(coupon.code, {}).items():
            part = summed(_taxed(rules, cents, cart[number].charges))
            tax += part
            net += cents - part if rules.inclusive else cents
        row = CouponLine(shop.number("line"), coupon.code, rules.total(net / rules.unit), rules.total(tax / rules.unit))
        row.meta = [shop.meta("coupon_info", coupon_info(coupon))]
        order.coupons.append(row)
        all_net, all_tax = all_net + net, all_tax + tax
    order.discount_total = rules.total(all_net / rules.unit)
    order.discount_tax = rules.total(all_tax / rules.unit)


def coupon_info(coupon: Coupon) -> str:
    """What an order remembers of a coupon: compact JSON text of id, code, type and amount."""
    kind = "null" if coupon.discount_type == "fixed_cart" else f'"{coupon.discount_type}"'
    tail = ",true" if coupon.free_shipping else ""
    return f'[{coupon.id},"{coupon.code}",{kind},{coupon.amount.normalize():f}{tail}]'
