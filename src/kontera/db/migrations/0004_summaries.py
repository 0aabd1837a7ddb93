"""Summaries: which voucher carries an order's share, guarded as the documents themselves are.

A share that may have reached the ledger inside a voucher is never moved to another: it would be booked twice.
"""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

_GUARD = """
CREATE FUNCTION kontera_carried_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.carrier_id IS NOT NULL AND NEW.carrier_id IS DISTINCT FROM OLD.carrier_id AND NOT EXISTS (
        SELECT 1 FROM kontera_outboxdocument WHERE id = OLD.carrier_id AND step = 'abandoned'
    ) THEN
        RAISE EXCEPTION 'document % is carried by voucher % and stays there', OLD.reference, OLD.carrier_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER carried_once BEFORE UPDATE OF carrier_id ON kontera_outboxdocument
    FOR EACH ROW EXECUTE FUNCTION kontera_carried_once();
"""
_GUARD_NO_MORE = "DROP TRIGGER carried_once ON kontera_outboxdocument; DROP FUNCTION kontera_carried_once();"


class Migration(migrations.Migration):
    """One column and its guard."""

    dependencies: ClassVar = [("kontera", "0003_lane_freed")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="outboxdocument",
            name="carrier",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="carried",
                to="kontera.outboxdocument",
            ),
        ),
        migrations.RunSQL(_GUARD, _GUARD_NO_MORE),
    ]
