"""The review log: what devices reported, and the reviews that it is."""

from __future__ import annotations

from django.contrib import admin

from quizzes.admin.read_only import StudentRowsAdmin
from quizzes.admin.wrong_answers import WrongAnswersAdmin
from quizzes.models import Review, ReviewEvent


@admin.register(ReviewEvent)
class ReviewEventAdmin(WrongAnswersAdmin):
    list_display = ("occurred_at", "student", "type", "item", "score", "duration_ms", "undone", "superseded")
    list_filter = ("type", "undone", "superseded")
    search_fields = ("student__username", "event_id")
    list_select_related = ("student", "presentation__version__item", "card__item")
    date_hierarchy = "occurred_at"
    ordering = ("-occurred_at", "-id")

    @admin.display
    def item(self, event: ReviewEvent) -> str:
        """The item that was answered, or the card that was buried, suspended or resumed."""
        if event.presentation:
            return event.presentation.version.item.slug
        return str(event.card) if event.card else "–"


@admin.register(Review)
class ReviewAdmin(StudentRowsAdmin[Review]):
    ways = ("card__item__course",)
    list_display = ("event", "card", "rating", "practice", "score", "predicted")
    list_filter = ("rating",)
    search_fields = ("card__student__username", "card__item__slug")
    list_select_related = ("event", "card__item")
    ordering = ("-id",)
