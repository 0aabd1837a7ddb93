"""The words of a readiness list: is this connection able to do what the merchant chose? Decides nothing else."""

from __future__ import annotations

import msgspec

from kontera.errors import Problem


class ReadinessCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the readiness list (M118): needed for `function`; when not `ok`, `problem` says what to do where."""

    name: str
    function: str
    ok: bool
    problem: Problem | None = None
    detail: str = ""
