"""One object that cannot be read, kept or judged is held by itself; trouble with the shop rests the lane."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import OperationalError

from kontera.cli.draining import drain_connection
from kontera.connections import store
from kontera.db.models import Connection, Exchange, Fact, Lane, Look
from kontera.errors import Problem, WillRetry
from kontera.intake import facts, lane
from kontera.intake.notices import look_at
from kontera.proof import laws
from kontera.sandboxes.kit import Fault
from kontera.storefronts.bigcommerce.adapter import BigCommerceStorefront
from kontera.storefronts.protocol import FactKind, Read
from tests.intake.pair import CLOCK, Pair
from tests.posting.world import LONG_AGO


def accounted(pair: Pair) -> tuple[str, ...]:
    """What breaks law 1."""
    (finding,) = laws.check(pair.merchant, ["accounted"])
    return finding.broken


@pytest.fixture
def poisoned(pair: Pair) -> tuple[Pair, str, list[str]]:
    """Eight orders, one of which makes the shop refuse a call about it."""
    pair.drain()
    bought = [str(pair.buys().id) for _ in range(8)]
    bad = bought.pop(3)
    pair.shop_sandbox.faults.add(Fault(kind="status", path=f"*/v2/orders/{bad}/taxes*", status=422))
    return pair, bad, bought


def test_a_refused_call_about_one_order_holds_that_order(poisoned: tuple[Pair, str, list[str]]) -> None:
    """Laws 1 and 4, M98 M100: the order waits as OUR_FAULT with the shop's words, the seven beside it are booked."""
    pair, bad, good = poisoned
    pair.works(2)
    assert ["booked"] * 7 == [pair.order(one).place for one in good]
    row = pair.order(bad)
    assert ("waiting", ["OUR_FAULT"]) == (row.place, pair.cases(row))
    assert "taxes was refused with 422" in row.waits.get(released_at=None).facts["reason"]
    assert ("", 0) == (Lane.objects.get(pk=pair.shop.pk).trouble, Look.objects.filter(connection=pair.shop).count())
    assert () == accounted(pair)


def test_what_was_held_is_booked_when_it_is_read_again(poisoned: tuple[Pair, str, list[str]]) -> None:
    """M15: the shop answers again; nothing of the trouble stays but its facts."""
    pair, bad, _ = poisoned
    pair.works()
    pair.shop_sandbox.faults.remove()
    look_at(pair.shop, "order", bad, author="Kim", now=CLOCK.now())
    pair.works()
    assert ("booked", 2) == (pair.order(bad).place, Fact.objects.filter(external_id=bad, connection=pair.shop).count())


def test_trouble_of_the_whole_shop_rests_the_lane_and_holds_nobody(pair: Pair) -> None:
    """Law 1: 503 about everything: no order is blamed, the looks stay, and what fails for long breaks a law."""
    pair.drain()
    pair.buys()
    pair.works()
    bought = pair.buys()
    pair.shop_sandbox.faults.add(Fault(kind="status", path="*/taxes*", status=503))
    pair.works(2)
    look = Look.objects.get(connection=pair.shop, external_id=str(bought.id))
    assert (True, 0) == (look.attempts > 0, pair.merchant.cases.filter(phase="open").count())
    assert Lane.objects.get(pk=pair.shop.pk).rest_until is not None
    assert () == accounted(pair)
    Look.objects.filter(pk=look.pk).update(attempts=11)
    assert (f"look at order {bought.id}",) == accounted(pair)
    Look.objects.filter(pk=look.pk).update(attempts=1, first_at=CLOCK.now() - timedelta(hours=2))
    assert (f"look at order {bought.id}",) == accounted(pair)


def test_an_order_the_shop_breaks_on_is_read_alone(pair: Pair) -> None:
    """Law 4: one order answers 500 for ever; after three attempts it no longer takes the others of its call along."""
    pair.drain()
    bought = [str(pair.buys().id) for _ in range(4)]
    pair.shop_sandbox.faults.add(Fault(kind="status", path=f"*/v2/orders/{bought[0]}/taxes*", status=500))
    pair.works(5)
    assert ["booked"] * 3 == [pair.order(one).place for one in bought[1:]]
    (look,) = Look.objects.filter(connection=pair.shop)
    assert (bought[0], True) == (look.external_id, look.due_at > CLOCK.now() + timedelta(seconds=60))


