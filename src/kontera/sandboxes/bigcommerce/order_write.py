"""POST and PUT of /v2/orders: a new order from what a client sends, and changes to an existing one.

Decides the order's content after the write, with the vendor's arithmetic for what the client leaves out. It never
applies promotions or coupons and never moves money: the vendor's API does neither.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.sandboxes.bigcommerce import order_input as given
from kontera.sandboxes.bigcommerce.amounts import HUNDRED, NOTHING, ZERO, Rate, Split, rounded
from kontera.sandboxes.bigcommerce.build import Basis, LineSpec, build
from kontera.sandboxes.bigcommerce.changes import announce_created, announce_updated, set_status
from kontera.sandboxes.bigcommerce.pricing import PER_TOTAL, Carriage, CartLine, Reduction, price
from kontera.sandboxes.bigcommerce.seed_data import STATUS_NAMES
from kontera.sandboxes.bigcommerce.state import Json, Order, Store
from kontera.sandboxes.bigcommerce.zones import SHIPPING_CLASS, entered_in, rates_for

OVERRIDE = "API Tax Override"
PENDING = 1


def create(store: Store, body: Json) -> Order:
    """A new order. Raises ApiError 400."""
    given.check_fields(body, store)
    given.check_create(body)
    currency = str(body.get("default_currency_code", store.default_currency["currency_code"]))
    known = store.currency(currency)
    if known is None or not known["is_transactional"]:
        raise given.refuse("The field 'default_currency_code' is invalid.", field="default_currency_code")
    maker = _Maker(store, body, currency)
    order = maker.make()
    _override(order, body)
    order.head["status_id"] = given.whole(body.get("status_id", PENDING), "status_id")
    order.head["status"] = STATUS_NAMES[order.head["status_id"]]
    store.orders[order.id] = order
    announce_created(store, order)
    if store.switches.webhook_bursts:
        announce_updated(store, order)
    return order


class _Maker:
    """Collects the parts of a new order, or of lines added to one."""

    def __init__(self, store: Store, body: Json, currency: str) -> None:
        self.store, self.body, self.currency = store, body, currency
        self.decimals = store.rules(currency).decimals
        known = store.currency(currency)
        self.rate = Decimal(known["currency_exchange_rate"]) if known else Decimal(1)
        customer = store.customers.get(given.whole(body.get("customer_id"), "customer_id"))
        self.group = int(customer["customer_group_id"]) if customer else 0
        self.specs: list[LineSpec] = []
        self.lines: list[CartLine] = []
        self.overridden = False

    def make(self) -> Order:
        """The whole new order, stored content only."""
        body = self.body
        billing = given.postal(body["billing_address"], billing=True)
        addresses = [
            {**given.postal(entry, billing=False), "shipping_method": str(entry.get("shipping_method", "None"))}
            for entry in given.rows(body.get("shipping_addresses"), "shipping_addresses")
        ]
        country = addresses[0]["country_iso2"] if addresses else billing["country_iso2"]
        pickups = given.rows((body.get("consignments") or {}).get("pickups"), "pickups")
        entries = body.get("products") or [
            line for pickup in pickups for line in given.rows(pickup.get("line_items"), "line_items")
        ]
        for entry in entries:
            self.add(entry, country, billing["country_iso2"])
        reductions = []
        if body.get("discount_amount"):
            reductions.append(
                Reduction(
                    PER_TOTAL,
                    given.amount(body["discount_amount"], "discount_amount"),
                    "manual-discount",
                    "Manual Discount",
                    coupon=False,
                )
            )
        automatic = self.store.switches.automatic_tax  # a tax service is only asked at checkout
        rates = () if automatic else rates_for(self.store, SHIPPING_CLASS, country, self.group)
        carriages = [
            Carriage(
                self._charge("shipping_cost", "base_shipping_cost") if index == 0 else ZERO,
                rates,
                self._charge("handling_cost", "base_handling_cost") if index == 0 else ZERO,
                rates,
            )
            for index in range(len(addresses))
        ]
        priced = price(self.lines, reductions, carriages, [], self.store.rules(self.currency))
        basis = Basis(
            self.specs,
            given.whole(body.get("customer_id"), "customer_id"),
            billing,
            addresses,
            self.currency,
            self.currency,
            given.whole(body.get("channel_id", 1), "channel_id"),
            str(body.get("order_source", "external")),
            tax_provider="",
            extra=given.plain_fields(body) | {"cart_id": ""},
            tax_class_name=OVERRIDE if self.overridden else None,
        )
        order = build(self.store, basis, priced)
        for pickup in pickups:
            order.pickups.append({"id": self.store.number("pickup"), **pickup})
        replace_fees(self.store, order, given.rows(body.get("fees"), "fees"))
        recalculate(self.store, order)
        return order

    def add(self, entry: Json, country: str, billing_country: str) -> None:
        """One product of the body. Raises ApiError 400."""
        pieces = given.quantity(entry.get("quantity"))
        if not pieces:
            raise given.refuse("The field 'quantity' is invalid.", field="quantity")
        key = f"P{len(self.specs)}"
        fixed = given.unit_price(entry)
        if entry.get("product_id"):
            spec = self._catalogue(key, entry)
        else:
            if not entry.get("name") or fixed is None:
                raise given.refuse(
                    "A custom product needs name, quantity, price_inc_tax and price_ex_tax.", field="products"
                )
            spec = LineSpec(key, None, None, str(entry["name"]), str(entry.get("sku", "")), "physical", 0)
        spec.upc = str(entry.get("upc", spec.upc))
        spec.name = str(entry.get("name_customer") or entry.get("name") or spec.name)
        spec.name_merchant = str(entry.get("name_merchant", ""))
        where = country if spec.kind == "physical" else billing_country
        rates = rates_for(self.store, spec.tax_class, where, self.group)
        unit = ZERO
        wrapping = self._wrapping(spec, entry)
        if fixed is not None:
            self.overridden = True
            rates = _override_rates(fixed, rates, self.decimals)
        elif spec.product is not None:
            sek = (spec.variant or {}).get("price") or spec.product["price"]
            unit = rounded(sek * self.rate, self.decimals)
            if self.store.switches.automatic_tax:
                rates = ()  # a tax service is only asked at checkout: the price is taken as it is
            else:
                unit = entered_in(self.store, unit, spec.tax_class, rates, self.decimals)
        self.specs.append(spec)
        entered = wrapping.inc if self.store.switches.prices_include_tax else wrapping.ex
        self.lines.append(
            CartLine(key, unit, pieces, rates, 0, entered, _override_rates(wrapping, (), self.decimals), fixed=fixed)
        )

    def _wrapping(self, spec: LineSpec, entry: Json) -> Split:
        """What gift wrapping costs for the whole line: both sides, when it is asked for. Raises ApiError 400."""
        if not entry.get("wrapping_id"):
            return NOTHING
        if "wrapping_cost_ex_tax" not in entry or "wrapping_cost_inc_tax" not in entry:
            raise given.refuse(
                "The fields 'wrapping_cost_ex_tax' and 'wrapping_cost_inc_tax' are required with 'wrapping_id'.",
                field="wrapping_cost_inc_tax",
            )
        spec.wrapping_id = given.whole(entry["wrapping_id"], "wrapping_id")
        spec.wrapping_name = str(entry.get("wrapping_name", ""))
        spec.wrapping_message = str(entry.get("wrapping_message", ""))
        return Split(
            given.amount(entry["wrapping_cost_ex_tax"], "wrapping_cost_ex_tax"),
            given.amount(entry["wrapping_cost_inc_tax"], "wrapping_cost_inc_tax"),
        )

    def _catalogue(self, key: str, entry: Json) -> LineSpec:
        product = self.store.products.get(given.whole(entry["product_id"], "product_id"))
        if product is None or product["is_deleted"]:
            raise given.refuse(f"The product with ID {entry['product_id']} could not be found.", field="product_id")
        variant = next((row for row in product["variants"] if row["id"] == entry.get("variant_id")), None)
        wanted = {str(option.get("value")) for option in given.rows(entry.get("product_options"), "product_options")}
        variant = variant or next(
            (row for row in product["variants"] for value in row["option_values"] if str(value["id"]) in wanted), None
        )
        if not product["base_variant_id"] and variant is None:
            raise given.refuse(
                "The field 'product_options' is required for a product with variants.", field="product_options"
            )
        return LineSpec(
            key,
            product,
            variant,
            product["name"],
            variant["sku"] if variant else product["sku"],
            product["type"],
            product["tax_class_id"],
            upc=product["upc"],
        )

    def _charge(self, name: str, base: str) -> Decimal:
        """A charge as entered: the override on the side that counts, else the base amount."""
        side = "inc" if self.store.switches.prices_include_tax else "ex"
        if f"{name}_{side}_tax" in self.body:
            return given.amount(self.body[f"{name}_{side}_tax"], name)
        return given.amount(self.body.get(base, 0), base)


def _override_rates(fixed: Split, rates: tuple[Rate, ...], decimals: int) -> tuple[Rate, ...]:
    """The one rate of a price given with both sides: the zone's own when it fits, else what the two sides say."""
    if not fixed.ex or fixed.inc == fixed.ex:
        return (Rate(0, OVERRIDE, rates[0].class_id if rates else 0, OVERRIDE, ZERO),) if fixed.ex else ()
    first = rates[0] if rates else Rate(0, OVERRIDE, 0, OVERRIDE, ZERO)
    expected = fixed.ex * (1 + first.percent / HUNDRED)
    percent = (
        first.percent
        if abs(expected - fixed.inc) <= Decimal(1).scaleb(-decimals)
        else rounded((fixed.inc / fixed.ex - 1) * HUNDRED, 4)
    )
    return (Rate(first.id, first.name, first.class_id, OVERRIDE, percent, first.priority),)


