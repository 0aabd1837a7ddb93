"""5.13, 5.14, 5.18: booked invoices, payments, vouchers, read back through the public API. Every number by hand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kontera.sandboxes.fortnox import Profile

from .conftest import Api

D = Decimal
TEA = {"ArticleNumber": "TEA", "DeliveredQuantity": "2", "Price": 129, "VAT": 12, "AccountNumber": 3002}
SHIPPING = {"Description": "Frakt", "DeliveredQuantity": "1", "Price": 49, "VAT": 25, "AccountNumber": 3520}


def booked(api: Api, *rows: dict[str, Any], **values: Any) -> Any:
    """A booked invoice for customer 1."""
    made = api.post("invoices", "Invoice", **{"CustomerNumber": "1", "InvoiceRows": list(rows), **values})
    return api.put(f"invoices/{made['DocumentNumber']}/bookkeep")


def pay(api: Api, number: int, **values: Any) -> Any:
    """A booked payment into 1580."""
    made = api.post(
        "invoicepayments", "InvoicePayment", **{"InvoiceNumber": number, "ModeOfPaymentAccount": 1580, **values}
    )
    return api.put(f"invoicepayments/{made['Number']}/bookkeep")


def test_a_booked_invoice_is_a_voucher_in_series_b(api: Api) -> None:
    """Receivable against revenue per row account and VAT per code: 307.00 as in the classic tea order."""
    made = booked(api, TEA, SHIPPING, VATIncluded=True)
    assert (made["Booked"], made["VoucherSeries"], made["VoucherNumber"], made["VoucherYear"]) == (True, "B", 1, 2)
    assert api.entries("B", 1) == {
        1510: D(307),
        3002: D("-230.36"),
        3520: D("-39.20"),
        2621: D("-27.64"),
        2611: D("-9.80"),
    }
    voucher = api.get("vouchers/B/1?financialyear=2")
    assert (voucher["ReferenceType"], voucher["ReferenceNumber"], voucher["TransactionDate"]) == (
        "INVOICE",
        "1",
        "2026-03-02",
    )
    assert api.audit()["balances"] == {"1510": 307, "2611": -9.8, "2621": -27.64, "3002": -230.36, "3520": -39.2}


def test_a_payment_is_a_voucher_in_series_c_and_settles(api: Api) -> None:
    """Partly, with a fee written off, then fully: Balance and FinalPayDate follow."""
    booked(api, TEA, SHIPPING, VATIncluded=True)
    first = pay(api, 1, Amount=100, WriteOffs=[{"AccountNumber": 6570, "Amount": 7, "TransactionInformation": "fee"}])
    assert (first["Booked"], first["VoucherSeries"], first["VoucherNumber"]) == (True, "C", 1)
    assert api.entries("C", 1) == {1580: D(100), 6570: D(7), 1510: D(-107)}
    assert (api.get("invoices/1")["Balance"], api.get("invoices/1")["FinalPayDate"]) == (200, None)
    assert api.get("invoices?filter=unpaid")[0]["DocumentNumber"] == "1"
    pay(api, 1, AmountCurrency=200, PaymentDate="2026-03-05")
    assert (api.get("invoices/1")["Balance"], api.get("invoices/1")["FinalPayDate"]) == (0, "2026-03-05")
    assert api.get("invoices?filter=fullypaid&fromfinalpaydate=2026-03-05")[0]["DocumentNumber"] == "1"
    assert api.get("vouchers/C/2?financialyear=2")["ReferenceType"] == "INVOICEPAYMENT"
    assert [row["Number"] for row in api.get("invoicepayments?invoicenumber=1")] == ["1", "2"]
    assert api.audit()["balances"].get("1510") is None


def test_an_unpaid_invoice_becomes_overdue(api: Api) -> None:
    """filter=unpaidoverdue compares the due date with today."""
    booked(api, TEA, DueDate="2026-03-01")
    booked(api, TEA, DueDate="2026-03-02")
    assert [row["DocumentNumber"] for row in api.get("invoices?filter=unpaidoverdue")] == ["1"]


def test_freight_fee_and_round_off_have_their_accounts(api: Api) -> None:
    """Freight 3520, fee 3540, round-off 3740; the company rounds to whole kronor. 5.18."""
    api.pull("profile", round_off=True)
    made = booked(
        api,
        {"ArticleNumber": "CUP", "DeliveredQuantity": "1", "Price": "100.30", "VAT": 25},
        Freight=40,
        AdministrationFee=10,
    )
    # 100.30 + 40 + 10 = 150.30; VAT 25.08 (25.075) + 10 + 2.50 = 37.58; 187.88 -> 188
    assert (made["Net"], made["TotalVAT"], made["RoundOff"], made["Total"]) == (D("100.3"), D("37.58"), D("0.12"), 188)
    assert api.entries("B", 1) == {
        1510: D(188),
        3001: D("-100.30"),
        3520: D(-40),
        3540: D(-10),
        2611: D("-37.58"),
        3740: D("-0.12"),
    }


def test_foreign_currency_is_booked_in_sek_with_gain_and_loss(api: Api) -> None:
    """EUR 125.00 at 11.2345; paid at 11.50 and then at 11.00; nothing stays on the receivable."""
    api.put("customers/1", "Customer", Currency="EUR")
    made = booked(
        api, {"ArticleNumber": "CUP", "DeliveredQuantity": "1", "Price": 100, "VAT": 25}, CurrencyRate="11.2345"
    )
    assert (made["Currency"], made["Total"]) == ("EUR", 125)
    # 1404.3125 -> 1404.31; 1123.45; 280.8625 -> 280.86: balances
    assert api.entries("B", 1) == {1510: D("1404.31"), 3001: D("-1123.45"), 2611: D("-280.86")}
    assert api.refused("POST", "invoicepayments", "InvoicePayment", InvoiceNumber=1, Amount=1)[0] == 400
    pay(api, 1, AmountCurrency=100, CurrencyRate="11.5")
    assert api.entries("C", 1) == {1580: D(1150), 1510: D("-1123.45"), 3960: D("-26.55")}
    pay(api, 1, AmountCurrency=25, Amount="275.00")
    assert api.entries("C", 2) == {1580: D(275), 1510: D("-280.86"), 7960: D("5.86")}
    assert api.get("invoices/1")["Balance"] == 0
    assert api.audit()["balances"].get("1510") is None


def test_what_conversion_leaves_over_goes_to_round_off(api: Api) -> None:
    """Two halves of an öre: 0.01 EUR each at 11.25 is 0.11, together 0.23 (0.225)."""
    booked(
        api,
        {"Description": "a", "DeliveredQuantity": "1", "Price": "0.01", "VAT": 0, "AccountNumber": 3004},
        {"Description": "b", "DeliveredQuantity": "1", "Price": "0.01", "VAT": 0, "AccountNumber": 3014},
        Currency="EUR",
        CurrencyRate="11.25",
    )
    assert api.entries("B", 1) == {1510: D("0.23"), 3004: D("-0.11"), 3014: D("-0.11"), 3740: D("-0.01")}


def test_the_last_payment_clears_the_receivable_to_the_ore(api: Api) -> None:
    """0.04 EUR at 11.25 is 0.45; two payments of 0.02 are 0.23 each: the second clears 0.22."""
    booked(
        api,
        {"Description": "a", "DeliveredQuantity": "1", "Price": "0.04", "VAT": 0, "AccountNumber": 3004},
        Currency="EUR",
        CurrencyRate="11.25",
    )
    for _ in range(2):
        pay(api, 1, AmountCurrency="0.02")
    assert (api.entries("C", 1), api.entries("C", 2)) == (
        {1580: D("0.23"), 1510: D("-0.23")},
        {1580: D("0.23"), 1510: D("-0.22"), 3960: D("-0.01")},
    )
    assert api.audit()["balances"].get("1510") is None


def test_oss_vat_goes_to_the_account_of_the_code(api: Api) -> None:
    """German 19 % on 2671, Danish 25 % on 2672 by code, and on 2611 when only the percentage is said."""
    base = {"Description": "Ware", "DeliveredQuantity": "1", "Price": 100}
    booked(
        api,
        {**base, "VATCode": "OSSDE19", "AccountNumber": 3121},
        {**base, "VATCode": "OSSDK25", "AccountNumber": 3123},
        {**base, "VAT": 25, "AccountNumber": 3123},
    )
    assert api.entries("B", 1) == {1510: D(369), 3121: D(-100), 3123: D(-200), 2671: D(-19), 2672: D(-25), 2611: D(-25)}


def test_a_gift_card_is_a_negative_row_without_vat(api: Api) -> None:
    """Sale against a liability: revenue and VAT in full, 2421 debited."""
    booked(
        api,
        TEA,
        {"Description": "Presentkort", "DeliveredQuantity": "1", "Price": -100, "VAT": 0, "AccountNumber": 2421},
        VATIncluded=True,
    )
    assert api.entries("B", 1) == {1510: D(158), 3002: D("-230.36"), 2621: D("-27.64"), 2421: D(100)}


def test_5_13_booked_is_final(api: Api) -> None:
    """Neither changed, cancelled nor booked again."""
    booked(api, TEA)
    assert api.refused("PUT", "invoices/1", "Invoice", Comments="x")[2] == "Fakturan är bokförd och kan inte ändras."
    assert api.refused("PUT", "invoices/1/cancel")[2] == "Fakturan är bokförd och kan inte makuleras."
    assert api.refused("PUT", "invoices/1/bookkeep")[0] == 400
    assert api.audit()["vouchers"] == 1


def test_5_13_credit_answers_the_original_and_links_once(api: Api) -> None:
    """The credit invoice turns every quantity; a second one is refused; later refunds are own documents."""
    api.post("invoices", "Invoice", CustomerNumber="1", InvoiceRows=[TEA, SHIPPING], VATIncluded=True, Freight=10)
    assert api.refused("PUT", "invoices/1/credit")[2] == "Fakturan måste vara bokförd för att kunna krediteras."
    api.put("invoices/1/bookkeep")
    answer = api.put("invoices/1/credit")
    assert (answer["DocumentNumber"], answer["CreditInvoiceReference"]) == ("1", "2")
    credit = api.get("invoices/2")
    assert (credit["Credit"], credit["CreditInvoiceReference"], credit["Booked"]) == ("true", "1", False)
    assert (credit["Total"], credit["InvoiceRows"][0]["DeliveredQuantity"]) == (D("-319.5"), "-2")
    assert api.refused("PUT", "invoices/1/credit")[2] == "Fakturan är redan krediterad (2)"
    assert api.refused("PUT", "invoices/2/credit")[0] == 400
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1", CreditInvoiceReference="1")[0] == 400
    api.put("invoices/2/bookkeep")
    assert {account: -amount for account, amount in api.entries("B", 2).items()} == api.entries("B", 1)
    later = booked(api, {**SHIPPING, "DeliveredQuantity": "-1"}, VATIncluded=True, ExternalInvoiceReference2="refund 2")
    assert (later["Credit"], later["Total"], later["CreditInvoiceReference"]) == ("true", -49, "0")
    pay(api, 2, Amount="-319.50")
    assert api.get("invoices/2")["Balance"] == 0


def test_5_13_a_credit_of_ones_own_links_both_ways(api: Api) -> None:
    """POST with CreditInvoiceReference, partial quantities."""
    booked(api, TEA)
    own = api.post(
        "invoices",
        "Invoice",
        CustomerNumber="1",
        CreditInvoiceReference="1",
        InvoiceRows=[{**TEA, "DeliveredQuantity": "-1"}],
    )
    assert (own["Credit"], api.get("invoices/1")["CreditInvoiceReference"]) == ("true", "2")
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1", CreditInvoiceReference="77")[0] == 400
    assert api.put("invoices/2", "Invoice", InvoiceRows=[{"DeliveredQuantity": "-2"}])["Credit"] == "true"


def test_5_14_a_locked_period_stops_saving_and_booking(api: Api) -> None:
    """2000401 when saving, 2002141 when booking what was saved before."""
    api.post("invoices", "Invoice", CustomerNumber="1", InvoiceRows=[TEA])
    paid = booked(api, TEA, InvoiceDate="2026-02-10")
    waiting = api.post(
        "invoicepayments",
        "InvoicePayment",
        InvoiceNumber=int(paid["DocumentNumber"]),
        Amount=1,
        PaymentDate="2026-02-15",
    )
    api.pull("lock_period", until="2026-03-02")
    assert api.get("settings/lockedperiod") == {"EndDate": "2026-03-02"}
    assert api.refused("PUT", "invoices/1/bookkeep")[1] == 2002141
    assert api.refused("PUT", f"invoicepayments/{waiting['Number']}/bookkeep")[1] == 2002141
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1")[1:] == (
        2000401,
        "Administratören har låst perioden t.o.m. 2026-03-02. Lås upp perioden för att fortsätta",
    )
    assert (
        api.refused(
            "POST",
            "vouchers",
            "Voucher",
            Description="x",
            VoucherSeries="A",
            TransactionDate="2026-03-02",
            VoucherRows=[],
        )[1]
        == 2000401
    )
    assert api.refused("POST", "invoicepayments", "InvoicePayment", InvoiceNumber=2, Amount=1)[1] == 2000401
    assert api.post("invoices", "Invoice", CustomerNumber="1", InvoiceDate="2026-03-03")["InvoiceDate"] == "2026-03-03"
    api.pull("lock_period", until=None)
    assert api.get("settings/lockedperiod") == {}
    assert api.put("invoices/1/bookkeep")["Booked"] is True


def test_5_14_years_must_exist_and_be_open(api: Api) -> None:
    """Asked for by date: an empty list says there is none. A new year gets accounts of its own."""
    assert api.get("financialyears?date=2026-03-02")[0]["Id"] == 2
    assert api.get("financialyears?date=2031-01-01") == []
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1", InvoiceDate="2031-01-01")[2] == (
        "Det finns inget räkenskapsår för datumet 2031-01-01."
    )
    assert api.post("financialyears", "FinancialYear", FromDate="2031-01-01", ToDate="2031-12-31")["Id"] == 4
    assert api.get("accounts/3001?financialyear=4")["VATCode"] == "MP1"
    assert booked(api, TEA, InvoiceDate="2031-01-01")["VoucherYear"] == 4
    api.pull("close_year", year=1)
    assert "avslutat" in api.refused("POST", "invoices", "Invoice", CustomerNumber="1", InvoiceDate="2025-06-01")[2]
    assert api.refused("GET", "accounts?financialyear=99")[0] == 404


def voucher(**values: Any) -> dict[str, Any]:
    """A voucher body that is accepted as it is."""
    return {
        "Description": "Utbetalning Klarna",
        "VoucherSeries": "K",
        "TransactionDate": "2026-03-02",
        "VoucherRows": [
            {"Account": 1930, "Debit": "169.10"},
            {"Account": 6570, "Debit": "7.12"},
            {"Account": 2641, "Debit": "1.78"},
            {"Account": 1687, "Credit": 178},
        ],
        **values,
    }


def test_5_14_a_manual_voucher_is_kept_as_sent(api: Api) -> None:
    """Numbered per series and year; listed without rows; read with rows."""
    made = api.post("vouchers", "Voucher", **voucher())
    assert (made["VoucherNumber"], made["Year"], made["ReferenceType"]) == (1, 2, "MANUAL")
    last_year = voucher(TransactionDate="2025-12-31")
    assert api.refused("POST", "vouchers", "Voucher", **last_year)[2] == (
        "Transaktionsdatumet ligger utanför räkenskapsåret."
    )  # the year is the current one unless it is named
    assert api.post("vouchers?financialyear=1", "Voucher", **last_year)["VoucherNumber"] == 1
    assert api.post("vouchers", "Voucher", **voucher())["VoucherNumber"] == 2
    listed = api.get("vouchers?voucherseries=K")
    assert [(row["VoucherNumber"], "VoucherRows" in row) for row in listed] == [(1, False), (2, False)]
    assert len(api.get("vouchers/sublist/K?financialyear=1")) == 1
    assert api.entries("K", 1) == {1930: D("169.10"), 6570: D("7.12"), 2641: D("1.78"), 1687: D(-178)}
    assert api.get("voucherseries/K")["NextVoucherNumber"] == 3
    assert api.get("accounts/1687")["BalanceCarriedForward"] == -356
    assert api.audit()["duplicate_vouchers"] == ["Utbetalning Klarna | 2026-03-02"]
    assert api.refused("GET", "vouchers/K/9")[0] == 404


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"VoucherRows": [{"Account": 1930, "Debit": 1}, {"Account": 1687, "Credit": 2}]},
            "Verifikationen balanserar inte (debet 1.00, kredit 2.00)",
        ),
        ({"VoucherSeries": "B"}, "Verifikationsserien är inte manuell (B)"),
        ({"VoucherSeries": "ZZ"}, "Ogiltig verifikationsserie angiven"),
        ({"VoucherRows": []}, "Verifikationen måste ha rader."),
        ({"VoucherRows": [{"Account": 1111, "Debit": 0}]}, "Kunde inte hitta konto (1111)"),
        (
            {"VoucherRows": [{"Account": 1930, "Debit": 0, "CostCenter": "GAMMAL"}]},
            "Kostnadsstället är inte aktivt (GAMMAL)",
        ),
        ({"TransactionDate": "2026-02-30"}, "Ogiltigt datum på fältet TransactionDate (2026-02-30)"),
        ({"Year": 1}, "Transaktionsdatumet ligger utanför räkenskapsåret."),
        ({"Description": ""}, "Verifikationstext måste anges."),
    ],
)
def test_5_14_what_a_voucher_may_not_be(api: Api, values: dict[str, Any], text: str) -> None:
    """Balance, series, accounts, cost centres, dates."""
    assert api.refused("POST", "vouchers", "Voucher", **voucher(**values))[2] == text


def test_a_cost_centre_can_be_demanded_by_an_account(api: Api) -> None:
    """On documents and vouchers; the document's own cost centre counts for its rows and reaches the books. 5.18."""
    api.pull("account", number=3002, change={"CostCenterSettings": "MANDATORY", "ProjectSettings": "NOTALLOWED"})
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1", InvoiceRows=[TEA])[2] == (
        "Kostnadsställe måste anges för konto 3002"
    )
    assert (
        api.refused(
            "POST", "invoices", "Invoice", CustomerNumber="1", CostCenter="WEBB", InvoiceRows=[{**TEA, "Project": "1"}]
        )[0]
        == 400
    )
    booked(api, TEA, CostCenter="WEBB")
    rows = api.get("vouchers/B/1?financialyear=2")["VoucherRows"]
    assert {row["Account"]: row["CostCenter"] for row in rows} == {1510: "", 3002: "WEBB", 2621: ""}
    assert len(api.get("vouchers?costcenter=WEBB")) == 1


