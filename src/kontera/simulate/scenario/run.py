"""A scenario from its first line to its last, in one way the world may behave, and then everything once more.

Decides the order: something happens, the merchant works until all is quiet, and then exactly what the text expects
must be new in the ledger. At the end every notice comes again, every order is looked at again, and nothing changes.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

import msgspec

from kontera.proof import laws
from kontera.sandboxes.kit import Fault
from kontera.simulate.scenario.compare import differences
from kontera.simulate.scenario.shop import Mismatch, Notice, Shop
from kontera.simulate.scenario.side import VERBS, written_calls
from kontera.simulate.scenario.variants import PLAIN, Variant
from kontera.simulate.scenario.words import Effect, Event, Scenario, Step

if TYPE_CHECKING:
    from kontera.simulate.scenario.hub import World

_HUB_VERBS = frozenset({"rule", "again", "kept"})
_A_MINUTE = timedelta(minutes=1)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How it went. failures: empty when all is as written. effects: what was new after each step. moments: how often
    the worker asked for the time; calls: how many calls the ledger answered (both until the last step)."""

    failures: tuple[str, ...]
    effects: tuple[Counter[Effect], ...]
    moments: int
    calls: int


def run(scenario: Scenario, made: World, variant: Variant = PLAIN, *, learn: bool = False, ledger: str = "") -> Result:
    """Run it; what is not as written is told in `failures`. learn: nothing is held against what is written, the run
    only tells what happened. ledger: one of those the header names, the first when left out."""
    return _Run(scenario, made, variant, learn, ledger or scenario.header.ledgers[0]).run()


