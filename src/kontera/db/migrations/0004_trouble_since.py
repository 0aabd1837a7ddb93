"""Since when nothing gets through a lane: trouble that lasts becomes a case. Decides nothing."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column on the lane."""

    dependencies: ClassVar = [("kontera", "0003_lane_freed")]
    operations: ClassVar = [
        migrations.AddField(model_name="lane", name="trouble_since", field=models.DateTimeField(null=True))
    ]
