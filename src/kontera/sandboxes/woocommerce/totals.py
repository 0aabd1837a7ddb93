"""What an order made or edited over the API costs: taxes of its lines, its tax lines and its totals.

Decides every amount of an order from its lines. The checkout's cart is `cart.py`, which rounds in other places. Nothing
here answers HTTP. Source: recorded orders (tests replay them to the öre) and the plugin's documented order of steps.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.sandboxes.woocommerce.arithmetic import (
    ZERO,
    Charge,
    Rules,
    added,
    quantize,
    stored,
    summed,
    tax_in,
    tax_on,
)
from kontera.sandboxes.woocommerce.discounts import Discounts, Piece
from kontera.sandboxes.woocommerce.rates import (
    Place,
    base_place,
    charges_at,
    place_of,
    shipping_charges_at,
    shipping_class,
)
from kontera.sandboxes.woocommerce.state import Coupon, Line, Order, Part, Product, Refund, Shop, TaxLine

_CENT_PLACES = 4  # decimals kept of an amount in smallest units


def rules_of(shop: Shop, order: Order) -> Rules:
    """How an order's amounts are calculated: with or without tax is remembered by the order, the rest by the shop."""
    return Rules(order.prices_include_tax, shop.switches.round_at_subtotal, shop.switches.decimals)


def without_tax(shop: Shop, product: Product, quantity: int, place: Place | None = None) -> Decimal:
    """The price of `quantity` pieces without the shop's own tax, as a line of an order keeps it."""
    price = Decimal(product.price or 0) * quantity
    if product.tax_status != "taxable" or not shop.switches.prices_include_tax or not shop.switches.calc_taxes:
        return stored(price)
    where = base_place(shop) if shop.switches.adjust_prices or place is None else place
    return stored(price - summed(tax_in(price, charges_at(shop, where, product.tax_class))))


def calculate(shop: Shop, order: Order) -> None:
    """Work out all taxes and totals of an order from its lines, fees and shipping."""
    rules = rules_of(shop, order)
    subtotal = sum((rules.line(line.subtotal) for line in order.lines), ZERO)
    total = sum((rules.line(line.total) for line in order.lines), ZERO)
    order.shipping_total = sum((rules.total(part.total) for part in order.shipping_lines), ZERO)
    fees = ZERO
    for fee in order.fees:  # a negative fee cannot take more than there is
        if fee.total < 0:
            least = -rules.total(total + fees + order.shipping_total)
            fee.total = max(fee.total, least) if least < 0 else fee.total
        fees += fee.total
    calculate_taxes(shop, order)
    before = sum((summed(line.subtotal_taxes) for line in order.lines), ZERO)
    after = sum((summed(line.taxes) for line in order.lines), ZERO)
    order.discount_total = rules.total(subtotal - total)
    order.discount_tax = rules.tax(before - after)
    order.total = rules.total(total + fees + order.shipping_total + order.cart_tax + order.shipping_tax)


def calculate_taxes(shop: Shop, order: Order) -> None:
    """The tax of every line, then the tax lines and the order's tax."""
    rules, place = rules_of(shop, order), place_of(shop, order)
    for line in order.lines:
        charges = _charges(shop, order, place, line.tax_class, line.tax_status)
        tax_line(rules, line, charges)
    for fee in order.fees:
        if fee.total < 0 and not order.vat_exempt:
            fee.taxes = _negative_fee(shop, order, place, fee)
        else:
            fee.taxes = tax_on(fee.total, _charges(shop, order, place, fee.tax_class, fee.tax_status))
        fee.total_tax = sum((rules.line_tax(tax) for tax in fee.taxes.values()), ZERO)
    slug = shipping_class(shop, classes_of(order))
    for part in order.shipping_lines:
        taxable = slug is not None and part.tax_status == "taxable" and not order.vat_exempt
        part.taxes = tax_on(part.total, shipping_charges_at(shop, place, slug or "") if taxable else [])
        part.total_tax = sum((rules.line_tax(tax) for tax in part.taxes.values()), ZERO)
    update_taxes(shop, rules, order)


def tax_line(rules: Rules, line: Line, charges: list[Charge]) -> None:
    """A product line's taxes before and after coupons."""
    line.taxes = tax_on(line.total, charges)
    line.subtotal_taxes = tax_on(line.subtotal, charges)
    if summed(line.subtotal_taxes) < summed(line.taxes):
        line.subtotal_taxes = dict(line.taxes)
    line.total_tax = sum((rules.line_tax(tax) for tax in line.taxes.values()), ZERO)
    line.subtotal_tax = sum((rules.line_tax(tax) for tax in line.subtotal_taxes.values()), ZERO)


