"""Orders, settings and rulebooks for the tests of this room, short to write down."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from kontera.accounting.book import book
from kontera.accounting.documents import CustomerPayment, SalesInvoice
from kontera.accounting.ledger_setup import FiscalYear, LedgerAccount, LedgerCurrency, LedgerSetup, VatCode
from kontera.accounting.outcome import Booking, LeftOut, Outcome, Problems
from kontera.accounting.rulebook import Rulebook
from kontera.accounting.rulebook_toml import load
from kontera.accounting.starter import starter, starter_text
from kontera.commerce import (
    Address,
    Customer,
    Line,
    LineKind,
    LineTax,
    Order,
    OrderState,
    Payment,
    PaymentKind,
    PaymentState,
)
from kontera.money import Money, total

ZONE = "Europe/Stockholm"
PLACED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SE_BAS = starter("se-bas")


def money(amount: str | int | Decimal, currency: str = "SEK") -> Money:
    """Money, in kronor unless said otherwise."""
    return Money.of(amount, currency)


def tax(rate: str | int, amount: str, base: str | None = None, currency: str = "SEK") -> LineTax:
    """VAT of one rate on a line."""
    known = money(base, currency) if base is not None else None
    return LineTax(rate=Decimal(rate), amount=money(amount, currency), base=known)


def line(charged: str, *taxes: LineTax, quantity: str = "1", price: str | None = None, **more: Any) -> Line:
    """A line; the unit price is what was charged per piece unless said otherwise."""
    currency = more.pop("currency", "SEK")
    kind = more.get("kind", LineKind.PRODUCT)
    unit_price = price if price is not None else str(Decimal(charged) / Decimal(quantity))
    return Line(
        id=more.pop("id", f"l-{more.get('name', kind)}-{charged}"),
        name=more.pop("name", {"product": "Sencha 100 g"}.get(kind, str(kind))),
        sku=more.pop("sku", "T1" if kind is LineKind.PRODUCT else ""),
        quantity=Decimal(quantity),
        unit_price=money(unit_price, currency),
        charged=money(charged, currency),
        taxes=taxes,
        **more,
    )


def order(*lines: Line, country: str = "SE", paid: str = "", **more: Any) -> Order:
    """An order of `lines`, prices with VAT, to a private person; `paid` captures the total with that method."""
    currency = more.pop("currency", "SEK")
    rounding = more.get("rounding")
    amount = more.pop("total", None) or total((each.charged for each in lines), currency)
    if rounding is not None and "given_total" not in more:
        amount = amount + rounding
    more.pop("given_total", None)
    vat = more.pop("vat", None) or total((each.vat for each in lines), currency)
    payments = more.pop("payments", ())
    if paid:
        payments = (payment(amount, paid),)
    address = Address(name="Kim Ek", street="Storgatan 1", postcode="11122", city="Stockholm", country=country)
    return Order(
        store=more.pop("store", "nt"),
        id=more.pop("id", "1001"),
        number=more.pop("number", "1001"),
        state=more.pop("state", OrderState.PLACED),
        placed_at=more.pop("placed_at", PLACED),
        changed_at=PLACED,
        currency=currency,
        prices_include_vat=more.pop("prices_include_vat", True),
        customer=more.pop("customer", Customer(id="7", email="Kim@example.se", name="Kim Ek")),
        billing=more.pop("billing", address),
        lines=lines,
        total=amount,
        vat=vat,
        payments=payments,
        **more,
    )


def payment(amount: Money, method: str = "klarna", place: int = 1, **more: Any) -> Payment:
    """A captured payment."""
    kind = more.pop("kind", PaymentKind.MONEY)
    state = more.pop("state", PaymentState.CAPTURED)
    return Payment(id=str(place), method=method, amount=amount, kind=kind, state=state, **more)


def setup(rulebook: Rulebook = SE_BAS, **more: Any) -> LedgerSetup:
    """A ledger that has everything the rulebook names: its accounts, VAT codes, terms; years 2025 to 2027."""
    numbers = {rule.account for rule in (*rulebook.revenue, *rulebook.payment)}
    numbers |= {rule.vat_account for rule in rulebook.vat if rule.vat_account} | {"2670"}
    numbers |= {value for value in msgspec.structs.astuple(rulebook.accounts) if value.isdigit()}
    codes: dict[str, VatCode] = {}
    for rule in rulebook.vat:
        rates = rule.match.rate if isinstance(rule.match.rate, tuple) else (rule.match.rate,)
        countries = rule.match.country if isinstance(rule.match.country, tuple) else (rule.match.country,)
        for country in countries:
            for rate in rates:
                code = rule.vat_code.replace("{country}", country or "").replace("{rate}", str(rate).replace(".", ""))
                if code and rate is not None:
                    codes[code] = VatCode(code=code, rate=rate, account=rule.vat_account or "2670")
    years = [FiscalYear(id=str(y), start=date(y, 1, 1), end=date(y, 12, 31)) for y in (2025, 2026, 2027)]
    rates = {"EUR": "11.25", "USD": "10.40", "JPY": "0.068", "KWD": "33.9"}
    given: dict[str, Any] = {
        "taken_at": PLACED,
        "currency": "SEK",
        "country": "SE",
        "accounts": {number: LedgerAccount(number=number, name=number) for number in numbers},
        "vat_codes": codes,
        "currencies": {code: LedgerCurrency(code=code, rate=Decimal(rate)) for code, rate in rates.items()},
        "terms_of_payment": ("10", "30"),
        "fiscal_years": tuple(years),
    }
    return LedgerSetup(**(given | more))


def rules(added: str = "", without: tuple[str, ...] = (), replace: tuple[tuple[str, str], ...] = ()) -> Rulebook:
    """The Swedish starter with rules added at the end, rules removed by id, or text replaced."""
    text = starter_text("se-bas")
    for old, new in replace:
        assert old in text, old
        text = text.replace(old, new)
    rulebook = load(text + "\n" + added)
    changes = {
        section: tuple(rule for rule in getattr(rulebook, section) if rule.id not in without)
        for section in ("booking", "vat", "revenue", "payment", "customers")
    }
    return msgspec.structs.replace(rulebook, **changes)


def outcome(of: Order, rulebook: Rulebook = SE_BAS, ledger: LedgerSetup | None = None) -> Outcome:
    """The answer of the books."""
    return book(of, rulebook, ledger if ledger is not None else setup(rulebook), ZONE)


def booked(of: Order, rulebook: Rulebook = SE_BAS, ledger: LedgerSetup | None = None) -> Booking:
    """The booking; fails, showing the answer, when there is none."""
    answer = outcome(of, rulebook, ledger)
    assert isinstance(answer, Booking), answer
    return answer


def invoice(of: Order, rulebook: Rulebook = SE_BAS, ledger: LedgerSetup | None = None) -> SalesInvoice:
    """The invoice of the booking."""
    document = booked(of, rulebook, ledger).documents[0]
    assert isinstance(document, SalesInvoice)
    return document


def payments(of: Order, rulebook: Rulebook = SE_BAS) -> list[CustomerPayment]:
    """The customer payments of the booking."""
    return [document for document in booked(of, rulebook).documents if isinstance(document, CustomerPayment)]


def problems(of: Order, rulebook: Rulebook = SE_BAS, ledger: LedgerSetup | None = None) -> list[tuple[str, str]]:
    """Codes and causes of the problems; fails, showing the answer, when there are none."""
    answer = outcome(of, rulebook, ledger)
    assert isinstance(answer, Problems), answer
    return [(problem.code, problem.cause) for problem in answer.problems]


def facts(of: Order, rulebook: Rulebook = SE_BAS, ledger: LedgerSetup | None = None) -> dict[str, str]:
    """The facts of the only problem."""
    answer = outcome(of, rulebook, ledger)
    assert isinstance(answer, Problems), answer
    assert len(answer.problems) == 1, answer
    return dict(answer.problems[0].facts)


def left_out(of: Order, rulebook: Rulebook = SE_BAS) -> LeftOut:
    """Why the order is not booked; fails, showing the answer, when it is."""
    answer = outcome(of, rulebook)
    assert isinstance(answer, LeftOut), answer
    return answer


def ledger_lines(document: SalesInvoice | CustomerPayment) -> dict[str, str]:
    """The postings as an accountant reads them: account -> amount, debit above zero."""
    sums: dict[str, Decimal] = {}
    for posting in document.postings:
        sums[posting.account] = sums.get(posting.account, Decimal(0)) + posting.amount.amount
    return {account: f"{amount:f}" for account, amount in sums.items()}