def test_5_18_a_missing_predefined_account_stops_what_needs_it(api: Api) -> None:
    """2001265 for freight and fee; booking needs the receivable's."""
    api.pull("predefined", name="FREIGHT", account=0)
    api.pull("predefined", name="ADMFEE", account=0)
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1", Freight=10)[1] == 2001265
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1", AdministrationFee=10)[2] == (
        "Förvalt konto för fakturaavgift saknas."
    )
    api.post("invoices", "Invoice", CustomerNumber="1", InvoiceRows=[TEA])
    api.pull("account", number=1510, change={"Active": False})
    assert api.refused("PUT", "invoices/1/bookkeep")[1] == 2001265
    assert api.get("invoices/1")["Booked"] is False


def test_5_18_predefined_accounts_are_checked(api: Api) -> None:
    """Four digits, existing, active, and with EasyVat of the right code."""
    assert api.put("predefinedaccounts/FREIGHT", "PreDefinedAccount", Account=3521)["Account"] == 3521
    assert api.refused("PUT", "predefinedaccounts/FREIGHT", "PreDefinedAccount", Account=35211)[1] == 2002462
    assert api.refused("PUT", "predefinedaccounts/FREIGHT", "PreDefinedAccount", Account=9999)[1] == 2001265
    api.pull("profile", easy_vat=True)
    assert api.refused("PUT", "predefinedaccounts/SALES_25_SE", "PreDefinedAccount", Account=3002)[1] == 2004052
    assert api.refused("GET", "predefinedaccounts/NONE")[0] == 404
    assert {row["Name"]: row["Account"] for row in api.get("predefinedaccounts?limit=500")}["CUSTCLAIM"] == 1510
    assert api.get("predefinedvoucherseries/INVOICE")["VoucherSeries"] == "B"


