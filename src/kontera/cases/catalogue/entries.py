"""The entries of the case catalogue, read once from the TOML files beside this module.

Decides what an entry must have and refuses a file that lacks it; renders nothing. The codes in errors and the entries
here are held together by tests: a code without an entry, or an entry nobody raises, fails.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import msgspec

AREAS = ("rules", "setup", "amounts", "shop", "booked", "ledger", "delivery")
"""The files of the catalogue, in the order the docs show them."""

ALWAYS_KNOWN = frozenset({"the_shop", "the_ledger"})
"""Names every text may use besides the facts: what the merchant's shop and ledger are called."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

LASTS = timedelta(minutes=30)
"""How long nothing may get through to a vendor before a person is told of it: what passes by itself is mostly over in
minutes, and nobody wants to be called for it."""


class CatalogueError(ValueError):
    """A catalogue file is not as it must be; the text names the file or the code and what is wrong."""


class Team(StrEnum):
    """Who mends it (M95)."""

    FINANCE = "finance"
    OPERATIONS = "operations"
    ECOMMERCE = "ecommerce"
    CX = "cx"


class Severity(StrEnum):
    """How much waits for it, the worst first: the order in which cases are shown."""

    CONNECTION = "connection"  # everything on a connection
    MANY = "many"  # every order with the same cause
    ONE = "one"  # one order
    PASSING = "passing"  # a connection with which nothing gets through; a case only when it lasts
    NOTED = "noted"  # shown where it is met (on the order, by readiness); never a case


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text in one language. title: what is wrong, no full stop. body: why. action: what to do. safe: what a
    reader need not fear. Each may name facts as {fact}."""

    title: str
    body: str
    action: str
    safe: str

    def placeholders(self) -> frozenset[str]:
        """The facts that the text names."""
        return placeholders(" ".join((self.title, self.body, self.action, self.safe)))


class CaseText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry.

    facts: the names a Problem with this code carries; `order` may be empty when no order is concerned yet, and a fact
        `where` ("Fortnox > Register > Projekt") may name the menu path better than the entry does.
    together: the facts that make up its cause; orders that share them wait in one case, and empty means that each
        order is a case of its own.
    where: vendor ("fortnox", "bigcommerce", or "kontera" for our console) -> its own menu path, one text or one per
        language of ours.
    buttons: what can be done from the case, ids of words.toml.
    """

    code: str
    area: str
    owner: Team
    severity: Severity
    facts: tuple[str, ...]
    together: tuple[str, ...]
    buttons: tuple[str, ...]
    where: dict[str, str | dict[str, str]]
    en: Wording
    sv: Wording

    def wording(self, language: str) -> Wording:
        """The text in `language`; English for a language we do not have."""
        return self.sv if language == "sv" else self.en

    def places(self, language: str) -> dict[str, str]:
        """Vendor -> menu path, in `language` where the path is ours."""
        return {
            vendor: path if isinstance(path, str) else path.get(language, path["en"])
            for vendor, path in self.where.items()
        }


def placeholders(text: str) -> frozenset[str]:
    """The names in braces in a text."""
    return frozenset(_PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its {names} replaced; a name without a value shows "?", so that a message never fails."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1]) or "?", text)


def parse_area(area: str, toml: str) -> dict[str, CaseText]:
    """The entries of one file. Raises CatalogueError naming the code and the fault."""
    try:
        tables = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{area}.toml: {error}") from error
    entries: dict[str, CaseText] = {}
    for code, table in tables.items():
        try:
            entries[code] = msgspec.convert({"code": code, "area": area, **table}, CaseText)
        except (msgspec.ValidationError, TypeError) as error:
            raise CatalogueError(f"{area}.toml: {code}: {error}") from error
    return entries


@cache
def catalogue() -> Mapping[str, CaseText]:
    """Code -> entry, all of them, in the order of the files. Read-only."""
    entries: dict[str, CaseText] = {}
    for area in AREAS:
        text = files(__package__).joinpath(f"{area}.toml").read_text(encoding="utf-8")
        for code, entry in parse_area(area, text).items():
            if code in entries:
                raise CatalogueError(f"{code} is in {entries[code].area}.toml and in {area}.toml")
            entries[code] = entry
    return MappingProxyType(entries)
