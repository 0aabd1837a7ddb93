"""The console's own texts, Swedish and English, from the TOML files in `texts/`: one file per page, one line per text.

Decides which text a key has in a language. A key that is missing is an error, never a blank: a test reads every
template and module and compares. The texts of cases are not here; `cases.catalogue` has them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec

from kontera.console.formats import count

LANGUAGES = ("sv", "en")
"""The languages of the console; the first is the default."""

_WORD = re.compile(r"(?<![^\s(])[a-z_]+(?![^\s)])")
_FOLDER = Path(__file__).parent / "texts"


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text. The `_one` forms are used when the value `n` is 1; both or neither language has them."""

    sv: str
    en: str
    sv_one: str = ""
    en_one: str = ""


class TextMissing(KeyError):
    """A key without a text: a defect of the page that uses it."""


@cache
def texts() -> Mapping[str, Text]:
    """Key ("today.title") -> text, of all files."""
    found: dict[str, Text] = {}
    for file in sorted(_FOLDER.glob("*.toml")):
        page = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), dict[str, Text])
        found.update({f"{file.stem}.{name}": text for name, text in page.items()})
    return MappingProxyType(found)


def say(key: str, language: str, **values: object) -> str:
    """The text in `language` with its {names} replaced. Raises TextMissing."""
    text = texts().get(key)
    if text is None:
        raise TextMissing(key)
    single = values.get("n") == 1 and text.sv_one
    words = {"sv": (text.sv, text.sv_one), "en": (text.en, text.en_one)}[language][1 if single else 0]
    shown = {name: count(value) if isinstance(value, int) else str(value) for name, value in values.items()}
    return words.format_map(shown) if values else words


def say_value(family: str, value: str, language: str) -> str:
    """How a stored value reads ("place", "booked" -> "Bokförd"); a value without a text is shown as it is, since a
    vendor or a later version may bring one."""
    key = f"{family}.{value}"
    return say(key, language) if key in texts() else value


def say_words(family: str, text: str, language: str) -> str:
    """How stored words read ("order 1001 line 2"): each word that has a text, numbers and names as they are."""
    return _WORD.sub(lambda word: say_value(family, word.group(), language), text)
