"""Every vendor Kontera knows, one line each. Adding a storefront or a ledger adds its line here.

Decides which adapter serves a connection. Adapters are imported when first needed: the command line starts fast.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kontera.calls import Setting, SettingKind

_EVERY_CONNECTION = (
    Setting(
        name="rate_calls",
        title="Calls the vendor allows in one window (empty = the vendor's usual)",
        title_sv="Anrop som leverantören tillåter per fönster (tomt = det vanliga)",
        kind=SettingKind.NUMBER,
    ),
    Setting(
        name="rate_milliseconds",
        title="Length of that window in milliseconds",
        title_sv="Fönstrets längd i millisekunder",
        kind=SettingKind.NUMBER,
    ),
    Setting(
        name="consent_question",
        title="Mark of the consent that was asked for",
        title_sv="Märke för det medgivande som begärts",
        managed=True,
    ),
)


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor: where its adapter lives, and its rate window (limit 0 = the adapter adapts by itself), how
    many calls may be in flight together, how many objects one read takes, and whether a person consents at the vendor
    (then its `oauth` module has `authorize_url`, and its adapter `sign_in`). by_address: its
    notices are unsigned calls whose query says what to look at, set up by hand: their address is the secret. starter:
    the rulebook a merchant starts from who connects this ledger first."""

    name: str
    title: str
    kind: str
    module: str
    limit: int
    seconds: float
    at_once: int
    batch: int = 1
    consents: bool = False
    by_address: bool = False
    starter: str = ""

    def settings(self) -> Sequence[Setting]:
        """The settings its adapter declares, and those every connection has."""
        return (*self.own_settings(), *_EVERY_CONNECTION)

    def own_settings(self) -> Sequence[Setting]:
        """The settings its adapter declares."""
        declared: Sequence[Setting] = importlib.import_module(f"{self.module}.settings").SETTINGS
        return declared

    def check(self, values: Mapping[str, str]) -> None:
        """Let its adapter judge values that fit the declaration: `check` of its `settings` module, given what the
        adapter itself declares. Raises SettingsError."""
        own = {setting.name for setting in self.own_settings()}
        judge = importlib.import_module(f"{self.module}.settings").check
        judge({name: value for name, value in values.items() if name in own})

    def authorize_url(self, settings: Mapping[str, str], state: str) -> str:
        """Where a person consents, for a vendor that wants it."""
        address: str = importlib.import_module(f"{self.module}.oauth").authorize_url(settings, state)
        return address

    def builder(self) -> Any:
        """`connect` of its adapter: settings, clock, window, record, save_settings -> adapter."""
        return importlib.import_module(f"{self.module}.adapter").connect


VENDORS = {
    vendor.name: vendor
    for vendor in (
        Vendor(
            name="bigcommerce",
            title="BigCommerce",
            kind="storefront",
            module="kontera.storefronts.bigcommerce",
            limit=0,
            seconds=30.0,
            at_once=6,
            batch=8,
        ),
        Vendor(
            name="woocommerce",
            title="WooCommerce",
            kind="storefront",
            module="kontera.storefronts.woocommerce",
            limit=0,
            seconds=30.0,
            at_once=2,  # shops stand on small hosts
            batch=100,
        ),
        Vendor(
            name="quickbutik",
            title="Quickbutik",
            kind="storefront",
            module="kontera.storefronts.quickbutik",
            limit=0,
            seconds=30.0,
            at_once=1,  # a batch is one call
            batch=500,
            by_address=True,
        ),
        Vendor(
            name="fortnox",
            title="Fortnox",
            kind="ledger",
            module="kontera.ledgers.fortnox",
            limit=25,
            seconds=5.0,
            at_once=6,
            consents=True,
            starter="se-bas",
        ),
        Vendor(
            name="business_central",
            title="Business Central",
            kind="ledger",
            module="kontera.ledgers.business_central",
            limit=6000,
            seconds=300.0,
            at_once=4,  # it works on five at a time for one application; one is left for people's own reports
            starter="bc-se",
        ),
    )
}
