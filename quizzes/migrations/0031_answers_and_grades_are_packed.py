"""Answers and grades are packed, and what other indexes give as well has none. Older rows stay, and are read."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import quizzes.models.packed_json

OLDER = "As older rows have it, which are not packed."


class Migration(migrations.Migration):
    dependencies: ClassVar = [("quizzes", "0030_regrading_shares")]

    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("presentation", "answer", "whole_answer"),
                migrations.AlterField(
                    "presentation", "whole_answer", models.JSONField(db_column="answer", help_text=OLDER)
                ),
                migrations.RenameField("reviewevent", "grade", "whole_grade"),
                migrations.AlterField(
                    "reviewevent",
                    "whole_grade",
                    models.JSONField(blank=True, db_column="grade", help_text=OLDER, null=True),
                ),
            ]
        ),
        *(
            migrations.AlterField(
                "presentation",
                f"whole_{name}",
                models.JSONField(blank=True, db_column=name, help_text=OLDER, null=True),
            )
            for name in ("prompt", "answer")
        ),
        migrations.AddField(
            "presentation",
            "answer",
            quizzes.models.packed_json.PackedJSONField(db_column="packed_answer", older="whole_answer"),
        ),
        migrations.AddField(
            "reviewevent",
            "grade",
            quizzes.models.packed_json.PackedJSONField(
                db_column="packed_grade", help_text="The grade that the first reply gave.", older="whole_grade"
            ),
        ),
        migrations.AlterField(
            "presentation",
            "student",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="presentations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "reviewevent",
            "card",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="quizzes.card",
            ),
        ),
    ]
