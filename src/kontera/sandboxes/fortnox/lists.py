"""Lists as the vendor answers them: filters, sorting, paging.

Decides which records of a register a list call gets. Text filters find any part, whatever the case, as the vendor's
do; so a client that looks for a reference must compare it itself. It never changes a record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kontera.sandboxes.fortnox.company import Record
from kontera.sandboxes.fortnox.errors import refuse, refuse_text

DEFAULT_LIMIT = 100
MOST = 500
_COMMON = frozenset(
    {
        "limit",
        "page",
        "offset",
        "sortby",
        "sortorder",
        "lastmodified",
        "filter",
        "fromdate",
        "todate",
        "financialyear",
        "financialyeardate",
    }
)
Test = Callable[[Record, str], bool]


def contains(name: str) -> Test:
    """A text filter on `name`: any part of it, case aside."""
    return lambda record, wanted: wanted.lower() in str(record.get(name) or "").lower()


def same_flag(name: str) -> Test:
    """A true/false filter on `name`."""
    return lambda record, wanted: bool(record.get(name)) == (wanted.lower() in {"true", "1"})


def at_least(name: str) -> Test:
    """`name` (a date) on or after the given day."""
    return lambda record, wanted: str(record.get(name) or "") >= wanted


def at_most(name: str) -> Test:
    """`name` (a date) on or before the given day."""
    return lambda record, wanted: "" < str(record.get(name) or "") <= wanted


def choose(
    records: Sequence[Record],
    query: Mapping[str, str],
    tests: Mapping[str, Test],
    filters: Mapping[str, Callable[[Record], bool]],
    sorts: Mapping[str, str],
) -> list[Record]:
    """The records that fit `query`, sorted. Raises 2000587 for an unknown filter and 2000588 for a parameter the list
    does not know (assumed: the vendor's text for the code says so)."""
    result = list(records)
    for name, wanted in query.items():
        if name in tests:
            result = [record for record in result if tests[name](record, wanted)]
        elif name == "filter":
            if wanted not in filters:
                raise refuse(2000587, "Ett ogiltigt filter har använts.")
            result = [record for record in result if filters[wanted](record)]
        elif name == "lastmodified":
            result = [record for record in result if record.get("_modified", "") >= wanted]
        elif name not in _COMMON:
            raise refuse(2000588, "Ogiltig parameter i anropet.")
    key = query.get("sortby")
    if key is not None:
        if key not in sorts:
            raise refuse(2000588, "Ogiltig parameter i anropet.")
        result.sort(
            key=lambda record: _order(record.get(sorts[key])),
            reverse=query.get("sortorder", "ascending") == "descending",
        )
    return result


def envelope(
    plural: str, records: Sequence[Record], query: Mapping[str, str], show: Callable[[Record], Record]
) -> dict[str, Any]:
    """One page of `records` with the vendor's MetaInformation. Nothing found is 0 pages, current page 1."""
    limit = _whole(query, "limit", DEFAULT_LIMIT)
    if limit < 1 or limit > MOST:
        raise refuse_text(f"limit måste vara mellan 1 och {MOST}")
    page = max(1, _whole(query, "page", 1))
    start = _whole(query, "offset", (page - 1) * limit)
    if "offset" in query and start >= len(records):
        records = []  # recorded: an offset past the end answers as if there were nothing at all
    pages = -(-len(records) // limit)
    current = start // limit + 1 if records else 1
    return {
        "MetaInformation": {"@TotalResources": len(records), "@TotalPages": pages, "@CurrentPage": current},
        plural: [show(record) for record in records[start : start + limit]],
    }


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, "")
    if not value:
        return default
    if not value.isdigit():
        raise refuse(2000108, f"Värdet måste vara numeriskt ({value})")
    return int(value)


def _order(value: Any) -> tuple[int, Any]:
    """Numbers before texts, numeric texts as numbers."""
    if value is None:
        return (0, 0)
    text = str(value)
    return (1, int(text)) if text.isdigit() else (2, text)
