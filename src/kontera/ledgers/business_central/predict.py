"""The entries Business Central will post, in the company's currency. Pure.

Decides accounts and amounts as its posting does: the receivable on the account of the customer posting group, sales on
the line's account, VAT on the account of the VAT posting set-up. In a foreign currency every line takes what the
running total is worth minus what the lines before took, so that nothing is left over (SalesPost, RoundAmount; read
in Microsoft's source, as is that a line without VAT takes its share of the total with VAT).
Never looks at what our rules wanted: comparing the two is the point.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from kontera.accounting.documents import CustomerPayment, SalesInvoice, Voucher
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.ledgers.business_central.arithmetic import Written
from kontera.ledgers.business_central.settings import Options
from kontera.ledgers.protocol import Entry
from kontera.money import ONE, ZERO, Money, decimals_of, round_to

Place = tuple[str, str, str]  # account, cost centre, project


def invoice_entries(
    document: SalesInvoice, form: Written, setup: LedgerSetup, options: Options
) -> tuple[Entry, ...]:  # fmt: skip
    """What posting the invoice writes, summed per account and dimensions."""
    rate = rate_on(document, setup)
    decimals = decimals_of(setup.currency)
    area = options.area_of(document.customer, document.region)
    sums: dict[Place, Decimal] = {}
    net_so_far = gross_so_far = net_home = gross_home = ZERO
    for row, split in zip(form.rows, form.posted, strict=True):
        net_so_far += split.net
        gross_so_far += split.net + split.vat
        gross = round_to(gross_so_far * rate, decimals) - gross_home
        net = round_to(net_so_far * rate, decimals) - net_home if split.vat else gross
        net_home, gross_home = net_home + net, gross_home + gross
        line = row.line
        centre, project = line.cost_centre or document.cost_centre, line.project or document.project
        known = options.vat_row(area, line.vat_code)
        _add(sums, (line.account, centre, project), -net)
        _add(sums, (known.account if known else line.vat_account, centre, project), net - gross)
    _add(sums, (options.receivable, document.cost_centre, document.project), gross_home)
    return _entries(sums, setup.currency)


def payment_entries(document: CustomerPayment, setup: LedgerSetup, options: Options) -> tuple[Entry, ...]:
    """What posting the payment writes when the rate is still the invoice's: a difference in rate between the two days
    goes to the currency's gain and loss accounts, which a payment alone does not know. Between two balance accounts no
    cost centre is written."""
    amount = round_to(document.amount.amount * rate_on(document, setup), decimals_of(setup.currency))
    sums = {(document.account, "", ""): amount, (options.receivable, "", ""): -amount}
    return _entries(sums, setup.currency)


def voucher_entries(document: Voucher) -> tuple[Entry, ...]:
    """The postings as they are: a voucher is in the company's currency."""
    sums: dict[Place, Decimal] = {}
    for posting in document.postings:
        _add(sums, (posting.account, posting.cost_centre, posting.project), posting.amount.amount)
    return _entries(sums, document.currency)


def rate_on(document: SalesInvoice | CustomerPayment, setup: LedgerSetup) -> Decimal:
    """The ledger's own exchange rate on the document's date: the API takes no other."""
    currency = document.amount.currency if isinstance(document, CustomerPayment) else document.currency
    known = setup.currencies.get(currency)
    if currency == setup.currency or known is None:
        return ONE if document.rate is None else document.rate.rate
    return known.rate_on(document.date)[0]


def _entries(sums: dict[Place, Decimal], currency: str) -> tuple[Entry, ...]:
    return tuple(_entry(place, amount, currency) for place, amount in sums.items() if amount)


def _entry(place: Place, amount: Decimal, currency: str) -> Entry:
    account, centre, project = place
    return Entry(account=account, amount=Money(amount, currency), cost_centre=centre, project=project)


def _add(sums: dict[Place, Decimal], place: Place, amount: Decimal) -> None:
    sums[place] = sums.get(place, ZERO) + amount


def by_account(entries: Iterable[Entry]) -> dict[str, Decimal]:
    """Entries summed per account, for comparing."""
    sums: dict[str, Decimal] = {}
    for entry in entries:
        sums[entry.account] = sums.get(entry.account, ZERO) + entry.amount.amount
    return {account: amount for account, amount in sums.items() if amount}
