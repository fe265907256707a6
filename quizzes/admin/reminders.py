"""Reminders that were sent."""

from __future__ import annotations

from django.contrib import admin

from quizzes.admin.read_only import ReadOnlyAdmin
from quizzes.models import Reminder


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin[Reminder]):
    list_display = ("date", "student", "made_at", "sent_at", "error")
    search_fields = ("student__username",)
    list_select_related = ("student",)
    ordering = ("-date", "student")
