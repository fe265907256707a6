"""The lines of a card's log are found by one index, not two."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0009_checkpoints"),
    ]

    operations = [
        migrations.AlterField(
            model_name="review",
            name="card",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="log", to="quizzes.card"
            ),
        ),
    ]
