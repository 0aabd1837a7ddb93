"""How the ledger's customer register should know the buyer: one key per buyer, by the rulebook.

Decides the key and which of the buyer's details go on the card. A collective card carries no personal data. Never
looks anything up: whether the ledger has the customer is the posting room's business.
"""

from __future__ import annotations

from kontera.accounting.documents import CustomerCard, VatRegion
from kontera.accounting.match import Facts, Tie, choose
from kontera.accounting.problems import ambiguous, on_order
from kontera.accounting.regions import clean_vat_number
from kontera.accounting.rulebook import CustomerRule, Identity, Rulebook
from kontera.accounting.vat import customer_type
from kontera.commerce import Address, Order
from kontera.errors import Problem

_BUYERS_VAT = (VatRegion.EU_REVERSE, VatRegion.DOMESTIC_REVERSE)


def customer_card(order: Order, rulebook: Rulebook, region: VatRegion) -> CustomerCard | Problem:
    """The card of the order's buyer; a problem when the order cannot say what identifies them (a guest without
    e-mail must never be mistaken for another)."""
    country = order.billing.country or (order.delivery.country if order.delivery else "")
    facts = Facts(store=order.store, country=country, customer=customer_type(order))
    rule = choose(rulebook.customers, facts)
    if isinstance(rule, Tie):
        return ambiguous(order, rulebook, "customers", rule, f"order {order.number} customer")
    if rule is not None:
        for identity in rule.identify:
            key = _key(order, identity, country, region)
            if key:
                return _card(order, key, region, country, rule, collective=identity == "collective")
    asked = ", ".join(rule.identify) if rule is not None else ""
    return on_order(order, "CUSTOMER_UNIDENTIFIED", identify=asked)


def _key(order: Order, identity: Identity, country: str, region: VatRegion) -> str:
    """The key by one means, empty when the order cannot give it."""
    customer = order.customer
    match identity:
        case "email":
            email = (customer.email or order.billing.email).strip().lower()
            return f"email:{email}" if email else ""
        case "vat":
            number = clean_vat_number(customer.vat_number, country)
            return f"vat:{number}" if number else ""
        case "organisation":
            digits = "".join(sign for sign in customer.organisation_number if sign.isalnum())
            return f"org:{digits}" if digits else ""
        case "shop_id":
            return f"shop:{order.store}:{customer.id}" if customer.id else ""
        case "collective":
            apart = f":{region}" if region in _BUYERS_VAT else ""  # its VAT is another: no card can be both
            return f"collective:{country or 'unknown'}{apart}"


def _card(
    order: Order, key: str, region: VatRegion, country: str, rule: CustomerRule, collective: bool
) -> CustomerCard:
    customer, billing = order.customer, order.billing
    if collective:
        return CustomerCard(
            key=key,
            name=f"Kunder {order.store} {country}".strip(),
            company=False,
            region=region,
            currency=order.currency,
            billing=Address(country=country),
            update=False,
        )
    name = customer.company or billing.company or customer.name or billing.name or customer.email or billing.email
    return CustomerCard(
        key=key,
        name=name or f"Kund {customer.id or order.number}",
        company=customer.is_company,
        email=customer.email or billing.email,
        phone=customer.phone or billing.phone,
        organisation_number=customer.organisation_number,
        vat_number=clean_vat_number(customer.vat_number, country),
        region=region,
        currency=order.currency,
        language=order.language,
        billing=billing,
        delivery=order.delivery,
        update=rule.update == "always",
    )