def replace_fees(store: Store, order: Order, fees: list[Json]) -> None:
    """Fees are written as a whole: what is not sent is gone. Raises ApiError 400."""
    order.fees = []
    for entry in fees:
        cost = given.fee_split(entry)
        name = str(entry.get("display_name_customer") or entry.get("display_name_merchant"))
        order.fees.append(
            {
                "id": given.whole(entry.get("id"), "id") or store.number("order_fee"),
                "type": "custom_fee",
                "display_name_customer": name,
                "display_name_merchant": str(entry.get("display_name_merchant") or name),
                "source": str(entry.get("source", "v2")),
                "base_cost": cost.inc if order.head["is_tax_inclusive_pricing"] else cost.ex,
                "cost_ex_tax": cost.ex,
                "cost_inc_tax": cost.inc,
                "cost_tax": cost.tax,
                "tax_class_id": entry.get("tax_class_id"),
            }
        )


def update(store: Store, order: Order, body: Json) -> None:
    """Change an order. Raises ApiError 400; then nothing has changed."""
    given.check_fields(body, store)
    if "consignments" in body and "products" in body:
        raise given.refuse("Use either products or consignments, not both.")
    if "shipping_addresses" in body:
        _check_addresses(order, given.rows(body["shipping_addresses"], "shipping_addresses"))
    billing = None
    if "billing_address" in body:
        if not isinstance(body["billing_address"], dict):
            raise given.refuse("The field 'billing_address' is invalid.", field="billing_address")
        billing = given.postal({**order.head["billing_address"], **body["billing_address"]}, billing=True)
    plain = given.plain_fields(body)
    for fee in given.rows(body.get("fees"), "fees"):
        given.fee_split(fee)
    if "products" in body:
        _change_products(store, order, given.rows(body["products"], "products"))
    if "fees" in body:
        replace_fees(store, order, given.rows(body["fees"], "fees"))
    for entry in given.rows(body.get("shipping_addresses"), "shipping_addresses"):
        target = order.address(given.whole(entry["id"], "id"))
        if target is not None:  # tax is not calculated again, whatever the new country
            target |= {name: value for name, value in entry.items() if name != "id"}
    if billing is not None:
        order.head["billing_address"] = billing
    order.head |= plain
    if "discount_amount" in body:
        _manual_discount(store, order, given.amount(body["discount_amount"], "discount_amount"))
    if {"products", "fees", "discount_amount"} & set(body):
        recalculate(store, order)
    _override(order, body)
    if body.get("is_deleted") is True:
        archive(store, order)
    if "status_id" in body and given.whole(body["status_id"], "status_id") != order.head["status_id"]:
        set_status(store, order, given.whole(body["status_id"], "status_id"))
    else:
        announce_updated(store, order)


