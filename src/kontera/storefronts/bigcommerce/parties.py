"""The buyer, the addresses and the country each thing is delivered to, as written in the order.

Decides which address a line belongs to. Never completes or corrects an address, and never validates a VAT number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kontera.commerce import Address, Customer
from kontera.storefronts.fields import Node


@dataclass(frozen=True, slots=True)
class Place:
    """One delivery of an order: the vendor's order_address_id, where it goes and the node its costs stand in."""

    id: str
    address: Address
    method: str
    costs: Node


@dataclass(frozen=True, slots=True)
class Places:
    """Every delivery of an order. `pickups` maps the vendor's pickup method id to the country of the location."""

    billing: Address
    deliveries: tuple[Place, ...]
    pickups: dict[str, str]

    def country(self, address_id: str, pickup_id: str = "", *, tangible: bool = True) -> str:
        """The country that decides VAT: the line's own delivery or pickup place; for what is not delivered (digital,
        gift certificates) and for orders without any delivery the billing country; "" when it cannot be told."""
        if not tangible:
            return self.billing.country
        for place in self.deliveries:
            if place.id == address_id:
                return place.address.country
        if pickup_id in self.pickups:
            return self.pickups[pickup_id]
        countries = {place.address.country for place in self.deliveries} | set(self.pickups.values())
        if not countries:
            return self.billing.country
        return countries.pop() if len(countries) == 1 and address_id in ("", "0") else ""


def consignments_of(order: Node) -> Node | None:
    """The consignments included in the order; None when there are none or only a link to them."""
    if not order.has("consignments") or order.is_list("consignments"):
        return None
    node = order.node("consignments")
    return None if node is None or node.has("url") else node


def address_of(node: Node | None) -> Address:
    """A billing or delivery address; an absent one is empty."""
    if node is None:
        return Address()
    name = f"{node.text('first_name')} {node.text('last_name')}".strip()
    country = node.text("country_iso2").upper()
    return Address(
        name=name,
        company=node.text("company"),
        street=node.text("street_1"),
        street2=node.text("street_2"),
        postcode=node.text("zip"),
        city=node.text("city"),
        region=node.text("state"),
        country=country,
        phone=node.text("phone"),
        email=node.text("email"),
    )


def places_of(document: Node, order: Node) -> Places:
    """The deliveries from the included consignments, or from the separately read shipping addresses."""
    consignments = consignments_of(order)
    if document.has("shipping_addresses"):
        nodes = list(document.nodes("shipping_addresses"))
    else:
        nodes = list(consignments.nodes("shipping")) if consignments else []
    pickups: dict[str, str] = {}
    for pickup in consignments.nodes("pickups") if consignments else ():
        location = pickup.node("location")
        pickups[pickup.text("id")] = location.text("country_alpha2").upper() if location else ""
    return Places(
        billing=address_of(order.node("billing_address")),
        deliveries=tuple(
            Place(id=node.text("id"), address=address_of(node), method=node.text("shipping_method"), costs=node)
            for node in nodes
        ),
        pickups=pickups,
    )


def customer_of(order: Node, billing: Address, vat_field: str, organisation_field: str) -> Customer:
    """The buyer. BigCommerce has no field for VAT and organisation numbers: the merchant names the form field of the
    billing address that carries each ("" = none)."""
    customer = order.text("customer_id")
    return Customer(
        id="" if customer == "0" else customer,
        email=billing.email,
        name=billing.name,
        company=billing.company,
        vat_number=_form_field(order, vat_field),
        organisation_number=_form_field(order, organisation_field),
        phone=billing.phone,
    )


def _form_field(order: Node, name: str) -> str:
    billing = order.node("billing_address")
    if not name or billing is None:
        return ""
    for field in billing.nodes("form_fields"):
        if field.text("name").casefold() == name.casefold():
            return _first_text(field.raw("value"))
    return ""


def _first_text(value: Any) -> str:
    # A form field's value is a text, a number, or a list of chosen texts, depending on the kind of field.
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