class _Run:
    """One run, with a merchant of its own."""

    def __init__(self, scenario: Scenario, made: World, variant: Variant, learn: bool, ledger: str) -> None:
        self.side = made.sides[ledger]
        self.scenario, self.made, self.variant, self._learn = scenario, made, variant, learn
        made.clock.set(scenario.header.clock)
        rulebook = self.side.rulebook(scenario.header.rules)
        settings = self.side.fresh(rulebook)
        self.shop = Shop(made.store, made.clock)
        self.shop.open(scenario.header)
        self.hub = made.merchant(self.side, rulebook, settings)
        self.seen: Counter[Effect] = Counter()
        self.heard: list[Notice] = []

    def run(self) -> Result:
        """All steps, the balances, the laws, and everything once more."""
        try:
            for event in self._from_the_start():
                self._pull(event)
        except Mismatch as mismatch:
            told = f"{self.scenario.file}:{mismatch.line}: {mismatch}"
            return Result(failures=(told,), effects=(), moments=0, calls=0)
        self.hub.settle(polls=False)
        self._arm()
        asked, failures, effects = self.hub.mortal.asked, [], []
        for step in self.scenario.steps:
            try:
                self._happen(step)
            except Mismatch as mismatch:
                failures = [f"{self.scenario.file}:{mismatch.line}: {mismatch}"]
                break
            new = self._new()
            effects.append(new)
            if self._learn:
                continue
            wanted = [self.side.as_written(effect) for effect in step.expected]
            failures = differences(self.scenario.file, step.last or step.end, wanted, new, self.hub.reasons)
            if failures:
                break
        moments, calls = self.hub.mortal.asked - asked, int(self.side.sandbox.calls.summary()["total"])
        self._disarm()
        if not failures and not self._learn:
            failures = [*self._balances(), *self._laws(), *self._once_more()]
        return Result(failures=tuple(failures), effects=tuple(effects), moments=moments, calls=calls)

    def _arm(self) -> None:
        self.side.sandbox.calls.reset()
        self.hub.mortal.kill_at(self.variant.kill_at)
        for kind, at in (("lost_answer", self.variant.lose_at), ("refuse_before", self.variant.refuse_at)):
            if at:
                self.side.sandbox.faults.add(Fault(kind=kind, path=self.side.calls, times=1, skip=at - 1))

    def _disarm(self) -> None:
        self.hub.mortal.kill_at(0)
        self.side.sandbox.faults.remove()

    # A step

    def _from_the_start(self) -> list[Event]:
        """What the ledger is like before anything else happens is known to the merchant's first copy of its set-up:
        whether the worker dies while it takes that copy must make no difference."""
        first = self.scenario.steps[0].events
        return list(takewhile(lambda event: event.verb in VERBS, first))

    def _happen(self, step: Step) -> None:
        for event in step.events:
            if event in self._from_the_start():
                continue
            now = self.made.clock.now()
            self.made.clock.set(
                max(event.at, now + _A_MINUTE) if event.timed else max(_morning(event), now + _A_MINUTE)
            )
            self._carry_out(event)
            if not self.variant.held_back:
                self._work(self._told())
        if self.variant.held_back:
            self._work(self._told()[::-1])

    def _carry_out(self, event: Event) -> None:
        if event.verb == "passes":
            return
        if event.verb in VERBS:
            self._pull(event)
        elif event.verb in _HUB_VERBS:
            self.hub.decide(event)
        else:
            self.shop.happen(event)

    def _pull(self, event: Event) -> None:
        try:
            self.side.pull(event)
        except ValueError as error:
            raise Mismatch(event.line, str(error)) from error

    def _told(self) -> list[Notice]:
        """What the shop has said since it was last asked."""
        said, self.shop.said = self.shop.said, []
        self.heard += said
        return said

    def _work(self, said: list[Notice]) -> None:
        for notice in said:
            for _ in range(self.variant.told):
                self.hub.hear(self.shop.signed(notice), notice.body)
        self.hub.settle(polls=self.variant.polls)

    def _now(self) -> Counter[Effect]:
        return self.side.effects() + self.hub.effects()

    def _new(self) -> Counter[Effect]:
        """What is so now and was not after the step before. What is gone is new, too, unless it became another."""
        now = self._now()
        new, gone = now - self.seen, self.seen - now
        for effect, count in gone.items():
            if effect.key not in {other.key for other in new}:
                new[msgspec.structs.replace(effect, kind=f"{effect.kind} that is gone")] = count
        self.seen = now
        return new

    # The end

    def _balances(self) -> list[str]:
        held, names = self.side.balances(), self.side.account_names()
        told = []
        for said in self.scenario.balances:
            place = f"{self.scenario.file}:{said.line}"
            found = held.get(said.account, said.amount * 0)
            if found != said.amount:
                told.append(f"{place}: account {said.account} holds {found:.2f}, not {said.amount:.2f}")
            if said.name and names.get(said.account) != said.name:
                told.append(f"{place}: account {said.account} is called {names.get(said.account)!r}, not {said.name!r}")
        return told

    def _laws(self) -> list[str]:
        told = []
        for finding in laws.check(self.hub.merchant):
            if finding.count:
                broken = f"the law {finding.check!r} is broken ({finding.promise}): {', '.join(finding.broken)}"
                told.append(f"{self.scenario.file}:1: {broken}")
        return told

    def _once_more(self) -> list[str]:
        """Every notice again, every order read again, everything that waits judged again: nothing may change."""
        before, seen = self._writes(), self.seen
        for notice in self.heard:
            self.hub.hear(self.shop.signed(notice), notice.body)
        self.hub.forget_what_was_read()
        self.hub.settle(polls=True)
        after = self._writes()
        told = []
        if self._now() != seen:
            told = differences(self.scenario.file, 1, (), self._new(), self.hub.reasons)
            told = [f"{text}\n  (after every event was repeated)" for text in told] or ["something is gone"]
        if after != before:
            told.append(f"{self.scenario.file}:1: repeating every event wrote to the ledger: {after - before}")
        return told

    def _writes(self) -> Counter[str]:
        """What was written to the ledger and to the shop."""
        return self.side.writes() + written_calls(self.made.store)


def _morning(event: Event) -> datetime:
    """An event without an hour happens in the morning of its day."""
    return event.at.replace(hour=9, minute=0)
