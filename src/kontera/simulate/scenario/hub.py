"""The merchant of a scenario, and the sandboxes it is connected to: notices come in; lanes are drained.

Decides when a lane is worked and how far the clock is moved when everything waits for time to pass. What the rooms do
with it is theirs: they are the product's own, unchanged.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from kontera.accounting.documents import document_from
from kontera.accounting.outcome import Difference
from kontera.accounting.starter import starter_text
from kontera.calls import RateWindow
from kontera.clock import ManualClock
from kontera.connections import adapters, store
from kontera.db.models import (
    Case,
    Connection,
    Cursor,
    Lane,
    Look,
    Merchant,
    OutboxDocument,
    ShopOrder,
)
from kontera.db.models import Notice as NoticeRow
from kontera.intake import lane as intake
from kontera.intake import notices
from kontera.money import from_plain
from kontera.posting import lane as posting
from kontera.posting import release, rules
from kontera.posting.decisions import KEEP_AS_BOOKED
from kontera.proof.read_back import read_back
from kontera.sandboxes.bigcommerce import BigCommerceSandbox
from kontera.simulate.scenario.business_central import BusinessCentralSide
from kontera.simulate.scenario.fortnox import FortnoxSide
from kontera.simulate.scenario.shop import Mismatch
from kontera.simulate.scenario.side import BUSINESS_CENTRAL, FORTNOX, Side
from kontera.simulate.scenario.variants import Killed, MortalClock
from kontera.simulate.scenario.words import Effect, Event
from kontera.work import lanes

SHOP_CODE = "nt"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_ROUNDS = 80
_FAR = timedelta(days=400)
_POLL = timedelta(seconds=61)


class Hub:
    """One merchant with a shop and a ledger, in the database that is open."""

    def __init__(
        self, clock: ManualClock, side: Side, ledger: Mapping[str, str], shop: Mapping[str, str], rulebook: str
    ) -> None:
        self._clock = clock
        self.mortal = MortalClock(clock)
        mark = uuid.uuid4().hex[:10]
        self.merchant = Merchant.objects.create(slug=f"scenario-{mark}", name="Nordisk Te AB", created_at=clock.now())
        self.ledger = self._connect(side.vendor, side.code, ledger)
        self.shop = self._connect("bigcommerce", SHOP_CODE, shop, self.ledger)
        self._toml = starter_text(rulebook)
        self._door = adapters.storefront(self.shop, clock, RateWindow(clock, 0, 0))
        rules.activate(self.merchant, self._toml, author="scenario", reason="start", now=clock.now())

    def _connect(
        self, vendor: str, code: str, values: Mapping[str, str], ledger: Connection | None = None
    ) -> Connection:
        return store.connect(
            self.merchant, vendor, code, values, now=self._clock.now(), author="scenario", ledger=ledger,
            since=_LONG_AGO,
        )  # fmt: skip

    # Notices

    def hear(self, headers: Mapping[str, str], body: bytes) -> None:
        """One delivery of a notice at the door: verified by the adapter, then kept."""
        content = self._door.read_notice(headers, body)
        notices.keep(
            [
                notices.Arrival(
                    connection=self.shop.pk, merchant=self.merchant.pk, source=NoticeRow.Source.WEBHOOK,
                    kind=change.kind, external_id=change.id, event=content.event, body=body, sent_at=content.sent_at,
                )
                for change in content.changes
            ],
            self._clock.now(),
        )  # fmt: skip

    # Work

    def settle(self, *, polls: bool) -> None:
        """Work until nothing is due and nothing will be. polls: the shop is asked what changed, too.
        Raises RuntimeError when it never gets quiet."""
        if polls:
            self._clock.advance(_POLL)
        next_poll = self._clock.now() + (_FAR if not polls else timedelta(0))
        Lane.objects.filter(pk=self.shop.pk).update(poll_at=next_poll)
        for _ in range(_ROUNDS):
            due = [pk for pk in lanes.due_lanes(self._clock.now()) if pk in (self.shop.pk, self.ledger.pk)]
            if due:
                for connection in due:
                    self._drain(connection)
                continue
            moment = self._next_moment()
            if moment is None:
                return
            self._clock.set(moment)
        raise RuntimeError(f"it never got quiet: lanes {due} are still due after {_ROUNDS} rounds")

    def _drain(self, connection: int) -> None:
        try:
            with lanes.hold(connection) as lane:
                if lane is not None:
                    if connection == self.shop.pk:
                        intake.drain(lane, self.mortal)
                    else:
                        posting.drain(lane, self.mortal, read_back)
        except Killed:  # the lock and what was not committed are gone with it; nobody cleaned up behind it
            Lane.objects.filter(pk=connection).update(worker="killed:1")

    def _next_moment(self) -> datetime | None:
        """When something that waits for time to pass becomes due."""
        documents = OutboxDocument.objects.filter(connection=self.ledger, step__in=OutboxDocument.MOVING)
        documents = documents.exclude(kind__in=OutboxDocument.SHARES)  # a day ends when the text says so
        looks = Look.objects.filter(connection=self.shop)
        moments = [*documents.values_list("due_at", flat=True), *looks.values_list("due_at", flat=True)]
        if moments:
            own = Lane.objects.filter(pk__in=(self.shop.pk, self.ledger.pk), connection__signed_in=True)
            moments += [lane.rest_until for lane in own if lane.rest_until]
        later = [moment for moment in moments if moment > self._clock.now()]
        return min(later, default=None)

    def forget_what_was_read(self) -> None:
        """Let polls begin at the beginning, and the ledger's set-up be read and every waiting order judged anew."""
        Cursor.objects.filter(connection=self.shop).delete()
        Lane.objects.filter(pk=self.ledger.pk).update(setup_at=None)

    # People

    def decide(self, event: Event) -> None:
        """What somebody does in the hub. Raises Mismatch when there is nothing to do it to."""
        words, now = event.words, self._clock
        if event.verb == "rule":
            self._toml += f"\n{event.body}\n"
            try:
                rules.activate(self.merchant, self._toml, author="scenario", reason="rule added", now=now.now())
            except ValueError as error:
                raise Mismatch(event.line, str(error)) from error
            release.judge_merchant(self.merchant.pk, now)
            return
        open_cases = Case.objects.filter(merchant=self.merchant, phase=Case.Phase.OPEN)
        if event.verb == "again":
            known = Case.objects.filter(merchant=self.merchant, code=words["code"])
            if not known.exists():  # one that was resolved meanwhile is no fault: there is only nothing left to do
                raise Mismatch(event.line, f"nothing ever waited for {words['code']}")
            for case in known.filter(phase=Case.Phase.OPEN):
                release.check_again(case, author=words["who"], reason="mended", clock=now)
            return
        order = self.shop.orders.get(number=words["order"])
        for case in open_cases.filter(waiters__order=order, waiters__released_at=None):
            release.decide(case, KEEP_AS_BOOKED, order=order, author=words["who"], reason="as booked", clock=now)

    # What is so

    def effects(self) -> Counter[Effect]:
        """Where every order stands, and the differences that were explained."""
        found: list[Effect] = []
        for order in ShopOrder.objects.filter(connection=self.shop).order_by("pk"):
            found.append(Effect(kind="order", subject=order.number, says=_standing(order)))
            found += [
                Effect(kind="difference", subject=order.number, says=_told(from_plain(Difference, plain)))
                for plain in order.differences
            ]
        return Counter(found)

    def reasons(self, subject: str) -> dict[str, str]:
        """account -> the rules that put amounts on it, in the documents of one reference."""
        rows = OutboxDocument.objects.filter(connection=self.ledger, reference__startswith=subject)
        found: dict[str, set[str]] = {}
        for row in rows.exclude(step=OutboxDocument.Step.ABANDONED):
            document: Any = document_from(row.content)
            for entry in document.postings:
                found.setdefault(entry.account, set()).add(entry.why.rule)
        return {account: ", ".join(sorted(names)) for account, names in found.items()}


