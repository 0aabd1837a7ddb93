"""Journals and customer payments (facts BC 48-53, 212-235, 265, 266) and dimension set lines (BC 236-240)."""

from __future__ import annotations

import pytest

from .conftest import ZERO_GUID, Api, D

PAY = "customerPayments"


@pytest.fixture
def batch(api: Api) -> str:
    """The seeded payment journal's id."""
    return str(api.get("customerPaymentJournals")[0]["id"])


def pay(api: Api, batch: str, **values: object) -> dict[str, object]:
    """A payment in the journal."""
    made: dict[str, object] = api.post(f"customerPaymentJournals({batch})/{PAY}", **values)
    return made


def test_invoice_of_a_payment(api: Api, batch: str) -> None:
    """BC 48, BC 215, BC 216, BC 265: an id has to be a posted invoice's; a number may be anything until posting."""
    posted, draft = api.posted(api.line()), api.invoice(api.line())
    path = f"customerPaymentJournals({batch})/{PAY}"
    text = api.text("POST", path, {"amount": -1, "appliesToInvoiceId": draft["id"]})
    assert 'The "appliesToInvoiceId" should be the ID of an Open, Paid, Corrective, or Canceled Invoice.' == text
    made = pay(api, batch, amount=-1, appliesToInvoiceId=posted["id"])
    assert posted["number"] == made["appliesToInvoiceNumber"]
    body = {"appliesToInvoiceId": posted["id"], "appliesToInvoiceNumber": "OTHER"}
    assert "do not match to the same Invoice" in api.text("POST", path, body)
    changed = api.patch(f"{PAY}({made['id']})", appliesToInvoiceNumber="RANDOM")
    assert ("RANDOM", ZERO_GUID) == (changed["appliesToInvoiceNumber"], changed["appliesToInvoiceId"])
    text = api.text("POST", f"journals({batch})/Microsoft.NAV.post")
    assert "Invoice for given Applies-to Invoice Id does not exist." == text
    assert [] == api.sandbox.company.table("customerLedger").where(documentType="Payment")


def test_customer_of_a_payment(api: Api, batch: str) -> None:
    """BC 49, BC 213, BC 215, BC 216: filled from the invoice, never overwritten; id and number fill each other."""
    posted = api.posted(api.line())
    assert "10000" == pay(api, batch, amount=-1, appliesToInvoiceNumber=posted["number"])["customerNumber"]
    other = pay(api, batch, amount=-1, customerNumber="20000", appliesToInvoiceNumber=posted["number"])
    assert ("20000", api.id_of("customers", "20000", "number")) == (other["customerNumber"], other["customerId"])
    changed = api.patch(f"{PAY}({other['id']})", customerId=posted["customerId"])
    assert "10000" == changed["customerNumber"]
    path = f"customerPaymentJournals({batch})/{PAY}"
    assert "customerNumber" in api.text("POST", path, {"customerNumber": "NOBODY"})
    assert "customerId" in api.text("POST", path, {"customerId": "11111111-1111-1111-1111-111111111111"})


def test_defaults_of_a_payment(api: Api, batch: str) -> None:
    """BC 50, BC 213, BC 214, BC 218: the day of the line before; the next number; order does not matter."""
    first = pay(api, batch, amount=-5, lineNumber=7, customerNumber="10000", postingDate="2026-02-01")
    assert (7, "BET100001", "2026-02-01") == (first["lineNumber"], first["documentNumber"], first["postingDate"])
    second = pay(api, batch, description="egen", customerNumber="10000", amount=-6)
    assert ("BET100002", "2026-02-01", "egen") == tuple(
        second[name] for name in ("documentNumber", "postingDate", "description")
    )
    api.act(f"journals({batch})", "post")
    assert {"1510": D(-5), "1580": D(5)} == api.entries("BET100001")
    assert "BET100003" == pay(api, batch, amount=-1, customerNumber="10000")["documentNumber"]


