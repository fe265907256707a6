"""The forms of courses and concepts: what the loader refuses of a file, they refuse at the field."""

from __future__ import annotations

from typing import Any

from django import forms

from questions import bank
from questions.admin.edits import EditForm
from questions.admin.keys import RowsChoiceField
from questions.admin.rows import RowsField
from questions.kinds.fields import Column
from questions.models import Concept, ConceptEdge, Course, Lesson


class CourseForm(EditForm[Course]):
    """A course."""


class ConceptForm(EditForm[Concept]):
    """A concept, with what it needs first and what it practises along."""

    prerequisites = RowsChoiceField(
        Concept.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What has to be learnt before.",
    )
    encompasses = RowsField((Column("concept", "Concept (slug)"), Column("weight", "Weight")), "Add a concept")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance: Concept | None = kwargs.get("instance")
        if instance is not None and instance.pk:
            edges = list(instance.edges.select_related("target").order_by("pk"))
            needs, practises = ConceptEdge.Kind.PREREQUISITE, ConceptEdge.Kind.ENCOMPASSES
            stored = {
                "prerequisites": [edge.target_id for edge in edges if edge.kind == needs],
                "encompasses": [
                    {"concept": edge.target.slug, "weight": f"{edge.weight:g}"}
                    for edge in edges
                    if edge.kind == practises
                ],
            }
            kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        encompasses = self.fields.get("encompasses")
        if encompasses:
            encompasses.required = encompasses.widget.is_required = False
            encompasses.help_text = "What answering about this concept practises too, each with a weight from 0 to 1."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        course = self.course()
        if course and not self.errors:
            document = {
                **{name: cleaned[name] for name in ("slug", "name", "definition")},
                "lesson": name_in(cleaned["lesson"], course),
                "prerequisites": [name_in(concept, course) for concept in cleaned["prerequisites"]],
                "encompasses": cleaned["encompasses"],
            }
            try:
                bank.validate_concept(course, document, self.instance.pk)
            except bank.BankError as error:
                self.show(error)
        return cleaned

    def store_edges(self) -> None:
        """Store what the concept needs and practises; it is stored itself."""
        rows = self.cleaned_data["encompasses"]
        named = Concept.objects.filter(course=self.instance.course, slug__in=[row["concept"] for row in rows])
        targets = {concept.slug: concept for concept in named}
        practised = [(targets[row["concept"]], float(row["weight"])) for row in rows]
        bank.connect(self.instance, self.cleaned_data["prerequisites"], practised)


def name_in(row: Lesson | Concept, course: Course) -> str:
    """A slug as the bank checks it: one of another course says of which."""
    return row.slug if row.course_id == course.pk else f"{row.slug} (of {row.course})"
