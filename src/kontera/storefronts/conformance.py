"""What every storefront adapter must keep, as a suite a test class inherits; the stage brings its shop there.

Decides nothing about a vendor. An adapter that passes can be trusted by intake: no order is skipped or found twice,
one bad record stops nobody, and every refusal is an error of ours that says what happens next.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from kontera.commerce import Order
from kontera.errors import KonteraError, NeedsOperator, NeedsSignIn, WillRetry
from kontera.money import total
from kontera.storefronts.protocol import Change, FactKind, NoticeRefused, Read, Storefront

E = TypeVar("E", bound=Exception)
_MOST_PAGES = 200


class Stage(ABC):
    """A shop that can be brought into every situation the suite asks about."""

    adapter: Storefront
    since: datetime  # before the first order
    page_size: int  # how many changes the adapter asks for at once
    signs_time: bool = True  # whether a notice proves when it was sent; where it does not, a replay cannot be told
    signs: bool = True  # whether a notice proves who sent it; where it does not, its address is the secret

    @abstractmethod
    def place(self, count: int) -> list[str]:
        """Place honest orders now; their ids."""

    @abstractmethod
    def touch(self, order: str) -> None:
        """Change an order in the shop so that its modification time moves on."""

    @abstractmethod
    def let_time_pass(self, by: timedelta) -> None:
        """Move the shop's clock."""

    @abstractmethod
    def place_dirty(self) -> str:
        """Place an order that cannot be read; its id."""

    @abstractmethod
    def notice(self, order: str, *, age: timedelta = timedelta(0)) -> tuple[dict[str, str], bytes]:
        """A genuine notice about an order, as the vendor would have sent it `age` ago."""

    @abstractmethod
    def sign(self, body: bytes) -> dict[str, str]:
        """Genuine headers for any body, for what only the vendor could send."""

    @abstractmethod
    def revoke_key(self) -> None:
        """From now on the shop does not accept the key."""

    @abstractmethod
    def take_scopes(self) -> None:
        """From now on the key lacks the scope to read orders."""

    @abstractmethod
    def answer_busy(self) -> None:
        """The next call is answered "too many requests"."""

    @abstractmethod
    def answer_page(self) -> None:
        """The next call is answered by an HTML maintenance page."""


