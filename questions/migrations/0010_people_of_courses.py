# Made by Django 5.2

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("questions", "0009_exam_use"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="course",
            name="join_code",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name="course",
            name="joining",
            field=models.CharField(
                choices=[
                    ("open", "Whoever sees it"),
                    ("code", "Whoever has its code or link"),
                    ("invitation", "Whoever is invited"),
                    ("roster", "Whom its owners enrol"),
                ],
                db_default="open",
                default="open",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft: its staff alone see it"),
                    ("open", "Open"),
                    ("closed", "Closed: nobody joins it any more"),
                    ("archived", "Archived: its students read it, and are asked nothing"),
                ],
                db_default="open",
                default="open",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="visible_to",
            field=models.CharField(
                choices=[("people", "Its people"), ("everybody", "Everybody")],
                db_default="everybody",
                default="everybody",
                max_length=9,
            ),
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("author", "Author"),
                            ("assistant", "Assistant"),
                            ("observer", "Observer"),
                        ],
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="questions.course"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "course"), name="one_role_a_course")],
            },
        ),
    ]
