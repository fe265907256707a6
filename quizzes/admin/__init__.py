"""Students and what they did, in the admin: enrolments and exams to edit, the log to read only."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

from questions.interchange import yaml
from quizzes import exams
from quizzes.admin.results import ResultsAdmin
from quizzes.background import outbox
from quizzes.models import (
    Card,
    DailyPlan,
    Enrolment,
    Exam,
    Job,
    MemoryFit,
    Presentation,
    Reminder,
    Review,
    ReviewEvent,
    Sitting,
)


class BlueprintField(forms.CharField):
    """A blueprint as an author writes it: the YAML of exams.yaml."""

    def __init__(self) -> None:
        super().__init__(
            widget=forms.Textarea(
                attrs={"rows": 28, "cols": 90, "spellcheck": "false", "style": "font-family: monospace"}
            ),
            help_text=(
                "Of an assessment: slots; sections, each with title, slots, kinds (a list, or weights), difficulty;"
                " weights of concepts and difficulty. Of a viva: rounds, pairs, distractors, seconds_a_round; weights"
                " of concepts."
            ),
        )

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else yaml.write(value or {})

    def clean(self, value: Any) -> Any:
        try:
            return yaml.read(super().clean(value))
        except yaml.YAMLError as error:
            line = f"Line {error.line}: " if error.line else ""
            raise forms.ValidationError(f"{line}{error.message}") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial).split() != (data or "").split())


class ExamForm(forms.ModelForm[Exam]):
    """An exam whose blueprint is right and can be filled from the published bank."""

    blueprint = BlueprintField()

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        if not self.errors:
            exam = Exam(**{name: self.cleaned_data[name] for name in ("course", "kind", "minutes", "blueprint")})
            try:
                exams.check_blueprint(exam)
            except (exams.BlueprintError, exams.SittingError) as error:
                self.add_error("blueprint", str(error))
        return found


@admin.register(Exam)
class ExamAdmin(ResultsAdmin):
    list_display = ("title", "course", "kind", "minutes", "starts_at", "results")
    list_filter = ("course", "kind")
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("what_it_draws",)
    form = ExamForm

    @admin.display
    def results(self, exam: Exam) -> str:
        """A link to how it went."""
        return format_html('<a href="{}">Results</a>', reverse("admin:quizzes_exam_results", args=[exam.pk]))

    @admin.display
    def what_it_draws(self, exam: Exam) -> str:
        """A row a concept: how many slots to expect of it, and from how many items."""
        if exam._state.adding:
            return "Shown once the exam is saved."
        try:
            found = exams.concept_shares(exam)
        except exams.BlueprintError as error:
            return str(error)
        rows = ((one.concept, f"{one.expected:.1f}", one.published) for one in found)
        body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
        return format_html(
            "<table><thead><tr><th>Concept</th><th>Slots a sitting</th><th>Published items</th></tr></thead>"
            "<tbody>{}</tbody></table>",
            body,
        )


@admin.register(Enrolment)
class EnrolmentAdmin(admin.ModelAdmin[Enrolment]):
    list_display = ("student", "course", "exam_at", "extra_time_percent", "created_at")
    list_filter = ("course",)
    search_fields = ("student__username", "student__email")
    list_select_related = ("student", "course")
    autocomplete_fields = ("student",)

    def get_readonly_fields(self, request: HttpRequest, obj: Enrolment | None = None) -> tuple[str, ...]:
        """Whose it is stays; dates and extra time change."""
        return ("student", "course") if obj else ()

    def save_model(self, request: HttpRequest, obj: Enrolment, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "extra_time_percent" in form.changed_data:
            exams.extend_open_sittings(obj)


Row = TypeVar("Row", bound=Model)


class Log(admin.ModelAdmin[Row]):
    """Rows that the service wrote, to look at."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


@admin.register(ReviewEvent)
class ReviewEventAdmin(Log[ReviewEvent]):
    list_display = ("occurred_at", "student", "type", "item", "score", "duration_ms", "undone")
    list_filter = ("type", "undone")
    search_fields = ("student__username", "event_id")
    list_select_related = ("student", "presentation__version__item", "card__item")
    date_hierarchy = "occurred_at"
    ordering = ("-occurred_at", "-id")

    @admin.display
    def item(self, event: ReviewEvent) -> str:
        """What it was about."""
        if event.presentation:
            return event.presentation.version.item.slug
        return str(event.card) if event.card else "–"


@admin.register(Review)
class ReviewAdmin(Log[Review]):
    list_display = ("event", "card", "rating", "practice", "score", "predicted")
    list_filter = ("rating",)
    search_fields = ("card__student__username", "card__item__slug")
    list_select_related = ("event", "card__item")
    ordering = ("-id",)


