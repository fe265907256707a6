"""The plans of study days."""

from __future__ import annotations

from django.contrib import admin

from quizzes.admin.read_only import ReadOnlyAdmin
from quizzes.models import DailyPlan


@admin.register(DailyPlan)
class DailyPlanAdmin(ReadOnlyAdmin[DailyPlan]):
    list_display = ("date", "student", "planned_seconds", "score_before", "score_after", "made_at")
    search_fields = ("student__username",)
    list_select_related = ("student",)
    ordering = ("-date", "student")
