"""What posting refuses, and the ledgers it leaves (facts B3, B7, BC 146-152, 207-210, 262-264)."""

from __future__ import annotations

import pytest

from .conftest import Api, D

POST = "Microsoft.NAV.post"


def test_no_lines(api: Api) -> None:
    """BC 146, BC 179: each kind has words of its own; an order has the quote's."""
    for kind, action, word in (
        ("salesOrders", "shipAndInvoice", "estimate"),
        ("salesInvoices", "post", "invoice"),
        ("salesCreditMemos", "post", "credit memo"),
    ):
        made = api.post(kind, customerNumber="10000")
        text = api.text("POST", f"{kind}({made['id']})/Microsoft.NAV.{action}")
        assert f"Please add at least one line item to the {word}." == text


def test_nothing_but_comments(api: Api) -> None:
    """B7, BC 147: no quantity at all is refused, a line without quantity beside others is not."""
    empty = api.invoice({"description": "Hej"})
    assert "does not contain a quantity or amount" in api.text("POST", f"salesInvoices({empty['id']})/{POST}")
    assert "Open" == api.posted(api.line(), api.line(quantity=0))["status"]


def test_posting_date_outside_the_range(api: Api) -> None:
    """BC 262: the range can be read from the general ledger set-up; nothing is numbered."""
    api.pull("switches", allow_from="2026-03-01", allow_to="2026-03-31")
    (setup,) = api.get("generalLedgerSetup")
    assert ("2026-03-01", "2026-03-31", "SEK") == tuple(
        setup[name] for name in ("allowPostingFrom", "allowPostingTo", "localCurrencyCode")
    )
    for day in ("2026-02-28", "2026-04-01"):
        draft = api.invoice(api.line(), postingDate=day)
        text = api.text("POST", f"salesInvoices({draft['id']})/{POST}")
        assert "Posting Date is not within your range of allowed posting dates." == text
    assert "PS-INV103001" == api.posted(api.line())["number"]


@pytest.mark.parametrize(
    ("action", "values", "text"),
    [
        (
            "general",
            {"business": "DOMESTIC", "product": "RETAIL", "remove": True},
            "General Posting Setup does not exist",
        ),
        ("general", {"business": "DOMESTIC", "product": "RETAIL", "blocked": True}, "Setup is blocked in General"),
        ("general", {"business": "DOMESTIC", "product": "RETAIL", "sales": ""}, "Sales Account must have a value"),
        ("vat", {"business": "DOMESTIC", "product": "VAT25", "remove": True}, "VAT Posting Setup does not exist"),
        ("set", {"table": "items", "number": "1000", "values": {"blocked": True}}, "Blocked must be equal to 'No'"),
        ("set", {"table": "accounts", "number": "3001", "values": {"blocked": True}}, "No.=3001"),
        ("set", {"table": "customers", "number": "10000", "values": {"blocked": "All"}}, "You cannot post this type"),
        ("switches", {"prevent_negative_inventory": True}, "insufficient quantity of Item 1000"),
        ("switches", {"external_number_mandatory": True}, "External Document No. must have a value"),
        ("series", {"code": "S-INV+", "blocked": True}, "You cannot assign new numbers from the number series S-INV+"),
    ],
)
def test_set_up_that_stops_a_posting(api: Api, action: str, values: dict[str, object], text: str) -> None:
    """B7, BC 263: the draft stays as it was and nothing reaches a ledger."""
    draft = api.invoice(api.line(quantity=101))
    api.pull(action, **values)
    assert text in api.text("POST", f"salesInvoices({draft['id']})/{POST}")
    assert "Draft" == api.get(f"salesInvoices({draft['id']})")["status"]
    assert [] == api.get("generalLedgerEntries")
    assert D(100) == api.get("items?$filter=number eq '1000'")[0]["inventory"]


def test_negative_total(api: Api) -> None:
    """BC 263: negative lines are allowed while the total is not."""
    draft = api.invoice(api.line("1100"), {"accountId": api.account("3001"), "quantity": -1, "unitPrice": 500})
    text = api.text("POST", f"salesInvoices({draft['id']})/{POST}")
    assert "The total amount for the invoice must be 0 or greater." == text
    posted = api.posted(api.line(), {"accountId": api.account("3001"), "quantity": -1, "unitPrice": 500})
    assert D(4375) == posted["totalAmountIncludingTax"]


