"""The quote: what Fortnox will make of a document, and why it would refuse it, before anything is sent (law 5). Pure.

Decides Fortnox's own limits: article numbers, references, predefined accounts, VAT codes, licences. What every ledger
checks alike (accounts, periods, cost centres) is `accounting.checks`; it is not repeated here.
"""

from __future__ import annotations

from collections.abc import Iterator

from kontera.accounting.documents import CustomerPayment, Document, SalesInvoice, SalesOrder, Voucher, kind_of
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.errors import Problem
from kontera.ledgers.fortnox import menus, texts
from kontera.ledgers.fortnox.arithmetic import Written, tax_key, written
from kontera.ledgers.fortnox.predict import (
    RECEIVABLE,
    ROUND_OFF,
    invoice_entries,
    payment_entries,
    vat_account,
    voucher_entries,
)
from kontera.ledgers.fortnox.refusals import LICENCES
from kontera.ledgers.fortnox.settings import Options
from kontera.ledgers.fortnox.translate import own_number
from kontera.ledgers.protocol import Quote
from kontera.ledgers.sent import shape
from kontera.money import Money, total

ACCRUAL = "accrual"
_FUNCTION = {SalesInvoice: "invoice", SalesOrder: "order", CustomerPayment: "payment", Voucher: "bookkeeping"}


def quote(document: Document, setup: LedgerSetup, options: Options) -> Quote:
    """See Ledger.quote."""
    problems = [*_licence(document, setup)]
    if isinstance(document, Voucher):
        debits = (p.amount for p in document.postings if p.amount.amount > 0)
        problems += _voucher_problems(document, setup)
        return Quote(
            total=total(debits, document.currency),
            vat=Money.zero(document.currency),
            entries=voucher_entries(document, setup),
            problems=tuple(problems),
        )
    if isinstance(document, CustomerPayment):
        problems += _receivable(document.order_number, setup)
        return Quote(
            total=document.amount,
            vat=Money.zero(document.amount.currency),
            entries=payment_entries(document, setup),
            problems=tuple(problems),
        )
    form = written(document, options.vat_per_row, setup.rounds_totals)
    entries = (
        ()
        if isinstance(document, SalesOrder)
        else invoice_entries(form, setup, document.rate, document.currency, document.cost_centre, document.project)
    )
    problems += _sales_problems(document, form, setup, options)
    if isinstance(document, SalesInvoice):
        problems += _receivable(document.order_number, setup)
        if document.book and setup.accounting_method != ACCRUAL:
            problems.append(cash_method(document.order_number))
    if any(not entry.account for entry in entries) and not problems:
        problems.append(missing_predefined(document.order_number, ROUND_OFF))
    return Quote(
        total=Money(form.totals.to_pay, document.currency),
        vat=Money(form.totals.vat, document.currency),
        vat_by_rate=form.totals.vat_by_rate(document.currency),
        entries=entries,
        problems=tuple(problems),
    )


def cash_method(order: str) -> Problem:
    """Under the cash method Fortnox books no invoices, only their payments (its code 2003007)."""
    facts = {"order": order, "document": "sales_invoice", "where": menus.YEARS}
    facts["reason"] = "cash_method"
    return Problem(code="LEDGER_REFUSED", cause="accounting_method:cash", facts=facts)


def _licence(document: Document, setup: LedgerSetup) -> Iterator[Problem]:
    function = _FUNCTION[type(document)]
    if function not in setup.functions:
        facts = {"function": function, "licence": LICENCES[function], "where": menus.LICENCES}
        yield Problem(code="LEDGER_LICENCE_MISSING", cause=f"licence:{function}", facts=facts)


def _sales_problems(
    document: SalesInvoice | SalesOrder, form: Written, setup: LedgerSetup, options: Options
) -> Iterator[Problem]:
    order = document.order_number
    for number in sorted({line.article for line in document.lines if line.article}):
        if options.create_articles and not texts.article_accepted(number):
            yield Problem(
                code="ARTICLE_NUMBER_REFUSED",
                cause=f"article:{number}",
                facts={"order": order, "article": number, "allowed": texts.ARTICLE_ALLOWED},
            )
    if len(document.reference) > texts.REFERENCE or texts.clean(document.reference, 999) != document.reference:
        yield Problem(code="TEXT_REFUSED", facts=_text(order, "ExternalInvoiceReference1", document.reference))
    if options.own_numbers and not own_number(document, options):
        yield Problem(code="TEXT_REFUSED", facts=_text(order, "DocumentNumber", order))
    for code, rate in sorted({tax_key(line) for line in document.lines}):
        if code not in setup.vat_codes or (rate and not vat_account((code, rate), setup)):
            yield Problem(
                code="VAT_RATE_NOT_IN_LEDGER",
                cause=f"vat_rate:{rate.normalize():f}",
                facts={"order": order, "rate": f"{rate.normalize():f}", "vat_code": code, "where": menus.VAT_CODES},
            )
    if form.totals.to_pay != document.total.amount:
        yield Problem(
            code="QUOTE_DIFFERS",
            facts={
                "order": order,
                "document": kind_of(document),
                "expected": str(document.total),
                "found": str(Money(form.totals.to_pay, document.currency)),
                "where": menus.INVOICE_SETTINGS if form.totals.round_off else "",
            },
        )


def _text(order: str, field: str, value: str) -> dict[str, str]:
    return {"order": order, "field": field, "value_shape": shape(value)}


def _voucher_problems(document: Voucher, setup: LedgerSetup) -> Iterator[Problem]:
    if document.currency != setup.currency:
        yield Problem(
            code="CURRENCY_NOT_IN_LEDGER",
            cause=f"currency:{document.currency}",
            facts={"order": "", "currency": document.currency, "where": menus.CURRENCIES},
        )
    if not setup.voucher_series.get(document.series, False):
        yield Problem(
            code="LEDGER_REFUSED",
            cause=f"series:{document.series}",
            facts={
                "order": "",
                "document": "voucher",
                "reason": "voucher_series",
                "series": document.series,
                "where": menus.SERIES,
            },
        )


def _receivable(order: str, setup: LedgerSetup) -> Iterator[Problem]:
    if not setup.predefined.get(RECEIVABLE):
        yield missing_predefined(order, RECEIVABLE)


def missing_predefined(order: str, name: str) -> Problem:
    """A predefined account (förvalt konto) that booking needs is not set."""
    return Problem(
        code="PREDEFINED_ACCOUNT_MISSING",
        cause=f"predefined:{name}",
        facts={"order": order, "name": name, "where": menus.PREDEFINED},
    )
