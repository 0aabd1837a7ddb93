"""Invoice payments: written, found again, booked.

Decides which payment is ours. A Fortnox payment has no field for our reference, so it is recognised by invoice, date,
amount and account; two alike on one invoice are told apart by what is already bound: `Bound.taken` names the payments
of this invoice that belong to earlier documents of ours (p1 before p2: documents of an order keep their order).
"""

from __future__ import annotations

import re

from kontera.accounting.documents import CustomerPayment
from kontera.errors import OurFault, Problem
from kontera.ledgers.fortnox import compare, translate
from kontera.ledgers.fortnox.client import FortnoxClient, Refused
from kontera.ledgers.fortnox.wire import Payment, PaymentWrap, text_of
from kontera.ledgers.protocol import AlreadyRecorded, Bound, Receipt, Recorded, RecordedDifferently, RecordOutcome

_SEQUENCE = re.compile(r"-p(\d+)$")
_PATH = "/3/invoicepayments"


class Payments:
    """The invoice payments of one company. home: the currency of its books."""

    def __init__(self, client: FortnoxClient, home: str) -> None:
        self._client = client
        self._home = home

    def record(self, document: CustomerPayment, bound: Bound) -> RecordOutcome:
        """Write it; the answer is compared."""
        if not bound.invoice:
            facts = {"order": document.order_number, "reason": "no invoice number for the payment"}
            raise OurFault(Problem(code="OUR_FAULT", facts=facts))
        body = translate.payment_body(document, bound, self._home)
        made = self._client.post(PaymentWrap, _PATH, body).payment
        receipt = compare.payment_receipt(made, document, self._home)
        differences = compare.payment_differences(document, made, bound, self._home)
        if differences:
            return RecordedDifferently(receipt=receipt, differences=differences)
        return Recorded(receipt=receipt)

    def find(self, document: CustomerPayment, bound: Bound) -> RecordOutcome | None:
        """Ours among the payments of the invoice. Held rather than guessed: when earlier payments of the order are not
        bound and cannot be told from this one, the answer is RecordedDifferently naming them."""
        listed = self._client.pages(Payment, "InvoicePayments", _PATH, {"invoicenumber": bound.invoice})
        numbers = [
            text_of(row.number)
            for row in listed
            if text_of(row.invoice) == bound.invoice
            and row.date == document.date.isoformat()
            and text_of(row.number) not in bound.taken
        ]
        held = [self._client.get(PaymentWrap, f"{_PATH}/{number}").payment for number in numbers]
        alike = [p for p in held if not compare.payment_differences(document, p, bound, self._home)]
        if not alike:
            return None
        unbound = max(_sequence(document.reference) - 1 - len(bound.taken), 0)
        receipt = compare.payment_receipt(alike[min(unbound, len(alike) - 1)], document, self._home)
        if len(alike) <= unbound:
            found = ", ".join(text_of(p.number) for p in alike)
            return RecordedDifferently(receipt=receipt, differences={"payment": (document.reference, found)})
        return AlreadyRecorded(receipt=receipt)

    def book(self, document: CustomerPayment, receipt: Receipt) -> Receipt:
        """Book it; booked already is success."""
        path = f"{_PATH}/{receipt.number}"
        try:
            booked = self._client.put(PaymentWrap, f"{path}/bookkeep").payment
        except Refused:
            booked = self._client.get(PaymentWrap, path).payment
            if not booked.booked:
                raise
        return compare.payment_receipt(booked, document, self._home)


def _sequence(reference: str) -> int:
    """2 for "nt-1001-p2"; 1 when the reference does not count."""
    match = _SEQUENCE.search(reference)
    return int(match.group(1)) if match else 1
