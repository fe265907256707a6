"""Many sittings are mended at once, for instance where the network of an exam room failed: first what that would do."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from questions.roles import Act, may_anywhere, rows_for
from quizzes.admin.read_only import StudentRowsAdmin
from quizzes.exams import mending
from quizzes.models import Exam, Section, Sitting, SittingAct

Kind = SittingAct.Kind


def _moment(label: str, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **more)


class SectionField(forms.ModelChoiceField[Section]):
    """A section, called with its course."""

    def label_from_instance(self, obj: Section) -> str:
        return f"{obj.course}: {obj}"


class ManyForm(forms.Form):
    """Which sittings, what is done to them, and why."""

    exam = forms.ModelChoiceField(Exam.objects.none(), required=False, empty_label="All exams", label="Exam")
    section = SectionField(Section.objects.none(), required=False, empty_label="All sections", label="Section")
    begun_from = _moment("Started at or after")
    begun_until = _moment("Started before or at")
    kind = forms.ChoiceField(
        choices=[
            (Kind.EXTEND.value, "Give more time"),
            (Kind.REOPEN.value, "Open again"),
            (Kind.VOID.value, "Void them: they do not count"),
        ],
        widget=forms.RadioSelect,
        initial=Kind.EXTEND.value,
        label="What to do",
    )
    minutes = forms.IntegerField(
        min_value=1, max_value=mending.MAX_MINUTES, required=False, initial=10, label="Minutes"
    )
    until = _moment("Open until", required=False)
    why = forms.CharField(
        max_length=mending.MAX_TEXT,
        required=False,
        label="Why (students can read this)",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, exams: QuerySet[Exam], sections: QuerySet[Section], data: QueryDict | None) -> None:
        super().__init__(data)
        self.fields["section"].queryset = sections.select_related("course")  # type: ignore[attr-defined]
        self.exams = self.fields["exam"].queryset = exams  # type: ignore[attr-defined]

    def order(self, request: uuid.UUID) -> mending.Order:
        """Return what the valid form asks for."""
        kind, said = Kind(self.cleaned_data["kind"]), self.cleaned_data
        return mending.Order(
            kind=kind,
            request=request,
            why=said["why"],
            minutes=said["minutes"] if kind == Kind.EXTEND else None,
            until=said["until"] if kind == Kind.REOPEN else None,
        )


class ManySittingsAdmin(StudentRowsAdmin[Sitting]):
    """The admin of sittings, with the page on which many are mended."""

    ways = ("exam__course",)
    change_list_template = "admin/quizzes/sitting/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        page = path("many/", self.admin_site.admin_view(self.many_view), name="quizzes_sitting_many")
        return [page, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        may_mend = may_anywhere(request.user, Act.MARK)
        return super().changelist_view(request, {**(extra_context or {}), "may_mend": may_mend})

    def many_view(self, request: HttpRequest) -> HttpResponse:
        """Mend all sittings that were begun between two moments: those are listed before anything is done."""
        if not may_anywhere(request.user, Act.MARK):
            raise PermissionDenied
        theirs = rows_for(request.user, Act.MARK, Exam.objects.all())
        form = ManyForm(theirs, rows_for(request.user, Act.MARK, Section.objects.all()), request.POST or None)
        context: dict[str, Any] = {}
        if request.method == "POST" and form.is_valid():
            try:
                if "apply" in request.POST:
                    return self._apply(request, form)
                said = form.cleaned_data
                concerned = mending.list_concerned(
                    Kind(said["kind"]),
                    said["begun_from"],
                    said["begun_until"],
                    [said["exam"]] if said["exam"] else form.exams,
                    timezone.now(),
                    said["section"],
                )
                mending.check_order(form.order(uuid.uuid4()))
            except mending.MendError as error:
                form.add_error(None, str(error))
            else:
                context = _preview(form, concerned)
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Adjust many sittings",
            "form": form,
        }
        return TemplateResponse(request, "admin/quizzes/sitting/many.html", context)

    def _apply(self, request: HttpRequest, form: ManyForm) -> HttpResponse:
        assert request.user.is_authenticated
        listed = [pk for text in request.POST.get("sittings", "").split(",") if (pk := _read_uuid(text))]
        batch = _read_uuid(request.POST.get("request", ""))
        if batch is None:
            raise mending.MendError("This page is incomplete: show what changes again.")
        mine = set(
            rows_for(request.user, Act.MARK, Sitting.objects.filter(pk__in=listed), *self.ways).values_list(
                "pk", flat=True
            )
        )
        done = mending.mend_many([pk for pk in listed if pk in mine], form.order(batch), request.user, timezone.now())
        text = f"Done for {done.mended} sitting{'' if done.mended == 1 else 's'}; their students see it on Today."
        if done.before:
            text += f" {done.before} had been done already."
        if done.refused:
            text += f" {done.refused} could not be changed: something else had changed them meanwhile."
        self.message_user(request, text, messages.WARNING if done.refused else messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:quizzes_sitting_changelist"))


def _preview(form: ManyForm, concerned: list[mending.Concerned]) -> dict[str, Any]:
    """Return what the page shows before anything is done, and what it sends to have it done."""
    mended = [each for each in concerned if not each.refused]
    return {
        "concerned": concerned,
        "mended": mended,
        "said": dict(ManyForm.base_fields["kind"].choices)[form.cleaned_data["kind"]],  # type: ignore[attr-defined]
        "request_id": uuid.uuid4(),
        "listed": ",".join(str(each.sitting.pk) for each in mended),
        "is_shown": True,
    }


def _read_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