class StorefrontConformance:
    """Inherit in a test class named Test…, with `make_stage()`. Every test gets a shop of its own."""

    stage: Stage

    def make_stage(self) -> Stage:
        """A fresh shop without orders and an adapter connected to it."""
        raise NotImplementedError

    def close_stage(self) -> None:
        """Let go of the shop; nothing to do for one in memory."""

    def setup_method(self) -> None:
        """A shop of its own for each test."""
        self.stage = self.make_stage()

    def teardown_method(self) -> None:
        """See close_stage."""
        self.close_stage()

    # Finding

    def test_backfill_finds_every_order_exactly_once(self) -> None:
        """M1: more than two pages, each order once."""
        placed = self.stage.place(7)
        for _ in range(2):
            self.stage.let_time_pass(timedelta(seconds=30))
            placed += self.stage.place(self.stage.page_size - 1)
        found, _ = self.walk(None)
        # The second a page ends in is asked for again rather than left out: a change may be named twice, and then
        # with the same time, by which intake knows it.
        assert sorted(placed) == sorted({change.id for change in found})
        assert len(placed) == len({(change.id, change.changed_at) for change in found})

    def test_orders_of_one_second_are_all_found(self) -> None:
        """M1: an import writes more orders in one second than fit in a page."""
        placed = self.stage.place(self.stage.page_size + 3)
        found, _ = self.walk(None)
        assert set(placed) <= {change.id for change in found}

    def test_an_order_that_changes_during_paging_hides_no_other(self) -> None:
        """M1: the changed order leaves its place; what stood behind it must still be found."""
        placed = []
        for _ in range(4):
            placed += self.stage.place(self.stage.page_size // 2)
            self.stage.let_time_pass(timedelta(seconds=30))
        first = self.stage.adapter.changes(FactKind.ORDER, None, self.stage.since)
        for change in first.changes[:5]:
            self.stage.touch(change.id)
        rest, _ = self.walk(first.cursor)
        assert set(placed) == {change.id for change in (*first.changes, *rest)}

    def test_the_cursor_at_rest_overlaps(self) -> None:
        """M1: it stands before the highest time seen, so the newest order is seen again; never at "now"."""
        (newest,) = self.stage.place(1)
        _, cursor = self.walk(None)
        self.stage.let_time_pass(timedelta(days=3))
        again, _ = self.walk(cursor)
        assert newest in {change.id for change in again}

    def test_a_later_change_is_found(self) -> None:
        """M1, M11: without any notice."""
        order, _ = self.stage.place(2)
        self.stage.let_time_pass(timedelta(hours=1))
        _, cursor = self.walk(None)
        self.stage.touch(order)
        found, _ = self.walk(cursor)
        assert order in {change.id for change in found}

    def test_nothing_changed_costs_one_page(self) -> None:
        """An empty shop answers an empty page and keeps the cursor."""
        page = self.stage.adapter.changes(FactKind.ORDER, None, self.stage.since)
        assert (page.changes, page.more) == ((), False)
        assert self.stage.adapter.changes(FactKind.ORDER, page.cursor, self.stage.since).cursor == page.cursor

    # Reading

    def test_read_answers_once_per_id(self) -> None:
        """M15: any chosen orders, in one go."""
        placed = self.stage.place(5)
        assert placed == [read.id for read in self.read(placed)]

    def test_one_chosen_order_can_be_read(self) -> None:
        """M15."""
        (order,) = self.stage.place(1)
        (read,) = self.read([order])
        assert order == self.order(read).id

    def test_an_unknown_order_is_gone_and_stops_no_other(self) -> None:
        """M1: deleted meanwhile, or an id that is none."""
        (order,) = self.stage.place(1)
        read = {read.id: read for read in self.read(["999999999", order, "no-such-id"])}
        assert (read["999999999"].gone, read[order].gone, read["no-such-id"].gone) == (True, False, True)

    def test_a_dirty_order_is_a_problem_and_stops_no_other(self) -> None:
        """M98: a named problem with facts, not an exception."""
        dirty = self.stage.place_dirty()
        (honest,) = self.stage.place(1)
        read = {read.id: read for read in self.read([dirty, honest])}
        problem = read[dirty].problem
        assert problem is not None
        assert problem.code
        assert dirty == problem.facts["order"]
        assert honest == self.order(read[honest]).id

    def test_exactly_one_answer_is_set(self) -> None:
        """Intake need not guess which."""
        ids = [*self.stage.place(1), self.stage.place_dirty(), "999999999"]
        for read in self.read(ids):
            assert sum([read.order is not None, read.problem is not None, read.gone]) == 1
            assert read.order is not None or not read.left_out

    def test_the_same_content_gives_an_equal_order(self) -> None:
        """M1: reading twice is no change."""
        placed = self.stage.place(3)
        first, second = self.read(placed), self.read(placed)
        assert [read.order for read in first] == [read.order for read in second]
        assert [read.raw for read in first] == [read.raw for read in second]

    def test_charged_lines_and_rounding_add_up_to_the_total(self) -> None:
        """M8, M100: for honest orders to the smallest unit."""
        for read in self.read(self.stage.place(10)):
            order = self.order(read)
            charged = total((line.charged for line in order.lines), order.currency)
            assert order.total == (charged + order.rounding if order.rounding else charged)

    # Notices

    def test_a_genuine_notice_names_the_order(self) -> None:
        """M11."""
        (order,) = self.stage.place(1)
        content = self.stage.adapter.read_notice(*self.stage.notice(order))
        assert [Change(kind=FactKind.ORDER, id=order)] == [
            Change(kind=change.kind, id=change.id) for change in content.changes
        ]
        assert content.event

    def test_a_changed_body_is_refused(self) -> None:
        """M100: one byte is enough. Where nothing is signed, it asks for a look at something else and no more."""
        headers, body = self.stage.notice(*self.stage.place(1))
        changed = body.replace(b"1", b"2", 1) if b"1" in body else body + b" "
        if self.stage.signs:
            assert self.refused(headers, changed).status == 401
        else:
            self.only_asks_for_a_look(headers, changed)

    def test_an_unsigned_notice_is_refused(self) -> None:
        """M100: unless the vendor never signs."""
        _, body = self.stage.notice(*self.stage.place(1))
        if self.stage.signs:
            assert self.refused({"content-type": "application/json"}, body).status == 401
        else:
            self.only_asks_for_a_look({}, body)

    def test_an_old_notice_is_refused(self) -> None:
        """M100: a replay. Where the vendor signs no time it is known by its event, and asks for a look and no more."""
        headers, body = self.stage.notice(*self.stage.place(1), age=timedelta(minutes=10))
        if self.stage.signs_time:
            assert self.refused(headers, body).status == 401
        else:
            first = self.stage.adapter.read_notice(headers, body)
            self.stage.let_time_pass(timedelta(minutes=10))
            assert first == self.stage.adapter.read_notice(headers, body)
            assert first.sent_at is None

    def test_an_oversized_notice_is_refused(self) -> None:
        """M100: before anything is calculated over it."""
        body = b" " * 2_000_000
        assert self.refused(self.stage.sign(body), body).status == 413

    def test_genuine_nonsense_is_refused(self) -> None:
        """M100: signed, but not JSON, or not a notice."""
        for body in (b"<html>", b"[]", b"{}", b"\xff\xfe", b""):
            assert self.refused(self.stage.sign(body), body).status in (400, 401)

    # Refusals

    def test_a_revoked_key_needs_sign_in(self) -> None:
        """M98: everything on the connection waits; nothing is lost."""
        self.stage.revoke_key()
        problem = self.fails(NeedsSignIn, self.look).problem
        assert (problem.code, problem.cause) == ("SHOP_SIGN_IN", "connection")

    def test_a_missing_scope_is_named(self) -> None:
        """M98."""
        self.stage.take_scopes()
        problem = self.fails(NeedsOperator, self.look).problem
        assert problem.code == "SHOP_SCOPE_MISSING"
        assert problem.facts["scope"]

    def test_busy_is_tried_again_later(self) -> None:
        """M97: with the time to wait."""
        self.stage.answer_busy()
        assert self.fails(WillRetry, self.look).after > 0

    def test_a_maintenance_page_is_tried_again_later(self) -> None:
        """M97: HTML is not an answer."""
        self.stage.answer_page()
        assert self.fails(WillRetry, self.look).problem.code in ("VENDOR_MAINTENANCE", "VENDOR_UNREACHABLE")

    def test_readiness_says_what_is_wrong(self) -> None:
        """M98: a refused key is a line of the list, not an exception."""
        self.stage.revoke_key()
        faults = [check for check in self.stage.adapter.readiness() if not check.ok]
        assert [check.problem.code for check in faults if check.problem] == ["SHOP_SIGN_IN"]

    # Helpers

    def walk(self, cursor: str | None) -> tuple[list[Change], str]:
        """Every change from a cursor on, and the cursor at rest."""
        found: list[Change] = []
        for _ in range(_MOST_PAGES):
            page = self.stage.adapter.changes(FactKind.ORDER, cursor, self.stage.since)
            found += page.changes
            cursor = page.cursor
            if not page.more:
                return found, cursor
        raise AssertionError(f"no end after {_MOST_PAGES} pages")

    def read(self, ids: list[str]) -> list[Read]:
        """Read orders whole."""
        return self.stage.adapter.read(FactKind.ORDER, ids)

    def look(self) -> None:
        """The plainest call."""
        self.stage.adapter.changes(FactKind.ORDER, None, self.stage.since)

    def order(self, read: Read) -> Order:
        """The order of a read that must have one."""
        assert read.order is not None, read.problem
        return read.order

    def refused(self, headers: Mapping[str, str], body: bytes) -> NoticeRefused:
        """The refusal of a notice that must be refused."""
        return self.fails(NoticeRefused, lambda: self.stage.adapter.read_notice(headers, body))

    def only_asks_for_a_look(self, headers: Mapping[str, str], body: bytes) -> None:
        """Nothing of the notice is believed but one id."""
        content = self.stage.adapter.read_notice(headers, body)
        assert all(change == Change(kind=change.kind, id=change.id) for change in content.changes)
        assert (len(content.changes), content.sent_at) == (1, None)

    def fails(self, kind: type[E], call: Callable[[], object]) -> E:
        """The error a call must end in."""
        try:
            call()
        except kind as error:
            return error
        except KonteraError as error:
            raise AssertionError(f"{kind.__name__} was expected, not {error!r}") from error
        raise AssertionError(f"{kind.__name__} was expected")
