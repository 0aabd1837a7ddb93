"""Texts and addresses as Fortnox accepts them: characters, lengths, postcodes and country names.

Decides the replacement for each character Fortnox refuses (its code 2000359) and where a text is cut. A text is
never refused for its looks: it is a label, the amounts are what must be exact. Never touches article numbers or
references, which must stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from babel import Locale

_SIGNS = frozenset("0123456789 \u00a0\r\n–:.`´',;^¤#%§£$€¢¥©™°&/()=+-*_!?²³®½@\\")
_INSTEAD = str.maketrans(
    {
        '"': "'",
        "“": "'",
        "”": "'",
        "„": "'",
        "«": "'",
        "»": "'",
        "’": "'",
        "‘": "'",
        "‚": ",",
        "<": "(",
        ">": ")",
        "[": "(",
        "]": ")",
        "{": "(",
        "}": ")",
        "|": "/",
        "~": "-",
        "—": "–",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "…": "...",
        "•": "-",
        "·": "-",
        "×": "x",
        "→": "-",
        "¼": "1/4",
        "¾": "3/4",
        "¹": "1",
        "±": "+-",
        "\t": " ",
        "\u2009": " ",
        "\u202f": " ",
        "№": "No ",
        "÷": "/",
        "µ": "u",
        "¡": "!",
        "¿": "?",
        "⁄": "/",
    }
)
_DROPPED = frozenset({"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"})  # marks, joiners, controls: nothing to show
_ARTICLE = re.compile(r"[A-Za-z0-9_\-/\\+$,]{1,50}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
ARTICLE_ALLOWED, ARTICLE_EXISTING = "fortnox_signs", "existing"  # how the case catalogue words them: words.toml

ROW_TEXT, REFERENCE, ORDER_NUMBER, ADDRESS, VOUCHER_TEXT, ROW_NOTE = 255, 80, 75, 1024, 200, 100
_POSTCODE = 10


def clean(text: str, limit: int, lines: bool = False) -> str:
    """`text` in the characters Fortnox allows and at most `limit` of them; line breaks survive only when `lines`.

    Signs have a plain stand-in; whatever else is not a letter (emoji) becomes one asterisk for the whole run.
    """
    plain = unicodedata.normalize("NFC", text).translate(_INSTEAD)
    kept: list[str] = []
    for sign in plain:
        if sign in _SIGNS or unicodedata.category(sign)[0] == "L":
            kept.append(sign)
        elif unicodedata.category(sign) not in _DROPPED and kept[-1:] != ["*"]:
            kept.append("*")
    result = "".join(kept)
    result = re.sub(r"[ \u00a0]+", " ", result) if lines else re.sub(r"\s+", " ", result)
    return result.strip()[:limit].rstrip()


def label(text: str, limit: int, instead: str) -> str:
    """As `clean`, for a text that must not be empty."""
    return clean(text, limit) or instead


def postcode(text: str) -> str:
    """A postcode of at most ten characters for the customer card: inner spaces go first, then what follows the last
    dash, then the rest. The document itself carries the whole postcode (it has room), so nothing is lost."""
    whole = clean(text, ADDRESS)
    if len(whole) <= _POSTCODE:
        return whole
    joined = whole.replace(" ", "")
    if len(joined) <= _POSTCODE:
        return joined
    stem = joined.rpartition("-")[0]
    return (stem or joined)[:_POSTCODE]


def article_accepted(number: str) -> bool:
    """Whether Fortnox takes the article number."""
    return _ARTICLE.fullmatch(number) is not None


def email_accepted(address: str) -> bool:
    """Whether Fortnox takes the e-mail address (it checks the form)."""
    return len(address) <= ADDRESS and _EMAIL.fullmatch(address) is not None


@lru_cache(maxsize=300)
def country_name(code: str) -> str:
    """The country's name as documents carry it: customers take the code, invoices and orders the name. Swedish for
    Sweden, English otherwise; empty when unknown."""
    if code == "SE":
        return "Sverige"
    return clean(str(Locale("en").territories.get(code, "")), ADDRESS)
