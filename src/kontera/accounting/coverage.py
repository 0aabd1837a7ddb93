"""Which sales that a shop's settings allow would no rule know, or would the ledger refuse: listed before they happen.

Decides what is reachable from a shop's tax settings, means of payment and currencies, and holds every combination
against a rulebook and the ledger's settings with the same choices that `book` makes. Never reads a shop: the
settings are handed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from kontera.accounting.checks import BUYER_ACCOUNTS, has_vat_code
from kontera.accounting.documents import VatRegion
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.accounting.match import Facts, Tie, choose
from kontera.accounting.problems import rate_text
from kontera.accounting.regions import EU, NumberCheck, region_of, vat_country
from kontera.accounting.rulebook import CustomerType, Rulebook
from kontera.accounting.rulebook_toml import rule_with_line
from kontera.accounting.vat import code_of, vat_account_of, vat_facts
from kontera.commerce import LineKind
from kontera.money import ZERO


class ShopTax(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a shop's tax settings: goods of this class sent to this country bear this percent."""

    country: str
    rate: Decimal
    tax_class: str = ""


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of sale that can happen."""

    country: str
    rate: Decimal
    tax_class: str = ""
    customer: CustomerType = "private"
    kind: LineKind = LineKind.PRODUCT
    store: str = ""
    currency: str = ""


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """A means of payment that customers can choose, in a currency."""

    method: str
    currency: str
    store: str = ""


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """What is missing. code: the case that such an order would wait in; example: one combination that meets it;
    combinations: how many do."""

    code: str
    cause: str
    example: str
    combinations: int = 1


def reachable(
    taxes: Iterable[ShopTax],
    home: str,
    kinds: Iterable[LineKind] = (LineKind.PRODUCT, LineKind.SHIPPING),
    currencies: Iterable[str] = ("",),
    companies: bool = True,
) -> tuple[Sale, ...]:
    """Every sale the shop's tax settings allow: each tax to private persons and companies, and, when it sells to
    companies, goods without VAT to companies in other EU countries it taxes."""
    taxes, kinds, currencies = list(taxes), list(kinds), list(currencies)
    buyers: tuple[CustomerType, ...] = ("private", "company") if companies else ("private",)
    sales: dict[Sale, None] = {}
    for tax in taxes:
        abroad = vat_country(tax.country) in EU and vat_country(tax.country) != vat_country(home)
        for kind in kinds:
            for currency in currencies:
                for customer in buyers:
                    rates = {tax.rate, ZERO} if abroad and customer == "company" else {tax.rate}
                    for rate in sorted(rates):
                        tax_class = tax.tax_class
                        sale = Sale(country=tax.country, rate=rate, tax_class=tax_class, customer=customer, kind=kind)
                        sales[msgspec.structs.replace(sale, currency=currency)] = None
    return tuple(sales)


def gaps(
    rulebook: Rulebook, sales: Iterable[Sale], means: Iterable[Means], setup: LedgerSetup, home: str = "SE"
) -> tuple[Gap, ...]:
    """Everything missing for these sales and means of payment; empty means that no such order can be held for want of
    a rule, VAT code, account or currency (N11)."""
    found: dict[tuple[str, str], Gap] = {}
    for sale in sales:
        _note(found, _of_sale(rulebook, sale, setup, home), _sale_text(sale))
        _note(found, _of_currency(sale.currency, setup), _sale_text(sale))
    for mean in means:
        text = f"{mean.method} in {mean.currency}"
        _note(found, _of_means(rulebook, mean, setup), text)
        _note(found, _of_currency(mean.currency, setup), text)
    for name in ("receivable", "rounding", "gift_card_debt", "store_credit_debt"):
        _note(found, _of_account(getattr(rulebook.accounts, name), setup), f"accounts.{name}")
    return tuple(found.values())


def _note(found: dict[tuple[str, str], Gap], gap: tuple[str, str] | None, example: str) -> None:
    if gap is None:
        return
    known = found.get(gap)
    count = known.combinations + 1 if known else 1
    found[gap] = Gap(code=gap[0], cause=gap[1], example=known.example if known else example, combinations=count)


def _of_sale(rulebook: Rulebook, sale: Sale, setup: LedgerSetup, home: str) -> tuple[str, str] | None:
    """Code and cause of what a sale would meet first: its VAT, then its account, then the ledger's VAT code."""
    number = NumberCheck.VALID if sale.customer == "company" else NumberCheck.MISSING
    region = region_of(sale.country, home, bool(sale.rate), number)
    facts = vat_facts(sale.country, sale.rate, sale.tax_class, sale.customer, region)
    rule = choose(rulebook.vat, facts) if sale.country else None
    if isinstance(rule, Tie):
        return _tie(rulebook, "vat", rule)
    if rule is None:
        cause = f"vat:{sale.country}:{rate_text(sale.rate)}:{sale.tax_class}:{sale.customer}"
        return "VAT_UNMAPPED", cause
    seen = rule.region or region
    code = code_of(rule, sale.country, sale.rate)
    account = vat_account_of(rule, code, setup)
    if not has_vat_code(setup, code, sale.rate, seen in BUYER_ACCOUNTS) or (sale.rate and not account):
        return "VAT_RATE_NOT_IN_LEDGER", f"vat_rate:{rate_text(sale.rate)}:{code}"
    missing = _of_account(account, setup) if sale.rate else None
    return missing or _of_revenue(rulebook, sale, seen, setup)


