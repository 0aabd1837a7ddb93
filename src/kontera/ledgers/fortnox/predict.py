"""The entries Fortnox will post when a document is booked, in the company's currency. Pure.

Decides accounts and amounts as Fortnox's bookkeeping does: the receivable on the predefined account CUSTCLAIM, sales on
the row's account, VAT on the account of the VAT code (or of the rate), what currency conversion leaves on ROUNDOFF.
Never looks at what our rules wanted: comparing the two is the point.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from kontera.accounting.documents import CustomerPayment, ExchangeRate, Voucher
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.ledgers.fortnox.arithmetic import TaxKey, Written, tax_key
from kontera.ledgers.fortnox.rows import ZERO
from kontera.ledgers.protocol import Entry
from kontera.money import HUNDRED, Money, round_to

RECEIVABLE, ROUND_OFF = "CUSTCLAIM", "ROUNDOFF"

Place = tuple[str, str, str]  # account, cost centre, project


def vat_account(key: TaxKey, setup: LedgerSetup) -> str:
    """The account of the VAT code; empty when Fortnox has no such code or has it at another rate."""
    known = setup.vat_codes.get(key[0])
    return known.account if known is not None and known.rate == key[1] else ""


def invoice_entries(
    written: Written, setup: LedgerSetup, rate: ExchangeRate | None, currency: str, centre: str, project: str
) -> tuple[Entry, ...]:
    """What booking the invoice posts. centre, project: the document's, for rows that name none."""
    totals = written.totals
    places: dict[Place, Decimal] = {}
    _add(places, (setup.predefined.get(RECEIVABLE, ""), "", ""), totals.to_pay)
    for place, net in _sales(written, centre, project).items():
        _add(places, place, -net)
    for key, vat in totals.vat_by_key.items():
        if vat:
            _add(places, (vat_account(key, setup), "", ""), -vat)
    if totals.round_off:
        _add(places, (setup.predefined.get(ROUND_OFF, ""), "", ""), -totals.round_off)
    return _posted(places, setup, _rate(rate, currency, setup))


def payment_entries(payment: CustomerPayment, setup: LedgerSetup) -> tuple[Entry, ...]:
    """What booking the payment posts, at one rate for both sides: the invoice's rate is the payment's when money is
    captured with the order. A payment at another rate also moves CURRENCYWIN or CURRENCYLOSS; entries then differ."""
    amount = payment.amount.amount
    places: dict[Place, Decimal] = {}
    _add(places, (payment.account, "", ""), amount)
    _add(places, (setup.predefined.get(RECEIVABLE, ""), "", ""), -amount)
    return _posted(places, setup, _rate(payment.rate, payment.amount.currency, setup))


def voucher_entries(voucher: Voucher, setup: LedgerSetup) -> tuple[Entry, ...]:
    """A voucher posts what it says."""
    return tuple(
        Entry(
            account=p.account,
            amount=Money(p.amount.amount, setup.currency),
            text=p.text,
            cost_centre=p.cost_centre,
            project=p.project,
        )
        for p in voucher.postings
    )


def _sales(written: Written, centre: str, project: str) -> dict[Place, Decimal]:
    """Net per place. With VAT in the prices the net of each rate is its gross less its VAT; what rounding leaves
    between several accounts of one rate goes to the largest of them."""
    by_key: dict[TaxKey, dict[Place, Decimal]] = {}
    for row in written.rows:
        place = (row.line.account, row.line.cost_centre or centre, row.line.project or project)
        _add(by_key.setdefault(tax_key(row.line), {}), place, row.amount)
    nets: dict[Place, Decimal] = {}
    for key, amounts in by_key.items():
        if written.with_vat:
            whole = sum(amounts.values(), ZERO) - written.totals.vat_by_key[key]
            shares = {place: round_to(amount * HUNDRED / (HUNDRED + key[1]), 2) for place, amount in amounts.items()}
            largest = max(amounts, key=lambda place: abs(amounts[place]))
            shares[largest] += whole - sum(shares.values(), ZERO)
        else:
            shares = amounts
        for place, net in shares.items():
            _add(nets, place, net)
    return nets


def _posted(places: dict[Place, Decimal], setup: LedgerSetup, rate: Decimal) -> tuple[Entry, ...]:
    converted = {place: round_to(amount * rate, 2) for place, amount in places.items()}
    left = sum(converted.values(), ZERO)
    if left:
        _add(converted, (setup.predefined.get(ROUND_OFF, ""), "", ""), -left)
    return tuple(
        Entry(account=account, amount=Money(amount, setup.currency), cost_centre=centre, project=project)
        for (account, centre, project), amount in converted.items()
        if amount
    )


def _rate(rate: ExchangeRate | None, currency: str, setup: LedgerSetup) -> Decimal:
    if currency == setup.currency:
        return Decimal(1)
    if rate is not None:
        return rate.rate
    known = setup.currencies.get(currency)
    return known.rate if known is not None else Decimal(1)


def _add(sums: dict[Place, Decimal], place: Place, amount: Decimal) -> None:
    sums[place] = sums.get(place, ZERO) + amount


def by_account(entries: Iterable[Entry]) -> dict[str, Decimal]:
    """Entries summed per account, for comparing."""
    sums: dict[str, Decimal] = {}
    for entry in entries:
        sums[entry.account] = sums.get(entry.account, ZERO) + entry.amount.amount
    return {account: amount for account, amount in sums.items() if amount}
