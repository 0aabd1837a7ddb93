"""Is the shop able to feed the books: key, VAT of the products, article numbers. Reads only.

Decides which of the shop's own settings would make wrong or missing bookkeeping, before the first order. Nothing tells
whether notices are set up: that is done by hand, and the connection's own list says where.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kontera.calls import ReadinessCheck
from kontera.errors import NeedsOperator, NeedsSignIn, Problem
from kontera.storefronts.fields import Node, Unreadable
from kontera.storefronts.quickbutik.articles import RULES, unfit
from kontera.storefronts.quickbutik.client import Client
from kontera.storefronts.quickbutik.products import every_product
from kontera.storefronts.quickbutik.settings import QuickbutikSettings

_ORDERS, _VAT, _ARTICLES = "read orders", "VAT", "articles"
_NAMES = {
    "article_missing": "every product has an article number",
    "article_doubled": "article numbers are unique",
    "article_signs": "article numbers have letters and digits only",
}


def readiness_of(client: Client, settings: QuickbutikSettings) -> list[ReadinessCheck]:
    """One line per condition. Raises WillRetry when the shop cannot be asked now."""
    try:
        client.page("/orders", {"limit": "1"})
    except NeedsSignIn as refused:
        return [ReadinessCheck(name="API key", function=_ORDERS, ok=False, problem=refused.problem)]
    except NeedsOperator as refused:
        return [ReadinessCheck(name="permission to read", function=_ORDERS, ok=False, problem=refused.problem)]
    checks = [ReadinessCheck(name="API key", function=_ORDERS, ok=True)]
    try:
        products = list(every_product(client))
        return [*checks, *_of_products(products), *_of_articles(products, settings)]
    except NeedsOperator as refused:
        return [*checks, ReadinessCheck(name="products", function=_VAT, ok=False, problem=refused.problem)]
    except Unreadable as fault:
        return [*checks, _faulty(fault.path, fault.reason)]


def _of_products(products: Sequence[Node]) -> Iterator[ReadinessCheck]:
    """Orders tell no VAT per line: every product must tell its rate."""
    silent = [node.text("sku") or node.text("title") for node in products if not node.has("tax_rate")]
    if silent:
        yield _faulty("tax_rate", f"missing on {', '.join(silent)}")
        return
    rates = sorted({node.number("tax_rate") for node in products}, reverse=True)
    detail = ", ".join(f"{rate.normalize():f} %" for rate in rates)
    yield ReadinessCheck(name="VAT rates of the products", function=_VAT, ok=True, detail=detail)


def _of_articles(products: Sequence[Node], settings: QuickbutikSettings) -> Iterator[ReadinessCheck]:
    """Every offender is named, so that they can be mended in one go."""
    found = unfit(products, settings.article_signs)
    for rule in RULES:
        problem = None
        if found[rule]:
            facts = {"rule": rule, "articles": ", ".join(found[rule])}
            problem = Problem(code="SHOP_ARTICLE_NUMBERS", cause=f"rule:{rule}", facts=facts)
        yield ReadinessCheck(name=_NAMES[rule], function=_ARTICLES, ok=problem is None, problem=problem)


def _faulty(what: str, value: str) -> ReadinessCheck:
    problem = Problem(code="SHOP_TAX_SETUP", cause=f"tax:{what}", facts={"what": what, "value": value})
    return ReadinessCheck(name="VAT rates of the products", function=_VAT, ok=False, problem=problem)
