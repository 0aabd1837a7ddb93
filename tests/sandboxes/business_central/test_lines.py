"""Lines of documents: what each property does, discounts, and what is refused (facts BC 4-8, 22-37, 154-174)."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import ZERO_GUID, Api, D

KINDS = (("salesOrders", "salesOrderLines"), ("salesInvoices", "salesInvoiceLines"),
         ("salesCreditMemos", "salesCreditMemoLines"))  # fmt: skip


def document(api: Api, kind: str, *lines: dict[str, Any], **header: Any) -> Any:
    """A draft of any kind."""
    return {"salesOrders": api.order, "salesInvoices": api.invoice, "salesCreditMemos": api.credit}[kind](
        *lines, **header
    )


def test_tax_code_is_asymmetric(api: Api) -> None:
    """BC 4: written as a VAT product posting group, read as the VAT identifier."""
    api.pull("vat", business="DOMESTIC", product="VAT12", identifier="MOMS12")
    order = api.order(api.line())
    path = f"salesOrderLines({order['salesOrderLines'][0]['id']})"
    changed = api.patch(path, taxCode="VAT12")
    assert ("MOMS12", 12) == (changed["taxCode"], changed["taxPercent"])
    assert "Internal_InvalidTableRelation" == api.refused("PATCH", path, {"taxCode": "MOMS12"})[1]


@pytest.mark.parametrize(("kind", "lines"), KINDS)
def test_invoice_discount_shrinks_with_a_line(api: Api, kind: str, lines: str) -> None:
    """BC 5, BC 6: a changed quantity takes the line's share away; a new or deleted line does not."""
    made = document(api, kind, api.line("1000", 1), api.line("1000", 1), api.line("1000", 2))
    path, (first, second, _) = f"{kind}({made['id']})", made[lines]
    assert D(100) == api.patch(path, discountAmount=100)["discountAmount"]
    api.post(f"{path}/{lines}", **api.line("1100"))
    assert D(100) == api.get(path)["discountAmount"]
    api.delete(f"{lines}({first['id']})")
    assert D(100) == api.get(path)["discountAmount"]
    share = api.get(f"{lines}({second['id']})")["invoiceDiscountAllocation"]
    assert 0 < share < 100
    api.patch(f"{lines}({second['id']})", quantity=0)
    assert D(100) - share == api.get(path)["discountAmount"]


def test_line_discount_and_invoice_discount(api: Api) -> None:
    """BC 7: a discount amount keeps the header's value, a percentage or price reduces it."""
    made = api.order(api.line("1000", 1), api.line("1000", 1))
    path, (first, second) = f"salesOrders({made['id']})", made["salesOrderLines"]
    api.patch(path, discountAmount=100)
    api.patch(f"salesOrderLines({first['id']})", discountAmount=1000)
    assert D(100) == api.get(path)["discountAmount"]
    share = api.get(f"salesOrderLines({second['id']})")["invoiceDiscountAllocation"]
    api.patch(f"salesOrderLines({second['id']})", discountPercent=10)
    assert D(100) - share == api.get(path)["discountAmount"]


def test_reading_settles_pending_totals(api: Api) -> None:
    """BC 8, BC 65: the first GET shares the discount again, the second has the same etag."""
    api.pull("customer_discount", number="10000", tiers=[["5000", "10"]])
    made = api.invoice(api.line())
    api.pull("client_line", id=made["id"], item="1000", quantity=1)
    first = api.get(f"salesInvoices({made['id']})")
    assert (D(800), D(9000)) == (first["discountAmount"], first["totalAmountIncludingTax"])
    assert made["@odata.etag"] != first["@odata.etag"]
    assert first["@odata.etag"] == api.get(f"salesInvoices({made['id']})")["@odata.etag"]


