"""Rows that the service wrote, to look at."""

from __future__ import annotations

from types import MappingProxyType
from typing import TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from questions.admin.of_course import OfCourseAdmin
from questions.roles import Act

Row = TypeVar("Row", bound=Model)


class ReadOnlyAdmin(admin.ModelAdmin[Row]):
    """Rows of no course that the service wrote, to look at for those whom Django's permissions let."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


class StudentRowsAdmin(OfCourseAdmin[Row]):
    """Rows that the service wrote of a course's students, to look at for those who see these."""

    acts = MappingProxyType({"view": Act.SEE_STUDENTS})
    show_full_result_count = False
    list_per_page = 50