@admin.register(Card)
class CardAdmin(Log[Card]):
    list_display = ("item", "facet", "student", "stability", "difficulty", "reviews", "lapses", "due_at", "suspended")
    list_filter = ("suspended", "item__kind")
    search_fields = ("student__username", "item__slug")
    list_select_related = ("student", "item")
    ordering = ("student", "item", "facet")


@admin.register(Presentation)
class PresentationAdmin(Log[Presentation]):
    list_display = ("created_at", "student", "version", "closed_at")
    search_fields = ("student__username", "version__item__slug")
    list_select_related = ("student", "version__item")
    ordering = ("-created_at",)


@admin.register(Sitting)
class SittingAdmin(Log[Sitting]):
    list_display = ("opened_at", "exam", "student", "number", "state", "score", "max_score", "deadline_at")
    list_filter = ("state", "exam")
    search_fields = ("student__username",)
    list_select_related = ("exam", "student")
    ordering = ("-opened_at",)


@admin.register(DailyPlan)
class DailyPlanAdmin(Log[DailyPlan]):
    list_display = ("date", "student", "planned_seconds", "score_before", "score_after", "made_at")
    search_fields = ("student__username",)
    list_select_related = ("student",)
    ordering = ("-date", "student")


@admin.register(MemoryFit)
class MemoryFitAdmin(Log[MemoryFit]):
    """How well the memory model predicts, before and after each fit."""

    list_display = ("fitted_at", "of", "reviews", "before", "after", "adopted")
    list_filter = ("adopted", "course")
    search_fields = ("student__username",)
    list_select_related = ("student", "course")
    date_hierarchy = "fitted_at"
    fields = ("fitted_at", "of", "reviews", "judged_on", "before", "after", "adopted", "bins", "parameters")
    readonly_fields = fields

    @admin.display
    def of(self, fit: MemoryFit) -> str:
        """Whose log it was fitted to."""
        return str(fit.student or f"{fit.course}, all students")

    @admin.display(description="log loss (RMSE) before", ordering="log_loss_before")
    def before(self, fit: MemoryFit) -> str:
        return f"{fit.log_loss_before:.4f} ({fit.rmse_before:.4f})"

    @admin.display(description="log loss (RMSE) after", ordering="log_loss_after")
    def after(self, fit: MemoryFit) -> str:
        return f"{fit.log_loss_after:.4f} ({fit.rmse_after:.4f})"

    @admin.display(description="Calibration")
    def bins(self, fit: MemoryFit) -> str:
        """Predicted against observed, of the parameters in use afterwards, on the newest fifth."""
        rows = format_html_join(
            "",
            "<tr><td>{} %</td><td>{} %</td><td>{}</td></tr>",
            (
                (round(100 * one["predicted"], 1), round(100 * one["observed"], 1), one["n"])
                for one in fit.calibration
                if one["n"]
            ),
        )
        return format_html(
            "<table><thead><tr><th scope=col>Predicted right</th><th scope=col>Were right</th>"
            "<th scope=col>Answers</th></tr></thead><tbody>{}</tbody></table>",
            rows,
        )


@admin.register(Job)
class JobAdmin(Log[Job]):
    """Background work that waits, and what was given up."""

    list_display = ("kind", "student", "state", "asked_at", "run_at", "attempts", "error_line")
    list_filter = ("kind", ("dead_at", admin.EmptyFieldListFilter))
    search_fields = ("student__username",)
    list_select_related = ("student",)
    ordering = ("-dead_at", "run_at")
    actions = ("retry",)

    @admin.display
    def state(self, job: Job) -> str:
        """Given up, with a worker, or waiting."""
        if job.dead_at:
            return "given up"
        return "with a worker" if job.leased_until and job.leased_until > timezone.now() else "waiting"

    @admin.display(description="last error")
    def error_line(self, job: Job) -> str:
        return Truncator(job.error.partition("\n")[0]).chars(100)

    @admin.action(description="Retry what was given up", permissions=["retry"])
    def retry(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        count = outbox.retry(jobs, timezone.now())
        self.message_user(request, f"{count} taken up again; a worker is told within half a minute.")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Who may change jobs may retry them, and nothing else."""
        return request.user.has_perm("quizzes.change_job")


@admin.register(Reminder)
class ReminderAdmin(Log[Reminder]):
    list_display = ("date", "student", "made_at", "sent_at", "error")
    search_fields = ("student__username",)
    list_select_related = ("student",)
    ordering = ("-date", "student")
