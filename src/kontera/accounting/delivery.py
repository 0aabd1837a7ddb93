"""The ledger's codes for how an order is delivered, by the rulebook.

Never holds an order: without a rule there is no code, and the books do not depend on it.
"""

from __future__ import annotations

from kontera.accounting.match import Facts, Tie, choose
from kontera.accounting.problems import ambiguous
from kontera.accounting.rulebook import Rulebook, ShippingRule
from kontera.commerce import Order
from kontera.errors import Problem


def shipping_rule(order: Order, rulebook: Rulebook) -> ShippingRule | Problem | None:
    """The rule for the order's delivery method."""
    country = order.delivery.country if order.delivery else order.billing.country
    facts = Facts(method=order.shipping_method, country=country, store=order.store)
    rule = choose(rulebook.shipping, facts)
    if isinstance(rule, Tie):
        return ambiguous(order, rulebook, "shipping", rule, f"order {order.number} delivery")
    return rule
