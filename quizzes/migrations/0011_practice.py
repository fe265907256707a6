"""What right answers practise along is kept once for all of them, not as a line of each card."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("questions", "0004_versions_refer_to_concepts"),
        ("quizzes", "0010_one_index_of_a_cards_lines"),
    ]

    operations = [
        migrations.CreateModel(
            name="Practice",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        help_text="A digest of the items and weights.", primary_key=True, serialize=False
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PractisedItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weight", models.FloatField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="questions.item"
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="quizzes.practice",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="practiseditem",
            constraint=models.UniqueConstraint(fields=("practice", "item"), name="an_item_once_a_practice"),
        ),
        migrations.AddField(
            model_name="reviewevent",
            name="practice",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Of a right answer: what it practises along. Older ones have lines with `practice` instead.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="quizzes.practice",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewevent",
            index=models.Index(
                condition=models.Q(("practice__isnull", False)),
                fields=["student", "practice", "id"],
                name="event_practice",
            ),
        ),
    ]
