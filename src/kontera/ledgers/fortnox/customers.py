"""Customers: found again for certain, created once, brought up to date (M20 M21 M22).

Decides by what a customer is recognised. E-mail and organisation number can be searched; for other keys (VAT number,
the shop's own number, a collective customer) the customer number itself is made from the key, so that looking it up
is exact. Searches match parts of words, so equality is always checked again. A card the rules leave to the bookkeeper
is never written once it is there. Never merges or deletes anyone.
"""

from __future__ import annotations

import hashlib
import re

from kontera.accounting.documents import CustomerCard
from kontera.errors import NeedsLedgerSetup, Problem
from kontera.ledgers.fortnox import menus, texts
from kontera.ledgers.fortnox.client import FortnoxClient
from kontera.ledgers.fortnox.translate import VAT_TYPE, customer_body
from kontera.ledgers.fortnox.wire import CustomerAnswer, CustomerWrap, text_of

_SWEDISH = 10  # digits in a Swedish organisation number
_PATH_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


class Customers:
    """The customer register of one company."""

    def __init__(self, client: FortnoxClient) -> None:
        self._client = client

    def find(self, card: CustomerCard) -> str | None:
        """The customer's number, or None when there surely is none."""
        searches = _searches(card)
        if not searches:
            return self._own(card.key)[0] or self._without_number(card)
        for name, value in searches:
            same = [text_of(row.number) for row in self._rows(name, value)]
            if len(same) > 1:  # the merchant had two: ours is the one that carries our key
                return next((number for number in same if self._is(number, card.key)), min(same, key=_order))
            if same:
                return same[0]
        return self._without_number(card)

    def ensure(self, card: CustomerCard, number: str | None) -> str:
        """Create, or bring up to date; looks first when no number is known."""
        known, wanted = number, None
        if known is None and not _searches(card):
            known, wanted = self._own(card.key)
            known = known or self._without_number(card)
        elif known is None:
            known = self.find(card)
        if known is not None and not card.update:
            return self._kept(card, known)
        if known is not None:
            body = customer_body(card, None, new=False)
            self._client.put(CustomerWrap, f"/3/customers/{known}", body)
            return known
        made = self._client.post(CustomerWrap, "/3/customers", customer_body(card, wanted, new=True))
        return text_of(made.customer.number)

    def _rows(self, name: str, value: str) -> list[CustomerAnswer]:
        params = {name: value, "filter": "active"}
        rows = self._client.pages(CustomerAnswer, "Customers", "/3/customers", params)
        return [row for row in rows if _equal(row, name, value)]

    def _without_number(self, card: CustomerCard) -> str | None:
        """The company as it is known from orders on which it did not tell its number: same address and name, and no
        number but this one. Only the single view shows a VAT number."""
        told = card.company and (card.vat_number or card.organisation_number)
        if not told or card.key.startswith("email:") or not texts.email_accepted(card.email):
            return None
        name = texts.label(card.name, texts.ADDRESS, "").casefold()
        alike = (row for row in self._rows("email", card.email) if (row.name or "").casefold() == name)
        numbers = [text_of(row.number) for row in alike]
        return min((one for one in numbers if self._may_bear(one, card)), key=_order, default=None)

    def _may_bear(self, number: str, card: CustomerCard) -> bool:
        held = self._client.get(CustomerWrap, f"/3/customers/{number}").customer
        organisation, vat = _digits(text_of(held.organisation_number)), _digits(held.vat_number or "")
        return organisation in ("", _digits(card.organisation_number)) and vat in ("", _digits(card.vat_number))

    def _kept(self, card: CustomerCard, number: str) -> str:
        """The bookkeeper's card is taken as it is, if a document of this region would get the right VAT on it."""
        held = self._client.get(CustomerWrap, f"/3/customers/{number}").customer
        wanted = VAT_TYPE[card.region]
        if held.vat_type not in (None, wanted):
            facts = {"order": "", "customer": number, "found": str(held.vat_type), "wanted": wanted}
            facts["where"] = menus.CUSTOMER_VAT.format(customer=number)
            raise NeedsLedgerSetup(Problem(code="CUSTOMER_CARD_DIFFERS", cause=f"customer:{number}", facts=facts))
        return number

    def _own(self, key: str) -> tuple[str | None, str | None]:
        """Of the numbers made from the key: the one that is ours, and the first that nobody has."""
        free: str | None = None
        for number in own_numbers(key):
            holder = self._holder(number)
            if holder == _own_mark(key):
                return number, free
            if holder is None and free is None:
                free = number
        return None, free

    def _is(self, number: str, key: str) -> bool:
        return self._holder(number) == _own_mark(key)

    def _holder(self, number: str) -> str | None:
        """The key on the customer with that number, empty when it carries none, None when there is no such customer."""
        held = self._client.get_or_none(CustomerWrap, f"/3/customers/{number}")
        return None if held is None else held.customer.external_reference or ""


def _own_mark(key: str) -> str:
    """The key as it comes back from Fortnox."""
    return texts.clean(key, texts.ADDRESS)


def own_numbers(key: str) -> tuple[str, str]:
    """The customer number made from a key, and the one to take when a stranger already has that."""
    kind, _, rest = key.partition(":")
    name = _PATH_UNSAFE.sub("-", rest).strip("-")
    plain = name if kind in ("vat", "shop") and name else f"{kind}-{name}".strip("-")
    return plain[:40], f"{plain[:30]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def _searches(card: CustomerCard) -> list[tuple[str, str]]:
    """What to search for, one after the other. Fortnox compares an organisation number as it is written, and people
    write it with and without its hyphen."""
    kind, _, value = card.key.partition(":")
    if kind == "email" and texts.email_accepted(value) and card.email.casefold() == value.casefold():
        return [("email", value)]
    if kind == "org" and value == _digits(card.organisation_number):
        swedish = [f"{value[:6]}-{value[6:]}"] if len(value) == _SWEDISH else []
        forms = dict.fromkeys([card.organisation_number, value, *swedish])
        return [("organisationnumber", form) for form in forms]
    return []


def _equal(row: CustomerAnswer, name: str, value: str) -> bool:
    if name == "email":
        return text_of(row.email).casefold() == value.casefold()
    return _digits(text_of(row.organisation_number)) == _digits(value)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def _order(number: str) -> tuple[int, int, str]:
    return (0, int(number), "") if number.isdecimal() else (1, 0, number)
