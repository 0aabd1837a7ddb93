"""Orders: /3/orders and their actions.

Decides locks and how an order becomes an invoice, once. Amounts come from what is delivered, not from what is ordered.
"""

from __future__ import annotations

from kontera.sandboxes.fortnox import documents, invoices, lists
from kontera.sandboxes.fortnox.company import touch
from kontera.sandboxes.fortnox.document_tables import INVOICE, INVOICE_ROW, ORDER, ORDER_LIST, ORDER_ROW
from kontera.sandboxes.fortnox.documents import Kind
from kontera.sandboxes.fortnox.errors import ApiError, refuse, refuse_text
from kontera.sandboxes.fortnox.web import Answer, Call, Endpoint, created

KIND = Kind(
    "orders",
    "Order",
    "Orders",
    "OrderRows",
    ORDER,
    ORDER_ROW,
    "OrderDate",
    "Order {no} bifogas",
    "oc",
    "ordern",
    2000439,
    2001303,
    ORDER_LIST,
)
_FILTERS = {
    "cancelled": lambda order: bool(order["Cancelled"]),
    "expired": lambda order: False,  # an order has no expiry of its own; offers do
    "invoicecreated": lambda order: order["InvoiceReference"] != "0",
    "invoicenotcreated": lambda order: order["InvoiceReference"] == "0" and not order["Cancelled"],
}
_SORTS = {
    "customername": "CustomerName",
    "customernumber": "CustomerNumber",
    "documentnumber": "DocumentNumber",
    "orderdate": "OrderDate",
    "total": "Total",
}
_TESTS = {**documents.common_tests(KIND), "ordertype": lists.contains("OrderType")}
_LICENCES = ("order",)


def list_all(call: Call) -> Answer:
    """GET orders."""
    return documents.list_all(call, KIND, _TESTS, _FILTERS, _SORTS)


def get(call: Call) -> Answer:
    """GET orders/{number}."""
    return KIND.answer(call, KIND.one(call))


def create(call: Call) -> Answer:
    """POST orders."""
    sent = documents.read(call, KIND)
    order = documents.create(call, KIND, sent)
    call.company.orders[order["DocumentNumber"]] = order
    return created({"Order": documents.show(call, KIND, order)}, "orders")


def change(call: Call) -> Answer:
    """PUT orders/{number}: partial, while it is neither invoiced nor cancelled."""
    order = KIND.one(call)
    if order["InvoiceReference"] != "0":
        raise _locked()
    if order["Cancelled"]:
        raise refuse_text("Ordern är makulerad och kan inte ändras.")
    if order.get("_ready"):
        raise refuse(2003125, "Ett klarmarkerat dokument kan inte ändras")
    order.update(documents.change(call, KIND, order, documents.read(call, KIND)))
    return KIND.answer(call, order)


def create_invoice(call: Call) -> Answer:
    """PUT orders/{number}/createinvoice: once; answers the ORDER with InvoiceReference (three clients agree)."""
    order = KIND.one(call)
    if order["InvoiceReference"] != "0":
        raise refuse(2001350, f"Ordern är redan fakturerad ({order['InvoiceReference']})")
    if order["Cancelled"]:
        raise refuse_text("Ordern är makulerad och kan inte faktureras.")
    sent = {
        name: order[name]
        for name, field in INVOICE.items()
        if name in ORDER
        and not field.read_only
        and order[name] not in ("", None)
        and name not in {"DocumentNumber", "OutboundDate"}
        and field.kind != "rows"
    }
    rows = [
        {**{name: row[name] for name in INVOICE_ROW if name in row}, "_code": row["_code"]}
        for row in order["OrderRows"]
    ]
    for row in rows:
        row.update({"PriceExcludingVAT": 0, "TotalExcludingVAT": 0})
    document = documents.create(call, invoices.KIND, sent, rows)
    document["EmailInformation"]["EmailSubject"] = invoices.KIND.subject
    document.update({"OrderReference": order["DocumentNumber"], "PrintTemplate": invoices.KIND.template})
    if order.get("_ready"):  # the goods have left the stock with the order
        document.update({"WarehouseReady": True, "_ready": True})
    invoice = invoices.store(call, sent, document)
    order["InvoiceReference"] = invoice["DocumentNumber"]
    touch(order, call.now)
    return KIND.answer(call, order)


def cancel(call: Call) -> Answer:
    """PUT orders/{number}/cancel."""
    order = KIND.one(call)
    if order["InvoiceReference"] != "0":
        raise _locked()
    if order["Cancelled"]:
        raise refuse_text("Ordern är redan makulerad.")
    order["Cancelled"] = True
    touch(order, call.now)
    return KIND.answer(call, order)


def _locked() -> ApiError:
    return refuse(
        2001242,
        "Order som sparas får inte ha en faktura genererad från sig och innehålla ändringar på värden som är låsta",
    )


def endpoints() -> list[Endpoint]:
    """The endpoints of orders."""
    one = "orders/{number}"
    found = [
        ("GET", "orders", list_all),
        ("POST", "orders", create),
        ("GET", one, get),
        ("PUT", one, change),
        ("PUT", f"{one}/createinvoice", create_invoice),
        ("PUT", f"{one}/cancel", cancel),
        ("PUT", f"{one}/externalprint", lambda call: invoices.mark_sent(call, KIND)),
        ("PUT", f"{one}/warehouseready", lambda call: invoices.mark_ready(call, KIND)),
        ("GET", f"{one}/email", lambda call: invoices.send_email(call, KIND)),
        ("GET", f"{one}/print", lambda call: invoices.pdf(call, KIND, sent=True)),
        ("GET", f"{one}/preview", lambda call: invoices.pdf(call, KIND, sent=False)),
    ]
    return [Endpoint(method, path, handler, "order", _LICENCES) for method, path, handler in found]
