"""Vouchers and their series: /3/vouchers, /3/voucherseries; and the one place where anything is posted.

Decides numbers, balance, and which vouchers a client may write. Documents and payments post through `post`, which
refuses what does not balance. A voucher is never changed or removed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from kontera.money import ZERO, round_to
from kontera.sandboxes.fortnox import fields, lists, references, setup, tables
from kontera.sandboxes.fortnox.company import Company, Record, touch
from kontera.sandboxes.fortnox.errors import TEXT_ONLY, not_found, refuse_text
from kontera.sandboxes.fortnox.web import Answer, Call, Endpoint, created

_BOOKS = ("bokforing",)
_LIST = (
    "ApprovalState",
    "Comments",
    "Description",
    "ReferenceNumber",
    "ReferenceType",
    "TransactionDate",
    "VoucherNumber",
    "VoucherSeries",
    "Year",
)


@dataclass(frozen=True)
class Posting:
    """One row of a voucher in SEK: debit when positive, credit when negative."""

    account: int
    amount: Decimal
    cost_center: str = ""
    project: str = ""
    text: str = ""


@dataclass(frozen=True)
class Source:
    """What a voucher is about."""

    kind: str  # the vendor's ReferenceType
    number: str
    description: str


def post(
    company: Company, series: str, day: date, source: Source, postings: Iterable[Posting], now: datetime
) -> Record:
    """Write a voucher. Raises ApiError for a missing year or unusable account, AssertionError when it does not
    balance: that is a fault of the sandbox, never of a caller."""
    year_id = references.year(company, day)
    rows = []
    for posting in postings:
        account = references.account(company, year_id, posting.account)
        rows.append(
            {
                **fields.blanks(tables.VOUCHER_ROW),
                "Account": posting.account,
                "Debit": max(posting.amount, ZERO),
                "Credit": max(-posting.amount, ZERO),
                "CostCenter": posting.cost_center,
                "Project": posting.project,
                "TransactionInformation": posting.text,
                "Description": account["Description"],
            }
        )
    assert sum((row["Debit"] - row["Credit"] for row in rows), ZERO) == 0, f"unbalanced: {rows}"
    voucher = {
        **fields.blanks(tables.VOUCHER),
        "Description": source.description[:200],
        "ReferenceNumber": source.number,
        "ReferenceType": source.kind,
        "TransactionDate": day.isoformat(),
        "VoucherRows": rows,
        "VoucherSeries": series,
        "Year": year_id,
    }
    return _store(company, voucher, now)


def list_all(call: Call) -> Answer:
    """GET vouchers and vouchers/sublist[/{series}]: one financial year, without rows."""
    year = setup.chosen_year(call.company, call.query, call.today)
    series = call.path.get("series")
    records = [
        voucher
        for voucher in call.company.vouchers.values()
        if voucher["Year"] == year and series in (None, voucher["VoucherSeries"])
    ]
    tests = {
        "voucherseries": lambda record, wanted: record["VoucherSeries"] == wanted,
        "costcenter": lambda record, wanted: any(row["CostCenter"] == wanted for row in record["VoucherRows"]),
    }
    for name, test in (("fromdate", lists.at_least("TransactionDate")), ("todate", lists.at_most("TransactionDate"))):
        if name in call.query:
            records = [record for record in records if test(record, call.query[name])]
    chosen = lists.choose(records, call.query, tests, {}, {"vouchernumber": "VoucherNumber"})
    return Answer(
        lists.envelope(
            "Vouchers",
            chosen,
            call.query,
            lambda voucher: {"@url": _url(call, voucher), **{name: voucher[name] for name in _LIST}},
        )
    )


def get(call: Call) -> Answer:
    """GET vouchers/{series}/{number}?financialyear="""
    year = setup.chosen_year(call.company, call.query, call.today)
    number = call.path["number"]
    found = call.company.vouchers.get((year, call.path["series"], int(number) if number.isdigit() else 0))
    if found is None:
        raise not_found("verifikationen", TEXT_ONLY)
    return Answer({"Voucher": _show(call, found)})


def create(call: Call) -> Answer:
    """POST vouchers[?financialyear=]: a manual series, an open year and period, active accounts, debit equal to
    credit. Without the parameter the voucher belongs in the current year, whatever its date says."""
    company = call.company
    sent = fields.read(tables.VOUCHER, call.payload("Voucher"), ignore_read_only=call.ignore_read_only)
    voucher = fields.apply(tables.VOUCHER, fields.blanks(tables.VOUCHER), sent)
    if not voucher["Description"]:
        raise refuse_text("Verifikationstext måste anges.")
    if not voucher["TransactionDate"]:
        raise refuse_text("Transaktionsdatum måste anges.")
    series = company.series.get(voucher["VoucherSeries"])
    if series is None:
        raise refuse_text("Ogiltig verifikationsserie angiven")
    if not series["Manual"]:
        raise refuse_text(f"Verifikationsserien är inte manuell ({voucher['VoucherSeries']})")
    day = date.fromisoformat(voucher["TransactionDate"])
    year_id = references.year(company, day)
    if voucher["Year"] not in (None, year_id) or year_id != setup.chosen_year(company, call.query, call.today):
        raise refuse_text("Transaktionsdatumet ligger utanför räkenskapsåret.")
    references.unlocked(company, day)
    references.require(company, voucher, {"CostCenter": "costcenters", "Project": "projects"})
    voucher["VoucherRows"] = [_row(company, voucher, year_id, row) for row in voucher["VoucherRows"]]
    if not voucher["VoucherRows"]:
        raise refuse_text("Verifikationen måste ha rader.")
    debit = sum((row["Debit"] for row in voucher["VoucherRows"]), ZERO)
    credit = sum((row["Credit"] for row in voucher["VoucherRows"]), ZERO)
    if debit != credit:
        raise refuse_text(f"Verifikationen balanserar inte (debet {debit}, kredit {credit})")
    voucher.update({"Year": year_id, "ReferenceType": "MANUAL"})
    return created({"Voucher": _show(call, _store(company, voucher, call.now))}, "vouchers")


def list_series(call: Call) -> Answer:
    """GET voucherseries."""
    year = setup.chosen_year(call.company, call.query, call.today)
    query = {name: value for name, value in call.query.items() if name not in {"financialyear", "financialyeardate"}}
    chosen = lists.choose(list(call.company.series.values()), query, {}, {}, {"code": "Code"})
    return Answer(
        lists.envelope(
            "VoucherSeriesCollection",
            chosen,
            query,
            lambda series: {
                name: value for name, value in _show_series(call, series, year).items() if name != "NextVoucherNumber"
            },
        )
    )


def get_series(call: Call) -> Answer:
    """GET voucherseries/{code}."""
    return Answer(
        {"VoucherSeries": _show_series(call, _series(call), setup.chosen_year(call.company, call.query, call.today))}
    )


def create_series(call: Call) -> Answer:
    """POST voucherseries."""
    sent = fields.read(tables.SERIES, call.payload("VoucherSeries"), ignore_read_only=call.ignore_read_only)
    record = fields.apply(tables.SERIES, fields.blanks(tables.SERIES), sent)
    if not record["Code"] or record["Code"] in call.company.series:
        raise refuse_text(f"Verifikationsserien saknas eller finns redan ({record['Code']})")
    call.company.series[record["Code"]] = record
    year = setup.chosen_year(call.company, call.query, call.today)
    return created({"VoucherSeries": _show_series(call, record, year)}, "voucherseries")


def change_series(call: Call) -> Answer:
    """PUT voucherseries/{code}: text and whether people may write in it."""
    record = _series(call)
    sent = fields.read(tables.SERIES, call.payload("VoucherSeries"), ignore_read_only=call.ignore_read_only)
    if sent.pop("Code", record["Code"]) != record["Code"]:
        raise refuse_text("Code kan inte ändras")
    record.update(fields.apply(tables.SERIES, record, sent))
    year = setup.chosen_year(call.company, call.query, call.today)
    return Answer({"VoucherSeries": _show_series(call, record, year)})


def _row(company: Company, voucher: Record, year_id: int, sent: Record) -> Record:
    row = fields.apply(tables.VOUCHER_ROW, fields.blanks(tables.VOUCHER_ROW), sent)
    if not row["Account"]:
        raise refuse_text("Konto måste anges på varje rad.")
    account = references.account(company, year_id, row["Account"], 2001303)
    references.require(company, row, {"CostCenter": "costcenters", "Project": "projects"})
    row["CostCenter"] = row["CostCenter"] or voucher["CostCenter"]
    row["Project"] = row["Project"] or voucher["Project"]
    references.dimensions(company, account, row["CostCenter"], row["Project"])
    for side in ("Debit", "Credit"):
        row[side] = round_to(Decimal(row[side]), 2)
    row["Description"] = row["Description"] or account["Description"]
    return row


def _store(company: Company, voucher: Record, now: datetime) -> Record:
    year, series = int(voucher["Year"]), str(voucher["VoucherSeries"])
    voucher["VoucherNumber"] = company.next(f"voucher {year} {series}")
    touch(voucher, now)
    company.vouchers[year, series, voucher["VoucherNumber"]] = voucher
    return voucher


def _series(call: Call) -> Record:
    found = call.company.series.get(call.path["code"])
    if found is None:
        raise not_found("verifikationsserien", TEXT_ONLY)
    return found


def _show_series(call: Call, series: Record, year: int) -> Record:
    used = call.company.counters.get(f"voucher {year} {series['Code']}", 0)
    return {
        **series,
        "@url": call.url("voucherseries", series["Code"]),
        "NextVoucherNumber": used + 1,
        "Year": year,
        "Approver": None,
    }


def _url(call: Call, voucher: Record) -> str:
    return call.url("vouchers", voucher["VoucherSeries"], f"{voucher['VoucherNumber']}?financialyear={voucher['Year']}")


def _show(call: Call, voucher: Record) -> Record:
    rows = [
        {name: fields.plain(value) if isinstance(value, Decimal) else value for name, value in row.items()}
        for row in voucher["VoucherRows"]
    ]
    return {
        **{name: value for name, value in voucher.items() if not name.startswith("_")},
        "@url": _url(call, voucher),
        "VoucherRows": rows,
    }


def endpoints() -> list[Endpoint]:
    """The endpoints of vouchers and series."""
    found = [
        ("GET", "vouchers", list_all),
        ("POST", "vouchers", create),
        ("GET", "vouchers/sublist", list_all),
        ("GET", "vouchers/sublist/{series}", list_all),
        ("GET", "vouchers/{series}/{number}", get),
        ("GET", "voucherseries", list_series),
        ("POST", "voucherseries", create_series),
        ("GET", "voucherseries/{code}", get_series),
        ("PUT", "voucherseries/{code}", change_series),
    ]
    return [Endpoint(method, path, handler, "bookkeeping", _BOOKS) for method, path, handler in found]
