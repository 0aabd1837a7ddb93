"""Settings, the readiness list, article numbers and the VAT combinations of a shop."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx2
import pytest
from quickbutik_ministore import MiniShop, product_json, refusal

from kontera.calls import SettingsError
from kontera.commerce import OrderState
from kontera.connections.registry import VENDORS
from kontera.storefronts.fields import Node
from kontera.storefronts.quickbutik import settings_from
from kontera.storefronts.quickbutik.articles import DOUBLED, MISSING, RULES, SIGNS, unfit

GIVEN = {"store": "qb", "api_key": "k"}


def faults(shop: MiniShop) -> list[tuple[str, str]]:
    return [(check.name, check.problem.code) for check in shop.adapter.readiness() if check.problem]


def nodes(*products: dict[str, Any]) -> list[Node]:
    return [Node(one, "$") for one in products]


def test_settings() -> None:
    """M106: checked before anything is asked."""
    known = settings_from(
        {
            **GIVEN,
            "country_vat": "de=19, FI = 25.5%",
            "payment_fees": "Faktura=29.00",
            "captured_when_done": "Klarna, ",
            "own_statuses": "0=cancelled",
            "missing_vat": "25",
        }
    )
    assert {"DE": Decimal(19), "FI": Decimal("25.5")} == known.country_vat
    assert {"faktura": Decimal(29)} == known.payment_fees
    assert frozenset({"klarna"}) == known.captured_when_done
    assert ({"0": OrderState.CANCELLED}, Decimal(25)) == (known.own_statuses, known.missing_vat)
    assert "https://api.quickbutik.com/v1" == known.api
    assert ("SE", "Europe/Stockholm", 90, None) == (known.country, known.zone, known.reread_days, known.cut_off)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"store": "q b"}, "letters or digits"),
        ({"api_key": ""}, "api_key"),
        ({"base_url": "api.quickbutik.com"}, "http"),
        ({"country": "Sverige"}, "two letters"),
        ({"zone": "Sweden/Stockholm"}, "time zone"),
        ({"zone": "../etc/passwd"}, "time zone"),
        ({"standard_vat": "many"}, "standard_vat"),
        ({"standard_vat": "-25"}, "below zero"),
        ({"missing_vat": "125"}, "percent"),
        ({"country_vat": "DE"}, "DE=19"),
        ({"payment_fees": "invoice=29 kr"}, "payment_fees"),
        ({"gift_cards": "somehow"}, "gift_cards"),
        ({"shipping_vat": "none"}, "shipping_vat"),
        ({"reread_days": "-1"}, "whole number"),
        ({"own_statuses": "9=sent"}, "placed"),
        ({"cut_off": "2026-03-01"}, "zone"),
    ],
)
def test_settings_that_cannot_be(given: dict[str, str], said: str) -> None:
    """M106: refused with what is accepted."""
    with pytest.raises(SettingsError, match=said):
        settings_from({**GIVEN, **given})


def test_the_registry_knows_it() -> None:
    """M122: one line, and its notices come by their address."""
    vendor = VENDORS["quickbutik"]
    vendor.check({**GIVEN, "rate_calls": "5"})
    assert (True, 500) == (vendor.by_address, vendor.batch)
    assert ["api_key"] == [setting.name for setting in vendor.settings() if setting.secret]


def test_a_shop_that_is_ready() -> None:
    """M118: every line green, and what VAT there is."""
    checks = MiniShop().adapter.readiness()
    assert all(check.ok for check in checks)
    assert "25 %, 12 %" == next(check.detail for check in checks if check.function == "VAT")


@pytest.mark.parametrize(
    ("answer", "name", "code"),
    [(refusal(401, "Unauthorized"), "API key", "SHOP_SIGN_IN"), (refusal(403, "No"), "permission to read",
     "SHOP_SCOPE_MISSING")],
)  # fmt: skip
def test_a_refused_key_is_one_line(answer: httpx2.Response, name: str, code: str) -> None:
    """M118: then nothing else can be asked."""
    shop = MiniShop()
    shop.always = lambda request: answer
    assert [(name, code)] == faults(shop)


def test_products_that_may_not_be_read() -> None:
    """M118: one fault does not hide that the key is good."""
    shop = MiniShop()
    shop.always = lambda request: refusal(403, "No") if request.url.path.endswith("/products") else None
    assert [("products", "SHOP_SCOPE_MISSING")] == faults(shop)


def test_products_without_a_rate_are_named() -> None:
    """M43, M45: before the first order of one of them waits."""
    shop = MiniShop()
    del shop.products[1]["tax_rate"]
    (problem,) = [check.problem for check in shop.adapter.readiness() if check.problem]
    assert ("SHOP_TAX_SETUP", "missing on KAFFE1") == (problem.code, problem.facts["value"])


def test_a_rate_that_is_no_number() -> None:
    """M98: named with its place."""
    shop = MiniShop()
    shop.products[1]["tax_rate"] = "tolv"
    assert [("VAT rates of the products", "SHOP_TAX_SETUP")] == faults(shop)


def test_all_unfit_article_numbers_are_listed_at_once() -> None:
    """M35, M36: missing, doubled, other signs; before the first order."""
    shop = MiniShop()
    bad = ["Tekanna å", "TE,1", "TE.1", "TE#1", "TE-1", "ÖL1"]
    shop.products = [product_json(number, sku=sku) for number, sku in enumerate([*bad, "TE2", "TE2", "", "TE3"])]
    found = {
        check.problem.facts["rule"]: check.problem.facts["articles"]
        for check in shop.adapter.readiness()
        if check.problem and check.problem.code == "SHOP_ARTICLE_NUMBERS"
    }
    assert {MISSING: "Tekanna 8", DOUBLED: "TE2", SIGNS: ", ".join(bad)} == found


def test_signs_the_merchants_ledger_takes_can_be_allowed() -> None:
    """M36: the rule is the shop system's; hyphens are common."""
    shop = MiniShop(article_signs="-_")
    shop.products = [product_json(1, sku="TE-1"), product_json(2, sku="TE_2")]
    assert [] == faults(shop)


def test_the_numbers_of_variants_count() -> None:
    """M35: a product with variants is sold by theirs."""
    product = product_json(1, sku="", variants=[{"sku": "TE1"}, {"sku": "TE1"}, {"sku": ""}])
    assert {MISSING: ["Tekanna 1"], DOUBLED: ["TE1"], SIGNS: []} == unfit(nodes(product))


def test_nothing_is_unfit_in_an_empty_shop() -> None:
    """M35."""
    assert {rule: [] for rule in RULES} == unfit([])


def test_vat_combinations() -> None:
    """N11: what an order can carry: the products' rates and the usual one, and the countries the merchant stated."""
    shop = MiniShop(country_vat="DE=19")
    found = [(one.country, one.rate) for one in shop.adapter.tax_setup()]
    assert [("SE", Decimal(25)), ("SE", Decimal(12)), ("DE", Decimal(19))] == found
