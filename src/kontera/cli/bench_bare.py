"""Bench of the hub's own cost: the same HTTP calls made by a bare script that keeps nothing.

Decides what the bare script does: the calls that the hub recorded for its orders, each order's in their sequence, as
many orders at once as the hub has calls in flight, against sandboxes as fresh as the hub's were.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2

from kontera.cli.bench_orders import PAIR, connected, finish
from kontera.cli.common import CLOCK
from kontera.cli.preparing import prepare
from kontera.cli.read_ledgers import FortnoxReader
from kontera.cli.sandbox import shop
from kontera.cli.stage import stage
from kontera.money import exact

_AT_ONCE = 6
_SEED = 17
_REGISTERS = ("/3/customers", "/3/articles")
_NUMBER = {"Invoice": ("/3/invoices", "DocumentNumber"), "InvoicePayment": ("/3/invoicepayments", "Number")}
_INVOICE = re.compile(rb'("InvoiceNumber":\s*"?)\d+')

Call = tuple[str, str, bytes, bytes, int | None]  # method, path, what was sent, what was answered with which status


def overhead(orders: int, fast: int) -> dict[str, Any]:
    """Seconds per order of the hub and of the bare script, and their ratio."""
    with connected(fast, unlimited=True) as (made, _):
        shop("bigcommerce", made.sandboxes["bigcommerce"], orders, _SEED, False)
        began = CLOCK.seconds()
        made.start("worker", "worker")
        finish(orders)
        hub = CLOCK.seconds() - began
        started = _seconds_to_start(began)
        chains = _recorded(made.sandboxes)
    bare, made_calls = _bare(chains, orders, fast)
    hub_each, bare_each = exact(str(hub - started)) / orders, exact(str(bare)) / orders
    return {
        "orders": orders,
        "calls": made_calls,
        "hub_ms_per_order": str((hub_each * 1000).quantize(exact("0.1"))),
        "bare_ms_per_order": str((bare_each * 1000).quantize(exact("0.1"))),
        "ratio": str((hub_each / bare_each).quantize(exact("0.01"))),
    }


def _seconds_to_start(began: float) -> float:
    """How long the worker's process took until its first call: starting Python is not the work."""
    from kontera.db.models import Exchange

    first = Exchange.objects.order_by("at").filter(connection__kind="storefront").first()
    return max(first.at.timestamp() - began, 0.0) if first else 0.0


def _recorded(sandboxes: dict[str, Any]) -> list[list[Call]]:
    """Every order's calls as kept by the hub, in chains that may be made side by side. The first chain is what other
    orders need too: customers, articles, and the reading of lists and set-up."""
    from kontera.db.models import Exchange

    bases = [sandboxes[name]["base_url"] for name in ("bigcommerce", "fortnox")]
    first: list[Call] = []
    chains: dict[int | None, list[Call]] = {}
    for one in Exchange.objects.exclude(url__contains="/oauth").order_by("at", "pk").iterator():
        vendor = 0 if one.url.startswith(bases[0]) else 1
        call = (
            one.method,
            f"{vendor}{one.url.removeprefix(bases[vendor])}",
            bytes(one.request),
            bytes(one.response),
            one.status,
        )
        shared = not one.order_id or any(register in one.url for register in _REGISTERS)
        (first if shared else chains.setdefault(one.order_id or 0, [])).append(call)
    return [first, *chains.values()]


def _bare(chains: list[list[Call]], orders: int, fast: int) -> tuple[float, int]:
    with stage(CLOCK) as made:
        made.serve_sandboxes(fast)
        prepare("fortnox", made.sandboxes["fortnox"]["base_url"])
        PAIR.ledger_reader(made.sandboxes).lift_limit()
        PAIR.shop_reader(made.sandboxes).open_the_shop()
        shop("bigcommerce", made.sandboxes["bigcommerce"], orders, _SEED, False)
        with _Bare(made.sandboxes) as script, ThreadPoolExecutor(_AT_ONCE) as pool:
            began = CLOCK.seconds()
            made_calls = script.replay(chains[0]) + sum(pool.map(script.replay, chains[1:]))
            return CLOCK.seconds() - began, made_calls


class _Bare:
    """The script: sends what it is given and forgets the answers, but for the numbers the next call needs."""

    def __init__(self, sandboxes: dict[str, Any]) -> None:
        shop_keys = sandboxes["bigcommerce"]["credentials"]
        token = FortnoxReader(sandboxes["fortnox"]).token()
        self._http = [
            httpx2.Client(
                base_url=sandboxes["bigcommerce"]["base_url"], timeout=60.0,
                headers={"X-Auth-Token": shop_keys["access_token"], "Accept": "application/json"},
            ),
            httpx2.Client(
                base_url=sandboxes["fortnox"]["base_url"], timeout=60.0,
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            ),
        ]  # fmt: skip

    def __enter__(self) -> _Bare:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._http:
            client.close()

    def replay(self, chain: list[Call]) -> int:
        """Make one chain's calls in their sequence; answers how many. Raises RuntimeError when an answer is another
        than the hub got: then it is not the same work."""
        renamed: dict[str, str] = {}
        for method, path, content, answered, status in chain:
            client = self._http[int(path[0])]
            url, body = _renumbered(path[1:], content, renamed)
            headers = {"content-type": "application/json"} if body else {}
            answer = client.request(method, url, content=body or None, headers=headers)
            if answer.status_code != status:
                raise RuntimeError(f"{method} {url}: {answer.status_code} instead of {status}: {answer.text[:300]}")
            if method != "GET":
                renamed.update(_numbers(answered, answer.content))
        return len(chain)


def _numbers(recorded: bytes, answered: bytes) -> Iterator[tuple[str, str]]:
    """Paths as they were in the hub's run and as they are now, for what a call made or booked."""
    with contextlib.suppress(ValueError, KeyError, TypeError):  # an answer without a number
        then, now = json.loads(recorded), json.loads(answered)
        for kind, (path, name) in _NUMBER.items():
            if kind in then:
                old, new = then[kind], now[kind]
                yield f"{path}/{old[name]}", f"{path}/{new[name]}"
                yield _voucher(old), _voucher(new)


def _voucher(document: dict[str, Any]) -> str:
    return f"/3/vouchers/{document.get('VoucherSeries')}/{document.get('VoucherNumber')}"


def _renumbered(url: str, content: bytes, renamed: dict[str, str]) -> tuple[str, bytes]:
    path, question, query = url.partition("?")
    for old, new in renamed.items():
        if path == old or path.startswith(f"{old}/"):
            path = path.replace(old, new, 1)
            break
    if b"InvoiceNumber" in content:
        for old, new in renamed.items():
            if old.startswith("/3/invoices/"):
                content = _INVOICE.sub(rb"\g<1>" + new.rsplit("/", 1)[1].encode(), content)
    return path + question + query, content
