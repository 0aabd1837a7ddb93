"""How each vendor's sandbox is connected, and what an accountant does in the ledger before going live.

Decides the settings `kontera connect` is given for a sandbox, and which accounts and VAT codes the starter rulebook
needs beside the demo company's own. The ledger is prepared through the control plane, as a person would in its pages.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx2

from kontera.accounting.starter import starter
from kontera.accounting.vat import code_of
from kontera.connections.registry import VENDORS

STORE_CODES = {"bigcommerce": "nt", "woocommerce": "wc", "quickbutik": "qb"}  # in addresses, lists and references
LEDGER_CODES = {"fortnox": "fx", "business_central": "bc"}
CODES = {**LEDGER_CODES, **STORE_CODES}
_OSS_ACCOUNT = "2670"
_ACCOUNT_NAMES = {
    "1581": "Fordran Klarna", "1582": "Fordran Stripe", "1583": "Fordran PayPal", "1584": "Fordran Swish",
    "1585": "Fordran Adyen", "1586": "Fordran Mollie", "1587": "Fordran WooPayments", "3510": "Fakturerat emballage",
    "3521": "Fakturerade frakter, EU-länder", "3522": "Fakturerade frakter, export",
    "3590": "Övriga fakturerade kostnader",
}  # fmt: skip


def settings_of(vendor: str, told: dict[str, Any]) -> dict[str, str]:
    """The settings that connect a sandbox, from what it said of itself (and what `prepare` added to it)."""
    keys, base = told["credentials"], told["base_url"]
    own = {setting.name for setting in VENDORS[vendor].own_settings()}
    given = {"store": CODES[vendor]} if "store" in own else {}
    given |= {name: str(value) for name, value in keys.items() if name in own}
    if vendor == "fortnox":
        given |= {"auth_url": f"{base}/oauth-v1", "grant": "client_credentials"}
        for managed in ("access_token", "refresh_token", "redirect_uri", "scope"):
            given.pop(managed, None)
    given["base_url"] = f"{base}/v2.0" if vendor == "business_central" else base
    if "webhook_secret" in own:
        given["webhook_secret"] = secrets.token_hex(16)  # our own: the shop signs its notices with what we give it
    if vendor == "bigcommerce":
        given["vat_number_field"] = "VAT-nummer"  # a form field of the merchant's own; WooCommerce has plugins for it
    prepared: dict[str, str] = told.get("prepared", {})
    return given | prepared


def prepare(vendor: str, base_url: str) -> dict[str, str]:
    """Make the ledger ready for its starter rulebook; answers the settings that tell of it. {} for a shop."""
    with httpx2.Client(timeout=30.0) as http:

        def act(name: str, body: dict[str, Any]) -> None:
            http.post(f"{base_url}/_sandbox/actions/{name}", json=body).raise_for_status()

        if vendor == "fortnox":
            codes = []
            for _, code, rate, account in _distance_codes("se-bas"):
                act("vat_code", {"code": code, "rate": str(rate), "account": account})
                codes.append(f"{code}={rate}:{account}")
            return {"vat_codes": ",".join(codes)}
        if vendor == "business_central":
            for number, name in _ACCOUNT_NAMES.items():
                act("account", {"number": number, "name": name})
            return {"vat_setup": _business_central_vat(act)}
    return {}


def _business_central_vat(act: Any) -> str:
    """One business group per country and one product group per rate; every pair that is sold."""
    cells = ["DOMESTIC/VAT25=25:2611", "DOMESTIC/VAT12=12:2621", "DOMESTIC/VAT6=6:2631", "DOMESTIC/NO VAT=0"]
    cells += ["EU/*=0", "EXPORT/*=0", "OSS*/NO VAT=0"]
    countries = set()
    for country, product, rate, account in _distance_codes("bc-se"):
        business = f"OSS{country}"
        act("vat", {"business": business, "product": product, "percent": str(rate), "identifier": product,
                    "account": account})  # fmt: skip
        cells.append(f"{business}/{product}={rate}:{account}")
        countries.add(business)
    for business in sorted(countries):  # the accounts' own groups: they are looked up before the line's
        for product in ("", "NO VAT", "VAT25", "VAT12", "VAT6"):
            act("vat", {"business": business, "product": product, "percent": "0", "identifier": product})
    return ", ".join(cells)


def _distance_codes(rulebook: str) -> Iterator[tuple[str, str, Decimal, str]]:
    """Country, VAT code, rate and account of every distance sale the starter rulebook names."""
    for rule in starter(rulebook).vat:
        for country in _each(rule.match.country):
            for rate in _each(rule.match.rate):
                if "{" in rule.vat_code and country and rate is not None:
                    yield country, code_of(rule, country, rate), rate, rule.vat_account or _OSS_ACCOUNT


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
