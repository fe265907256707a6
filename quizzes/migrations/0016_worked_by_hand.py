from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0015_parts_checked")]

    operations = [
        migrations.AddField(
            model_name="presentation",
            name="work",
            field=models.JSONField(
                blank=True,
                help_text="Of what is worked by hand, and takes no answer: how many steps were shown, and what was typed.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="reviewevent",
            name="type",
            field=models.CharField(
                choices=[
                    ("review", "Review"),
                    ("undo", "Undo"),
                    ("bury", "Bury"),
                    ("suspend", "Suspend"),
                    ("resume", "Resume"),
                    ("practice", "Practice"),
                    ("import", "Import"),
                ],
                max_length=8,
            ),
        ),
    ]
