"""Reads values out of one vendor JSON document and names the exact place when a value cannot be used.

Decides how shops' noise is read: money as padded text, bare text, whole or broken numbers; null, "" and {} as
"nothing here"; dates as RFC 2822 or ISO 8601. Never guesses a value and never judges whether values agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from kontera.clock import parse_instant, parse_local
from kontera.money import ZERO, Money, MoneyError, exact

_DECODER = msgspec.json.Decoder(float_hook=Decimal)


_LONGEST_ID = 18  # digits; more is no id of an order


def is_id(text: str) -> bool:
    """Whether a shop can know an object by this number: digits, and not too many of them."""
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID


class Unreadable(ValueError):
    """A value that cannot be used. `path` is its JSON path ("$.products[2].quantity"), `reason` plain words without
    the value itself where it could be personal."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def parse(body: bytes) -> Any:
    """Vendor JSON with broken numbers kept exact (Decimal). Raises Unreadable at "$" when it is not JSON, or nested so
    deep or with numbers so large that nobody means it."""
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable("$", f"not JSON: {error}") from error
    except (RecursionError, InvalidOperation) as error:
        raise Unreadable("$", "nested deeper, or a number larger, than anything means") from error


class Node:
    """One JSON object and where it stands in its document."""

    __slots__ = ("_data", "path")

    def __init__(self, data: Any, path: str) -> None:
        if not isinstance(data, dict):
            raise Unreadable(path, f"an object was expected, not {_kind(data)}")
        self._data: dict[str, Any] = data
        self.path = path

    def at(self, name: str) -> str:
        """The path of a field of this object."""
        return f"{self.path}.{name}"

    def has(self, name: str) -> bool:
        """Whether the field says anything: null, "", {} and [] do not."""
        return self._data.get(name) not in (None, "", {}, [])

    def text(self, name: str) -> str:
        """The text, trimmed; numbers as written; nothing as "". Raises Unreadable for lists and truth values."""
        value = self._data.get(name)
        if value is None or value == {} or value == []:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise Unreadable(self.at(name), f"a text was expected, not {_kind(value)}")
        return str(value).strip()

    def number(self, name: str, default: Decimal | None = None) -> Decimal:
        """The exact number. `default` when there is none; without a default that raises Unreadable."""
        if not self.has(name):
            if default is None:
                raise Unreadable(self.at(name), "missing")
            return default
        try:
            return exact(self._data[name])
        except MoneyError as error:
            raise Unreadable(self.at(name), f"not a number that can be used ({_kind(self._data[name])})") from error

    def money(self, name: str, currency: str, *, optional: bool = False) -> Money:
        """The amount in `currency`, exact, not rounded; zero when `optional` and absent."""
        return Money(self.number(name, ZERO if optional else None), currency)

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number (an id, a status); "7" and 7.0 count. Raises Unreadable for a fraction."""
        value = self.number(name, None if default is None else Decimal(default))
        if value != value.to_integral_value():
            raise Unreadable(self.at(name), "a whole number was expected")
        return int(value)

    def flag(self, name: str) -> bool:
        """A truth value: true/false, 1/0 and their texts. Nothing is false."""
        value = self._data.get(name)
        if isinstance(value, bool):
            return value
        if value in (None, "", 0, "0", "false"):
            return False
        if value in (1, "1", "true"):
            return True
        raise Unreadable(self.at(name), f"yes or no was expected, not {_kind(value)}")

    def instant(self, name: str, zone: str = "") -> datetime:
        """The instant in UTC. zone: "+00:00" for a field that the vendor's reference says is UTC, written without it.
        Raises Unreadable when missing or without a zone."""
        text = self.text(name)
        try:
            return parse_instant(text)
        except ValueError:
            pass  # once more, with the zone
        try:
            return parse_instant(text + zone if text else "")
        except ValueError as error:
            raise Unreadable(self.at(name), "a date with a time zone was expected") from error

    def local(self, name: str, zone: str) -> datetime | None:
        """The instant of wall-clock time in `zone`; None when there is none (a database's year 0 is none). Raises
        Unreadable for anything else."""
        text = self.text(name)
        if not text or text.startswith("0000-00-00"):
            return None
        try:
            return parse_local(text, zone)
        except ValueError as error:
            raise Unreadable(self.at(name), "a date was expected") from error

    def node(self, name: str) -> Node | None:
        """The object in the field; None when there is nothing. Raises Unreadable when it is something else."""
        return Node(self._data[name], self.at(name)) if self.has(name) else None

    def nodes(self, name: str) -> Iterator[Node]:
        """The objects of a list, each with its own path; nothing is an empty list."""
        value = self._data.get(name)
        if value in (None, "", {}):
            return
        if not isinstance(value, list):
            raise Unreadable(self.at(name), f"a list was expected, not {_kind(value)}")
        for index, entry in enumerate(value):
            yield Node(entry, f"{self.at(name)}[{index}]")

    def is_list(self, name: str) -> bool:
        """Whether the field holds a list (and not a link to one, as V2 often gives)."""
        return isinstance(self._data.get(name), list)

    def raw(self, name: str) -> Any:
        """The value as parsed, for shapes that vary (the value of a form field)."""
        return self._data.get(name)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "a truth value", str: "a text", type(None): "null"}
    return names.get(type(value), "a number")
