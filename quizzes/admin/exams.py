"""Exams: written as blueprints, checked against the published bank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from questions import trail
from quizzes import exams
from quizzes.admin.blueprint_rows import to_fields
from quizzes.admin.exam_forms import ExamForm
from quizzes.admin.results import ResultsAdmin
from quizzes.models import Exam

trail.watch(Exam, without=("loaded",))


ABOUT = ("course", "title", "slug", ("kind", "minutes"), "starts_at")
LIMITS = ("opens_at", "closes_at", "attempts")
OF_ALL = ("difficulty", "pools")
OF_VIVA = ("rounds", "pairs", "distractors", "seconds_a_round")


def _fold(fields: Sequence[object], *said: object, of: tuple[str, ...] = ()) -> dict[str, object]:
    """A section of rare fields: folded away as long as nothing is said by them."""
    return {"fields": fields, "classes": of if any(said) else (*of, "collapse")}


@admin.register(Exam)
class ExamAdmin(ResultsAdmin):
    list_display = ("title", "course", "kind", "minutes", "starts_at", "results")
    list_filter = ("course", "kind")
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("what_it_draws", "left_out")
    form = ExamForm

    def get_fieldsets(self, request: HttpRequest, obj: Exam | None = None) -> Any:
        if not (self.has_change_permission(request, obj) if obj else self.has_add_permission(request)):
            return [(None, {"fields": (*ABOUT, *LIMITS, "feedback", "blueprint", "what_it_draws")})]
        exam = obj or Exam()
        written = to_fields(exam.blueprint)
        is_limited = [getattr(exam, name) for name in LIMITS] + [exam.feedback != Exam().feedback]
        rules = ((*LIMITS[:2],), ("attempts", "counts"), "feedback")
        return [
            (None, {"fields": ABOUT}),
            ("Opening, attempts, feedback", _fold(rules, *is_limited, written["counts"] != "best")),
            ("What it asks", {"fields": ("slots", "sections"), "classes": ("of-assessment",)}),
            ("Difficulty and pools of all sections", _fold(OF_ALL, *map(written.get, OF_ALL), of=("of-assessment",))),
            ("Its rounds", {"fields": (OF_VIVA,), "classes": ("of-viva",)}),
            ("What it asks about", {"fields": ("concepts", "left_out")}),
            ("The blueprint as YAML", {"fields": ("blueprint", "opened_on"), "classes": ("as-yaml",)}),
        ]

    def get_form(
        self, request: HttpRequest, obj: Exam | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Exam]]:
        # Declared fields are not the model's: naming them would make the factory look for them there.
        kwargs["fields"] = (*flatten(ABOUT), *LIMITS, "feedback", "blueprint")
        return super().get_form(request, obj, change, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        if "kind" in form.fields:  # not of who may look alone
            form.show_supply()
        return super().render_change_form(request, context, *args, **kwargs)

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
        shares = sorted(exams.load_supply(exam).concepts.values(), key=lambda share: (-share.expected, share.concept))
        rows = ((share.concept, f"{share.expected:.1f}", share.published) for share in shares if share.expected)
        return format_html(
            "<table><thead><tr><th>Concept</th><th>Slots a sitting</th><th>Published items</th></tr></thead>"
            "<tbody>{}</tbody></table>{}",
            format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", rows),
            self.left_out(exam),
        )

    @admin.display(description="in the bank")
    def left_out(self, exam: Exam) -> str:
        """What its pools hold, and which items no exam of the course can ask."""
        if exam._state.adding:
            return "Shown once the exam is saved."
        try:
            lines = [describe_pool(pool) for pool in exams.list_pools(exam)]
        except exams.BlueprintError as error:
            return str(error)
        unreachable = exams.list_unreachable(exam.course)
        if unreachable:
            lines.append(f"No exam of this course can ask: {', '.join(unreachable)}.")
        return format_html_join("", "<p>{}</p>", ((line,) for line in lines)) or "All items can be asked."


def describe_pool(pool: exams.PoolContent) -> str:
    """Say what a pool holds."""
    items = f"{pool.published} published item{'' if pool.published == 1 else 's'}"
    released = f", {pool.released} of them released to practice" if pool.released else ", none of them in practice"
    return f"Pool {pool.name}: {items}{released if pool.published else ''}."
