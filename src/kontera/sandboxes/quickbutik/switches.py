"""Every switch of the shop: its settings, and one switch for each thing Quickbutik's documents leave open.

Decides which positions a switch has and which one it stands in until somebody moves it: the likelier one. It never
decides what a position does; the module that reads it does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


def _one_of(*positions: str) -> Any:
    """A switch with named positions; the first is where it stands."""
    return field(default=positions[0], metadata={"positions": positions})


@dataclass
class Switches:
    """The switches, in the order of the README. Each can be set over the control plane (`actions/switches`)."""

    # The shop's own settings
    prices_include_vat: bool = True  # off: the shop adds VAT on top, its orders are is_taxontop
    country_vat: bool = True  # country-specific VAT in the EU is switched on, one rate per country
    eu_companies_tax_free: bool = True  # a company in another EU country buys without VAT
    currency: str = "SEK"

    # Access
    api_key_in_query: bool = False  # the old ?apiKey= still opens
    calls_per_second: int = 0  # 0: no limit, as documented
    bad_query_is_400: bool = False  # off: a value out of bounds is bounded, nonsense is ignored

    # How things are written
    status_words: bool = False
    status_numbers: dict[str, str] = field(
        default_factory=lambda: {"unpaid": "-1", "paid": "1", "done": "2", "cancelled": "0"}
    )
    numbers: str = _one_of("short", "fixed", "json")  # "899" and "148.95"; "899.00"; 899.00 without quotes
    flags: str = _one_of("text", "word", "json")  # "1"/"0"; "true"/"false"; true/false
    text_ids: bool = False  # ids and quantities of order lines are strings
    timezone: str = "Europe/Stockholm"  # the zone of the dates without one
    missing_date: str = ""  # how a date that is not there is written; "" is null
    one_order_has_details: bool = True  # order_id alone gives the details without include_details
    missing_order_is_404: bool = False  # off: an empty array
    product_list: str = _one_of("documented", "bare")  # three shapes; always an array, as older clients see
    product_page: int = 50  # products without `limit`
    product_tells_rate: bool = True  # tax_rate is in the answer, as a client has it and the example has not
    create_tells_id: bool = True  # the result of create_1 names the new order
    vat_number_field: str = ""  # the customer's field that shows a VAT number; "" is nowhere

    # How an order adds up
    round_vat: str = _one_of("line", "order")
    shipping_vat: str = _one_of("standard", "goods", "highest")  # the usual rate; as the goods; their highest rate
    discount_on_shipping: bool = False  # a discount lowers the VAT of shipping too
    discount_negative: bool = False  # discount_amount is shown below zero
    total_before_discount: bool = False  # total_amount is before the discount; total_pay_amount is what it costs
    country_price_net: bool = False  # abroad in the EU the price without VAT is the same; off: the price with it
    country_rate_on_exempt: bool = False  # the country's one rate replaces 0 % too
    tax_free_keeps_price: bool = False  # a tax-free order costs the same; off: the home VAT is taken off the price
    payment_fee: str = _one_of("none", "line", "total")  # invoices cost nothing; a line; only in total_amount
    gift_cards: str = _one_of("pay_amount", "discount", "line")  # a card used lowers total_pay_amount; …
    foreign_orders_in_shop_currency: bool = False  # a buyer's currency is not shown: amounts are the shop's
    refunds: str = _one_of("rows", "amounts", "sum")
    refund_lowers_total: bool = False
    edits_move_status_date: bool = False  # from_status_date sees refunds and edits

    # Webhooks
    webhook_tries: int = 3
    webhook_spacing: Decimal = Decimal(60)  # seconds until the next try
    api_raises_product_events: bool = True  # product.* also for changes over the API

    def set(self, values: Json) -> None:
        """Set switches by name. Raises ValueError for an unknown name, or a position the switch does not have."""
        known = {entry.name: entry for entry in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown switch {name!r}; known: {', '.join(sorted(known))}")
            now = getattr(self, name)
            if isinstance(now, Decimal) and isinstance(value, int) and not isinstance(value, bool):
                value = Decimal(value)
            if type(value) is not type(now):
                raise ValueError(f"switch {name!r} wants a {type(now).__name__}")
            positions = known[name].metadata.get("positions")
            if positions and value not in positions:
                raise ValueError(f"switch {name!r} is one of {', '.join(positions)}")
            setattr(self, name, now | value if isinstance(now, dict) else value)