def update_taxes(shop: Shop, rules: Rules, holder: Order | Refund) -> None:
    """The tax lines from the taxes of all lines; rates that are used no more lose theirs. An order's sums follow."""
    cart: dict[int, Decimal] = {}
    shipping: dict[int, Decimal] = {}
    rows: list[Line | Part] = [*holder.lines, *holder.fees]
    for row in rows:
        added(cart, {rate_id: rules.line_tax(tax) for rate_id, tax in row.taxes.items()})
    for part in holder.shipping_lines:
        added(shipping, {rate_id: rules.line_tax(tax) for rate_id, tax in part.taxes.items()})
    used = list(dict.fromkeys((*cart, *shipping)))
    kept = {row.rate_id: row for row in holder.tax_lines if row.rate_id in used}
    holder.tax_lines = [kept.get(rate_id) or new_tax_line(shop, rate_id) for rate_id in used]
    for kept_row in holder.tax_lines:
        kept_row.tax_total = cart.get(kept_row.rate_id, ZERO)
        kept_row.shipping_tax_total = shipping.get(kept_row.rate_id, ZERO)
    if isinstance(holder, Order):
        holder.cart_tax = summed(cart)
        holder.shipping_tax = summed(shipping)
        holder.total_tax = rules.total(holder.cart_tax + holder.shipping_tax)


def new_tax_line(shop: Shop, rate_id: int) -> TaxLine:
    """A tax line that remembers its rate; a deleted rate is remembered by nothing."""
    number, rate = shop.number("line"), shop.rates.get(rate_id)
    if rate is None:
        return TaxLine(number, rate_id, f"-{rate_id}", "Tax", False, ZERO)
    return TaxLine(number, rate_id, rate.code, rate.name, rate.compound, rate.percent)


def classes_of(order: Order) -> list[str]:
    """The tax classes of an order's taxable lines, in the order they first appear."""
    return list(dict.fromkeys(line.tax_class for line in order.lines if line.tax_status == "taxable"))


def _charges(shop: Shop, order: Order, place: Place, tax_class: str, tax_status: str) -> list[Charge]:
    if tax_status != "taxable" or order.vat_exempt:
        return []
    return charges_at(shop, place, tax_class)


def _negative_fee(shop: Shop, order: Order, place: Place, fee: Part) -> dict[int, Decimal]:
    """A negative fee gives back the tax of what it is taken off: over all classes, whatever class the fee has."""
    classes = classes_of(order)
    costs: dict[str | None, Decimal] = dict.fromkeys(classes, ZERO)
    rows: list[Line | Part] = [*order.lines, *order.fees, *order.shipping_lines]
    for row in rows:
        if row.total < 0:
            continue
        slug: str | None = row.tax_class
        if row.tax_status != "taxable":
            slug = None
        elif isinstance(row, Part) and row.kind == "shipping":
            setting = shop.switches.shipping_tax_class
            slug = (classes[0] if classes else "") if setting == "inherit" else setting
        costs[slug] = costs.get(slug, ZERO) + row.total
    whole = sum(costs.values(), ZERO)
    taxes: dict[int, Decimal] = {}
    for slug, cost in costs.items():
        if slug is not None and whole:
            added(taxes, tax_on(fee.total * cost / whole, charges_at(shop, place, slug)))
    return taxes


# Coupons on an order


def apply_coupons(shop: Shop, order: Order, coupons: list[Coupon]) -> None:
    """Take the coupons off the lines anew, fill the coupon lines, and calculate the order.

    The lines' subtotal taxes must be known: the coupons see prices as the shop enters them.
    """
    rules, place = rules_of(shop, order), place_of(shop, order)
    discounts = Discounts(
        [_piece(shop, rules, line) for line in order.lines if line.quantity > 0], shop.switches.sequential_coupons
    )
    for coupon in coupons:
        amount = coupon.amount if coupon.discount_type == "percent" else coupon.amount * rules.unit
        discounts.apply(coupon, amount)
    lines = {line.id: line for line in order.lines}
    for row in order.coupons:
        row.discount, row.discount_tax = ZERO, ZERO
        for line_id, cents in discounts.by_coupon.get(row.code, {}).items():
            line = lines[line_id]
            gross, charges = cents / rules.unit, _charges(shop, order, place, line.tax_class, line.tax_status)
            tax = rules.line_tax(summed(tax_in(gross, charges) if rules.inclusive else tax_on(gross, charges)))
            row.discount += gross - tax if rules.inclusive else gross
            row.discount_tax += tax
    for line in order.lines:
        amount = discounts.of(line.id) / rules.unit
        if rules.inclusive:
            amount -= summed(tax_in(amount, _charges(shop, order, place, line.tax_class, line.tax_status)))
        line.total = stored(max(ZERO, line.subtotal - amount))
    calculate(shop, order)


def _piece(shop: Shop, rules: Rules, line: Line) -> Piece:
    price = line.subtotal + (line.subtotal_tax if rules.inclusive else ZERO)
    product = shop.products.get(line.variation_id or line.product_id)
    return Piece(
        line.id,
        quantize(price * rules.unit, _CENT_PLACES),
        line.quantity,
        frozenset({line.product_id, line.variation_id} - {0}),
        bool(product and product.sale_price),
    )
