"""Which VAT that a shop can charge would hold orders, told before the first such order comes (N11).

Decides nothing about VAT: the shop's own tax settings are held against the rulebook in force and the newest copy of the
ledger's set-up, by the same choices that booking makes. A zone for "everywhere else" names no country and is not
judged; a zone for some customer groups is judged for companies (that is what shops make them for). Changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol, runtime_checkable

import msgspec

from kontera.accounting.coverage import Gap, Sale, ShopTax, gaps, reachable
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.calls import RateWindow, ReadinessCheck
from kontera.cases.catalogue import catalogue
from kontera.clock import Clock, local_date
from kontera.connections import adapters
from kontera.db.models import Connection, SetupSnapshot
from kontera.errors import KonteraError, Problem
from kontera.money import from_plain
from kontera.posting import rules

_NAME, _FUNCTION = "every VAT has a rule and a VAT code", "VAT"


class Tax(Protocol):
    """One VAT a shop can charge. country: ISO alpha-2, empty for everywhere else; rate: percent."""

    @property
    def country(self) -> str:
        """Where the goods go."""

    @property
    def rate(self) -> Decimal:
        """Percent."""

    @property
    def tax_class(self) -> str:
        """The class's name as orders carry it."""

    @property
    def groups(self) -> Sequence[str]:
        """Customer groups it is limited to; empty for everybody."""


@runtime_checkable
class TellsTaxes(Protocol):
    """A storefront that can list its VAT combinations."""

    def tax_setup(self) -> Sequence[Tax]:
        """Every combination an order can carry."""


def check_coverage(shop: Connection, clock: Clock, window: RateWindow) -> list[ReadinessCheck]:
    """One red line per thing that is missing, or one green line; none for a ledger, for a shop that cannot list its
    VAT, and while there is no rulebook or no copy of the ledger's set-up to hold it against."""
    version = rules.in_force(shop.merchant_id, local_date(clock.now(), shop.merchant.zone))
    snapshot = SetupSnapshot.objects.filter(connection=shop.ledger_id).order_by("-id").first()
    if shop.kind != Connection.Kind.STOREFRONT or version is None or snapshot is None:
        return []
    with adapters.collecting() as exchanges:
        try:
            adapter = adapters.storefront(shop, clock, window)
            taxes = adapter.tax_setup() if isinstance(adapter, TellsTaxes) else []
        except KonteraError:  # the list of `connections.readiness` says what is wrong with the shop
            return []
        finally:
            adapters.keep(shop, exchanges)
    sales = _sales(taxes, shop.merchant.country, str(shop.settings.get("store", "")))
    setup = from_plain(LedgerSetup, snapshot.content)
    found = gaps(rules.parsed(version), sales, (), setup, shop.merchant.country)
    return _lines(found, len(sales))


def _sales(taxes: Iterable[Tax], home: str, store: str) -> list[Sale]:
    """Every kind of sale these taxes allow, each once."""
    found: dict[Sale, None] = {}
    for tax in taxes:
        one = ShopTax(country=tax.country, rate=tax.rate, tax_class=tax.tax_class)
        for sale in reachable([one], home) if tax.country else ():
            if sale.customer == "company" or not tax.groups:
                found[msgspec.structs.replace(sale, store=store)] = None
    return list(found)


def _lines(found: Sequence[Gap], judged: int) -> list[ReadinessCheck]:
    """One line a cause; the VAT codes a ledger lacks are one line, and so are the countries that lack the same rule."""
    if not found:
        return [ReadinessCheck(name=_NAME, function=_FUNCTION, ok=True, detail=f"{judged} kinds of sales")] * bool(
            judged
        )
    together: dict[tuple[str, ...], list[Gap]] = {}
    for gap in found:
        facts = _facts(gap)
        alike = {"VAT_RATE_NOT_IN_LEDGER": (), "VAT_UNMAPPED": (facts.get("rate", ""), facts.get("tax_class", ""))}
        together.setdefault((gap.code, *alike.get(gap.code, (gap.cause,))), []).append(gap)
    return [_line(some) for some in together.values()]


def _line(some: Sequence[Gap]) -> ReadinessCheck:
    each = [_facts(gap) for gap in some]
    facts = {name: ", ".join(dict.fromkeys(one[name] for one in each)) for name in each[0]}
    problem = Problem(code=some[0].code, cause=some[0].cause, facts=facts)
    kinds = f"{sum(gap.combinations for gap in some)} kinds of sales"
    detail = f"{kinds}; VAT codes {facts['vat_code']}" if "vat_code" in facts else kinds
    return ReadinessCheck(name=some[0].example, function=_FUNCTION, ok=False, problem=problem, detail=detail)


def _facts(gap: Gap) -> dict[str, str]:
    """What the case's words need, out of the cause; there is no order yet."""
    _, _, told = gap.cause.partition(":")
    facts = {**dict.fromkeys(catalogue()[gap.code].facts, "–"), "order": ""}
    if gap.code == "VAT_UNMAPPED":
        country, rate, rest = told.split(":", 2)
        tax_class, _, customer = rest.rpartition(":")
        return facts | {"country": country, "rate": rate, "tax_class": tax_class or "–", "customer": customer}
    if gap.code == "VAT_RATE_NOT_IN_LEDGER":
        rate, _, code = told.partition(":")
        return facts | {"rate": rate, "vat_code": code}
    if gap.code == "ACCOUNT_UNMAPPED":
        kind, region, rate = told.split(":", 2)
        return facts | {"kind": kind, "region": region, "rate": rate}
    return facts | {"account": told} if gap.code.startswith("ACCOUNT_") else facts
