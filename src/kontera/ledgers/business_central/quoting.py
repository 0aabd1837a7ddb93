"""The quote: what Business Central will make of a document, and why it would refuse it, before anything is sent. Pure.

Decides Business Central's own limits: permissions, VAT posting set-up, control accounts, posting dates, exchange rates,
countries, references. What every ledger checks alike (accounts, cost centres, terms) is `accounting.checks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from kontera.accounting.checks import BUYER_ACCOUNTS
from kontera.accounting.documents import (
    CustomerPayment,
    Document,
    SalesInvoice,
    SalesOrder,
    Voucher,
    currency_of,
    kind_of,
)
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.errors import Problem
from kontera.ledgers.business_central import menus, names
from kontera.ledgers.business_central.arithmetic import Written, written
from kontera.ledgers.business_central.predict import invoice_entries, payment_entries, voucher_entries
from kontera.ledgers.business_central.refusals import PERMISSIONS
from kontera.ledgers.business_central.settings import Options
from kontera.ledgers.business_central.snapshot import AREAS, COUNTRIES, GROUPS, LATEST
from kontera.ledgers.protocol import Quote
from kontera.ledgers.sent import shape
from kontera.money import Money, total

_SAME_RATE = Decimal("0.000001")  # relative


def quote(document: Document, setup: LedgerSetup, options: Options) -> Quote:
    """See Ledger.quote."""
    problems = [*_reference(document), *dates(document, setup)]
    if isinstance(document, Voucher):
        problems += [*_licence(setup, "bookkeeping"), *_voucher_problems(document, setup)]
        debits = (p.amount for p in document.postings if p.amount.amount > 0)
        return Quote(
            total=total(debits, document.currency),
            vat=Money.zero(document.currency),
            entries=voucher_entries(document),
            problems=tuple(problems),
        )
    problems += _currency(document, setup)
    if isinstance(document, CustomerPayment):
        problems += [*_licence(setup, "payment"), *_rows(document.order_number, {document.account: ""}, setup)]
        return Quote(
            total=document.amount,
            vat=Money.zero(document.amount.currency),
            entries=payment_entries(document, setup, options),
            problems=tuple(problems),
        )
    form = written(document, options)
    problems += _sales_problems(document, form, setup, options)
    entries = invoice_entries(document, form, setup, options) if isinstance(document, SalesInvoice) else ()
    return Quote(
        total=Money(form.total_posted, document.currency),
        vat=Money(form.vat_posted, document.currency),
        vat_by_rate=form.vat_by_rate(),
        entries=entries,
        problems=tuple(problems),
    )


def dates(document: Document, setup: LedgerSetup) -> Iterator[Problem]:
    """Why posting would refuse the document's date; an order posts nothing. A draft is taken with any date, so this
    is asked before one is written too."""
    if isinstance(document, SalesOrder):
        return
    day, locked, latest = document.date, setup.locked_through, setup.predefined.get(LATEST, "")
    facts = {"order": _order(document), "date": day.isoformat()}
    if locked is not None and day <= locked:
        facts |= {"locked_through": locked.isoformat(), "where": menus.ALLOW_POSTING}
        yield Problem(code="PERIOD_LOCKED", cause=f"period:{locked}", facts=facts)
    elif setup.year_of(day) is None:
        facts |= {"where": menus.PERIODS}
        yield Problem(code="YEAR_MISSING", cause=f"year:{day.year}", facts=facts)
    elif latest and day > date.fromisoformat(latest):
        reason = f"posting is allowed until {latest}, the document is dated {day}"
        facts |= {"document": kind_of(document), "reason": reason, "where": menus.COMPANY_SETUP}
        yield Problem(code="LEDGER_REFUSED", cause=f"posting_until:{latest}", facts=facts)


def _order(document: Document) -> str:
    return "" if isinstance(document, Voucher) else document.order_number


def _reference(document: Document) -> Iterator[Problem]:
    if not names.accepted(document.reference):
        facts = {"order": _order(document), "field": "External Document No."}
        facts["value_shape"] = shape(document.reference)
        yield Problem(code="TEXT_REFUSED", facts=facts)


def _licence(setup: LedgerSetup, function: str) -> Iterator[Problem]:
    if function not in setup.functions:
        facts = {"function": function, "licence": PERMISSIONS[function], "where": menus.PERMISSION_SETS}
        yield Problem(code="LEDGER_LICENCE_MISSING", cause=f"licence:{function}", facts=facts)


def _rows(order: str, accounts: dict[str, str], setup: LedgerSetup) -> Iterator[Problem]:
    """Accounts that only the ledger itself posts to (Direct Posting is off)."""
    for number, rule in sorted(accounts.items()):
        account = setup.accounts.get(number)
        if account is not None and account.active and not account.rows:
            facts = {"order": order, "account": number, "rule": rule, "where": menus.DIRECT_POSTING}
            yield Problem(code="ACCOUNT_INACTIVE", cause=f"account:{number}", facts=facts)


def _currency(document: SalesInvoice | SalesOrder | CustomerPayment, setup: LedgerSetup) -> Iterator[Problem]:
    """The ledger converts by its own register on the document's date and takes no other rate."""
    code = currency_of(document)
    if code == setup.currency:
        return
    facts = {"order": document.order_number, "currency": code, "where": menus.CURRENCIES}
    if code not in setup.currencies:
        yield Problem(code="CURRENCY_NOT_IN_LEDGER", cause=f"currency:{code}", facts=facts)
        return
    theirs = setup.currencies[code].rate_on(document.date)[0]
    ours = document.rate
    if ours is not None and abs(ours.rate - theirs) > theirs * _SAME_RATE:
        facts |= {"date": document.date.isoformat(), "rate": f"{ours.rate:f}", "ledger": f"{theirs:f}"}
        yield Problem(code="EXCHANGE_RATE_DIFFERS", cause=f"rate:{code}:{document.date}", facts=facts)


