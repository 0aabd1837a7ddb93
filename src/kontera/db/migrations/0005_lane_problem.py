"""Why a lane rests, as the problem it is: shown in the words of its case. Decides nothing."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column on the lane."""

    dependencies: ClassVar = [("kontera", "0004_trouble_since")]
    operations: ClassVar = [
        migrations.AddField(model_name="lane", name="problem", field=models.JSONField(null=True)),
    ]
