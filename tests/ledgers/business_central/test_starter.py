"""The starter rulebook for Business Central: what a shop in Sweden can sell has a rule, and groups the ledger has."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kontera.accounting.coverage import Means, Sale, ShopTax, gaps, reachable
from kontera.accounting.starter import starter
from kontera.commerce import LineKind
from kontera.ledgers.business_central.settings import SETTINGS, options_from
from kontera.ledgers.business_central.snapshot import _vat_codes
from tests.accounting.help import setup
from tests.ledgers.business_central.fake import VALUES

BOOK = starter("bc-se")
DEMO = next(setting.default for setting in SETTINGS if setting.name == "vat_setup")
KINDS = (LineKind.PRODUCT, LineKind.SHIPPING, LineKind.FEE)


def missing(sales: tuple[Sale, ...], vat_setup: str = DEMO, means: tuple[Means, ...] = ()) -> set[str]:
    """Causes of what the rulebook or the set-up lacks for these sales."""
    codes = _vat_codes(options_from({**VALUES, "vat_setup": vat_setup}))
    terms = ("10 DAGAR", "30 DAGAR")
    return {gap.cause for gap in gaps(BOOK, sales, means, setup(BOOK, vat_codes=codes, terms_of_payment=terms))}


def test_sales_at_home_and_outside_the_union_need_only_the_demo_set_up() -> None:
    """M88 N11: every Swedish rate, export, and companies in the EU."""
    taxes = [ShopTax(country="SE", rate=Decimal(rate)) for rate in (25, 12, 6, 0)]
    taxes.append(ShopTax(country="NO", rate=Decimal(0)))
    means = tuple(Means(method=method, currency="SEK") for method in ("klarna", "card", "bankdeposit", "invoice"))
    assert missing(reachable(taxes, "SE", KINDS), means=means) == set()
    company = Sale(country="DE", rate=Decimal(0), customer="company")
    assert missing((company,)) == set()


@pytest.mark.parametrize(("country", "rate", "group"), [("DE", "19", "OSS19"), ("FI", "25.5", "OSS255")])
def test_distance_sales_wait_until_their_groups_are_told(country: str, rate: str, group: str) -> None:
    """M88 N11: listed before go-live; one more pair in the setting closes the gap."""
    sale = Sale(country=country, rate=Decimal(rate))
    assert missing((sale,)) == {f"vat_rate:{rate}:{group}"}
    assert missing((sale,), f"{DEMO}, OSS{country}/{group}={rate}:2670") == set()