def _standing(order: ShopOrder) -> str:
    if order.place == ShopOrder.Place.WAITING:
        codes = {waiter.case.code for waiter in order.waits.filter(released_at=None).select_related("case")}
        return f"waits for {', '.join(sorted(codes))}"
    if order.place == ShopOrder.Place.LEFT_OUT:
        return f"left out by {order.left_out_rule}"
    if order.place == ShopOrder.Place.BOOKED:
        return "booked"
    joins = OutboxDocument.closable(datetime.max.replace(tzinfo=UTC)).filter(order=order).order_by("sequence").first()
    if joins is None:
        return f"is still {order.place}"
    return f"joins the summary of {joins.content['date']} {joins.content['currency']} {joins.content['processor']}"


def _told(one: Difference) -> str:
    ours: Decimal = one.ours.amount
    return f"{one.what}, shop {one.shop.amount:f}, booked {ours:f}, {one.cause}"


class World:
    """The sandboxes, served once and reset for every run."""

    def __init__(self) -> None:
        self.clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))  # every scenario sets its own
        self.store = BigCommerceSandbox(self.clock)
        self.sides: dict[str, Side] = {
            FORTNOX: FortnoxSide(self.clock),
            BUSINESS_CENTRAL: BusinessCentralSide(self.clock),
        }

    def merchant(self, side: Side, rulebook: str, settings: Mapping[str, str]) -> Hub:
        """A new merchant, connected to the store and to this ledger with these settings."""
        return Hub(self.clock, side, settings, _shop_settings(self), rulebook)


@contextmanager
def world() -> Iterator[World]:
    """The sandboxes, served until the block ends. Needs the database to be open."""
    made = World()
    with ExitStack() as served:
        served.enter_context(made.store)
        for side in made.sides.values():
            served.enter_context(side.sandbox)
        yield made


def _shop_settings(made: World) -> dict[str, str]:
    keys = made.store.credentials()
    return {
        "base_url": made.store.base_url, "store_hash": str(keys["store_hash"]),
        "access_token": str(keys["access_token"]), "client_secret": str(keys["client_secret"]),
        "vat_number_field": "VAT-nummer", "rate_calls": "0",
    }  # fmt: skip