def test_equal_values_do_nothing(api: Api) -> None:
    """BC 24: a price sent again with the quantity it already has is kept; another quantity looks the price up."""
    made = api.order(api.line(quantity=2, unitPrice=10))
    path = f"salesOrderLines({made['salesOrderLines'][0]['id']})"
    assert 10 == api.patch(path, quantity=2)["unitPrice"]
    assert 4000 == api.patch(path, quantity=3)["unitPrice"]
    assert 4000 == api.patch(path, unitPrice=20, quantity=4)["unitPrice"]
    assert 20 == api.patch(path, quantity=5, unitPrice=20)["unitPrice"]


@pytest.mark.parametrize(("kind", "lines"), KINDS)
def test_comment_lines(api: Api, kind: str, lines: str) -> None:
    """BC 25, BC 160, BC 26: a bare description is a comment with zero ids; a number needs its type first."""
    path = f"{kind}({document(api, kind)['id']})/{lines}"
    for body in ({"description": "Hej"}, {"lineType": "Comment", "description": "Hej"}):
        line = api.post(path, **body)
        assert ("Comment", "", ZERO_GUID, ZERO_GUID, "Hej") == tuple(
            line[name] for name in ("lineType", "lineObjectNumber", "itemId", "accountId", "description")
        )
    assert "Standard Text" in api.text("POST", path, {"lineObjectNumber": "1000"})
    assert "Item" == api.post(path, lineType="Item", lineObjectNumber="1000")["lineType"]


def test_ids_change_the_type(api: Api) -> None:
    """BC 27, BC 28: an item's or account's id changes the type; the type alone empties the line."""
    made = api.order(api.line(quantity=2))
    path = f"salesOrderLines({made['salesOrderLines'][0]['id']})"
    account = api.patch(path, accountId=api.account("3520"))
    assert ("Account", "3520", ZERO_GUID) == (account["lineType"], account["lineObjectNumber"], account["itemId"])
    assert "Item" == api.patch(path, itemId=api.item("1100"))["lineType"]
    text = 'The value for "lineObjectNumber" cannot be modified.'
    assert text == api.text("PATCH", path, {"lineObjectNumber": "1000"})
    blank = api.patch(path, lineType="Account")
    assert ("", ZERO_GUID, ZERO_GUID, 0) == tuple(
        blank[name] for name in ("lineObjectNumber", "itemId", "accountId", "quantity")
    )


@pytest.mark.parametrize(("kind", "lines"), KINDS)
def test_sequence(api: Api, kind: str, lines: str) -> None:
    """BC 29, BC 157, BC 156, BC 205, BC 161: own numbers are kept, else steps of 10000; fixed and unique."""
    made = document(api, kind, api.line())
    path = f"{kind}({made['id']})/{lines}"
    assert 500 == api.post(path, **api.line(sequence=500))["sequence"]
    assert 20000 == api.post(path, **api.line())["sequence"]
    text = "You cannot insert a line because a line already exists."
    assert text == api.text("POST", path, api.line(sequence=500))
    assert [500, 10000, 20000] == [each["sequence"] for each in api.get(path)]
    line = f"{lines}({made[lines][0]['id']})"
    assert "The value for sequence cannot be modified" in api.text("PATCH", line, {"sequence": 7})
    assert 'The value for "documentId" cannot be modified.' == api.text(
        "PATCH", line, {"documentId": "11111111-1111-1111-1111-111111111111"}
    )


def test_variants_and_locations(api: Api) -> None:
    """BC 30, BC 164, BC 124, BC 125: a variant has to be the item's; a location has to exist."""
    variant = api.post("itemVariants", itemNumber="1000", code="RED", description="Röd")
    made = api.order(api.line(itemVariantId=variant["id"], locationId=api.id_of("locations", "WEB")))
    assert variant["id"] == made["salesOrderLines"][0]["itemVariantId"]
    path = f"salesOrders({made['id']})/salesOrderLines"
    assert "Item Variant" in api.text("POST", path, api.line("1100", itemVariantId=variant["id"]))
    assert 1 == len(api.get(path))
    assert "Location" in api.text("POST", path, api.line(locationId="11111111-1111-1111-1111-111111111111"))
    assert "In-Transit" in api.text("POST", path, api.line(locationId=api.id_of("locations", "EGET")))


