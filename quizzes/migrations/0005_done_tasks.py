"""A plan knows what of the day is done already."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0004_loaded")]

    operations = [
        migrations.AddField(
            "dailyplan",
            "done_tasks",
            models.JSONField(
                default=list,
                help_text="The tasks of the day's earlier plans that are done: they count against the day.",
            ),
        ),
        migrations.AddField(
            "dailyplan",
            "overrun_seconds",
            models.PositiveIntegerField(
                default=0,
                help_text="What the answers took beyond their tasks' seconds, when more minutes were asked for.",
            ),
        ),
    ]
