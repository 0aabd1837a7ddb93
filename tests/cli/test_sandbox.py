"""`kontera sandbox all` prints the commands that connect what it serves (M123)."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from kontera.cli.preparing import CODES, LEDGER_CODES, prepare
from kontera.cli.sandbox import connect_command, make
from tests.cli.conftest import Say


def typed(name: str, told: dict[str, Any]) -> list[str]:
    """The printed command as a shell would split it."""
    words = shlex.split(connect_command(name, told).replace("\\\n", " "))
    assert "kontera" == words[0]
    return words[1:]


@pytest.mark.parametrize("vendor", LEDGER_CODES)
def test_the_command_it_prints_connects_a_ledger(vendor: str, say: Say, slug: str) -> None:
    """As printed, after the accountant's preparations; the ledger then answers that everything is there."""
    with make(vendor) as ledger:
        ledger.limiter.configure(None, 5)
        prepared = prepare(vendor, ledger.base_url)
        told = {"base_url": ledger.base_url, "credentials": ledger.credentials(), "prepared": prepared}
        done = say(*typed(vendor, told), "--merchant", slug)
        assert 0 == done.exit_code, done.output
        done = say("readiness", CODES[vendor], "--merchant", slug)
    assert (0, False) == (done.exit_code, "\nNO" in done.output), done.output


@pytest.mark.parametrize(("name", "code"), [("bigcommerce", "nt"), ("woocommerce", "wc"), ("woocommerce-2", "wc2")])
def test_the_command_it_prints_connects_a_shop(name: str, code: str, say: Say, slug: str) -> None:
    """It names the ledger that was connected first; a second shop of a vendor has a code of its own."""
    vendor = name.partition("-")[0]
    with make("fortnox") as ledger, make(vendor) as shop:
        say(*typed("fortnox", {"base_url": ledger.base_url, "credentials": ledger.credentials()}), "--merchant", slug)
        told = {"base_url": shop.base_url, "credentials": shop.credentials()}
        done = say(*typed(name, told), "--merchant", slug)
    assert 0 == done.exit_code, done.output
    assert f"as '{code}'" in done.output


def test_orders_are_placed_only_in_shops_that_run(say: Say) -> None:
    """A ledger, or a shop nobody serves, is refused with what to do."""
    for name in ("fortnox", "woocommerce", "woocommerce-9", "shopify"):
        done = say("sandbox", "place-orders", "--store", name, "--count", "1")
        assert (1, True) == (done.exit_code, "kontera sandbox all" in done.output), done.output
