"""What a merchant states to connect a NewShop. Decides names, kinds and defaults; stores nothing."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kontera.calls import Setting, SettingKind
from kontera.storefronts.settings import STORE, shop_values

SETTINGS: tuple[Setting, ...] = (
    STORE,
    Setting(name="base_url", title="Shop address", title_sv="Butikens adress", kind=SettingKind.URL, required=True),
    Setting(name="api_key", title="API key", title_sv="API-nyckel", required=True, secret=True),
    Setting(name="notice_secret", title="Secret of the notices", title_sv="Aviseringarnas hemlighet", secret=True),
)


class NewShopSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings, checked. `notice_secret` empty = changes are only found by asking."""

    store: str
    base_url: str
    api_key: str
    notice_secret: str = ""


def check(given: Mapping[str, str]) -> NewShopSettings:
    """Checked settings. Raises SettingsError naming what is wrong."""
    return NewShopSettings(**shop_values(SETTINGS, given))
