"""Prompts are packed: what was put is mostly what its version says. Rows of before stay as they are, and are read so."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("quizzes", "0023_answers_that_staff_mark")]

    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("presentation", "prompt", "whole_prompt"),
                migrations.AlterField(
                    "presentation",
                    "whole_prompt",
                    models.JSONField(
                        blank=True,
                        db_column="prompt",
                        default=dict,
                        help_text="As older rows have it, which are not packed.",
                    ),
                ),
            ]
        ),
        migrations.AddField("presentation", "packed_prompt", models.BinaryField(null=True)),
    ]
