"""The buyer, the addresses, and the country that decides VAT, as written in the order.

Never completes or corrects an address, and never validates a VAT number.
"""

from __future__ import annotations

from kontera.commerce import Address, Customer
from kontera.storefronts.fields import Node
from kontera.storefronts.woocommerce.meta import Meta

# WooCommerce has no VAT number: each plugin keeps it in a custom field of its own.
VAT_NUMBER_FIELDS = (
    "_vat_number",
    "_billing_vat_number",
    "_billing_eu_vat_number",
    "vat_number",
    "billing_vat",
    "_billing_vat",
    "_billing_vat_id",
    "_billing_vat_code",
    "billing_vat_number",
    "yweu_billing_vat",
)
ORGANISATION_NUMBER_FIELDS = (
    "_billing_organisation_number",
    "_billing_organization_number",
    "_billing_org_nr",
    "_billing_orgnr",
    "_billing_company_number",
    "organisation_number",
)
_PICKUP = ("local_pickup", "pickup_location")


def address_of(node: Node | None) -> Address:
    """A billing or delivery address; an absent one is empty."""
    if node is None:
        return Address()
    return Address(
        name=f"{node.text('first_name')} {node.text('last_name')}".strip(),
        company=node.text("company"),
        street=node.text("address_1"),
        street2=node.text("address_2"),
        postcode=node.text("postcode"),
        city=node.text("city"),
        region=node.text("state"),
        country=node.text("country").upper(),
        phone=node.text("phone"),
        email=node.text("email"),
    )


def delivery_of(order: Node) -> Address | None:
    """Where it goes; None for orders without a delivery (virtual goods leave the address empty)."""
    address = address_of(order.node("shipping"))
    return address if address.country or address.street or address.city else None


def vat_country(order: Node, billing: Address, delivery: Address | None) -> str:
    """Where the goods are handed over. For goods fetched in the shop that is the country of the rate the shop charged
    (its own), not the customer's address; "" when it cannot be told."""
    methods = [node.text("method_id") for node in order.nodes("shipping_lines")]
    if methods and all(method.startswith(_PICKUP) for method in methods):
        countries = {_country_of_rate(node.text("rate_code")) for node in order.nodes("tax_lines")} - {""}
        if len(countries) == 1:
            return countries.pop()
    return delivery.country if delivery and delivery.country else billing.country


def customer_of(order: Node, billing: Address, meta: Meta, vat_field: str, organisation_field: str) -> Customer:
    """The buyer; a guest has no id. The merchant may name the custom fields, else the common plugins' are tried."""
    identity = order.text("customer_id")
    return Customer(
        id="" if identity == "0" else identity,
        email=billing.email,
        name=billing.name,
        company=billing.company,
        vat_number=meta.first((vat_field,) if vat_field else VAT_NUMBER_FIELDS),
        organisation_number=meta.first((organisation_field,) if organisation_field else ORGANISATION_NUMBER_FIELDS),
        phone=billing.phone,
    )


def _country_of_rate(code: str) -> str:
    """ "SE-MOMS 25%-1" is a rate of Sweden; a rate for everywhere has no country in its code."""
    country, _, rest = code.partition("-")
    return country if rest and len(country) == 2 and country.isalpha() and country.isupper() else ""