def test_changing_a_payment(api: Api, batch: str) -> None:
    """BC 217, BC 219, BC 220, BC 222: renamed, changed, deleted; its journal is fixed and needed."""
    made = pay(api, batch, amount=-5, customerNumber="10000")
    path = f"{PAY}({made['id']})"
    changed = api.patch(path, lineNumber=500, amount=-7, customerNumber="20000")
    assert (made["id"], 500, -7, "20000") == tuple(
        changed[name] for name in ("id", "lineNumber", "amount", "customerNumber")
    )
    other = api.post("customerPaymentJournals", code="OTHER")
    assert "The Journal Id cannot be changed." == api.text("PATCH", path, {"journalId": other["id"]})
    body = {"journalId": other["id"], "amount": -1}
    text = api.text("POST", f"customerPaymentJournals({batch})/{PAY}", body)
    assert "The Journal Id and Journal Display Name do not match." == text
    assert "You must specify a journal batch ID" in api.text("GET", PAY)
    api.delete(path)
    assert 404 == api.call("GET", path)[0]


def test_sign_and_closed_invoices(api: Api, batch: str) -> None:
    """BC 266, B5: a payment is negative; a closed invoice cannot be paid; the whole batch stands or falls."""
    posted = api.posted(api.line())
    made = pay(api, batch, amount=5000, appliesToInvoiceId=posted["id"])
    assert "must be negative" in api.text("POST", f"journals({batch})/Microsoft.NAV.post")
    api.patch(f"{PAY}({made['id']})", amount=-5000)
    pay(api, batch, amount=-1, appliesToInvoiceId=posted["id"])
    status, code, _ = api.refused("POST", f"journals({batch})/Microsoft.NAV.post")
    assert (400, "Internal_DataNotFoundFilter") == (status, code)
    assert ("Open", D(5000)) == tuple(
        api.get(f"salesInvoices({posted['id']})")[e] for e in ("status", "remainingAmount")
    )
    assert 2 == len(api.get(f"customerPaymentJournals({batch})/{PAY}"))


def test_payment_in_another_rate(api: Api, batch: str) -> None:
    """E 13: what the rate has moved since the invoice is a gain or a loss."""
    api.pull("set", table="customers", number="30000", values={"currencyCode": "EUR"})
    posted = api.posted(api.line(unitPrice=100), customerNumber="30000")
    assert "EUR" == posted["currencyCode"]
    api.pull("rate", currency="EUR", day="2026-03-10", rate="11.50")
    pay(api, batch, amount=-100, appliesToInvoiceId=posted["id"], postingDate="2026-03-10")
    api.act(f"journals({batch})", "post")
    assert {"1510": D(-1120), "1580": D(1150), "3960": D(-30)} == api.entries("BET100001")
    assert "Paid" == api.get(f"salesInvoices({posted['id']})")["status"]


def test_two_kinds_of_lines_in_one_batch(api: Api, batch: str) -> None:
    """BC 221, BC 233, BC 51: each page lists its own, posting takes them all."""
    pay(api, batch, amount=-100, customerNumber="10000")
    fee = api.post(f"journals({batch})/journalLines", accountNumber="6570", amount=2)
    assert 1 == len(api.get(f"customerPaymentJournals({batch})/{PAY}"))
    assert [fee["id"]] == [each["id"] for each in api.get(f"journals({batch})/journalLines")]
    api.act(f"journals({batch})", "post")
    assert {"1510": "-100", "1580": "98", "6570": "2"} == api.audit()["balances"]


def test_batches(api: Api) -> None:
    """BC 212, BC 223, BC 224, BC 225: templates, balancing account, rename, deletion."""
    account = api.account("1930")
    made = api.post("journals", code="web", displayName="Webb", balancingAccountId=account)
    assert ("WEB", "GENERAL", "1930") == tuple(
        made[name] for name in ("code", "templateDisplayName", "balancingAccountNumber")
    )
    assert ["STANDARD", "WEB"] == [each["code"] for each in api.get("journals")]
    assert ["BETAL"] == [each["code"] for each in api.get("journals?$filter=templateDisplayName eq 'CASHRCPT'")]
    body = {"code": "X", "balancingAccountNumber": "1930"}
    assert "read-only" in api.text("POST", "customerPaymentJournals", body)
    path = f"journals({made['id']})"
    assert (made["id"], "NYTT") == tuple(api.patch(path, code="NYTT")[name] for name in ("id", "code"))
    assert [] == api.get("journals?$filter=code eq 'WEB'")
    api.delete(path)
    assert 404 == api.call("GET", path)[0]


