"""Behaviours that cut across the other files: entries and their dimensions, times, shipping, corrections (facts BC)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .conftest import Api, D


def test_an_entry_with_its_dimensions(api: Api) -> None:
    """BC 234, BC 235, BC 240: read by id; its dimensions name it as their parent and are read only, like a shipment's.
    Amounts are debit and credit; neither customer nor currency is told."""
    posted = api.posted(api.line("1100"), shortcutDimension2Code="WOO")
    rows = api.get(f"generalLedgerEntries?$filter=documentNumber eq '{posted['number']}'")
    (sale,) = [row for row in rows if row["accountNumber"] == "3001"]
    entry = api.get(f"generalLedgerEntries({sale['id']})?$expand=dimensionSetLines")
    assert ("Invoice", posted["number"], D(0), D("399.20")) == tuple(
        entry[name] for name in ("documentType", "documentNumber", "debitAmount", "creditAmount")
    )
    assert not {"customerNumber", "amount", "currencyCode"} & entry.keys()
    (dimension,) = entry["dimensionSetLines"]
    assert (entry["id"], "WOO") == (dimension["parentId"], dimension["valueCode"])
    api.act(f"salesOrders({api.order(api.line())['id']})", "shipAndInvoice")
    shipment = api.get("salesShipments")[0]["id"]
    for path in (f"generalLedgerEntries({entry['id']})", f"salesShipments({shipment})"):
        text = api.text("POST", f"{path}/dimensionSetLines", {"code": "PROJEKT", "valueCode": "P1"})
        assert "does not exist or dimension set lines are read only for parent type" in text


def test_what_a_customer_owes_is_no_change_of_its_record(api: Api) -> None:
    """BC 95, BC 129: the balance moves without the time of change; the VAT area is named in words."""
    customer = f"customers({api.id_of('customers', '10000', 'number')})"
    before = api.get(customer)
    api.sandbox.clock.advance(timedelta(minutes=1))
    api.posted(api.line(), dueDate="2026-03-02")
    after = api.get(customer)
    assert (D(0), D(5000)) == (before["balanceDue"], after["balanceDue"])
    assert before["lastModifiedDateTime"] == after["lastModifiedDateTime"]
    assert "Inrikes" == after["taxAreaDisplayName"]


def test_another_date_in_a_foreign_currency_takes_its_rate(api: Api) -> None:
    """BC 132: nobody is asked; the entries are worth what the currency is on the new date."""
    api.pull("rate", currency="EUR", day="2026-02-10", rate="12")
    draft = api.invoice(api.line(unitPrice=100), currencyCode="EUR", postingDate="2026-02-01")
    api.patch(f"salesInvoices({draft['id']})", postingDate="2026-02-15")
    api.act(f"salesInvoices({draft['id']})", "post")
    number = api.get(f"salesInvoices({draft['id']})")["number"]
    assert D(1500) == api.entries(number)["1510"]


def test_a_variant_says_its_code_and_text(api: Api) -> None:
    """BC 116: no more than that; one that may not be sold cannot be told."""
    made = api.post("itemVariants", itemNumber="1000", code="RED", description="Röd")
    shown = {name for name in made if not name.startswith("@")}
    assert {"id", "itemId", "itemNumber", "code", "description", "lastModifiedDateTime"} == shown


def test_fully_shipped(api: Api) -> None:
    """BC 140: no line that is no comment has anything left: also with comments only, or without its last article."""
    assert not api.post("salesOrders", customerNumber="10000")["fullyShipped"]
    order = api.order({"description": "Hej"})
    path = f"salesOrders({order['id']})"
    assert api.get(path)["fullyShipped"]
    line = api.post(f"{path}/salesOrderLines", **api.line())
    assert not api.get(path)["fullyShipped"]
    api.delete(f"salesOrderLines({line['id']})")
    assert api.get(path)["fullyShipped"]


def test_what_is_shipped_stays(api: Api) -> None:
    """BC 150, BC 169: shipped quantities are not written, and no quantity goes below them, even in an open order."""
    order = api.order(api.line(quantity=5))
    path, line = f"salesOrders({order['id']})", f"salesOrderLines({order['salesOrderLines'][0]['id']})"
    api.patch(line, shipQuantity=3)
    api.act(path, "shipAndInvoice")
    api.pull("release", id=order["id"], reopen=True)
    assert "read-only" in api.text("PATCH", line, {"shippedQuantity": 5})
    assert "must not be less than Quantity Shipped" in api.text("PATCH", line, {"quantity": 2})
    assert 4 == api.patch(line, quantity=4)["quantity"]


@pytest.mark.parametrize(
    ("sent", "amount", "percent"),
    [
        ({"discountAmount": 10, "discountPercent": 50}, D(10000), D(50)),
        ({"discountPercent": 50, "discountAmount": 10}, D(10), D("0.05")),
    ],
)
def test_the_later_discount_wins(api: Api, sent: dict[str, int], amount: D, percent: D) -> None:
    """BC 167: of an amount and a percentage in one body."""
    order = api.order(api.line(quantity=5))
    changed = api.patch(f"salesOrderLines({order['salesOrderLines'][0]['id']})", **sent)
    assert (amount, percent) == (changed["discountAmount"], changed["discountPercent"])


def test_no_corrective_draft_while_the_order_is_there(api: Api) -> None:
    """BC 189: a person would be asked, so the call fails and nothing is made."""
    order = api.order(api.line(quantity=5))
    line = f"salesOrderLines({order['salesOrderLines'][0]['id']})"
    api.patch(line, shipQuantity=2)
    api.act(f"salesOrders({order['id']})", "shipAndInvoice")
    (invoice,) = api.get(f"salesInvoices?$filter=orderId eq {order['id']}")
    path = f"salesInvoices({invoice['id']})/Microsoft.NAV.makeCorrectiveCreditMemo"
    assert (400, "Application_CallbackNotAllowed") == api.refused("POST", path)[:2]
    assert [] == api.get("salesCreditMemos")


def test_the_first_reason_not_to_cancel_is_told(api: Api) -> None:
    """BC 185: the date before all, then cancelled already, then paid, then the blocked customer."""
    posted = api.posted(api.line())
    path = f"salesInvoices({posted['id']})/Microsoft.NAV.cancel"
    journal = api.get("customerPaymentJournals")[0]["id"]
    body = {"amount": -1, "appliesToInvoiceId": posted["id"]}
    api.post(f"customerPaymentJournals({journal})/customerPayments", **body)
    api.act(f"journals({journal})", "post")
    api.pull("set", table="customers", number="10000", values={"blocked": "All"})
    assert "fully or partially paid" in api.text("POST", path)
    api.pull("switches", allow_from="2026-04-01")
    assert "not within your range of allowed posting dates" in api.text("POST", path)


def test_states_of_a_credit_memo(api: Api) -> None:
    """BC 206: Draft, In Review, Open; Corrective when it was made by cancelling."""
    memo = api.credit(api.line())
    path = f"salesCreditMemos({memo['id']})"
    assert "Draft" == memo["status"]
    api.pull("release", id=memo["id"], review=True)
    assert "In_x0020_Review" == api.get(path)["status"]
    api.pull("release", id=memo["id"], reopen=True)
    api.act(path, "post")
    assert "Open" == api.get(path)["status"]
    api.act(f"salesInvoices({api.posted(api.line())['id']})", "cancel")
    assert {"Open", "Corrective"} == {each["status"] for each in api.get("salesCreditMemos")}
