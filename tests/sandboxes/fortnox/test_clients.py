"""Clients that other people wrote, run against the sandbox: what they expect of Fortnox they must find here."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Api

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # both are old: invalid escapes, pydantic field names
    import fortnox
    from fortpyx import Fortpyx
    from fortpyx.model import model as shapes

ROW = {"Description": "Sencha", "DeliveredQuantity": "2", "Price": 129, "VAT": 12, "AccountNumber": 3002}


@pytest.fixture
def old(api: Api) -> Any:
    """pyfortnox 1.2.0 (2020): the Access-Token header of those days."""
    api.pull("legacy", accept=True)
    return fortnox.Client(
        base_url=api.sandbox.base_url, client_secret="x", access_token=api.sandbox.credentials()["legacy_access_token"]
    )


@pytest.fixture
def generated(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fortpyx]:
    """fortpyx 0.0.1a1 (2024): generated from the vendor's OpenAPI file, pydantic models on every answer."""
    monkeypatch.setattr(Fortpyx, "_Fortpyx__BASE_URL", api.sandbox.base_url)
    monkeypatch.setattr(Fortpyx, "_Fortpyx__TOKEN_URL", f"{api.sandbox.base_url}/oauth-v1/token")
    known = api.sandbox.credentials()
    with Fortpyx(
        client_id=known["client_id"],
        client_secret=known["client_secret"],
        access_token=known["access_token"],
        refresh_token=known["refresh_token"],
        page_size=2,
        auto_fetch_all_pages=True,
    ) as client:
        yield client


def test_pyfortnox_creates_reads_and_lists(api: Api, old: Any) -> None:
    """Envelopes, lists and errors are where it looks for them."""
    made = old.customers.create({"Name": "Bo Ek", "City": "Umeå"})
    assert (made.CustomerNumber, old.customers.retrieve("2").City) == ("2", "Umeå")
    assert [each.Name for each in old.customers.list(name="bo")] == ["Bo Ek"]
    invoice = old.invoices.create({"CustomerNumber": "2", "InvoiceRows": [ROW]})
    assert old.invoices.retrieve(invoice.DocumentNumber).Total == 288.96
    with pytest.raises(fortnox.errors.RequestError) as error:
        old.customers.retrieve("404")
    assert (error.value.http_status, error.value.code) == (404, 2000433)
    with pytest.raises(fortnox.errors.RequestError) as error:
        old.invoices.create({"CustomerNumber": "404"})
    assert error.value.code == 2000204


def test_pyfortnox_meets_the_rate_limit(api: Api, old: Any) -> None:
    """429 is what it calls a RateLimitError."""
    api.pull("limit", count=1, seconds=5)
    old.units.list()
    with pytest.raises(fortnox.errors.RateLimitError):
        old.units.list()


def test_the_legacy_header_is_off_by_default(api: Api) -> None:
    """The vendor ended it on 2025-04-30."""
    client = fortnox.Client(
        base_url=api.sandbox.base_url, client_secret="x", access_token=api.sandbox.credentials()["legacy_access_token"]
    )
    with pytest.raises(KeyError, match="ErrorInformation"):  # 401 has no error envelope: this client stumbles
        client.units.list()


def test_fortpyx_parses_what_it_reads(api: Api, generated: Fortpyx) -> None:
    """Customers, articles, a booked invoice, its payment and voucher through models made from the vendor's schema."""
    register = generated.fortnox
    for name in ("Bo", "Cia", "Dan"):
        body = shapes.FortnoxCustomerWrap.model_validate({"Customer": {"Name": name}})
        assert register.customers.create_a_customer(body).customer.name == name
    assert len(register.customers.retrieve_a_list_of_customers().customers) == 4  # two pages of two
    api.put("articles/TEA", "Article", ConstructionAccount=3231)  # the recorded default 0 breaks the vendor's schema
    assert register.articles.retrieve_an_article("TEA").article.description == "Sencha 100 g"
    body = shapes.FortnoxInvoicePayloadWrap.model_validate({"Invoice": {"CustomerNumber": "2", "InvoiceRows": [ROW]}})
    made = register.invoices.create_an_invoice(body).invoice
    booked = register.invoices.bookkeep_an_invoice(made.document_number).invoice
    assert (booked.booked, booked.voucher_series, booked.total) == (True, "B", 288.96)
    assert register.invoices.retrieve_a_list_of_invoices(filter="unpaid").invoices[0].balance == 288.96
    paid = register.invoice_payments.create_an_invoice_payment(
        shapes.FortnoxInvoicePaymentWrap.model_validate(
            {"InvoicePayment": {"InvoiceNumber": 1, "Amount": 288.96, "ModeOfPaymentAccount": 1580}}
        )
    )
    number = paid.invoice_payment.number
    assert register.invoice_payments.bookkeep_an_invoice_payment(paid, number).invoice_payment.booked
    voucher = register.vouchers.retrieve_a_specific_voucher("C", "1", financialyear=2).voucher
    assert [(row.account, row.debit, row.credit) for row in voucher.voucher_rows] == [
        (1580, 288.96, 0),
        (1510, 0, 288.96),
    ]


def test_fortpyx_signs_in_again_when_its_token_expires(api: Api, generated: Fortpyx) -> None:
    """401, refresh with rotation, and the call is repeated."""
    api.pull("expire_access")
    assert generated.fortnox.units.retrieve_a_list_of_units().units[0].code == "st"
    api.pull("expire_access")
    assert generated.fortnox.units.retrieve_a_list_of_units().units[0].code == "st"
