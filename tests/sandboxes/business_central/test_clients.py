"""Independent clients of API v2.0 against the sandbox: `bc-cli` and `ms-dynamics-business-central-sdk` from PyPI, whose
addresses are pointed here. N5.

They know the vendor, not us: what they read, page, change and post is judged by their own reading of the API. Their
tokens come from the sandbox's own endpoint: the one signs in over https only, the other for a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from .conftest import Api


@pytest.fixture
def bcli_url() -> Any:
    """The module that holds the client's addresses."""
    return pytest.importorskip("bcli._url", reason="bc-cli is not installed")


def run(api: Api, bcli_url: Any, monkeypatch: pytest.MonkeyPatch, work: Callable[[Any], Awaitable[None]]) -> None:
    """Do some work with a client of the sandbox."""
    from bcli.auth._static import StaticTokenAuth
    from bcli.client._async import AsyncBCClient

    monkeypatch.setattr(bcli_url, "BC_BASE_URL", f"{api.sandbox.base_url}/v2.0")
    monkeypatch.setattr("bcli.client._transport.assert_bc_origin", lambda url: None)  # it knows the vendor's hosts only
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    async def within() -> None:
        made = AsyncBCClient(
            tenant_id=api.sandbox.credentials()["tenant_id"],
            environment="Production",
            company_id=api.company,
            auth=StaticTokenAuth(api.token),
        )
        async with made as client:
            await work(client)

    asyncio.run(within())


def test_reading_and_paging(api: Api, bcli_url: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Companies, filters, order, selection and next links as the client understands them."""

    async def work(client: Any) -> None:
        assert ["CRONUS Sverige AB"] == [each["name"] for each in await client.list_companies()]
        found = await client.query("customers").filter("country eq 'SE'").orderby("number desc").select("number").get()
        assert ["20000", "10000"] == [each["number"] for each in found]
        expected = [each["number"] for each in api.get("accounts")]
        api.pull("switches", page_size=10)
        pages = [page async for page in await client.query("accounts").pages()]
        assert expected == [each["number"] for page in pages for each in page]
        assert 3 == len(pages)

    run(api, bcli_url, monkeypatch, work)


def test_writing_and_posting(api: Api, bcli_url: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Create, change by etag, post by a bound action, delete."""

    async def work(client: Any) -> None:
        made = await client.post("customers", {"displayName": "Nina"})
        changed = await client.patch("customers", made["id"], {"city": "Lund"}, etag=made["@odata.etag"])
        assert "Lund" == changed["city"]
        await client.delete("customers", made["id"], etag=changed["@odata.etag"])
        line = {"itemId": api.item(), "quantity": 1}
        draft = await client.post("salesInvoices", {"customerNumber": "10000", "salesInvoiceLines": [line]})
        await client.post(f"salesInvoices({draft['id']})/Microsoft.NAV.post", {})
        posted = await client.get("salesInvoices", draft["id"])
        assert "Open" == dict(posted.raw)["status"]

    run(api, bcli_url, monkeypatch, work)


@pytest.fixture
def dynamics(api: Api, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The SDK's client of the sandbox's company."""
    module = pytest.importorskip("dynamics.core.client", reason="ms-dynamics-business-central-sdk is not installed")
    client = module.Dynamics
    monkeypatch.setattr(client, "BASE_URL", api.root.replace("Production", "{environment}"))
    monkeypatch.setattr(client, "_Dynamics__refresh_access_token", lambda self: api.token)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return client("id", "secret", "refresh", environment="Production", company_id=api.company)


def test_journals_of_the_sdk(api: Api, dynamics: Any) -> None:
    """Accounts, counts, a journal with a line and its dimension, read back; its refusals are its own errors."""
    assert ["CRONUS Sverige AB"] == [each["name"] for each in dynamics.companies.get_all()]
    accounts = {each["number"]: each["id"] for each in dynamics.accounts.get_all()}
    assert len(accounts) == dynamics.accounts.count()
    assert "1930" in accounts
    journal = dynamics.journals.post({"code": "SDK", "displayName": "Payouts"})
    body = {"accountId": accounts["1930"], "amount": 12.5, "documentNumber": "P-1"}
    line = dynamics.journal_line_items.post(journal["id"], body)
    dimension = next(each for each in dynamics.dimensions.get_all_dimensions() if each["code"] == "KANAL")
    values = dynamics.dimensions.get_all_dimension_values(dimension["id"])
    sent = {"id": dimension["id"], "valueId": values[0]["id"]}
    made = dynamics.journal_line_items.post_journal_entry_dimensions(line["id"], sent)
    assert ("KANAL", values[0]["code"]) == (made["code"], made["valueCode"])
    assert [("P-1", 12.5)] == [
        (each["documentNumber"], each["amount"]) for each in dynamics.journal_line_items.get_all(journal["id"])
    ]
    with pytest.raises(Exception, match="Some of the parameters are wrong"):
        dynamics.journal_line_items.post(journal["id"], {"accountNumber": "none"})
