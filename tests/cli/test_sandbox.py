"""`kontera sandbox all` prints the commands that connect what it serves (M123)."""

from __future__ import annotations

import shlex

from kontera.cli.sandbox import connect_command, make
from tests.cli.conftest import Say


def test_the_commands_it_prints_connect_shop_and_ledger(say: Say, slug: str) -> None:
    """As printed, ledger first; the ledger then answers that everything is there."""
    with make("fortnox") as ledger, make("bigcommerce") as shop:
        ledger.limiter.configure(None, 5)
        for one, more in ((ledger, {"vat_codes": "OSSDE19=19:2670"}), (shop, {})):
            told = {"base_url": one.base_url, "credentials": one.credentials(), **more}
            words = shlex.split(connect_command(one.name, told).replace("\\\n", " "))
            assert "kontera" == words[0]
            done = say(*words[1:], "--merchant", slug)
            assert 0 == done.exit_code, done.output
        done = say("readiness", "fx", "--merchant", slug)
    assert (0, False) == (done.exit_code, "\nNO" in done.output)
