"""`kontera sandbox`: the vendors' sandboxes served alone, and shopping in them. The hub is pointed at them exactly as
at the real vendors."""

from __future__ import annotations

import importlib
import json
import shlex
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kontera.connections.registry import VENDORS
from kontera.db.ground import home_folder

if TYPE_CHECKING:
    from kontera.sandboxes.kit import Sandbox

_CODES = {"bigcommerce": "nt", "woocommerce": "wc", "quickbutik": "qb", "business_central": "bc"}
_SANDBOXES = {  # the ledger first: the shop's command names it
    "fortnox": ("kontera.sandboxes.fortnox", "FortnoxSandbox"),
    "business_central": ("kontera.sandboxes.business_central", "BusinessCentralSandbox"),
    "bigcommerce": ("kontera.sandboxes.bigcommerce", "BigCommerceSandbox"),
    "woocommerce": ("kontera.sandboxes.woocommerce", "WooCommerceSandbox"),
    "quickbutik": ("kontera.sandboxes.quickbutik", "QuickbutikSandbox"),
}


@click.group()
def sandbox() -> None:
    """Serve the vendors' sandboxes, and shop in them."""


@sandbox.command("all")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON with every address and key, then serve.")
@click.option("--fast", default=1, show_default=True, help="Rate windows this many times shorter than the vendors'.")
@click.option("--prepared", is_flag=True, help="Add the VAT codes for sales to other EU countries to the ledger first.")
def serve_all(as_json: bool, fast: int, prepared: bool) -> None:
    """Serve every vendor's sandbox until interrupted, and print the commands that connect them."""
    _serve(list(_SANDBOXES), as_json, fast, prepared=prepared)


@sandbox.command("serve")
@click.argument("vendor", type=click.Choice(list(_SANDBOXES)))
@click.option("--port", default=0, help="0 chooses a free one.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--fast", default=1, show_default=True)
def serve_one(vendor: str, port: int, as_json: bool, fast: int) -> None:
    """Serve one vendor's sandbox until interrupted."""
    _serve([vendor], as_json, fast, port)


@sandbox.command("place-orders")
@click.option("--store", type=click.Choice(["bigcommerce"]), default="bigcommerce", show_default=True)
@click.option("--count", default=100, show_default=True)
@click.option("--seed", default=7, show_default=True)
@click.option("--bad/--no-bad", default=True, help="Orders with something wrong: one of each kind, and 3 % of many.")
@click.option("--json", "as_json", is_flag=True)
def place_orders(store: str, count: int, seed: int, bad: bool, as_json: bool) -> None:
    """Shop in a running sandbox through the vendor's own API."""
    running = running_sandboxes()
    if store not in running:
        raise click.ClickException(f"No {store} sandbox runs here; start one with `kontera sandbox all`.")
    placed = shop(running[store], count, seed, bad)
    if as_json:
        click.echo(
            json.dumps([{"id": one.id, "total": str(one.total), "trouble": one.expected_trouble} for one in placed])
        )
    else:
        click.echo(f"Placed {len(placed)} orders, {sum(bool(one.expected_trouble) for one in placed)} of them bad.")


def shop(running: dict[str, Any], count: int, seed: int, bad: bool) -> list[Any]:
    """Place orders in a running BigCommerce sandbox."""
    from kontera.sandboxes.bigcommerce import BAD_KINDS
    from kontera.sandboxes.bigcommerce import place_orders as place

    return place(running["base_url"], running["credentials"], count, seed, bad=BAD_KINDS if bad else ())


def make(vendor: str, fast: int = 1) -> Sandbox:
    """A sandbox, not yet served. fast: its rate window that many times shorter than the vendor's."""
    module, name = _SANDBOXES[vendor]
    kind = getattr(importlib.import_module(module), name)
    made: Sandbox = kind()
    if fast > 1:
        made.limiter.configure(made.limiter.count, made.limiter.seconds / fast)
    return made


def running_sandboxes() -> dict[str, dict[str, Any]]:
    """What the sandboxes served from this home said of themselves."""
    place = _notes()
    if not place.exists():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(place.read_text())
    return found


def _notes() -> Path:
    return home_folder() / "sandboxes.json"


def _serve(vendors: list[str], as_json: bool, fast: int, port: int = 0, *, prepared: bool = False) -> None:
    stop = threading.Event()
    for sent in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sent, lambda *_: stop.set())
    served = [make(vendor, fast) for vendor in vendors]
    said: dict[str, dict[str, Any]] = {}
    for one in served:
        address = one.start(port)
        said[one.name] = {"base_url": address, "credentials": one.credentials()}
    if prepared:
        from kontera.cli.stage import prepare_ledger

        said["fortnox"]["vat_codes"] = prepare_ledger(said["fortnox"]["base_url"])
    _notes().parent.mkdir(parents=True, exist_ok=True)
    _notes().write_text(json.dumps(said))
    if as_json:
        click.echo(json.dumps(said))
    else:
        click.echo("\n\n".join(connect_command(name, told) for name, told in said.items()))
    stop.wait()
    for one in served:
        one.stop()
    _notes().unlink(missing_ok=True)


def connect_command(vendor: str, told: dict[str, Any]) -> str:
    """The command that connects a sandbox, from its address and keys. The shop books into the ledger `fx`."""
    keys, base = told["credentials"], told["base_url"]
    if vendor == "fortnox":
        lines = ["kontera connect fortnox --code fx"]
        given = {"base_url": base, "auth_url": f"{base}/oauth-v1", "grant": "client_credentials"}
        given |= {name: keys[name] for name in ("client_id", "client_secret", "tenant_id")}
        if "vat_codes" in told:
            given["vat_codes"] = told["vat_codes"]
    else:
        known = VENDORS[vendor]
        lines = [f"kontera connect {vendor} --code {_CODES[vendor]}"]
        if known.kind == "storefront":
            lines = [f"{lines[0]} --ledger fx --since 2020-01-01"]
        own = {setting.name for setting in known.own_settings()}
        given = {"store": _CODES[vendor].upper()} if "store" in own else {}
        given |= {"base_url": base, **{name: value for name, value in keys.items() if name in own}}
        if "vat_number_field" in own:
            given["vat_number_field"] = "VAT-nummer"
    lines += [f"--set {name}={shlex.quote(str(value))}" for name, value in given.items()]
    return " \\\n    ".join(lines)