def _sales_problems(
    document: SalesInvoice | SalesOrder, form: Written, setup: LedgerSetup, options: Options
) -> Iterator[Problem]:
    order = document.order_number
    if isinstance(document, SalesInvoice):
        yield from _licence(setup, "invoice")
    if form.as_order:
        yield from _licence(setup, "order")
    yield from _rows(order, {line.account: line.why.rule for line in document.lines}, setup)
    yield from _vat(document, setup, options)
    card = document.customer
    countries = set(setup.predefined.get(COUNTRIES, "").split(","))
    places = {card.billing.country, card.delivery.country if card.delivery else ""} - {""}
    for country in sorted(places - countries):
        reason = f"{country} is not among the ledger's countries"
        facts = {"order": order, "field": "country", "value_shape": country, "reason": reason}
        yield Problem(code="CUSTOMER_REFUSED", facts={**facts, "where": menus.COUNTRIES})
    differing = next((total for total in (form.total_posted, form.total) if total != document.total.amount), None)
    if differing is not None:
        facts = {"order": order, "document": kind_of(document)}
        facts |= {"expected": str(document.total), "found": str(Money(differing, document.currency))}
        yield Problem(code="QUOTE_DIFFERS", facts=facts)


def _vat(document: SalesInvoice | SalesOrder, setup: LedgerSetup, options: Options) -> Iterator[Problem]:
    """Every line's pair of VAT groups exists, charges what the line says, and both groups are in the ledger."""
    area = options.area_of(document.customer, document.region)
    areas = setup.predefined.get(AREAS, "").split(",")
    groups = setup.predefined.get(GROUPS, "").split(",")
    for group, rate in sorted({(line.vat_code, line.vat_rate) for line in document.lines}):
        known = options.vat_row(area, group)
        charged = known.rate if known else None
        reverse = document.region in BUYER_ACCOUNTS and charged == 0
        if area not in areas or group not in groups or (charged != rate and not reverse):
            percent = f"{rate.normalize():f}"
            facts = {"order": document.order_number, "rate": percent, "vat_code": f"{area} / {group}"}
            facts["where"] = menus.VAT_SETUP
            yield Problem(code="VAT_RATE_NOT_IN_LEDGER", cause=f"vat_rate:{percent}", facts=facts)


def _voucher_problems(document: Voucher, setup: LedgerSetup) -> Iterator[Problem]:
    if document.currency != setup.currency:
        facts = {"order": "", "currency": document.currency, "where": menus.CURRENCIES}
        yield Problem(code="CURRENCY_NOT_IN_LEDGER", cause=f"currency:{document.currency}", facts=facts)
    yield from _rows("", {posting.account: posting.why.rule for posting in document.postings}, setup)
