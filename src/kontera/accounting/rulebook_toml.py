"""Rulebooks as TOML, in and out without loss. Errors name the file and the line.

Decides how a rulebook is written down: one `[[section]]` per rule, `match` as an inline table, keys in a fixed
order. Reading refuses unknown keys, empty texts and rates written as text, because none of them would survive being
written again. Never decides what a rule means.
"""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec

from kontera.accounting.rulebook import SECTIONS, Rule, Rulebook

_VERSION = re.compile(r"""^[ \t]*(?:version|"version"|'version')[ \t]*=[ \t]*(?P<number>[+-]?\w+)""", re.MULTILINE)


class RulebookError(ValueError):
    """A rulebook that cannot be used: the message starts with file name and line."""


def load(text: str, file: str = "rulebook.toml") -> Rulebook:
    """The rulebook written in `text`. Raises RulebookError naming `file` and line."""
    try:
        plain = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise RulebookError(f"{file}:{line.group(1) if line else text.count(chr(10)) + 1}: {error}") from error
    _refuse_what_would_be_lost(plain, "$", text, file)
    try:
        return msgspec.convert(plain, Rulebook)
    except msgspec.ValidationError as error:
        message = str(error)
        path = message.rpartition(" - at `")[2].rstrip("`") if " - at `" in message else "$"
        unknown = re.search(r"unknown field `(.+?)`", message)
        where = f"{path}.{unknown.group(1)}" if unknown else path if path != "$" else _path_named_in(message, plain)
        raise RulebookError(f"{file}:{line_of(text, where)}: {message}") from error


def dump(rulebook: Rulebook) -> str:
    """The rulebook as TOML; `load(dump(r)) == r`."""
    out = [f"{key} = {_value(getattr(rulebook, key))}" for key in ("name", "version", "valid_from")]
    for table in ("accounts", "currency"):
        out += ["", f"[{table}]", *_keys(getattr(rulebook, table))]
    for section in SECTIONS:
        for rule in getattr(rulebook, section):
            out += ["", f"[[{section}]]", *_keys(rule)]
    return "\n".join(out) + "\n"


def numbered(text: str, version: int) -> str:
    """The same rulebook, every comment and blank in its place, that says `version` of itself."""
    found = _VERSION.search(_masked(text))
    return text if found is None else f"{text[: found.start('number')]}{version}{text[found.end('number') :]}"


def rule_with_line(rulebook: Rulebook, section: str, rule: Rule) -> str:
    """A rule as messages show it: its name, its line in the rulebook as `dump` writes it, and what it matches."""
    place = list(getattr(rulebook, section)).index(rule)
    line = line_of(dump(rulebook), f"$.{section}[{place}]")
    return f"{section}.{rule.id} (line {line}: match = {_value(rule.match)})"


def line_of(text: str, path: str) -> int:
    """The line (from 1) that `path` ("$.vat[2].match.rate") is written on; the nearest part of it that is found."""
    lines = _masked(text).split("\n")
    first, end, keys = 0, len(lines), re.findall(r"([A-Za-z_]+)(?:\[(\d+)\])?", path.removeprefix("$"))
    if not keys:
        return 1
    section, place = keys[0]
    header = re.compile(rf"\s*\[\[\s*{section}\s*\]\]" if place else rf"\s*\[\s*{section}\s*\]")
    headers = [number for number, line in enumerate(lines) if header.match(line)]
    wanted = int(place) if place else 0
    if wanted < len(headers):
        first = headers[wanted]
        others = (number for number in range(first + 1, end) if re.match(r"\s*\[\[|\s*\[\s*\w+\s*\]", lines[number]))
        end = next(others, end)
        keys = keys[1:]
    for key, _ in keys:
        assigned = re.compile(rf"(^|[\s{{,.]){key}\s*(=|\]|\.)")
        found = next((number for number in range(first, end) if assigned.search(lines[number])), None)
        if found is None:
            break
        first = found
    return first + 1


def _masked(text: str) -> str:
    """The same text with the insides of long strings blanked, so that nothing in them looks like a key."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found.group())

    return re.sub(r'"""[\s\S]*?"""|' + r"'''[\s\S]*?'''", blank, text)


def _path_named_in(message: str, plain: dict[str, Any]) -> str:
    """The path of the rule a check of the whole rulebook complains about ("vat.se-25: ...", "vat: the id 'x' ...")."""
    named = re.match(r"(\w+)(?:\.(\S+))?: ", message)
    if not named:
        return "$"
    section, rule_id = named.groups()
    quoted = re.search(r"'(.+?)'", message)
    wanted = rule_id or (quoted.group(1) if quoted else "")
    rules = plain.get(section, [])
    places = [place for place, rule in enumerate(rules) if isinstance(rule, dict) and rule.get("id") == wanted]
    return f"$.{section}[{places[-1]}]" if places else f"$.{section}[0]"


def _refuse_what_would_be_lost(value: Any, path: str, text: str, file: str) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "rate" and any(isinstance(rate, str) for rate in _as_list(inner)):
                raise RulebookError(f"{file}:{line_of(text, f'{path}.{key}')}: a rate is a number, without quotes")
            _refuse_what_would_be_lost(inner, f"{path}.{key}", text, file)
    elif isinstance(value, list):
        if not value:
            raise RulebookError(f"{file}:{line_of(text, path)}: an empty list matches nothing; leave the key out")
        for place, inner in enumerate(value):
            _refuse_what_would_be_lost(inner, f"{path}[{place}]", text, file)
    elif value == "":
        raise RulebookError(f"{file}:{line_of(text, path)}: an empty text says nothing; leave the key out")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _keys(struct: msgspec.Struct) -> list[str]:
    """`key = value` for every field that says something."""
    said = ((field, getattr(struct, field)) for field in struct.__struct_fields__)
    return [f"{field} = {_value(value)}" for field, value in said if value is not None and value != ""]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return _value(value.value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    if isinstance(value, msgspec.Struct):
        return "{ " + ", ".join(_keys(value)) + " }" if _keys(value) else "{}"
    raise TypeError(f"{value!r} cannot be written in a rulebook")
