"""What students say is wrong: a queue, and a page for each report with all that answering it needs."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from questions.roles import Act, courses_for, may
from questions.whole_numbers import read_whole_number
from quizzes import presentations
from quizzes.admin.read_only import StudentRowsAdmin
from quizzes.exams import corrections
from quizzes.exams.corrections import answer_texts
from quizzes.models import QuestionReport

MAX_KEY = 2**62
OPTIONS = ("choices", "left", "right", "steps")
"""Where prompts have their options."""


class WaitingFilter(admin.SimpleListFilter):
    """By whether they were answered: those that wait, unless others are asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[QuestionReport]) -> list[tuple[str, str]]:
        return [("answered", "Answered"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        """Call the first one what it is."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "Waiting"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[QuestionReport]) -> QuerySet[QuestionReport]:
        match self.value():
            case "all":
                return queryset
            case "answered":
                return queryset.exclude(outcome="")
        return queryset.filter(outcome="")


def sees_all_students(request: HttpRequest) -> bool:
    """Whether one sees the students of every course that one reads: else lists name none."""
    return set(courses_for(request.user, Act.READ)) == set(courses_for(request.user, Act.SEE_STUDENTS))


class AnswerForm(forms.Form):
    """What became of a report, and what its student is told."""

    outcome = forms.ChoiceField(choices=QuestionReport.Outcome.choices, widget=forms.RadioSelect, label="Outcome")
    answer = forms.CharField(
        max_length=corrections.MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Answer to the student",
        initial="Thank you: you were right.",
    )


@admin.register(QuestionReport)
class QuestionReportAdmin(StudentRowsAdmin[QuestionReport]):
    """The queue, for who reads the course; whose reports they are is said to those who see its students."""

    ways = ("presentation__version__item__course",)
    acts = MappingProxyType({"view": Act.READ})
    list_display = ("made_at", "item", "category", "text", "student", "outcome")
    list_filter = (WaitingFilter, "category")
    search_fields = ("presentation__version__item__slug", "text", "student__username")
    list_select_related = ("presentation__version__item", "student")
    date_hierarchy = "made_at"
    ordering = ("pk",)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return tuple(name for name in self.list_display if name != "student" or sees_all_students(request))

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [name for name in self.search_fields if "student" not in name or sees_all_students(request)]

    @admin.display(ordering="presentation__version__item__slug")
    def item(self, reported: QuestionReport) -> str:
        """The version that was reported."""
        return str(reported.presentation.version)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One report: the question as it was put, what was answered, how the item goes; and the answer to it."""
        reported = self.find(request, read_whole_number(object_id, 1, MAX_KEY) or 0)
        form = AnswerForm(request.POST or None)
        if request.method == "POST":
            if not self._may_answer(request, reported):
                raise PermissionDenied
            if form.is_valid():
                return self._answer(request, reported, form)
        return self._show(request, reported, form)

    def _may_answer(self, request: HttpRequest, reported: QuestionReport) -> bool:
        return may(request.user, Act.WRITE, self.course_of(reported))

    def _answer(self, request: HttpRequest, reported: QuestionReport, form: AnswerForm) -> HttpResponse:
        assert request.user.is_authenticated
        said = form.cleaned_data
        try:
            taken = corrections.answer_report(
                reported, said["outcome"], said["answer"], by=request.user, now=timezone.now()
            )
        except corrections.ReportError as error:
            form.add_error("answer", str(error))
            return self._show(request, reported, form)
        if taken:
            self.message_user(request, "The student sees it on Today.", messages.SUCCESS)
        else:
            self.message_user(request, "Somebody else has answered this report already.", messages.WARNING)
        return HttpResponseRedirect(reverse("admin:quizzes_questionreport_changelist"))

    def _show(self, request: HttpRequest, reported: QuestionReport, form: AnswerForm) -> HttpResponse:
        shown, beside = reported.presentation, corrections.load_reported(reported)
        prompt = presentations.with_html(shown.prompt)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Report of {shown.version}",
            "reported": reported,
            "item": shown.version.item,
            "stem_html": prompt["stem_html"],
            "options": [entry["text_html"] for name in OPTIONS for entry in prompt.get(name, [])],
            "key": answer_texts(shown, presentations.reveal(shown.version, shown.answer).key),
            "answers": [(event, answer_texts(shown, event.response)) for event in beside.answers],
            "beside": beside,
            "others": [each for each in corrections.list_reports(shown.version.item) if each.pk != reported.pk],
            "form": form,
            "may_answer": self._may_answer(request, reported),
            "shows_names": may(request.user, Act.SEE_STUDENTS, self.course_of(reported)),
        }
        return TemplateResponse(request, "admin/quizzes/questionreport/report.html", context)
