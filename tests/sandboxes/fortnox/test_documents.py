"""5.7, 5.8, 5.10, 5.11, 5.13, 5.15, 5.16: orders and invoices before they are booked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kontera.sandboxes.fortnox.invoices import luhn, ocr_of

from .conftest import Api

D = Decimal


def invoice(api: Api, *rows: dict[str, Any], **values: Any) -> Any:
    """A new invoice for customer 1."""
    return api.post("invoices", "Invoice", **{"CustomerNumber": "1", "InvoiceRows": list(rows), **values})


def test_5_7_totals_come_from_what_is_delivered(api: Api) -> None:
    """Ordered 2 and delivered none is nothing; quantities are strings."""
    order = api.post(
        "orders", "Order", CustomerNumber="1", OrderRows=[{"ArticleNumber": "CUP", "OrderedQuantity": 2, "Price": 100}]
    )
    row = order["OrderRows"][0]
    assert (row["OrderedQuantity"], row["DeliveredQuantity"], order["Total"]) == ("2", "0", 0)
    order = api.put("orders/1", "Order", OrderRows=[{"DeliveredQuantity": "2"}])
    assert (order["Net"], order["TotalVAT"], order["Total"]) == (200, 50, 250)


@pytest.mark.parametrize(("sent", "kept"), [("1.123", "1.12"), ("1.125", "1.13"), ("-1.125", "-1.13")])
def test_5_8_price_and_quantity_keep_two_decimals_half_up(api: Api, sent: str, kept: str) -> None:
    """As recorded."""
    made = invoice(api, {"ArticleNumber": "CUP", "DeliveredQuantity": sent, "Price": sent})
    row = made["InvoiceRows"][0]
    assert (row["DeliveredQuantity"], row["Price"]) == (kept, D(kept))


def test_5_10_rows_by_position_meet_the_rows_that_are_there(api: Api) -> None:
    """No RowId: mapped in order, what is left out of a row stays, rows not sent go; all get new RowIds."""
    first = invoice(
        api,
        {"ArticleNumber": "CUP", "DeliveredQuantity": "1", "Price": 10},
        {"ArticleNumber": "TEA", "DeliveredQuantity": "1", "Price": 20},
    )
    changed = api.put("invoices/1", "Invoice", InvoiceRows=[{"DeliveredQuantity": "3"}])
    assert [(row["ArticleNumber"], row["DeliveredQuantity"], row["Price"]) for row in changed["InvoiceRows"]] == [
        ("CUP", "3", 10)
    ]
    assert changed["InvoiceRows"][0]["RowId"] > max(row["RowId"] for row in first["InvoiceRows"])
    assert api.put("invoices/1", "Invoice", Comments="x")["Total"] == changed["Total"]


def test_5_10_rows_by_id(api: Api) -> None:
    """Any RowId: matched by id, {"RowId"} alone keeps, new ones without, the rest goes."""
    first = invoice(
        api,
        {"ArticleNumber": "CUP", "DeliveredQuantity": "1", "Price": 10},
        {"ArticleNumber": "TEA", "DeliveredQuantity": "1", "Price": 20},
    )
    kept = first["InvoiceRows"][1]["RowId"]
    changed = api.put(
        "invoices/1",
        "Invoice",
        InvoiceRows=[{"RowId": kept}, {"ArticleNumber": "CUP", "DeliveredQuantity": "2", "Price": 5}],
    )
    assert [(row["ArticleNumber"], row["Price"]) for row in changed["InvoiceRows"]] == [("TEA", 20), ("CUP", 5)]
    assert api.refused("PUT", "invoices/1", "Invoice", InvoiceRows=[{"RowId": 999999}])[0] == 400


def test_5_11_text_filters_find_any_part(api: Api) -> None:
    """ "23" finds "123": whoever looks for a reference must compare it."""
    for reference in ("NT-123", "NT-23", "nt-2"):
        invoice(api, ExternalInvoiceReference1=reference)
    found = api.get("invoices?externalinvoicereference1=23")
    assert [row["ExternalInvoiceReference1"] for row in found] == ["NT-123", "NT-23"]
    assert len(api.get("invoices?externalinvoicereference1=NT-2&documentnumber=3")) == 1
    assert len(api.get("customers?email=ANNA@")) == 1
    assert len(api.get("articles?articlenumber=E&description=sencha")) == 1


def test_lists_page_filter_and_sort(api: Api) -> None:
    """limit, page, offset, sortby; empty is 0 pages and current page 1; the list has its own fields."""
    for total in (3, 1, 2):
        invoice(api, {"ArticleNumber": "CUP", "DeliveredQuantity": str(total), "Price": 1})
    status, body = api.call("GET", "invoices?limit=2&page=2&sortby=total&sortorder=descending")
    assert (status, body["MetaInformation"]) == (200, {"@TotalResources": 3, "@TotalPages": 2, "@CurrentPage": 2})
    assert [row["DocumentNumber"] for row in body["Invoices"]] == ["2"]
    assert "YourOrderNumber" not in body["Invoices"][0]
    assert body["Invoices"][0]["CurrencyRate"] == "1"
    nothing = {"@TotalResources": 0, "@TotalPages": 0, "@CurrentPage": 1}
    assert api.call("GET", "invoices?customername=nobody")[1] == {"MetaInformation": nothing, "Invoices": []}
    assert api.call("GET", "projects?offset=10000")[1]["MetaInformation"] == nothing
    assert api.refused("GET", "invoices?limit=501")[0] == 400
    assert api.refused("GET", "orders?yourordernumber=1")[1] == 2000588
    assert [row["DocumentNumber"] for row in api.get("invoices?fromdate=2026-03-02&todate=2026-03-02")] == [
        "1",
        "2",
        "3",
    ]
    assert api.get("invoices?fromdate=2026-03-03") == []
    assert len(api.get("invoices?lastmodified=2026-03-02%2010:00")) == 3  # Swedish time
    assert api.get("invoices?lastmodified=2026-03-02%2010:01") == []
    assert len(api.get("invoices?filter=unbooked&articlenumber=cup")) == 3
    assert api.get("invoices?accountnumberfrom=3002") == []


def test_defaults_of_a_bare_invoice_are_the_recorded_ones(api: Api) -> None:
    """POST {"CustomerNumber"}."""
    found = invoice(api)
    expected = {
        "TermsOfPayment": "30",
        "DueDate": "2026-04-01",
        "InvoiceDate": "2026-03-02",
        "PrintTemplate": "st",
        "OCR": "133",
        "PriceList": "A",
        "Language": "SV",
        "CreditInvoiceReference": "0",
        "Credit": "false",
        "OrderReference": "0",
        "InvoicePeriodStart": "",
        "DeliveryDate": None,
        "WarehouseReady": True,
        "CurrencyRate": 1,
        "Total": 0,
        "Balance": 0,
        "FinalPayDate": None,
        "PaymentWay": "",
    }
    assert {name: found[name] for name in expected} == expected
    assert found["EmailInformation"]["EmailSubject"] == "Faktura {no} bifogas"
    order = api.post("orders", "Order", CustomerNumber="1")
    assert {name: order[name] for name in ("PrintTemplate", "DeliveryState", "OrderType", "InvoiceReference")} == {
        "PrintTemplate": "oc",
        "DeliveryState": "delivery",
        "OrderType": "Order",
        "InvoiceReference": "0",
    }


@pytest.mark.parametrize(("number", "ocr"), [("20", "2048"), ("1", "133"), ("39", "3947"), ("203", "20354")])
def test_5_16_ocr_is_number_length_and_luhn(number: str, ocr: str) -> None:
    """Derived from recordings."""
    assert ocr_of(number) == ocr
    assert luhn("42652379") == 1


def test_5_16_an_ocr_of_ones_own_must_be_valid_and_unused(api: Api) -> None:
    """Digits with a check digit; never twice."""
    assert invoice(api, OCR="426523791")["OCR"] == "426523791"
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1", OCR="426523791")[2] == (
        "OCR-numret används redan"
    )
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1", OCR="426523792")[0] == 400


def test_5_16_gets_with_side_effects(api: Api) -> None:
    """E-mail and print mark as sent, preview does not; a sent invoice can still be cancelled."""
    invoice(api)
    preview = api.http.get("/3/invoices/1/preview")
    assert (preview.headers["content-type"], preview.content[:4]) == ("application/pdf", b"%PDF")
    assert api.get("invoices/1")["Sent"] is False
    assert api.get("invoices/1/email")["Sent"] is True
    assert api.put("invoices/1/cancel")["Cancelled"] is True
    api.put("customers/1", "Customer", Email="API_BLANK")
    invoice(api)
    assert api.refused("GET", "invoices/2/email")[0] == 400
    api.http.get("/3/invoices/2/print")
    assert api.get("invoices?sent=true&filter=unbooked")[0]["DocumentNumber"] == "2"
    api.http.get("/3/invoices/2/printreminder")
    assert api.get("invoices/2")["Reminders"] == 1


def test_5_13_an_order_becomes_an_invoice_once(api: Api) -> None:
    """The answer is the ORDER; then the order is locked."""
    api.post(
        "orders",
        "Order",
        CustomerNumber="1",
        ExternalInvoiceReference1="NT-1",
        YourOrderNumber="1001",
        Freight=40,
        OrderRows=[
            {
                "ArticleNumber": "TEA",
                "OrderedQuantity": "2",
                "DeliveredQuantity": "2",
                "Price": 100,
                "VAT": 12,
                "AccountNumber": 3002,
            }
        ],
    )
    assert api.put("orders/1/createinvoice")["InvoiceReference"] == "1"
    made, order = api.get("invoices/1"), api.get("orders/1")
    assert (made["OrderReference"], made["ExternalInvoiceReference1"], made["YourOrderNumber"]) == ("1", "NT-1", "1001")
    assert (made["Total"], made["InvoiceRows"][0]["AccountNumber"]) == (order["Total"], 3002) == (274, 3002)
    assert api.refused("PUT", "orders/1/createinvoice")[1] == 2001350
    assert api.refused("PUT", "orders/1", "Order", Comments="x")[1] == 2001242
    assert api.refused("PUT", "orders/1/cancel")[1] == 2001242
    assert api.get("orders?filter=invoicecreated")[0]["DocumentNumber"] == "1"


def test_5_13_cancelled_documents_are_locked(api: Api) -> None:
    """Neither changed, cancelled again, booked nor invoiced."""
    invoice(api)
    api.post("orders", "Order", CustomerNumber="1")
    api.put("invoices/1/cancel")
    api.put("orders/1/cancel")
    for method, path, envelope in (
        ("PUT", "invoices/1", "Invoice"),
        ("PUT", "invoices/1/cancel", ""),
        ("PUT", "invoices/1/bookkeep", ""),
        ("PUT", "invoices/1/credit", ""),
        ("PUT", "orders/1", "Order"),
        ("PUT", "orders/1/createinvoice", ""),
        ("PUT", "orders/1/cancel", ""),
    ):
        assert api.refused(method, path, envelope, **({"Comments": "x"} if envelope else {}))[0] == 400, path
    assert api.get("invoices?filter=cancelled")[0]["DocumentNumber"] == "1"


@pytest.mark.parametrize(
    ("vat_type", "article", "account", "rate"),
    [
        ("SEVAT", "TEA", 3002, 12),
        ("EUREVERSEDVAT", "TEA", 3108, 0),
        ("EUVAT", "TEA", 3106, 12),
        ("EXPORT", "TEA", 3105, 0),
        ("SEVAT", "", 3001, 25),
        ("EXPORT", "", 3105, 0),
        ("EUVAT", "", 3106, 25),
    ],
)
def test_the_row_account_follows_article_then_predefined(
    api: Api, vat_type: str, article: str, account: int, rate: int
) -> None:
    """Row, else article by the customer's VAT type, else predefined; customers without VAT have none."""
    api.put("customers/1", "Customer", VATType=vat_type)
    row: dict[str, Any] = {"ArticleNumber": article} if article else {"Description": "x", "VAT": 25}
    made = invoice(api, {**row, "DeliveredQuantity": "1", "Price": 100})["InvoiceRows"][0]
    assert (made["AccountNumber"], made["VAT"]) == (account, rate)
    assert invoice(api, {**row, "AccountNumber": 3990})["InvoiceRows"][0]["AccountNumber"] == 3990
    assert invoice(api, {"Description": "text", "AccountNumber": "API_BLANK"})["InvoiceRows"][0]["AccountNumber"] == 0
    assert invoice(api, {"Description": "text", "AccountNumber": 0})["InvoiceRows"][0]["AccountNumber"] == 0