def test_journal_lines(api: Api) -> None:
    """BC 51, BC 229, BC 230, BC 231, BC 232: balance, accounts, dimensions; a tax code is ignored."""
    journal = api.get("journals")[0]["id"]
    path = f"journals({journal})/journalLines"
    first = api.post(path, accountNumber="1930", amount=100, taxCode="VAT25", description="Utbetalning")
    assert ("", "G100001", api.account("1930")) == (first["taxCode"], first["documentNumber"], first["accountId"])
    second = api.post(path, accountNumber="1580", amount=-100)
    assert "G100001" == second["documentNumber"]
    own = api.post(path, accountNumber="6570", amount=5, balancingAccountNumber="1930")
    assert ("1930", "G100002") == (own["balancingAccountNumber"], own["documentNumber"])
    api.post(f"{path}({first['id']})/dimensionSetLines", code="PROJEKT", valueCode="P1")
    assert "account" in api.text("POST", path, {"accountNumber": "0000"})
    assert "must be G/L Account or Bank Account" in api.text("POST", path, {"accountType": "Vendor"})
    assert "isn't editable" in api.text("PATCH", f"journalLines({own['id']})", {"journalDisplayName": "X"})
    api.act(f"journals({journal})", "post")
    assert [] == api.get(path)
    assert {"1930": "95", "1580": "-100", "6570": "5"} == api.audit()["balances"]
    bank = api.get("generalLedgerEntries?$filter=accountNumber eq '1930' and documentNumber eq 'G100001'")[0]["id"]
    (row,) = api.get(f"generalLedgerEntries({bank})?$expand=dimensionSetLines")["dimensionSetLines"]  # BC 234
    assert (bank, "P1") == (row["parentId"], row["valueCode"])


def test_default_dimension_of_an_account(api: Api) -> None:
    """BC 232: it comes along, and a value of one's own for the same dimension overrides it."""
    account, dimension = api.account("6570"), api.id_of("dimensions", "PROJEKT")
    values = {each["code"]: each["id"] for each in api.get(f"dimensions({dimension})/dimensionValues")}
    company = api.sandbox.company
    company.table("defaultDimensions").add(
        {"parentId": account, "parentType": "Account", "dimensionId": dimension, "dimensionCode": "PROJEKT",
         "dimensionValueId": values["P1"], "dimensionValueCode": "P1", "postingValidation": " "}
    )  # fmt: skip
    path = f"journals({api.get('journals')[0]['id']})/journalLines"
    line = api.post(path, accountNumber="6570", amount=1)
    dims = f"{path}({line['id']})/dimensionSetLines"
    assert ["P1"] == [each["valueCode"] for each in api.get(dims)]
    assert "P2" == api.patch(f"{dims}({dimension})", valueCode="P2")["valueCode"]


def test_unbalanced_and_empty(api: Api) -> None:
    """BC 228, BC 226: nothing is posted."""
    journal = api.get("journals")[0]["id"]
    assert "There is nothing to post." == api.text("POST", f"journals({journal})/Microsoft.NAV.post")
    api.post(f"journals({journal})/journalLines", accountNumber="1930", amount=100)
    text = api.text("POST", f"journals({journal})/Microsoft.NAV.post")
    assert text.startswith("Document No. G100001 is out of balance by 100. Please check that")
    assert [] == api.get("generalLedgerEntries")
    api.patch(f"journalLines({api.get(f'journals({journal})/journalLines')[0]['id']})", accountNumber="1510", amount=0)
    assert "Direct Posting" in api.text("POST", f"journals({journal})/Microsoft.NAV.post")


def test_batch_names_that_count(api: Api, batch: str) -> None:
    """BC 52: the posted batch is gone and comes back under the next name and another id."""
    api.pull("switches", increment_batch_name=True)
    made = api.post("customerPaymentJournals", code="KORT1", balancingAccountId=api.account("1580"))
    pay(api, made["id"], amount=-1, customerNumber="10000")
    api.act(f"journals({made['id']})", "post")
    assert 404 == api.call("GET", f"journals({made['id']})")[0]
    assert ["BETAL", "KORT2"] == sorted(each["code"] for each in api.get("customerPaymentJournals"))


