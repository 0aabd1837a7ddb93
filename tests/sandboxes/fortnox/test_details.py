"""Small behaviours of the imitation that the vendor or its clients document, each by itself (N8)."""

from __future__ import annotations

from tests.sandboxes.fortnox.conftest import Api

ROW = {"Description": "Te", "DeliveredQuantity": "1", "Price": 100, "VAT": 25}


def test_a_field_one_may_not_read_comes_back_unchanged(api: Api) -> None:
    """API_NORIGHT stands in answers for what a token may not read: sent back it changes nothing."""
    number = api.post("customers", "Customer", Name="Eva Ek", Phone1="070")["CustomerNumber"]
    changed = api.put(f"customers/{number}", "Customer", Phone1="API_NORIGHT", City="Lund")
    assert ("070", "Lund") == (changed["Phone1"], changed["City"])


def test_a_row_with_a_quantity_needs_an_article_or_a_text(api: Api) -> None:
    """2003977; without a quantity an empty row is accepted."""
    number = api.post("customers", "Customer", Name="Eva Ek")["CustomerNumber"]
    bare = {"DeliveredQuantity": "1", "Price": 100}
    status, code, _ = api.refused("POST", "invoices", "Invoice", CustomerNumber=number, InvoiceRows=[bare])
    assert (400, 2003977) == (status, code)
    assert api.post("invoices", "Invoice", CustomerNumber=number, InvoiceRows=[{}])["DocumentNumber"]


def test_printing_elsewhere_sets_sent(api: Api) -> None:
    """PUT externalprint: of an invoice and of an order."""
    number = api.post("customers", "Customer", Name="Eva Ek")["CustomerNumber"]
    for path, envelope, rows in (("invoices", "Invoice", "InvoiceRows"), ("orders", "Order", "OrderRows")):
        made = api.post(path, envelope, CustomerNumber=number, **{rows: [ROW]})
        assert made["Sent"] is False
        assert api.put(f"{path}/{made['DocumentNumber']}/externalprint")["Sent"] is True
        assert api.get(f"{path}/{made['DocumentNumber']}")["Sent"] is True


def test_what_is_not_completed_is_found_and_not_booked(api: Api) -> None:
    """The filter notcompleted, and the refusal of booking."""
    number = api.post("customers", "Customer", Name="Eva Ek")["CustomerNumber"]
    rows = [ROW]
    draft = api.post("invoices", "Invoice", CustomerNumber=number, NotCompleted=True, InvoiceRows=rows)
    whole = api.post("invoices", "Invoice", CustomerNumber=number, InvoiceRows=rows)
    for value, expected in (("true", draft), ("false", whole)):
        listed = api.get(f"invoices?notcompleted={value}")
        assert [expected["DocumentNumber"]] == [row["DocumentNumber"] for row in listed]
    status, _, text = api.refused("PUT", f"invoices/{draft['DocumentNumber']}/bookkeep")
    assert (400, True) == (status, "ej färdig" in text)


def test_an_organisation_number_is_not_checked(api: Api) -> None:
    """README, "Assumptions": the guides say it is; a live test had 123456789 accepted."""
    made = api.post("customers", "Customer", Name="Te AB", Type="COMPANY", OrganisationNumber="123")
    assert "123" == made["OrganisationNumber"]
