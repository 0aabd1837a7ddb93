"""Business Central as the ledger of a scenario: its sandbox, with the BAS chart that Fortnox has, reset for every run.

Decides how a fresh company is set up by hand (clearing accounts, OSS groups, VAT accounts that summaries may name) and
how its books are told as effects, in the words Fortnox has for a customer's VAT. Reads its own books, never ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from kontera.accounting.starter import starter
from kontera.clock import ManualClock
from kontera.ledgers.business_central import names
from kontera.ledgers.business_central.settings import SETTINGS
from kontera.sandboxes.business_central import seed
from kontera.sandboxes.business_central.audit import balances_of
from kontera.sandboxes.business_central.company import VatSetup
from kontera.sandboxes.business_central.fields import NO_DATE
from kontera.sandboxes.business_central.sandbox import BusinessCentralSandbox
from kontera.sandboxes.fortnox.seed import ACCOUNTS, CURRENCIES, VAT_CODES
from kontera.simulate.scenario.side import LedgerLever
from kontera.simulate.scenario.words import Effect, Event, Posted

_STARTERS = {"se-bas": "bc-se"}
_VAT_WORDS = {"DOMESTIC": "SEVAT", "EU": "EUREVERSEDVAT", "EXPORT": "EXPORT"}  # OSS groups: SEVAT, as in Fortnox
_MORE_COUNTRIES = ("JP", "KW")  # of customers in the shop that the demo company does not know
_CATEGORIES = {"1": "Assets", "2": "Liabilities", "3": "Income"}
_OSS_ACCOUNTS = {code: account for code, _, account in VAT_CODES}
_OWN_SETUP = next(str(setting.default) for setting in SETTINGS if setting.name == "vat_setup")


class BusinessCentralSide:
    """See Side."""

    vendor, code, calls = "business_central", "bc", "*/api/v2.0/*"

    def __init__(self, clock: ManualClock) -> None:
        self.sandbox = BusinessCentralSandbox(clock, limit=None)
        self._strangers: frozenset[str] = frozenset()

    def rulebook(self, name: str) -> str:
        """See Side."""
        return _STARTERS.get(name, name)

    def fresh(self, rulebook: str) -> dict[str, str]:
        """See Side."""
        self.sandbox.faults.remove()
        self.sandbox.reset()
        self.sandbox.calls.reset()
        _chart(self.sandbox)
        _rates(self.sandbox)
        told = _distance_sales(self.sandbox, rulebook)
        self._strangers = frozenset(row["number"] for row in self.sandbox.company.table("customers"))
        keys = self.sandbox.credentials()
        own = ("login_url", "tenant_id", "environment", "client_id", "client_secret", "company")
        values = {name: str(keys[name]) for name in own}
        setup = ", ".join([_OWN_SETUP, *told])
        return values | {"base_url": f"{self.sandbox.base_url}/v2.0", "rate_calls": "0", "vat_setup": setup}

    def pull(self, event: Event) -> None:
        """See Side."""
        words = event.words
        match event.verb:
            case "account":
                values = {"blocked": words["state"] == "inactive"}
                self._lever("set", table="accounts", number=words["account"], values=values)
            case "locked":
                after = date.fromisoformat(words["until"]) + timedelta(days=1)
                self._lever("switches", allow_from=after.isoformat())
            case "unlocked":
                self._lever("switches", allow_from=NO_DATE)
            case "currency":
                self._currency(words)
            case _:
                raise LedgerLever(f"Business Central has nothing like: {event.verb}")

    def effects(self) -> Counter[Effect]:
        """See Side."""
        return Counter([*self._invoices(), *self._orders(), *self._payments(), *self._vouchers(), *self._customers()])

    def balances(self) -> dict[str, Decimal]:
        """See Side."""
        return balances_of(self.sandbox.company)

    def account_names(self) -> dict[str, str]:
        """See Side."""
        return {row["number"]: row["displayName"] for row in self.sandbox.company.table("accounts")}

    def writes(self) -> Counter[str]:
        """See Side: a batch may be all reading, so the records tell, each with the time it was last changed."""
        tables = self.sandbox.company.tables.items()
        return Counter(
            f"{name} {row['id']} {row.get('lastModifiedDateTime', '')}" for name, rows in tables for row in rows
        )

    def as_written(self, effect: Effect) -> Effect:
        """See Side: a voucher is known by the document number made from our reference."""
        if effect.kind != "voucher":
            return effect
        return msgspec.structs.replace(effect, subject=names.number_of(effect.subject))

    def _lever(self, name: str, **body: Any) -> None:
        self.sandbox.actions()[name](body)

    def _currency(self, words: dict[str, str]) -> None:
        company = self.sandbox.company
        if company.table("currencies").by("code", words["code"]) is None:
            seed.add(company, "currencies", code=words["code"], displayName=words["code"])
            company.log.commit()
        rate = Decimal(words["rate"]) / Decimal(words["unit"])
        day = company.now().date().isoformat()
        self._lever("rate", currency=words["code"], day=day, rate=f"{rate:f}")

    # The books

    def _invoices(self) -> Iterator[Effect]:
        for row in self.sandbox.company.table("salesInvoices"):
            yield Effect(
                kind="invoice",
                subject=_reference(row["externalDocumentNumber"]) or f"number {row['number']}",
                on=date.fromisoformat(row["postingDate"]),
                total=_plain(row["totalAmountIncludingTax"]),
                currency=row["currencyCode"] or "SEK",
                booked=row["_posted"],
                entries=self._entries(row["number"], "Invoice") if row["_posted"] else (),
            )

    def _orders(self) -> Iterator[Effect]:
        for row in self.sandbox.company.table("salesOrders"):
            yield Effect(
                kind="ledger order",
                subject=_reference(row["externalDocumentNumber"]) or f"number {row['number']}",
                on=date.fromisoformat(row["orderDate"]),
                total=self._added_up(row),
                currency=row["currencyCode"] or "SEK",
                booked=False,
            )

    def _added_up(self, order: dict[str, Any]) -> Decimal:
        """The header's totals lag behind lines that name accounts."""
        lines = self.sandbox.company.table("salesOrderLines").where(documentId=order["id"])
        return _plain(sum((line["_incl"] for line in lines), Decimal(0)))

    def _payments(self) -> Iterator[Effect]:
        for row in self.sandbox.company.table("customerLedger"):
            if row["documentType"] == "Payment":
                yield Effect(
                    kind="payment",
                    subject=_reference(row["externalDocumentNumber"]).rpartition("-p")[0],
                    on=date.fromisoformat(row["postingDate"]),
                    total=_plain(-row["amount"]),
                    currency=row["currency"] or "SEK",
                    entries=self._entries(row["documentNumber"], "Payment"),
                )

    def _vouchers(self) -> Iterator[Effect]:
        rows = [row for row in self.sandbox.company.table("generalLedgerEntries") if not row["documentType"].strip()]
        for number, day in sorted({(row["documentNumber"], row["postingDate"]) for row in rows}):
            entries = self._entries(number, " ")
            debit = sum((entry.amount for entry in entries if entry.amount > 0), Decimal(0))
            on = date.fromisoformat(day)
            yield Effect(kind="voucher", subject=number, on=on, total=_plain(debit), currency="SEK", entries=entries)

    def _customers(self) -> Iterator[Effect]:
        areas = {row["id"]: row["code"] for row in self.sandbox.company.table("taxAreas")}
        for row in self.sandbox.company.table("customers"):
            if row["number"] not in self._strangers:
                area = areas.get(row["taxAreaId"], "")
                yield Effect(kind="customer", subject=row["displayName"], says=_VAT_WORDS.get(area, "SEVAT"))

    def _entries(self, number: str, kind: str) -> tuple[Posted, ...]:
        called, sums = self.account_names(), dict[tuple[str, str], Decimal]()
        centre = self.sandbox.company.dimensions[0]
        for row in self.sandbox.company.table("generalLedgerEntries"):
            if row["documentNumber"] == number and row["documentType"].strip() == kind.strip():
                amount = row["debitAmount"] - row["creditAmount"]
                place = (row["accountNumber"], row["_dims"].get(centre, ""))
                sums[place] = sums.get(place, Decimal(0)) + amount
        return tuple(
            Posted(account=account, name=called.get(account, ""), amount=_plain(amount), centre=held)
            for (account, held), amount in sorted(sums.items())
        )


