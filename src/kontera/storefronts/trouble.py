"""What a shop's refusal means for us, in the errors that say what happens next: the same for every storefront.

Decides how long the shop is let be and what the cases of one trouble share. Which answer means which trouble is the
vendor's client's to judge.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from kontera.calls import Answer, Caller, vendor_problem
from kontera.errors import NeedsOperator, NeedsSignIn, OurFault, Problem, WillRetry

SECOND_CHANCE_SECONDS = 60.0  # BigCommerce asks for a minute between tries after a 500; a small host needs it no less
_LONGEST_GUESS_SECONDS = 300.0
_DONE = (200, 201, 202, 207)


def unreadable(order: str, path: str, reason: str, words: str = "") -> Problem:
    """An order that cannot be used as it stands: where in the document, and why. words: the shop's own."""
    return Problem(code="ORDER_UNREADABLE", facts={"order": order, "path": path, "reason": reason}, vendor=words)


class Troubles:
    """The errors of one connection's calls. Safe to use from several threads. connection: its name in cases; words:
    finds the shop's own sentence in an answer's body. request: method and path."""

    def __init__(self, caller: Caller, connection: str, words: Callable[[bytes], str]) -> None:
        self._caller = caller
        self._connection = connection
        self._words = words
        self._busy = 0
        self._lock = threading.Lock()

    def over(self) -> None:
        """The shop answers as it should: the next time it is busy counts as the first."""
        with self._lock:
            self._busy = 0

    def settled(self, request: str, answer: Answer) -> bytes | None:
        """The body of an answer that is neither a refusal of the key nor a shop in trouble: b"" when there is nothing
        in it, None when there is no such thing. Raises OurFault, and WillRetry for a page in its place."""
        self.over()
        if answer.status == 204:
            return b""
        if answer.status == 404 and answer.is_json:  # a proxy's page says nothing about the thing asked for
            return None
        if answer.status not in (*_DONE, 404):
            raise self.fault(request, answer.status, answer.body)
        if not answer.is_json:
            raise self.down(request, answer, maintenance=True)
        return answer.body

    def busy(self, request: str, answer: Answer, wait: float | None) -> WillRetry:
        """Nobody calls for as long as the shop asked; when it said nothing, for twice as long each time."""
        with self._lock:
            self._busy += 1
            tries = self._busy
        after = min(2.0**tries, _LONGEST_GUESS_SECONDS) if wait is None else wait
        self._caller.window.block(after)
        return WillRetry(self._problem("VENDOR_BUSY", request, answer.body), after)

    def down(self, request: str, answer: Answer, *, maintenance: bool) -> WillRetry:
        """The shop is closed for maintenance, or broken."""
        code = "VENDOR_MAINTENANCE" if maintenance else "VENDOR_UNREACHABLE"
        return WillRetry(self._problem(code, request, answer.body), SECOND_CHANCE_SECONDS)

    def garbled(self, request: str) -> WillRetry:
        """Half an answer is no answer."""
        words = "the answer was cut off or not JSON"
        return WillRetry(vendor_problem("VENDOR_UNREACHABLE", self._caller.vendor, request, words))

    def sign_in(self, words: str) -> NeedsSignIn:
        """The shop does not know our key any more."""
        since = self._caller.clock.now().strftime("%Y-%m-%d %H:%M UTC")
        facts = {"connection": self._connection, "since": since}
        return NeedsSignIn(Problem(code="SHOP_SIGN_IN", cause="connection", facts=facts, vendor=words))

    def scope(self, scope: str, body: bytes) -> NeedsOperator:
        """The key may not do this. scope: what it lacks, as the shop's own settings name it."""
        facts = {"connection": self._connection, "scope": scope}
        words = self._words(body)
        return NeedsOperator(Problem(code="SHOP_SCOPE_MISSING", cause=f"scope:{scope}", facts=facts, vendor=words))

    def fault(self, request: str, status: int, body: bytes) -> OurFault:
        """We asked for something that cannot be asked for."""
        facts = {"order": "", "reason": f"{request} was refused with {status}"}
        return OurFault(Problem(code="OUR_FAULT", facts=facts, vendor=self._words(body)))

    def _problem(self, code: str, request: str, body: bytes) -> Problem:
        return vendor_problem(code, self._caller.vendor, request, self._words(body))
