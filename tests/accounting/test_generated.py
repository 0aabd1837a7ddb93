"""Twenty thousand generated orders: balanced, to the öre, VAT the shop's or the difference named; errors never pass."""

from __future__ import annotations

import random
from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kontera.accounting.book import book
from kontera.accounting.outcome import Booking, Problems
from kontera.commerce import Order, PaymentState
from kontera.money import Money, to_json

from .audit import audit
from .generate import DECIMALS, PER_LINE, PER_ORDER, PER_PIECE, orders
from .help import SE_BAS, ZONE, setup

SETUP = setup()
SEEDS, EACH = range(8), 2_500


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_orders_are_booked_to_the_öre(seed: int) -> None:
    """M8 M46 M50 M51 M52 M53 M54 M80 N8: a shop that rounds in three ways, seven places, four currencies.

    Every order is booked (rounding never blocks), balances, comes to what was charged, has the shop's VAT per rate,
    and every difference from the rates has a name and a bound.
    """
    ways: Counter[str] = Counter()
    differences = 0
    for order, expected in orders(seed, EACH):
        answer = book(order, SE_BAS, SETUP, ZONE)
        assert isinstance(answer, Booking), (order, answer)
        assert audit(order, expected, answer) == [], order
        ways[expected.way] += 1
        differences += len(answer.differences)
    print(f"{sum(ways.values())} orders booked, {dict(ways)}, {differences} differences named")  # noqa: T201
    assert sum(ways.values()) == EACH
    assert set(ways) == {PER_LINE, PER_ORDER, PER_PIECE}
    assert differences > EACH // 50


@settings(max_examples=60, deadline=None)
@given(st.integers(100, 10**9))
def test_any_seed_holds(seed: int) -> None:
    """The same for seeds nobody chose; a failing one is shrunk to the smallest."""
    for order, expected in orders(seed, 20):
        answer = book(order, SE_BAS, SETUP, ZONE)
        assert isinstance(answer, Booking), answer
        assert audit(order, expected, answer) == []


def test_twenty_thousand_orders_are_generated() -> None:
    """The size of the run is part of the promise."""
    assert len(SEEDS) * EACH >= 20_000


def spoiled(rng: random.Random, order: Order) -> tuple[str, Order]:
    """The order with one error in it that no rounding can explain."""
    unit = Money(order.total.amount * 0 + 1, order.currency)
    much = Money((unit * 500).amount.scaleb(-DECIMALS[order.currency]), order.currency)
    choice = rng.choice(["total", "vat", "line vat", "line", "payment"])
    taxed = [place for place, line in enumerate(order.lines) if line.vat and len(line.taxes) == 1]
    if choice == "total":
        return choice, msgspec.structs.replace(order, total=order.total + much)
    if choice == "payment" and order.payments:
        first = msgspec.structs.replace(order.payments[0], amount=order.total + much, state=PaymentState.CAPTURED)
        return choice, msgspec.structs.replace(order, payments=(first,))
    if choice == "vat" or not taxed:
        return "vat", msgspec.structs.replace(order, vat=order.vat + much)
    place = rng.choice(taxed)
    line = order.lines[place]
    if choice == "line vat":
        tax = msgspec.structs.replace(line.taxes[0], amount=line.taxes[0].amount + much)
        changed, order = (
            msgspec.structs.replace(line, taxes=(tax,)),
            msgspec.structs.replace(order, vat=order.vat + much),
        )
    else:
        changed = msgspec.structs.replace(line, charged=line.charged + much)
    lines = (*order.lines[:place], changed, *order.lines[place + 1 :])
    return choice, msgspec.structs.replace(order, lines=lines)


def test_errors_are_never_booked_as_rounding() -> None:
    """M46 M55 M92 N8: five units of error in total, VAT, a line or a payment: the order waits, every time."""
    rng = random.Random(7)
    seen: Counter[str] = Counter()
    for order, _ in orders(99, 2_000):
        what, wrong = spoiled(rng, order)
        answer = book(wrong, SE_BAS, SETUP, ZONE)
        assert isinstance(answer, Problems), (what, wrong)
        codes = {problem.code for problem in answer.problems}
        assert codes & {"TOTAL_DIFFERS", "VAT_DIFFERS", "PAYMENT_DIFFERS", "TENDERS_EXCEED_TOTAL"}, codes
        seen[what] += 1
    assert min(seen.values()) > 100


def test_the_generator_is_the_same_for_the_same_seed() -> None:
    """A failure can be played again."""
    assert [to_json(order) for order, _ in orders(5, 50)] == [to_json(order) for order, _ in orders(5, 50)]