def _chart(sandbox: BusinessCentralSandbox) -> None:
    """The accounts of Fortnox's chart that the starter names, by the same names; VAT accounts may be posted to."""
    company = sandbox.company
    accounts = company.table("accounts")
    for number, name, _ in ACCOUNTS:
        known = accounts.by("number", str(number))
        if known is not None:
            taxed = str(number).startswith("26")
            accounts.edit(known, displayName=name, directPosting=known["directPosting"] or taxed)
        elif str(number)[0] in _CATEGORIES:
            income = str(number).startswith("3")
            seed.add(company, "accounts", number=str(number), displayName=name, category=_CATEGORIES[str(number)[0]],
                     directPosting=True, accountType="Posting", _genProd="SERVICES" if income else "",
                     _vatProd="VAT25" if income else "")  # fmt: skip
    for country in _MORE_COUNTRIES:
        seed.add(company, "countriesRegions", code=country, displayName=country)
    company.log.commit()


def _rates(sandbox: BusinessCentralSandbox) -> None:
    """Each currency at the rate that Fortnox has for it."""
    day = f"{sandbox.company.now().year - 1}-01-02"
    for code, _, rate, unit in CURRENCIES:
        if code != sandbox.company.currency:
            value = Decimal(rate) / Decimal(unit)
            sandbox.actions()["rate"]({"currency": code, "day": day, "rate": f"{value:f}"})