def test_5_18_easy_vat_demands_an_account_for_own_rates(api: Api) -> None:
    """2004167."""
    api.pull("profile", easy_vat=True)
    row = {"Description": "x", "DeliveredQuantity": "1", "Price": 1, "VATCode": "OSSDE19"}
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1", InvoiceRows=[row])[1] == 2004167
    assert api.post("orders", "Order", CustomerNumber="1", OrderRows=[{**row, "AccountNumber": 3121}])["Total"] == (
        D("1.19")
    )


def test_5_18_the_cash_method_books_at_payment(make: Callable[..., Api]) -> None:
    """2003007 on bookkeep; the payment's voucher holds revenue and VAT; sent or paid locks the invoice."""
    api = make(Profile(accounting_method="CASH"))
    api.post("customers", "Customer", Name="Anna Ek")
    row = {"Description": "Kopp", "DeliveredQuantity": "1", "Price": 100, "VAT": 25, "AccountNumber": 3001}
    made = api.post("invoices", "Invoice", CustomerNumber="1", InvoiceRows=[row])
    assert made["AccountingMethod"] == "CASH"
    assert api.refused("PUT", "invoices/1/bookkeep")[1] == 2003007
    pay(api, 1, Amount=50)
    assert api.entries("C", 1) == {1580: D(50), 3001: D(-40), 2611: D(-10)}
    assert api.refused("PUT", "invoices/1", "Invoice", Comments="x")[0] == 400
    pay(api, 1, Amount=75)
    assert (api.get("invoices/1")["Booked"], api.get("invoices/1")["Balance"]) == (True, 0)
    assert api.audit()["balances"] == {"1580": 125, "2611": -25, "3001": -100}