def test_a_vat_code_wins_over_the_percentage(api: Api) -> None:
    """25 % may be Sweden or Denmark: only the code says."""
    row = {"Description": "Kop", "DeliveredQuantity": "1", "Price": 100, "AccountNumber": 3123}
    made = invoice(api, {**row, "VAT": 25}, {**row, "VATCode": "OSSDK25"}, {**row, "VATCode": "OSSFI255"})
    assert [(each["VAT"], each["VATCode"]) for each in made["InvoiceRows"]] == [
        (25, None),
        (25, "OSSDK25"),
        (D("25.5"), "OSSFI255"),
    ]
    changed = api.put("invoices/1", "Invoice", InvoiceRows=[{}, {"VAT": 12}, {"Price": 1}])["InvoiceRows"]
    assert [(each["VAT"], each["VATCode"]) for each in changed] == [(25, None), (12, None), (D("25.5"), "OSSFI255")]


def test_prices_and_discounts_default_from_registers(api: Api) -> None:
    """Price list by quantity, customer's discount unless a discount is sent."""
    api.post("prices", "Price", PriceList="A", ArticleNumber="CUP", Price=100)
    api.post("prices", "Price", PriceList="A", ArticleNumber="CUP", Price=90, FromQuantity=10)
    api.put("customers/1", "Customer", InvoiceDiscount=10)
    made = invoice(
        api,
        {"ArticleNumber": "CUP", "DeliveredQuantity": "1"},
        {"ArticleNumber": "CUP", "DeliveredQuantity": "10", "Discount": 0},
    )
    assert [(row["Price"], row["Discount"], row["Total"]) for row in made["InvoiceRows"]] == [
        (100, 10, 90),
        (90, 0, 900),
    ]
    assert api.get("articles/CUP")["SalesPrice"] == 100
    assert len(api.get("prices/sublist/A/CUP")) == 2
    assert api.put("prices/A/CUP", "Price", Price=120)["Price"] == 120
    assert api.call("DELETE", "prices/A/CUP/10")[0] == 204


