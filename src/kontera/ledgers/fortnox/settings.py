"""The settings of a Fortnox connection, declared as data, and what they mean for consent and arithmetic.

Decides names, defaults, which Fortnox rights the chosen functions need, and how typed options are read from the text
values. Never stores or shows a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from kontera.accounting.ledger_setup import VatCode
from kontera.calls import Setting, SettingKind, SettingsError, check_settings
from kontera.money import MoneyError, exact

CALLS_PER_WINDOW = 25  # per client and company, sliding, since 2022-11-15 (Fortnox developer portal: rate limits)
WINDOW_SECONDS = 5.0

_YES_NO = ("yes", "no")

SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="base_url",
        title="API address",
        title_sv="API-adress",
        kind=SettingKind.URL,
        default="https://api.fortnox.se",
    ),
    Setting(
        name="auth_url",
        title="Sign-in address",
        title_sv="Inloggningsadress",
        kind=SettingKind.URL,
        default="https://apps.fortnox.se/oauth-v1",
    ),
    Setting(
        name="client_id",
        title="Client id",
        title_sv="Klient-id",
        required=True,
        help="From the integration in Fortnox's developer portal.",
        help_sv="Från integrationen i Fortnox utvecklarportal.",
    ),
    Setting(name="client_secret", title="Client secret", title_sv="Klienthemlighet", required=True, secret=True),
    Setting(
        name="grant",
        title="Way of signing in",
        title_sv="Inloggningssätt",
        kind=SettingKind.CHOICE,
        choices=("authorization_code", "client_credentials"),
        default="authorization_code",
        help="client_credentials needs a service account and the company's tenant id, and never loses a token.",
        help_sv="client_credentials kräver servicekonto och företagets tenant-id och tappar aldrig någon token.",
    ),
    Setting(
        name="tenant_id",
        title="Tenant id",
        title_sv="Tenant-id",
        kind=SettingKind.NUMBER,
        help="The company's database number; needed for client_credentials.",
        help_sv="Företagets databasnummer; behövs för client_credentials.",
    ),
    Setting(
        name="redirect_uri",
        title="Return address",
        title_sv="Returadress",
        kind=SettingKind.URL,
        help="As registered with the integration; without it KONTERA_PUBLIC_URL/oauth/callback.",
        help_sv="Som den registrerats för integrationen; annars KONTERA_PUBLIC_URL/oauth/callback.",
    ),
    Setting(
        name="documents",
        title="Written as",
        title_sv="Skrivs som",
        kind=SettingKind.CHOICE,
        choices=("invoice", "order", "both"),
        default="invoice",
        help="Orders need Fortnox's Order licence as well.",
        help_sv="Order kräver även licensen Order.",
    ),
    Setting(
        name="document_numbers",
        title="Document numbers",
        title_sv="Dokumentnummer",
        kind=SettingKind.CHOICE,
        choices=("ledger", "own"),
        default="ledger",
        help="own: number_start plus the digits of the order number; one store per ledger only.",
        help_sv="own: number_start plus ordernumrets siffror; endast en butik per bokföring.",
    ),
    Setting(
        name="number_start",
        title="Added to the order number",
        title_sv="Läggs till ordernumret",
        kind=SettingKind.NUMBER,
        default="0",
    ),
    Setting(
        name="create_articles",
        title="Create missing articles",
        title_sv="Skapa artiklar som saknas",
        kind=SettingKind.CHOICE,
        choices=_YES_NO,
        default="no",
        help="no: rows carry the description only, no article number.",
        help_sv="no: raderna bär bara benämning, inget artikelnummer.",
    ),
    Setting(
        name="warehouse",
        title="Uses Fortnox Lager",
        title_sv="Använder Fortnox Lager",
        kind=SettingKind.SWITCH,
        default="no",
    ),
    Setting(
        name="rounds_totals",
        title="Invoice totals are rounded to whole kronor",
        title_sv="Öresavrundning",
        kind=SettingKind.SWITCH,
        default="no",
        help="As in Fortnox under Inställningar > Fakturering > Registreringsvy; the API does not tell.",
        help_sv="Som i Fortnox under Inställningar > Fakturering > Registreringsvy; API:t berättar det inte.",
    ),
    Setting(
        name="vat_rounding",
        title="VAT is rounded",
        title_sv="Momsen avrundas",
        kind=SettingKind.CHOICE,
        choices=("per_rate", "per_row"),
        default="per_rate",
    ),
    Setting(
        name="vat_codes",
        title="Own VAT codes",
        title_sv="Egna momskoder",
        help="CODE=percent:account, comma between; the API does not list them. Example: OSSDE19=19:2670",
        help_sv="KOD=procent:konto med komma emellan; API:t listar dem inte. Exempel: OSSDE19=19:2670",
    ),
    Setting(name="access_token", title="Access token", title_sv="Åtkomsttoken", secret=True, managed=True),
    Setting(name="refresh_token", title="Refresh token", title_sv="Förnyelsetoken", secret=True, managed=True),
    Setting(name="access_expires", title="Access token expires", title_sv="Åtkomsttoken går ut", managed=True),
    Setting(name="granted_scope", title="Rights consented to", title_sv="Godkända rättigheter", managed=True),
)

_ALWAYS = ("companyinformation", "settings", "bookkeeping", "customer", "currency", "costcenter", "project")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that decide how documents are written, typed."""

    writes_invoices: bool = True
    writes_orders: bool = False
    own_numbers: bool = False
    number_start: int = 0
    create_articles: bool = False
    warehouse: bool = False
    rounds_totals: bool = False
    vat_per_row: bool = False
    vat_codes: tuple[VatCode, ...] = ()

    def functions(self) -> tuple[str, ...]:
        """The Fortnox rights (scope names) the chosen functions need, and none more (M118)."""
        needed = list(_ALWAYS)
        if self.writes_invoices:
            needed += ["invoice", "payment"]
        if self.writes_orders:
            needed.append("order")
        if self.create_articles:
            needed.append("article")
        if self.warehouse:
            needed.append("warehouse")
        return tuple(needed)


