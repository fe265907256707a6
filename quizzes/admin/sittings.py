"""Sittings: a list to find one in, and a page on which each is seen whole, and mended."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from questions.roles import Act, may
from quizzes.admin.many_sittings import ManySittingsAdmin
from quizzes.admin.read_only import StudentRowsAdmin
from quizzes.exams import mending
from quizzes.models import Sitting, SittingAct

Kind = SittingAct.Kind
REASON = forms.Textarea(attrs={"rows": 2})


class MendForm(forms.Form):
    """What is asked for to be done to a sitting."""

    kind = forms.ChoiceField(choices=Kind.choices, widget=forms.HiddenInput)
    request = forms.UUIDField(widget=forms.HiddenInput)
    minutes = forms.IntegerField(min_value=1, max_value=mending.MAX_MINUTES, required=False, label="Minutes")
    percent = forms.IntegerField(
        min_value=0, max_value=mending.MAX_EXTRA_PERCENT, required=False, label="Per cent, in all exams of this student"
    )
    until = forms.DateTimeField(
        required=False,
        label="Open until",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reverses = forms.IntegerField(min_value=1, max_value=2**62, required=False, widget=forms.HiddenInput)
    why = forms.CharField(
        max_length=mending.MAX_TEXT, required=False, label="Why (the student can read this)", widget=REASON
    )

    def order(self) -> mending.Order:
        """Return what the valid form asks for."""
        said = dict(self.cleaned_data)
        return mending.Order(kind=Kind(said.pop("kind")), **said)


FIELDS = {
    Kind.EXTEND: ("minutes", "why"),
    Kind.REOPEN: ("until", "why"),
    Kind.EXTRA_TIME: ("percent", "why"),
    Kind.REVERSE: ("reverses",),
}
"""What an act needs; the others only say why."""
ACTS = {
    Kind.EXTEND: (
        "Give more time",
        "The deadline moves, on the student’s page too. You can take it back until the added minutes begin.",
    ),
    Kind.CLOSE: ("Hand it in", "What was saved so far is graded now."),
    Kind.REOPEN: (
        "Open it again",
        "The student continues with the saved answers; grades, and what followed from them, are taken back.",
    ),
    Kind.ATTEMPT: ("Let the student sit once more", "In addition to the attempts that the exam allows."),
    Kind.COMMENT: ("Comment", "The student reads it in the result."),
    Kind.EXTRA_TIME: ("Extra time", "In all exams from now on; open sittings are extended at once."),
    Kind.VOID: (
        "Do not count it",
        "Its marks count in no results or statistics, and it uses up no attempt. What was learned from it stays.",
    ),
}


def _form_of(kind: Kind, sheet: mending.SittingSheet) -> MendForm:
    """Return the empty form of an act."""
    initial = {
        "kind": kind.value,
        "request": uuid.uuid4(),
        "minutes": 10,
        "percent": sheet.extra_time_percent,
        "until": sheet.reopened_until,
    }
    form = MendForm(initial=initial, auto_id=f"{kind.value}-%s")
    kept = {"kind", "request", *FIELDS.get(kind, ("why",))}
    for name in form.fields.keys() - kept:
        del form.fields[name]
    if kind == Kind.COMMENT:
        form.fields["why"].label = "What the student reads"
    return form


class CountsFilter(admin.SimpleListFilter):
    """By whether its marks count."""

    title = "whether it counts"
    parameter_name = "counts"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Sitting]) -> list[tuple[str, str]]:
        return [("yes", "Counts"), ("no", "Does not count")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Sitting]) -> QuerySet[Sitting]:
        return queryset if self.value() is None else queryset.filter(voided_at__isnull=self.value() == "yes")


@admin.register(Sitting)
class SittingAdmin(ManySittingsAdmin):
    """The list, and the page of a sitting."""

    list_display = ("opened_at", "exam", "student", "number", "state", "points", "counts")
    list_filter = ("state", CountsFilter, "exam")
    search_fields = (
        *("student__username", "student__email", "student__first_name", "student__last_name"),
        *("exam__title", "exam__slug"),
    )
    date_hierarchy = "opened_at"
    ordering = ("-opened_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sitting]:
        return super().get_queryset(request).select_related("exam__course", "student")

    @admin.display(ordering="score")
    def points(self, sitting: Sitting) -> str:
        """The points, and how many there are to have."""
        if sitting.score is None:
            return "–"
        return f"{sitting.score:g}\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}{sitting.max_score:g}"

    @admin.display(boolean=True)
    def counts(self, sitting: Sitting) -> bool:
        """Whether its marks count."""
        return sitting.voided_at is None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One sitting: its questions and answers, what was done to it, and what can be done."""
        sitting = self._load(request, object_id)
        if request.method == "POST":
            return self._mend(request, sitting)
        return self._show(request, sitting)

    def _load(self, request: HttpRequest, object_id: str) -> Sitting:
        try:
            pk = uuid.UUID(object_id)
        except ValueError:
            raise Http404("There is no such sitting.") from None
        return self.find(request, pk)

    def _mend(self, request: HttpRequest, sitting: Sitting) -> HttpResponse:
        form = MendForm(request.POST)
        if not may(request.user, Act.MARK, sitting.exam.course_id):
            raise PermissionDenied
        assert request.user.is_authenticated
        try:
            if not form.is_valid():
                raise mending.MendError(" ".join(str(error) for errors in form.errors.values() for error in errors))
            act, _ = mending.mend(sitting.pk, form.order(), request.user, timezone.now())
        except mending.MendError as error:
            self.message_user(request, f"Nothing was done: {error}", messages.ERROR)
        else:
            told = "" if act.reverses and act.reverses.kind == Kind.COMMENT else f" {sitting.student} sees it on Today."
            self.message_user(request, f"Done: {act.get_kind_display()}.{told}", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:quizzes_sitting_change", args=[sitting.pk]))

    def _show(self, request: HttpRequest, sitting: Sitting) -> HttpResponse:
        sheet = mending.load_sheet(sitting, timezone.now())
        may_mend = may(request.user, Act.MARK, sitting.exam.course_id)
        offered = [(*ACTS[kind], kind, _form_of(kind, sheet)) for kind in sheet.offered if may_mend]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{sitting.student} in {sitting.exam}",
            "sitting": sitting,
            "sheet": sheet,
            "offered": offered,
            "may_mend": may_mend,
            "may_correct": may(request.user, Act.WRITE, sitting.exam.course_id),
            "acts": [(row.act, uuid.uuid4() if row.is_reversible and may_mend else None) for row in sheet.acts],
        }
        return TemplateResponse(request, "admin/quizzes/sitting/sitting.html", context)


@admin.register(SittingAct)
class SittingActAdmin(StudentRowsAdmin[SittingAct]):
    """All that staff did to sittings: who, when, and why."""

    ways = ("sitting__exam__course",)
    list_display = ("made_at", "sitting", "kind", "amount", "why", "made_by", "is_in_force")
    list_filter = ("kind", "made_by")
    search_fields = ("sitting__student__username", "sitting__exam__title", "why")
    list_select_related = ("sitting__exam", "sitting__student", "made_by", "reversed_by")
    date_hierarchy = "made_at"
    ordering = ("-pk",)

    @admin.display(boolean=True, description="in force")
    def is_in_force(self, act: SittingAct) -> bool:
        """Whether it was not taken back."""
        return act.is_in_force
