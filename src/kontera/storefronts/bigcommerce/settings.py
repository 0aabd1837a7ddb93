"""What a merchant states to connect a BigCommerce store. Decides names, kinds and defaults; stores nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import msgspec

from kontera.calls import Setting, SettingKind, SettingsError
from kontera.storefronts.settings import CUT_OFF, STORE, shop_values

SETTINGS: tuple[Setting, ...] = (
    STORE,
    Setting(
        name="store_hash",
        title="Store hash",
        title_sv="Butikens hash",
        help="The part after /stores/ in the API path shown with the API account.",
        help_sv="Delen efter /stores/ i API-sökvägen som visas med API-kontot.",
        required=True,
    ),
    Setting(
        name="access_token",
        title="Access token",
        title_sv="Åtkomstnyckel",
        help="Settings > Store-level API accounts. Changing the scopes of an account makes a new token.",
        help_sv="Settings > Store-level API accounts. Ändras kontots rättigheter skapas en ny nyckel.",
        required=True,
        secret=True,
    ),
    Setting(
        name="client_secret",
        title="Client secret",
        title_sv="Klienthemlighet",
        help="Shown once with the API account; proves that notices come from BigCommerce.",
        help_sv="Visas en gång med API-kontot; visar att aviseringar kommer från BigCommerce.",
        secret=True,
    ),
    Setting(
        name="base_url",
        title="API address",
        title_sv="API-adress",
        kind=SettingKind.URL,
        default="https://api.bigcommerce.com",
    ),
    Setting(
        name="channel_ids",
        title="Channels",
        title_sv="Kanaler",
        help="Channel ids separated by commas; empty takes every channel.",
        help_sv="Kanalernas id åtskilda med komma; tomt tar alla kanaler.",
    ),
    CUT_OFF,
    Setting(
        name="vat_number_field",
        title="Form field with the VAT number",
        title_sv="Formulärfält med momsregistreringsnummer",
        help="BigCommerce has none of its own: the name of your field at checkout, e.g. VAT number.",
        help_sv="BigCommerce har inget eget: namnet på ert fält i kassan, till exempel Momsnummer.",
    ),
    Setting(
        name="organisation_number_field",
        title="Form field with the organisation number",
        title_sv="Formulärfält med organisationsnummer",
    ),
)
_HASH = re.compile(r"[A-Za-z0-9]+")


class BigCommerceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings, checked. `channel_ids` empty = every channel."""

    store: str
    store_hash: str
    access_token: str
    client_secret: str = ""
    base_url: str = "https://api.bigcommerce.com"
    channel_ids: frozenset[str] = frozenset()
    cut_off: datetime | None = None
    vat_number_field: str = ""
    organisation_number_field: str = ""

    @property
    def api(self) -> str:
        """Where this store's API begins, without the version."""
        return f"{self.base_url.rstrip('/')}/stores/{self.store_hash}"


def settings_from(given: Mapping[str, str]) -> BigCommerceSettings:
    """Checked settings. Raises SettingsError naming what is wrong."""
    values = shop_values(SETTINGS, given)
    channels = frozenset(part.strip() for part in values.pop("channel_ids", "").split(",") if part.strip())
    if any(not channel.isdecimal() for channel in channels):
        raise SettingsError("channel_ids must be whole numbers separated by commas")
    if not _HASH.fullmatch(values["store_hash"]):
        raise SettingsError("store_hash must be letters and digits only: the part after /stores/ in the API path")
    return BigCommerceSettings(channel_ids=channels, **values)


def check(values: Mapping[str, str]) -> None:
    """Whether a connection can be made with these values. Raises SettingsError saying what is wrong."""
    settings_from(values)
