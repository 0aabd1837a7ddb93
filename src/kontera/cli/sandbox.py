"""`kontera sandbox`: the vendors' sandboxes served alone, and shopping in them. The hub is pointed at them exactly as
at the real vendors."""

from __future__ import annotations

import importlib
import json
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kontera.db.ground import home_folder

if TYPE_CHECKING:
    from kontera.sandboxes.kit import Sandbox

_SANDBOXES = {
    "bigcommerce": ("kontera.sandboxes.bigcommerce", "BigCommerceSandbox"),
    "business_central": ("kontera.sandboxes.business_central", "BusinessCentralSandbox"),
    "fortnox": ("kontera.sandboxes.fortnox", "FortnoxSandbox"),
}


@click.group()
def sandbox() -> None:
    """Serve the vendors' sandboxes, and shop in them."""


@sandbox.command("all")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON with every address and key, then serve.")
@click.option("--fast", default=1, show_default=True, help="Rate windows this many times shorter than the vendors'.")
def serve_all(as_json: bool, fast: int) -> None:
    """Serve every vendor's sandbox until interrupted."""
    _serve(list(_SANDBOXES), as_json, fast)


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
@click.option("--bad/--no-bad", default=True, help="About 3 % orders with something wrong, as real shops have.")
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


def _serve(vendors: list[str], as_json: bool, fast: int, port: int = 0) -> None:
    stop = threading.Event()
    for sent in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sent, lambda *_: stop.set())
    served = [make(vendor, fast) for vendor in vendors]
    said = {}
    for one in served:
        address = one.start(port)
        said[one.name] = {"base_url": address, "credentials": one.credentials()}
    _notes().parent.mkdir(parents=True, exist_ok=True)
    _notes().write_text(json.dumps(said))
    if as_json:
        click.echo(json.dumps(said))
    else:
        for name, told in said.items():
            click.echo(f"{name}: {told['base_url']}  {json.dumps(told['credentials'])}")
    stop.wait()
    for one in served:
        one.stop()
    _notes().unlink(missing_ok=True)
