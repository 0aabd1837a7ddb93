"""What a merchant states to connect a Quickbutik shop. Decides names, kinds and defaults; stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from kontera.calls import Setting, SettingKind, SettingsError
from kontera.commerce import OrderState
from kontera.money import HUNDRED, ZERO, MoneyError, exact
from kontera.storefronts.settings import CUT_OFF, OWN_STATUSES, STORE, pairs, shop_values, statuses

AUTO = "auto"

SETTINGS: tuple[Setting, ...] = (
    STORE,
    Setting(
        name="api_key",
        title="API key",
        title_sv="API-nyckel",
        help="Settings > API, as the shop's owner. It opens everything there is no lesser key for.",
        help_sv="Inställningar > API, som butikens ägare. Den öppnar allt; det finns ingen mindre nyckel.",
        required=True,
        secret=True,
    ),
    Setting(
        name="base_url",
        title="API address",
        title_sv="API-adress",
        kind=SettingKind.URL,
        default="https://api.quickbutik.com",
    ),
    Setting(
        name="country",
        title="The shop's country",
        title_sv="Butikens land",
        help="Two letters: where the VAT of the products applies.",
        help_sv="Två bokstäver: där produkternas moms gäller.",
        default="SE",
    ),
    Setting(
        name="zone",
        title="Time zone of the shop",
        title_sv="Butikens tidszon",
        help="The shop writes its dates without one.",
        help_sv="Butiken skriver sina datum utan tidszon.",
        default="Europe/Stockholm",
    ),
    Setting(
        name="standard_vat",
        title="Usual VAT rate",
        title_sv="Normal momssats",
        help="Percent, in the shop's country: for deliveries and fees.",
        help_sv="Procent, i butikens land: för frakter och avgifter.",
        default="25",
    ),
    Setting(
        name="country_vat",
        title="VAT rates of other EU countries",
        title_sv="Momssatser i andra EU-länder",
        help="As in Settings > General, when you changed one there, e.g. DE=19, FI=25.5. Else the usual one is tried.",
        help_sv="Som i Inställningar > Allmänt, om någon är ändrad där, t.ex. DE=19, FI=25.5. Annars prövas "
        "den normala.",
    ),
    Setting(
        name="shipping_vat",
        title="VAT of deliveries",
        title_sv="Moms på frakt",
        help="auto: the VAT of each order decides. standard: the usual rate. goods: as the goods, in proportion. "
        "highest: the highest rate of the goods.",
        help_sv="auto: orderns moms avgör. standard: den normala satsen. goods: som varorna, i proportion. highest: "
        "varornas högsta sats.",
        kind=SettingKind.CHOICE,
        choices=(AUTO, "standard", "goods", "highest"),
        default=AUTO,
    ),
    Setting(
        name="missing_vat",
        title="VAT rate of products the shop no longer has",
        title_sv="Momssats för produkter som butiken inte längre har",
        help="Percent; held against the VAT of each order. Empty: such orders wait.",
        help_sv="Procent; prövas mot varje orders moms. Tomt: sådana ordrar väntar.",
    ),
    Setting(
        name="gift_cards",
        title="How a used gift card shows on an order",
        title_sv="Hur ett använt presentkort syns på en order",
        help="pay_amount: it lowers what is left to pay. discount: as a discount. line: as a line below zero. In the "
        "latter two the VAT of the order tells a card from a rebate.",
        help_sv="pay_amount: det sänker vad som är kvar att betala. discount: som rabatt. line: som en rad under noll. "
        "I de två senare skiljer orderns moms ett kort från en rabatt.",
        kind=SettingKind.CHOICE,
        choices=("pay_amount", "discount", "line"),
        default="pay_amount",
    ),
    Setting(
        name="payment_fees",
        title="Fees of means of payment",
        title_sv="Avgifter för betalsätt",
        help="Where the total holds a fee that is no line: method and fee with VAT, e.g. invoice=29.",
        help_sv="Om summan rymmer en avgift som inte är en rad: betalsätt och avgift med moms, t.ex. invoice=29.",
    ),
    Setting(
        name="captured_when_done",
        title="Means of payment that are drawn when the order is sent",
        title_sv="Betalsätt som dras när ordern skickas",
        help="Separated by commas, e.g. klarna: until the order is done their money is only promised.",
        help_sv="Åtskilda med komma, t.ex. klarna: tills ordern är genomförd är pengarna bara utlovade.",
    ),
    Setting(
        name="vat_number_field",
        title="Field with the VAT number",
        title_sv="Fält med momsregistreringsnummer",
        help="The field of an order's customer, if your shop has one: no document names any.",
        help_sv="Fältet på orderns kund, om butiken har ett: ingen dokumentation nämner något.",
    ),
    Setting(
        name="article_signs",
        title="Signs allowed in article numbers",
        title_sv="Tecken som får finnas i artikelnummer",
        help="Besides letters a to z and digits, when your ledger takes them, e.g. -_",
        help_sv="Utöver bokstäverna a till z och siffror, om bokföringsprogrammet tar emot dem, t.ex. -_",
    ),
    Setting(
        name="reread_days",
        title="Days that orders are read again",
        title_sv="Dagar som ordrar läses om",
        help="The shop does not tell which orders changed. Refunds and edits of older orders are not noticed.",
        help_sv="Butiken talar inte om vilka ordrar som ändrats. Återbetalningar och ändringar i äldre "
        "ordrar märks inte.",
        kind=SettingKind.NUMBER,
        default="90",
    ),
    Setting(
        name="reread_hours",
        title="Hours between those readings",
        title_sv="Timmar mellan omläsningarna",
        kind=SettingKind.NUMBER,
        default="6",
    ),
    OWN_STATUSES,
    CUT_OFF,
    Setting(
        name="order_page",
        title="Address of an order in the shop's panel",
        title_sv="Adressen till en order i butikens panel",
        help="With {id} in place of the order's number; empty: orders are not linked.",
        help_sv="Med {id} i stället för ordernumret; tomt: ordrar länkas inte.",
    ),
)


class QuickbutikSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings, checked. country_vat: by country, capitals. payment_fees: by method, in the order's currency."""

    store: str
    api_key: str
    base_url: str
    country: str = "SE"
    zone: str = "Europe/Stockholm"
    standard_vat: Decimal = Decimal(25)
    country_vat: Mapping[str, Decimal] = {}
    shipping_vat: str = AUTO
    missing_vat: Decimal | None = None
    gift_cards: str = "pay_amount"
    payment_fees: Mapping[str, Decimal] = {}
    captured_when_done: frozenset[str] = frozenset()
    vat_number_field: str = ""
    article_signs: str = ""
    reread_days: int = 90
    reread_hours: int = 6
    own_statuses: Mapping[str, OrderState] = {}
    cut_off: datetime | None = None
    order_page: str = ""

    @property
    def api(self) -> str:
        """Where the API begins, with its version."""
        return f"{self.base_url.rstrip('/')}/v1"


