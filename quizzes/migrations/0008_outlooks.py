"""Outlooks are computed by workers and stored."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("quizzes", "0007_sitting_outcomes")]
    operations = [
        migrations.CreateModel(
            name="StoredOutlook",
            fields=[
                (
                    "student",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="outlook",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("facts", models.CharField(help_text="A digest of the facts that it follows from.", max_length=64)),
                (
                    "document",
                    models.JSONField(help_text="None where nothing that the exam asks is left to ask.", null=True),
                ),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.AlterField(
            "job",
            "kind",
            models.CharField(
                choices=[
                    ("plan", "make today's plan"),
                    ("remind", "remind of today's plan"),
                    ("outlook", "compute what the days until the exam hold"),
                ],
                max_length=8,
            ),
        ),
    ]
