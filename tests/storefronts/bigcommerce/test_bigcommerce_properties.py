"""Whatever a shop sends becomes an order or a named problem; whatever an honest cart costs adds up."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import msgspec
from bigcommerce_ministore import order_json
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.storefronts.damage import damaged, documents_of

from kontera.commerce import Order
from kontera.errors import Problem
from kontera.money import total
from kontera.storefronts.bigcommerce.translate import Context, translate

CONTEXT = Context(store="nt", vat_number_field="VAT number")
DOCUMENTS = documents_of(Path(__file__).parent / "golden")


@settings(max_examples=400, deadline=None)
@given(damaged(DOCUMENTS))
def test_any_damage_gives_an_order_or_a_named_problem(raw: bytes) -> None:
    """M98: never an exception; and what is an order can be written down and read again."""
    result = translate(raw, CONTEXT, "1001")
    if isinstance(result, Problem):
        assert result.facts["order"]
        return
    assert msgspec.json.decode(msgspec.json.encode(result), type=Order) == result


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_named_problem(raw: bytes) -> None:
    """M98."""
    assert isinstance(translate(raw, CONTEXT, "1"), Problem)


def kept(value: Decimal) -> Decimal:
    """As the vendor stores it: four decimals."""
    return value.quantize(Decimal("0.0001"), ROUND_HALF_UP)


@st.composite
def carts(draw: st.DrawFn) -> tuple[bytes, Decimal]:
    """An order without VAT rows whose lines keep four decimals, and its total rounded once."""
    paid = draw(st.lists(st.decimals("0.0000", "99999.9999", places=4), min_size=1, max_size=12))
    lines = []
    template = order_json(1)["consignments"]["shipping"][0]["line_items"][0]
    for number, amount in enumerate(paid):
        lines.append(template | {"id": number + 1, "discounted_total_inc_tax": str(amount), "total_inc_tax": "0"})
    owed = sum(paid, Decimal(0)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    order = order_json(1, total_inc_tax=str(kept(owed)), total_tax="0")
    return json.dumps({"order": order, "products": lines}).encode(), owed


@settings(max_examples=200, deadline=None)
@given(carts())
def test_lines_of_four_decimals_add_up_to_a_total_of_two(cart: tuple[bytes, Decimal]) -> None:
    """M100: sum-then-round shops; no line moves by more than one öre from what the shop says."""
    raw, owed = cart
    order = translate(raw, CONTEXT)
    assert isinstance(order, Order)
    assert total((line.charged for line in order.lines), "SEK").amount == owed
    stated = [Decimal(line["discounted_total_inc_tax"]) for line in json.loads(raw)["products"]]
    moved = [abs(line.charged.amount - amount) for line, amount in zip(order.lines, stated, strict=True)]
    assert max(moved) < Decimal("0.01")
