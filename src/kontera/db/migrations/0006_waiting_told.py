"""Why a lane rests, as the problem it is; and orders by the day they stand at, with or without a date of their own.
Decides nothing."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    """One column on the lane, one index on orders."""

    dependencies: ClassVar = [("kontera", "0005_trouble_since")]
    operations: ClassVar = [
        migrations.AddField(model_name="lane", name="problem", field=models.JSONField(null=True)),
        migrations.AddIndex(
            model_name="shoporder",
            index=models.Index(
                models.F("merchant"),
                Coalesce("placed_at", "first_seen_at").desc(),
                models.F("id").desc(),
                name="orders_newest_first",
            ),
        ),
    ]
