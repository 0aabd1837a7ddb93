"""The error tree, grouped by what happens next; the class decides that and nothing else does.

    KonteraError
      WillRetry        nobody needs to act: tried again after a while (vendor busy, down, over its limit)
      NeedsOperator    waits in a case until a person acts
        NeedsSignIn       the vendor no longer accepts our key or consent
        NeedsMapping      a rule or mapping is missing or ambiguous
        NeedsLedgerSetup  something must be mended in the ledger's own settings
        NeedsDecision     more than one lawful way: a person chooses
      Uncertain        a write was sent and no answer came: look before sending again
      OurFault         a defect of Kontera: held, reported, never retried blindly

Every one of them carries a `Problem`: the code (one code = one entry in the case catalogue = one page in the docs),
the cause (what all orders with the same trouble share) and the facts the message needs. Never a secret in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

EITHER = " ¦ "
"""Between the values of a fact of which it is only known that it is one of them."""

NOT_TOLD = "¦¦"
"""The value of a fact that the vendor did not tell and nobody else knows."""


def one_of(values: Iterable[str]) -> str:
    """A fact that is one of these values, each named once; empty when there are none."""
    return EITHER.join(sorted({value for value in values if value}))


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why something cannot move.

    code: the entry in the case catalogue, e.g. "LEDGER_ACCOUNT_INACTIVE".
    cause: what the fix is about, e.g. "account:3002"; orders with equal code and cause wait in one case and are
        released together when it is mended. Empty when each order is its own cause (then the order is added).
    facts: named values for the message (account, amount, date...), already formatted as plain text.
    vendor: the vendor's own words, verbatim, with its code and request id; quoted last in the case.
    """

    code: str
    cause: str = ""
    facts: Mapping[str, str] = {}
    vendor: str = ""


class KonteraError(Exception):
    """Base of all errors of ours."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        named = ", ".join(f"{name}={value}" for name, value in problem.facts.items())
        super().__init__(f"{problem.code} {problem.cause} ({named}) {problem.vendor}".strip())


class WillRetry(KonteraError):
    """Tried again by itself, not before `after` seconds."""

    def __init__(self, problem: Problem, after: float = 5.0) -> None:
        super().__init__(problem)
        self.after = after


class NeedsOperator(KonteraError):
    """Waits in a case."""


class NeedsSignIn(NeedsOperator):
    """The vendor does not accept our credentials: everything on the connection waits, nothing is lost."""


class NeedsMapping(NeedsOperator):
    """A rule, account or mapping of ours is missing."""


class NeedsLedgerSetup(NeedsOperator):
    """The ledger's settings must be changed by someone with access to it."""


class NeedsDecision(NeedsOperator):
    """A person must choose."""


class Uncertain(KonteraError):
    """A write left us and its answer did not come back: it may or may not have happened."""


class OurFault(KonteraError):
    """A defect in Kontera."""
