"""The product lines of an order: goods, downloads, parts of bundles and gift certificates sold.

Decides which of the vendor's many amounts is the one the customer was charged for a line. Never adds up an order.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from kontera.commerce import Line, LineKind
from kontera.money import Money, total
from kontera.storefronts.bigcommerce.discounts import discount_total, discounts_of
from kontera.storefronts.bigcommerce.parties import Places, consignments_of
from kontera.storefronts.bigcommerce.taxes import TaxBook, TaxRow, class_of, line_taxes
from kontera.storefronts.fields import Node

GIFT_CERTIFICATE = "giftcertificate"


class Reading(Enum):
    """The two figures that can say what a line was charged. Examples of the vendor exist for each; `translate` takes
    the one whose sum is the order's total."""

    AS_PAID = "discounted_total_inc_tax"
    FROM_PRICE = "the price less the discounts"


def product_nodes(document: Node, order: Node) -> Iterator[Node]:
    """The lines, from /products when that was read, else from the consignments included in the order."""
    if document.has("products"):
        yield from document.nodes("products")
        return
    consignments = consignments_of(order)
    if consignments is None:
        return
    email = consignments.node("email")
    groups = [*consignments.nodes("shipping"), *consignments.nodes("pickups"), *consignments.nodes("downloads")]
    groups += list(email.nodes("gift_certificates")) if email else []
    for group in groups:
        if group.is_list("line_items"):
            yield from group.nodes("line_items")
        elif (single := group.node("line_items")) is not None:
            yield single


def product_line(
    node: Node, places: Places, book: TaxBook, currency: str, inclusive: bool, reading: Reading
) -> tuple[Line, Money]:
    """The line, charged exactly (not yet rounded), and the line's own tax field (for VAT without details)."""
    identity = node.text("id")
    rows = book.of_product(identity)
    discounts = discounts_of(node, currency)
    kind = LineKind.GIFT_CARD if node.text("type") == GIFT_CERTIFICATE else LineKind.PRODUCT
    parent = node.text("parent_order_product_id")
    line = Line(
        id=identity,
        kind=kind,
        product_id="" if node.text("product_id") == "0" else node.text("product_id"),
        product_type=node.text("type"),
        sku=node.text("sku"),
        name=node.text("name") or node.text("name_merchant"),
        quantity=node.number("quantity"),
        unit_price=node.money("price_inc_tax" if inclusive else "price_ex_tax", currency),
        charged=_charged(node, rows, discount_total(discounts, currency), currency, inclusive, reading),
        taxes=line_taxes(rows),
        discounts=discounts,
        tax_class=class_of(rows),
        country=places.country(
            node.text("order_address_id"),
            node.text("order_pickup_method_id"),
            tangible=node.text("type") in ("physical", ""),
        ),
        gift_card=node.text("gift_certificate_id") if kind is LineKind.GIFT_CARD else "",
        parent="" if parent == "0" else parent,
    )
    return line, node.money("total_tax", currency, optional=True)


def _charged(
    node: Node, rows: list[TaxRow], reduction: Money, currency: str, inclusive: bool, reading: Reading
) -> Money:
    # discounted_total_inc_tax is "what the shopper paid" (the vendor's words). Where it is missing the prices that the
    # shop calls actual decide: with VAT less discounts, or without VAT less discounts plus the VAT of the line.
    if reading is Reading.AS_PAID and node.has("discounted_total_inc_tax"):
        return node.money("discounted_total_inc_tax", currency)
    if inclusive:
        return node.money("total_inc_tax", currency) - reduction
    vat = total((row.amount for row in rows), currency) if rows else node.money("total_tax", currency, optional=True)
    return node.money("total_ex_tax", currency) - reduction + vat
