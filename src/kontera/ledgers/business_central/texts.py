"""Texts at Business Central's lengths. Decides where a text is cut and what a label may not hold.

Business Central takes any letter and sign; lengths count UTF-16 units. A text is a label: it is cut, never refused.
Never touches references and account numbers, which must stay as they are.
"""

from __future__ import annotations

import unicodedata

NAME, STREET, STREET2, CITY, POSTCODE, PHONE, EMAIL, TAX_NUMBER = 100, 100, 50, 30, 20, 30, 80, 50
LINE, LINE2, ORDER_NUMBER = 100, 50, 35


def clean(text: str, limit: int) -> str:
    """`text` on one line, without control signs, at most `limit` UTF-16 units."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    kept, room = [], limit
    for sign in plain:
        if unicodedata.category(sign) in ("Cc", "Cs", "Cn"):
            continue
        room -= 2 if ord(sign) > 0xFFFF else 1
        if room < 0:
            break
        kept.append(sign)
    return "".join(kept).strip()


def label(text: str, limit: int, instead: str) -> str:
    """As `clean`, for a text that must not be empty."""
    return clean(text, limit) or instead


def phone(text: str) -> str:
    """The phone number, empty when it holds letters: Business Central refuses those."""
    return "" if any(sign.isalpha() for sign in text) else clean(text, PHONE)