def test_payments_are_checked(api: Api) -> None:
    """Booked invoice, not before its date, in its year unless carried over, and never changed once booked."""
    api.post("invoices", "Invoice", CustomerNumber="1", InvoiceRows=[TEA])
    assert "inte bokförd" in api.refused("POST", "invoicepayments", "InvoicePayment", InvoiceNumber=1, Amount=1)[2]
    api.put("invoices/1/bookkeep")
    for values in (
        {"PaymentDate": "2026-03-01"},
        {"PaymentDate": "2027-01-02"},
        {"ModeOfPayment": "X"},
        {"ModeOfPaymentAccount": 1111},
        {"WriteOffs": [{"Amount": 1}]},
        {"AmountCurrency": 2},
    ):
        assert (
            api.refused("POST", "invoicepayments", "InvoicePayment", **{"InvoiceNumber": 1, "Amount": 1, **values})[0]
            == 400
        ), values
    assert api.refused("POST", "invoicepayments", "InvoicePayment", InvoiceNumber=1)[0] == 400
    api.pull("carry_over", year=2)
    made = api.post("invoicepayments", "InvoicePayment", InvoiceNumber=1, Amount=1, PaymentDate="2027-01-02")
    assert (made["ModeOfPayment"], made["ModeOfPaymentAccount"], made["Source"]) == ("BG", 1930, "manual")
    changed = api.put(
        "invoicepayments/1", "InvoicePayment", PaymentDate="2026-03-03", ModeOfPayment="KLARNA", AmountCurrency=5
    )
    assert (changed["ModeOfPaymentAccount"], changed["Amount"]) == (1687, 5)
    api.post("invoicepayments", "InvoicePayment", InvoiceNumber=1, Amount=9999)
    assert api.call("DELETE", "invoicepayments/2")[0] == 204
    api.put("invoicepayments/1/bookkeep")
    assert api.refused("PUT", "invoicepayments/1/bookkeep")[0] == 400
    assert api.refused("PUT", "invoicepayments/1", "InvoicePayment", Amount=2)[0] == 400
    assert api.refused("DELETE", "invoicepayments/1")[0] == 400


