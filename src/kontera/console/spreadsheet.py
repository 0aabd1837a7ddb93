"""One line of a CSV file that a Swedish spreadsheet opens as it should, and that cannot run formulas there.

Decides the form: semicolons, decimal comma, CRLF, a byte-order mark at the start. A text that a spreadsheet would
take for a formula gets an apostrophe in front; numbers are written by us and need none.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from kontera.console.formats import plain

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def line(cells: Iterable[str | Decimal | None]) -> str:
    """The cells as one line."""
    return ";".join(_cell(cell) for cell in cells) + "\r\n"


def _cell(value: str | Decimal | None) -> str:
    if not isinstance(value, str):
        return plain(value)
    safe = f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    if any(character in safe for character in ';"\r\n'):
        return '"' + safe.replace('"', '""') + '"'
    return safe
