"""What students say is wrong: a queue, and a page for each report with all that answering it needs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from questions.whole_numbers import read_whole_number
from quizzes import presentations
from quizzes.admin.read_only import ReadOnlyAdmin
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


class AnswerForm(forms.Form):
    """What became of a report, and what its student is told."""

    outcome = forms.ChoiceField(
        choices=QuestionReport.Outcome.choices, widget=forms.RadioSelect, label="What came of it"
    )
    answer = forms.CharField(
        max_length=corrections.MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="What the student is told",
        initial="Thank you: you were right.",
    )


@admin.register(QuestionReport)
class QuestionReportAdmin(ReadOnlyAdmin[QuestionReport]):
    """The queue."""

    list_display = ("made_at", "item", "category", "text", "student", "outcome")
    list_filter = (WaitingFilter, "category")
    search_fields = ("presentation__version__item__slug", "text", "student__username")
    list_select_related = ("presentation__version__item", "student")
    date_hierarchy = "made_at"
    ordering = ("pk",)

    @admin.display(ordering="presentation__version__item__slug")
    def item(self, reported: QuestionReport) -> str:
        """The version that was reported."""
        return str(reported.presentation.version)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One report: the question as it was put, what was answered, how the item goes; and the answer to it."""
        rows = QuestionReport.objects.select_related("presentation__version__item", "student", "answered_by")
        reported = rows.filter(pk=read_whole_number(object_id, 1, MAX_KEY) or 0).first()
        if not self.has_view_permission(request, reported):
            raise PermissionDenied
        if reported is None:
            raise Http404("There is no such report.")
        form = AnswerForm(request.POST or None)
        if request.method == "POST":
            if not request.user.has_perm("questions.change_item"):
                raise PermissionDenied
            if form.is_valid():
                return self._answer(request, reported, form)
        return self._show(request, reported, form)

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
            self.message_user(request, f"{reported.student} is told on Today.", messages.SUCCESS)
        else:
            self.message_user(request, "Somebody has answered this report before.", messages.WARNING)
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
        }
        return TemplateResponse(request, "admin/quizzes/questionreport/report.html", context)