def test_an_unexpected_answer_holds_only_the_order_it_is_about(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Law 4: a defect of the adapter's (no error of ours), and an answer without one of the orders asked for."""
    pair.drain()
    bought = [str(pair.buys().id) for _ in range(3)]
    whole = BigCommerceStorefront.read

    def read(self: BigCommerceStorefront, kind: FactKind, ids: Sequence[str]) -> list[Read]:
        if bought[0] in ids:
            raise KeyError("nobody thought of this")
        return [one for one in whole(self, kind, ids) if one.id != bought[1]]

    monkeypatch.setattr(BigCommerceStorefront, "read", read)
    pair.works()
    assert ["waiting", "waiting", "booked"] == [pair.order(one).place for one in bought]
    reasons = [pair.order(one).waits.get(released_at=None).facts["reason"] for one in bought[:2]]
    assert ["KeyError: 'nobody thought of this'", "LookupError: the adapter answered without it"] == reasons


def test_what_was_read_before_the_shop_failed_is_kept(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read one by one, the shop goes down half-way: the first is kept, the rest is looked at again."""
    pair.drain()
    bought = [str(pair.buys().id) for _ in range(3)]
    whole = BigCommerceStorefront.read

    def read(self: BigCommerceStorefront, kind: FactKind, ids: Sequence[str]) -> list[Read]:
        if len(ids) > 1:
            raise KeyError("together it fails")
        if ids[0] == bought[1]:
            raise WillRetry(Problem(code="VENDOR_UNREACHABLE"), 5.0)
        return whole(self, kind, ids)

    monkeypatch.setattr(BigCommerceStorefront, "read", read)
    pair.works()
    waiting = sorted(Look.objects.filter(connection=pair.shop).values_list("external_id", flat=True))
    assert ("booked", bought[1:]) == (pair.order(bought[0]).place, waiting)


def second_shop(pair: Pair, code: str, name: str) -> Connection:
    """The same shop connected once more."""
    keys = {name: value for name, value in pair.shop_sandbox.credentials().items() if name != "client_id"}
    keys |= {"base_url": pair.shop_sandbox.base_url, "store": name}
    return store.connect(
        pair.merchant, "bigcommerce", code, keys, now=CLOCK.now(), author="test", since=LONG_AGO, ledger=pair.ledger
    )


def test_an_order_the_database_refuses_is_held_and_the_next_goes_on(pair: Pair) -> None:
    """Laws 1, 2 and 4: its references are taken by another connection; its answer is kept, the next order is booked."""
    pair.drain()
    taken = pair.buys()
    pair.works()
    two = second_shop(pair, "ab", "ab")
    store.save_settings(two.pk, {"store": "nt"})  # `connect` refuses this
    free = pair.buys()
    drain_connection(two.pk)
    pair.drain(2)
    assert {str(taken.id): "waiting", str(free.id): "booked"} == dict(two.orders.values_list("external_id", "place"))
    row = two.orders.get(external_id=str(taken.id))
    assert ["OUR_FAULT"] == pair.cases(row)
    assert "IntegrityError" in row.waits.get(released_at=None).facts["reason"]
    assert (True, None) == (str(taken.id).encode() in bytes(row.fact.raw), row.fact.content)
    assert Exchange.objects.filter(order=row).exists()
    assert (0, "") == (two.looks.count(), Lane.objects.get(pk=two.pk).trouble)
    assert () == accounted(pair)


def test_two_shops_never_share_their_references(pair: Pair) -> None:
    """Law 2: a second shop with the same store code in the same ledger is refused, whatever its letters' case."""
    with pytest.raises(ValueError, match=r"'nt' books into 'fortnox' as 'NT' already"):
        second_shop(pair, "ab", "NT")
    assert not Connection.objects.filter(merchant=pair.merchant, code="ab").exists()
    apart = second_shop(pair, "ab", "ab")
    with pytest.raises(ValueError, match="already"):
        store.connect(pair.merchant, "bigcommerce", "ab", {"store": "nt"}, now=CLOCK.now(), author="test")
    assert "ab" == Connection.objects.get(pk=apart.pk).settings["store"]


def test_a_database_out_of_reach_blames_no_order(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Law 4: a lost session is no order's fault; the lane rests and the look stays."""
    pair.drain()
    bought = pair.buys()

    def gone(*_: object) -> bool:
        raise OperationalError("the session is gone")

    monkeypatch.setattr(facts, "judge_locked", gone)
    pair.works()
    assert [str(bought.id)] == list(pair.shop.looks.values_list("external_id", flat=True))
    assert 0 == pair.shop.orders.count()


def test_only_the_first_line_of_a_database_error_is_told() -> None:
    """Databases quote the data in the lines after it."""
    read = facts.our_fault(FactKind.ORDER, "7", ValueError("bad\x00 text\nDETAIL: Anna Ek, Storgatan 1"))
    assert read.problem is not None
    assert {"order": "7", "reason": "ValueError: bad text"} == read.problem.facts


def test_looks_that_failed_often_are_read_alone() -> None:
    """The others of their call go on."""
    looks = [Look(kind="order", external_id=str(number), attempts=number) for number in range(5)]
    chunks = [[look.external_id for look in chunk] for chunk in lane._chunks(looks, 2)]
    assert [["3"], ["4"], ["0", "1"], ["2"]] == chunks