def archive(store: Store, order: Order) -> None:
    """DELETE does not remove an order: it is archived and can still be read."""
    order.head["is_deleted"] = True
    store.emit("store/order/archived", {"type": "order", "id": order.id})


def _check_addresses(order: Order, entries: list[Json]) -> None:
    for entry in entries:
        if order.address(given.whole(entry.get("id"), "id")) is None:
            raise given.refuse("The field 'id' of a shipping address is invalid.", field="shipping_addresses")


def _change_products(store: Store, order: Order, entries: list[Json]) -> None:
    """Products are patched: with id changed (0 pieces: removed), without id added. Changed lines lose discounts."""
    country = order.addresses[0]["country_iso2"] if order.addresses else order.head["billing_address"]["country_iso2"]
    maker = _Maker(store, {"customer_id": order.head["customer_id"]}, order.currency)
    for entry in entries:
        if "id" not in entry:
            maker.add(entry, country, order.head["billing_address"]["country_iso2"])
        elif order.line(given.whole(entry["id"], "id")) is None:
            raise given.refuse("The field 'id' of a product is invalid.", field="products")
        else:
            given.quantity(entry.get("quantity", 1))
            given.unit_price(entry)
    for entry in (row for row in entries if "id" in row):
        _change_line(store, order, entry)
    if maker.lines:
        rules = store.rules(order.currency)
        basis = Basis(
            maker.specs, order.head["customer_id"], order.head["billing_address"], [], order.currency, order.currency
        )
        added = build(store, basis, price(maker.lines, [], [], [], rules), order.id)
        for line in added.lines:
            line["order_address_id"] = order.addresses[0]["id"] if order.addresses else 0
        order.lines += added.lines
        order.taxes += added.taxes


