"""Declarative field tables and the one reader that checks a request body against them.

Decides which keys a body may hold, of which type, length and alphabet, and what "", null and "API_BLANK" mean. It
never looks anything up: references are checked where the registers are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from kontera.money import MoneyError, exact
from kontera.sandboxes.fortnox.errors import refuse, refuse_text


class _Clear:
    """The value of a field sent as "API_BLANK"."""

    def __repr__(self) -> str:
        return "CLEAR"


CLEAR = _Clear()
BLANK = "API_BLANK"
NO_RIGHT = "API_NORIGHT"
# Letters, digits, space, and the signs of the vendor's guide "formats and encoding". \w minus underscore is a letter
# or digit; the underscore is listed by itself.
_ALLOWED = re.compile(r"[\w \u00a0\r\n\t–:.`´',;^¤#%§£$€¢¥©™°&/()=+\-*!?²³®½@\\]*\Z")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}\Z")
_VAT_NUMBER = re.compile(r"[A-Z]{2}[0-9A-Za-z+*]{2,13}\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


@dataclass(frozen=True)
class Field:
    """One key of a resource. `blank` is what an empty field shows in the single view."""

    kind: str  # text, number, integer, boolean, day, quantity, rows, object
    blank: Any = None
    longest: int = 0
    shortest: int = 0
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    read_only: bool = False
    check: str = ""  # email, gln, vat, digits, free (no alphabet)
    table: Mapping[str, Field] | None = None


Table = Mapping[str, Field]


def text(longest: int = 0, blank: Any = "", *, shortest: int = 0, check: str = "") -> Field:
    """A text of at most `longest` characters (0: no limit known)."""
    return Field("text", blank, longest=longest, shortest=shortest, check=check)


def choice(*choices: str, blank: Any = None) -> Field:
    """One of the given words."""
    return Field("text", blank, choices=choices)


def number(blank: Any = None) -> Field:
    """A number, also as a numeric string."""
    return Field("number", blank)


def integer(low: int | None = None, high: int | None = None, blank: Any = None) -> Field:
    """A whole number."""
    return Field("integer", blank, low=low, high=high)


def boolean(blank: Any = False) -> Field:
    """True or false, also as the words."""
    return Field("boolean", blank)


def day(blank: Any = None) -> Field:
    """A date, YYYY-MM-DD."""
    return Field("day", blank)


def quantity() -> Field:
    """A number that travels as a string."""
    return Field("quantity", "0")


def rows(table: Table) -> Field:
    """A list of objects."""
    return Field("rows", (), table=table)


def part(table: Table) -> Field:
    """A nested object."""
    return Field("object", None, table=table)


def shown(blank: Any = None) -> Field:
    """A read-only key: shown, never accepted."""
    return Field("text", blank, read_only=True)


def read(table: Table, value: Any, *, ignore_read_only: bool = False) -> dict[str, Any]:
    """The keys that were sent and mean a change, checked. Null and "" mean "unchanged" and are left out; "API_BLANK"
    becomes CLEAR. Raises ApiError with the vendor's code for the first fault found."""
    if not isinstance(value, dict):
        raise refuse(2001392, "Ingen eller felaktig typ av data.")
    result: dict[str, Any] = {}
    for name, sent in value.items():
        field = table.get(name)
        if field is None or (field.read_only and not ignore_read_only):
            raise refuse(2001399, f"Felaktigt fältnamn ({name})")
        if field.read_only or sent is None or sent == "" or sent == NO_RIGHT:
            continue
        result[name] = CLEAR if sent == BLANK else _value(name, field, sent, ignore_read_only)
    return result


