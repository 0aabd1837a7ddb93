"""The amounts kept on a document's lines and header: kept up to date as lines and discounts change.

Decides when totals follow a change and how an invoice discount is shared. The sums themselves are `arithmetic.py`.
After facts BC 5-8, 31-34, 140-143, 166.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.money import HUNDRED, ONE, ZERO, round_to
from kontera.sandboxes.business_central.arithmetic import Value, line_amount, shared_out, spread, valued
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import dialog
from kontera.sandboxes.business_central.kinds import Kind
from kontera.sandboxes.business_central.store import Record

NO_DISCOUNT_BASE = (
    "Cannot apply an invoice discount because the document does not include lines where the Allow Invoice Disc. field "
    "is selected. To add a discount, specify a line discount in the Line Discount % field for the relevant lines, or "
    "add a line of type Item where the Allow Invoice Disc. field is selected."
)


def lines_of(company: Company, kind: Kind, header: Record) -> list[Record]:
    """A document's lines in the order of their sequence."""
    table = company.table(kind.lines)
    return sorted((table.rows[each] for each in header["_lines"]), key=lambda line: int(line["sequence"]))


def as_value(line: Record) -> Value:
    """A line as the arithmetic sees it."""
    return Value(
        line["_identifier"], line["_percent"], line["_lineAmount"], line["_invDisc"], line["_net"], line["_incl"],
        line["_vatKind"],
    )  # fmt: skip


def revalue(company: Company, kind: Kind, header: Record, line: Record) -> None:
    """Work out one line's amounts beside the document's other lines, as they stand."""
    decimals = company.decimals(header["currencyCode"])
    amount = line_amount(line["quantity"], line["unitPrice"], line["discountAmount"], decimals)
    line["_lineAmount"] = amount
    others = [as_value(each) for each in lines_of(company, kind, header) if each is not line]
    line["_net"], line["_incl"] = valued(as_value(line), others, header["pricesIncludeTax"], decimals)


def refresh(company: Company, kind: Kind, header: Record) -> None:
    """Share the invoice discount again and bring the header's totals up to date; the header is being edited."""
    lines = lines_of(company, kind, header)
    decimals = company.decimals(header["currencyCode"])
    discountable = [line for line in lines if line["_allowDisc"] and line["_lineAmount"]]
    base = sum((line["_lineAmount"] for line in discountable), ZERO)
    _tiers(company, header, base, decimals)
    discount = header["_discount"] if discountable else ZERO
    if discount or any(line["_invDisc"] for line in lines):
        shares = spread(discount, [line["_lineAmount"] for line in discountable], decimals)
        for line in lines:
            company.table(kind.lines).edit(line, _invDisc=ZERO)
        for line, share in zip(discountable, shares, strict=True):
            line["_invDisc"] = share
        found = shared_out([as_value(line) for line in lines], header["pricesIncludeTax"], decimals)
        for line, (net, gross) in zip(lines, found, strict=True):
            line["_net"], line["_incl"] = net, gross
    net = sum((line["_net"] for line in lines), ZERO)
    gross = sum((line["_incl"] for line in lines), ZERO)
    header.update(
        totalAmountExcludingTax=net, totalAmountIncludingTax=gross, totalTaxAmount=gross - net,
        discountAmount=sum((line["_invDisc"] for line in lines), ZERO), _pending=False,
    )  # fmt: skip
    settle_shipped(kind, header, lines)


def settle_shipped(kind: Kind, header: Record, lines: list[Record]) -> None:
    """An order with nothing left to ship says so, one with nothing but comments too; the header is being edited. BC
    140."""
    if kind.ships:
        header["fullyShipped"] = all(
            line["shippedQuantity"] == line["quantity"] for line in lines if line["lineType"] != "Comment"
        )


def _tiers(company: Company, header: Record, base: Decimal, decimals: int) -> None:
    """The customer's own invoice discount, by the highest minimum reached; not over an amount set by hand. BC 33."""
    tiers = company.discounts.get(header["billToCustomerNumber"])
    if tiers is None or header["_discountKind"] == "amount":
        return
    percent = max(((least, rate) for least, rate in tiers if base >= least), default=(ZERO, ZERO))[1]
    header["_discountKind"] = "percent"
    header["_discount"] = round_to(base * percent / HUNDRED, decimals)


def set_discount(company: Company, kind: Kind, header: Record, amount: Decimal) -> None:
    """An invoice discount by hand; 0 removes it. BC 32, 141."""
    lines = lines_of(company, kind, header)
    base = sum((line["_lineAmount"] for line in lines if line["_allowDisc"]), ZERO)
    if amount and base == 0:
        raise dialog(NO_DISCOUNT_BASE)
    if abs(amount) > abs(base):
        raise dialog(f"The value {amount} in the Invoice Discount Amount field must not be greater than {base}.")
    header["_discountKind"], header["_discount"] = "amount", amount
    refresh(company, kind, header)


def shown_line(company: Company, header: Record, line: Record) -> Record:
    """The computed properties of a line: before the invoice discount, and (net...) after it."""
    decimals = company.decimals(header["currencyCode"])
    net, gross, discount = line["_net"], line["_incl"], line["_invDisc"]
    before_net, before_gross = net, gross
    if discount:
        rate = ONE + line["_percent"] / HUNDRED
        amount = line["_lineAmount"]
        before_net = round_to(amount / rate, decimals) if header["pricesIncludeTax"] else amount
        before_gross = amount if header["pricesIncludeTax"] else round_to(amount * rate, decimals)
    return {
        "discountAppliedBeforeTax": not header["pricesIncludeTax"],
        "taxCode": line["_identifier"],
        "taxPercent": line["_percent"],
        "amountExcludingTax": before_net,
        "amountIncludingTax": before_gross,
        "totalTaxAmount": before_gross - before_net,
        "invoiceDiscountAllocation": before_net - net,
        "netAmount": net,
        "netTaxAmount": gross - net,
        "netAmountIncludingTax": gross,
    }
