"""Editing beside others: a form knows what it was opened on, and never stores over what its author has not seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, TypeVar

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from questions import bank, trail
from questions.admin.authors import author_of
from questions.admin.described import describe
from questions.admin.differences import Difference, compare
from questions.admin.keys import can_be_key
from questions.admin.of_course import OfCourseAdmin
from questions.admin.rows import MAX_ROWS, AuthorField
from questions.interchange import yaml
from questions.models import Course
from questions.roles import courses_for
from questions.whole_numbers import read_whole_number

RETRY_AFTER = 5
"""Seconds after which to send again what could not be stored."""
MAX_ACTS = 100
"""Of the newest, that the history of a row shows."""
NO_TEXTS = {"opened", "_publish", "_draft", "_save", "_continue", "_addanother"}
Row = TypeVar("Row", bound=Model)


class EditForm(forms.ModelForm[Row]):
    """A form that its page sends back with `opened`, a digest of what was stored when the page was made.

    When something else is stored by now, and what is sent would change it, the form is refused and shows both texts;
    the page then comes with the new digest, so that saving again is on purpose.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.differences: list[Difference] = []
        self.stored: dict[str, str] = {}
        self.opened = ""
        self._offer_own_course()
        if self.instance.pk:
            self.stored = {
                name: text_of(field, self.get_initial_for_field(field, name)) for name, field in self.fields.items()
            }
            state = json.dumps([self.stored, self.state()])
            self.opened = hashlib.sha256(state.encode()).hexdigest()[:32]

    def _offer_own_course(self) -> None:
        """Offer rows of the same course alone, and not the row itself; what is stored already stays to be seen."""
        course = self.course_chosen()
        for name, field in self.fields.items():
            rows = field.queryset if isinstance(field, forms.ModelChoiceField) else None
            if course is None or rows is None or not hasattr(rows.model, "course_id"):
                continue
            initial = self.get_initial_for_field(field, name)
            stored = initial if isinstance(initial, list) else [initial]
            offered = Q(course=course)
            if rows.model is type(self.instance):
                offered &= ~Q(pk=self.instance.pk)
            keys = [row.pk if isinstance(row, Model) else row for row in stored if row]
            field.queryset = rows.filter(offered | Q(pk__in=keys))  # type: ignore[attr-defined]

    def course_chosen(self) -> int | None:
        """The key of the course that the row is of, or is to be of; None where none is chosen yet."""
        chosen = self.data.get("course") or self.initial.get("course")
        key = getattr(self.instance, "course_id", None) or (chosen.pk if isinstance(chosen, Course) else chosen)
        return int(key) if key and can_be_key(Course, key) else None

    def state(self) -> str:
        """What else an author has to have seen; another text where it changed."""
        return ""

    def last_saved(self) -> LogEntry | None:
        """Who saved it in the admin last, and when; None if nobody did. Loads are not among them."""
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(self.instance), object_id=str(self.instance.pk)
        )
        return entries.select_related("user").order_by("-action_time").first()

    def unseen(self) -> str:
        """What saving would undo besides texts, in a sentence; "" for nothing."""
        return ""

    def course(self) -> Course | None:
        """The course of what is edited; None where none is chosen."""
        chosen: Course | None = self.cleaned_data.get("course")
        stored: Course | None = getattr(self.instance, "course", None) if self.instance.pk else None
        return chosen or stored

    def show(self, error: bank.BankError, fields: Mapping[str, str] = MappingProxyType({})) -> None:
        """Show what the bank refuses at its fields; `fields` has those that are called otherwise here."""
        for problem in error.problems:
            name, _, place = problem.field.partition(".")
            name = fields.get(name, name)
            if name == "slug" and self.cleaned_data.get("slug") == self.initial.get("slug"):
                continue  # what was stored once may stay
            row, _, column = place.partition(".")
            number = read_whole_number(row, 0, MAX_ROWS)
            where = "" if number is None else f"Row {number + 1}, {column}: " if column else f"Row {number + 1}: "
            self.add_error(name if name in self.fields else None, f"{where}{problem.message}")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        for name, value in cleaned.items():
            if isinstance(value, str):
                cleaned[name] = value.replace("\r\n", "\n")  # as browsers send it
        slug = cleaned.get("slug")
        if slug and slug != self.initial.get("slug"):
            if not bank.is_slug(slug):
                self.add_error("slug", bank.SLUG_RULE)
            elif self._is_taken(slug):
                name = str(self.instance._meta.verbose_name)
                self.add_error("slug", f"This course has the {name} “{slug}” already. Choose another slug.")
        opened = self.data.get("opened")
        if opened and self.opened and opened != self.opened:
            self._check_unseen()
        return cleaned

    def _is_taken(self, slug: str) -> bool:
        """Whether another row of the course has the slug; which course it is, a form of what is stored does not ask."""
        course = self.course()
        if course is None or not hasattr(self.instance, "course_id"):
            return False
        rows = type(self.instance)._default_manager.filter(course=course, slug=slug)
        return rows.exclude(pk=self.instance.pk).exists()

    def _check_unseen(self) -> None:
        """Refuse to store over what somebody else stored since the page was made, and compare the texts."""
        for name, theirs in self.stored.items():
            field, bound = self.fields[name], self[name]
            mine = text_of(field, self.cleaned_data[name]) if name in self.cleaned_data else str(bound.data or "")
            if mine != theirs:
                self.differences.append(compare(str(bound.label), theirs, mine))
        unseen = self.unseen()
        if self.differences:
            self.add_error(None, "Somebody else saved this since you opened it. Nothing of yours is stored yet.")
        if unseen:
            self.add_error(None, unseen)


