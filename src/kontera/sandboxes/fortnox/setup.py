"""The company's own set-up: information, settings, locked period, years, accounts, predefined accounts, series, me.

Decides how they are read and, where the API allows it, changed. Licences, VAT codes and switches are not in the API;
the control plane sets those.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kontera.money import ZERO
from kontera.sandboxes.fortnox import fields, lists, seed, tables
from kontera.sandboxes.fortnox.company import Company, Record, touch
from kontera.sandboxes.fortnox.errors import TEXT_ONLY, not_found, refuse, refuse_text
from kontera.sandboxes.fortnox.web import GONE, Answer, Call, Endpoint, created

_EASY_CODES = {"SALES_25_SE": "MP1", "SALES_12_SE": "MP2", "SALES_6_SE": "MP3", "SALES_0_SE": "MF"}
_BOOKS = ("bokforing",)


def information(call: Call) -> Answer:
    """GET companyinformation; DatabaseNumber is the tenant id, a number here."""
    company = call.company
    return Answer(
        {
            "CompanyInformation": {
                "Address": "Lagergatan 1",
                "City": "Göteborg",
                "CountryCode": "SE",
                "DatabaseNumber": int(company.tenant),
                "CompanyName": company.profile.name,
                "OrganizationNumber": company.profile.organisation_number,
                "VisitAddress": "",
                "VisitCity": "",
                "VisitCountryCode": "",
                "VisitZipCode": "",
                "ZipCode": "41101",
            }
        }
    )


def settings(call: Call) -> Answer:
    """GET settings/company; DatabaseNumber is a string here."""
    profile = call.company.profile
    digits = profile.organisation_number.replace("-", "")
    return Answer(
        {
            "CompanySettings": {
                "Address": "Lagergatan 1",
                "BG": "5050-1055",
                "BIC": "ESSESESS",
                "BranchCode": "",
                "City": "Göteborg",
                "ContactFirstName": "Eva",
                "ContactLastName": "Ek",
                "Country": "Sverige",
                "CountryCode": "SE",
                "DatabaseNumber": call.company.tenant,
                "Domicile": "Göteborg",
                "Email": "ekonomi@example.com",
                "Fax": "",
                "IBAN": "SE3550000000054910000003",
                "Name": profile.name,
                "OrganizationNumber": profile.organisation_number,
                "PG": "",
                "Phone1": "031-100000",
                "Phone2": "",
                "TaxEnabled": True,
                "VATNumber": f"SE{digits}01",
                "VisitAddress": "",
                "VisitCity": "",
                "VisitCountry": "",
                "VisitCountryCode": "",
                "VisitName": "",
                "VisitZipCode": "",
                "WWW": "",
                "ZipCode": "41101",
            }
        }
    )


def locked_period(call: Call) -> Answer:
    """GET settings/lockedperiod; an empty object when nothing is locked."""
    until = call.company.locked_until
    return Answer({"LockedPeriod": {} if until is None else {"EndDate": until.isoformat()}})


def me(call: Call) -> Answer:
    """GET me."""
    return Answer(
        {
            "MeInformation": {
                "Email": "integration@example.com",
                "Id": call.company.tenant,
                "Locale": "sv_SE",
                "Name": "Integration",
                "SysAdmin": False,
            }
        }
    )


def list_years(call: Call) -> Answer:
    """GET financialyears, with ?date= the one that holds the day (or none)."""
    wanted = call.query.get("date") or call.query.get("financialyeardate")
    years = call.company.years
    if wanted:
        years = [year for year in years if year["FromDate"] <= wanted <= year["ToDate"]]
    query = {name: value for name, value in call.query.items() if name not in {"date", "financialyeardate"}}
    chosen = lists.choose(years, query, {}, {}, {})
    return Answer(lists.envelope("FinancialYears", chosen, query, lambda year: _show_year(call, year)))


def get_year(call: Call) -> Answer:
    """GET financialyears/{id}."""
    return Answer({"FinancialYear": _show_year(call, _year(call.company, call.path["id"]))})


def create_year(call: Call) -> Answer:
    """POST financialyears: a year that overlaps no other; it gets a chart of accounts of its own."""
    company = call.company
    sent = fields.read(tables.FINANCIAL_YEAR, call.payload("FinancialYear"), ignore_read_only=call.ignore_read_only)
    record = fields.apply(tables.FINANCIAL_YEAR, fields.blanks(tables.FINANCIAL_YEAR), sent)
    if not record["FromDate"] or not record["ToDate"] or record["FromDate"] > record["ToDate"]:
        raise refuse_text("Räkenskapsårets datum är ogiltiga.")
    if any(year["FromDate"] <= record["ToDate"] and record["FromDate"] <= year["ToDate"] for year in company.years):
        raise refuse_text("Räkenskapsåret överlappar ett annat.")
    record["Id"] = max((year["Id"] for year in company.years), default=0) + 1
    company.years.append(record)
    company.years.sort(key=lambda year: str(year["FromDate"]))
    company.accounts[record["Id"]] = seed.accounts(record["Id"])
    return created({"FinancialYear": _show_year(call, record)}, "financialyears")


def list_accounts(call: Call) -> Answer:
    """GET accounts of one financial year."""
    year = _chosen_year(call)
    query = {name: value for name, value in call.query.items() if name not in {"financialyear", "financialyeardate"}}
    records = sorted(call.company.accounts[year].values(), key=lambda account: int(account["Number"]))
    chosen = lists.choose(records, query, {"sru": lists.contains("SRU")}, {}, {"number": "Number"})
    hidden = {
        "BalanceCarriedForward",
        "OpeningQuantities",
        "QuantitySettings",
        "QuantityUnit",
        "TransactionInformation",
        "TransactionInformationSettings",
    }
    return Answer(
        lists.envelope(
            "Accounts",
            chosen,
            query,
            lambda account: {name: value for name, value in _show_account(call, account).items() if name not in hidden},
        )
    )


def get_account(call: Call) -> Answer:
    """GET accounts/{number}."""
    return Answer({"Account": _show_account(call, _account(call))})


def create_account(call: Call) -> Answer:
    """POST accounts."""
    year = _chosen_year(call)
    record = fields.apply(tables.ACCOUNT, fields.blanks(tables.ACCOUNT), _sent_account(call))
    if not record["Number"] or not record["Description"]:
        raise refuse_text("Kontonummer och benämning måste anges.")
    if record["Number"] in call.company.accounts[year]:
        raise refuse_text(f"Kontot finns redan ({record['Number']})")
    record["Year"] = year
    touch(record, call.now)
    call.company.accounts[year][record["Number"]] = record
    return created({"Account": _show_account(call, record)}, "accounts")


def change_account(call: Call) -> Answer:
    """PUT accounts/{number}; Active included."""
    record = _account(call)
    sent = _sent_account(call)
    if sent.get("Number", record["Number"]) != record["Number"]:
        raise refuse_text("Kontonumret kan inte ändras.")
    record.update(fields.apply(tables.ACCOUNT, record, sent))
    touch(record, call.now)
    return Answer({"Account": _show_account(call, record)})


def delete_account(call: Call) -> Answer:
    """DELETE accounts/{number}; refused once it has been posted to."""
    record = _account(call)
    if any(
        row["Account"] == record["Number"]
        for voucher in call.company.vouchers.values()
        for row in voucher["VoucherRows"]
    ):
        raise refuse_text(f"Kontot används och kan inte tas bort ({record['Number']})")
    del call.company.accounts[record["Year"]][record["Number"]]
    return GONE


def list_predefined(call: Call) -> Answer:
    """GET predefinedaccounts."""
    names = sorted(call.company.predefined)
    return Answer(
        lists.envelope(
            "PreDefinedAccounts",
            [{"Name": name} for name in names],
            call.query,
            lambda entry: _show_predefined(call, entry["Name"]),
        )
    )


def get_predefined(call: Call) -> Answer:
    """GET predefinedaccounts/{name}."""
    return Answer({"PreDefinedAccount": _show_predefined(call, _predefined(call))})


def change_predefined(call: Call) -> Answer:
    """PUT predefinedaccounts/{name}: an existing active 4-digit account; with EasyVat also the right VAT code."""
    company, name = call.company, _predefined(call)
    sent = fields.read(
        tables.PREDEFINED_ACCOUNT, call.payload("PreDefinedAccount"), ignore_read_only=call.ignore_read_only
    )
    number = sent.get("Account")
    if not isinstance(number, int) or len(str(number)) != 4:
        raise refuse(2002462, f"Kontot måste ha fyra siffror ({number})")
    account = company.accounts[_chosen_year(call)].get(number)
    if account is None or not account["Active"]:
        raise refuse(2001265, f"Kontot saknas, finns inte eller är inte aktivt ({number})")
    expected = _EASY_CODES.get(name.removesuffix("2"))
    if company.profile.easy_vat and expected and account["VATCode"] != expected:
        raise refuse(2004052, f"Kontots momskod passar inte ({account['VATCode']})")
    company.predefined[name] = number
    return Answer({"PreDefinedAccount": _show_predefined(call, name)})


def list_predefined_series(call: Call) -> Answer:
    """GET predefinedvoucherseries."""
    entries = [
        {"@url": call.url("predefinedvoucherseries", name), "Name": name, "VoucherSeries": series}
        for name, series in sorted(call.company.predefined_series.items())
    ]
    return Answer(lists.envelope("PreDefinedVoucherSeriesCollection", entries, call.query, lambda entry: entry))


def get_predefined_series(call: Call) -> Answer:
    """GET predefinedvoucherseries/{name}."""
    name = call.path["name"]
    if name not in call.company.predefined_series:
        raise not_found("den fördefinierade verifikationsserien", TEXT_ONLY)
    return Answer(
        {
            "PreDefinedVoucherSeries": {
                "@url": call.url("predefinedvoucherseries", name),
                "Name": name,
                "VoucherSeries": call.company.predefined_series[name],
            }
        }
    )


def _show_year(call: Call, year: Record) -> Record:
    return {
        "@url": call.url("financialyears", year["Id"]),
        **year,
        "AccountingMethod": call.company.profile.accounting_method,
    }


def _year(company: Company, wanted: str) -> Record:
    found = next((year for year in company.years if str(year["Id"]) == wanted), None)
    if found is None:
        raise not_found("räkenskapsåret", TEXT_ONLY)
    return found


def _chosen_year(call: Call) -> int:
    """The financial year a call names by id or date; today's, or the newest, when it names none."""
    return chosen_year(call.company, call.query, call.today)


