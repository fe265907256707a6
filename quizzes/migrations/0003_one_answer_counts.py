"""Of several answers to one presentation the earliest counts. What was stored before stays as it was counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0002_burials_say_until_when")]

    operations = [
        migrations.AddField(
            "reviewevent",
            "superseded",
            models.BooleanField(
                default=False, help_text="Of an answer: its presentation has an earlier one, which counts."
            ),
        ),
    ]
