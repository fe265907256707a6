"""Memory states leave checkpoints, from which they are folded on."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0008_outlooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="CardCheckpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slot",
                    models.PositiveSmallIntegerField(
                        help_text="A card keeps a few; a new one takes the place of an old one."
                    ),
                ),
                (
                    "through",
                    models.PositiveBigIntegerField(help_text="The key of the newest stored event that it holds."),
                ),
                ("stability", models.FloatField()),
                ("difficulty", models.FloatField()),
                ("reviews", models.PositiveIntegerField()),
                ("lapses", models.PositiveIntegerField()),
                ("last_rating", models.PositiveSmallIntegerField()),
                ("last_review_at", models.DateTimeField()),
                ("last_review_on", models.DateField()),
                ("practised_on", models.DateField(null=True)),
                ("last_event_at", models.DateTimeField()),
                ("last_event", models.UUIDField()),
                (
                    "card",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checkpoints",
                        to="quizzes.card",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("card", "slot"), name="checkpoints_of_a_card")],
            },
        ),
    ]
