"""Pictures of items and PDF files of documents (facts BC 118-122, 194, 200)."""

from __future__ import annotations

import struct

import httpx2

from .conftest import Api


def png(width: int, height: int) -> bytes:
    """The head of a PNG file of that size."""
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"
    )


def jpeg(width: int, height: int) -> bytes:
    """The head of a JPEG file of that size."""
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"


def send(api: Api, path: str, data: bytes, kind: str = "application/octet-stream") -> httpx2.Response:
    """PATCH some bytes."""
    headers = {"Authorization": f"Bearer {api.token}", "If-Match": "*", "Content-Type": kind}
    return api.http.patch(f"{api.root}/companies({api.company})/{path}", content=data, headers=headers)


def test_pictures(api: Api) -> None:
    """BC 64, BC 118, BC 119, BC 120, BC 121, BC 122: none at first, sent as bytes, replaced, deleted."""
    path = f"items({api.item()})/picture"

    def size() -> tuple[int, int]:
        shown = api.get(path)
        return shown["width"], shown["height"]

    assert (0, 0) == size()
    assert 204 == api.raw("GET", f"companies({api.company})/{path}/pictureContent").status_code
    for data, expected in ((png(4, 3), (4, 3)), (jpeg(7, 5), (7, 5))):
        assert 204 == send(api, f"{path}/pictureContent", data).status_code
        assert expected == size()
        assert data == api.raw("GET", f"companies({api.company})/{path}/pictureContent").content
    assert 400 == send(api, f"{path}/pictureContent", b"text").status_code
    assert 415 == send(api, f"{path}/pictureContent", b"{}", "application/json").status_code
    assert 405 == api.refused("POST", path, {})[0]
    api.delete(path)
    assert (0, 0) == size()
    assert "You must get to the parent first to get to the picture." == api.text("GET", "pictures")


def test_pdf_files(api: Api) -> None:
    """BC 194, BC 200: of invoices in any state, of credit memos once posted; posted ones count as printed."""

    def fetch(path: str) -> tuple[int, bytes]:
        answer = api.raw("GET", f"companies({api.company})/{path}/pdfDocument/pdfDocumentContent")
        return answer.status_code, answer.content[:5]

    draft = api.invoice(api.line())
    path = f"salesInvoices({draft['id']})"
    assert (200, b"%PDF-") == fetch(path)
    api.act(path, "post")
    assert (200, b"%PDF-") == fetch(path)
    assert 1 == api.sandbox.company.table("salesInvoices").rows[draft["id"]]["_printed"]
    assert "Sales Invoice" == api.get(f"{path}/pdfDocument")["parentType"]
    memo = f"salesCreditMemos({api.credit(api.line())['id']})"
    assert 400 == fetch(memo)[0]
    api.act(memo, "post")
    assert (200, b"%PDF-") == fetch(memo)
    assert 405 == api.refused("POST", f"{path}/pdfDocument", {})[0]
