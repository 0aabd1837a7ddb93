"""The small words around the case texts, from words.toml: vendors, teams, buttons, coded facts. Decides no case."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

LANGUAGES = ("en", "sv")

Both = dict[str, str]
"""One text in every language of LANGUAGES: language -> text."""


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything in words.toml.

    vendors: our id of a vendor -> the name people know. generic: "the_shop" and "the_ledger" when it is not known
    which vendor is meant.
    teams, buttons: id -> label. waiting: how many others wait (none, one, many). facts: fact -> code -> words.
    """

    vendors: dict[str, str]
    generic: dict[str, Both]
    teams: dict[str, Both]
    buttons: dict[str, Both]
    waiting: dict[str, Both]
    facts: dict[str, dict[str, Both]]

    def vendor(self, vendor: str) -> str:
        """The name people know; an id that is not ours is shown as it is."""
        return self.vendors.get(vendor, vendor)

    def fact(self, name: str, value: str, language: str) -> str:
        """How the value of a fact reads: a known code in words, anything else as it is."""
        known = self.facts.get(name, {}).get(value)
        return known[language] if known else value


@cache
def words() -> Words:
    """The words, read once."""
    text = files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Words)
