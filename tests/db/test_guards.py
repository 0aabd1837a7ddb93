"""Append-only tables are guarded by the database itself, whoever asks (M97 M98)."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import Error as DatabaseError
from django.db import connection as database
from django.db import transaction

from kontera.clock import SystemClock

NOW = SystemClock().now()
APPEND_ONLY = (
    "notice", "fact", "setupsnapshot", "postedentry", "rulebookversion", "decision", "auditentry", "exchange",
)  # fmt: skip
NEVER_DELETED = ("shoporder", "outboxdocument", "case", "casewaiter")


@pytest.fixture(scope="module")
def rows(ground: Path) -> dict[str, int]:
    """One row in every guarded table: table name -> its key."""
    from kontera.db import models

    merchant = models.Merchant.objects.create(slug=f"g-{uuid.uuid4().hex[:8]}", name="Nordisk Te AB", created_at=NOW)
    common: dict[str, Any] = {"merchant": merchant}
    connection = models.Connection.objects.create(
        **common, kind="ledger", vendor="fortnox", code="f", name="F", door=uuid.uuid4().hex, since=NOW, created_at=NOW,
        signed_in=False,
    )  # fmt: skip
    both = {**common, "connection": connection}
    fact = models.Fact.objects.create(
        **both, kind="order", external_id="1", version=1, digest="d", raw=b"{}", read_at=NOW
    )
    order = models.ShopOrder.objects.create(
        **both, external_id="1", number="1", fact=fact, first_seen_at=NOW, looked_at=NOW, changed_at=NOW
    )
    document = models.OutboxDocument.objects.create(
        **both, order=order, kind="sales_invoice", reference="f-1", content={"a": 1}, due_at=NOW, created_at=NOW,
        step="held",
    )  # fmt: skip
    case = models.Case.objects.create(**both, code="OUR_FAULT", cause="c", team="it", opened_at=NOW)
    made = [
        fact, order, document, case,
        models.Notice.objects.create(**both, source="poll", kind="order", external_id="1", received_at=NOW),
        models.SetupSnapshot.objects.create(**both, taken_at=NOW, digest="d", content={}),
        models.PostedEntry.objects.create(
            **common, document=document, account="1930", amount=1, currency="SEK", read_at=NOW
        ),
        models.RulebookVersion.objects.create(
            **common, version=1, name="r", valid_from=NOW.date(), toml="", author="test", created_at=NOW
        ),
        models.Decision.objects.create(
            **common, case=case, author="test", choice="try_again", reason="", decided_at=NOW
        ),
        models.AuditEntry.objects.create(**common, author="test", action="a", subject="s", detail={}, at=NOW),
        models.Exchange.objects.create(
            **both, at=NOW, method="GET", url="u", request=b"", response=b"", milliseconds=1
        ),
        models.CaseWaiter.objects.create(**common, case=case, order=order, facts={}, since=NOW),
    ]  # fmt: skip
    return {row._meta.db_table: row.pk for row in made}


def refused(statement: str, parameters: list[Any] | None = None) -> str:
    """The database's words when it refuses a statement; fails when it does not."""
    with pytest.raises(DatabaseError) as told, transaction.atomic(), database.cursor() as cursor:
        cursor.execute(statement, parameters)
    return str(told.value)


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_what_was_kept_is_never_changed_or_removed(rows: dict[str, int], name: str) -> None:
    """UPDATE, DELETE and TRUNCATE, also by hand with the owner's rights."""
    table = f"kontera_{name}"
    assert "append-only" in refused(f"UPDATE {table} SET merchant_id = merchant_id WHERE id = %s", [rows[table]])
    assert "append-only" in refused(f"DELETE FROM {table} WHERE id = %s", [rows[table]])
    assert "append-only" in refused(f"TRUNCATE {table} CASCADE")
    with database.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE id = %s", [rows[table]])
        assert (1,) == cursor.fetchone()


@pytest.mark.parametrize("name", NEVER_DELETED)
def test_what_moves_on_is_never_removed(rows: dict[str, int], name: str) -> None:
    """These change as work goes on, but no row of them goes away."""
    table = f"kontera_{name}"
    assert "append-only" in refused(f"DELETE FROM {table} WHERE id = %s", [rows[table]])
    assert "append-only" in refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("change", ["content = '{}'", "reference = 'f-2'", "order_id = NULL"])
def test_a_document_is_frozen(rows: dict[str, int], change: str) -> None:
    """Law 6: what it says, what it is called and what it belongs to never change."""
    table = "kontera_outboxdocument"
    assert "frozen" in refused(f"UPDATE {table} SET {change} WHERE id = %s", [rows[table]])


def test_a_booked_document_stays_booked(rows: dict[str, int]) -> None:
    """Law 6: booked is final."""
    from kontera.db.models import OutboxDocument

    document = OutboxDocument.objects.get(pk=rows["kontera_outboxdocument"])
    document.step = "booked"
    document.proof = "equal"
    document.save(update_fields=["step", "proof"])
    assert "never changes again" in refused(
        "UPDATE kontera_outboxdocument SET step = 'planned' WHERE id = %s", [document.pk]
    )