def chosen_year(company: Company, query: dict[str, str], today: date) -> int:
    """See `_chosen_year`. Raises ApiError for a year that does not exist."""
    wanted = query.get("financialyear")
    if wanted:
        return int(_year(company, wanted)["Id"])
    on = query.get("financialyeardate")
    if on:
        found = next((year for year in company.years if year["FromDate"] <= on <= year["ToDate"]), None)
        if found is None:
            raise not_found("räkenskapsåret", TEXT_ONLY)
        return int(found["Id"])
    return int((company.year_of(today) or company.latest_year())["Id"])


def _sent_account(call: Call) -> Record:
    sent = fields.read(tables.ACCOUNT, call.payload("Account"), ignore_read_only=call.ignore_read_only)
    code = sent.get("VATCode")
    if isinstance(code, str) and code not in call.company.vat_codes:
        raise refuse_text(f"Kunde inte hitta momskod ({code})")
    return sent


def _account(call: Call) -> Record:
    number = call.path["number"]
    found = call.company.accounts[_chosen_year(call)].get(int(number)) if number.isdigit() else None
    if found is None:
        raise not_found("kontot", 2000423)
    return found


def _show_account(call: Call, account: Record) -> Record:
    moved = (
        sum(
            (
                row["Debit"] - row["Credit"]
                for voucher in call.company.vouchers.values()
                if voucher["Year"] == account["Year"]
                for row in voucher["VoucherRows"]
                if row["Account"] == account["Number"]
            ),
            ZERO,
        )
        if call.path
        else ZERO
    )
    balance = Decimal(account["BalanceBroughtForward"]) + moved
    return {
        **{name: value for name, value in account.items() if not name.startswith("_")},
        "@url": call.url("accounts", account["Number"]),
        "BalanceCarriedForward": fields.plain(balance),
    }


