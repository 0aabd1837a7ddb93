"""Files that cannot be used say where, and what would have been accepted."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kontera.simulate.scenario.parse import parse
from kontera.simulate.scenario.trouble import ScenarioError
from tests.scenarios.test_runner import BOOKED, SALE, TOP


def error(text: str) -> str:
    """How the file is refused."""
    with pytest.raises(ScenarioError) as refused:
        parse(text, "x.scenario")
    return str(refused.value)


def test_a_whole_file() -> None:
    """Every word lands where it belongs."""
    one = parse(TOP + SALE + BOOKED + "\nthen 1510 Kundfordringar holds 65.00  # open\n", "x.scenario")
    step = one.steps[0]
    assert ("A title", ("M2",), "se-bas") == (one.header.title, one.header.rows, one.header.rules)
    assert datetime(2026, 3, 2, 8, 10, tzinfo=UTC) == step.events[0].at
    assert ["goods", "total"] == [line.kind for line in step.events[0].cart]
    assert [("customer", "Anna Åkesson"), ("invoice", "nt-1001")] == [effect.key for effect in step.expected]
    assert [Decimal("65.00"), Decimal("-13.00"), Decimal("-52.00")] == [e.amount for e in step.expected[1].entries]
    assert [("1510", "Kundfordringar", Decimal("65.00"))] == [(b.account, b.name, b.amount) for b in one.balances]
    assert (12, 16) == (step.first, step.last)


GOLDEN = [
    ("", "x.scenario:1: No title\n    \n  Accepted: # What this shows, in one line"),
    ("# T\n", "x.scenario:1: No mission rows\n    # T\n  Accepted: # rows: M2 M40"),
    (
        "# T\n# rows: M1\nshop SEK\n",
        "x.scenario:1: The header has no line `ledger`\n    # T\n  Accepted: shop, ledger, rules, clock",
    ),
    (
        TOP.replace("SEK, ", "SEK, open on Sundays, "),
        "x.scenario:4: The shop cannot be 'open on Sundays'\n    shop     SEK, open on Sundays, prices with VAT\n"
        "  Accepted: SEK, prices with VAT, prices without VAT, one price in every country, VAT rounded per order",
    ),
    (TOP.replace("se-bas", "no-ns"), "x.scenario:6: There is no starter rulebook 'no-ns'\n    rules    no-ns\n"
     "  Accepted: se-bas, bc-se"),
    (TOP.replace("09:00", "noon"), "x.scenario:7: The clock is not an instant\n    clock    2026-03-02 noon\n"
     "  Accepted: clock 2026-03-02 09:00"),
    (
        TOP + SALE.replace("2026-03-02", "2026-02-30") + BOOKED,
        "x.scenario:9: 2026-02-30 09:10 is not a date and time\n"
        "    2026-02-30 09:10  order 1001 by Anna Åkesson, paid with bank\n"
        "  Accepted: 2026-03-02 or 2026-03-02 09:30",
    ),
    (
        TOP + SALE.replace("    total             65.00\n", "") + BOOKED,
        "x.scenario:9: An order ends with what is charged for it\n"
        "    2026-03-02 09:10  order 1001 by Anna Åkesson, paid with bank\n  Accepted: total 227.00",
    ),
    (TOP + SALE, "x.scenario:11: What must be so after this is not said\n    total             65.00\n"
     "  Accepted: expect ... | expect nothing"),
    (TOP + BOOKED, "x.scenario:9: Nothing happened before this\n    expect customer Anna Åkesson, SEVAT\n"
     "  Accepted: an event, beginning with its date"),
    (TOP + SALE + BOOKED.replace("52.00", "52.01"), "x.scenario:13: Debit 65.00 and credit 65.01 are not equal\n"
     "    expect invoice nt-1001 dated 2026-03-02 over 65.00 SEK"),
    (TOP + SALE + BOOKED.replace("2611", "3001"), "x.scenario:13: Account 3001 stands twice; write its sum\n"
     "    expect invoice nt-1001 dated 2026-03-02 over 65.00 SEK"),
    (TOP + SALE + BOOKED.replace("credit  13", "kredit  13"), "x.scenario:15: No entry is written like this\n"
     "    2611  kredit  13.00\n  Accepted: 1510 Kundfordringar  debit 227.00 | credit 227.00 [on WEBB]"),
    (TOP + SALE + BOOKED + "then 1510 has 65.00\n", "x.scenario:17: No balance is written like this\n"
     "    then 1510 has 65.00\n  Accepted: then 2421 Ej inlösta presentkort holds -300.00"),
    (TOP + SALE + BOOKED + "then 1510 holds 65.00\n" + SALE, "x.scenario:18: Nothing can happen after the balances at "
     "the end\n    2026-03-02 09:10  order 1001 by Anna Åkesson, paid with bank"),
    (TOP + SALE + "expect nothing\n    1510 debit 1.00\n", "x.scenario:12: This has no entries in the books\n"
     "    expect nothing\n  Accepted: entries below a booked invoice, payment or voucher"),
    (TOP + SALE + BOOKED + "and so on\n", "x.scenario:17: This line belongs to nothing\n    and so on\n"
     "  Accepted: DATE something happens | expect ... | then ACCOUNT holds AMOUNT"),
    (TOP + "2026-03-02 ledger is unlocked\n    tomorrow\n", "x.scenario:10: Nothing may be indented here\n"
     "    tomorrow\n  Accepted: lines of an order, or a rule"),
    (TOP + "2026-03-02 rules gain:\nexpect nothing\n", "x.scenario:9: No rule below\n    2026-03-02 rules gain:\n"
     "  Accepted: rules gain: (then the rule, indented, as TOML)"),
    (TOP + "\t2026-03-02 ledger is unlocked\n", "x.scenario:9: A tab makes columns that others see differently\n"
     "    2026-03-02 ledger is unlocked\n  Accepted: blanks"),
    (TOP + "2026-03-03 09:00 ledger is unlocked\n2026-03-02 08:00 ledger is unlocked\nexpect nothing\n",
     "x.scenario:10: This happens before the event above it\n    2026-03-02 08:00 ledger is unlocked"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), GOLDEN, ids=lambda text: text.partition("\n")[0][11:50])
def test_a_file_that_cannot_be_used(text: str, said: str) -> None:
    """The place, the line, what is accepted: word for word."""
    assert said == error(text)


@pytest.mark.parametrize(
    ("text", "examples"),
    [
        (TOP + "2026-03-02 the sun shines\n", ["DATE ledger is unlocked", "DATE order 1001 becomes Shipped"]),
        (TOP + SALE.replace("1 x", "one") + BOOKED, ["2 x TE-SEN-100 [to DE]", "gift card 500.00"]),
        (TOP + SALE + "expect the best\n", ["expect nothing", "expect customer Anna Åkesson, SEVAT"]),
    ],
)
def test_what_may_be_written_instead_is_listed(text: str, examples: list[str]) -> None:
    """Somebody who writes a first scenario learns the words from the error."""
    said = error(text)
    assert [True] * len(examples) == [f"\n    {example}" in said for example in examples]
