"""What must hold for every document, whatever its rows: found by trying many."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kontera.clock import ManualClock
from kontera.sandboxes.fortnox import FortnoxSandbox

from .conftest import START, Api

D = Decimal
cents = st.decimals(min_value=-5000, max_value=5000, places=2).map(str)
rates = st.sampled_from(
    [("MP1", 3001), ("MP2", 3002), ("MP3", 3003), ("MF", 3004), ("OSSDE19", 3121), ("OSSFI255", 3124), ("MP1", 3011)]
)
row = st.builds(
    lambda quantity, price, rate, discount, kind: {
        "Description": "x",
        "DeliveredQuantity": quantity,
        "Price": price,
        "VATCode": rate[0],
        "AccountNumber": rate[1],
        "Discount": discount,
        "DiscountType": kind,
    },
    st.decimals(min_value=-20, max_value=20, places=2).map(str),
    cents,
    rates,
    st.decimals(min_value=0, max_value=100, places=2).map(str),
    st.sampled_from(["PERCENT", "AMOUNT"]),
)
document = st.fixed_dictionaries(
    {
        "InvoiceRows": st.lists(row, max_size=8),
        "VATIncluded": st.booleans(),
        "Currency": st.sampled_from(["SEK", "EUR"]),
        "Freight": st.sampled_from([0, "49.50", "-39"]),
        "AdministrationFee": st.sampled_from([0, "29"]),
    }
)


@pytest.fixture(scope="module")
def common() -> Iterator[Api]:
    """One sandbox for all examples: they only add documents."""
    with FortnoxSandbox(ManualClock(START), limit=None) as sandbox:
        api = Api(sandbox, sandbox.credentials()["access_token"])
        api.post("customers", "Customer", Name="Anna Ek")
        yield api
        api.http.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=document, round_off=st.booleans(), how=st.sampled_from(["per_rate", "per_row"]))
def test_every_invoice_balances_is_paid_to_zero_and_credited_to_zero(
    common: Api, values: dict[str, Any], round_off: bool, how: str
) -> None:
    """Booked: debit is credit and the receivable is the total. Credited: the same, turned. Paid: nothing is left."""
    common.pull("profile", round_off=round_off, vat_rounding=how)
    made = common.post("invoices", "Invoice", CustomerNumber="1", **values)
    assert made["Total"] == made["Net"] + D(values["Freight"]) + D(values["AdministrationFee"]) + (
        made["TotalVAT"] + made["RoundOff"]
    )
    number = int(made["DocumentNumber"])
    voucher = common.put(f"invoices/{number}/bookkeep")["VoucherNumber"]
    entries = common.entries("B", voucher)
    assert sum(entries.values(), D(0)) == 0
    if values["Currency"] == "SEK":
        assert entries.get(1510, D(0)) == made["Total"]
    if made["Credit"] == "false":
        common.put(f"invoices/{number}/credit")
        credit = common.get(f"invoices/{number}")["CreditInvoiceReference"]
        turned = common.entries("B", common.put(f"invoices/{credit}/bookkeep")["VoucherNumber"])
        assert {account: -amount for account, amount in turned.items()} == entries
    if made["Total"]:
        half = D(made["Total"]) // 2
        for part in (half, made["Total"] - half):
            paid = common.post("invoicepayments", "InvoicePayment", InvoiceNumber=number, AmountCurrency=str(part))
            common.put(f"invoicepayments/{paid['Number']}/bookkeep")
    assert common.get(f"invoices/{number}")["Balance"] == 0
    record = common.sandbox.company.invoices[str(number)]
    assert record["_claim"] == 0
    assert common.audit()["unbalanced_vouchers"] == []


def test_an_answer_lost_after_commit_leaves_exactly_one_document(api: Api) -> None:
    """The trap law 2 is about: sending again makes a second one, unless the number is one's own."""
    fault = {"kind": "lost_answer", "method": "POST", "path": "/3/invoices", "times": 1}
    body = {"CustomerNumber": "1", "ExternalInvoiceReference1": "NT-1001"}
    api.http.post("/_sandbox/faults", json=fault)
    with pytest.raises(httpx2.TransportError):
        api.http.post("/3/invoices", json={"Invoice": body})
    assert len(api.get("invoices?externalinvoicereference1=NT-1001")) == 1
    api.post("invoices", "Invoice", **body)
    assert api.audit()["duplicate_invoices"] == ["NT-1001"]
    api.http.post("/_sandbox/faults", json=fault)
    with pytest.raises(httpx2.TransportError):
        api.http.post("/3/invoices", json={"Invoice": {**body, "DocumentNumber": "1001"}})
    assert api.refused("POST", "invoices", "Invoice", **body, DocumentNumber="1001")[0] == 400
    assert api.audit()["invoices"] == 3
