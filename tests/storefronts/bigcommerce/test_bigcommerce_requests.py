"""What we ask a store for, held against the vendor's own OpenAPI files: paths, methods, parameters, their limits, and
the keys of what we send.

The files are not shipped: KONTERA_SPECS names a folder with bigcommerce/*.yml.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from tests.deviations import BIGCOMMERCE_REQUESTS

from kontera.calls import Exchange
from kontera.clock import ManualClock
from kontera.sandboxes.bigcommerce import BigCommerceSandbox, place_orders
from kontera.storefronts.bigcommerce import connect
from kontera.storefronts.protocol import FactKind

SPECS = Path(os.environ.get("KONTERA_SPECS") or "/nowhere") / "bigcommerce"
pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason="KONTERA_SPECS does not point at a folder with bigcommerce/*.yml"
)
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_SERVER = re.compile(r"/stores/\{store_hash\}/(v\d)")


@cache
def routes() -> list[tuple[re.Pattern[str], dict[str, Any], Any]]:
    """Every path of every file: its pattern behind /stores/{hash}/, what may be done there, and its file."""
    found = []
    for file in sorted(SPECS.glob("*.y*ml")):
        spec = yaml.safe_load(file.read_text(encoding="utf-8"))
        version = _SERVER.search(spec["servers"][0]["url"])
        for path, what in spec["paths"].items() if version else ():
            pattern = re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(path))
            found.append((re.compile(f"/{version[1]}{pattern}"), what, spec))
    return found


def resolved(spec: Any, node: Any) -> Any:
    """The node a reference names."""
    while isinstance(node, dict) and "$ref" in node:
        target = spec
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def keys_of(spec: Any, node: Any) -> set[str]:
    """Names a body may have."""
    node = resolved(spec, node)
    parts = [part for kind in ("allOf", "oneOf", "anyOf") for part in node.get(kind, ())]
    return set(node.get("properties", ())) | {key for part in parts for key in keys_of(spec, part)}


def faults(method: str, url: str, body: bytes) -> list[str]:
    """What the vendor's files do not know in a request."""
    parts = urlsplit(url)
    path = re.sub(r"^/stores/[^/]+", "", parts.path)
    for pattern, what, spec in routes():
        if not pattern.fullmatch(path) or method.lower() not in what:
            continue
        known = what[method.lower()]
        listed = [resolved(spec, one) for one in (*what.get("parameters", ()), *known.get("parameters", ()))]
        asked = {one["name"]: one.get("schema", {}) for one in listed if one["in"] == "query"}
        sent = dict(parse_qsl(parts.query))
        found = [f"{method} {pattern.pattern} takes no {name}" for name in sorted(sent.keys() - asked.keys())]
        for name in sent.keys() & asked.keys():
            most = resolved(spec, asked[name]).get("maximum")
            if most is not None and int(sent[name]) > most:
                found.append(f"{method} {pattern.pattern}: {name} is more than {most}")
        if body:
            content = resolved(spec, known["requestBody"])["content"]["application/json"]["schema"]
            found += [
                f"{method} {pattern.pattern}: no {key}" for key in json.loads(body).keys() - keys_of(spec, content)
            ]
        return found
    return [f"{method} {path} is no route"]


def test_every_request_is_one_the_vendor_describes() -> None:
    """M1 M5 M11 M118: finding, reading orders of every kind, readiness, VAT set-up, notices made and mended."""
    exchanges: list[Exchange] = []
    clock = ManualClock(START)
    with BigCommerceSandbox(clock) as sandbox:
        keys = sandbox.credentials()
        placed = place_orders(sandbox.base_url, keys, 60, 3, clock=clock)
        own = {name: keys[name] for name in ("store_hash", "access_token", "client_secret")}
        shop = connect({**own, "store": "nt", "base_url": sandbox.base_url}, clock, exchanges.append)
        page = shop.changes(FactKind.ORDER, None, datetime(2000, 1, 1, tzinfo=UTC))
        while page.more:
            page = shop.changes(FactKind.ORDER, page.cursor, datetime(2000, 1, 1, tzinfo=UTC))
        ids = [str(one.id) for one in placed]
        for start in range(0, len(ids), 8):
            shop.read(FactKind.ORDER, ids[start : start + 8])
        shop.read(FactKind.ORDER, ["999999"])
        shop.readiness()
        shop.tax_setup()
        for _ in range(2):
            shop.ensure_notices("https://hub.example/hooks/1")
            for hook in sandbox.store.hooks.values():
                hook["is_active"] = False  # as the vendor does to an address that did not answer for days
        shop.close()
    assert {"GET", "POST", "PUT"} == {one.method for one in exchanges}
    found = {fault for one in exchanges for fault in faults(one.method, one.url, one.request)}
    assert BIGCOMMERCE_REQUESTS.keys() == found


def test_what_the_vendor_does_not_describe_is_found() -> None:
    """The check itself: a route, a method, a parameter, a limit, a key."""
    base = "https://api.bigcommerce.com/stores/abc"
    for method, url, body, fault in (
        ("GET", f"{base}/v2/nothing", b"", "is no route"),
        ("PATCH", f"{base}/v2/orders/1", b"", "is no route"),
        ("GET", f"{base}/v2/orders?since=1", b"", "takes no since"),
        ("GET", f"{base}/v3/promotions?limit=251", b"", "limit is more than 250"),
        ("POST", f"{base}/v3/hooks", b'{"scope": "store/order/*", "colour": 1}', "no colour"),
    ):
        assert any(fault in one for one in faults(method, url, body)), (url, faults(method, url, body))
