"""Blueprints refer to the concepts that they name, which may be renamed."""

import django.db.models.deletion
from django.db import migrations, models


def refer(apps, schema_editor):
    ExamConcept = apps.get_model("quizzes", "ExamConcept")
    concepts = {}
    for key, course, slug in apps.get_model("questions", "Concept").objects.values_list("pk", "course", "slug"):
        concepts[course, slug] = key
    for exam in apps.get_model("quizzes", "Exam").objects.only("blueprint", "course"):
        weights = exam.blueprint.get("concepts") if isinstance(exam.blueprint, dict) else None
        ExamConcept.objects.bulk_create(
            ExamConcept(exam_id=exam.pk, concept_id=concepts[exam.course_id, name], name=name)
            for name in (weights if isinstance(weights, dict) else ())
            if (exam.course_id, name) in concepts
        )


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0005_done_tasks"), ("questions", "0004_versions_refer_to_concepts")]
    operations = [
        migrations.CreateModel(
            name="ExamConcept",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=50)),
                (
                    "concept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="exam_names", to="questions.concept"
                    ),
                ),
                (
                    "exam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="names", to="quizzes.exam"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("exam", "name"), name="exam_names_a_concept_once"),
                ],
            },
        ),
        migrations.RunPython(refer, migrations.RunPython.noop, elidable=True),
    ]
