"""A course counts the changes of its concept graph."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("questions", "0004_versions_refer_to_concepts"),
    ]

    operations = [
        migrations.AddField(
            model_name="course",
            name="graph_revision",
            field=models.PositiveBigIntegerField(
                default=0,
                editable=False,
                help_text="Counts what else changes what answers practise: edges, and drafts' concepts.",
            ),
        ),
    ]
