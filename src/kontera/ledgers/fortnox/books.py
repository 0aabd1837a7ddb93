"""Reads the general ledger back: the entries of one voucher, and all entries of an account in a period.

Decides how voucher rows become entries (debit above zero, removed rows left out). A voucher that was read is kept:
Fortnox has no way to change one. Never writes.
"""

from __future__ import annotations

from datetime import date

from kontera.ledgers.fortnox.client import FortnoxClient
from kontera.ledgers.fortnox.wire import VoucherAnswer, VoucherWrap, number_of, text_of
from kontera.ledgers.protocol import Entry
from kontera.money import Money

_KEPT = 20_000  # vouchers; about 20 MB


class Books:
    """The vouchers of one company. home: the currency of its books."""

    def __init__(self, client: FortnoxClient, home: str) -> None:
        self._client = client
        self._home = home
        self._read: dict[tuple[str, str, str], tuple[Entry, ...]] = {}

    def fetch(self, series: str, number: str, year: str) -> VoucherAnswer:
        """One voucher with its rows; a number is unique only with series and financial year."""
        params = {"financialyear": year} if year else {}
        return self._client.get(VoucherWrap, f"/3/vouchers/{series}/{number}", params).voucher

    def voucher(self, series: str, number: str, year: str) -> tuple[Entry, ...]:
        """The entries of one voucher."""
        key = (series, number, year)
        if key not in self._read:
            if len(self._read) >= _KEPT:
                self._read.clear()
            self._read[key] = self._entries(self.fetch(series, number, year))
        return self._read[key]

    def entries(self, account: str, start: date, end: date) -> tuple[Entry, ...]:
        """Every entry on the account from start through end, in the order of the voucher list."""
        found: list[Entry] = []
        day = start
        while day <= end:  # a list belongs to one financial year; a period may touch several
            year = self._year(day)
            if year is None:
                break
            last = min(end, date.fromisoformat(year))
            params = {"financialyeardate": day.isoformat(), "fromdate": day.isoformat(), "todate": last.isoformat()}
            for row in self._client.pages(VoucherAnswer, "Vouchers", "/3/vouchers", params):
                whole = self.voucher(text_of(row.series), text_of(row.number), text_of(row.year))
                found += [entry for entry in whole if entry.account == account]
            day = date.fromordinal(last.toordinal() + 1)
        return tuple(found)

    def _year(self, day: date) -> str | None:
        rows = self._client.pages(dict[str, object], "FinancialYears", "/3/financialyears", {"date": day.isoformat()})
        return next((str(row["ToDate"]) for row in rows), None)

    def _entries(self, voucher: VoucherAnswer) -> tuple[Entry, ...]:
        return tuple(
            Entry(
                account=text_of(row.account),
                amount=Money(number_of(row.debit) - number_of(row.credit), self._home),
                text=row.text or "",
                cost_centre=row.cost_centre or "",
                project=row.project or "",
            )
            for row in voucher.rows
            if not row.removed
        )