def test_account_lines_on_orders_lag(api: Api) -> None:
    """BC 31: an order's header does not follow an account line until something else changes; an invoice's does."""
    freight = {"accountId": api.account("3520"), "quantity": 1, "unitPrice": 40}
    order = api.order(api.line("1100"), freight)
    assert D(499) == order["totalAmountIncludingTax"]
    changed = api.patch(f"salesOrders({order['id']})", externalDocumentNumber="1")
    assert D(549) == changed["totalAmountIncludingTax"]
    assert D(549) == api.invoice(api.line("1100"), freight)["totalAmountIncludingTax"]


def test_discount_needs_an_item_line(api: Api) -> None:
    """BC 32, BC 153, E 16: not on account lines, not on insert; by PATCH once there are item lines."""
    freight = {"accountId": api.account("3520"), "quantity": 1, "unitPrice": 40}
    made = api.invoice(freight)
    refusal = "Cannot apply an invoice discount"
    assert refusal in api.text("PATCH", f"salesInvoices({made['id']})", {"discountAmount": 10})
    body = {"customerNumber": "10000", "discountAmount": 10, "salesInvoiceLines": [api.line()]}
    assert refusal in api.text("POST", "salesInvoices", body)
    assert 1 == len(api.get("salesInvoices"))
    mixed = api.invoice(api.line(), freight)
    api.patch(f"salesInvoices({mixed['id']})", discountAmount=10)
    shares = [each["invoiceDiscountAllocation"] for each in api.get(f"salesInvoices({mixed['id']})/salesInvoiceLines")]
    assert [D(10), D(0)] == shares


def test_customer_discount_follows_the_amount(api: Api) -> None:
    """BC 33: up and down the tiers as lines come, change and go."""
    api.pull("customer_discount", number="10000", tiers=[["0", "0"], ["5000", "5"], ["10000", "10"]])
    made = api.order(api.line(quantity=1))
    path, line = f"salesOrders({made['id']})", f"salesOrderLines({made['salesOrderLines'][0]['id']})"
    assert D(0) == made["discountAmount"]
    second = api.post(f"{path}/salesOrderLines", **api.line(quantity=1))
    assert D(400) == api.get(path)["discountAmount"]
    api.patch(line, quantity=2)
    assert D(1200) == api.get(path)["discountAmount"]
    api.delete(f"salesOrderLines({second['id']})")
    assert D(400) == api.get(path)["discountAmount"]
    api.patch(line, quantity=1)
    assert D(0) == api.get(path)["discountAmount"]


def test_another_customer(api: Api) -> None:
    """BC 34, BC 35: the discount amount goes, lines are made again with new defaults."""
    made = api.order(api.line(quantity=2, unitPrice=10))
    path = f"salesOrders({made['id']})"
    api.patch(path, discountAmount=5)
    changed = api.patch(path, customerNumber="30000")
    assert (D(0), D(8000)) == (changed["discountAmount"], changed["totalAmountIncludingTax"])
    (line,) = api.get(f"{path}/salesOrderLines")
    assert (4000, 2, 0) == (line["unitPrice"], line["quantity"], line["taxPercent"])
    assert made["salesOrderLines"][0]["id"] != line["id"]


def test_prices_include_tax(api: Api) -> None:
    """BC 36, BC 143: prices are converted, amounts stay; read-only on invoices."""
    made = api.order(api.line(unitPrice=100))
    path = f"salesOrders({made['id']})"
    changed = api.patch(path, pricesIncludeTax=True)
    assert (D(125), False) == (changed["totalAmountIncludingTax"], changed["discountAppliedBeforeTax"])
    assert 125 == api.get(f"{path}/salesOrderLines")[0]["unitPrice"]
    gross = api.order(api.line(quantity=3, unitPrice=D("99.99")), pricesIncludeTax=True)
    assert (D("299.97"), D("239.98")) == (gross["totalAmountIncludingTax"], gross["totalAmountExcludingTax"])
    text = api.text("POST", "salesInvoices", {"customerNumber": "10000", "pricesIncludeTax": True})
    assert "read-only" in text


