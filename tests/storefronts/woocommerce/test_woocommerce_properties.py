"""Whatever a shop sends becomes an order or a named problem; what an honest shop calculates is booked to the öre."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.storefronts.damage import damaged, documents_of
from woocommerce_arithmetic import Shop, honest_order

from kontera.accounting.parts import parts_of
from kontera.accounting.totals import contradictions, totals
from kontera.accounting.vat_amounts import vat_amounts
from kontera.commerce import Order
from kontera.errors import Problem
from kontera.money import Money, total
from kontera.storefronts.woocommerce.taxes import Rate
from kontera.storefronts.woocommerce.translate import Context, adds_up, translate

NO_RATES: Mapping[str, Rate] = {}
CONTEXT = Context(store="wo", rates=NO_RATES)
EACH = 2_500
SHOPS = [Shop(inclusive, at_subtotal) for inclusive in (True, False) for at_subtotal in (True, False)]
SEEDS = (1, 2)
DOCUMENTS = documents_of(Path(__file__).parent / "golden")


def translated(raw: bytes, decimals: int | None = None) -> Order:
    found = translate(raw, CONTEXT if decimals is None else coarse(decimals))
    assert isinstance(found, Order), found
    return found


def coarse(decimals: int) -> Context:
    return Context(store="wo", rates=NO_RATES, decimals=decimals)


def problems(order: Order) -> list[Problem]:
    """What the books say against the order's figures."""
    vat = vat_amounts(order, parts_of(order))
    return [*contradictions(order), *totals(order).problems, *vat.problems, *vat.disputed]


def test_there_are_enough_orders() -> None:
    """Twenty thousand, half of them of shops that round at the sum."""
    assert len(SHOPS) * len(SEEDS) * EACH >= 20_000


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shop", SHOPS, ids=str)
def test_an_honest_order_is_booked_to_the_ore(shop: Shop, seed: int) -> None:
    """M8, M100: both roundings, prices with and without VAT, coupons: every line and VAT amount fits its rate."""
    draw = random.Random(seed)
    for _ in range(EACH):
        raw = honest_order(shop, draw)
        order = translated(raw)
        assert [] == problems(order), raw
        assert adds_up(order)


@pytest.mark.parametrize("seed", SEEDS)
def test_rounding_every_line_leaves_nothing_between_lines_and_total(seed: int) -> None:
    """M8: the shop's default rounding needs no rounding row at all."""
    draw = random.Random(seed)
    for shop in (Shop(True, False), Shop(False, False)):
        for _ in range(500):
            order = translated(honest_order(shop, draw))
            assert order.total == total((line.charged for line in order.lines), "SEK")
            assert order.vat == total((line.vat for line in order.lines), "SEK")


def test_prices_without_ore_keep_the_stored_vat() -> None:
    """M8: a shop that shows whole kronor: the VAT booked is what its lines hold, the rest of the total is rounding."""
    draw = random.Random(7)
    rounded = 0
    for shop in [Shop(True, False, decimals=0), Shop(False, False, decimals=0)] * 500:
        raw = honest_order(shop, draw)
        order = translated(raw, 0)
        assert not [problem for problem in problems(order) if problem.code != "TOTAL_DIFFERS"], raw
        assert order.vat == total((line.vat for line in order.lines), "SEK").rounded()
        rounded += order.rounding is not None
        charged = total((line.charged for line in order.lines), "SEK")
        assert order.total == charged + (order.rounding or Money.zero("SEK"))
    assert rounded


@settings(max_examples=400, deadline=None)
@given(damaged(DOCUMENTS))
def test_any_damage_gives_an_order_or_a_named_problem(raw: bytes) -> None:
    """M98: never an exception; and what is an order can be written down and read again."""
    result = translate(raw, CONTEXT, "1001")
    if result is None:
        return
    if isinstance(result, Problem):
        assert result.facts["order"]
        return
    assert msgspec.json.decode(msgspec.json.encode(result), type=Order) == result


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_named_problem(raw: bytes) -> None:
    """M98."""
    assert isinstance(translate(raw, CONTEXT, "1"), Problem)