def text_of(field: forms.Field, value: object) -> str:
    """A field's value as text to read and to compare: the same before and after it went through a form."""
    match value:
        case None | False:
            return ""
        case _ if isinstance(field, forms.ModelMultipleChoiceField):
            return "\n".join(sorted(str(row) for row in _rows(field, value)))
        case _ if isinstance(field, forms.ModelChoiceField):
            return "".join(str(row) for row in _rows(field, [value]))
        case _ if isinstance(field, AuthorField):
            return field.as_text(value)
        case datetime():
            return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
        case int() | float():
            return f"{float(value):.12g}"
        case dict() | list():
            return yaml.write(json.loads(json.dumps(value, sort_keys=True)))
        case _:
            return str(value).replace("\r\n", "\n").strip()


def _rows(field: forms.ModelChoiceField[Any], value: Any) -> Iterable[Model]:
    """The rows that a choice names, by themselves or by their keys."""
    keys = [row.pk if isinstance(row, Model) else row for row in value]
    assert field.queryset is not None
    return field.queryset.filter(pk__in=[key for key in keys if can_be_key(field.queryset.model, key)])


class EditAdmin(OfCourseAdmin[Row]):
    """The admin of courses and what belongs to them: whoever saves or deletes something locks its course first."""

    change_form_template = "admin/questions/edit.html"
    object_history_template = "admin/questions/history.html"

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **more: Any) -> Any:
        try:
            with transaction.atomic(), trail.recording(author_of(request), request.path):
                self._lock(request, object_id)
                if request.method == "POST" and object_id and self.get_object(request, unquote(object_id)) is None:
                    return self._not_stored(request, HTTPStatus.CONFLICT)
                return super().changeform_view(request, object_id, *args, **more)
        except OperationalError:
            if request.method != "POST":
                raise
            return self._not_stored(request, HTTPStatus.SERVICE_UNAVAILABLE)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for the course first, where there are several: the form offers what belongs to it."""
        if request.method != "GET" or self.model is Course or "course" in request.GET:
            return super().add_view(request, form_url, extra_context)
        courses = list(courses_for(request.user, self.acts["add"]).order_by("title", "pk"))
        if len(courses) < 2:
            return super().add_view(request, form_url, extra_context)
        choices = [(f"course={each.pk}", each.title, "") for each in courses]
        return self.ask_first(request, "Choose the course that it belongs to.", choices)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The course too, where there is but one."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        courses = list(courses_for(request.user, self.acts["add"])[:2]) if "add" in self.acts else []
        return {"course": courses[0], **initial} if len(courses) == 1 else initial

    def ask_first(self, request: HttpRequest, ask: str, choices: Iterable[tuple[str, str, str]]) -> HttpResponse:
        """Ask what has to be chosen before there is a form: (query, name, hint) each, beside what is chosen already."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        before = f"{request.GET.urlencode()}&" if request.GET else ""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Add {self.opts.verbose_name}",
            "ask": ask,
            "choices": [(f"{before}{query}", name, hint) for query, name, hint in choices],
        }
        return TemplateResponse(request, "admin/questions/choose.html", context)

    def _not_stored(self, request: HttpRequest, status: HTTPStatus) -> HttpResponse:
        """Give back what was written: somebody deleted what is saved, or holds the course's lock for too long."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Not stored",
            "busy": status == HTTPStatus.SERVICE_UNAVAILABLE,
            "sent": [(name, texts) for name, texts in request.POST.lists() if name != "csrfmiddlewaretoken"],
            "hidden": NO_TEXTS,
        }
        headers = {"Retry-After": str(RETRY_AFTER)} if context["busy"] else {}
        return TemplateResponse(request, "admin/questions/not_stored.html", context, status=status, headers=headers)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **more: Any) -> HttpResponse:
        with transaction.atomic(), trail.recording(author_of(request), request.path):
            self._lock(request, object_id)
            return super().delete_view(request, object_id, *args, **more)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Row]) -> None:
        with transaction.atomic(), trail.recording(author_of(request), request.path):
            bank.lock_courses(queryset.values_list(self._course, flat=True))
            super().delete_queryset(request, queryset)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show beside what Django noted what every field was before and after."""
        acts = None
        if can_be_key(self.model, unquote(object_id)):
            row = self.model._default_manager.filter(pk=unquote(object_id)).first()
            acts = describe(trail.acts_of(row)[:MAX_ACTS]) if row else None
        return super().history_view(request, object_id, {"acts": acts, **(extra_context or {})})

    def _lock(self, request: HttpRequest, object_id: str | None) -> None:
        """Lock the course of what is edited, and the one that it is put into."""
        if request.method != "POST":
            return
        keys: set[int] = set()
        if object_id and can_be_key(self.model, unquote(object_id)):
            keys.update(self.model._default_manager.filter(pk=unquote(object_id)).values_list(self._course, flat=True))
        if can_be_key(Course, chosen := request.POST.get("course")):
            keys.add(int(chosen or 0))
        bank.lock_courses(keys)

    @property
    def _course(self) -> str:
        """The column that holds the course's key."""
        return "pk" if self.model is Course else "course"
