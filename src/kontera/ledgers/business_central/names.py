"""Our references as Business Central can keep them, and the codes of what we make there. Pure.

Its code fields turn letters into capitals and are short. Decides a spelling that loses nothing: two references that
differ, also only in case, are never written alike. Never decides what a reference is.
"""

from __future__ import annotations

import hashlib
import string

REFERENCE = 35  # External Document No.
DOCUMENT_NUMBER = 20
_JOURNAL = 10
_PLAIN = frozenset(string.ascii_letters + string.digits + string.punctuation)
_LETTERS = string.ascii_uppercase


def accepted(reference: str) -> bool:
    """Whether the reference survives in a code field: printable ASCII without spaces, short enough as spelled."""
    return bool(reference) and set(reference) <= _PLAIN and len(code_of(reference)) <= REFERENCE


def code_of(reference: str) -> str:
    """The reference in capitals; what was a capital is marked with ^ before it: nt-1001 -> NT-1001, NT-1 -> ^N^T-1."""
    return "".join(f"^{sign}" if sign.isupper() or sign == "^" else sign.upper() for sign in reference)


def number_of(reference: str) -> str:
    """A document number of at most 20 signs made from a reference; a long one ends in its fingerprint."""
    code = code_of(reference)
    if len(code) <= DOCUMENT_NUMBER:
        return code
    return f"{code[:9]}~{_digest(reference).hex()[:10].upper()}"


def line_number(text: str) -> int:
    """A journal line number made from a text, so that inserting the same line again is refused as a duplicate."""
    return int.from_bytes(_digest(text)[:4], "big") % 2_000_000_000 + 1


def journal_of(account: str) -> str:
    """The code of the payment journal of an account. Letters only: a digit in it may be counted up at each posting
    (the template's "Increment Batch Name"), which makes another journal of it."""
    spelled = "".join(_LETTERS[int(sign)] for sign in account) if account.isdecimal() else ""
    return f"K{spelled}" if spelled and len(spelled) < _JOURNAL else own_journal(account)


def own_journal(reference: str) -> str:
    """The code of the journal that only this document uses."""
    number = int.from_bytes(_digest(reference)[:8], "big")
    signs = []
    for _ in range(_JOURNAL - 2):
        number, place = divmod(number, len(_LETTERS))
        signs.append(_LETTERS[place])
    return "KX" + "".join(signs)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
