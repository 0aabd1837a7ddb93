"""Modes, customers, dimensions and deliveries in Business Central: through the whole hub, against its own books."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kontera.clock import ManualClock
from kontera.commerce import Customer, LineKind
from kontera.sandboxes.business_central.sandbox import BusinessCentralSandbox
from kontera.sandboxes.kit.faults import Fault
from tests.accounting.help import line, order, tax

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
SUMMARY = """
[[booking]]
id = "daily"
match = { store = "nt" }
mode = "summary"
book = true
when = "placed"
close_hour = 3
series = "A"
cost_centre = "WEBB"
"""


@pytest.fixture
def hub(ground: Path) -> Iterator[Any]:
    """It is noon on 2 March 2026."""
    from tests.ledgers.business_central.hub import Hub

    clock = ManualClock(NOON)
    with BusinessCentralSandbox(clock, limit=None) as sandbox:
        yield Hub(sandbox, clock)


def summarising(hub: Any) -> None:
    """The store summarises, and the accountant lets VAT accounts be posted to by name, as summaries need."""
    for account in ("2611", "2621"):
        hub.sandbox.actions()["set"]({"table": "accounts", "number": account, "values": {"directPosting": True}})
    hub.with_rules(SUMMARY)
    hub.drain()


def tea(number: str, paid: str = "card", **more: Any) -> Any:
    """Two teas at 12 % and freight at 25 %."""
    goods = line("258.00", tax(12, "27.64"), quantity="2", price="129.00")
    freight = line("49.00", tax(25, "9.80"), kind=LineKind.SHIPPING, name="Frakt")
    return order(goods, freight, paid=paid, id=number, number=number, placed_at=NOON, **more)


def entries(hub: Any) -> list[Any]:
    """The general ledger."""
    return list(hub.sandbox.company.table("generalLedgerEntries"))


def balances(hub: Any) -> dict[str, str]:
    """What was moved on each account."""
    sums: dict[str, Decimal] = {}
    for row in entries(hub):
        amount = row["debitAmount"] - row["creditAmount"]
        sums[row["accountNumber"]] = sums.get(row["accountNumber"], Decimal(0)) + amount
    return {account: f"{amount:.2f}" for account, amount in sums.items() if amount}


def customers(hub: Any) -> dict[str, str]:
    """The cards that the demo company did not come with: e-mail -> name."""
    rows = hub.sandbox.company.table("customers")
    return {row["email"]: row["displayName"] for row in rows if row["email"] and not row["email"].startswith("kund")}


def test_a_day_is_one_voucher(hub: Any) -> None:
    """M4 M42 M51: one document number in the general ledger, balanced, on the store's cost centre; nobody's card."""
    summarising(hub)
    before = hub.sandbox.views()["audit"]()["customers"]
    for number in "123":
        hub.arrives(tea(number))
    hub.clock.set(datetime(2026, 3, 3, 2, 1, tzinfo=UTC))
    hub.drain(2)
    wanted = {"1580": "921.00", "3002": "-691.08", "2621": "-82.92", "3520": "-117.60", "2611": "-29.40"}
    assert wanted == balances(hub)
    row = hub.ledger.documents.get(kind="voucher")
    assert ("nt-2026-03-02-SEK-card-1", "booked", "equal") == (row.reference, row.step, row.proof)
    assert {"booked"} == {hub.order(number).place for number in "123"}
    assert 1 == len({entry["documentNumber"] for entry in entries(hub)})
    assert before == hub.sandbox.views()["audit"]()["customers"]
    assert {"WEBB"} == set(
        row.entries.filter(account__in=("3002", "3520")).values_list("cost_centre", flat=True)
    )  # fmt: skip


def test_a_thousand_orders_take_fewer_than_ten_requests(hub: Any) -> None:
    """M19, DESIGN 11: requests to the ledger for a thousand orders in one day."""
    summarising(hub)
    for number in range(1000):
        hub.arrives(tea(f"{number}"))
    hub.clock.set(datetime(2026, 3, 3, 2, 0, tzinfo=UTC))
    hub.sandbox.calls.reset()
    hub.drain(2)
    assert 1000 == hub.shop.orders.filter(place="booked").count()
    assert "307000.00" == balances(hub)["1580"]
    documents = [one for one in hub.ledger.exchanges.filter(document__kind="voucher") if "token" not in one.url]
    assert len(documents) < 10


def test_a_vat_account_nobody_may_post_to_holds_the_order_at_once(hub: Any) -> None:
    """M98, law 5: Business Central keeps VAT accounts for itself unless told otherwise: known before the day ends."""
    hub.with_rules(SUMMARY)
    hub.drain()
    hub.arrives(tea("1"))
    assert ["ACCOUNT_INACTIVE", "ACCOUNT_INACTIVE"] == hub.cases(hub.order("1"))
    assert {"2611", "2621"} == {wait.facts["account"] for wait in hub.order("1").waits.all()}


@pytest.mark.parametrize("kind", ["lost_answer", "refuse_before"])
@pytest.mark.parametrize("skip", range(4))
def test_a_lost_answer_doubles_no_voucher(hub: Any, kind: str, skip: int) -> None:
    """Law 2: whichever of its requests is lost, the voucher is in the books once."""
    summarising(hub)
    for number in "12":
        hub.arrives(tea(number))
    hub.sandbox.faults.add(Fault(kind=kind, method="POST", path="*/api/v2.0/*", times=1, skip=skip))
    hub.clock.set(datetime(2026, 3, 3, 2, 0, tzinfo=UTC))
    for _ in range(4):
        hub.forget_rest()
        hub.drain()
        hub.clock.advance(timedelta(minutes=5))
    assert ("614.00", ["booked", "booked"]) == (balances(hub)["1580"], [hub.order(number).place for number in "12"])


def test_a_card_left_to_the_bookkeeper_is_never_written(hub: Any) -> None:
    """M20 M21 M22: found by e-mail, used, and left as the bookkeeper wrote it; no second card is made."""
    hub.arrives(tea("1"))
    hub.drain(2)
    card = next(row for row in hub.sandbox.company.table("customers") if row["email"] == "Kim@example.se")
    hub.sandbox.company.table("customers").edit(card, displayName="Ek, Kim (VIP)")
    keep = 'identify = ["email"]\nupdate = "never"\n'
    hub.with_rules(f'[[customers]]\nid = "kept"\nmatch = {{ store = "nt" }}\n{keep}')
    hub.arrives(tea("2", customer=Customer(id="7", email="kim@example.se", name="Kim Ek Larsson")))
    hub.ledger.bindings.all().delete()
    hub.drain(2)
    assert "booked" == hub.order("2").place
    assert {"Kim@example.se": "Ek, Kim (VIP)"} == customers(hub)


def test_a_kept_card_that_would_give_the_wrong_vat_is_a_case(hub: Any) -> None:
    """M45 M47: Business Central takes the VAT from the card; the rules forbid to change it, so a person does."""
    hub.arrives(tea("1"))
    hub.drain(2)
    keep = 'identify = ["email"]\nupdate = "never"\n'
    hub.with_rules(f'[[customers]]\nid = "kept"\nmatch = {{ store = "nt" }}\n{keep}')
    abroad = line("230.36", quantity="2", price="115.18", country="NO")
    hub.arrives(order(abroad, paid="card", country="NO", id="2", number="2", placed_at=NOON))
    hub.drain(2)
    assert ["CUSTOMER_CARD_DIFFERS"] == hub.cases(hub.order("2"))
    facts = hub.order("2").waits.get(released_at=None).facts
    assert ("2", "EXPORT") == (facts["order"], facts["wanted"])


@pytest.mark.parametrize("written", ["556677-8899", "5566778899", "SE556677889901"])
def test_a_company_is_found_however_its_number_is_written(hub: Any, written: str) -> None:
    """M22 M25: the bookkeeper's card carries the organisation number or the VAT number, with or without its hyphen."""
    firm = Customer(
        email="inkop@example.com", name="Kim Ek", company="Tehuset AB", organisation_number="5566778899",
        vat_number="SE556677889901",
    )  # fmt: skip
    hub.arrives(tea("1", customer=firm))
    hub.drain(2)
    assert "booked" == hub.order("1").place, hub.cases(hub.order("1"))
    card = next(row for row in hub.sandbox.company.table("customers") if row["email"] == "inkop@example.com")
    hub.sandbox.company.table("customers").edit(card, taxRegistrationNumber=written)
    hub.ledger.bindings.all().delete()
    hub.arrives(tea("2", customer=firm))
    hub.drain(2)
    assert "booked" == hub.order("2").place
    assert 1 == sum(row["email"] == "inkop@example.com" for row in hub.sandbox.company.table("customers"))


