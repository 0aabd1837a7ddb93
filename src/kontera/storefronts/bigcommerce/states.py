"""What BigCommerce's order statuses mean to the books. Keyed on `status_id`: labels can be renamed by the merchant.

Decides the state only. A status moves no money in BigCommerce, so nothing about payment is read from it.
"""

from __future__ import annotations

from kontera.commerce import OrderState

INCOMPLETE = 0
PENDING = 1
REFUNDED = 4
AWAITING_PAYMENT = 7
PARTIALLY_REFUNDED = 14

STATES: dict[int, OrderState] = {
    INCOMPLETE: OrderState.INCOMPLETE,
    PENDING: OrderState.AWAITING_PAYMENT,  # the default of orders made through the API; nothing paid yet
    2: OrderState.SHIPPED,
    3: OrderState.PLACED,  # partially shipped: a rule that books on shipment must wait for the rest
    REFUNDED: OrderState.REFUNDED,
    5: OrderState.CANCELLED,
    6: OrderState.DECLINED,
    AWAITING_PAYMENT: OrderState.AWAITING_PAYMENT,
    8: OrderState.PLACED,  # awaiting pickup
    9: OrderState.PLACED,  # awaiting shipment
    10: OrderState.COMPLETED,
    11: OrderState.PLACED,  # awaiting fulfilment
    12: OrderState.HELD,  # manual verification required
    13: OrderState.DISPUTED,
    PARTIALLY_REFUNDED: OrderState.PARTIALLY_REFUNDED,
}
