"""Exams: written as YAML blueprints, checked against the published bank."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from questions import bank, trail
from questions.admin.edits import EditForm
from questions.interchange import yaml
from quizzes import exams
from quizzes.admin.results import ResultsAdmin
from quizzes.models import Exam

trail.watch(Exam, without=("loaded",))


class BlueprintField(forms.CharField):
    """A blueprint as an author writes it: in YAML, as in a course folder's exams.yaml."""

    def __init__(self) -> None:
        super().__init__(
            widget=forms.Textarea(
                attrs={"rows": 28, "cols": 90, "spellcheck": "false", "style": "font-family: monospace"}
            ),
            help_text=(
                "Of an assessment: slots; sections, each with title, slots, kinds (a list, or weights), difficulty,"
                " pools; weights of concepts and difficulty; pools. Of a viva: rounds, pairs, distractors,"
                " seconds_a_round; weights of concepts."
            ),
        )

    def prepare_value(self, value: object) -> str:
        return value if isinstance(value, str) else yaml.write(value or {})

    def clean(self, value: str | None) -> object:
        try:
            return yaml.read(super().clean(value))
        except yaml.YAMLError as error:
            line = f"Line {error.line}: " if error.line else ""
            raise forms.ValidationError(f"{line}{error.message}") from None

    def has_changed(self, initial: object, data: str | None) -> bool:
        return self.prepare_value(initial).split() != (data or "").split()


class ExamForm(EditForm[Exam]):
    """An exam whose blueprint is valid, and can be filled from the published bank."""

    blueprint = BlueprintField()

    def __init__(self, *args: Any, instance: Exam | None = None, **kwargs: Any) -> None:
        written = {"blueprint": instance.blueprint_written} if instance and instance.pk else {}
        super().__init__(*args, instance=instance, **{**kwargs, "initial": written | (kwargs.get("initial") or {})})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            names = ("slug", "title", "kind", "minutes", "attempts")
            stored = Exam.objects.filter(pk=self.instance.pk).first()
            try:
                exams.validate_exam({name: cleaned[name] for name in names}, stored)
            except bank.BankError as error:
                self.show(error)
        if not self.errors:
            exam = Exam(
                **{name: self.cleaned_data[name] for name in ("course", "kind", "minutes", "attempts", "blueprint")}
            )
            try:
                exams.check_blueprint(exam)
            except (exams.BlueprintError, exams.SittingError) as error:
                self.add_error("blueprint", str(error))
        return cleaned


@admin.register(Exam)
class ExamAdmin(ResultsAdmin):
    list_display = ("title", "course", "kind", "minutes", "starts_at", "results")
    list_filter = ("course", "kind")
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("what_it_draws",)
    form = ExamForm

    def save_model(self, request: HttpRequest, obj: Exam, form: ExamForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        exams.store_names(obj)

    @admin.display
    def results(self, exam: Exam) -> str:
        """A link to the results."""
        return format_html('<a href="{}">Results</a>', reverse("admin:quizzes_exam_results", args=[exam.pk]))

    @admin.display
    def what_it_draws(self, exam: Exam) -> str:
        """A table: how many slots to expect of each concept, and from how many items."""
        if exam._state.adding:
            return "Shown once the exam is saved."
        try:
            shares = exams.concept_shares(exam)
        except exams.BlueprintError as error:
            return str(error)
        rows = ((share.concept, f"{share.expected:.1f}", share.published) for share in shares)
        body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
        unreachable = exams.list_unreachable(exam.course)
        idle = f"No exam of this course can ask: {', '.join(unreachable)}." if unreachable else ""
        pools = format_html_join("", "<p>{}</p>", ((describe_pool(pool),) for pool in exams.list_pools(exam)))
        return format_html(
            "<table><thead><tr><th>Concept</th><th>Slots a sitting</th><th>Published items</th></tr></thead>"
            "<tbody>{}</tbody></table>{}<p>{}</p>",
            body,
            pools,
            idle,
        )


def describe_pool(pool: exams.PoolContent) -> str:
    """Say what a pool holds."""
    items = f"{pool.published} published item{'' if pool.published == 1 else 's'}"
    released = f", {pool.released} of them released to practice" if pool.released else ", none of them in practice"
    return f"Pool {pool.name}: {items}{released if pool.published else ''}."
