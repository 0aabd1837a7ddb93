"""Lines in whole smallest units when a shop rounds only their sum.

Decides who gets the odd unit; never what is owed.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kontera.commerce import Line
from kontera.money import ONE, Money, decimals_of, round_to, total


def rounded_lines(lines: Sequence[Line], owed: Money) -> list[Line]:
    """Each line in whole smallest units. The shop keeps more decimals and rounds the sum: when the exact lines give the
    total but the rounded ones do not, the units go to the lines that rounding changed most (one unit each)."""
    exact = [line.charged for line in lines]
    whole = [amount.rounded() for amount in exact]
    gap = owed - total(whole, owed.currency)
    if gap and total(exact, owed.currency).rounded() == owed:
        unit = Money(ONE.scaleb(-decimals_of(owed.currency)), owed.currency)
        step = unit if gap.amount > 0 else -unit
        count = int(round_to(abs(gap.amount) / unit.amount, 0))
        lost = sorted(
            range(len(lines)), key=lambda index: ((exact[index] - whole[index]).amount * step.amount * -1, index)
        )
        for index in lost[:count]:
            whole[index] += step
    return [msgspec.structs.replace(line, charged=amount) for line, amount in zip(lines, whole, strict=True)]
