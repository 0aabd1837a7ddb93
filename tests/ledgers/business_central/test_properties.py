"""What the quote predicts is what the sandbox's own arithmetic makes of the rows we send, for 20,000 generated
documents: drafts, postings and entries, in kronor and euro, with rebates below zero. M41 M80 N8."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import pytest

from kontera.accounting.documents import DocumentLine, SalesInvoice
from kontera.ledgers.business_central.arithmetic import Split, Written, written
from kontera.ledgers.business_central.predict import by_account, invoice_entries
from kontera.ledgers.samples import invoice, line
from kontera.money import ZERO
from kontera.sandboxes.business_central.arithmetic import Value, all_valued, in_local, line_amount, shared_out
from tests.ledgers.business_central.fake import CHART, DAY, OPTIONS, SETUP

SEEDS = range(8)
EACH = 2500
CENT = Decimal("0.01")
EURO = Decimal("11.2345")
QUANTITIES = ("1", "1", "2", "3", "7", "12", "0.5", "0.333")
Pair = tuple[Decimal, Decimal]


def documents(seed: int) -> Iterator[SalesInvoice]:
    """Orders as shops make them: many lines or few, rebates, discounts, amounts of every size."""
    chance = random.Random(seed)
    for number in range(EACH):
        currency = "EUR" if chance.random() < 0.4 else "SEK"
        rows = [_row(chance, currency, chance.randint(1, 10 ** chance.randint(1, 7))) for _ in range(_many(chance))]
        worth = sum((row.gross.amount for row in rows), ZERO)
        if chance.random() < 0.3 and worth > CENT:
            rows.append(_row(chance, currency, -chance.randint(1, int(worth * 100)), rebate=True))
            chance.shuffle(rows)
        yield invoice(CHART, f"nt-{number}", rows, DAY)


def _many(chance: random.Random) -> int:
    return chance.choice((1, 1, 2, 3, 4, 6, 15))


def _row(chance: random.Random, currency: str, cents: int, *, rebate: bool = False) -> DocumentLine:
    gross, rate = f"{Decimal(cents) * CENT}", chance.choice((25, 25, 12, 6, 0))
    if rebate:
        return line(CHART, gross, rate, currency=currency)
    discount = chance.choice(("0", "0", "0", "0.01", "5.00"))
    return line(CHART, gross, rate, chance.choice(QUANTITIES), currency=currency, discount=discount)


def vendors(form: Written) -> tuple[list[Pair], list[Pair]]:
    """Net and gross of the rows as the sandbox has them, drafted and posted."""
    values = []
    for row in form.rows:
        amount = line_amount(row.quantity, row.price, row.discount, 2)
        values.append(Value(row.line.vat_code, row.line.vat_rate, amount))
    return all_valued(values, form.gross, 2), shared_out(values, form.gross, 2)


def pairs(splits: tuple[Split, ...]) -> list[Pair]:
    """Ours as net and gross."""
    return [(part.net, part.net + part.vat) for part in splits]


def entries(form: Written, posted: list[Pair]) -> dict[str, Decimal]:
    """What the sandbox posts per account, in kronor."""
    sums: Counter[str] = Counter()
    rate = EURO if form.currency == "EUR" else Decimal(1)
    for row, (net, gross) in zip(form.rows, in_local(posted, rate, 2), strict=True):
        sums[row.line.account] -= net  # type: ignore[assignment]
        sums[row.line.vat_account] += net - gross  # type: ignore[assignment]
        sums["1510"] += gross  # type: ignore[assignment]
    return {account: Decimal(amount) for account, amount in sums.items() if amount}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_document_is_predicted_to_the_ore(seed: int) -> None:
    """M41 M80 N8: total, every line's VAT as drafted and as posted, and every account of the entries."""
    forms: Counter[bool] = Counter()
    for document in documents(seed):
        form = written(document, OPTIONS)
        drafted, posted = vendors(form)
        assert pairs(form.splits) == drafted, document
        assert pairs(form.posted) == posted, document
        assert document.total.amount == sum((gross for _, gross in posted), ZERO)
        assert document.total.amount == sum((gross for _, gross in drafted), ZERO)
        predicted = by_account(invoice_entries(document, form, SETUP, OPTIONS))
        assert predicted == entries(form, posted), document
        assert ZERO == sum(predicted.values(), ZERO)
        rate = EURO if document.currency == "EUR" else Decimal(1)
        owed = (document.total.amount * rate).quantize(CENT, ROUND_HALF_UP)
        assert owed == predicted.get("1510", ZERO)
        forms[form.as_order] += 1
    assert min(forms[False], forms[True]) > EACH // 20, "both ways of writing were needed"


def test_rebates_below_zero_are_worked_out_apart() -> None:
    """M41: by hand. 10.03 and -10.01 with 25 % in them are 8.02 and -8.01 without. As prices without VAT the draft says
    0.02 (2.01 - 2.00 of VAT), but posting hands the -0.0025 left of the rebate on and makes 2.00 of 2.0025: 0.01. So
    the prices are written with VAT, whose VAT is 2.01 - 2.00; of both together (0.02) it would have been none."""
    document = invoice(CHART, "nt-1", [line(CHART, "10.03"), line(CHART, "-10.01")], DAY)
    form = written(document, OPTIONS)
    assert (form.gross, form.total_posted, form.vat_posted) == (True, Decimal("0.02"), CENT)
    values = [Value("VAT25", Decimal(25), Decimal(amount)) for amount in ("8.02", "-8.01")]
    assert Decimal("0.02") == sum(gross for _, gross in all_valued(values, False, 2))
    assert CENT == sum(gross for _, gross in shared_out(values, False, 2))