def settings_from(given: Mapping[str, str]) -> QuickbutikSettings:
    """Checked settings. Raises SettingsError naming what is wrong."""
    values = shop_values(SETTINGS, given)
    country = values["country"].upper()
    if len(country) != 2 or not country.isalpha():
        raise SettingsError("country must be two letters, like SE")
    try:
        ZoneInfo(values["zone"])
    except (ValueError, OSError, KeyError) as error:
        raise SettingsError("zone must be a time zone, like Europe/Stockholm") from error
    methods = values.get("captured_when_done", "").split(",")
    missing = values.get("missing_vat", "")
    return QuickbutikSettings(
        store=values["store"],
        api_key=values["api_key"],
        base_url=values["base_url"],
        country=country,
        zone=values["zone"],
        standard_vat=_percent("standard_vat", values["standard_vat"]),
        country_vat={
            name.upper(): _percent("country_vat", rate)
            for name, rate in pairs("country_vat", values.get("country_vat", ""), "DE=19").items()
        },
        shipping_vat=values["shipping_vat"],
        missing_vat=_percent("missing_vat", missing) if missing else None,
        gift_cards=values["gift_cards"],
        payment_fees={
            method: _number("payment_fees", fee)
            for method, fee in pairs("payment_fees", values.get("payment_fees", ""), "invoice=29").items()
        },
        captured_when_done=frozenset(method.strip().lower() for method in methods if method.strip()),
        vat_number_field=values.get("vat_number_field", ""),
        article_signs=values.get("article_signs", ""),
        reread_days=int(values["reread_days"]),
        reread_hours=int(values["reread_hours"]),
        own_statuses=statuses(values.get("own_statuses", "")),
        cut_off=values["cut_off"],
        order_page=values.get("order_page", ""),
    )


def _number(name: str, text: str) -> Decimal:
    try:
        value = exact(text)
    except MoneyError as error:
        raise SettingsError(f"{name}: {text!r} is not a number") from error
    if value < ZERO:
        raise SettingsError(f"{name}: {text!r} is below zero")
    return value


def _percent(name: str, text: str) -> Decimal:
    value = _number(name, text.removesuffix("%").strip())
    if value >= HUNDRED:
        raise SettingsError(f"{name}: {text!r} is not a VAT rate in percent")
    return value


def check(values: Mapping[str, str]) -> None:
    """Whether a connection can be made with these values. Raises SettingsError saying what is wrong."""
    settings_from(values)