def test_shortcut_dimensions_reach_the_lines(api: Api) -> None:
    """BC 37, BC 239: the shortcut is put on every line, the dimension set of the header is not."""
    made = api.order(api.line())
    path, line = f"salesOrders({made['id']})", f"salesOrderLines({made['salesOrderLines'][0]['id']})/dimensionSetLines"
    api.post(f"{path}/dimensionSetLines", code="PROJEKT", valueCode="P1")
    assert [] == api.get(line)
    api.patch(path, shortcutDimension2Code="WOO")
    assert [("KANAL", "WOO")] == [(each["code"], each["valueCode"]) for each in api.get(line)]
    assert "valueCode" in api.text("PATCH", path, {"shortcutDimension2Code": "NEJ"})


@pytest.mark.parametrize(("kind", "lines"), KINDS)
def test_lines_need_a_document(api: Api, kind: str, lines: str) -> None:
    """BC 47, BC 174, BC 72, BC 73, BC 75, BC 76: reached through the header, by id, or by documentId."""
    made, other = document(api, kind, api.line()), document(api, kind, api.line(), api.line())
    assert "You must specify an Id or a Document Id to get the lines." == api.text("GET", lines)
    for address in (
        f"{kind}({made['id']})/{lines}",
        f"{lines}?$filter=documentId eq {made['id']}",
        f"{lines}?$filter=documentId eq {made['id']} or documentId eq {other['id']}",
    ):
        assert [made[lines][0]["id"]] == [each["id"] for each in api.get(address)]
    assert made["id"] == api.get(f"{lines}({made[lines][0]['id']})")["documentId"]
    assert [2] == [len(each[lines]) for each in api.get(f"{kind}?$expand={lines}&$filter=id eq {other['id']}")]
    assert 404 == api.call("GET", f"{lines}(11111111-1111-1111-1111-111111111111)")[0]
    assert "No document with the specified ID exists." == api.text(
        "POST", lines, {"documentId": "11111111-1111-1111-1111-111111111111"}
    )


@pytest.mark.parametrize(("kind", "lines"), KINDS)
def test_line_defaults_changes_and_deletion(api: Api, kind: str, lines: str) -> None:
    """BC 154, BC 155, BC 158, BC 66: item defaults; a changed quantity; gone once deleted, unless posted."""
    made = document(api, kind, api.line(quantity=2))
    line = made[lines][0]
    assert ("Cykel", 4000, "ST", D(8000), D(10000)) == tuple(
        line[name] for name in ("description", "unitPrice", "unitOfMeasureCode", "netAmount", "netAmountIncludingTax")
    )
    path = f"{kind}({made['id']})/{lines}({line['id']})"
    status, changed = api.call("PATCH", path, {"quantity": 3}, **{"If-Match": line["@odata.etag"]})
    assert (200, 3) == (status, changed["quantity"])
    api.delete(path)
    assert [] == api.get(f"{kind}({made['id']})/{lines}")
    if kind != "salesOrders":
        posted = document(api, kind, api.line())
        api.act(f"{kind}({posted['id']})", "post")
        assert "has been posted" in api.text("DELETE", f"{lines}({posted[lines][0]['id']})")
        assert 1 == len(api.get(f"{kind}({posted['id']})/{lines}"))


def test_units(api: Api) -> None:
    """BC 159: by id or code, both answered; only the item's own."""
    api.pull("set", table="items", number="1000", values={"_units": ["KG"]})
    made = api.invoice(api.line(unitOfMeasureCode="KG"))
    unit = api.id_of("unitsOfMeasure", "KG")
    assert unit == made["salesInvoiceLines"][0]["unitOfMeasureId"]
    path = f"salesInvoiceLines({made['salesInvoiceLines'][0]['id']})"
    assert "ST" == api.patch(path, unitOfMeasureId=api.id_of("unitsOfMeasure", "ST"))["unitOfMeasureCode"]
    assert "Item Unit of Measure" in api.text("PATCH", path, {"unitOfMeasureCode": "TIM"})