def test_batch_without_series_keeps_a_blank_line(api: Api) -> None:
    """BC 53: and posting it again does not answer that there is nothing to post."""
    journal = api.get("journals")[0]
    api.pull("set", table="journals", code="STANDARD", values={"_series": ""})
    path = f"journals({journal['id']})/journalLines"
    api.post(path, accountNumber="6570", balancingAccountNumber="1930", amount=1, documentNumber="D1")
    api.act(f"journals({journal['id']})", "post")
    assert [(10000, "")] == [(each["lineNumber"], each["accountNumber"]) for each in api.get(path)]
    api.act(f"journals({journal['id']})", "post")


@pytest.mark.parametrize("kind", ["salesOrder", "salesInvoice", "salesCreditMemo"])
def test_dimension_set_lines(api: Api, kind: str) -> None:
    """BC 38, BC 236, BC 237, BC 238: on documents and their lines; through the parent only; the code is fixed."""
    made = {"salesOrder": api.order, "salesInvoice": api.invoice, "salesCreditMemo": api.credit}[kind](api.line())
    projekt = api.id_of("dimensions", "PROJEKT")
    for path in (f"{kind}s({made['id']})", f"{kind}Lines({made[f'{kind}Lines'][0]['id']})"):
        dims = f"{path}/dimensionSetLines"
        assert "valueId" in api.text("POST", dims, {"code": "PROJEKT"})
        assert "id" in api.text("POST", dims, {"valueCode": "P1"})
        row = api.post(dims, code="PROJEKT", valueCode="P1")
        assert (projekt, "P1", "Projekt 1") == (row["id"], row["valueCode"], row["valueDisplayName"])
        assert "already exists" in api.text("POST", dims, {"id": projekt, "valueCode": "P2"})
        assert "cannot be modified" in api.text("PATCH", f"{dims}({projekt})", {"code": "KANAL"})
        assert "P2" == api.patch(f"{dims}({projekt})", valueCode="P2")["valueCode"]
        assert ["P2"] == [each["valueCode"] for each in api.get(dims)]
        api.delete(f"{dims}({projekt})")
        assert [] == api.get(dims)
    assert "You must get to the parent first" in api.text("GET", "dimensionSetLines")
    assert "You must get to the parent first" in api.text("POST", "dimensionSetLines", {"code": "PROJEKT"})


def test_parts_in_another_rate_close_to_nothing(api: Api, batch: str) -> None:
    """E 13: paid in odd parts at other rates, nothing is left on the receivable; the same for a credit memo."""
    api.pull("rate", currency="EUR", day="2026-03-02", rate="11.1119")
    posted = api.posted(api.line(unitPrice=D("26.66")), currencyCode="EUR", customerNumber="30000")
    api.pull("rate", currency="EUR", day="2026-03-10", rate="11.4567")
    api.pull("set", table="customers", number="30000", values={"currencyCode": "EUR"})
    for amount in ("-3.33", "-3.33", "-20.00"):
        made = pay(api, batch, amount=D(amount), appliesToInvoiceId=posted["id"], postingDate="2026-03-10")
        assert "30000" == made["customerNumber"]
    api.act(f"journals({batch})", "post")
    assert "Paid" == api.get(f"salesInvoices({posted['id']})")["status"]
    other = api.posted(api.line(unitPrice=D("26.66")), currencyCode="EUR", customerNumber="30000")
    memo = api.credit(api.line(unitPrice=D("26.66")), currencyCode="EUR", customerNumber="30000",
                      postingDate="2026-03-10", invoiceId=other["id"])  # fmt: skip
    api.act(f"salesCreditMemos({memo['id']})", "post")
    found = api.audit()
    assert ([], "0") == (found["unbalanced_documents"], found["receivables_differ"])
    assert "1510" not in found["balances"]
    assert 0 > D(found["balances"]["3960"])
