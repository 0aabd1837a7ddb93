"""The adapter's prediction against arithmetic and bookkeeping that somebody else wrote: the sandbox's, in process."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from kontera.accounting.documents import DocumentLine, SalesInvoice
from kontera.accounting.ledger_setup import LedgerSetup, VatCode
from kontera.ledgers.fortnox import translate
from kontera.ledgers.fortnox.arithmetic import written
from kontera.ledgers.fortnox.quoting import quote
from kontera.ledgers.fortnox.settings import Options
from kontera.ledgers.fortnox.wire import encode
from kontera.ledgers.protocol import Bound
from kontera.ledgers.samples import Chart, invoice, line
from kontera.money import Money, round_to
from kontera.sandboxes.fortnox import arithmetic as theirs
from kontera.sandboxes.fortnox import customers, invoices, seed
from kontera.sandboxes.fortnox.arithmetic import Extra, Line
from kontera.sandboxes.fortnox.company import Company, Profile
from kontera.sandboxes.fortnox.web import Call
from kontera.sandboxes.kit.wire import parse_json

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
CHART = Chart(
    vat={**Chart().vat, Decimal(19): ("OSSDE19", "3121", "2671"), Decimal("25.5"): ("OSSFI255", "3124", "2673")}
)
RATES = (Decimal(25), Decimal(12), Decimal(6), Decimal(0), Decimal(19), Decimal("25.5"))
NONE = Extra(Decimal(0), Decimal(0), "MF")
RANDOM = random.Random(20260302)


def sold(dice: random.Random, currency: str) -> DocumentLine:
    """A row of a shop: any price, quantity and discount; sometimes negative, sometimes by weight."""
    rate = dice.choice(RATES)
    gross = Decimal(dice.randint(-3000, 300_000) if dice.random() < 0.1 else dice.randint(1, 90_000)) / 100
    quantity = Decimal(dice.randint(1, 3000)) / 1000 if dice.random() < 0.1 else Decimal(dice.randint(1, 12))
    discount = Decimal(dice.randint(0, 4000)) / 100 if gross > 0 and dice.random() < 0.3 else Decimal(0)
    made = line(msgspec.structs.replace(CHART, vat={**CHART.vat, Decimal(1): CHART.vat[rate]}), str(gross), 1)
    net = round_to(gross * 100 / (100 + rate), 2)
    accounts = (made.account, "3520") if dice.random() < 0.2 else (made.account,)
    return msgspec.structs.replace(
        made,
        quantity=quantity,
        discount=Money(discount, currency),
        unit_price=Money((gross + discount) / quantity, currency),
        amount=Money(gross, currency),
        net=Money(net, currency),
        vat=Money(gross - net, currency),
        vat_rate=rate,
        account=dice.choice(accounts),
        cost_centre=dice.choice(("", "", "WEBB")),
    )


def document(dice: random.Random, number: int, currency: str = "SEK") -> SalesInvoice:
    """An invoice of such rows, with prices that do or do not include VAT."""
    rows = [sold(dice, currency) for _ in range(dice.randint(1, 7))]
    rate = Decimal(dice.randint(70000, 130000)) / 10000 if currency != "SEK" else None
    made = invoice(CHART, f"nt-{number}", rows, DAY, rate=rate)
    if dice.random() < 0.6:
        return made
    net = tuple(
        msgspec.structs.replace(
            row,
            amount=row.net,
            discount=Money.zero(currency),
            unit_price=Money(row.net.amount / row.quantity, currency),
        )
        for row in rows
    )
    return msgspec.structs.replace(made, lines=net, prices_include_vat=False)


@pytest.mark.parametrize("per_row", [False, True])
@pytest.mark.parametrize("rounds", [False, True])
def test_totals_are_theirs(per_row: bool, rounds: bool) -> None:
    """M46 M92: of 20,000 documents every row, the VAT per code, the round-off and the total are predicted."""
    dice = random.Random(f"{per_row} {rounds}")
    for number in range(5000):
        ours = written(document(dice, number), per_row, rounds)
        lines = [
            Line(row.quantity, row.price, row.discount, "AMOUNT", row.line.vat_rate, row.line.vat_code)
            for row in ours.rows
        ]
        found = theirs.totals(
            lines,
            vat_included=ours.with_vat,
            freight=NONE,
            fee=NONE,
            round_off=rounds,
            vat_rounding=theirs.PER_ROW if per_row else theirs.PER_RATE,
        )
        assert [row.amount for row in ours.rows] == list(found.row_totals)
        assert {key[0]: vat for key, vat in ours.totals.vat_by_key.items()} == found.vat_by_code
        assert (ours.totals.net, ours.totals.vat) == (found.net, found.total_vat)
        assert (ours.totals.to_pay, ours.totals.round_off) == (found.total, found.round_off)


def setup_of(company: Company) -> LedgerSetup:
    """What the adapter would have read of the company, as far as prediction needs it."""
    codes = {
        code.code: VatCode(code=code.code, rate=code.rate, account=str(code.account or ""))
        for code in company.vat_codes.values()
    }
    predefined = {name: str(account) for name, account in company.predefined.items()}
    return LedgerSetup(
        taken_at=NOW,
        currency="SEK",
        vat_codes=codes,
        predefined=predefined,
        functions=frozenset({"invoice"}),
        rounds_totals=company.profile.round_off,
    )


def call(company: Company, body: Any, **path: str) -> Call:
    """A call as it arrives at a handler."""
    return Call(company, path, {}, parse_json(encode(body)), NOW, "http://sandbox")


def test_entries_are_theirs() -> None:
    """M46 M48 M92: of 1,000 invoices, booked, every entry per account and cost centre is predicted, in kronor also
    for foreign currency, with what conversion and öresavrundning leave over."""
    for round_off in (False, True):
        company = seed.company("1001", NOW, Profile(round_off=round_off))
        setup = setup_of(company)
        customers.create(call(company, {"Customer": {"Name": "Eva Ek"}}))
        for number in range(500):
            made = document(RANDOM, number, RANDOM.choice(("SEK", "SEK", "EUR")))
            predicted = quote(made, setup, Options(rounds_totals=round_off))
            form = written(made, rounds_totals=round_off)
            invoices.create(call(company, translate.invoice_body(made, form, Bound(customer="1"), Options())))
            booked = invoices.bookkeep(call(company, {}, number=str(number + 1))).body["Invoice"]
            voucher = company.vouchers[booked["VoucherYear"], booked["VoucherSeries"], booked["VoucherNumber"]]
            found: dict[tuple[str, str], Decimal] = {}
            for row in voucher["VoucherRows"]:
                place = (str(row["Account"]), row["CostCenter"])
                found[place] = found.get(place, Decimal(0)) + row["Debit"] - row["Credit"]
            expected: dict[tuple[str, str], Decimal] = {}
            for entry in predicted.entries:
                place = (entry.account, entry.cost_centre)
                expected[place] = expected.get(place, Decimal(0)) + entry.amount.amount
            assert expected == found
            assert (predicted.total.amount, predicted.vat.amount) == (booked["Total"], booked["TotalVAT"])
            assert sum(expected.values()) == 0
