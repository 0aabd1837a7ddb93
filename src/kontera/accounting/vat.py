"""The VAT of each part of an order: region, VAT code and account by the rulebook, or why it is not known.

Uses the rate the shop charged; holds every combination of country, rate, class and buyer that no rule knows. Never
computes an amount of VAT (`oracle` checks the shop's).
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from kontera.accounting.documents import VatRegion, Why
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.accounting.match import Facts, Tie, choose
from kontera.accounting.parts import Part
from kontera.accounting.problems import ambiguous, on_order, rate_text, vat_unmapped
from kontera.accounting.regions import NumberCheck, check_vat_number, region_of, vat_country
from kontera.accounting.rulebook import Rulebook, VatRule
from kontera.commerce import LineKind, Order
from kontera.errors import Problem


class VatTreatment(msgspec.Struct, frozen=True, kw_only=True):
    """What the rulebook makes of one part's VAT."""

    region: VatRegion
    code: str
    account: str
    why: Why


def customer_type(order: Order) -> str:
    """`company` or `private`, as rules match it."""
    return "company" if order.customer.is_company else "private"


def vat_facts(country: str, rate: Decimal, tax_class: str, customer: str, region: VatRegion) -> Facts:
    """What VAT rules are matched against; `coverage` asks with the same."""
    return Facts(country=vat_country(country), rate=rate, tax_class=tax_class, customer=customer, region=region)


def treat(order: Order, part: Part, rulebook: Rulebook, setup: LedgerSetup, home: str) -> VatTreatment | Problem:
    """The VAT of one part. A gift card sold is outside VAT: the tax falls due when it is used."""
    fact = f"order {order.number} {part.fact}"
    charged = bool(part.rate and part.vat)
    number = check_vat_number(order.customer.vat_number, part.country or order.billing.country, home)
    region = region_of(part.country, home, charged, number)
    if part.line.kind is LineKind.GIFT_CARD:
        why = Why(rule="accounts.gift_card_debt", rulebook=rulebook.label, fact=fact)
        return VatTreatment(region=region, code=rulebook.accounts.outside_vat_code, account="", why=why)
    if region is VatRegion.EU_DISTANCE and part.gross and not charged and _claims_reverse_charge(order, number):
        return on_order(order, "VAT_NUMBER_INVALID", vat_number=order.customer.vat_number or "–", country=part.country)
    rule = choose_vat(order, part, rulebook, region)
    if isinstance(rule, Tie):
        return ambiguous(order, rulebook, "vat", rule, fact)
    if rule is None:
        return vat_unmapped(order, part.country, part.rate, part.line.tax_class, customer_type(order))
    code = code_of(rule, part.country, part.rate)
    account = vat_account_of(rule, code, setup)
    if part.vat and not account:
        rate = rate_text(part.rate)
        return on_order(order, "VAT_RATE_NOT_IN_LEDGER", f"vat_rate:{rate}", rate=rate, vat_code=code)
    return VatTreatment(
        region=rule.region or region,
        code=code,
        account=account,
        why=Why(rule=f"vat.{rule.id}", rulebook=rulebook.label, fact=fact),
    )


def _claims_reverse_charge(order: Order, number: NumberCheck) -> bool:
    """Whether a sale without VAT can only mean that the buyer accounts for it: a number was given, or a company was
    charged no VAT at all. Then the number is what is wrong, not the rules."""
    if number is NumberCheck.MISSING:
        return order.customer.is_company and not order.vat
    return number in (NumberCheck.INVALID, NumberCheck.HOME)


def choose_vat(order: Order, part: Part, rulebook: Rulebook, region: VatRegion) -> VatRule | Tie | None:
    """The VAT rule for one part. A sale to nowhere matches no rule, however wide."""
    if not part.country:
        return None
    facts = vat_facts(part.country, part.rate, part.line.tax_class, customer_type(order), region)
    return choose(rulebook.vat, facts)


def code_of(rule: VatRule, country: str, rate: Decimal) -> str:
    """The ledger's VAT code, with {country} and {rate} filled in, the rate by its digits only, because VAT codes hold
    no signs: "OSS{country}{rate}" -> "OSSDE19", "OSSFI255"."""
    digits = rate_text(rate).replace(".", "")
    return rule.vat_code.replace("{country}", vat_country(country)).replace("{rate}", digits)


def vat_account_of(rule: VatRule, code: str, setup: LedgerSetup) -> str:
    """The account that takes the tax: the rule's, else the one the ledger itself has on the VAT code, else none."""
    known = setup.vat_codes.get(code)
    return rule.vat_account or (known.account if known else "")
