"""The VAT each row carries: the shop's, in whole smallest units, checked against its rate by the öre oracle.

Decides how the shop's VAT (which may be exact to six decimals, or rounded in another place than the line) becomes
whole units per row without changing its sum per rate. Law: VAT per rate is the shop's. Never invents VAT.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from kontera.accounting.oracle import Ladder, explained, total_ladder, vat_by_rate, vat_ladder
from kontera.accounting.outcome import Difference, DifferenceCause
from kontera.accounting.parts import Part
from kontera.accounting.problems import rate_text, vat_differs
from kontera.accounting.rounding import distance_to_unit, round_to_sum, unit_of
from kontera.commerce import LineKind, Order
from kontera.errors import Problem
from kontera.money import Money, total


class VatAmounts(msgspec.Struct, frozen=True, kw_only=True):
    """VAT per part, in the parts' order, with what was explained and what was not.

    disputed: the shop's VAT is not what its rate makes of the amounts; a person may decide to book it all the same.
    problems: what no decision can turn into a booking: VAT that no rate says where to put.
    """

    vats: tuple[Money, ...]
    differences: tuple[Difference, ...] = ()
    disputed: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()

    def decided(self) -> VatAmounts:
        """The same after a person decided for the shop's VAT: what was disputed is a named difference."""
        settled = tuple(_decided(problem) for problem in self.disputed)
        return msgspec.structs.replace(self, differences=(*self.differences, *settled), disputed=())


def vat_amounts(order: Order, parts: Sequence[Part]) -> VatAmounts:
    """The VAT of every part in whole units, and every difference from the rules with its cause."""
    vats = [Money.zero(order.currency) for _ in parts]
    differences: list[Difference] = []
    disputed: list[Problem] = []
    groups = _groups(parts)
    taxed = [places for places in groups.values() if any(parts[place].vat for place in places)]
    for (_, rate), places in groups.items():
        members = [parts[place] for place in places]
        stated = total((part.vat for part in members), order.currency)
        # With one taxed rate the order's VAT is that rate's VAT; with several only the lines tell them apart.
        shop = order.vat.rounded() if taxed == [places] else stated.rounded()
        for place, vat in zip(places, round_to_sum([part.vat for part in members], shop), strict=True):
            vats[place] = vat
        exact = vat_by_rate(total((part.gross for part in members), order.currency), rate)
        ladder = total_ladder([vat_ladder(part, order.prices_include_vat) for part in members])
        _judge(order, rate_text(rate), shop, exact, _with_sum(ladder, shop, stated), differences, disputed)
    booked = total(vats, order.currency)
    problems = _on_gift_cards(order, parts)
    if booked != order.vat.rounded() and not disputed and not problems:
        ladder = total_ladder([vat_ladder(part, order.prices_include_vat) for part in parts])
        _judge(order, "all", order.vat.rounded(), booked, _with_sum(ladder, order.vat, booked), differences, problems)
    return VatAmounts(
        vats=tuple(vats),
        differences=tuple(differences),
        disputed=tuple(disputed),
        problems=tuple(problems),
    )


def _groups(parts: Sequence[Part]) -> dict[tuple[str, Decimal], list[int]]:
    """Places of the parts that share country and rate; gift cards sold are outside VAT."""
    groups: dict[tuple[str, Decimal], list[int]] = {}
    for place, part in enumerate(parts):
        if part.line.kind is not LineKind.GIFT_CARD:
            groups.setdefault((part.country, part.rate.normalize()), []).append(place)
    return groups


def _with_sum(ladder: Ladder, shop: Money, stated: Money) -> Ladder:
    """The ladder of the lines, and the one rounding of their sum: only where there are taxed lines to round."""
    if not ladder.lines:
        return ladder
    half = unit_of(shop.currency) / 2
    own = distance_to_unit(stated) if shop == stated.rounded() else half
    return ladder + Ladder(lines=own)


def _judge(
    order: Order,
    rate: str,
    shop: Money,
    exact: Money,
    ladder: Ladder,
    differences: list[Difference],
    disputed: list[Problem],
) -> None:
    """Nothing to say when the rounded figures agree; otherwise a named difference or a problem."""
    ours = exact.rounded()
    if ours == shop:
        return
    difference = explained(f"vat {rate}", shop, ours, exact, ladder)
    if difference is None:
        disputed.append(vat_differs(order, rate, shop, ours, Money(ladder.most, shop.currency)))
    else:
        differences.append(difference)


def _decided(problem: Problem) -> Difference:
    shop, ours = Money.parse(problem.facts["shop"]), Money.parse(problem.facts["rules"])
    cause, what = DifferenceCause.DECIDED, f"vat {problem.facts['rate']}"
    return Difference(what=what, shop=shop, ours=ours, cause=cause, bound=abs(shop - ours))


def _on_gift_cards(order: Order, parts: Sequence[Part]) -> list[Problem]:
    """A card that can buy anything bears no VAT when it is sold; one that does is not the card we know."""
    zero = Money.zero(order.currency)
    return [
        vat_differs(order, rate_text(part.rate), part.vat, zero, zero)
        for part in parts
        if part.line.kind is LineKind.GIFT_CARD and part.vat
    ]