def options_from(values: Mapping[str, str]) -> Options:
    """The typed options of checked values. Raises SettingsError for an unreadable list of own VAT codes."""
    checked = check_settings(SETTINGS, values)
    if checked["grant"] == "client_credentials" and not checked.get("tenant_id"):
        raise SettingsError("tenant_id is missing: client_credentials needs the company's tenant id")
    return Options(
        writes_invoices=checked["documents"] in ("invoice", "both"),
        writes_orders=checked["documents"] in ("order", "both"),
        own_numbers=checked["document_numbers"] == "own",
        number_start=int(checked["number_start"]),
        create_articles=checked["create_articles"] == "yes",
        warehouse=checked["warehouse"] == "yes",
        rounds_totals=checked["rounds_totals"] == "yes",
        vat_per_row=checked["vat_rounding"] == "per_row",
        vat_codes=tuple(_vat_code(part.strip()) for part in checked.get("vat_codes", "").split(",") if part.strip()),
    )


def check(values: Mapping[str, str]) -> None:
    """Whether a connection can be made with these values. Raises SettingsError saying what is wrong."""
    options_from(values)


def _vat_code(text: str) -> VatCode:
    code, _, rest = text.partition("=")
    rate, _, account = rest.partition(":")
    try:
        percent = exact(rate)
    except MoneyError as error:
        raise SettingsError(f"vat_codes: {text!r} is not CODE=percent:account") from error
    if not code.strip() or not account.strip().isdecimal() or not Decimal(0) <= percent < 100:
        raise SettingsError(f"vat_codes: {text!r} is not CODE=percent:account")
    return VatCode(code=code.strip(), rate=percent, account=account.strip())
