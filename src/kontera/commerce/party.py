"""Who buys, and where it goes: customers and addresses as the shop knows them. Never completes or corrects them."""

from __future__ import annotations

import msgspec


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A postal address as written in the shop. `country`: ISO 3166 alpha-2 capitals, or empty."""

    name: str = ""
    company: str = ""
    street: str = ""
    street2: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """The buyer of one order. `id` is the shop's customer number, empty for a guest."""

    id: str = ""
    email: str = ""
    name: str = ""
    company: str = ""
    vat_number: str = ""
    organisation_number: str = ""
    group: str = ""
    phone: str = ""

    @property
    def is_company(self) -> bool:
        """A company when the shop says so by company name, VAT number or organisation number."""
        return bool(self.company or self.vat_number or self.organisation_number)
