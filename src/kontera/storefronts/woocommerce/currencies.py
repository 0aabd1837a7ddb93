"""The shop's base currency and the rate of an order sold in another one, as the common currency plugins write them.

Decides the direction: one unit of the order's currency in the base currency. WooCommerce itself knows no rates (the
order's currency is only a label). Never converts an amount and never uses a rate of today.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.money import ONE, is_currency, round_to
from kontera.storefronts.woocommerce.meta import Meta, number_or_none

_WCPAY = "_wcpay_multi_currency_"
_DIGITS = 10  # of a rate that had to be turned round
_LARGEST = Decimal(10) ** 9  # no currency is worth more of another, or less than one part of it


def shop_rate(meta: Meta, currency: str, own: str) -> tuple[str, Decimal | None]:
    """The base currency ("" = not told) and its rate (None = not told). own: the base currency in the settings."""
    base, rate = _told(meta)
    base = base if is_currency(base) else own
    if base == currency:
        return base, ONE
    return base, rate if base and _is_rate(rate) else None


def _told(meta: Meta) -> tuple[str, Decimal | None]:
    if meta.has(f"{_WCPAY}order_exchange_rate"):
        # WooPayments: Stripe's rate multiplies, the order's own divides.
        base = meta.text(f"{_WCPAY}order_default_currency").upper()
        rate = meta.number(f"{_WCPAY}stripe_exchange_rate")
        return base, rate or _turned(meta.number(f"{_WCPAY}order_exchange_rate"))
    if meta.has("_base_currency_exchange_rate"):  # Aelia: base = amount x rate; the base itself is not on the order
        return "", meta.number("_base_currency_exchange_rate")
    if meta.has("_woocs_order_rate"):  # FOX/WOOCS: base = amount / rate
        return meta.text("_woocs_order_base_currency").upper(), _turned(meta.number("_woocs_order_rate"))
    return _curcy(meta)


def _curcy(meta: Meta) -> tuple[str, Decimal | None]:
    """CURCY: a table of currencies with a rate to the main one each. Which entry is the order's is the one not main."""
    entries = {code.upper(): entry for code, entry in meta.table("wmc_order_info").items() if isinstance(entry, dict)}
    main = [code for code, entry in entries.items() if entry.get("is_main") in (1, "1", True)]
    others = [entry for code, entry in entries.items() if code not in main]
    if len(main) != 1:
        return "", None
    return main[0], _turned(number_or_none(others[0].get("rate"))) if len(others) == 1 else None


def _turned(rate: Decimal | None) -> Decimal | None:
    return round_to(ONE / rate, _DIGITS) if rate is not None and _is_rate(rate) else None


def _is_rate(rate: Decimal | None) -> bool:
    return rate is not None and ONE / _LARGEST <= rate <= _LARGEST
