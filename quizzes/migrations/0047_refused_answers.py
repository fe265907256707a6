from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0046_spares"),
    ]

    operations = [
        migrations.AddField(
            model_name="withheldanswer",
            name="refused",
            field=models.CharField(
                blank=True, default="", help_text="Why it was not taken at its release.", max_length=300
            ),
        ),
    ]