def test_at_most_500_rows(api: Api) -> None:
    """As the integrators found."""
    rows = [{"Description": "x", "AccountNumber": 0}] * 501
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1", InvoiceRows=rows)[0] == 400
    assert len(invoice(api, *rows[:500])["InvoiceRows"]) == 500


def test_foreign_currency_takes_the_registers_rate_unless_it_is_sent(api: Api) -> None:
    """SEK is always 1; API_BLANK on the unit asks for the register's."""
    assert invoice(api, Currency="EUR")["CurrencyRate"] == D("11.25")
    danish = invoice(api, Currency="DKK", CurrencyRate=149, CurrencyUnit="API_BLANK")
    assert (danish["CurrencyRate"], danish["CurrencyUnit"]) == (149, 100)
    assert invoice(api, CurrencyRate=5)["CurrencyRate"] == 1


def test_5_15_with_the_stock_module_missing_goods_become_zero(api: Api) -> None:
    """Quantity above stock is silently 0; booking waits for warehouseready; a ready document is locked."""
    api.put("articles/CUP", "Article", StockGoods=True, QuantityInStock=2)
    api.pull("profile", lager=True)
    assert api.put("articles/CUP", "Article", QuantityInStock=9)["QuantityInStock"] == 2
    short = invoice(api, {"ArticleNumber": "CUP", "DeliveredQuantity": "3", "Price": 100})
    assert (short["InvoiceRows"][0]["DeliveredQuantity"], short["Total"]) == ("0", 0)
    made = invoice(api, {"ArticleNumber": "CUP", "DeliveredQuantity": "2", "Price": 100})
    assert made["WarehouseReady"] is False
    assert api.refused("PUT", "invoices/2/bookkeep")[2] == (
        "Kunde inte bokföra fakturanummer 2. Faktura som bokförs måste var klarmarkerad."
    )
    assert api.put("invoices/2/warehouseready")["WarehouseReady"] is True
    assert api.get("articles/CUP")["QuantityInStock"] == 0
    assert api.refused("PUT", "invoices/2", "Invoice", Comments="x")[1] == 2003125
    assert api.refused("PUT", "invoices/2/warehouseready")[1] == 2003125
    assert api.put("invoices/2/bookkeep")["Booked"] is True
    api.pull("profile", negative_stock=True)
    assert invoice(api, {"ArticleNumber": "CUP", "DeliveredQuantity": "3", "Price": 1})["Total"] == D("3.75")


