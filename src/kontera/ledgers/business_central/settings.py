"""The settings of a Business Central connection, declared as data, and the VAT posting set-up they describe.

The standard API does not show the VAT posting set-up (business group x product group), so the merchant writes it down
here as it stands in the ledger. Decides names, defaults and how the texts are read. Never stores or shows a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase

import msgspec

from kontera.accounting.documents import CustomerCard, VatRegion
from kontera.calls import Setting, SettingKind, SettingsError, check_settings
from kontera.money import HUNDRED, MoneyError, exact

CALLS_PER_WINDOW = 6000  # per application registration, sliding (Microsoft: operational limits, online)
WINDOW_SECONDS = 300.0

_AREAS = "domestic=DOMESTIC, eu_distance=OSS{country}, eu_reverse=EU, export=EXPORT"
_SETUP = (
    "DOMESTIC/VAT25=25:2611, DOMESTIC/VAT12=12:2621, DOMESTIC/VAT6=6:2631, DOMESTIC/NO VAT=0, "
    "EU/*=0, EXPORT/*=0, OSS*/NO VAT=0"
)

SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="base_url",
        title="API address",
        title_sv="API-adress",
        kind=SettingKind.URL,
        default="https://api.businesscentral.dynamics.com/v2.0",
    ),
    Setting(
        name="login_url",
        title="Sign-in address",
        title_sv="Inloggningsadress",
        kind=SettingKind.URL,
        default="https://login.microsoftonline.com",
    ),
    Setting(
        name="tenant_id",
        title="Tenant id",
        title_sv="Klientorganisationens id",
        required=True,
        help="Directory (tenant) id from the Entra admin centre.",
        help_sv="Katalog-id (klientorganisation) från Entras administrationscenter.",
    ),
    Setting(name="environment", title="Environment", title_sv="Miljö", default="Production"),
    Setting(
        name="company",
        title="Company",
        title_sv="Företag",
        required=True,
        help="Its name as in Business Central, or its id.",
        help_sv="Namnet som i Business Central, eller dess id.",
    ),
    Setting(
        name="client_id",
        title="Application (client) id",
        title_sv="Programmets (klientens) id",
        required=True,
        help="The application needs the permission API.ReadWrite.All and a card in Business Central under Microsoft "
        "Entra Applications.",
        help_sv="Programmet behöver behörigheten API.ReadWrite.All och ett kort i Business Central under Microsoft "
        "Entra-program.",
    ),
    Setting(name="client_secret", title="Client secret", title_sv="Klienthemlighet", required=True, secret=True),
    Setting(
        name="receivable_account",
        title="Receivables account",
        title_sv="Konto för kundfordringar",
        default="1510",
        help="As in the customer posting group; the API does not show it.",
        help_sv="Som i kundbokföringsmallen; API:t visar det inte.",
    ),
    Setting(
        name="vat_areas",
        title="VAT business posting groups",
        title_sv="Momsrörelsebokföringsmallar",
        default=_AREAS,
        help="region=GROUP, comma between; {country} is the country the goods go to.",
        help_sv="region=MALL med komma emellan; {country} är landet varorna går till.",
    ),
    Setting(
        name="vat_setup",
        title="VAT posting set-up",
        title_sv="Momsbokföringsinställningar",
        default=_SETUP,
        help="BUSINESS/PRODUCT=percent:account, comma between, * for any. Reverse charge is 0. The API does not list "
        "them. Example: OSSDE/OSS19=19:2670",
        help_sv="RÖRELSE/PRODUKT=procent:konto med komma emellan, * för alla. Omvänd skattskyldighet är 0. API:t "
        "listar dem inte. Exempel: OSSDE/OSS19=19:2670",
    ),
    Setting(name="company_found", title="Company id and name", title_sv="Företagets id och namn", managed=True),
    Setting(name="access_token", title="Access token", title_sv="Åtkomsttoken", secret=True, managed=True),
    Setting(name="access_expires", title="Access token expires", title_sv="Åtkomsttoken går ut", managed=True),
)


class VatRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the VAT posting set-up: percent charged on a sale, and the account that takes it."""

    area: str
    group: str
    rate: Decimal
    account: str = ""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that decide how documents are written, typed. areas: region -> VAT business posting group."""

    receivable: str
    areas: Mapping[VatRegion, str]
    vat: tuple[VatRow, ...]

    def area_of(self, card: CustomerCard, region: VatRegion | None = None) -> str:
        """The VAT business posting group of a sale to this customer; empty when the settings name none."""
        country = (card.delivery or card.billing).country or card.billing.country
        return self.areas.get(region or card.region, "").replace("{country}", country)

    def vat_row(self, area: str, group: str) -> VatRow | None:
        """The set-up for the two groups: the line that names both, else the first that matches by `*`."""
        exactly = (row for row in self.vat if (row.area, row.group) == (area, group))
        loosely = (row for row in self.vat if fnmatchcase(area, row.area) and fnmatchcase(group, row.group))
        return next(exactly, None) or next(loosely, None)


def options_from(values: Mapping[str, str]) -> Options:
    """The typed options of checked values. Raises SettingsError for an unreadable list."""
    checked = check_settings(SETTINGS, values)
    return Options(
        receivable=checked["receivable_account"],
        areas=dict(_area(part) for part in _parts(checked["vat_areas"])),
        vat=tuple(_vat_row(part) for part in _parts(checked["vat_setup"])),
    )


def _parts(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split(",") if part.strip())


def _area(text: str) -> tuple[VatRegion, str]:
    region, _, group = text.partition("=")
    if region.strip() not in set(VatRegion) or not group.strip():
        known = ", ".join(VatRegion)
        raise SettingsError(f"vat_areas: {text!r} is not region=GROUP (regions: {known})")
    return VatRegion(region.strip()), group.strip()


def _vat_row(text: str) -> VatRow:
    groups, _, rest = text.partition("=")
    area, slash, group = groups.partition("/")
    rate, _, account = rest.partition(":")
    fault = SettingsError(f"vat_setup: {text!r} is not BUSINESS/PRODUCT=percent:account")
    try:
        percent = exact(rate)
    except MoneyError as error:
        raise fault from error
    if not slash or not area.strip() or not group.strip() or not 0 <= percent < HUNDRED:
        raise fault
    if percent and not account.strip():
        raise fault
    return VatRow(area=area.strip(), group=group.strip(), rate=percent, account=account.strip())


def check(values: Mapping[str, str]) -> None:
    """Whether a connection can be made with these values. Raises SettingsError saying what is wrong."""
    options_from(values)