def _of_revenue(rulebook: Rulebook, sale: Sale, region: VatRegion, setup: LedgerSetup) -> tuple[str, str] | None:
    if sale.kind is LineKind.GIFT_CARD:
        return None
    facts = Facts(
        kind=sale.kind,
        region=region,
        rate=sale.rate,
        tax_class=sale.tax_class,
        store=sale.store,
        country=vat_country(sale.country),
        customer=sale.customer,
        currency=sale.currency,
    )
    rule = choose(rulebook.revenue, facts)
    if isinstance(rule, Tie):
        return _tie(rulebook, "revenue", rule)
    if rule is None:
        return "ACCOUNT_UNMAPPED", f"revenue:{sale.kind}:{region}:{rate_text(sale.rate)}"
    return _of_account(rule.account, setup)


def _of_means(rulebook: Rulebook, mean: Means, setup: LedgerSetup) -> tuple[str, str] | None:
    facts = Facts(method=mean.method.lower(), currency=mean.currency, store=mean.store)
    rule = choose(rulebook.payment, facts)
    if isinstance(rule, Tie):
        return _tie(rulebook, "payment", rule)
    if rule is None:
        return "PAYMENT_UNMAPPED", f"payment:{mean.method}"
    terms = rule.terms_of_payment
    if terms and terms not in setup.terms_of_payment:
        return "TERMS_UNKNOWN", f"terms:terms_of_payment:{terms}"
    return _of_account(rule.account, setup)


def _of_account(number: str, setup: LedgerSetup) -> tuple[str, str] | None:
    account = setup.accounts.get(number)
    if account is None:
        return "ACCOUNT_MISSING", f"account:{number}"
    return None if account.active else ("ACCOUNT_INACTIVE", f"account:{number}")


def _of_currency(code: str, setup: LedgerSetup) -> tuple[str, str] | None:
    known = code in ("", setup.currency) or code in setup.currencies
    return None if known else ("CURRENCY_NOT_IN_LEDGER", f"currency:{code}")


def _tie(rulebook: Rulebook, section: str, tie: Tie) -> tuple[str, str]:
    first = rule_with_line(rulebook, section, tie.first)
    return "RULES_AMBIGUOUS", f"rules:{first}|{rule_with_line(rulebook, section, tie.second)}"


def _sale_text(sale: Sale) -> str:
    words = [
        str(sale.kind),
        f"{rate_text(sale.rate)} %",
        sale.tax_class,
        "to",
        sale.country,
        sale.customer,
        sale.currency,
    ]
    return " ".join(word for word in words if word)
