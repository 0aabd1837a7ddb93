"""What a document says of itself, and what posting does to its number, id and lines (facts BC 1-3, 9-21, 54-60)."""

from __future__ import annotations

from .conftest import Api, D


def test_open_also_means_released(api: Api) -> None:
    """BC 1, BC 55: a released draft reads Open and keeps its draft number; its remaining amount is its total."""
    draft = api.invoice(api.line())
    assert ("Draft", D(5000)) == (draft["status"], draft["remainingAmount"])
    api.pull("release", id=draft["id"])
    released = api.get(f"salesInvoices({draft['id']})")
    assert ("Open", draft["number"]) == (released["status"], released["number"])
    api.pull("release", id=draft["id"], review=True)
    assert "In_x0020_Review" == api.get(f"salesInvoices({draft['id']})")["status"]
    api.pull("release", id=draft["id"], reopen=True)
    assert "Draft" == api.get(f"salesInvoices({draft['id']})")["status"]


def test_zero_total_is_paid_at_once(api: Api) -> None:
    """BC 1: an invoice over nothing has no open entry."""
    assert "Paid" == api.posted(api.line(unitPrice=0))["status"]


def test_posting_keeps_the_id_and_changes_the_number(api: Api) -> None:
    """BC 2, BC 172, BC 61: 204, the same id, the posted series, the same line ids."""
    draft = api.invoice(api.line(quantity=2))
    api.act(f"salesInvoices({draft['id']})", "post")
    posted = api.get(f"salesInvoices({draft['id']})?$expand=salesInvoiceLines")
    assert ("Open", "PS-INV103001") == (posted["status"], posted["number"])
    assert [each["id"] for each in draft["salesInvoiceLines"]] == [each["id"] for each in posted["salesInvoiceLines"]]


def test_invoice_of_an_order(api: Api) -> None:
    """BC 3, BC 12, BC 152: an id of its own, the order's id and number; the order is gone; one shipment."""
    order = api.order(api.line(), externalDocumentNumber="web-1")
    api.act(f"salesOrders({order['id']})", "shipAndInvoice")
    (invoice,) = api.get(f"salesInvoices?$filter=orderId eq {order['id']}")
    assert (order["number"], "WEB-1", "Open") == (
        invoice["orderNumber"],
        invoice["externalDocumentNumber"],
        invoice["status"],
    )
    assert order["id"] != invoice["id"]
    assert 404 == api.call("GET", f"salesOrders({order['id']})")[0]
    assert [order["number"]] == [each["orderNumber"] for each in api.get("salesShipments")]


def test_posted_invoice_takes_a_due_date_only(api: Api) -> None:
    """BC 9, BC 192: due date and payment remarks may change once posted, and only then."""
    posted = api.posted(api.line())
    path = f"salesInvoices({posted['id']})"
    assert "2026-05-01" == api.patch(path, dueDate="2026-05-01")["dueDate"]
    assert "2026-05-01" == api.sandbox.company.table("customerLedger").by("documentNumber", posted["number"])["dueDate"]
    text = "The invoice has been posted and can no longer be modified."
    assert text == api.text("PATCH", path, {"externalDocumentNumber": "x"})
    assert text == api.text("PATCH", path, {"dueDate": "2026-06-01", "email": "a@example.com"})
    assert text == api.text("PATCH", path, {})
    draft = api.invoice(api.line())
    assert "Posted must be" in api.text("PATCH", f"salesInvoices({draft['id']})", {"promisedPayDate": "2026-05-01"})


def test_deleting_posted_documents(api: Api) -> None:
    """BC 10: only where the set-up allows it; the ledger keeps its entries."""
    posted = api.posted(api.line())
    assert "Allow Document Deletion Before" in api.text("DELETE", f"salesInvoices({posted['id']})")
    api.pull("switches", delete_before="2027-01-01")
    api.delete(f"salesInvoices({posted['id']})")
    assert 404 == api.call("GET", f"salesInvoices({posted['id']})")[0]
    assert D(5000) == api.entries(posted["number"])["1510"]


