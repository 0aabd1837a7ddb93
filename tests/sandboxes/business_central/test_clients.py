"""An independent client of API v2.0 against the sandbox: `bc-cli` from PyPI, whose addresses are pointed here.

It knows the vendor, not us: what it reads, pages, changes and posts is judged by its own reading of the API. Its token
comes from the sandbox's own endpoint, because its sign-in library speaks https only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from .conftest import Api

bcli_url = pytest.importorskip("bcli._url", reason="bc-cli is not installed")


def run(api: Api, monkeypatch: pytest.MonkeyPatch, work: Callable[[Any], Awaitable[None]]) -> None:
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


def test_reading_and_paging(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
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

    run(api, monkeypatch, work)


def test_writing_and_posting(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
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

    run(api, monkeypatch, work)
