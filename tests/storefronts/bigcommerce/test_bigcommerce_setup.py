"""Settings, readiness and the VAT combinations of a store."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx2
import pytest
from bigcommerce_ministore import MiniStore

from kontera.calls import ReadinessCheck, SettingsError
from kontera.storefronts.bigcommerce import settings_from
from kontera.storefronts.bigcommerce.notices import SCOPES
from kontera.storefronts.bigcommerce.readiness import readiness_of

GIVEN = {"store": "nt", "store_hash": "abc123", "access_token": "tok"}


def ready_store(**parts: Any) -> MiniStore:
    store = MiniStore()
    store.parts = {
        "/v2/store": {"id": "abc123"},
        "/v3/orders/payment_actions/refunds": [],
        "/v2/currencies": [
            {"currency_code": "SEK", "is_default": True, "is_transactional": True, "enabled": True},
            {"currency_code": "EUR", "is_default": False, "is_transactional": True, "enabled": True},
            {"currency_code": "USD", "is_default": False, "is_transactional": False, "enabled": True},
        ],
        "/v3/tax/settings": {"tax_entered_with_prices": True, "fallback_strategy": "DISABLE"},
        "/v2/tax_classes": [{"id": "1", "name": "Food"}],
        "/v3/tax/zones": [
            {"id": 1, "name": "Sverige", "enabled": True, "shopper_target_settings": {"locations": [_at("SE")]}},
            {"id": 2, "name": "EU", "enabled": True, "shopper_target_settings": {"locations": [_at("DE"), _at("FI")]}},
            {"id": 3, "name": "Off", "enabled": False},
            {"id": 4, "name": "B2B", "enabled": True, "shopper_target_settings": _group(5)},
            {"id": 5, "name": "Default", "enabled": True},
        ],
        "/v3/tax/rates": [
            {"tax_zone_id": 1, "enabled": True, "class_rates": [_rate(25, 0), _rate(12, 1)]},
            {"tax_zone_id": 2, "enabled": True, "class_rates": [_rate("19.0000", 0)]},
            {"tax_zone_id": 2, "enabled": False, "class_rates": [_rate(99, 0)]},
            {"tax_zone_id": 3, "enabled": True, "class_rates": [_rate(7, 0)]},
            {"tax_zone_id": 4, "enabled": True, "class_rates": [_rate(0, 0)]},
            {"tax_zone_id": 5, "enabled": True, "class_rates": [_rate(0, 0)]},
        ],
        "/v3/hooks": [
            {"id": n, "scope": scope, "destination": "https://books.example/", "is_active": True}
            for n, scope in enumerate(SCOPES)
        ],
    } | parts
    return store


def _at(country: str) -> dict[str, Any]:
    return {"country_code": country, "subdivision_codes": [], "postal_codes": []}


def _group(number: int) -> dict[str, Any]:
    return {"locations": [_at("DK")], "customer_groups": [number]}


def _rate(rate: object, tax_class: int) -> dict[str, Any]:
    return {"rate": rate, "tax_class_id": tax_class}


def faults(store: MiniStore) -> list[ReadinessCheck]:
    return [check for check in store.adapter.readiness() if not check.ok]


def test_a_good_store_is_ready() -> None:
    """M98: every line says what it is for."""
    checks = ready_store().adapter.readiness()
    assert [check.name for check in checks if not check.ok] == []
    names = [check.name for check in checks]
    assert "currency EUR" in names
    assert "currency USD" not in names, "shown only, nobody pays in it"
    assert "notices" in names


def test_a_store_without_a_field_for_vat_numbers_is_told_what_will_wait() -> None:
    """M98: a warning, since a shop may sell to private persons only; named, the field is shown."""
    store = ready_store()
    (line,) = [check for check in store.adapter.readiness() if check.name == "VAT numbers at checkout"]
    assert (True, True) == (line.ok, "vat_number_field" in line.detail)
    (line,) = [
        check
        for check in readiness_of(store.adapter._client, notices_wanted=False, vat_number_field="Momsnummer")
        if check.name == "VAT numbers at checkout"
    ]
    assert (True, "Momsnummer") == (line.ok, line.detail)


def test_each_missing_scope_is_its_own_line() -> None:
    """M98: read-only scopes are enough, and each is named."""
    store = ready_store()
    refused = httpx2.Response(403, json={"status": 403, "title": "no scope"})
    store.always = lambda path: refused if "orders" in path else None
    problems = [check.problem for check in faults(store)]
    assert [problem.cause for problem in problems if problem] == [
        "scope:store_v2_orders_read_only",
        "scope:store_v2_transactions_read_only",
    ]


@pytest.mark.parametrize(
    ("parts", "code", "cause"),
    [
        (
            {"/v3/tax/settings": {"fallback_strategy": "FIXED"}},
            "SHOP_TAX_SETUP",
            "tax:fallback_strategy",
        ),
        ({"/v3/tax/zones": []}, "SHOP_TAX_SETUP", "tax:zones"),
        ({"/v3/hooks": []}, "SHOP_NOTICES_OFF", "notices"),
        ({"/v2/currencies": [{"currency_code": "XTE", "is_default": True}]}, "CURRENCY_UNKNOWN", "currency:XTE"),
        ({"/v3/tax/rates": [{"tax_zone_id": 1, "class_rates": [_rate("?", 0)]}]}, "SHOP_TAX_SETUP", ""),
    ],
)
def test_a_setting_that_would_spoil_the_books_is_named(parts: dict[str, Any], code: str, cause: str) -> None:
    """M98, M100: before the first order."""
    (check,) = faults(ready_store(**parts))
    assert check.problem is not None
    assert check.problem.code == code
    assert check.problem.cause.startswith(cause or "tax:")


def test_every_vat_combination_is_listed_once() -> None:
    """M100, N11: what coverage must map; disabled zones and rates cannot be met."""
    found = ready_store().adapter.tax_setup()
    assert [(c.country, c.rate, c.tax_class, c.groups) for c in found] == [
        ("SE", Decimal(25), "Default Tax Class", ()),
        ("SE", Decimal(12), "Food", ()),
        ("DE", Decimal(19), "Default Tax Class", ()),
        ("FI", Decimal(19), "Default Tax Class", ()),
        ("DK", Decimal(0), "Default Tax Class", ("5",)),
        ("", Decimal(0), "Default Tax Class", ()),
    ]


def test_settings_have_sensible_defaults() -> None:
    """M15: three values connect a store."""
    settings = settings_from(GIVEN)
    assert settings.api == "https://api.bigcommerce.com/stores/abc123"
    assert settings.channel_ids == frozenset()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"store": ""}, "store is missing"),
        ({"access_token": ""}, "access_token is missing"),
        ({"store_hash": "../v2"}, "store_hash"),
        ({"store": "n t"}, "store must be"),
        ({"base_url": "ftp://x"}, "base_url"),
        ({"channel_ids": "1,two"}, "channel_ids"),
        ({"cut_off": "2026-01-01"}, "cut_off"),
        ({"nonsense": "1"}, "nonsense"),
    ],
)
def test_wrong_settings_say_which_and_what_is_accepted(changed: dict[str, str], said: str) -> None:
    """M98."""
    with pytest.raises(SettingsError, match=said):
        settings_from(GIVEN | changed)
