"""Settings, the readiness list and the VAT combinations of a shop."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx2
import pytest
from woocommerce_ministore import MiniShop, refusal

from kontera.calls import SettingsError
from kontera.commerce import OrderState
from kontera.connections.registry import VENDORS
from kontera.storefronts.woocommerce import settings_from
from kontera.storefronts.woocommerce.notices import TOPICS

GIVEN = {"store": "wo", "base_url": "https://shop.example/", "consumer_key": "ck_1", "consumer_secret": "cs_2"}


def tax(identity: int, rate: str, tax_class: str = "standard", country: str = "SE") -> dict[str, Any]:
    return {"id": identity, "rate": rate, "class": tax_class, "country": country, "name": f"Moms {rate}"}


def ready_shop() -> MiniShop:
    shop = MiniShop()
    shop.values = {
        "woocommerce_currency": "SEK",
        "woocommerce_calc_taxes": "yes",
        "woocommerce_prices_include_tax": "yes",
        "woocommerce_tax_round_at_subtotal": "no",
        "woocommerce_tax_based_on": "shipping",
    }
    shop.lists["/taxes"] = [tax(1, "25.0000"), tax(2, "12.0000", "moms-12"), tax(3, "25.0000", country="")]
    shop.lists["/webhooks"] = [
        {"id": place, "topic": topic, "status": "active", "delivery_url": "https://h.example"}
        for place, topic in enumerate(TOPICS)
    ]
    return shop


def faults(shop: MiniShop) -> list[tuple[str, str]]:
    return [(check.name, check.problem.code) for check in shop.adapter.readiness() if check.problem]


def test_settings() -> None:
    """M106: checked before anything is asked; the slash at the end does not matter."""
    known = settings_from({**GIVEN, "own_statuses": "wc-packad=placed, levererad = completed", "currency": "sek"})
    assert {"packad": OrderState.PLACED, "levererad": OrderState.COMPLETED} == known.own_statuses
    assert ("https://shop.example/wp-json/wc/v3", False, "SEK") == (known.api, known.by_oauth, known.currency)
    assert settings_from({**GIVEN, "base_url": "http://shop.example"}).by_oauth
    assert settings_from({**GIVEN, "signing": "oauth"}).by_oauth


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"store": "w o"}, "letters or digits"),
        ({"base_url": "shop.example"}, "http"),
        ({"consumer_key": ""}, "consumer_key"),
        ({"webhook_secret": "a&b"}, "webhook_secret"),
        ({"currency": "XQQ"}, "currency"),
        ({"cut_off": "2026-01-01"}, "cut_off"),
        ({"own_statuses": "packad"}, "own_statuses"),
        ({"own_statuses": "packad=sent"}, "placed"),
        ({"signing": "basic"}, "auto, oauth"),
        ({"nonsense": "1"}, "nonsense"),
    ],
)
def test_wrong_settings_are_named(given: dict[str, str], said: str) -> None:
    """M98."""
    with pytest.raises(SettingsError, match=said):
        settings_from({**GIVEN, **given})


def test_the_vendor_is_known() -> None:
    """M106: its settings make the form; secrets are sealed."""
    vendor = VENDORS["woocommerce"]
    assert {"consumer_key", "consumer_secret", "webhook_secret"} == {
        setting.name for setting in vendor.settings() if setting.secret
    }
    assert 100 == vendor.batch


def test_a_shop_that_is_ready() -> None:
    """M118: one line each, with what was found."""
    checks = ready_shop().adapter.readiness()
    assert all(check.ok for check in checks)
    assert {"currency SEK", "VAT is calculated", "VAT rates", "notices"} <= {check.name for check in checks}
    assert "25 %, 12 %" == next(check.detail for check in checks if check.name == "VAT rates")


def test_what_is_wrong_is_listed_together() -> None:
    """M118, M98: one fault does not hide the next."""
    shop = ready_shop()
    shop.values |= {"woocommerce_currency": "XQQ", "woocommerce_calc_taxes": "no"}
    shop.lists["/taxes"] = []
    shop.lists["/webhooks"][0]["status"] = "disabled"
    assert [
        ("currency XQQ", "CURRENCY_UNKNOWN"),
        ("VAT is calculated", "SHOP_TAX_SETUP"),
        ("VAT rates", "SHOP_TAX_SETUP"),
        ("notices", "SHOP_NOTICES_OFF"),
    ] == faults(shop)


def test_a_key_whose_user_may_not_see_the_settings() -> None:
    """M118: orders can be read, the rest cannot be checked, and the list says so."""
    shop = ready_shop()

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        hidden = "/settings/" in request.url.path
        return refusal(403, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.") if hidden else None

    shop.always = answer
    assert [("currency", "SHOP_SCOPE_MISSING"), ("VAT settings", "SHOP_SCOPE_MISSING")] == faults(shop)


def test_a_key_without_read_is_one_line() -> None:
    """M118."""
    shop = ready_shop()
    said = ("woocommerce_rest_authentication_error", "The API key provided does not have read permissions.")
    shop.always = lambda request: refusal(401, *said)
    assert [("permission to read", "SHOP_SCOPE_MISSING")] == faults(shop)


def test_a_rate_that_is_none() -> None:
    """M98: the shop's own table can hold nonsense."""
    shop = ready_shop()
    shop.lists["/taxes"] = [tax(1, "tjugofem")]
    assert [("VAT rates", "SHOP_TAX_SETUP")] == faults(shop)


def test_vat_combinations() -> None:
    """N11: every country, rate and class an order can carry."""
    setup = ready_shop().adapter.tax_setup()
    found = [(one.country, one.rate, one.tax_class) for one in setup]
    assert [("SE", Decimal(25), "standard"), ("SE", Decimal(12), "moms-12"), ("", Decimal(25), "standard")] == found
    assert {()} == {one.groups for one in setup}  # the shop has no customer groups: each is judged for everybody