def _change_line(store: Store, order: Order, entry: Json) -> None:
    line = order.line(given.whole(entry["id"], "id"))
    if line is None:
        raise given.refuse("The field 'id' of a product is invalid.", field="products")
    pieces = given.quantity(entry.get("quantity", line["quantity"]))
    rows = [row for row in order.taxes if row["order_product_id"] == str(line["id"])]
    order.taxes = [row for row in order.taxes if row["order_product_id"] != str(line["id"])]
    if not pieces:
        order.lines = [
            other for other in order.lines if line["id"] not in (other["id"], other["parent_order_product_id"])
        ]
        return
    unit = given.unit_price(entry) or Split(line["price_ex_tax"], line["price_inc_tax"])
    rates = tuple(
        Rate(row["tax_rate_id"], row["name"], row["tax_class_id"], row["class"], row["rate"], row["priority"])
        for row in rows
    )
    fixed = CartLine("one", ZERO, pieces, rates, fixed=unit)
    priced = price([fixed], [], [], [], store.rules(order.currency)).lines[0]
    line |= {
        "quantity": pieces,
        "price_ex_tax": unit.ex,
        "price_inc_tax": unit.inc,
        "price_tax": unit.tax,
        "total_ex_tax": priced.before.ex,
        "total_inc_tax": priced.before.inc,
        "total_tax": priced.charged.tax,
        "base_total": priced.before.inc if order.head["is_tax_inclusive_pricing"] else priced.before.ex,
        "applied_discounts": [],
        "discounted_total_inc_tax": priced.charged.inc,
    }
    if "name" in entry:
        line["name"] = line["name_customer"] = str(entry["name"])
    for row, (_, tax) in zip(rows, priced.charged.taxes, strict=False):
        order.taxes.append(row | {"priority_amount": tax, "line_amount": tax})


