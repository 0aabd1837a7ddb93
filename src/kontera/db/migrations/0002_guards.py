"""Append-only tables, guarded by the database itself: whatever program asks, the tables refuse.

A superuser, or the role that owns the tables, can take the guards away. In production the hub therefore runs as a role
that owns nothing: see the guide about production.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

APPEND_ONLY = (
    "notice",
    "fact",
    "setupsnapshot",
    "postedentry",
    "rulebookversion",
    "decision",
    "auditentry",
    "exchange",
)
NEVER_DELETED = ("shoporder", "outboxdocument", "case", "casewaiter")

_FUNCTIONS = """
CREATE FUNCTION kontera_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION kontera_frozen_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.content IS DISTINCT FROM OLD.content OR NEW.reference <> OLD.reference
       OR NEW.connection_id <> OLD.connection_id OR NEW.order_id IS DISTINCT FROM OLD.order_id THEN
        RAISE EXCEPTION 'document % is frozen: plan a new one', OLD.reference USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.step IN ('booked', 'abandoned') AND NEW.step <> OLD.step THEN
        RAISE EXCEPTION 'document % is %: it never changes again', OLD.reference, OLD.step
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
_DROP_FUNCTIONS = "DROP FUNCTION kontera_append_only(); DROP FUNCTION kontera_frozen_document();"


def _guards(template: str) -> str:
    append_only = "".join(template.format(table=f"kontera_{name}", events="UPDATE OR DELETE") for name in APPEND_ONLY)
    return append_only + "".join(template.format(table=f"kontera_{name}", events="DELETE") for name in NEVER_DELETED)


_TRIGGERS = _guards(
    "CREATE TRIGGER kept BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION kontera_append_only();\n"
    "CREATE TRIGGER kept_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION kontera_append_only();\n"
)
_DROP_TRIGGERS = _guards("DROP TRIGGER kept ON {table}; DROP TRIGGER kept_whole ON {table};\n")


class Migration(migrations.Migration):
    """Triggers; see the lists above."""

    dependencies: ClassVar = [("kontera", "0001_tables")]
    operations: ClassVar = [
        migrations.RunSQL(_FUNCTIONS, _DROP_FUNCTIONS),
        migrations.RunSQL(_TRIGGERS, _DROP_TRIGGERS),
        migrations.RunSQL(
            "CREATE TRIGGER frozen BEFORE UPDATE ON kontera_outboxdocument"
            " FOR EACH ROW EXECUTE FUNCTION kontera_frozen_document()",
            "DROP TRIGGER frozen ON kontera_outboxdocument",
        ),
    ]
