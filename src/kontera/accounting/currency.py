"""The exchange rate a document carries: whose it is and what it is. The document's currency is the charged one.

Never converts an amount. A rate is the value of one unit of the document's currency in the ledger's currency.
"""

from __future__ import annotations

from datetime import date

from kontera.accounting.documents import ExchangeRate
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.accounting.problems import on_order
from kontera.accounting.rulebook import Rulebook
from kontera.commerce import Order
from kontera.errors import Problem


def exchange_rate(order: Order, rulebook: Rulebook, setup: LedgerSetup, day: date) -> ExchangeRate | Problem | None:
    """The rate, None in the ledger's own currency, or why there is none."""
    code = order.currency
    if code == setup.currency:
        return None
    known = setup.currencies.get(code)
    if known is None:
        return on_order(order, "CURRENCY_NOT_IN_LEDGER", f"currency:{code}", currency=code)
    source = rulebook.currency.rate_source
    if source == "ledger":
        rate, since = known.rate_on(day)
        on = since or setup.taken_at.date()
    elif order.shop_rate is not None and order.shop_currency == setup.currency:
        rate, on = order.shop_rate, day
    else:
        return on_order(order, "EXCHANGE_RATE_MISSING", f"rate:{code}", currency=code, source=source)
    if rate <= 0:
        return on_order(order, "EXCHANGE_RATE_MISSING", f"rate:{code}", currency=code, source=source)
    return ExchangeRate(currency=code, rate=rate, source=source, on=on)
