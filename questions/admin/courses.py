"""Courses, lessons and the concept graph in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from questions.models import Concept, ConceptEdge, Course, Lesson


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin[Course]):
    list_display = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}


@admin.register(Lesson)
class LessonAdmin(admin.ModelAdmin[Lesson]):
    list_display = ("title", "course", "week", "session", "minutes")
    list_filter = ("course",)
    search_fields = ("title", "slug", "body_markdown")
    prepopulated_fields = {"slug": ("title",)}
    filter_horizontal = ("builds_on",)

    def get_form(
        self, request: HttpRequest, obj: Lesson | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Lesson]]:
        form = super().get_form(request, obj, change, **kwargs)
        if "body_markdown" in form.base_fields:
            field = form.base_fields["body_markdown"]
            field.widget.attrs |= {"rows": 40, "class": "vLargeTextField"}
            field.help_text = (
                "Markdown with $…$; ## begins a section;"
                " ::: exam, ::: intuition and ::: first-principles make callouts."
            )
        return form


class EdgeInline(admin.TabularInline[ConceptEdge, Concept]):
    model = ConceptEdge
    fk_name = "source"
    extra = 0
    autocomplete_fields = ("target",)
    verbose_name_plural = "edges: what this concept needs first, and what it practises along"


@admin.register(Concept)
class ConceptAdmin(admin.ModelAdmin[Concept]):
    list_display = ("name", "slug", "lesson", "items_tagged", "position")
    list_filter = ("course", "lesson")
    search_fields = ("name", "slug", "definition")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (EdgeInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Concept]:
        return super().get_queryset(request).select_related("lesson").annotate(tagged=Count("tags"))

    @admin.display(description="items", ordering="tagged")
    def items_tagged(self, concept: Any) -> int:
        """How many items are tagged with it."""
        return int(concept.tagged)
