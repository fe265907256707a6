"""Closed sittings are packed for the statistics of their exams."""

from collections import defaultdict

import django.db.models.deletion
from django.db import migrations, models
from pydantic import ValidationError

from questions import kinds
from quizzes.exams.outcomes import GradedSlot, list_picked, pack

STUDENTS = 200
"""How many are packed at a time."""
FIELDS = (
    *("sitting__student", "sitting__exam__course", "sitting__opened_at", "sitting", "number"),
    *("presentation__version", "score", "response", "presentation__answer"),
)


def pack_closed(apps, schema_editor):
    students = apps.get_model("quizzes", "Sitting").objects.exclude(state="open").order_by("student")
    students = list(students.values_list("student", flat=True).distinct())
    versions = _Versions(apps.get_model("questions", "ItemVersion"))
    for begin in range(0, len(students), STUDENTS):
        _pack(apps, students[begin : begin + STUDENTS], versions)


def _pack(apps, students, versions):
    """Pack all closed sittings of some students, each student's in the order in which they were begun."""
    slots = apps.get_model("quizzes", "Slot").objects.exclude(sitting__state="open")
    rows = slots.filter(sitting__student__in=students).order_by(*FIELDS[:5]).values_list(*FIELDS)
    graded, first_met, opened, unreadable = defaultdict(list), {}, {}, set()
    for student, course, opened_at, sitting, _, version, score, response, answer in rows:
        item, kind, body = versions.get(version)
        if body is None:
            unreadable.add(sitting)
            continue
        first_met.setdefault((student, course, item), opened_at)
        opened[sitting] = student, course, opened_at
        graded[sitting].append(GradedSlot(item, version, score or 0.0, list_picked(kind, body, answer, response)))
    outcomes = []
    for sitting in graded.keys() - unreadable:
        student, course, opened_at = opened[sitting]
        met_before = {slot.item for slot in graded[sitting] if first_met[student, course, slot.item] < opened_at}
        outcomes.append((sitting, pack(graded[sitting], met_before)))
    SittingOutcome = apps.get_model("quizzes", "SittingOutcome")
    SittingOutcome.objects.bulk_create(
        (SittingOutcome(sitting_id=sitting, slots=packed.slots, picked=packed.picked) for sitting, packed in outcomes),
        batch_size=500,
    )


class _Versions:
    """The items, kinds and bodies of versions, each read once; no body where today's kinds cannot read it."""

    def __init__(self, model):
        self.model = model
        self.read = {}

    def get(self, pk):
        if pk not in self.read:
            item, kind, body = self.model.objects.values_list("item", "kind", "body").get(pk=pk)
            try:
                self.read[pk] = item, kind, kinds.parse(kind, body)
            except (KeyError, ValidationError):
                self.read[pk] = item, kind, None
        return self.read[pk]


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0006_exams_refer_to_concepts")]
    operations = [
        migrations.CreateModel(
            name="SittingOutcome",
            fields=[
                (
                    "sitting",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="outcome",
                        serialize=False,
                        to="quizzes.sitting",
                    ),
                ),
                (
                    "slots",
                    models.BinaryField(
                        help_text="The items asked, with version, score, and whether they were met first here."
                    ),
                ),
                ("picked", models.TextField(help_text="What each slot's answer amounts to, as JSON.")),
            ],
        ),
        migrations.RunPython(pack_closed, migrations.RunPython.noop, elidable=True),
    ]
