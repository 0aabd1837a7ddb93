"""Customers: found again for certain, created once, brought up to date (M20 M21 M22).

Decides by what a customer is recognised: e-mail or tax registration number, equality re-checked; for other keys (the
shop's own number, a collective customer) the customer number is made from the key. A card the rules leave to the
bookkeeper is never written once it is there. Never merges or deletes anyone.
"""

from __future__ import annotations

from collections.abc import Callable

from kontera.accounting.documents import CustomerCard
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.errors import NOT_TOLD, NeedsLedgerSetup, Problem
from kontera.ledgers.business_central import menus, names, texts
from kontera.ledgers.business_central.client import BusinessCentralClient, filtered, literal
from kontera.ledgers.business_central.settings import Options
from kontera.ledgers.business_central.translate import customer_body, tax_number
from kontera.ledgers.business_central.wire import CustomerAnswer

_SWEDISH = 10  # digits in a Swedish organisation number


class Customers:
    """The customer register of one company."""

    def __init__(self, client: BusinessCentralClient, options: Options, known: Callable[[], LedgerSetup]) -> None:
        self._client = client
        self._options = options
        self._known = known

    def find(self, card: CustomerCard) -> str | None:
        """The customer's number, or None when there surely is none."""
        found = self._held(card)
        return None if found is None else found.number

    def ensure(self, card: CustomerCard, number: str | None) -> str:
        """Create, or bring up to date; looks first when no number is known."""
        area = self._area_id(card)
        body = customer_body(card, area)
        held = self._held(card) if number is None else self._numbered(number)
        if held is not None and not card.update:
            return self._kept(card, held, area)
        if held is not None:
            return self._client.patch(CustomerAnswer, f"customers({held.id})", body).number
        own = number or ("" if _condition(card) else names.number_of(card.key))
        body = {"number": own, **body} if own else body
        return self._client.post(CustomerAnswer, "customers", body).number

    def _kept(self, card: CustomerCard, held: CustomerAnswer, area: str) -> str:
        """The bookkeeper's card is taken as it is, if a document of this region would get the right VAT on it."""
        if held.tax_area_id not in ("", area):
            facts = {"order": "", "customer": held.number, "found": held.tax_area_display_name or held.tax_area_id}
            facts |= {"wanted": self._options.area_of(card), "where": menus.CUSTOMER_VAT.format(customer=held.number)}
            raise NeedsLedgerSetup(Problem(code="CUSTOMER_CARD_DIFFERS", cause=f"customer:{held.number}", facts=facts))
        return held.number

    def _held(self, card: CustomerCard) -> CustomerAnswer | None:
        condition = _condition(card)
        if condition is None:
            return self._numbered(names.number_of(card.key))
        return self._first(condition, lambda row: _same(row, card)) or self._without_number(card)

    def _without_number(self, card: CustomerCard) -> CustomerAnswer | None:
        """The company as it is known from orders on which it did not tell its number: same address and name, and no
        number of its own."""
        if not (card.company and card.email and _numbers(card)) or card.key.startswith("email:"):
            return None
        name = texts.label(card.name, texts.NAME, "").casefold()
        return self._first(
            _by_email(card.email),
            lambda row: (
                (row.email.casefold(), row.display_name.casefold(), _bare(row.tax_registration_number))
                == (card.email.casefold(), name, "")
            ),
        )

    def _first(self, condition: str, same: Callable[[CustomerAnswer], bool]) -> CustomerAnswer | None:
        rows = self._client.pages(CustomerAnswer, filtered("customers", condition))
        return min((row for row in rows if same(row)), key=lambda row: row.number, default=None)

    def _numbered(self, number: str) -> CustomerAnswer | None:
        rows = self._client.pages(CustomerAnswer, filtered("customers", f"number eq {literal(number)}"))
        return next((row for row in rows if row.number == number), None)

    def _area_id(self, card: CustomerCard) -> str:
        """The id of the VAT business posting group the customer belongs to. Raises when the ledger has none: a
        customer without would be given its template's, and so another VAT."""
        area = self._options.area_of(card)
        found = self._known().keys.get(f"area:{area}", "") if area else ""
        if not found:
            facts = {"order": "", "rate": NOT_TOLD, "vat_code": area or str(card.region), "where": menus.VAT_SETUP}
            raise NeedsLedgerSetup(Problem(code="VAT_RATE_NOT_IN_LEDGER", cause=f"vat_area:{area}", facts=facts))
        return found


def _condition(card: CustomerCard) -> str | None:
    """The search for the key, when the card carries what the key names."""
    kind, _, value = card.key.partition(":")
    if kind == "email" and 0 < len(value) <= texts.EMAIL and card.email.casefold() == value.casefold():
        return _by_email(value)
    if kind in ("vat", "org") and value and _bare(value) in _numbers(card):
        return " or ".join(f"taxRegistrationNumber eq {literal(form)}" for form in _forms(card))
    return None


def _by_email(email: str) -> str:
    return f"tolower(email) eq {literal(email.lower())}"


def _same(row: CustomerAnswer, card: CustomerCard) -> bool:
    if card.key.startswith("email:"):
        return row.email.casefold() == card.email.casefold()
    return _bare(row.tax_registration_number) in _numbers(card)


def _numbers(card: CustomerCard) -> set[str]:
    """The numbers the customer is registered under, bare: one field of the ledger holds either."""
    return {_bare(card.vat_number), _bare(card.organisation_number)} - {""}


def _forms(card: CustomerCard) -> list[str]:
    """The same as people write them: the filter compares sign by sign."""
    forms = [tax_number(card), card.vat_number, card.organisation_number, *sorted(_numbers(card))]
    swedish = [number for number in forms if number.isdecimal() and len(number) == _SWEDISH]
    forms += [f"{number[:6]}-{number[6:]}" for number in swedish]
    return [form for form in dict.fromkeys(forms) if 0 < len(form) <= texts.TAX_NUMBER]


def _bare(text: str) -> str:
    return "".join(sign for sign in text.upper() if sign.isalnum())
