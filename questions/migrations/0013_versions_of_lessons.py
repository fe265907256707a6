"""Lessons have drafts and versions; what students read is the first version of each."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

CONTENT = ("title", "summary", "minutes", "reading", "body_markdown")


def keep_first_versions(apps, schema_editor):
    Lesson, LessonVersion = (apps.get_model("questions", name) for name in ("Lesson", "LessonVersion"))
    now = timezone.now()
    LessonVersion.objects.bulk_create(
        (
            LessonVersion(
                lesson=each, number=1, published_at=now, content={name: getattr(each, name) for name in CONTENT}
            )
            for each in Lesson.objects.iterator()
        ),
        batch_size=100,
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("questions", "0012_staff_acts"),
    ]

    operations = [
        migrations.AddField(
            model_name="lesson",
            name="draft",
            field=models.JSONField(editable=False, help_text="What its next version will say of CONTENT.", null=True),
        ),
        migrations.AddField(
            model_name="lesson",
            name="is_published",
            field=models.BooleanField(
                db_default=True, default=True, editable=False, help_text="Whether students see it."
            ),
        ),
        migrations.CreateModel(
            name="LessonVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("published_at", models.DateTimeField()),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="questions.lesson",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("lesson", "-number"),
                "constraints": [
                    models.UniqueConstraint(fields=("lesson", "number"), name="lesson_versions_are_numbered")
                ],
            },
        ),
        migrations.RunPython(keep_first_versions, migrations.RunPython.noop, elidable=True),
    ]
