"""Customers: /3/customers.

Decides what a customer must hold, which numbers are free (a deleted number never is again), and the defaults a bare
name gets.
"""

from __future__ import annotations

import re
from typing import Any

from babel import Locale

from kontera.sandboxes.fortnox import fields, lists, references, tables
from kontera.sandboxes.fortnox.company import Company, Record, touch
from kontera.sandboxes.fortnox.errors import not_found, refuse, refuse_text
from kontera.sandboxes.fortnox.web import GONE, Answer, Call, Endpoint, created

_COUNTRIES = Locale("sv").territories
_NUMBER = re.compile(r"[\w\-+/]+\Z")
_LIST = ("Address1", "Address2", "City", "CustomerNumber", "Email", "Name", "OrganisationNumber", "ZipCode")
_TESTS = {
    name.lower(): lists.contains(name)
    for name in ("CustomerNumber", "Name", "ZipCode", "City", "Email", "OrganisationNumber", "GLN", "GLNDelivery")
}
_TESTS["phone"] = lists.contains("Phone1")
_FILTERS = {"active": lambda customer: bool(customer["Active"]), "inactive": lambda customer: not customer["Active"]}
_COUNTRY_FIELDS = (
    ("CountryCode", "Country"),
    ("DeliveryCountryCode", "DeliveryCountry"),
    ("VisitingCountryCode", "VisitingCountry"),
)
_SALES = ("faktura", "order")


def country_name(code: str) -> str | None:
    """The Swedish name of a two-letter country code; None when there is no such country."""
    name = _COUNTRIES.get(code)
    return str(name) if name and len(code) == 2 and code.isalpha() and code.isupper() else None


def list_all(call: Call) -> Answer:
    """GET customers."""
    chosen = lists.choose(
        list(call.company.customers.values()),
        call.query,
        _TESTS,
        _FILTERS,
        {"customernumber": "CustomerNumber", "name": "Name"},
    )

    def show(customer: Record) -> Record:
        row = {name: customer[name] or "" for name in _LIST}
        return {"@url": call.url("customers", customer["CustomerNumber"]), **row, "Phone": customer["Phone1"] or ""}

    return Answer(lists.envelope("Customers", chosen, call.query, show))


def get(call: Call) -> Answer:
    """GET customers/{number}."""
    return Answer({"Customer": _show(call, _one(call))})


def create(call: Call) -> Answer:
    """POST customers. Name is needed; 2000637 for a number that was used before and deleted."""
    company = call.company
    sent = _sent(call)
    customer = fields.apply(tables.CUSTOMER, fields.blanks(tables.CUSTOMER), sent)
    if not customer["Name"]:
        raise refuse(2000637, "Kundnamn måste anges.")
    number = customer["CustomerNumber"]
    if number is None:
        number = company.free_number(
            "customers", lambda each: each in company.customers or each in company.deleted_customers
        )
        customer["CustomerNumber"] = number
    if not _NUMBER.match(number):
        raise refuse(2000106, f"Värdet måste vara alfanumeriskt ({number})")
    if number in company.deleted_customers:
        raise refuse(2000637, f"Kundnummer {number} används redan. Kundnumret har redan använts men blivit raderat.")
    if number in company.customers:
        raise refuse(2000637, f"Kundnummer {number} används redan.")
    _derive(customer)
    touch(customer, call.now)
    company.customers[number] = customer
    return created({"Customer": _show(call, customer)}, "customers")


def change(call: Call) -> Answer:
    """PUT customers/{number}: partial."""
    customer = _one(call)
    sent = _sent(call)
    if sent.get("CustomerNumber", customer["CustomerNumber"]) != customer["CustomerNumber"]:
        raise refuse_text("Kundnumret kan inte ändras.")
    changed = fields.apply(tables.CUSTOMER, customer, sent)
    if not changed["Name"]:
        raise refuse(2000637, "Kundnamn måste anges.")
    _derive(changed)
    touch(changed, call.now)
    customer.update(changed)
    return Answer({"Customer": _show(call, customer)})


def delete(call: Call) -> Answer:
    """DELETE customers/{number}; the number stays reserved, and a customer with documents stays."""
    company, number = call.company, _one(call)["CustomerNumber"]
    documents = [*company.orders.values(), *company.invoices.values()]
    if any(document["CustomerNumber"] == number for document in documents):
        raise refuse_text("Kunden används och kan inte tas bort.")
    del company.customers[number]
    company.deleted_customers.add(number)
    return GONE


def find(company: Company, number: Any) -> Record:
    """The customer a document names. Raises 2000204."""
    found = company.customers.get(str(number))
    if found is None:
        raise refuse(2000204, references.named(company, "Kunde inte hitta kund", number))
    return found


def _one(call: Call) -> Record:
    found = call.company.customers.get(call.path["number"])
    if found is None:
        raise not_found("kunden", 2000433)
    return found


def _sent(call: Call) -> Record:
    sent = fields.read(tables.CUSTOMER, call.payload("Customer"), ignore_read_only=call.ignore_read_only)
    references.require(call.company, sent, references.HEADER)
    for code, _ in _COUNTRY_FIELDS:
        value = sent.get(code)
        if isinstance(value, str) and country_name(value) is None:
            raise refuse_text(f"Landskoden är inte giltig ({value})")
    vat = sent.get("VATNumber")
    if sent.get("VATType") == "EUREVERSEDVAT" and isinstance(vat, str) and vat.startswith("SE"):
        raise refuse_text(f"Momsregistreringsnumret är inte giltigt ({vat})")
    return sent


def _derive(customer: Record) -> None:
    """Country names follow their codes."""
    for code, name in _COUNTRY_FIELDS:
        customer[name] = country_name(customer[code]) if customer[code] else None


def _show(call: Call, customer: Record) -> Record:
    return {
        **{name: value for name, value in customer.items() if not name.startswith("_")},
        "@url": call.url("customers", customer["CustomerNumber"]),
    }


def endpoints() -> list[Endpoint]:
    """The endpoints of customers."""
    return [
        Endpoint("GET", "customers", list_all, "customer", _SALES),
        Endpoint("POST", "customers", create, "customer", _SALES),
        Endpoint("GET", "customers/{number:path}", get, "customer", _SALES),
        Endpoint("PUT", "customers/{number:path}", change, "customer", _SALES),
        Endpoint("DELETE", "customers/{number:path}", delete, "customer", _SALES),
    ]
