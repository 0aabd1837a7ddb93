"""What a booked invoice or payment says in the books, in SEK, as postings that balance. Pure.

Decides accounts and amounts of the vouchers Fortnox writes by itself. An invoice: receivable against revenue per row
account, VAT per code, freight, fee, round-off. A payment: money and write-offs against the receivable, with the
exchange difference. Foreign amounts are converted posting by posting; what that leaves over goes to ROUNDOFF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from kontera.money import HUNDRED, ZERO
from kontera.sandboxes.fortnox import references
from kontera.sandboxes.fortnox.arithmetic import Extra, Totals, two
from kontera.sandboxes.fortnox.company import Company, Record
from kontera.sandboxes.fortnox.errors import refuse
from kontera.sandboxes.fortnox.vouchers import Posting

_OUTPUT_VAT = {"MP1": "OUTVAT_MP1", "MP2": "OUTVAT_MP2", "MP3": "OUTVAT_MP3"}
Adder = Callable[..., None]
Key = tuple[int, str, str]  # account, cost centre, project


def invoice(company: Company, record: Record, year_id: int) -> list[Posting]:
    """The voucher of an invoice or credit invoice. Raises ApiError when an account it needs is missing."""
    totals: Totals = record["_totals"]
    center, project = record["CostCenter"], record["Project"]
    amounts: dict[Key, Decimal] = {}

    def add(account: int, amount: Decimal, cost_center: str = "", row_project: str = "") -> None:
        key = (account, cost_center, row_project)
        amounts[key] = amounts.get(key, ZERO) + amount

    add(references.predefined(company, year_id, "CUSTCLAIM"), totals.total)
    for key, amount in _revenue(record, totals).items():
        add(key[0], -amount, key[1], key[2])
    for code, vat in totals.vat_by_code.items():
        if vat:
            add(_vat_account(company, year_id, code), -vat)
    for purpose, extra in (("FREIGHT", record["_freight"]), ("ADMFEE", record["_fee"])):
        _add_extra(company, year_id, purpose, extra, add, center, project)
    if totals.round_off:
        add(references.predefined(company, year_id, "ROUNDOFF"), -totals.round_off)
    postings = [
        Posting(account, in_sek(record, amount), cost_center, row_project)
        for (account, cost_center, row_project), amount in amounts.items()
        if amount
    ]
    return balanced(company, year_id, postings)


def payment(company: Company, record: Record, of: Record, year_id: int, settles: Decimal) -> list[Posting]:
    """The voucher of a payment (or repayment) of a booked invoice. `settles` is what leaves the receivable, in SEK.
    The difference to what came in is an exchange gain or loss; without another currency it is rounding."""
    postings = [Posting(int(record["ModeOfPaymentAccount"]), record["Amount"])]
    postings += write_offs(record, of)
    postings.append(Posting(references.predefined(company, year_id, "CUSTCLAIM"), -settles))
    difference = sum((posting.amount for posting in postings), ZERO)
    if difference and of["Currency"] != "SEK":
        name = "CURRENCYWIN" if difference > 0 else "CURRENCYLOSS"
        postings.append(Posting(references.predefined(company, year_id, name), -difference))
    return balanced(company, year_id, [posting for posting in postings if posting.amount])


def cash_payment(company: Company, record: Record, of: Record, year_id: int) -> list[Posting]:
    """The voucher of a payment under the cash method: the money against the invoice's revenue and VAT in proportion."""
    receivable = references.predefined(company, year_id, "CUSTCLAIM")
    paid = record["AmountCurrency"] + sum((off["Amount"] for off in record["WriteOffs"]), ZERO)
    share = paid / of["Total"] if of["Total"] else ZERO
    postings = [Posting(int(record["ModeOfPaymentAccount"]), record["Amount"]), *write_offs(record, of)]
    postings += [
        Posting(each.account, two(each.amount * share), each.cost_center, each.project)
        for each in invoice(company, of, year_id)
        if each.account != receivable
    ]
    return balanced(company, year_id, [posting for posting in postings if posting.amount])


def write_offs(record: Record, of: Record) -> list[Posting]:
    """The write-offs of a payment: a positive amount is a cost that settles the invoice as money would."""
    return [
        Posting(
            off["AccountNumber"],
            in_sek(of, off["Amount"]),
            off["CostCenter"],
            off["Project"],
            off["TransactionInformation"],
        )
        for off in record["WriteOffs"]
    ]


def in_sek(record: Record, amount: Decimal) -> Decimal:
    """An amount of a document in SEK, at the document's rate per unit."""
    return two(amount * Decimal(record["CurrencyRate"]) / Decimal(record["CurrencyUnit"]))


def balanced(company: Company, year_id: int, postings: list[Posting]) -> list[Posting]:
    """`postings`, with what conversion left over on the account for round-off."""
    left = sum((posting.amount for posting in postings), ZERO)
    if not left:
        return postings
    return [*postings, Posting(references.predefined(company, year_id, "ROUNDOFF"), -left)]


def _revenue(record: Record, totals: Totals) -> dict[Key, Decimal]:
    """Net revenue per account and dimension. Within one VAT code the parts add up to the code's net: each is rounded,
    and the largest takes what is left over."""
    result: dict[Key, Decimal] = {}
    for code, net in totals.net_by_code.items():
        exact: dict[Key, Decimal] = {}
        for row in record["InvoiceRows"]:
            if row["_code"] != code or not row["Total"]:
                continue
            if not row["AccountNumber"]:
                raise refuse(2001304, f"Kunde inte hitta konto (rad {row['RowId']})")
            key = (row["AccountNumber"], row["CostCenter"] or record["CostCenter"], row["Project"] or record["Project"])
            part = row["Total"] * HUNDRED / (HUNDRED + row["VAT"]) if record["VATIncluded"] else row["Total"]
            exact[key] = exact.get(key, ZERO) + part
        rounded = {key: two(part) for key, part in exact.items()}
        left = net - sum(rounded.values(), ZERO)
        if left and rounded:
            rounded[max(rounded, key=lambda key: abs(rounded[key]))] += left
        for key, part in rounded.items():
            result[key] = result.get(key, ZERO) + part
    return result


def _vat_account(company: Company, year_id: int, code: str) -> int:
    """The account of a VAT code's output VAT."""
    if code in _OUTPUT_VAT:
        return references.predefined(company, year_id, _OUTPUT_VAT[code])
    account = references.vat_code(company, code).account
    if account is None:
        raise refuse(2001304, f"Kunde inte hitta konto för momskod ({code})")
    return account


def _add_extra(
    company: Company, year_id: int, purpose: str, extra: Extra, add: Adder, center: str, project: str
) -> None:
    if extra.amount:
        add(references.predefined(company, year_id, purpose), -extra.amount, center, project)
    if extra.vat:
        add(_vat_account(company, year_id, extra.code), -extra.vat)


def net_of(postings: Iterable[Posting], account: int) -> Decimal:
    """The sum on one account."""
    return sum((posting.amount for posting in postings if posting.account == account), ZERO)
