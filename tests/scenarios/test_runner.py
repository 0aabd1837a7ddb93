"""The runner sees what is wrong, and tells it as an accountant reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kontera.simulate.scenario.accept import accepted
from kontera.simulate.scenario.parse import parse
from kontera.simulate.scenario.variants import PLAIN, Killed, MortalClock, Variant

TOP = """# A title
# rows: M2

shop     SEK, prices with VAT
ledger   Fortnox
rules    se-bas
clock    2026-03-02 09:00

"""
SALE = """2026-03-02 09:10  order 1001 by Anna Åkesson, paid with bank
    1 x KO-BUR-100    65.00  VAT 25 %
    total             65.00
"""
BOOKED = """expect customer Anna Åkesson, SEVAT
expect invoice nt-1001 dated 2026-03-02 over 65.00 SEK
    1510  debit   65.00
    2611  credit  13.00
    3001  credit  52.00
"""


def failures(made: Any, text: str, variant: Variant = PLAIN) -> tuple[str, ...]:
    """What a run tells of a text."""
    from kontera.simulate.scenario.run import run

    return run(parse(text, "x.scenario"), made, variant).failures


def test_an_ore_off_is_told_per_account_with_the_rule_behind_it(made: Any) -> None:
    """M46: expected, got, and which rule put it there."""
    wrong = BOOKED.replace("13.00", "13.01").replace("52.00", "51.99")
    assert (
        """x.scenario:13: invoice nt-1001 dated 2026-03-02 over 65.00 SEK is not as expected
  account                                                   expected           got       rule
  1510 Kundfordringar                                    debit 65.00   debit 65.00       accounts.receivable
  2611 Utgående moms på försäljning inom Sverige, 25 %  credit 13.01  credit 13.00  <--  vat.se-25
  3001 Försäljning inom Sverige, 25 % moms              credit 51.99  credit 52.00  <--  revenue.goods-25""",
    ) == failures(made, TOP + SALE + wrong)


@pytest.mark.parametrize(
    ("expected", "place"),
    [
        (BOOKED.replace("expect customer Anna Åkesson, SEVAT\n", ""), "not expected: customer Anna Åkesson, SEVAT"),
        (BOOKED + "expect order 1001 waits for PERIOD_LOCKED\n", "missing: order 1001 waits for PERIOD_LOCKED"),
        (BOOKED.replace("over 65.00", "over 66.00"), "expected invoice nt-1001 dated 2026-03-02 over 66.00 SEK"),
        (BOOKED.replace("2026-03-02", "2026-03-03"), "expected invoice nt-1001 dated 2026-03-03 over 65.00 SEK"),
        (BOOKED.replace("3001  ", "3001 Konsulttjänster  "), "account 3001 is called 'Försäljning inom Sverige, 25 %"),
        (BOOKED + "then 1510 holds 64.00\n", "account 1510 holds 65.00, not 64.00"),
        ("expect nothing\n", "not expected: invoice nt-1001 dated 2026-03-02 over 65.00 SEK"),
    ],
)
def test_what_is_not_so_is_told(made: Any, expected: str, place: str) -> None:
    """Exact effects: one too many and one too few both fail."""
    found = failures(made, TOP + SALE + expected)
    assert any(place in text for text in found), found


@pytest.mark.parametrize(
    ("sale", "said"),
    [
        (SALE.replace("  65.00  VAT", "  66.00  VAT"), "x.scenario:10: the shop says 1 x 65 VAT 25 % here, not 1 x 66"),
        (SALE.replace("VAT 25", "VAT 12"), "x.scenario:10: the shop says 1 x 65 VAT 25 % here, not 1 x 65 VAT 12 %"),
        (SALE.replace("1001", "1002"), "x.scenario:9: the shop calls this order 1001, not 1002"),
        (SALE.replace("Anna Åkesson", "Nils Holm"), "x.scenario:9: the shop cannot do this: no customer is called"),
        (SALE.replace("KO-BUR-100", "KO-XXL"), "x.scenario:9: the shop cannot do this: no article for"),
    ],
)
def test_the_text_may_not_claim_what_the_shop_does_not_charge(made: Any, sale: str, said: str) -> None:
    """Prices in the text are held against the store's own."""
    found = failures(made, TOP + sale + BOOKED)
    assert (1, True) == (len(found), found[0].startswith(said)), found


def test_accepting_writes_what_then_holds(made: Any) -> None:
    """What `accept` writes is what a run agrees with, and writing again changes nothing."""
    from kontera.simulate.scenario.run import run

    bare = parse(TOP + SALE, "x.scenario", unfinished=True)
    text = accepted(bare, run(bare, made, learn=True).effects)
    assert () == failures(made, text)
    assert "    2611  Utgående moms på försäljning inom Sverige, 25 %" in text
    again = parse(text, "x.scenario")
    assert text == accepted(again, run(again, made, learn=True).effects)


def test_accept_refuses_to_write_over_what_is_expected(tmp_path: Path) -> None:
    """Figures somebody checked by hand are not lost by a command."""
    from kontera.cli.scenarios import scenario as command

    file = tmp_path / "one.scenario"
    file.write_text(TOP + SALE + BOOKED)
    done = CliRunner().invoke(command, ["accept", str(file)])
    assert (1, TOP + SALE + BOOKED) == (done.exit_code, file.read_text())
    assert f"Error: {file} expects something already; --force writes over it.\n" == done.output


def test_the_commands_at_a_terminal(tmp_path: Path) -> None:
    """In a database and sandboxes of their own: accepted, run again, then spoiled and told."""
    file = tmp_path / "one.scenario"
    file.write_text(TOP + SALE)
    accept = _kontera("accept", file)
    assert (0, f"{file}: written. Check every figure by hand before you keep it.\n") == accept
    code, said = _kontera("run", file)
    assert (0, "1 of 1 scenarios end as they are written.") == (code, said.splitlines()[-1])
    file.write_text(file.read_text().replace("13.00", "14.00").replace("52.00", "51.00"))
    code, said = _kontera("run", file)
    assert (1, "0 of 1 scenarios end as they are written.") == (code, said.splitlines()[-1])
    assert "credit 14.00  credit 13.00  <--  vat.se-25" in said


def _kontera(command: str, file: Path) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-m", "kontera", "scenario", command, str(file)],
        env=environment, text=True, capture_output=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_a_file_that_cannot_be_read_ends_with_code_2(tmp_path: Path) -> None:
    """The line is named; nothing is started."""
    from kontera.cli.scenarios import scenario as command

    file = tmp_path / "one.scenario"
    file.write_text(TOP + "2026-03-02 the sun shines\n")
    done = CliRunner().invoke(command, ["run", str(file)])
    assert 2 == done.exit_code
    assert f"{file}:9: Nothing we know of can happen like this" in done.output


def test_the_clock_kills_once() -> None:
    """At the n-th asking, and never again: the next worker lives."""
    from datetime import UTC, datetime

    from kontera.clock import ManualClock

    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    clock = MortalClock(ManualClock(noon))
    clock.kill_at(2)
    assert noon == clock.now()
    with pytest.raises(Killed):
        clock.now()
    assert (noon, 3) == (clock.now(), clock.asked)