def _manual_discount(store: Store, order: Order, amount: Decimal) -> None:
    """A new discount on the whole order takes the place of the old manual one."""
    rules = store.rules(order.currency)
    side = "inc" if rules.inclusive else "ex"
    cart, kept = [], []
    for line in order.lines:
        keep = [row for row in line["applied_discounts"] if row["id"] != "manual-discount"]
        kept.append(keep)
        rates = tuple(
            Rate(row["tax_rate_id"], row["name"], row["tax_class_id"], row["class"], row["rate"], row["priority"])
            for row in order.taxes
            if row["order_product_id"] == str(line["id"])
        )
        left = line[f"total_{side}_tax"] - sum((row["amount"] for row in keep), ZERO)
        cart.append(CartLine(str(line["id"]), left, 1, rates, discountable=line["type"] != "giftcertificate"))
    reduction = Reduction(PER_TOTAL, amount, "manual-discount", "Manual Discount", coupon=False)
    for line, keep, priced in zip(order.lines, kept, price(cart, [reduction], [], [], rules).lines, strict=True):
        line["applied_discounts"] = keep + [
            {"id": "manual-discount", "amount": cut.amount, "name": "Manual Discount", "code": None, "target": "order"}
            for cut in priced.cuts
        ]
        line["total_tax"], line["discounted_total_inc_tax"] = priced.charged.tax, priced.charged.inc
        rows = [row for row in order.taxes if row["order_product_id"] == str(line["id"])]
        for row, (_, tax) in zip(rows, priced.charged.taxes, strict=False):
            row["priority_amount"] = row["line_amount"] = tax


def recalculate(store: Store, order: Order) -> None:
    """Add the order up again from its lines, fees, shipping and wrapping, by the identities in `pricing.Priced`."""
    head = order.head
    discounts = [row for line in order.lines for row in line["applied_discounts"]]
    head["coupon_discount"] = sum((row["amount"] for row in discounts if row["id"] in {"coupon", "total-coupon"}), ZERO)
    head["discount_amount"] = sum((row["amount"] for row in discounts), ZERO) - head["coupon_discount"]
    head["items_total"] = sum(line["quantity"] for line in order.lines)
    fee = {name: sum((row[name] for row in order.fees), ZERO) for name in ("cost_ex_tax", "cost_inc_tax", "cost_tax")}
    goods_tax = sum((line["total_tax"] for line in order.lines), ZERO) + fee["cost_tax"]
    others = {
        side: sum((head[f"{name}_{side}"] for name in ("shipping_cost", "handling_cost", "wrapping_cost")), ZERO)
        for side in ("ex_tax", "inc_tax", "tax")
    }
    total_tax = store.rules(order.currency).money(goods_tax + others["tax"])
    head["subtotal_tax"] = total_tax - others["tax"]
    head["subtotal_ex_tax"] = sum((line["total_ex_tax"] for line in order.lines), ZERO) + fee["cost_ex_tax"]
    reductions = head["discount_amount"] + head["coupon_discount"]
    if head["is_tax_inclusive_pricing"]:
        head["subtotal_inc_tax"] = sum((line["total_inc_tax"] for line in order.lines), ZERO) + fee["cost_inc_tax"]
        head["total_inc_tax"] = head["subtotal_inc_tax"] + others["inc_tax"] - reductions
    else:
        head["subtotal_inc_tax"] = head["subtotal_ex_tax"] + head["subtotal_tax"]
        head["total_inc_tax"] = head["subtotal_ex_tax"] + others["ex_tax"] - reductions + total_tax
    head["total_tax"] = total_tax
    head["total_ex_tax"] = head["total_inc_tax"] - total_tax


def _override(order: Order, body: Json) -> None:
    """Amounts a client sets by hand: kept as sent, with nothing else made to agree."""
    for name in given.PAIRS:
        if f"{name}_ex_tax" not in body:
            continue
        ex, inc = (given.amount(body[f"{name}_{side}_tax"], name) for side in ("ex", "inc"))
        order.head |= {f"{name}_ex_tax": ex, f"{name}_inc_tax": inc, f"{name}_tax": inc - ex}