def _predefined(call: Call) -> str:
    name = call.path["name"]
    if name not in call.company.predefined:
        raise not_found("det förvalda kontot", TEXT_ONLY)
    return name


def _show_predefined(call: Call, name: str) -> Record:
    return {"@url": call.url("predefinedaccounts", name), "Account": call.company.predefined[name], "Name": name}


def endpoints() -> list[Endpoint]:
    """The endpoints of the set-up."""
    return [
        Endpoint("GET", "companyinformation", information, "companyinformation"),
        Endpoint("GET", "settings/company", settings, "settings"),
        Endpoint("GET", "settings/lockedperiod", locked_period, "bookkeeping", _BOOKS),
        Endpoint("GET", "me", me, "profile"),
        Endpoint("GET", "financialyears", list_years, "bookkeeping", _BOOKS),
        Endpoint("POST", "financialyears", create_year, "bookkeeping", _BOOKS),
        Endpoint("GET", "financialyears/{id}", get_year, "bookkeeping", _BOOKS),
        Endpoint("GET", "accounts", list_accounts, "bookkeeping", _BOOKS),
        Endpoint("POST", "accounts", create_account, "bookkeeping", _BOOKS),
        Endpoint("GET", "accounts/{number}", get_account, "bookkeeping", _BOOKS),
        Endpoint("PUT", "accounts/{number}", change_account, "bookkeeping", _BOOKS),
        Endpoint("DELETE", "accounts/{number}", delete_account, "bookkeeping", _BOOKS),
        Endpoint("GET", "predefinedaccounts", list_predefined, "settings"),
        Endpoint("GET", "predefinedaccounts/{name}", get_predefined, "settings"),
        Endpoint("PUT", "predefinedaccounts/{name}", change_predefined, "settings"),
        Endpoint("GET", "predefinedvoucherseries", list_predefined_series, "settings"),
        Endpoint("GET", "predefinedvoucherseries/{name}", get_predefined_series, "settings"),
    ]
