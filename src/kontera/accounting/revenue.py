"""The revenue account of a part, with its cost centre and project, by the rulebook, or why it is not known.

Never looks at VAT amounts; the region it matches on is the one `vat` decided.
"""

from __future__ import annotations

import msgspec

from kontera.accounting.documents import VatRegion, Why
from kontera.accounting.match import Facts, Tie, choose
from kontera.accounting.parts import Part
from kontera.accounting.problems import account_unmapped, ambiguous
from kontera.accounting.regions import vat_country
from kontera.accounting.rulebook import Rulebook
from kontera.accounting.vat import customer_type
from kontera.commerce import Order
from kontera.errors import Problem


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Where a row's net amount goes. Cost centre and project are the rule's own, empty when it has none."""

    account: str
    cost_centre: str = ""
    project: str = ""
    why: Why


def place(order: Order, part: Part, region: VatRegion, rulebook: Rulebook) -> Placement | Problem:
    """The account for one part of a line."""
    fact = f"order {order.number} {part.fact}"
    line = part.line
    facts = Facts(
        kind=line.kind,
        region=region,
        rate=part.rate,
        sku=line.sku,
        product_type=line.product_type,
        tax_class=line.tax_class,
        store=order.store,
        channel=order.channel,
        country=vat_country(part.country),
        customer=customer_type(order),
        currency=order.currency,
    )
    rule = choose(rulebook.revenue, facts)
    if isinstance(rule, Tie):
        return ambiguous(order, rulebook, "revenue", rule, fact)
    if rule is None:
        return account_unmapped(order, line.kind, region, part.rate, line.name)
    why = Why(rule=f"revenue.{rule.id}", rulebook=rulebook.label, fact=fact)
    return Placement(account=rule.account, cost_centre=rule.cost_centre, project=rule.project, why=why)