def test_line_refusals(api: Api) -> None:
    """BC 162, BC 163, BC 168, BC 170, BC 171: ids, discounts, blocked and incomplete items; B2: accounts."""
    path = f"salesOrders({api.order()['id']})/salesOrderLines"
    nobody = "11111111-1111-1111-1111-111111111111"
    assert 'Both "itemId" and "accountId"' in api.text("POST", path, {"itemId": api.item(), "accountId": nobody})
    assert "Item does not exist." == api.text("POST", path, {"itemId": nobody})
    assert "Account does not exist." == api.text("POST", path, {"accountId": nobody})
    assert "between 0 and 100" in api.text("POST", path, api.line(discountPercent=101))
    assert "between 0 and 100" in api.text("POST", path, api.line(discountAmount=5000))
    assert "Direct Posting must be equal" in api.text("POST", path, {"accountId": api.account("1510")})
    api.pull("set", table="accounts", number="3000", values={"directPosting": True})
    assert "Account Type must be equal" in api.text("POST", path, {"accountId": api.account("3000")})
    api.pull("set", table="items", number="1000", values={"_salesBlocked": True})
    assert "Sales Blocked check box" in api.text("POST", path, api.line())
    assert 1 == len(api.credit(api.line())["salesCreditMemoLines"])
    api.pull("set", table="items", number="1100", values={"blocked": True})
    assert "Blocked must be equal to 'No'" in api.text("POST", path, api.line("1100"))
    api.pull("set", table="items", number="1200", values={"generalProductPostingGroupCode": ""})
    assert "Gen. Prod. Posting Group must have a value in Item" in api.text("POST", path, api.line("1200"))
    assert [] == api.get(path)


def test_missing_vat_set_up_refuses_the_line(api: Api) -> None:
    """BC 128, B7: a group without a row in the VAT posting set-up."""
    api.post("taxGroups", code="BOOKS", displayName="Böcker")
    order = api.order(api.line())
    path = f"salesOrderLines({order['salesOrderLines'][0]['id']})"
    status, code, text = api.refused("PATCH", path, {"taxCode": "BOOKS"})
    assert (400, "Internal_RecordNotFound") == (status, code)
    assert text == (
        "The VAT Posting Setup does not exist. Identification fields and values: VAT Bus. Posting Group='DOMESTIC',"
        "VAT Prod. Posting Group='BOOKS'"
    )


def test_amounts_before_and_after_the_invoice_discount(api: Api) -> None:
    """BC 166, BC 142: amounts before it, net amounts after it, the allocation between them; header sums agree."""
    made = api.order(api.line(unitPrice=100), api.line("1200", unitPrice=100))
    path = f"salesOrders({made['id']})"
    header = api.patch(path, discountAmount=20)
    for line in api.get(f"{path}/salesOrderLines"):
        assert D(100) == line["amountExcludingTax"]
        assert D(10) == line["invoiceDiscountAllocation"]
        assert D(90) == line["netAmount"]
        assert line["netAmount"] + line["netTaxAmount"] == line["netAmountIncludingTax"]
    assert (D(180), D("27.90"), D("207.90")) == tuple(
        header[f"total{name}"] for name in ("AmountExcludingTax", "TaxAmount", "AmountIncludingTax")
    )
    assert D(0) == api.patch(path, discountAmount=0)["discountAmount"]


def test_vat_on_running_totals(api: Api) -> None:
    """B3: VAT is that of the identifier's total, the difference falls on the last line."""
    made = api.order(*(api.line("1200", unitPrice=D("0.83")) for _ in range(3)))
    assert [D("0.05"), D("0.05"), D("0.05")] == [each["netTaxAmount"] for each in made["salesOrderLines"]]
    cents = api.order(*(api.line("1200", unitPrice=D("0.07")) for _ in range(3)))
    assert [D("0.00"), D("0.01"), D("0.00")] == [each["netTaxAmount"] for each in cents["salesOrderLines"]]