def test_one_customer_for_all_buyers_of_a_country(hub: Any) -> None:
    """M20: a collective customer carries nobody's name, and there is one however many buy."""
    collective = 'identify = ["collective"]\nupdate = "never"\n'
    hub.with_rules(f'[[customers]]\nid = "all"\nmatch = {{ store = "nt" }}\n{collective}')
    for number, email in (("1", "a@example.com"), ("2", "b@example.com")):
        hub.arrives(tea(number, customer=Customer(email=email, name=email)))
    hub.drain(3)
    assert ["booked", "booked"] == [hub.order(number).place for number in "12"]
    numbers = {row["customerNumber"] for row in hub.sandbox.company.table("salesInvoices")}
    assert (1, {}) == (len(numbers), customers(hub))


def test_a_product_a_channel_and_a_store_have_their_cost_centres(hub: Any) -> None:
    """M42: the row's own rule before the store's; a channel's before the store's."""
    hub.with_rules(
        '[[booking]]\nid = "nt"\nmatch = { store = "nt" }\nmode = "invoice"\nbook = true\nwhen = "placed"\n'
        'cost_centre = "WEBB"\n'
        '[[revenue]]\nid = "tea"\nmatch = { kind = "product", region = "domestic", rate = 12, sku = "T*" }\n'
        'account = "3002"\ncost_centre = "BUTIK"\n'
    )
    hub.arrives(tea("1"))
    hub.drain(2)
    entries = hub.order("1").documents.get(kind="sales_invoice").entries
    centres = dict(entries.filter(account__in=("3002", "3520")).values_list("account", "cost_centre"))
    assert {"3002": "BUTIK", "3520": "WEBB"} == centres


def test_the_delivery_method_is_the_ledgers_own(hub: Any) -> None:
    """M41: the shop's delivery is mapped to the shipment method; freight is on its account."""
    hub.with_rules('[[shipping]]\nid = "post"\nmatch = { method = "PostNord*" }\nway_of_delivery = "DDP"\n')
    hub.arrives(tea("1", shipping_method="PostNord Varubrev"))
    hub.drain(2)
    assert "booked" == hub.order("1").place
    (invoice,) = hub.sandbox.company.table("salesInvoices")
    method = hub.sandbox.company.table("shipmentMethods").by("code", "DDP")
    assert (method["id"], "-39.20") == (invoice["shipmentMethodId"], balances(hub)["3520"])
