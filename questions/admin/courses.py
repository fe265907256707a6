"""Courses, lessons and the concept graph in the admin."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from questions import bank, roles
from questions.admin.authors import author_of
from questions.admin.course_forms import ConceptForm, CourseForm
from questions.admin.edits import EditAdmin, EditForm
from questions.models import Concept, ConceptEdge, Course, Lesson
from questions.roles import Act

NamedT = TypeVar("NamedT", bound=Course | Lesson | Concept)


class NamedAdmin(EditAdmin[NamedT]):
    """What items name by its slug, in all clients that have them."""

    def save_model(self, request: HttpRequest, obj: NamedT, form: EditForm[NamedT], change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            bank.reissue_items(obj)


@admin.register(Course)
class CourseAdmin(NamedAdmin[Course]):
    """Courses: whom Django's permissions let found one owns it; owners change them."""

    ways = ("pk",)
    acts = MappingProxyType({"view": Act.READ, "change": Act.MANAGE, "delete": Act.MANAGE})
    form = CourseForm
    change_form_template = "admin/questions/course/change_form.html"
    fields = ("title", "slug", "description")
    list_display = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}

    def get_fieldsets(self, request: HttpRequest, obj: Course | None = None) -> Any:
        """Say of a course that is founded that it begins as a draft."""
        if obj:
            return super().get_fieldsets(request, obj)
        said = "It begins as a draft, which only its staff can see. Open it on its Access page once it is ready."
        return [(None, {"fields": self.fields, "description": said})]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("questions.add_course")

    def save_model(self, request: HttpRequest, obj: Course, form: EditForm[Course], change: bool) -> None:
        if not change:
            obj.state = Course.State.DRAFT
        super().save_model(request, obj, form, change)
        if not change:
            author = author_of(request)
            roles.set_role(author, obj, roles.Role.OWNER, by=author)
            text = 'It is a draft, which only its staff can see. <a href="{}">Open it</a> once it is ready.'
            self.message_user(request, format_html(text, reverse("course-access", args=[obj.slug])))


@admin.register(Concept)
class ConceptAdmin(NamedAdmin[Concept]):
    form = ConceptForm
    fields = ("course", "name", "slug", "lesson", "definition", "position", "prerequisites", "encompasses")
    list_display = ("name", "slug", "lesson", "items_tagged", "position")
    list_filter = ("course", "lesson")
    search_fields = ("name", "slug", "definition")
    prepopulated_fields = {"slug": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Concept | None = None) -> tuple[str, ...]:
        return ("course",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Concept, form: EditForm[Concept], change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            bank.rename_in_lessons(obj, form.initial["slug"])
        if change and "lesson" in form.changed_data:
            bank.follow_concept(obj)

    def save_related(self, request: HttpRequest, form: ConceptForm, formsets: object, change: bool) -> None:
        form.store_edges()

    # For who may look at the concept alone:

    def prerequisites(self, concept: Concept) -> str:
        """What has to be learnt before."""
        edges = concept.edges.filter(kind=ConceptEdge.Kind.PREREQUISITE).select_related("target")
        return ", ".join(edge.target.name for edge in edges) or "–"

    def encompasses(self, concept: Concept) -> str:
        """What answering about it practises too, and how much."""
        edges = concept.edges.filter(kind=ConceptEdge.Kind.ENCOMPASSES).select_related("target")
        return ", ".join(f"{edge.target.name} ({edge.weight:g})" for edge in edges) or "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Concept]:
        return super().get_queryset(request).select_related("lesson").annotate(tagged=Count("tags"))

    @admin.display(description="items", ordering="tagged")
    def items_tagged(self, concept: Any) -> int:
        """How many items are tagged with it."""
        return int(concept.tagged)
