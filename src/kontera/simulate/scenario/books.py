"""What the sandboxed ledger of a scenario holds, as effects; read from its own books, never from ours.

Decides how an invoice, a payment, a voucher, a customer and a ledger order are told. Changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from kontera.sandboxes.fortnox.audit import balances_of
from kontera.sandboxes.fortnox.company import Company
from kontera.simulate.scenario.words import Effect, Posted


def effects_of(company: Company) -> Counter[Effect]:
    """Everything the company holds."""
    return Counter([*_invoices(company), *_payments(company), *_orders(company), *_others(company)])


def balances(company: Company) -> dict[str, Decimal]:
    """What each account holds, debit above zero; accounts at zero are left out."""
    return {str(account): amount for account, amount in balances_of(company).items()}


def account_names(company: Company) -> dict[str, str]:
    """What the accounts are called."""
    return {
        str(number): str(account["Description"]) for number, account in company.accounts[company.years[1]["Id"]].items()
    }


def _invoices(company: Company) -> Iterator[Effect]:
    for invoice in company.invoices.values():
        kind = "invoice" if invoice["Credit"] == "false" else "credit invoice"
        yield Effect(
            kind=kind,
            subject=invoice["ExternalInvoiceReference1"] or f"number {invoice['DocumentNumber']}",
            on=_day(invoice["InvoiceDate"]),
            total=_plain(invoice["Total"]),
            currency=invoice["Currency"],
            booked=invoice["Booked"],
            entries=_entries(company, invoice) if invoice["Booked"] else (),
        )


def _payments(company: Company) -> Iterator[Effect]:
    for payment in company.payments.values():
        invoice = company.invoices[str(payment["InvoiceNumber"])]
        yield Effect(
            kind="payment",
            subject=invoice["ExternalInvoiceReference1"] or f"number {invoice['DocumentNumber']}",
            on=_day(payment["PaymentDate"]),
            total=_plain(payment["AmountCurrency"]),
            currency=invoice["Currency"],
            booked=payment["Booked"],
            entries=_entries(company, payment) if payment["Booked"] else (),
        )


def _orders(company: Company) -> Iterator[Effect]:
    for order in company.orders.values():
        yield Effect(
            kind="ledger order",
            subject=order["ExternalInvoiceReference1"] or f"number {order['DocumentNumber']}",
            on=_day(order["OrderDate"]),
            total=_plain(order["Total"]),
            currency=order["Currency"],
            booked=False,
        )


def _others(company: Company) -> Iterator[Effect]:
    for customer in company.customers.values():
        yield Effect(kind="customer", subject=customer["Name"], says=customer["VATType"])
    for article in company.articles.values():
        yield Effect(kind="article", subject=article["ArticleNumber"], total=Decimal(0))
    for key, voucher in company.vouchers.items():
        if voucher["ReferenceType"] == "MANUAL":
            rows = _sums(voucher, account_names(company))
            debit = sum((row.amount for row in rows if row.amount > 0), Decimal(0))
            subject = voucher["Comments"] or f"{key[1]}{key[2]}"
            yield Effect(kind="voucher", subject=subject, on=_day(voucher["TransactionDate"]),
                         total=debit, currency="SEK", entries=rows)  # fmt: skip


def _entries(company: Company, record: dict[str, Any]) -> tuple[Posted, ...]:
    key = (int(record["VoucherYear"]), str(record["VoucherSeries"]), int(record["VoucherNumber"]))
    return _sums(company.vouchers[key], account_names(company))


def _sums(voucher: dict[str, Any], names: dict[str, str]) -> tuple[Posted, ...]:
    sums: dict[tuple[str, str], Decimal] = {}
    for row in voucher["VoucherRows"]:
        place = (str(row["Account"]), row["CostCenter"] or "")
        sums[place] = sums.get(place, Decimal(0)) + row["Debit"] - row["Credit"]
    return tuple(
        Posted(account=account, name=names.get(account, ""), amount=_plain(amount), centre=centre)
        for (account, centre), amount in sorted(sums.items())
    )


def _plain(amount: Decimal) -> Decimal:
    """With two decimals or as many as it needs, so that equal amounts are written alike."""
    exponent = Decimal(amount).normalize().as_tuple().exponent
    return Decimal(amount).quantize(Decimal(1).scaleb(min(-2, int(exponent))))


def _day(text: str) -> date:
    return date.fromisoformat(str(text))
