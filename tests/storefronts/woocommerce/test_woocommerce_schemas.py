"""What we ask a shop for, held against the routes a real one says it has: paths, parameters, their options and limits.

The description is not shipped: KONTERA_SPECS names a folder with woocommerce/wc-v3-discovery.json.
"""

from __future__ import annotations

import json
import os
import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.deviations import WOOCOMMERCE_REQUESTS as _READ_ANYWAY
from woocommerce_ministore import START, MiniShop

from kontera.storefronts.protocol import FactKind

SPEC = Path(os.environ.get("KONTERA_SPECS") or "/nowhere") / "woocommerce" / "wc-v3-discovery.json"
pytestmark = pytest.mark.skipif(
    not SPEC.exists(), reason="KONTERA_SPECS does not point at a folder with woocommerce/wc-v3-discovery.json"
)
_OF_EVERY_ROUTE = {"_fields"}  # WordPress's own, for any route


@cache
def routes() -> dict[str, Any]:
    """Every route by its pattern."""
    found: dict[str, Any] = json.loads(SPEC.read_text(encoding="utf-8"))["routes"]
    return found


def arguments(method: str, path: str) -> dict[str, Any] | None:
    """What a route takes; None when there is no such route."""
    for pattern, route in routes().items():
        if re.fullmatch(pattern.removeprefix("/wc/v3"), path):
            for endpoint in route["endpoints"]:
                if method in endpoint["methods"]:
                    return dict(endpoint["args"])
    return None


def faults(request: httpx2.Request) -> list[str]:
    """What a real shop would not know in a request."""
    path = request.url.path.partition("/wc/v3")[2]
    known = arguments(request.method, path)
    if known is None:
        return [f"{request.method} {path} is no route"]
    sent: dict[str, Any] = dict(request.url.params)
    if request.content:
        sent |= json.loads(request.content)
    unknown = sent.keys() - known.keys() - _OF_EVERY_ROUTE
    found = [f"{path} takes no {name}" for name in unknown if (request.method, path, name) not in _READ_ANYWAY]
    for name in sent.keys() & known.keys():
        options = known[name].get("enum")
        if options and sent[name] not in options:
            found.append(f"{path} takes no {name}={sent[name]}")
        if "maximum" in known[name] and int(sent[name]) > known[name]["maximum"]:
            found.append(f"{path}: {name} is more than {known[name]['maximum']}")
    return found


def test_every_request_is_one_a_shop_knows() -> None:
    """M1 M5 M11 M118: finding (also within one second), reading, what is left out, readiness, rates, notices."""
    shop = MiniShop()
    for number in range(1, 131):
        shop.add(number)
    page = shop.adapter.changes(FactKind.ORDER, None, START - timedelta(days=1))
    while page.more:
        page = shop.adapter.changes(FactKind.ORDER, page.cursor, START)
    shop.adapter.read(FactKind.ORDER, ["1", "2", "999"])
    shop.adapter.readiness()
    shop.adapter.tax_setup()
    shop.adapter.ensure_notices("https://hub.example/n")
    shop.lists["/webhooks"] = [
        {"id": 7, "topic": "order.updated", "delivery_url": "https://hub.example/n", "status": "disabled"}
    ]
    shop.adapter.ensure_notices("https://hub.example/n")
    assert {"GET", "POST", "PUT"} == {request.method for request in shop.requests}
    assert any("offset" in request.url.params for request in shop.requests)
    assert [] == [fault for request in shop.requests for fault in faults(request)]


def test_what_no_shop_knows_is_found() -> None:
    """The check itself: a route, a parameter, an option, a limit."""
    for url, fault in (
        ("https://a.b/wp-json/wc/v3/nothing", "is no route"),
        ("https://a.b/wp-json/wc/v3/orders?since=1", "takes no since"),
        ("https://a.b/wp-json/wc/v3/orders?orderby=changed", "takes no orderby=changed"),
        ("https://a.b/wp-json/wc/v3/orders?per_page=101", "per_page is more than 100"),
    ):
        (found,) = faults(httpx2.Request("GET", url))
        assert fault in found
