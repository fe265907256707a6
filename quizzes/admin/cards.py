"""Students' cards, and the questions that they were asked."""

from __future__ import annotations

from django.contrib import admin

from quizzes.admin.read_only import StudentRowsAdmin
from quizzes.models import Card, Presentation


@admin.register(Card)
class CardAdmin(StudentRowsAdmin[Card]):
    ways = ("item__course",)
    list_display = ("item", "facet", "student", "stability", "difficulty", "reviews", "lapses", "due_at", "suspended")
    list_filter = ("suspended", "item__kind")
    search_fields = ("student__username", "item__slug")
    list_select_related = ("student", "item")
    ordering = ("student", "item", "facet")


@admin.register(Presentation)
class PresentationAdmin(StudentRowsAdmin[Presentation]):
    ways = ("version__item__course",)
    list_display = ("created_at", "student", "version", "closed_at")
    search_fields = ("student__username", "version__item__slug")
    list_select_related = ("student", "version__item")
    ordering = ("-created_at",)
