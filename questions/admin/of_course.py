"""The admin by roles: who sees and does what with a row goes by the course that the row is of.

Django's permissions say nothing of courses, and are not asked here. What somebody may not see is not there for them: in
lists, filters, choices and searches, and by its address.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Field, Model, QuerySet
from django.db.models.fields.related import RelatedField
from django.http import Http404, HttpRequest, HttpResponse

from questions.models import Course
from questions.roles import Act, courses_for, may, may_anywhere, rows_for

Row = TypeVar("Row", bound=Model)
AUTHORING: Mapping[str, Act] = MappingProxyType(
    {"view": Act.READ, "add": Act.WRITE, "change": Act.WRITE, "delete": Act.WRITE}
)
"""What it takes to do what Django calls so, with lessons, items and exams. What is missing nobody may."""


class OfCourseAdmin(admin.ModelAdmin[Row]):
    """The admin of a table whose rows are of courses. Rows of no course are for superusers."""

    ways: ClassVar[tuple[str, ...]] = ("course",)
    """The lookups that lead from a row to its course: the first that is not null says which it is."""
    acts: ClassVar[Mapping[str, Act]] = AUTHORING

    def may(self, request: HttpRequest, doing: str, row: Model | None = None) -> bool:
        """Whether one may view, add, change or delete the row; without one, any in some course."""
        act = self.acts.get(doing)
        if act is None:
            return False
        return may_anywhere(request.user, act) if row is None else may(request.user, act, self.course_of(row))

    def course_of(self, row: Model) -> int:
        """The key of a row's course; 0, which none has, if it is of no course."""
        return next((key for way in self.ways if (key := _follow(row, way))), 0)

    def find(self, request: HttpRequest, pk: object, doing: str = "view") -> Row:
        """Return the row, for who may do so. Raises Http404 and, where one may only look at it, PermissionDenied."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            raise Http404(f"There is no such {self.opts.verbose_name}.")
        if not self.may(request, doing, row):
            raise PermissionDenied
        return row

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        return rows_for(request.user, self.acts["view"], super().get_queryset(request), *self.ways)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) or self.has_add_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return self.may(request, "view", obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return self.may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return self.may(request, "delete", obj)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Row]) -> HttpResponse | None:  # type: ignore[override]
        """Act on the rows that one may change, of those that one sees."""
        act = self.acts.get("change", self.acts["view"])
        return super().response_action(request, rows_for(request.user, act, queryset, *self.ways))

    def get_form(
        self, request: HttpRequest, obj: Row | None = None, change: bool = False, **kwargs: object
    ) -> type[forms.ModelForm[Row]]:
        """The form, whose choices are of courses in which one may do what it does."""
        form = super().get_form(request, obj, change, **kwargs)
        act = self.acts.get("change" if change else "add", self.acts["view"])
        for name, field in form.base_fields.items():
            limited = _limited(field, request, act)
            if limited is not None:
                form.base_fields[name] = limited
        return form


def _follow(row: Model | None, way: str) -> int | None:
    *through, last = way.split("__")
    for name in through:
        row = getattr(row, name) if row is not None else None
    key: int | None = getattr(row, "pk" if last == "pk" else f"{last}_id") if row is not None else None
    return key


def _way_to_course(model: type[Model]) -> str:
    """The lookup from a row to its course, for tables that others choose from; "" for what is of no course."""
    return "pk" if model is Course else "course" if hasattr(model, "course_id") else ""


def _limited(field: forms.Field, request: HttpRequest, act: Act) -> forms.Field | None:
    """A copy of a field that offers rows of courses, without those of others; None for other fields."""
    rows = field.queryset if isinstance(field, forms.ModelChoiceField) else None
    way = _way_to_course(rows.model) if rows is not None else ""
    if rows is None or not way:
        return None
    limited = copy.deepcopy(field)  # a form shares its fields with the next one's
    limited.queryset = rows_for(request.user, act, rows, way)  # type: ignore[attr-defined]
    return limited


class OfCourseFilter(admin.RelatedFieldListFilter):
    """Filter by a course, or by what is of one: those that one may read, with their courses if several."""

    def field_choices(
        self, field: RelatedField[object, object], request: HttpRequest, model_admin: admin.ModelAdmin[Model]
    ) -> list[tuple[str, Any]]:
        readable, way = courses_for(request.user, Act.READ), _way_to_course(field.related_model)
        ordering = self.field_admin_ordering(field, request, model_admin)
        if way == "course" and readable.count() > 1:
            rows = field.related_model._default_manager.filter(course__in=readable).select_related("course")
            by = ("course__title", "course", *(ordering or field.related_model._meta.ordering or ()))
            return [(row.pk, f"{row} ({row.course})") for row in rows.order_by(*by)]  # type: ignore[attr-defined]
        readable_rows = {f"{way}__in": readable}
        return list(field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=readable_rows))


def _is_of_course(field: Field[object, object]) -> bool:
    model = field.related_model
    return isinstance(model, type) and bool(_way_to_course(model))


def _is_person(field: Field[object, object]) -> bool:
    return field.related_model is get_user_model()


admin.FieldListFilter.register(_is_of_course, OfCourseFilter, take_priority=True)
# Of people those alone who have rows that one sees.
admin.FieldListFilter.register(_is_person, admin.RelatedOnlyFieldListFilter, take_priority=True)
