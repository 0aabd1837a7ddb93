"""Where the buttons of a case lead: to the rule, the ledger, the shop, the connection. Decides addresses only.

A button without a place to go is not shown: one that does nothing would be worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from django.db.models.fields.json import KeyTextTransform
from django.urls import reverse

from kontera.cases.catalogue import RenderedCase
from kontera.db.models import Case, Fact, OutboxDocument, RulebookVersion, ShopOrder


def case_links(case: Case, text: RenderedCase, merchant: str, orders: Sequence[ShopOrder]) -> list[tuple[str, str]]:
    """(label, address) of the case's buttons that show something."""
    found = []
    for button in text.buttons:
        address = _address(button.action, case, merchant, orders)
        if address:
            found.append((button.label, address))
    return found


def web_address(text: str) -> str:
    """The address if a browser may open it, else nothing: a vendor's text must not become a script."""
    return text if urlsplit(text).scheme in ("http", "https") else ""


def _address(action: str, case: Case, merchant: str, orders: Sequence[ShopOrder]) -> str:
    if action in ("show_rule", "add_rule"):
        return _rule(case, merchant)
    if action == "open_in_ledger":
        urls = OutboxDocument.objects.filter(order__in=[order.pk for order in orders[:1]]).exclude(url="")
        return web_address(urls.order_by("sequence").values_list("url", flat=True).first() or "")
    if action == "open_in_shop" and orders:
        facts = Fact.objects.filter(pk=orders[0].fact_id)
        return web_address(facts.values_list(KeyTextTransform("url", "content"), flat=True).first() or "")
    if action in ("sign_in", "show_request") and case.connection is not None:
        return reverse("connection", args=[merchant, case.connection.code])
    if action == "read_again" and len(orders) == 1:
        return reverse("order", args=[merchant, orders[0].pk])
    return ""


def _rule(case: Case, merchant: str) -> str:
    newest = RulebookVersion.objects.filter(merchant=case.merchant_id).order_by("-version").only("version").first()
    if newest is None:
        return ""
    rule = str(case.facts.get("rule", ""))
    return reverse("rulebook", args=[merchant, newest.version]) + (f"#{urlencode({'': rule})[1:]}" if rule else "")
