"""Does what a body names exist, and may it be used? One place for the vendor's reference errors.

Decides existence and activity of accounts, terms, units, currencies, cost centres, projects, VAT codes and of the
financial year of a date, and whether a period is open. It never writes.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from kontera.sandboxes.fortnox.company import Company, Record, VatCode
from kontera.sandboxes.fortnox.errors import ApiError, refuse, refuse_text

_MISSING = {
    "termsofpayments": (2001700, "Kunde inte hitta betalningsvillkor"),
    "termsofdeliveries": (2001411, "Kunde inte hitta leveransvillkor"),
    "wayofdeliveries": (2001412, "Kunde inte hitta leveranssätt"),
    "currencies": (0, "Kunde inte hitta valuta"),
    "costcenters": (0, "Kunde inte hitta kostnadsställe"),
    "projects": (0, "Kunde inte hitta projekt"),
    "units": (0, "Kunde inte hitta enhet"),
    "pricelists": (0, "Kunde inte hitta prislista"),
    "modesofpayments": (0, "Kunde inte hitta betalningssätt"),
}
# field of a body -> register it names
HEADER = {
    "TermsOfPayment": "termsofpayments",
    "TermsOfDelivery": "termsofdeliveries",
    "WayOfDelivery": "wayofdeliveries",
    "Currency": "currencies",
    "CostCenter": "costcenters",
    "Project": "projects",
    "PriceList": "pricelists",
}
ROW = {"CostCenter": "costcenters", "Project": "projects", "Unit": "units"}


def require(company: Company, record: Record, names: dict[str, str]) -> None:
    """Every register entry that `record` names exists, and its cost centre is active. Raises ApiError."""
    for name, path in names.items():
        value = record.get(name)
        if isinstance(value, str) and value:
            entry(company, path, value)


def entry(company: Company, path: str, key: str) -> Record:
    """The entry of a register. Raises ApiError when it is missing or an inactive cost centre."""
    found = company.registers[path].get(key)
    if found is None:
        code, words = _MISSING[path]
        told = named(company, words, key)
        raise refuse(code, told) if code else refuse_text(told)
    if path == "costcenters" and not found["Active"]:
        raise refuse(2000947, named(company, "Kostnadsstället är inte aktivt", key))
    return found


def named(company: Company, words: str, value: object) -> str:
    """The words of a refusal with the value they are about, unless the company's switch says that they are bare."""
    return f"{words} ({value})" if company.profile.values_in_texts else words


def year(company: Company, day: date) -> int:
    """The id of the open financial year that holds `day`. Raises ApiError when there is none or it is closed."""
    found = company.year_of(day)
    if found is None:
        raise refuse_text(f"Det finns inget räkenskapsår för datumet {day}.")
    if found["Id"] in company.closed_years:
        raise refuse_text(f"Räkenskapsåret {found['FromDate']} - {found['ToDate']} är avslutat.")
    return int(found["Id"])


def unlocked(company: Company, day: date, code: int = 2000401) -> None:
    """`day` lies after the locked period. `code` is 2000401 when saving, 2002141 when booking."""
    until = company.locked_until
    if until is not None and day <= until:
        raise refuse(code, f"Administratören har låst perioden t.o.m. {until}. Lås upp perioden för att fortsätta")


def account(company: Company, year_id: int, number: int, code: int = 2001304) -> Record:
    """An active account of the year's chart. Raises ApiError."""
    found = company.accounts[year_id].get(number)
    if found is None:
        raise refuse(code, named(company, "Kunde inte hitta konto", number))
    if not found["Active"]:
        raise refuse_text(f'Konto "{number}" är inte aktivt.')
    return found


def predefined(company: Company, year_id: int, name: str) -> int:
    """The account set for a purpose, existing and active. Raises 2001265 (or the vendor's text for the fee)."""
    number = company.predefined.get(name, 0)
    found = company.accounts[year_id].get(number)
    if found is None or not found["Active"]:
        if name == "ADMFEE":
            raise refuse(2001265, "Förvalt konto för fakturaavgift saknas.")
        raise refuse(2001265, f"Förvalt konto saknas, finns inte eller är inte aktivt ({name})")
    return number


def dimensions(company: Company, found: Record, cost_center: str, project: str) -> None:
    """The account's own demands on cost centre and project are met. Raises ApiError."""
    number = f" {found['Number']}" if company.profile.values_in_texts else ""
    if found["CostCenterSettings"] == "MANDATORY" and not cost_center:
        raise refuse_text(f"Kostnadsställe måste anges för konto{number}")
    if found["CostCenterSettings"] == "NOTALLOWED" and cost_center:
        raise refuse_text(f"Kostnadsställe får inte anges för konto{number}")
    if found["ProjectSettings"] == "MANDATORY" and not project:
        raise refuse_text(f"Projekt är obligatoriskt på konto{number}")
    if found["ProjectSettings"] == "NOTALLOWED" and project:
        raise refuse_text(f"Projekt får inte anges på konto{number}")


def vat_code(company: Company, code: str) -> VatCode:
    """A VAT code of the company. Raises ApiError."""
    found = company.vat_codes.get(code)
    if found is None:
        raise refuse_text(named(company, "Kunde inte hitta momskod", code))
    return found


def vat_rate(company: Company, rate: Decimal) -> VatCode:
    """The first VAT code with this percentage. Raises ApiError when the rate is not set up."""
    codes = company.rate_codes(rate)
    if not codes:
        raise refuse_text(named(company, "Kunde inte hitta moms", rate))
    return codes[0]


def needed(record: dict[str, Any], name: str, error: ApiError) -> Any:
    """`record[name]`; `error` when it is missing or blank."""
    value = record.get(name)
    if value is None or value == "":
        raise error
    return value
