"""How the world misbehaves while a scenario runs; whatever it does, the end must be the same.

Decides what becomes of notices, which ledger call loses its answer, and at which moment the worker dies. A worker is
killed through its clock: it asks for the time before and after everything it does, so the n-th asking is a moment in
the middle of any step, and what was not committed by then is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from kontera.clock import ManualClock


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One way to run a scenario.

    told: how often each notice comes (0: never; only polls find out). held_back: the notices of a step come after its
    last event, in reverse. kill_at: the n-th time the worker asks for the time, it dies (0: never). lose_at: the n-th
    ledger call is carried out and its answer lost; refuse_at: it is cut before the ledger saw it.
    """

    name: str
    told: int = 1
    polls: bool = True
    held_back: bool = False
    kill_at: int = 0
    lose_at: int = 0
    refuse_at: int = 0


PLAIN = Variant(name="plain")
BASIC = (
    PLAIN,
    Variant(name="doubled", told=2, polls=False),
    Variant(name="only polls", told=0),
    Variant(name="reversed", told=1, polls=False, held_back=True),
)
"""The ways every scenario is run."""


def kills(moments: int, start: int = 1, every: int = 1) -> Iterator[Variant]:
    """The worker dies at the moments `start`, `start + every`... of those that a plain run has."""
    for moment in range(start, moments + 1, every):
        yield Variant(name=f"killed at moment {moment}", kill_at=moment)


def losses(calls: int, start: int = 1, every: int = 1) -> Iterator[Variant]:
    """The answer to a ledger call is lost, after and before the ledger committed, for those of a plain run."""
    for call in range(start, calls + 1, every):
        yield Variant(name=f"answer {call} lost", lose_at=call)
        yield Variant(name=f"request {call} lost", refuse_at=call)


class Killed(BaseException):
    """The worker is dead. Not an Exception: nothing may catch it and carry on."""


class MortalClock:
    """The worker's clock: tells the time of the scenario, and kills who asks once too often."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._left = 0
        self.asked = 0

    def kill_at(self, moment: int) -> None:
        """The `moment`-th asking from now is the last; 0: never."""
        self._left = moment

    def now(self) -> datetime:
        """See Clock. Raises Killed."""
        self.asked += 1
        if self._left:
            self._left -= 1
            if not self._left:
                raise Killed
        return self._clock.now()

    def seconds(self) -> float:
        """See Clock."""
        return self._clock.seconds()

    def sleep(self, seconds: float) -> None:
        """See Clock: time moves on at once."""
        self._clock.sleep(seconds)
