"""What a merchant states to connect a WooCommerce shop. Decides names, kinds and defaults; stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from kontera.calls import Setting, SettingKind, SettingsError
from kontera.commerce import OrderState
from kontera.money import is_currency
from kontera.storefronts.settings import CUT_OFF, OWN_STATUSES, STORE, shop_values, statuses

_DECODED = frozenset("&<>\"'")  # the shop decodes HTML entities in the secret before it signs

SETTINGS: tuple[Setting, ...] = (
    STORE,
    Setting(
        name="base_url",
        title="Shop address",
        title_sv="Butikens adress",
        help="The address of the shop's start page, with its folder if it has one, e.g. https://shop.example.",
        help_sv="Adressen till butikens startsida, med mapp om den har en, t.ex. https://shop.example.",
        kind=SettingKind.URL,
        required=True,
    ),
    Setting(
        name="consumer_key",
        title="Consumer key",
        title_sv="Konsumentnyckel",
        help="WooCommerce > Settings > Advanced > REST API > Add key. Read is enough without notices.",
        help_sv="WooCommerce > Inställningar > Avancerat > REST API > Lägg till nyckel. Läs räcker utan aviseringar.",
        required=True,
        secret=True,
    ),
    Setting(
        name="consumer_secret",
        title="Consumer secret",
        title_sv="Konsumenthemlighet",
        help="Shown once, together with the key.",
        help_sv="Visas en gång, tillsammans med nyckeln.",
        required=True,
        secret=True,
    ),
    Setting(
        name="webhook_secret",
        title="Secret of the notices",
        title_sv="Aviseringarnas hemlighet",
        help="Any long text of your own, without & < > and quotes. We register the notices with it (the key must be "
        "allowed to write); empty = changes are only found by asking.",
        help_sv="En egen lång text utan & < > och citattecken. Vi registrerar aviseringarna med den (nyckeln måste få "
        "skriva); tomt = ändringar hittas bara genom att vi frågar.",
        secret=True,
    ),
    Setting(
        name="signing",
        title="How calls are signed",
        title_sv="Hur anrop undertecknas",
        help="auto: the key itself over https, OAuth 1.0a over http. oauth: always OAuth, for servers that drop the "
        "Authorization header.",
        help_sv="auto: själva nyckeln över https, OAuth 1.0a över http. oauth: alltid OAuth, för servrar som tar bort "
        "Authorization-huvudet.",
        kind=SettingKind.CHOICE,
        choices=("auto", "oauth"),
        default="auto",
    ),
    CUT_OFF,
    Setting(
        name="currency",
        title="The shop's own currency",
        title_sv="Butikens egen valuta",
        help="Needed only with a currency plugin that does not write it on the order (Aelia).",
        help_sv="Behövs bara med ett valutatillägg som inte skriver den på ordern (Aelia).",
    ),
    Setting(
        name="vat_number_field",
        title="Field with the VAT number",
        title_sv="Fält med momsregistreringsnummer",
        help="The order's custom field; empty = the fields of the common plugins are tried.",
        help_sv="Orderns anpassade fält; tomt = de vanliga tilläggens fält prövas.",
    ),
    Setting(
        name="organisation_number_field",
        title="Field with the organisation number",
        title_sv="Fält med organisationsnummer",
        help="The order's custom field; empty = the fields of the common plugins are tried.",
        help_sv="Orderns anpassade fält; tomt = de vanliga tilläggens fält prövas.",
    ),
    OWN_STATUSES,
)


class WooCommerceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings, checked. `own_statuses`: the shop's own status slug -> what it means to us."""

    store: str
    base_url: str
    consumer_key: str
    consumer_secret: str
    webhook_secret: str = ""
    signing: str = "auto"
    cut_off: datetime | None = None
    currency: str = ""
    vat_number_field: str = ""
    organisation_number_field: str = ""
    own_statuses: Mapping[str, OrderState] = {}

    @property
    def site(self) -> str:
        """The shop's address without a slash at its end."""
        return self.base_url.rstrip("/")

    @property
    def api(self) -> str:
        """Where the API begins, with its version."""
        return f"{self.site}/wp-json/wc/v3"

    @property
    def by_oauth(self) -> bool:
        """Whether calls are signed with OAuth 1.0a: the shop ignores the key itself over plain http."""
        return self.signing == "oauth" or not self.base_url.startswith("https:")


def settings_from(given: Mapping[str, str]) -> WooCommerceSettings:
    """Checked settings. Raises SettingsError naming what is wrong."""
    values = shop_values(SETTINGS, given)
    if _DECODED & set(values.get("webhook_secret", "")):
        raise SettingsError("webhook_secret must not contain & < > or quotes: the shop would sign with something else")
    values["currency"] = values.get("currency", "").upper()
    if values["currency"] and not is_currency(values["currency"]):
        raise SettingsError("currency must be a currency code like SEK")
    own = statuses(values.pop("own_statuses", ""), prefix="wc-")
    return WooCommerceSettings(own_statuses=own, **values)


def check(values: Mapping[str, str]) -> None:
    """Whether a connection can be made with these values. Raises SettingsError saying what is wrong."""
    settings_from(values)
