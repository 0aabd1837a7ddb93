"""A connection that suddenly leads to another company: no order is ever booked on a stranger."""

from __future__ import annotations

import copy
from typing import Any

from kontera.connections import store
from kontera.db.models import AuditEntry, Case, Lane, SetupSnapshot
from kontera.sandboxes.kit import Fault
from tests.posting.test_held import act
from tests.posting.test_once import sale
from tests.posting.world import CLOCK, World


def moves(world: World, tenant: str, keys: dict[str, Any]) -> None:
    """A person signs the connection in to another company."""
    given = {"tenant_id": tenant, "access_token": ""}
    given |= {name: str(keys[name]) for name in ("client_id", "client_secret")}
    store.connect(world.merchant, "fortnox", "fortnox", given, now=CLOCK.now(), author="Kim")


def second_company(world: World) -> dict[str, Any]:
    """Company 1002, where every number of a customer in the first one is somebody else's."""
    keys: dict[str, Any] = act(world, "company", tenant="1002")
    first, second = world.sandbox.companies["1001"], world.sandbox.companies["1002"]
    for number, card in first.customers.items():
        other = {"Name": "Stranger AB", "Email": "stranger@example.org", "ExternalReference": None}
        second.customers[number] = {**copy.deepcopy(card), **other}
        second.counters["customers"] = int(number)
    return keys


def written(world: World, tenant: str) -> list[str]:
    """Whose invoices a company holds."""
    return [one["CustomerName"] for one in world.sandbox.companies[tenant].invoices.values()]


def test_nothing_is_written_in_another_company(world: World) -> None:
    """Laws 2 and 4, LEDGER_OTHER_COMPANY: documents are in the first company; in the second their numbers are
    strangers'. All waits in one case until the connection leads to the first one again."""
    first = world.sandbox.credentials()
    world.arrives(sale("1"))
    world.drain(2)
    known = set(world.ledger.bindings.values_list("key", "number"))
    keys = second_company(world)
    moves(world, "1002", keys)
    world.arrives(sale("2"))
    for _ in range(3):
        world.forget_rest()
        world.drain()
    case = Case.objects.get(merchant=world.merchant, code="LEDGER_OTHER_COMPANY", phase="open")
    assert ("posting", [], True) == (world.order("2").place, written(world, "1002"), "(1002)" in case.facts["company"])
    assert (known, 1) == (set(world.ledger.bindings.values_list("key", "number")), len(written(world, "1001")))
    moves(world, str(first["tenant_id"]), first)
    world.drain(2)
    case.refresh_from_db()
    assert ("booked", 2, "resolved") == (world.order("2").place, len(written(world, "1001")), case.phase)


def test_before_anything_is_written_the_first_company_is_forgotten(world: World) -> None:
    """Law 7: the customer's card was made in the first company, its invoice put off; in the second its number
    is a stranger's, so the order gets a card of its own."""
    world.drain()
    world.sandbox.faults.add(Fault(kind="status", method="POST", path="/3/invoices", status=429))
    world.arrives(sale("1"))
    world.drain()
    before = set(world.ledger.bindings.filter(kind="customer").values_list("key", "number"))
    assert (1, []) == (len(before), written(world, "1001"))
    world.sandbox.faults.remove()
    moves(world, "1002", second_company(world))
    world.forget_rest()
    world.drain(2)
    assert ("booked", 1) == (world.order("1").place, len(written(world, "1002")))
    assert "Stranger AB" not in written(world, "1002")
    assert not before & set(world.ledger.bindings.values_list("key", "number"))
    entry = AuditEntry.objects.get(merchant=world.merchant, action="ledger.company_changed")
    assert {"before": "1001", "company": "1002", "forgotten": 1} == entry.detail


def test_a_company_that_does_not_say_who_it_is_changes_nothing(world: World) -> None:
    """A snapshot of an earlier version, or a consent without the company's own settings."""
    world.arrives(sale("1"))
    world.drain(2)
    latest = SetupSnapshot.objects.filter(connection=world.ledger).latest("id")
    assert "1001" == latest.content["company_number"]
    older = {name: value for name, value in latest.content.items() if name != "company_number"}
    for digest, content in (("older", older), ("untold", {**older, "company_number": ""})):
        SetupSnapshot.objects.create(
            merchant=world.merchant, connection=world.ledger, taken_at=CLOCK.now(), digest=digest, content=content
        )
    Lane.objects.filter(pk=world.ledger.pk).update(setup_at=None)
    world.arrives(sale("2"))
    world.drain(2)
    assert ("booked", False) == (
        world.order("2").place,
        AuditEntry.objects.filter(action="ledger.company_changed", merchant=world.merchant).exists(),
    )
