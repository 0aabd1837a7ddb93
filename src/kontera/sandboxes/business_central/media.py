"""Binary parts of records: pictures of items and customers, PDF files of documents.

Decides how they are reached, what their metadata says, and when a document has a PDF file. The file itself is a page
with the document's number; its looks are no concern of the API. After facts BC 118-122, 194, 200.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import ApiError, dialog, not_found
from kontera.sandboxes.business_central.resource import Resource
from kontera.sandboxes.business_central.store import Record, etag

_PICTURED = {"items": "Item", "customers": "Customer"}
_PRINTED = {"salesOrders": "Sales Order", "salesInvoices": "Sales Invoice", "salesCreditMemos": "Sales Credit Memo"}
NAMES = frozenset({"picture", "pictures", "pdfDocument"})
_CONTENT = {"picture": "pictureContent", "pdfDocument": "pdfDocumentContent"}


@dataclass(frozen=True)
class Reached:
    """What an address with a binary part leads to. content: the bytes rather than the description of them."""

    name: str
    content: bool


def reached(parts: list[str]) -> tuple[list[str], Reached] | None:
    """Split an address at its binary part; None when it has none. Raises ApiError for one that leads nowhere."""
    for at, part in enumerate(parts):
        name = part.partition("(")[0]
        if name in NAMES:
            if at == 0:
                raise dialog("You must get to the parent first to get to the picture.")
            rest = parts[at + 1 :]
            if name == "pictures" or rest not in ([], [_CONTENT[name]], ["content"]):
                raise not_found()
            return parts[:at], Reached(name, bool(rest))
    return None


def answer(company: Company, resource: Resource, record: Record, place: Reached, method: str, body: Any) -> Any:
    """The status and body (bytes, an object or None) of one request for a binary part. Raises ApiError."""
    if place.name == "pdfDocument":
        return _pdf(company, resource, record, place, method)
    if resource.name not in _PICTURED:
        raise not_found()
    table = company.table(resource.name)
    data, kind = record.get("_picture", b""), record.get("_pictureType", "")
    if method == "GET":
        if place.content:
            return (200, data) if data else (204, None)
        width, height = size_of(data) if data else (0, 0)
        return 200, {
            "@odata.etag": etag(record), "id": record["id"], "parentType": _PICTURED[resource.name], "width": width,
            "height": height, "contentType": kind,
        }  # fmt: skip
    if method == "DELETE" and not place.content:
        table.edit(record, _picture=b"", _pictureType="")
        return 204, None
    if method == "PATCH" and place.content:
        if not isinstance(body, bytes):
            raise ApiError(415, "BadRequest", "A picture is sent as application/octet-stream.")
        size_of(body)
        table.edit(record, _picture=body, _pictureType="image/png" if body.startswith(b"\x89PNG") else "image/jpeg")
        return 204, None
    raise ApiError(405, "BadRequest_MethodNotAllowed", "Entity does not support this operation.")


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG or JPEG file. Raises ApiError for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    at = 2
    while data.startswith(b"\xff\xd8") and at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + length
    raise dialog("The file is not a picture in a format that is supported.")


def _pdf(company: Company, resource: Resource, record: Record, place: Reached, method: str) -> Any:
    """A document's PDF file; reading it marks a posted document as printed. BC 194, 200."""
    if method != "GET":
        raise ApiError(405, "BadRequest_MethodNotAllowed", "Entity does not support this operation.")
    if resource.name not in _PRINTED:
        raise not_found()
    if resource.name == "salesCreditMemos" and not record["_posted"]:
        raise dialog("The action can be applied to a posted credit memo only.")
    if not place.content:
        return 200, {"@odata.etag": etag(record), "id": record["id"], "parentType": _PRINTED[resource.name]}
    if record["_posted"]:
        record.setdefault("_printed", 0)
        company.table(resource.name).quietly(record, _printed=record["_printed"] + 1)
    return 200, pdf_of(f"{_PRINTED[resource.name]} {record['number']}")


def pdf_of(text: str) -> bytes:
    """A PDF file of one page that says `text`."""
    shown = text.encode("latin-1", "replace").replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    stream = b"BT /F1 18 Tf 72 720 Td (" + shown + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    return data + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