def test_dimensions_of_a_posted_invoice(api: Api) -> None:
    """BC 11: its own set changes, its entries do not."""
    posted = api.posted(api.line())
    api.post(f"salesInvoices({posted['id']})/dimensionSetLines", code="KANAL", valueCode="BIGC")
    assert "BIGC" == api.get(f"salesInvoices({posted['id']})")["shortcutDimension2Code"]
    (entry, *_) = api.get(f"generalLedgerEntries?$filter=documentNumber eq '{posted['number']}'")
    assert [] == api.get(f"generalLedgerEntries({entry['id']})/dimensionSetLines")


def test_partial_posting(api: Api) -> None:
    """BC 13, BC 14, BC 149, BC 31: 204 as well; the order stays, released, and takes quantities only."""
    order = api.order(api.line(quantity=5))
    path, line = f"salesOrders({order['id']})", order["salesOrderLines"][0]["id"]
    api.patch(f"salesOrderLines({line})", shipQuantity=2)
    api.act(path, "shipAndInvoice")
    left = api.get(f"salesOrderLines({line})")
    assert (2, 2, 3, 3) == tuple(
        int(left[name]) for name in ("shippedQuantity", "invoicedQuantity", "shipQuantity", "invoiceQuantity")
    )
    assert "Open" == api.get(path)["status"]
    (invoice,) = api.get(f"salesInvoices?$filter=orderNumber eq '{order['number']}'")
    assert D(10000) == invoice["totalAmountIncludingTax"]
    for body in ({"quantity": 6}, {"unitPrice": 1}, {"itemId": api.item("1100")}, {"discountPercent": 5}):
        assert "Status must be equal to 'Open'" in api.text("PATCH", f"salesOrderLines({line})", body)
    assert "Status must be equal" in api.text("DELETE", f"salesOrderLines({line})")
    assert "Status must be equal" in api.text("POST", f"{path}/salesOrderLines", api.line())
    assert "Status must be equal" in api.text("PATCH", path, {"currencyCode": "EUR"})
    api.act(path, "shipAndInvoice")
    assert 2 == len(api.get(f"salesInvoices?$filter=orderNumber eq '{order['number']}'"))
    assert [] == api.audit()["unbalanced_documents"]


def test_failed_posting_keeps_its_number(api: Api) -> None:
    """BC 15: the draft stays a draft, the number is used up, and the next try uses it."""
    draft = api.invoice(api.line())
    path = f"salesInvoices({draft['id']})"
    api.pull("vat", business="DOMESTIC", product="VAT25", blocked=True)
    assert "Setup is blocked in VAT Posting Setup" in api.text("POST", f"{path}/Microsoft.NAV.post")
    assert ("Draft", draft["number"]) == (api.get(path)["status"], api.get(path)["number"])
    api.pull("vat", business="DOMESTIC", product="VAT12", percent=12)
    other = api.posted(api.line("1300"))
    assert "PS-INV103002" == other["number"]
    api.pull("vat", business="DOMESTIC", product="VAT25", blocked=False)
    api.act(path, "post")
    assert "PS-INV103001" == api.get(path)["number"]


def test_deleting_a_draft_with_a_number_leaves_an_empty_invoice(api: Api) -> None:
    """BC 16: the gap in the series is filled with an invoice over nothing."""
    draft = api.invoice(api.line())
    api.pull("general", business="DOMESTIC", product="RETAIL", remove=True)
    assert "The General Posting Setup does not exist" in api.text(
        "POST", f"salesInvoices({draft['id']})/Microsoft.NAV.post"
    )
    api.delete(f"salesInvoices({draft['id']})")
    (empty,) = api.get("salesInvoices")
    assert ("PS-INV103001", D(0), "Paid") == (empty["number"], empty["totalAmountIncludingTax"], empty["status"])


def test_quantities_to_ship_and_invoice(api: Api) -> None:
    """BC 17, BC 18: shipping resets invoicing; neither may exceed what is left."""
    order = api.order(api.line(quantity=5))
    path = f"salesOrderLines({order['salesOrderLines'][0]['id']})"
    assert 1 == api.patch(path, invoiceQuantity=1)["invoiceQuantity"]
    assert 3 == api.patch(path, shipQuantity=3)["invoiceQuantity"]
    assert "You cannot invoice more than 3 units." == api.text("PATCH", path, {"invoiceQuantity": 4})
    assert "You cannot ship more than 5 units." == api.text("PATCH", path, {"shipQuantity": 6})


