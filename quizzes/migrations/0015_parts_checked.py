from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0014_notebook"),
    ]

    operations = [
        migrations.AddField(
            model_name="presentation",
            name="parts_checked",
            field=models.JSONField(
                blank=True, help_text="Answers to parts that were checked by themselves, by the parts' ids.", null=True
            ),
        ),
    ]
