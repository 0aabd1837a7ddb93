"""What a connection may be made of is judged before anything is written (M98 M118)."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from kontera.calls import SettingsError
from kontera.clock import SystemClock
from kontera.connections import store
from kontera.db.models import Connection, Merchant, ShopOrder

CLOCK = SystemClock()
SHOP = {"store_hash": "abc123", "access_token": "t"}
LEDGER = {"client_id": "a", "client_secret": "b"}


@pytest.fixture
def merchant(ground: Path) -> Merchant:
    """A merchant without connections."""
    return Merchant.objects.create(slug=f"s-{uuid.uuid4().hex[:8]}", name="Nordisk Te AB", created_at=CLOCK.now())


def made(
    merchant: Merchant, vendor: str, code: str, given: dict[str, str], ledger: Connection | None = None
) -> Connection:
    """A connection with these settings."""
    return store.connect(merchant, vendor, code, given, now=CLOCK.now(), author="test", ledger=ledger)


@pytest.mark.parametrize(
    ("vendor", "given", "said"),
    [
        ("fortnox", LEDGER | {"vat_codes": "rubbish"}, "vat_codes: 'rubbish' is not CODE=percent:account"),
        ("fortnox", LEDGER | {"grant": "client_credentials"}, "tenant_id is missing"),
        ("bigcommerce", SHOP | {"store_hash": "../v2"}, "store_hash must be"),
        ("bigcommerce", SHOP | {"store": "NORDISK"}, "store must be two to six letters or digits"),
        ("bigcommerce", SHOP | {"channel_ids": "one"}, "channel_ids must be"),
        ("bigcommerce", SHOP | {"rate_calls": "many"}, "rate_calls must be a whole number"),
    ],
)
def test_values_the_adapter_cannot_work_with_are_refused_at_once(
    merchant: Merchant, vendor: str, given: dict[str, str], said: str
) -> None:
    """Not first when an order is to be booked; nothing is kept of the attempt."""
    with pytest.raises(SettingsError, match=said):
        made(merchant, vendor, "x1", given)
    assert not merchant.connections.exists()


@pytest.mark.parametrize("code", ["", "a b", "å", "a/b", "x" * 21])
def test_a_code_that_no_address_can_hold_is_refused(merchant: Merchant, code: str) -> None:
    """Codes are part of the console's addresses."""
    with pytest.raises(SettingsError, match="the code"):
        made(merchant, "fortnox", code, LEDGER)
    assert not merchant.connections.exists()


def test_a_shop_books_into_a_ledger_only(merchant: Merchant) -> None:
    """Neither into another shop, nor does a ledger book into a ledger."""
    shop = made(merchant, "bigcommerce", "nt", SHOP)
    with pytest.raises(SettingsError, match="'nt' is a shop"):
        made(merchant, "bigcommerce", "other", SHOP | {"store": "OT"}, shop)
    fx = made(merchant, "fortnox", "fx", LEDGER)
    with pytest.raises(SettingsError, match="is a ledger itself"):
        made(merchant, "fortnox", "fx2", LEDGER, fx)


def test_the_store_code_stays_once_there_are_orders(merchant: Merchant) -> None:
    """It is part of every reference: changed, nothing booked would be found again. Until then it may be mended."""
    shop = made(merchant, "bigcommerce", "nt", SHOP)
    made(merchant, "bigcommerce", "nt", {"store": "NTE"})
    fact = shop.facts.create(
        merchant=merchant, kind="order", external_id="1", version=1, digest="d", raw=b"{}", content={},
        read_at=CLOCK.now(),
    )  # fmt: skip
    ShopOrder.objects.create(
        merchant=merchant, connection=shop, external_id="1", number="1", fact=fact, looked_at=CLOCK.now(),
        first_seen_at=CLOCK.now(), changed_at=CLOCK.now(),
    )  # fmt: skip
    with pytest.raises(SettingsError, match="store is 'NTE' and cannot change"):
        made(merchant, "bigcommerce", "nt", {"store": "NT"})
    made(merchant, "bigcommerce", "nt", {"access_token": "new"})
    shop.refresh_from_db()
    assert ("NTE", "new") == (shop.settings["store"], store.settings_of(shop)["access_token"])
