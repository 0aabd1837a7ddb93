"""Headers of orders, invoices and credit memos (facts BC 22, 23, 38-41, 131-145, 175-177, 191, 196-203)."""

from __future__ import annotations

import pytest

from .conftest import ZERO_GUID, Api, D

KINDS = ("salesOrders", "salesInvoices", "salesCreditMemos")


def test_dates(api: Api) -> None:
    """BC 22, BC 23: on POST the dates are set last and as sent; on PATCH the order of the properties decides."""
    made = api.post(
        "salesInvoices",
        customerNumber="10000",
        dueDate="2026-03-20",
        invoiceDate="2026-02-01",
        postingDate="2026-02-03",
    )
    names = ("invoiceDate", "postingDate", "dueDate")
    assert ["2026-02-01", "2026-02-03", "2026-03-20"] == [made[name] for name in names]
    path = f"salesInvoices({made['id']})"
    assert "2026-02-12" == api.patch(path, dueDate="2026-09-09", invoiceDate="2026-01-13")["dueDate"]
    assert "2026-09-09" == api.patch(path, invoiceDate="2026-01-14", dueDate="2026-09-09")["dueDate"]
    order = api.post("salesOrders", customerNumber="10000", orderDate="2026-01-05")
    assert ("2026-01-05", "2026-03-02") == (order["orderDate"], order["postingDate"])


def test_header_as_sent(api: Api) -> None:
    """BC 133, BC 139: addresses as sent, the bill-to address from the bill-to customer."""
    made = api.post(
        "salesOrders",
        customerNumber="10000",
        billToCustomerNumber="20000",
        orderDate="2026-02-01",
        sellToCity="Umeå",
        shipToName="Åsa",
        shipToCity="Luleå",
        externalDocumentNumber="web-7",
    )
    assert ("10000", "20000", "Umeå", "Luleå", "Åsa", "WEB-7") == tuple(
        made[name]
        for name in (
            "customerNumber",
            "billToCustomerNumber",
            "sellToCity",
            "shipToCity",
            "shipToName",
            "externalDocumentNumber",
        )
    )
    assert ("Stad", "Trey Research AB", "Draft") == (made["billToCity"], made["billToName"], made["status"])
    assert [made["id"]] == [each["id"] for each in api.get("salesOrders")]


