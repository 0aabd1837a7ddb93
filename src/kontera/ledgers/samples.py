"""Documents to try a ledger adapter with: what `accounting` would make of small honest orders.

Decides amounts that add up and postings that balance; the accounts are the adapter's own choice (`Chart`). Used by the
conformance suite and by an adapter's own tests; never by the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from kontera.accounting.documents import (
    CustomerCard,
    CustomerPayment,
    DocumentLine,
    ExchangeRate,
    Posting,
    SalesInvoice,
    SalesOrder,
    VatRegion,
    Voucher,
    Why,
)
from kontera.commerce import Address
from kontera.money import HUNDRED, Money, round_to, total

WHY = Why(rule="revenue.sample", rulebook="sample 1", fact="order 1001")


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts and VAT codes of the company the adapter is tried against. vat: percent -> (code, sales account,
    VAT account)."""

    receivable: str = "1510"
    clearing: str = "1580"
    bank: str = "1930"
    fee: str = "6570"
    vat: dict[Decimal, tuple[str, str, str]] = msgspec.field(
        default_factory=lambda: {
            Decimal(25): ("MP1", "3001", "2611"),
            Decimal(12): ("MP2", "3002", "2621"),
            Decimal(6): ("MP3", "3003", "2631"),
            Decimal(0): ("MF", "3004", ""),
        }
    )
    series: str = "A"


def card(
    key: str = "email:eva@example.com",
    name: str = "Eva Ek",
    country: str = "SE",
    currency: str = "SEK",
    region: VatRegion = VatRegion.DOMESTIC,
    email: str = "eva@example.com",
) -> CustomerCard:
    """A customer."""
    home = Address(name=name, street="Storgatan 1", postcode="411 01", city="Göteborg", country=country)
    return CustomerCard(
        key=key,
        name=name,
        company=False,
        email=email,
        region=region,
        currency=currency,
        language="sv" if country == "SE" else "en",
        billing=home,
    )


def line(
    chart: Chart,
    gross: str,
    rate: int = 25,
    quantity: str = "1",
    text: str = "Sencha 100 g",
    currency: str = "SEK",
    article: str = "",
    account: str = "",
    cost_centre: str = "",
    unit_price: str = "",
    discount: str = "0",
) -> DocumentLine:
    """A row whose amount with VAT is `gross`."""
    percent = Decimal(rate)
    code, sales, vat_account = chart.vat[percent]
    amount = Decimal(gross)
    net = round_to(amount * HUNDRED / (HUNDRED + percent), 2)
    price = Decimal(unit_price) if unit_price else (amount + Decimal(discount)) / Decimal(quantity)
    return DocumentLine(
        text=text,
        article=article,
        quantity=Decimal(quantity),
        unit_price=Money(price, currency),
        discount=Money.of(discount, currency),
        amount=Money(amount, currency),
        net=Money(net, currency),
        vat=Money(amount - net, currency),
        vat_rate=percent,
        vat_code=code,
        account=account or sales,
        vat_account=vat_account,
        cost_centre=cost_centre,
        why=WHY,
        vat_why=WHY,
    )


def invoice(
    chart: Chart,
    reference: str,
    lines: Sequence[DocumentLine],
    day: date,
    *,
    customer: CustomerCard | None = None,
    number: str = "1001",
    rate: Decimal | None = None,
    cost_centre: str = "",
) -> SalesInvoice:
    """An invoice with prices that include VAT."""
    currency = lines[0].amount.currency
    whole = total((row.gross for row in lines), currency)
    return SalesInvoice(
        reference=reference,
        store="nt",
        order=number,
        order_number=number,
        date=day,
        currency=currency,
        rate=None if rate is None else ExchangeRate(currency=currency, rate=rate, source="shop", on=day),
        customer=customer or card(currency=currency),
        region=VatRegion.DOMESTIC,
        prices_include_vat=True,
        lines=tuple(lines),
        total=whole,
        vat=total((row.vat for row in lines), currency),
        receivable=chart.receivable,
        cost_centre=cost_centre,
        postings=(*postings(chart, lines, whole),),
    )


def order(chart: Chart, reference: str, lines: Sequence[DocumentLine], day: date) -> SalesOrder:
    """The same as an order."""
    made = invoice(chart, reference, lines, day)
    fields = {name: getattr(made, name) for name in made.__struct_fields__ if name != "book"}
    return SalesOrder(**fields)


def payment(
    chart: Chart, of: SalesInvoice, amount: str = "", sequence: int = 1, account: str = "", day: date | None = None
) -> CustomerPayment:
    """A payment of an invoice; all of it unless said otherwise."""
    money = Money.of(amount, of.currency) if amount else of.total
    account = account or chart.clearing
    return CustomerPayment(
        reference=f"{of.reference}-p{sequence}",
        store=of.store,
        order=of.order,
        order_number=of.order_number,
        invoice=of.reference,
        date=day or of.date,
        amount=money,
        rate=of.rate,
        account=account,
        method="klarna",
        postings=(
            Posting(account=account, amount=money, why=WHY),
            Posting(account=chart.receivable, amount=-money, why=WHY),
        ),
    )


def voucher(chart: Chart, reference: str, day: date, amount: str = "169.10") -> Voucher:
    """A payout: the bank takes what the clearing account loses."""
    money = Money.of(amount, "SEK")
    return Voucher(
        reference=reference,
        date=day,
        currency="SEK",
        series=chart.series,
        text="Klarna payout",
        postings=(
            Posting(account=chart.bank, amount=money, why=WHY, text="payout"),
            Posting(account=chart.clearing, amount=-money, why=WHY, text="payout"),
        ),
    )


def postings(chart: Chart, lines: Sequence[DocumentLine], whole: Money) -> list[Posting]:
    """Receivable against sales and VAT."""
    made = [Posting(account=chart.receivable, amount=whole, why=WHY)]
    for row in lines:
        made.append(Posting(account=row.account, amount=-row.net, why=row.why, cost_centre=row.cost_centre))
        if row.vat:
            made.append(Posting(account=row.vat_account, amount=-row.vat, why=row.vat_why))
    return made