def test_5_15_goods_leave_the_stock_once_when_an_order_becomes_an_invoice(api: Api) -> None:
    """Ready as an order is ready as an invoice."""
    api.put("articles/CUP", "Article", StockGoods=True, QuantityInStock=2)
    api.pull("profile", lager=True)
    api.post(
        "orders",
        "Order",
        CustomerNumber="1",
        OrderRows=[{"ArticleNumber": "CUP", "OrderedQuantity": "2", "DeliveredQuantity": "2", "Price": 100}],
    )
    api.put("orders/1/warehouseready")
    assert api.refused("PUT", "orders/1", "Order", Comments="x")[1] == 2003125
    api.put("orders/1/createinvoice")
    made = api.put("invoices/1/bookkeep")
    assert (made["InvoiceRows"][0]["DeliveredQuantity"], made["Total"]) == ("2", 250)
    assert api.get("articles/CUP")["QuantityInStock"] == 0


def test_recorded_refusals_of_house_work(api: Api) -> None:
    """2002980 and 2004021."""
    row = {"ArticleNumber": "CUP", "HouseWork": True, "HouseWorkType": "OTHERCOSTS"}
    assert api.refused("POST", "orders", "Order", CustomerNumber="1", TaxReductionType="rot", OrderRows=[row])[1] == (
        2002980
    )
    row["HouseWorkType"] = "CONSTRUCTION"
    assert api.refused("POST", "orders", "Order", CustomerNumber="1", TaxReductionType="rut", OrderRows=[row])[1] == (
        2004021
    )


def test_stock_is_rounded_and_a_used_article_stays(api: Api) -> None:
    """Half up to two decimals (recorded); an article on a document is made inactive, not removed."""
    assert api.put("articles/TEA", "Article", QuantityInStock="1.005")["QuantityInStock"] == D("1.01")
    invoice(api, {"ArticleNumber": "TEA"})
    api.put("invoices/1/cancel")
    assert api.refused("DELETE", "articles/TEA")[0] == 400
    assert api.put("articles/TEA", "Article", Active=False)["Active"] is False
    assert api.get("articles?filter=inactive")[0]["QuantityInStock"] == "1.01"
    assert api.refused("PUT", "articles/NONE", "Article", Description="x")[1] == 2000513
    assert api.call("DELETE", "articles/CUP")[0] == 204
    assert api.refused("DELETE", "customers/1")[0] == 400