def _distance_sales(sandbox: BusinessCentralSandbox, rulebook: str) -> list[str]:
    """Groups for every country and rate of the starter's distance sales; answers them as `vat_setup` wants them."""
    company, told = sandbox.company, []
    for rule in starter(rulebook).vat:
        if "{" not in rule.vat_code:
            continue
        for country in _each(rule.match.country):
            if company.table("countriesRegions").by("code", country) is None:
                seed.add(company, "countriesRegions", code=country, displayName=country)
            area = f"OSS{country}"
            for group in ("VAT25", "VAT12", "VAT6", "NO VAT", ""):  # accounts carry groups of their own
                company.vat[area, group] = replace(company.vat.get((area, group), VatSetup(group, Decimal(0))))
            for rate in _each(rule.match.rate):
                text = f"{Decimal(rate).normalize():f}"
                group = rule.vat_code.replace("{country}", country).replace("{rate}", text.replace(".", ""))
                account = str(_OSS_ACCOUNTS.get(f"{area}{text.replace('.', '')}") or "2670")
                sandbox.actions()["vat"]({"business": area, "product": group, "percent": text, "account": account})
                told.append(f"{area}/{group}={text}:{account}")
    return told


def _reference(written: str) -> str:
    """Our reference, from how it is kept in a field of capitals."""
    found, capital = [], False
    for sign in written:
        if sign == "^" and not capital:
            capital = True
        else:
            found.append(sign if capital else sign.lower())
            capital = False
    return "".join(found)


def _plain(amount: Decimal) -> Decimal:
    """With two decimals or as many as it needs, so that equal amounts are written alike."""
    exponent = Decimal(amount).normalize().as_tuple().exponent
    return Decimal(amount).quantize(Decimal(1).scaleb(min(-2, int(exponent))))


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