def apply(table: Table, record: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`record` with `changes` from `read`; a cleared field gets its blank."""
    result = dict(record)
    for name, value in changes.items():
        field = table[name]
        if value is CLEAR:
            result[name] = field.blank
        elif field.kind == "object" and field.table is not None:
            result[name] = apply(field.table, result.get(name) or {}, value)
        else:
            result[name] = value
    return result


def blanks(table: Table) -> dict[str, Any]:
    """A record with every field blank."""
    return {
        name: blanks(field.table)
        if field.kind == "object" and field.table
        else ([] if field.kind == "rows" else field.blank)
        for name, field in table.items()
    }


def plain(value: Decimal) -> int | Decimal:
    """A number as the vendor's JSON shows it: without trailing zeros, whole numbers without a point."""
    if value == value.to_integral_value():
        return int(value)
    return value.normalize()


def as_quantity(value: Decimal) -> str:
    """A quantity as the string the vendor shows: "1.12", "0"."""
    return str(plain(value))


def _value(name: str, field: Field, sent: Any, ignore_read_only: bool) -> Any:
    if field.kind == "text":
        return _text(name, field, sent)
    if field.kind in {"number", "quantity"}:
        return _number(sent)
    if field.kind == "integer":
        return _integer(name, field, sent)
    if field.kind == "boolean":
        return _boolean(sent)
    if field.kind == "day":
        return _day(name, sent)
    table = field.table or {}
    if field.kind == "rows":
        if not isinstance(sent, list):
            raise refuse(2001392, "Ingen eller felaktig typ av data.")
        return [read(table, row, ignore_read_only=ignore_read_only) for row in sent]
    return read(table, sent, ignore_read_only=ignore_read_only)


def _text(name: str, field: Field, sent: Any) -> str:
    if isinstance(sent, bool) or not isinstance(sent, str | int | Decimal):
        raise refuse(2000106, f"Värdet måste vara alfanumeriskt ({_spell(sent)})")
    value = str(sent)
    if field.choices:
        if value not in field.choices:
            raise refuse_text(f"Ogiltigt värde på fältet {name} ({value})")
        return value
    if field.check != "free" and not _ALLOWED.match(value):
        raise refuse(2000359, f"Värdet innehåller ej tillåtna tecken. ({value})")
    if field.longest and len(value) > field.longest:
        raise refuse_text(f"Fältet {name} får inte vara längre än {field.longest} tecken.")
    if len(value) < field.shortest:
        raise refuse_text(f"Fältet {name} måste vara minst {field.shortest} tecken.")
    _format(name, field.check, value)
    return value


def _format(name: str, check: str, value: str) -> None:
    if check == "email" and not _EMAIL.match(value):
        raise refuse_text(f"E-postadressen är inte giltig ({value})")
    if check == "gln" and not (value.isdigit() and len(value) == 13):
        raise refuse_text(f"GLN-numret är inte giltigt ({value})")
    if check == "vat" and not _VAT_NUMBER.match(value):
        raise refuse_text(f"Momsregistreringsnumret är inte giltigt ({value})")
    if check == "digits" and not value.isdigit():
        raise refuse(2000108, f"Värdet måste vara numeriskt ({value})")


def _number(sent: Any) -> Decimal:
    try:
        return exact(sent)
    except MoneyError as error:
        raise refuse(2000108, f"Värdet måste vara numeriskt ({_spell(sent)})") from error


def _integer(name: str, field: Field, sent: Any) -> int:
    value = _number(sent)
    if value != value.to_integral_value():
        raise refuse(2000108, f"Värdet måste vara numeriskt ({_spell(sent)})")
    if value and ((field.low is not None and value < field.low) or (field.high is not None and value > field.high)):
        raise refuse_text(f"Ogiltigt värde på fältet {name} ({value})")
    return int(value)


def _boolean(sent: Any) -> bool:
    if isinstance(sent, bool):
        return sent
    if sent in ("true", "false"):
        return bool(sent == "true")
    raise refuse(2000134, f"Värdet måste vara en boolean ({_spell(sent)})")


def _day(name: str, sent: Any) -> str:
    if isinstance(sent, str) and _DAY.match(sent):
        try:
            return date.fromisoformat(sent).isoformat()
        except ValueError:
            pass  # refused just below
    raise refuse_text(f"Ogiltigt datum på fältet {name} ({_spell(sent)})")


def _spell(sent: Any) -> str:
    return {True: "true", False: "false"}[sent] if isinstance(sent, bool) else str(sent)
