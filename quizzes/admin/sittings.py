"""Sittings."""

from __future__ import annotations

from django.contrib import admin

from quizzes.admin.read_only import ReadOnlyAdmin
from quizzes.models import Sitting


@admin.register(Sitting)
class SittingAdmin(ReadOnlyAdmin[Sitting]):
    list_display = ("opened_at", "exam", "student", "number", "state", "score", "max_score", "deadline_at")
    list_filter = ("state", "exam")
    search_fields = ("student__username",)
    list_select_related = ("exam", "student")
    ordering = ("-opened_at",)
