"""What the house still owes. Each list only ever gets shorter: an entry that is no longer owed fails a test."""

from __future__ import annotations

ROOMS_WITHOUT_README: frozenset[str] = frozenset()
CODES_NOT_RAISED: frozenset[str] = frozenset()
CODES_NOT_TESTED: frozenset[str] = frozenset()