def test_direct_posting_turned_off(api: Api) -> None:
    """B2, B7: an account line that was fine when it was made is refused when it is posted."""
    draft = api.invoice({"accountId": api.account("3520"), "quantity": 1, "unitPrice": 10})
    api.pull("set", table="accounts", number="3520", values={"directPosting": False})
    text = api.text("POST", f"salesInvoices({draft['id']})/{POST}")
    assert "Direct Posting must be equal to 'Yes'  in G/L Account: No.=3520" in text


def test_customer_whose_prices_include_tax(api: Api) -> None:
    """B3: an invoice takes it from its customer; the item's price is shown with VAT."""
    api.pull("set", table="customers", number="10000", values={"_pricesIncludeTax": True})
    made = api.invoice(api.line())
    assert (True, 5000, D(5000)) == (
        made["pricesIncludeTax"],
        made["salesInvoiceLines"][0]["unitPrice"],
        made["totalAmountIncludingTax"],
    )


def test_item_charges_cannot_be_posted(api: Api) -> None:
    """BC 263, B2: the API cannot assign them."""
    draft = api.invoice(api.line())
    api.sandbox.company.table("salesInvoiceLines").rows[draft["salesInvoiceLines"][0]["id"]]["lineType"] = "Charge"
    assert "You must assign item charge" in api.text("POST", f"salesInvoices({draft['id']})/{POST}")


def test_entries_of_every_rate(api: Api) -> None:
    """B3, E 12: revenue, VAT and receivable per rate; the sum is zero; item entries and stock follow (BC 123)."""
    freight = {"accountId": api.account("3520"), "quantity": 1, "unitPrice": 40}
    posted = api.posted(api.line("1100", 2), api.line("1200"), api.line("1300"), freight)
    assert {
        "3001": D("-798.40"), "3003": D(-199), "3002": D("-71.43"), "3520": D(-40), "2611": D("-209.60"),
        "2631": D("-11.94"), "2621": D("-8.57"), "1510": D("1338.94"),
    } == api.entries(posted["number"])  # fmt: skip
    assert posted["totalAmountIncludingTax"] == api.entries(posted["number"])["1510"]
    assert [-2, -1, -1] == [each["quantity"] for each in api.get("itemLedgerEntries")]
    assert 98 == api.get("items?$filter=number eq '1100'")[0]["inventory"]


def test_cost_of_goods_sold(api: Api) -> None:
    """E 12: booked with the sale where the company does so."""
    api.pull("switches", post_cost=True)
    entries = api.entries(api.posted(api.line("1100", 2))["number"])
    assert (D(-400), D(400)) == (entries["1460"], entries["4010"])


def test_foreign_customers(api: Api) -> None:
    """B3: reverse charge within the EU and export carry no VAT, on accounts of their own."""
    for customer, account in (("30000", "3108"), ("40000", "3105")):
        posted = api.posted(api.line(), customerNumber=customer)
        assert {"1510": D(4000), account: D(-4000)} == api.entries(posted["number"])


def test_full_vat(api: Api) -> None:
    """B3: an account line under a full-VAT group is VAT and nothing else."""
    line = {"accountId": api.account("3001"), "taxCode": "ONLY", "quantity": 1, "unitPrice": 123}
    assert {"1510": D(123), "2611": D(-123)} == api.entries(api.posted(line)["number"])


def test_foreign_currency(api: Api) -> None:
    """E 11, BC 130: entries in the local currency at the rate of the posting date, still in balance."""
    api.pull("rate", currency="EUR", day="2026-03-01", rate="11.1111")
    posted = api.posted(
        api.line("1100", 3, unitPrice=D("33.33")), api.line("1200", unitPrice=D("9.99")), currencyCode="EUR"
    )
    entries = api.entries(posted["number"])
    assert D(0) == sum(entries.values())
    assert D("1506.44") == entries["1510"]  # 135.58 EUR
    assert D("135.58") == posted["remainingAmount"]


