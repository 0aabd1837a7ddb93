"""Invoice payments: written, found again, booked.

Decides which payment is ours. A Fortnox payment has no field for our reference, so it is recognised by invoice, date,
amount and account; two alike on one invoice are told apart by what is already bound: `Bound.taken` names the payments
of this invoice that are other documents of ours. Two alike that nobody knows are never guessed between.
"""

from __future__ import annotations

from kontera.accounting.documents import CustomerPayment
from kontera.errors import OurFault, Problem
from kontera.ledgers.fortnox import compare, translate
from kontera.ledgers.fortnox.client import FortnoxClient, Refused
from kontera.ledgers.fortnox.wire import Payment, PaymentWrap, text_of
from kontera.ledgers.protocol import AlreadyRecorded, Bound, Receipt, Recorded, RecordedDifferently, RecordOutcome

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
        """Ours among the payments of the invoice. Held rather than guessed: more than one that could be it (it was sent
        twice, or a person entered the same) is RecordedDifferently, naming them."""
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
        receipt = compare.payment_receipt(alike[0], document, self._home)
        if len(alike) > 1:
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
