"""Custom fields of an order or a line, where plugins keep what WooCommerce has no field for. Reads only.

Decides nothing about their meaning. Plugins write any shape: what is not a plain value counts as not there.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from kontera.money import MoneyError, exact
from kontera.storefronts.fields import Node


class Meta:
    """The `meta_data` of one object. A key may occur more than once: the last one counts, as in WordPress."""

    def __init__(self, owner: Node) -> None:
        self._values: dict[str, Any] = {}
        for node in owner.nodes("meta_data"):
            key = node.raw("key")
            if isinstance(key, str):
                self._values[key] = node.raw("value")

    def has(self, *names: str) -> bool:
        """Whether any of the keys is there with a value."""
        return any(self._values.get(name) not in (None, "", [], {}) for name in names)

    def text(self, name: str) -> str:
        """The value as trimmed text; "" for nothing and for shapes that are no text."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            return ""
        return str(value).strip()

    def first(self, names: Iterable[str]) -> str:
        """The first of several keys that says anything."""
        return next((text for text in map(self.text, names) if text), "")

    def number(self, name: str) -> Decimal | None:
        """The exact number; None when there is none."""
        return number_or_none(self._values.get(name))

    def table(self, name: str) -> dict[str, Any]:
        """A mapping of texts (plugins keep lists of cards or currencies so); empty for anything else."""
        value = self._values.get(name)
        return {str(key): entry for key, entry in value.items()} if isinstance(value, dict) else {}


def number_or_none(value: object) -> Decimal | None:
    """An exact number out of any shape; None when it is not one."""
    try:
        return exact(value)
    except MoneyError:
        return None