def test_default_quantity_to_ship(api: Api) -> None:
    """BC 19, BC 148: with Blank, nothing is proposed and nothing is posted."""
    api.pull("switches", quantity_to_ship="Blank")
    order = api.order(api.line(quantity=5))
    assert (0, 0) == tuple(order["salesOrderLines"][0][name] for name in ("shipQuantity", "invoiceQuantity"))
    assert "There is nothing to post" in api.text("POST", f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")


def test_currency_precision_is_the_invoice_rounding(api: Api) -> None:
    """BC 20: a currency's amountRoundingPrecision rounds the invoice, not its lines."""
    eur = api.id_of("currencies", "EUR")
    assert "2:2" == api.patch(f"currencies({eur})", amountRoundingPrecision=1)["amountDecimalPlaces"]
    api.pull("switches", invoice_rounding="0.01")
    posted = api.posted(api.line("1100", unitPrice=D("10.30")), currencyCode="EUR")
    assert D(13) == posted["totalAmountIncludingTax"]  # 10.30 + 2.58 = 12.88
    lines = api.get(f"salesInvoices({posted['id']})/salesInvoiceLines")
    assert [D("12.88"), D("0.12")] == [each["netAmountIncludingTax"] for each in lines]


def test_shipping_advice(api: Api) -> None:
    """BC 21: without partial shipping a part is refused, and shipping nothing is no part."""
    order = api.order(api.line(quantity=5), partialShipping=False)
    path, line = f"salesOrders({order['id']})", f"salesOrderLines({order['salesOrderLines'][0]['id']})"
    api.patch(line, shipQuantity=2)
    text = "This document cannot be shipped completely. Change the value in the Shipping Advice field to Partial."
    assert text == api.text("POST", f"{path}/Microsoft.NAV.shipAndInvoice")
    api.patch(line, shipQuantity=0)
    assert "There is nothing to post" in api.text("POST", f"{path}/Microsoft.NAV.shipAndInvoice")


def test_partial_payment_does_not_touch_the_invoice(api: Api) -> None:
    """BC 54, BC 55: what is left changes, the record's time and etag do not; being paid changes them."""
    posted = api.posted(api.line())
    journal = api.get("customerPaymentJournals")[0]["id"]
    for amount, status, left in ((-2000, "Open", 3000), (-3000, "Paid", 0)):
        api.http.post("/_sandbox/clock", json={"advance": 60})
        api.post(
            f"customerPaymentJournals({journal})/customerPayments",
            amount=amount,
            appliesToInvoiceId=posted["id"],
            postingDate="2026-03-02",
        )
        api.act(f"journals({journal})", "post")
        now = api.get(f"salesInvoices({posted['id']})")
        assert (status, D(left)) == (now["status"], now["remainingAmount"])
        assert (left > 0) == (now["@odata.etag"] == posted["@odata.etag"])
        assert (left > 0) == (now["lastModifiedDateTime"] == posted["lastModifiedDateTime"])


def test_mail_fails_after_the_posting(api: Api) -> None:
    """BC 58: an error answers, and the invoice is posted."""
    api.pull("set", table="customers", number="10000", values={"email": ""})
    draft = api.invoice(api.line())
    assert "The send-to email is empty" in api.text("POST", f"salesInvoices({draft['id']})/Microsoft.NAV.postAndSend")
    assert "Open" == api.get(f"salesInvoices({draft['id']})")["status"]


def test_cancel(api: Api) -> None:
    """BC 59, BC 183, BC 184, BC 178, BC 55: only a posted, unpaid invoice, once; a corrective credit memo stands."""
    draft = api.invoice(api.line())
    path = f"salesInvoices({draft['id']})"
    assert "The action can be applied to a posted invoice only." == api.text("POST", f"{path}/Microsoft.NAV.cancel")
    api.act(path, "post")
    assert "The action can be applied to a draft invoice only." == api.text("POST", f"{path}/Microsoft.NAV.post")
    api.act(path, "cancel")
    cancelled = api.get(path)
    assert ("Canceled", D(0)) == (cancelled["status"], cancelled["remainingAmount"])
    (memo,) = api.get("salesCreditMemos")
    assert ("Corrective", D(5000)) == (memo["status"], memo["totalAmountIncludingTax"])
    assert "already been canceled" in api.text("POST", f"{path}/Microsoft.NAV.cancel")
    assert {} == api.audit()["balances"]


def test_a_paid_invoice_cannot_be_cancelled(api: Api) -> None:
    """BC 59, BC 188: said before anything is made."""
    posted = api.posted(api.line())
    journal = api.get("customerPaymentJournals")[0]["id"]
    api.post(f"customerPaymentJournals({journal})/customerPayments", amount=-1, appliesToInvoiceId=posted["id"])
    api.act(f"journals({journal})", "post")
    path = f"salesInvoices({posted['id']})/Microsoft.NAV"
    assert api.text("POST", f"{path}.cancel").startswith(
        "You cannot cancel this posted sales invoice because it is fully or partially paid."
    )
    assert "partially paid or credited" in api.text("POST", f"{path}.makeCorrectiveCreditMemo")
    assert [] == api.get("salesCreditMemos")


def test_read_only_pages(api: Api) -> None:
    """BC 60: POST and PATCH are 405, DELETE is 400."""
    api.posted(api.line())
    entry = api.get("generalLedgerEntries")[0]["id"]
    assert 405 == api.refused("POST", "generalLedgerEntries", {})[0]
    assert 405 == api.refused("PATCH", f"generalLedgerEntries({entry})", {})[0]
    assert 400 == api.refused("DELETE", f"generalLedgerEntries({entry})")[0]
    assert 405 == api.refused("POST", "salesShipments", {})[0]


def test_correcting_a_correction(api: Api) -> None:
    """BC 190, BC 198: cancelling the corrective credit memo opens the invoice again."""
    posted = api.posted(api.line())
    api.act(f"salesInvoices({posted['id']})", "cancel")
    (memo,) = api.get("salesCreditMemos")
    api.act(f"salesCreditMemos({memo['id']})", "cancel")
    statuses = {each["number"]: each["status"] for each in api.get("salesInvoices")}
    assert {posted["number"]: "Open", "PS-INV103002": "Corrective"} == statuses
    assert "Canceled" == api.get(f"salesCreditMemos({memo['id']})")["status"]
    assert D(5000) == api.get(f"salesInvoices({posted['id']})")["remainingAmount"]
    assert ([], "0") == (api.audit()["unbalanced_documents"], api.audit()["receivables_differ"])


def test_corrective_draft(api: Api) -> None:
    """BC 187: a draft credit memo applied to the invoice, which stays Open until the draft is posted."""
    posted = api.posted(api.line())
    api.act(f"salesInvoices({posted['id']})", "makeCorrectiveCreditMemo")
    (draft,) = api.get(f"salesCreditMemos?$filter=invoiceNumber eq '{posted['number']}'")
    assert ("Draft", posted["id"]) == (draft["status"], draft["invoiceId"])
    assert "Open" == api.get(f"salesInvoices({posted['id']})")["status"]
    api.act(f"salesCreditMemos({draft['id']})", "post")
    assert D(0) == api.get(f"salesInvoices({posted['id']})")["remainingAmount"]


def test_cancel_gives_quantities_back_to_the_order(api: Api) -> None:
    """BC 186: the order that still exists can ship them again."""
    order = api.order(api.line(quantity=5))
    line = f"salesOrderLines({order['salesOrderLines'][0]['id']})"
    api.patch(line, shipQuantity=2)
    api.act(f"salesOrders({order['id']})", "shipAndInvoice")
    (invoice,) = api.get(f"salesInvoices?$filter=orderNumber eq '{order['number']}'")
    api.act(f"salesInvoices({invoice['id']})", "cancel")
    assert (0, 5) == (api.get(line)["shippedQuantity"], api.get(line)["shipQuantity"])
