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

from kontera.cli.common import counted, hang_up_is_the_end
from kontera.cli.preparing import CODES, LEDGER_CODES, STORE_CODES, prepare, settings_of
from kontera.connections.registry import VENDORS
from kontera.db.ground import home_folder

if TYPE_CHECKING:
    from kontera.sandboxes.kit import Sandbox

_SANDBOXES = {  # the ledgers first: a shop's command names one
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
@click.option("--stores", default=1, show_default=True, help="How many shops of each vendor.")
@click.option("--prepared", is_flag=True, help="Add what the starter rulebook needs to the ledgers first.")
def serve_all(as_json: bool, fast: int, stores: int, prepared: bool) -> None:
    """Serve every vendor's sandbox until interrupted, and print the commands that connect them."""
    names = [vendor for vendor in _SANDBOXES if vendor in LEDGER_CODES]
    names += [_nth(vendor, number) for number in range(stores) for vendor in _SANDBOXES if vendor in STORE_CODES]
    _serve(names, as_json, fast, prepared=prepared)


@sandbox.command("serve")
@click.argument("vendor", type=click.Choice(list(_SANDBOXES)))
@click.option("--port", default=0, help="0 chooses a free one.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--fast", default=1, show_default=True)
def serve_one(vendor: str, port: int, as_json: bool, fast: int) -> None:
    """Serve one vendor's sandbox until interrupted."""
    _serve([vendor], as_json, fast, port)


@sandbox.command("place-orders")
@click.option("--store", default="bigcommerce", show_default=True, help="Name of a shop's sandbox that runs here.")
@click.option("--count", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--seed", default=7, show_default=True)
@click.option("--bad/--no-bad", default=True, help="Orders with something wrong: one of each kind, and 3 % of many.")
@click.option("--json", "as_json", is_flag=True)
def place_orders(store: str, count: int, seed: int, bad: bool, as_json: bool) -> None:
    """Shop in a running sandbox through the vendor's own API."""
    running = running_sandboxes()
    vendor = _vendor_of(store)
    if vendor not in STORE_CODES or store not in running:
        shops = ", ".join(name for name in running if _vendor_of(name) in STORE_CODES)
        told = f"those that run: {shops}" if shops else "start some with `kontera sandbox all`"
        raise click.ClickException(f"No shop called {store!r} runs here ({told}).")
    placed = shop(vendor, running[store], count, seed, bad)
    if as_json:
        click.echo(
            json.dumps([{"id": one.id, "total": str(one.total), "trouble": one.expected_trouble} for one in placed])
        )
    else:
        click.echo(f"Placed {counted(len(placed))}, {sum(bool(one.expected_trouble) for one in placed)} of them bad.")


def shop(vendor: str, running: dict[str, Any], count: int, seed: int, bad: bool) -> list[Any]:
    """Place orders in a running sandbox of a shop."""
    sandbox = importlib.import_module(_SANDBOXES[vendor][0])
    placed: list[Any] = sandbox.place_orders(
        running["base_url"], running["credentials"], count, seed, bad=sandbox.BAD_KINDS if bad else ()
    )
    return placed


def make(vendor: str, fast: int = 1) -> Sandbox:
    """A sandbox, not yet served. fast: its rate window that many times shorter than the vendor's."""
    module, name = _SANDBOXES[vendor]
    kind = getattr(importlib.import_module(module), name)
    made: Sandbox = kind()
    if fast > 1:
        made.limiter.configure(made.limiter.count, made.limiter.seconds / fast)
    return made


def _nth(vendor: str, number: int) -> str:
    """The name of one of several sandboxes of a vendor: woocommerce, woocommerce-2, ..."""
    return vendor if number == 0 else f"{vendor}-{number + 1}"


def _vendor_of(name: str) -> str:
    return name.partition("-")[0]


def running_sandboxes() -> dict[str, dict[str, Any]]:
    """What the sandboxes served from this home said of themselves."""
    place = _notes()
    if not place.exists():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(place.read_text())
    return found


def _notes() -> Path:
    return home_folder() / "sandboxes.json"


def _serve(names: list[str], as_json: bool, fast: int, port: int = 0, *, prepared: bool = False) -> None:
    stop = threading.Event()
    for sent in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sent, lambda *_: stop.set())
    hang_up_is_the_end()
    served = {name: make(_vendor_of(name), fast) for name in names}
    said: dict[str, dict[str, Any]] = {}
    for name, one in served.items():
        address = one.start(port)
        said[name] = {"base_url": address, "credentials": one.credentials()}
        if prepared:
            said[name]["prepared"] = prepare(one.name, address)
    _notes().parent.mkdir(parents=True, exist_ok=True)
    _notes().write_text(json.dumps(said))
    if as_json:
        click.echo(json.dumps(said))
    else:
        click.echo("\n\n".join(connect_command(name, told) for name, told in said.items()))
    stop.wait()
    for one in served.values():
        one.stop()
    _notes().unlink(missing_ok=True)


def connect_command(name: str, told: dict[str, Any]) -> str:
    """The command that connects a sandbox, from its address and keys. The first shops book into the ledger `fx`."""
    vendor = _vendor_of(name)
    code = CODES[vendor] + name.removeprefix(vendor).replace("-", "")
    lines = [f"kontera connect {vendor} --code {code}"]
    if VENDORS[vendor].kind == "storefront":
        lines = [f"{lines[0]} --ledger fx --since 2020-01-01"]
    lines += [f"--set {key}={shlex.quote(value)}" for key, value in settings_of(vendor, told).items()]
    return " \\\n    ".join(lines)
