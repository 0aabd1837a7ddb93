"""Every order and order line the vendor's reference shows as an example, and what we make of it, as data.

Run as a script, with KONTERA_SPECS naming the folder that holds bigcommerce/, it writes
docs/reference/bigcommerce-examples.md anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from tests.accounting.help import SE_BAS, ZONE, setup

from kontera.accounting.book import book
from kontera.accounting.documents import SalesInvoice, imbalance
from kontera.accounting.ledger_setup import FiscalYear
from kontera.accounting.outcome import LeftOut, Problems
from kontera.commerce import Order
from kontera.errors import Problem
from kontera.money import Money
from kontera.storefronts.bigcommerce.translate import Context, translate

FILES = ("orders.v2.oas2.yml", "orders.v3.yml")
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "bigcommerce-examples.md"
_CONTEXT = Context(store="nt")
_INTRO = """# BigCommerce's own example orders

What Kontera makes of every order and order line shown as an example in BigCommerce's public API reference
(`orders.v2.oas2.yml` and `orders.v3.yml` of the repository bigcommerce/docs): booked to the öre by the Swedish starter
rulebook in a ledger that has all it names, or held in a case. The examples show no lines inside the orders: a line
example is put into the order it names where that is shown too, and into the smallest order that charges exactly that
line otherwise, without VAT rows, which the examples do not show.
A request example is what a client may send, not what a shop answers: it has no id and is refused as unreadable.
Two more files show orders and are not read: `orders.sf.yml` is what a shopper's browser sees of an order on the
shop's own site, and `b2b-edition/order.yaml` lists rows of another service (api-b2b.bigcommerce.com) that only point at
an order by `bcOrderId`, without lines or VAT. Both are the same orders as V2 tells, which is where Kontera reads them.

This page is made from the reference by `tests/storefronts/bigcommerce/bigcommerce_examples.py`; a test keeps it true.

| Example | Outcome | Why |
|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One example and its outcome: "booked", "left out", or the codes of the cases it waits in."""

    file: str
    where: str
    number: str
    outcome: str
    why: str


def example_rows(folder: Path) -> list[Row]:
    """The table, in the order of the reference."""
    rows = []
    for file in FILES:
        examples = list(_examples(yaml.safe_load((folder / file).read_text())))
        lines = [example for _, example in examples if _is_line(example)]
        for where, example in examples:
            document = _document(example, lines)
            if document is not None:
                rows.append(_row(file, where, example, document))
    return rows


def as_page(rows: list[Row]) -> str:
    """The docs page."""
    lines = [f"| `{row.file}` {row.where} (id {row.number or 'none'}) | {row.outcome} | {row.why} |" for row in rows]
    return _INTRO + "\n".join(lines) + "\n"


def _examples(node: Any, path: tuple[str, ...] = (), inside: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        if inside:
            yield _short(path), node
        for key, value in node.items():
            yield from _examples(value, (*path, str(key)), inside or str(key) in ("example", "examples", "x-examples"))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _examples(value, (*path, str(index)), inside)


def _short(path: tuple[str, ...]) -> str:
    skipped = ("paths", "components", "responses", "schemas", "content", "application/json", "examples", "value")
    return " › ".join(part for part in path if part not in (*skipped, "x-examples"))


def _is_line(example: dict[str, Any]) -> bool:
    return "price_inc_tax" in example and "id" in example and "type" in example


def _document(example: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any] | None:
    if "status_id" in example and "billing_address" in example:
        own = [line for line in lines if "id" in example and line.get("order_id") == example["id"]]
        return {"order": example, "products": own} if own else {"order": example}
    if _is_line(example):
        return {"order": _order_of(example), "products": [example]}
    return None


def _order_of(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": line["order_id"],
        "status_id": 11,
        "default_currency_code": "USD",
        "is_tax_inclusive_pricing": True,
        "date_created": "Wed, 10 Jan 2018 21:05:30 +0000",
        "date_modified": "Wed, 10 Jan 2018 21:05:30 +0000",
        "billing_address": {"country_iso2": "US"},
        "total_inc_tax": line.get("discounted_total_inc_tax", line["total_inc_tax"]),
        "total_tax": line["total_tax"],
    }


def _row(file: str, where: str, example: dict[str, Any], document: dict[str, Any]) -> Row:
    number = str(example.get("id", ""))
    result = translate(json.dumps(document).encode(), _CONTEXT, number)
    if isinstance(result, Problem):
        why = "; ".join(f"{name}: {value}" for name, value in result.facts.items() if name != "order")
        return Row(file, where, number, result.code, why)
    return _judged(file, where, number, result)


def _judged(file: str, where: str, number: str, order: Order) -> Row:
    charged = f"{order.total} charged, {order.vat.rounded()} of it VAT"
    years = tuple(
        FiscalYear(id=str(year), start=date(year, 1, 1), end=date(year, 12, 31)) for year in range(2015, 2031)
    )
    outcome = book(order, SE_BAS, setup(fiscal_years=years), ZONE)
    if isinstance(outcome, LeftOut):
        return Row(file, where, number, "left out", f"{charged}; {outcome.reason}")
    if isinstance(outcome, Problems):
        codes = ", ".join(sorted({problem.code for problem in outcome.problems}))
        told = "; ".join(f"{name}: {value}" for name, value in outcome.problems[0].facts.items() if name != "order")
        return Row(file, where, number, codes, f"{charged}; {told}")
    sale = outcome.documents[0]
    assert isinstance(sale, SalesInvoice), sale
    assert (sale.total, imbalance(sale)) == (order.total, Money.zero(order.currency)), sale
    return Row(file, where, number, "booked", f"{charged}; {sale.region.value.replace('_', ' ')}")


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(as_page(example_rows(Path(os.environ["KONTERA_SPECS"]) / "bigcommerce")))
