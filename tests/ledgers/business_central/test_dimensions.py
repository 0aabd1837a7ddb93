"""Lines with their own cost centre or project: written before posting, once, and never on what is posted or gone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kontera.errors import NeedsDecision, NeedsLedgerSetup
from kontera.ledgers.business_central.dimensions import own_dimensions, write_line_dimensions
from kontera.ledgers.business_central.snapshot import dimensions_of
from kontera.ledgers.samples import invoice, line
from tests.ledgers.business_central.fake import CHART, DAY, GUID, KNOWN, Fake, Reply, refusal
from tests.ledgers.business_central.test_adapter import DRAFT

ROWS = [
    msgspec.structs.replace(line(CHART, "125.00"), cost_centre="WEBB", project="P1"),
    line(CHART, "112.00", 12),
]
DOCUMENT = invoice(CHART, "nt-1", ROWS, DAY, cost_centre="BUTIK")
BUTIK = {"id": GUID % 60, "code": "DEPARTMENT", "valueCode": "BUTIK"}


def written(held: Reply, document: Any = DOCUMENT, answer: Reply = (200, {})) -> list[tuple[str, Any]]:
    """The writes made for a document that Business Central holds so."""
    fake = Fake(lambda method, path, body: held if method == "GET" else answer)
    write_line_dimensions(fake.ledger.client, dimensions_of(KNOWN), document, "salesInvoices", GUID % 7, "DRAFT-1")
    calls = zip(fake.names(), fake.bodies, strict=True)
    return [(call, body) for call, body in calls if not call.startswith("GET")]


def held(*dimensions: dict[str, Any], number: str = "DRAFT-1", lines: int = 2) -> Reply:
    """The draft with these dimensions on its first line."""
    rows = [{"id": GUID % place, "dimensionSetLines": list(dimensions) if place == 1 else []} for place in (1, 2)]
    return 200, {"number": number, "salesInvoiceLines": rows[:lines]}


def test_what_differs_from_the_header_is_written() -> None:
    """M42: a value the line was given from the header is changed, a dimension it lacks is added."""
    path = "salesInvoiceLines(id)/dimensionSetLines"
    assert written(held(BUTIK)) == [
        (f"PATCH {path}(id)", {"valueCode": "WEBB"}),
        (f"POST {path}", {"code": "PROJECT", "valueCode": "P1"}),
    ]


def test_repeating_writes_nothing() -> None:
    """M42 M100: the answer of the first attempt was lost."""
    project = {"id": GUID % 61, "code": "PROJECT", "valueCode": "P1"}
    assert written(held({**BUTIK, "valueCode": "WEBB"}, project)) == []


def test_what_is_posted_or_gone_is_left_alone() -> None:
    """M42 M100: posted under another number; an order that was invoiced."""
    assert written(held(BUTIK, number="PS-1")) == []
    assert written(refusal("gone", "BadRequest_ResourceNotFound", 404)) == []


def test_nothing_is_read_for_a_document_whose_lines_are_as_its_header() -> None:
    """M42: no request more than needed."""
    fake = Fake(lambda *_: refusal("No."))
    plain = invoice(CHART, "nt-1", [ROWS[1]], DAY, cost_centre="BUTIK")
    write_line_dimensions(fake.ledger.client, dimensions_of(KNOWN), plain, "salesInvoices", GUID % 7, "DRAFT-1")
    assert fake.requests == []
    assert own_dimensions(ROWS[1], plain) == ("", "")


def test_lines_that_are_no_longer_ours_are_a_decision() -> None:
    """M42: a person took one away; the wrong line would get the cost centre."""
    with pytest.raises(NeedsDecision) as caught:
        written(held(BUTIK, lines=1))
    assert caught.value.problem.facts["differences"] == "lines: 2 / 1"


def test_a_refused_dimension_stops_the_posting() -> None:
    """M42 M98: the case names the cost centre."""

    def handler(method: str, path: str, body: Any) -> Reply:
        if method == "GET":
            return held(BUTIK)
        return refusal("Dimension Value DEPARTMENT - WEBB is blocked.")

    fake = Fake(handler)
    with pytest.raises(NeedsLedgerSetup) as caught:
        fake.ledger.book(DOCUMENT, DRAFT)
    assert caught.value.problem.code == "COST_CENTRE_UNUSABLE"
    assert not any("NAV.post" in call for call in fake.calls)