def test_invoice_rounding(api: Api) -> None:
    """B3: to whole kronor where the company rounds, as a line of its own on the posted invoice."""
    api.pull("switches", invoice_rounding="1")
    posted = api.posted(api.line("1100", unitPrice=D("99.90")))
    assert (D("125"), D("100.02")) == (posted["totalAmountIncludingTax"], posted["totalAmountExcludingTax"])
    assert D("-0.12") == api.entries(posted["number"])["3740"]


def test_partial_posting_with_discounts(api: Api) -> None:
    """BC 149, B3: line and invoice discount in proportion; the parts add up to the whole."""
    order = api.order(api.line("1100", 3, unitPrice=100, discountAmount=10), pricesIncludeTax=True)
    path, line = f"salesOrders({order['id']})", f"salesOrderLines({order['salesOrderLines'][0]['id']})"
    api.patch(path, discountAmount=20)
    api.patch(line, shipQuantity=1)
    api.act(path, "shipAndInvoice")
    api.act(path, "shipAndInvoice")
    totals = [each["totalAmountIncludingTax"] for each in api.get(f"salesInvoices?$filter=orderId eq {order['id']}")]
    assert [D("90.00"), D("180.00")] == totals


def test_shipments(api: Api) -> None:
    """BC 46, BC 47, BC 207, BC 208, BC 209: list, by parent, by id, by documentId; types of their own."""
    order = api.order(api.line(), {"description": "Hej"}, shortcutDimension2Code="WOO")
    api.act(f"salesOrders({order['id']})", "shipAndInvoice")
    (shipment,) = api.get("salesShipments?$expand=dimensionSetLines")
    assert order["number"] == shipment["orderNumber"]
    assert [shipment["id"]] == [each["parentId"] for each in shipment["dimensionSetLines"]]
    lines = api.get("salesShipmentLines?$expand=dimensionSetLines")
    assert ["Item", "_x0020_"] == [each["lineType"] for each in lines]
    assert [10000, 20000] == [each["sequence"] for each in lines]
    assert lines[0]["id"] == lines[0]["dimensionSetLines"][0]["parentId"]
    for address in (f"salesShipments({shipment['id']})/salesShipmentLines",
                    f"salesShipmentLines?$filter=documentId eq {shipment['id']}"):  # fmt: skip
        assert [each["id"] for each in lines] == [each["id"] for each in api.get(address)]
    assert shipment["number"] == api.get(f"salesShipmentLines({lines[0]['id']})")["documentNo"]
    assert "read only" in api.text(
        "POST", f"salesShipments({shipment['id']})/dimensionSetLines", {"code": "PROJEKT", "valueCode": "P1"}
    )


def test_goods_leave_with_the_shipment(api: Api) -> None:
    """BC 123, BC 17: shipped now, invoiced later; the entry is the shipment's, its amount the invoice's."""
    order = api.order(api.line("1100", 5))
    path, line = f"salesOrders({order['id']})", f"salesOrderLines({order['salesOrderLines'][0]['id']})"
    api.patch(line, shipQuantity=2, invoiceQuantity=0)
    api.act(path, "shipAndInvoice")
    assert [] == api.get("salesInvoices")
    (entry,) = api.get("itemLedgerEntries")
    assert ("Sales_x0020_Shipment", -2, 0) == tuple(
        entry[name] for name in ("documentType", "quantity", "salesAmountActual")
    )
    assert 98 == api.get("items?$filter=number eq '1100'")[0]["inventory"]
    api.pull("switches", prevent_negative_inventory=True)
    api.patch(line, shipQuantity=0)
    assert 2 == api.get(line)["invoiceQuantity"]
    api.act(path, "shipAndInvoice")
    (entry,) = api.get("itemLedgerEntries")
    assert D("798.40") == entry["salesAmountActual"]
    (invoice,) = api.get("salesInvoices")
    api.act(f"salesInvoices({invoice['id']})", "cancel")
    assert 100 == api.get("items?$filter=number eq '1100'")[0]["inventory"]


def test_shipment_of_an_invoice(api: Api) -> None:
    """BC 210: only where the set-up says so."""
    api.posted(api.line())
    assert [] == api.get("salesShipments")
    api.pull("switches", shipment_on_invoice=True)
    api.posted(api.line())
    assert 1 == len(api.get("salesShipments"))
