"""What happened in a shop, in words of ours: frozen, vendor-neutral, money exact. Imports only money."""

from kontera.commerce.order import Discount, DiscountKind, Line, LineKind, LineTax, Order, OrderState
from kontera.commerce.party import Address, Customer
from kontera.commerce.payment import Payment, PaymentKind, PaymentState

__all__ = [
    "Address",
    "Customer",
    "Discount",
    "DiscountKind",
    "Line",
    "LineKind",
    "LineTax",
    "Order",
    "OrderState",
    "Payment",
    "PaymentKind",
    "PaymentState",
]
