"""Customers in Fortnox by the rulebook: recognised, updated or left to the bookkeeper, never doubled; deliveries."""

from __future__ import annotations

from typing import Any

import pytest

from kontera.commerce import Customer, LineKind
from tests.accounting.help import line, order, tax
from tests.posting.test_modes import with_rules
from tests.posting.test_once import NOW, sale
from tests.posting.world import World

NEVER = ('id = "kept"', 'match = { store = "nt" }', 'identify = ["email", "shop_id"]', 'update = "never"')


def cards(world: World) -> list[dict[str, Any]]:
    """The customer register."""
    return list(world.sandbox.company.customers.values())


def test_a_card_the_bookkeeper_made_is_found_and_left_alone(world: World) -> None:
    """M20 M21 M22: also the first time we meet it, which is when it is easiest to write over."""
    world.arrives(sale("1"))
    world.drain()
    (card,) = cards(world)
    card["Name"], card["Address1"] = "Ek, Kim (VIP)", "Bakgatan 2"
    world.ledger.bindings.all().delete()
    with_rules(world, "customers", *NEVER)
    world.arrives(sale("2", customer=Customer(id="7", email="kim@example.se", name="Kim Ek Larsson")))
    world.drain(2)
    assert "booked" == world.order("2").place
    assert [("Ek, Kim (VIP)", "Bakgatan 2")] == [(each["Name"], each["Address1"]) for each in cards(world)]


def test_a_kept_card_with_another_vat_is_a_case_until_it_is_changed(world: World) -> None:
    """M45 M47: an export customer buys at home: Fortnox would charge no VAT whatever the row says."""
    with_rules(world, "customers", *NEVER)
    world.arrives(sale("1"))
    world.drain()
    (card,) = cards(world)
    card["VATType"] = "EXPORT"
    world.ledger.bindings.all().delete()
    world.arrives(sale("2"))
    world.drain()
    case = world.order("2").waits.get(released_at=None)
    assert ("CUSTOMER_CARD_DIFFERS", "EXPORT", "SEVAT") == (case.case.code, case.facts["found"], case.facts["wanted"])
    assert 1 == world.sandbox.views()["audit"]()["invoices"]
    card["VATType"] = "SEVAT"
    from kontera.posting.release import check_again
    from tests.posting.test_modes import CLOCK

    check_again(case.case, author="Kim", reason="changed", clock=CLOCK)
    world.drain(2)
    assert "booked" == world.order("2").place


def test_a_kept_customer_who_buys_abroad_is_looked_at_again(world: World) -> None:
    """M47: what is known of a card holds for the VAT it was held against, not for every order of the buyer."""
    with_rules(world, "customers", *NEVER)
    world.arrives(sale("1"))
    world.drain()
    tea = line("230.36", quantity="2", price="115.18", country="NO")
    world.arrives(order(tea, paid="klarna", country="NO", id="2", number="2", placed_at=NOW))
    world.drain()
    assert ["CUSTOMER_CARD_DIFFERS"] == world.cases(world.order("2"))


@pytest.mark.parametrize("written", ["556677-8899", "5566778899"])
@pytest.mark.parametrize("said", ["556677-8899", "5566778899", "556677 8899"])
def test_a_company_is_found_however_its_number_is_written(world: World, written: str, said: str) -> None:
    """M22 M25: Fortnox searches sign by sign; people write the hyphen or not."""
    firm = Customer(email="inkop@example.com", name="Kim Ek", company="Tehuset AB", organisation_number=said)
    world.arrives(sale("1", customer=firm))
    world.drain()
    (card,) = cards(world)
    card["OrganisationNumber"] = written
    world.ledger.bindings.all().delete()
    world.arrives(sale("2", customer=firm))
    world.drain(2)
    assert ("booked", 1) == (world.order("2").place, len(cards(world)))


def test_one_collective_customer_per_country_and_kind_of_vat(world: World) -> None:
    """M20 M22 M47: no personal data on it; a company without VAT is not on the card of those who pay it."""
    with_rules(
        world, "customers", 'id = "all"', 'match = { store = "nt" }', 'identify = ["collective"]', 'update = "never"'
    )
    with_rules_kept = [Customer(email=f"{name}@example.com", name=name) for name in ("a", "b")]
    for number, customer in enumerate(with_rules_kept):
        world.arrives(sale(f"{number}", customer=customer))
    tea = line("230.36", quantity="2", price="115.18", country="NO")
    world.arrives(order(tea, paid="klarna", country="NO", id="9", number="9", placed_at=NOW))
    world.drain(2)
    assert {"booked"} == {row.place for row in world.shop.orders.all()}
    told = sorted((card["Name"], card["VATType"], card["Email"] or "") for card in cards(world))
    assert [("Kunder nt NO", "EXPORT", ""), ("Kunder nt SE", "SEVAT", "")] == told


def test_the_delivery_method_and_freight_are_the_ledgers_own(world: World) -> None:
    """M41: the shop's delivery is mapped to Fortnox's way of delivery; freight is on its account."""
    code = next(iter(world.sandbox.company.registers["wayofdeliveries"]))
    with_rules(world, "shipping", 'id = "post"', 'match = { method = "PostNord*" }', f'way_of_delivery = "{code}"')
    goods = line("258.00", tax(12, "27.64"), quantity="2", price="129.00")
    freight = line("49.00", tax(25, "9.80"), kind=LineKind.SHIPPING, name="Frakt")
    world.arrives(
        order(goods, freight, paid="klarna", id="1", number="1", placed_at=NOW, shipping_method="PostNord Varubrev")
    )
    world.drain(2)
    (invoice,) = world.sandbox.company.invoices.values()
    row = world.order("1")
    assert ("booked", code) == (row.place, invoice["WayOfDelivery"])
    entries = row.documents.get(kind="sales_invoice").entries
    assert ["-39.20"] == [f"{amount:.2f}" for amount in entries.filter(account="3520").values_list("amount", flat=True)]
