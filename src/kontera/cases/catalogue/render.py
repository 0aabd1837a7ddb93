"""A problem as a person reads it: title, why, what to do and where, what is safe, how many others wait.

Decides only the words. Never fails: a missing fact shows "?", an unknown code is shown with what it carries, because
a case that cannot be displayed would be worse than one that is clumsy (law 1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from babel.numbers import format_currency

from kontera.cases.catalogue.entries import CaseText, Severity, Team, catalogue, fill
from kontera.cases.catalogue.words import words
from kontera.errors import EITHER, NOT_TOLD, Problem
from kontera.money import Money, is_currency

_AMOUNT = re.compile(r"-?\d{1,18}(?:\.\d{1,12})? ([A-Z]{3})")
_SENTENCES = re.compile(r"(?<=[.?]) ")
_LOCALES = {"en": "en", "sv": "sv_SE"}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is mended: whose screen ("Fortnox"), and the menu path there."""

    vendor: str
    path: str


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do from the case: the action's id and its label."""

    action: str
    label: str


class RenderedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case in one language. vendor: the vendor's own words, verbatim, to be quoted last. waits: the sentence about
    other orders, empty when there are none."""

    code: str
    owner: Team
    owner_name: str
    severity: Severity
    title: str
    body: str
    action: str
    where: tuple[Place, ...]
    safe: str
    waits: str
    vendor: str
    buttons: tuple[Button, ...]

    def text(self) -> str:
        """Everything as plain text, one thought per line: for the terminal and for mail."""
        lines = [self.title, self.body, self.action]
        lines += [f"{place.vendor}: {place.path}" for place in self.where]
        lines += [self.safe, self.waits, self.vendor]
        return "\n".join(line for line in lines if line)


def render(
    problem: Problem, language: str = "sv", waiting: int = 1, *, shop: str = "", ledger: str = ""
) -> RenderedCase:
    """The case of a problem.

    waiting: orders in the case, this one included. shop, ledger: ids of the vendors concerned ("bigcommerce",
    "fortnox"); they name the systems in the text and choose the menu paths; without them the text says "the shop" and
    "the ledger", and all known paths are shown.
    """
    language = language if language in _LOCALES else "en"
    known = words()
    entry = catalogue().get(problem.code) or _unknown(problem)
    roles = {
        role: known.vendor(vendor) if vendor else known.generic[role][language]
        for role, vendor in (("the_shop", shop), ("the_ledger", ledger))
    }
    facts = {"sent": "no", **problem.facts}
    values = {name: _readable(name, value, language, {**facts, **roles}) for name, value in facts.items()} | roles
    wording = entry.wording(language)
    return RenderedCase(
        code=entry.code,
        owner=entry.owner,
        owner_name=known.teams[entry.owner][language],
        severity=entry.severity,
        title=_sentence(fill(wording.title, values)),
        body=_sentence(fill(_about_an_order(wording.body, problem), values)),
        action=_sentence(fill(wording.action, values)),
        where=_places(entry, language, values, {shop, ledger}, problem.facts.get("where", "")),
        safe=_sentence(fill(wording.safe, values)),
        waits=_waits(waiting - 1, language),
        vendor=problem.vendor,
        buttons=tuple(
            Button(action=action, label=fill(known.buttons[action][language], values)) for action in entry.buttons
        ),
    )


def _places(entry: CaseText, language: str, values: dict[str, str], vendors: set[str], told: str) -> tuple[Place, ...]:
    """Menu paths of the systems concerned. `told`: the adapter knows better ("Fortnox > Register > Projekt")."""
    chosen = {*vendors, "kontera"} if any(vendors) else set(entry.where)
    paths = {
        words().vendor(vendor): fill(path, values)
        for vendor, path in entry.places(language).items()
        if vendor in chosen
    }
    vendor, separator, path = told.partition(" > ")
    if separator:
        paths[vendor] = path
    return tuple(Place(vendor=vendor, path=path) for vendor, path in paths.items())


def _about_an_order(body: str, problem: Problem) -> str:
    """Without the sentences about an order when there is none yet: a readiness check meets the same problems."""
    if problem.facts.get("order") != "":
        return body
    return " ".join(sentence for sentence in _SENTENCES.split(body) if "{order}" not in sentence)


def _waits(more: int, language: str) -> str:
    form = "none" if more < 1 else "one" if more == 1 else "many"
    return fill(words().waiting[form][language], {"more": str(more)})


def _readable(name: str, value: str, language: str, known: Mapping[str, str]) -> str:
    """A fact as people write it: "1234.50 SEK" gets the language's separators, a code its words, several candidates an
    "or". known: what the words of a code may name."""
    if value == NOT_TOLD:
        return fill(words().generic["not_told"][language], known)
    if EITHER in value:
        *most, last = (_readable(name, one, language, known) for one in value.split(EITHER))
        return f"{', '.join(most)} {words().generic['or'][language]} {last}"
    amount = _AMOUNT.fullmatch(value)
    if amount and is_currency(amount[1]):
        money = Money.parse(value)
        return format_currency(
            money.amount, money.currency, "#,##0.00\xa0¤¤", locale=_LOCALES[language], decimal_quantization=False
        )
    if name == "vendor":
        return words().vendor(value)
    coded = words().fact(name, value, language)
    return coded if coded == value else fill(coded, known)


def _sentence(text: str) -> str:
    """With a capital first letter: a text may begin with a name that was filled in."""
    return text[:1].upper() + text[1:]


def _unknown(problem: Problem) -> CaseText:
    """An entry for a code that is not in the catalogue (written by an older or newer version of ours)."""
    entry = catalogue()["OUR_FAULT"]
    return msgspec.structs.replace(entry, code=problem.code)
