"""The buyer, the addresses, and the country that decides VAT, as written in the order.

Never completes or corrects an address. A country may be a code or a name; one that is neither is unreadable, because
the VAT hangs on it.
"""

from __future__ import annotations

from functools import cache

from babel import Locale

from kontera.commerce import Address, Customer
from kontera.storefronts.fields import Node, Unreadable

_LANGUAGES = ("sv", "en", "nb", "da", "fi")


def billing_of(customer: Node) -> Address:
    """The billing address: its own part of the customer, or the customer itself (older orders)."""
    return _address(customer.node("billing_details") or customer, customer)


def delivery_of(customer: Node) -> Address | None:
    """Where it goes; None when no address says so."""
    node = customer.node("shipping_details")
    address = _address(node, customer) if node is not None else None
    return address if address and (address.country or address.street or address.city) else None


def customer_of(customer: Node, vat_number_field: str) -> Customer:
    """The buyer. No customer number or organisation number is on an order, and a VAT number only where the merchant
    knows of a field."""
    company = customer.text("company_name") or _company_of(customer)
    return Customer(
        email=customer.text("email"),
        name=_name(customer) or _name(customer.node("billing_details") or customer),
        company="" if customer.text("customer_type").lower() == "consumer" else company,
        vat_number=customer.text(vat_number_field) if vat_number_field else "",
        phone=customer.text("phone"),
    )


def _company_of(customer: Node) -> str:
    billing = customer.node("billing_details")
    return billing.text("company_name") if billing else ""


def _address(node: Node, customer: Node) -> Address:
    return Address(
        name=_name(node) or _name(customer),
        company=node.text("company_name"),
        street=node.text("address"),
        street2=node.text("address2"),
        postcode=node.text("zipcode"),
        city=node.text("city"),
        country=country_of(node),
        phone=node.text("phone") or customer.text("phone"),
        email=customer.text("email"),
    )


def _name(node: Node) -> str:
    return node.text("full_name") or f"{node.text('firstname')} {node.text('lastname')}".strip()


def country_of(node: Node) -> str:
    """The country's code, capitals; "" when there is none. Raises Unreadable for a word that is no country."""
    text = node.text("country")
    if not text or (len(text) == 2 and text.isascii() and text.isalpha()):
        return text.upper()
    code = _names().get(text.casefold())
    if code is None:
        raise Unreadable(node.at("country"), "a country that is neither a code nor a name we know")
    return code


@cache
def _names() -> dict[str, str]:
    """Names of countries in the languages of the shops, as CLDR has them."""
    return {
        name.casefold(): code
        for language in reversed(_LANGUAGES)
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