def test_an_invoice_over_nothing_is_paid_when_booked(api: Api) -> None:
    """As recorded: FinalPayDate is the invoice date; no rows, so the voucher is empty."""
    assert booked(api)["FinalPayDate"] == "2026-03-02"
    assert api.entries("B", 1) == {}


def test_the_audit_names_what_is_doubled(api: Api) -> None:
    """The witness of law 2: each kind of duplicate."""
    assert [value for name, value in api.audit().items() if name.startswith(("duplicate", "un"))] == [[]] * 10
    for _ in range(2):
        api.post("customers", "Customer", Name="Bo", Email="bo@example.com")
        api.post("orders", "Order", CustomerNumber="1", ExternalInvoiceReference1="NT-7")
        booked(api, TEA, ExternalInvoiceReference1="NT-7")
        booked(
            api, {**TEA, "DeliveredQuantity": "-1"}, ExternalInvoiceReference1="NT-7", ExternalInvoiceReference2="r1"
        )
        api.post("invoicepayments", "InvoicePayment", InvoiceNumber=1, Amount=10)
    found = api.audit()
    assert found["duplicate_customers"] == ["bo@example.com"]
    assert found["duplicate_orders"] == found["duplicate_invoices"] == ["NT-7"]
    assert found["duplicate_credits"] == ["NT-7 | r1"]
    assert found["duplicate_payments"] == ["1 | 10.00 | 2026-03-02 | 1930"]
    assert (found["unpaid_invoices"], found["unbooked_payments"]) == (["1", "2", "3", "4"], ["1", "2"])
    broken = next(iter(api.sandbox.company.vouchers.values()))
    broken["VoucherRows"][0]["Debit"] += 1
    assert api.audit()["unbalanced_vouchers"] == ["B1 (2)"]


