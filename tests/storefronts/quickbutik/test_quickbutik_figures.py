"""Whatever a shop sends becomes an order or a named problem; what an honest shop calculates is booked to the öre.

KONTERA_QUICKBUTIK_ORDERS sets how many orders of each kind of shop are tried; 200 is a few thousand together.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quickbutik_arithmetic import Shop, honest_order
from tests.storefronts.damage import damaged, documents_of

from kontera.accounting.parts import parts_of
from kontera.accounting.totals import contradictions, totals
from kontera.accounting.vat_amounts import vat_amounts
from kontera.commerce import Order, PaymentKind
from kontera.errors import Problem
from kontera.money import Money, total
from kontera.storefronts.quickbutik.settings import settings_from
from kontera.storefronts.quickbutik.translate import Translated, translate

SETTINGS = settings_from({"store": "qb", "api_key": "k"})
ENOUGH = 840
EACH = int(os.environ.get("KONTERA_QUICKBUTIK_ORDERS", str(ENOUGH)))
SHOPS = [
    Shop(on_top, rounds, shipping, lowered, before)
    for (on_top, rounds, shipping, lowered), before in zip(
        itertools.product((False, True), ("line", "order"), ("standard", "goods", "highest"), (False, True)),
        itertools.cycle((False, True)),
        strict=False,
    )
]
DOCUMENTS = documents_of(Path(__file__).parent / "golden")


def translated(raw: bytes) -> Order:
    found = translate(raw, SETTINGS)
    assert isinstance(found, Translated), found
    assert found.lacks is None
    return found.order


def problems(order: Order) -> list[Problem]:
    """What the books say against the order's figures."""
    vat = vat_amounts(order, parts_of(order))
    return [*contradictions(order), *totals(order).problems, *vat.problems, *vat.disputed]


def test_there_are_enough_orders() -> None:
    """Twenty thousand unless fewer were asked for, of every kind of shop."""
    assert len(SHOPS) == 24
    assert len(SHOPS) * ENOUGH >= 20_000


@pytest.mark.parametrize("shop", SHOPS, ids=str)
def test_an_honest_order_is_booked_to_the_ore(shop: Shop) -> None:
    """M8, M40, M100: whichever way the documents leave open a shop goes: lines, VAT and total fit each other."""
    draw = random.Random(7)
    for _ in range(EACH):
        raw = honest_order(shop, draw)
        order = translated(raw)
        assert [] == problems(order), raw
        sums = json.loads(raw)["order"]
        assert order.vat == Money.of(sums["tax_amount"], "SEK")
        paid = total((one.amount for one in order.payments), "SEK")
        assert order.total == paid == total((line.charged for line in order.lines), "SEK") + spread_of(order)
        money = total((one.amount for one in order.payments if one.kind is PaymentKind.MONEY), "SEK")
        assert Money.of(sums["total_pay_amount"], "SEK") == money


@pytest.mark.parametrize("product", ["10", "11", "12", "13"])
@pytest.mark.parametrize("shop", SHOPS, ids=str)
def test_a_rate_that_is_not_the_orders_is_never_taken_for_it(shop: Shop, product: str) -> None:
    """M43, M45, M46: the product was given another rate after the sale: no way of taxing the order may come to
    its VAT by chance. It waits."""
    draw = random.Random(11)
    for _ in range(max(EACH // 20, 10)):
        told = json.loads(honest_order(shop, draw))
        sold = [line for line in told["order"]["products"] if str(line["product_id"]) == product]
        if not sold:
            continue
        told["products"][product]["tax_rate"] = {"10": "12", "11": "6", "12": "25", "13": "25"}[product]
        abroad = told["order"]["customer"]["country"] != "SE"  # there the country's rate counts, not the product's
        order = translated(json.dumps(told).encode())
        assert abroad or [] != problems(order), told


def spread_of(order: Order) -> Money:
    """What accounting names as rounding between lines and total."""
    return totals(order).spread


@settings(max_examples=400, deadline=None)
@given(damaged(DOCUMENTS))
def test_any_damage_gives_an_order_or_a_named_problem(raw: bytes) -> None:
    """M98: never an exception; and what is an order can be written down and read again."""
    result = translate(raw, SETTINGS, "1001")
    if isinstance(result, Problem):
        assert result.facts["order"]
        return
    assert msgspec.json.decode(msgspec.json.encode(result.order), type=Order) == result.order


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_named_problem(raw: bytes) -> None:
    """M98."""
    assert isinstance(translate(raw, SETTINGS, "1"), Problem)
