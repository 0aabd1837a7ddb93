"""Numbers the ledger gave us that a document's next call needs: its customer's, its articles', its invoice's.

Decides nothing: remembers what is kept, and reads it for many documents in one statement. Belongs to the lane's own
thread; only the holder of the lane writes bindings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q

from kontera.accounting.documents import CustomerPayment, Document, SalesInvoice, SalesOrder
from kontera.db.models import Binding, Connection, OutboxDocument
from kontera.ledgers.protocol import Bound

Step = OutboxDocument.Step
Due = tuple[OutboxDocument, Document]


class Numbers:
    """What is bound in one ledger, as read with the documents that are due."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._bindings: dict[tuple[str, str], Binding | None] = {}
        self._siblings: dict[int, list[OutboxDocument]] = {}

    def read(self, due: Sequence[Due]) -> None:
        """Read anew what these documents need, and forget the rest."""
        keys = {key for _, document in due for key in _keys(document)}
        self._bindings = dict.fromkeys(keys)
        self._bindings |= {(one.kind, one.key): one for one in self._kept(keys)}
        paid = {row.order_id for row, document in due if isinstance(document, CustomerPayment) and row.order_id}
        self._siblings = {order: [] for order in paid}
        for one in self._numbered(paid):
            self._siblings[one.order_id or 0].append(one)

    def bound(self, kind: Binding.Kind, key: str) -> Binding | None:
        """The ledger's number for a customer or an article, None when it has none that we know of."""
        if (kind, key) not in self._bindings:
            self._bindings[kind, key] = next(iter(self._kept({(kind, key)})), None)
        return self._bindings[kind, key]

    def bind(self, kind: Binding.Kind, key: str, number: str, digest: str) -> None:
        """Keep the ledger's number for a customer or an article."""
        binding = Binding(
            connection=self._connection,
            merchant_id=self._connection.merchant_id,
            kind=kind,
            key=key,
            number=number,
            digest=digest,
        )
        Binding.objects.bulk_create(
            [binding],
            update_conflicts=True,
            unique_fields=["connection", "kind", "key"],
            update_fields=["number", "digest", "merchant"],
        )
        self._bindings[kind, key] = binding

    def of(self, row: OutboxDocument, document: Document) -> Bound:
        """The numbers that writing the document needs."""
        if isinstance(document, CustomerPayment):
            return self._of_payment(row, document)
        if isinstance(document, SalesInvoice | SalesOrder):
            binding = self.bound(Binding.Kind.CUSTOMER, document.customer.key)
            return Bound(customer=binding.number if binding else "")
        return Bound()

    def _of_payment(self, row: OutboxDocument, payment: CustomerPayment) -> Bound:
        order = row.order_id or 0
        if order and order not in self._siblings:
            self._siblings[order] = list(self._numbered({order}))
        siblings = [one for one in self._siblings.get(order, ()) if one.pk != row.pk]
        taken = tuple(one.number for one in siblings if one.kind == row.kind)
        for one in siblings:
            if one.reference == payment.invoice and one.step in (Step.BOOKED, Step.DONE):
                return Bound(invoice=one.number, taken=taken)
        invoice = self._connection.documents.get(reference=payment.invoice, step__in=(Step.BOOKED, Step.DONE))
        return Bound(invoice=invoice.number, taken=taken)

    def _kept(self, keys: set[tuple[str, str]]) -> Sequence[Binding]:
        of_kinds = Q()
        for kind in {kind for kind, _ in keys}:
            of_kinds |= Q(kind=kind, key__in=[key for of_kind, key in keys if of_kind == kind])
        return list(self._connection.bindings.filter(of_kinds)) if keys else []

    def _numbered(self, orders: set[int]) -> Sequence[OutboxDocument]:
        """What of these orders has a number in the ledger. A payment is due when what comes before it is finished, so
        that nothing it needs can get its number later."""
        if not orders:
            return []
        known = OutboxDocument.objects.filter(order__in=orders).exclude(number="")
        return list(known.only("order", "kind", "reference", "step", "number"))


def _keys(document: Document) -> Iterator[tuple[str, str]]:
    if isinstance(document, SalesInvoice | SalesOrder):
        yield Binding.Kind.CUSTOMER.value, document.customer.key
        for line in document.lines:
            if line.article:
                yield Binding.Kind.ARTICLE.value, line.article