def test_reset_gives_a_fresh_company_with_its_switches(api: Api) -> None:
    """For rehearsals: the same sign-in, empty books."""
    api.pull("profile", round_off=True)
    booked(api, TEA)
    api.http.post("/_sandbox/reset")
    assert (api.get("customers"), api.audit()["vouchers"]) == ([], 0)
    assert api.sandbox.company.profile.round_off is True


def test_what_is_refused_leaves_no_trace(api: Api) -> None:
    """No number is used up, no balance moved, no voucher begun."""
    api.refused("POST", "invoices", "Invoice", CustomerNumber="1", InvoiceRows=[{"ArticleNumber": "NONE"}])
    api.refused("POST", "customers", "Customer", Name="x", Email="wrong")
    assert booked(api, TEA)["DocumentNumber"] == "1"
    assert api.post("customers", "Customer", Name="Bo")["CustomerNumber"] == "2"
    api.post("invoicepayments", "InvoicePayment", InvoiceNumber=1, Amount="288.96", ModeOfPaymentAccount=1580)
    api.pull("account", number=1580, change={"Active": False})
    assert api.refused("PUT", "invoicepayments/1/bookkeep")[0] == 400
    assert (api.get("invoices/1")["Balance"], api.audit()["vouchers"]) == (D("288.96"), 1)
    api.pull("account", number=1580, change={"Active": True})
    api.put("invoicepayments/1/bookkeep")
    assert api.audit()["balances"].get("1510") is None
