"""Orders through the whole hub into Business Central: booked and paid once, whatever gets lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kontera.sandboxes.business_central.sandbox import BusinessCentralSandbox
from kontera.sandboxes.kit.faults import Fault
from tests.accounting.help import line, money, order, tax


@pytest.fixture
def hub(ground: Path) -> Iterator[Any]:
    """A merchant whose ledger is the Business Central sandbox."""
    from tests.ledgers.business_central.hub import Hub

    with BusinessCentralSandbox(limit=None) as sandbox:
        yield Hub(sandbox)


def sale(number: int) -> Any:
    """Tea at 12 % and freight at 25 %, paid by card; every other total can only be reached with VAT in the prices."""
    tea = line("129.00", tax(12, "13.82"))
    freight = line(["49.00", "49.02"][number % 2], tax(25, "9.80"), name="Frakt", id="l-2")
    return order(tea, freight, id=str(number), number=str(number), paid="card")


def requests(hub: Any, kind: str) -> list[int]:
    """How many requests were made for each document of a kind, the reading back of its entries aside."""
    from kontera.db.models import OutboxDocument

    documents = OutboxDocument.objects.filter(connection=hub.ledger, kind=kind).exclude(order__external_id="1")
    return [each.exchanges.exclude(url__contains="generalLedgerEntries").count() for each in documents]


def test_orders_are_booked_and_paid(hub: Any) -> None:
    """M2 M5 M7 M48: with customer and journal known two requests until booked, two more until paid."""
    hub.arrives(sale(1))
    hub.drain(2)
    assert "booked" == hub.order("1").place
    for number in range(2, 12):
        hub.arrives(sale(number))
    hub.drain(3)
    assert {"booked"} == {hub.order(str(number)).place for number in range(1, 12)}
    audit = hub.sandbox.views()["audit"]()
    assert (11, 11, 0, 0) == (audit["invoices"], audit["payments"], audit["draft_invoices"], audit["orders"])
    for fault in ("duplicate_invoices", "duplicate_payments", "unbalanced_documents", "unpaid_invoices"):
        assert [] == audit[fault]
    assert [2] * 10 == requests(hub, "sales_invoice")
    payments = requests(hub, "customer_payment")
    assert (10, 2) == (len(payments), min(payments))
    assert 2 * 10 + 4 >= sum(payments)  # the journal of a clearing account is asked for, by calls in flight together


def test_the_set_up_is_not_read_again_by_every_draining(hub: Any) -> None:
    """M19: three drainings with work to do, one reading of the registers: what was kept of them is gone by."""
    for number in range(1, 4):
        hub.arrives(sale(number))
        hub.drain(2)
    assert {"booked"} == {hub.order(str(number)).place for number in range(1, 4)}
    assert 1 == hub.ledger.exchanges.filter(document=None, url__endswith="$batch").count()


def test_lost_answers_double_nothing(hub: Any) -> None:
    """M1 M100: a fifth of all answers never arrive; in the end every document is there once."""
    hub.sandbox.faults.seed(7)
    hub.sandbox.faults.add(Fault(kind="lost_answer", method="POST", path="*/api/v2.0/*", rate=0.2))
    for number in range(1, 9):
        hub.arrives(sale(number))
    for _ in range(40):
        hub.forget_rest()
        hub.drain()
        if {"booked"} == {hub.order(str(number)).place for number in range(1, 9)}:
            break
    audit = hub.sandbox.views()["audit"]()
    assert {"booked"} == {hub.order(str(number)).place for number in range(1, 9)}
    assert (8, 8, 0) == (audit["invoices"], audit["payments"], audit["draft_invoices"])
    for fault in ("duplicate_invoices", "duplicate_payments", "duplicate_customers", "unbalanced_documents"):
        assert [] == audit[fault]


def test_an_order_waits_for_what_the_company_lacks(hub: Any) -> None:
    """M98: Klarna's clearing account is not in the demo company's chart; its case names it."""
    klarna = order(line("129.00", tax(12, "13.82")), id="1", number="1", paid="klarna", total=money("129.00"))
    hub.arrives(klarna)
    hub.drain()
    assert ["ACCOUNT_MISSING"] == hub.cases(hub.order("1"))
    assert 0 == hub.sandbox.views()["audit"]()["invoices"]
