"""What was sent, held against the words it was refused with: which field is meant, and what of the words is a person's.

Decides that a case never quotes a name, an address or a number of a person: only what it looks like. Pure; knows no
vendor, only how fields of people are called in any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from kontera.errors import one_of

_PERSONAL = re.compile(
    r"name$|address|street|city|zip|postal|mail|phone|organi[sz]ationnumber|vatnumber|taxregistration|remarks"
    r"|^externalreference$|^yourreference$",
    re.IGNORECASE,
)


def field_of(sent: bytes, value: str) -> str:
    """The field whose text the ledger quotes; several when they hold the same. Empty when what was sent holds no such
    text."""
    wanted = value.strip().casefold()
    held = list(_texts(sent))
    exact = [path for path, text in held if wanted and wanted == text.strip().casefold()]
    return one_of(exact or [path for path, text in held if len(wanted) > 1 and wanted in text.casefold()])


def shape(text: str) -> str:
    """What a text looks like: letters as x, digits as 0, signs as they are."""
    return re.sub(r"\d", "0", re.sub(r"[^\W\d_]", "x", text))


def masked(words: str, sent: bytes) -> str:
    """The ledger's words with every text of a person's field that was sent put as its shape."""
    personal = {text for path, text in _texts(sent) if _PERSONAL.search(path.partition(" ")[0]) and len(text) > 1}
    for text in sorted(personal, key=len, reverse=True):
        words = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", lambda found: shape(found[0]), words, flags=re.IGNORECASE)
    return words


def _texts(sent: bytes) -> Iterator[tuple[str, str]]:
    """(field, text) of a JSON body; a field of a row says which: "Description (InvoiceRows 2)"."""
    try:
        body = msgspec.json.decode(sent) if sent else None
    except msgspec.DecodeError:
        return
    yield from _walk(body, "", "")


def _walk(part: Any, name: str, row: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _walk(value, str(key), row)
    elif isinstance(part, list):
        for number, value in enumerate(part, start=1):
            yield from _walk(value, name, f" ({name} {number})")
    elif isinstance(part, str):
        yield f"{name}{row}", part