@pytest.mark.parametrize("kind", KINDS)
def test_customer_is_needed_and_must_agree(api: Api, kind: str) -> None:
    """BC 136, BC 137, BC 261: by number or id; read id first, both must agree."""
    assert 'A "customerNumber" or a "customerId" must be provided.' == api.text("POST", kind, {})
    assert "The sell-to customer cannot be found." == api.text("POST", kind, {"customerNumber": "NOBODY"})
    identity = api.id_of("customers", "20000", "number")
    both = {"customerId": identity, "customerNumber": "10000"}
    assert "do not match to a specific Customer" in api.text("POST", kind, both)
    silently = api.post(kind, customerNumber="10000", customerId=identity)
    assert "20000" == silently["customerNumber"]
    assert [silently["id"]] == [each["id"] for each in api.get(kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_empty_values_and_cleared_ids(api: Api, kind: str) -> None:
    """BC 39, BC 40, BC 145, BC 177, BC 191, BC 196, BC 204: empty is a value, a zero id clears."""
    made = api.post(kind, customerNumber="10000")
    path = f"{kind}({made['id']})"
    changed = api.patch(path, sellToCity="", paymentTermsId=ZERO_GUID)
    assert ("", ZERO_GUID) == (changed["sellToCity"], changed["paymentTermsId"])
    assert ("Stad" if kind == "salesCreditMemos" else "") == changed["billToCity"]
    assert changed == api.patch(path)
    assert "A1" == api.patch(path, salesperson="a1")["salesperson"]
    api.delete(path)
    assert 404 == api.call("GET", path)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_currency(api: Api, kind: str) -> None:
    """BC 41, BC 131: the local currency is kept as none and read as its code; a foreign one is kept."""
    home = api.post(kind, customerNumber="10000", currencyCode="SEK")
    assert ("SEK", ZERO_GUID) == (home["currencyCode"], home["currencyId"])
    table = api.sandbox.company.table(kind)
    assert "" == table.rows[home["id"]]["currencyCode"]
    euro = api.id_of("currencies", "EUR")
    abroad = api.post(kind, customerNumber="10000", currencyCode="EUR")
    assert ("EUR", euro) == (abroad["currencyCode"], abroad["currencyId"])
    assert "SEK" == api.patch(f"{kind}({abroad['id']})", currencyId=ZERO_GUID)["currencyCode"]
    text = 'The "currencyCode" does not match to a Currency.'
    assert text == api.text("POST", kind, {"customerNumber": "10000", "currencyCode": "QQQ"})
    text = api.text("POST", kind, {"customerNumber": "10000", "postingDate": "2020-01-01", "currencyCode": "EUR"})
    assert "Currency Exchange Rate does not exist" in text


@pytest.mark.parametrize("kind", KINDS)
def test_number_is_read_only(api: Api, kind: str) -> None:
    """BC 68: the text says so; BC 134: the number is the series'."""
    made = api.post(kind, customerNumber="10000")
    assert "read-only" in api.text("PATCH", f"{kind}({made['id']})", {"number": "X"})
    assert "read-only" in api.text("POST", kind, {"customerNumber": "10000", "number": "X"})


@pytest.mark.parametrize("kind", KINDS)
def test_manual_discount(api: Api, kind: str) -> None:
    """BC 141, BC 196: stored exactly, shown in the answer, removed by 0."""
    children = {"salesOrders": api.order, "salesInvoices": api.invoice, "salesCreditMemos": api.credit}
    made = children[kind](api.line(), api.line("1100"))
    path = f"{kind}({made['id']})"
    assert D("33.33") == api.patch(path, discountAmount=D("33.33"))["discountAmount"]
    assert D(0) == api.patch(path, discountAmount=0)["discountAmount"]


def test_location_of_the_customer(api: Api) -> None:
    """BC 135: lines inherit the customer's location."""
    web = api.id_of("locations", "WEB")
    api.pull("set", table="customers", number="10000", values={"_location": web})
    assert web == api.order(api.line())["salesOrderLines"][0]["locationId"]


def test_e_mail_of_an_invoice(api: Api) -> None:
    """BC 176, BC 175: kept on the document; drafts and posted ones stand in one list."""
    posted = api.posted(api.line())
    draft = api.post("salesInvoices", customerNumber="10000", email="a@example.com")
    assert "a@example.com" == draft["email"]
    assert {posted["id"], draft["id"]} == {each["id"] for each in api.get("salesInvoices")}


def test_draft_e_mail_survives_posting(api: Api) -> None:
    """BC 181: the posted invoice has the draft's address."""
    assert "b@example.com" == api.posted(api.line(), email="b@example.com")["email"]


def test_send(api: Api) -> None:
    """BC 71, BC 182, BC 199: invoices in any state; credit memos once posted."""
    draft = api.invoice(api.line())
    path = f"salesInvoices({draft['id']})"
    for action in ("send", "post", "send", "cancel", "send"):
        api.act(path, action)
    memo = f"salesCreditMemos({api.credit(api.line())['id']})"
    assert "posted credit memo only" in api.text("POST", f"{memo}/Microsoft.NAV.send")
    api.act(memo, "post")
    api.act(memo, "send")


def test_credit_memo_posting(api: Api) -> None:
    """BC 197, BC 201, BC 198: the id is kept, Open until applied, no change, no cancelling."""
    memo = api.credit(api.line())
    path = f"salesCreditMemos({memo['id']})"
    api.act(path, "post")
    posted = api.get(path)
    assert ("Open", "PS-CR104001") == (posted["status"], posted["number"])
    text = "The credit memo has been posted and can no longer be modified."
    assert text == api.text("PATCH", path, {"externalDocumentNumber": "1"})
    assert "not a corrective document" in api.text("POST", f"{path}/Microsoft.NAV.cancel")
    assert {"1510": D(-5000), "3001": D(4000), "2611": D(1000)} == api.entries("PS-CR104001")


def test_credit_memo_of_an_invoice(api: Api) -> None:
    """BC 202, BC 203: a posted invoice by id or number; applied when posted; a closed one is refused then."""
    posted = api.posted(api.line())
    memo = api.credit(api.line(), invoiceId=posted["id"])
    path = f"salesCreditMemos({memo['id']})"
    assert posted["number"] == memo["invoiceNumber"]
    assert "" == api.patch(path, invoiceId=ZERO_GUID)["invoiceNumber"]
    draft = api.invoice(api.line())
    assert 'The "invoiceId" does not match to an Invoice.' == api.text("PATCH", path, {"invoiceId": draft["id"]})
    other = api.posted(api.line())
    body = {"invoiceId": posted["id"], "invoiceNumber": other["number"]}
    assert "do not match to a specific Invoice" in api.text("PATCH", path, body)
    api.patch(path, invoiceNumber=posted["number"])
    api.act(path, "post")
    assert "Paid" == api.get(f"salesInvoices({posted['id']})")["status"]
    again = api.credit(api.line(), invoiceId=posted["id"])
    status, code, text = api.refused("POST", f"salesCreditMemos({again['id']})/Microsoft.NAV.post")
    assert (400, "Internal_DataNotFoundFilter", "There is no Cust. Ledger Entry within the filter.") == (
        status,
        code,
        text,
    )


def test_blocked_customers(api: Api) -> None:
    """BC 96, B4: All stops everything, Invoice stops orders and invoices, Ship stops shipping."""
    refused = {"All": KINDS, "Invoice": KINDS[:2], "Ship": KINDS[:1]}
    for blocked, kinds in refused.items():
        api.pull("set", table="customers", number="10000", values={"blocked": blocked})
        for kind in KINDS:
            status, body = api.call("POST", kind, {"customerNumber": "10000"})
            assert (400 if kind in kinds else 201) == status
            if kind in kinds:
                assert "You cannot create this type of document when Customer 10000 is blocked" in str(body)
    api.pull("set", table="customers", number="10000", values={"blocked": " ", "_privacy": True})
    assert "is blocked for privacy" in api.text("POST", "salesOrders", {"customerNumber": "10000"})


def test_customer_without_template(api: Api) -> None:
    """E 17, B4: a customer no template has touched lacks the posting groups a document needs."""
    api.pull("customer_templates", templates=[])
    made = api.post("customers", displayName="Ny")
    text = api.text("POST", "salesOrders", {"customerNumber": made["number"]})
    assert f"Gen. Bus. Posting Group must have a value in Customer: No.={made['number']}." in text
