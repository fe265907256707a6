"""The audit trail: what staff did, to read and not to edit."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from questions import trail
from questions.admin.described import describe, fields_of
from questions.models import Concept, ConceptEdge, Course, Import, Item, Lesson, Membership, Picture, StaffAct
from questions.roles import Act, courses_for, may_anywhere

if TYPE_CHECKING:
    from django.contrib.admin.filters import _ListFilterChoices

View = Callable[..., HttpResponse]
AdminView = Callable[[View, bool], View]
COUNTED = ("loaded", "revision", "graph_revision", "uid", "created_by", "position")
"""Fields that say nothing to people, or follow from others."""


def _of_item(row: Model) -> dict[str, object]:
    assert isinstance(row, Item)
    return {
        "concepts": [tag.concept.slug for tag in row.tags.select_related("concept")],
        "enemies": [each.enemy.slug for each in row.enemies.select_related("enemy")],
    }


def _of_concept(row: Model) -> dict[str, object]:
    assert isinstance(row, Concept)
    edges = [(edge.kind, edge.target.slug, edge.weight) for edge in row.edges.select_related("target")]
    needs, practises = ConceptEdge.Kind.PREREQUISITE, ConceptEdge.Kind.ENCOMPASSES
    return {
        "prerequisites": sorted(slug for kind, slug, _ in edges if kind == needs),
        "encompasses": {slug: weight for kind, slug, weight in sorted(edges) if kind == practises},
    }


def _of_lesson(row: Model) -> dict[str, object]:
    assert isinstance(row, Lesson)
    return {"builds_on": sorted(row.builds_on.values_list("slug", flat=True))}


trail.watch(Course, without=COUNTED)
trail.watch(Lesson, without=COUNTED, besides=_of_lesson)
trail.watch(Concept, without=COUNTED, besides=_of_concept)
trail.watch(Item, without=COUNTED, besides=_of_item)
trail.watch(Picture, without=COUNTED)
trail.watch(Import, without=("upload", "size", "names", "leased_until", "attempts", "made_at", "made_by"))
trail.watch(Membership, person="user")


def record_acts(site: admin.AdminSite) -> None:
    """Have every page of the admin note what is changed on it."""
    site.admin_view = _recording(site.admin_view)  # type: ignore[method-assign, assignment]


def _recording(admin_view: AdminView) -> AdminView:
    @functools.wraps(admin_view)
    def wrap(view: View, cacheable: bool = False) -> View:
        return admin_view(trail.recorded(view), cacheable)

    return wrap


class ModelFilter(admin.SimpleListFilter):
    """Filter by what was changed."""

    title = "what"
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[StaffAct]) -> list[tuple[str, str]]:
        models = model_admin.get_queryset(request).order_by("model").values_list("model", flat=True).distinct()
        return [(model, name_of(model)) for model in models]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StaffAct]) -> QuerySet[StaffAct]:
        return queryset.filter(model=self.value()) if self.value() else queryset


class ImportedFilter(admin.SimpleListFilter):
    """Leave out what imports did to items, thousands at a time: the import is in the list, and each item's history."""

    title = "items of imports"
    parameter_name = "imported"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[StaffAct]) -> list[tuple[str, str]]:
        return [("shown", "Shown")]

    def choices(self, changelist: ChangeList) -> Iterator[_ListFilterChoices]:
        for value, words in ((None, "Left out"), ("shown", "Shown")):
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": self.value() == value, "query_string": query, "display": words}

    def queryset(self, request: HttpRequest, queryset: QuerySet[StaffAct]) -> QuerySet[StaffAct]:
        by_import = Q(place__startswith=StaffAct.IMPORT) | Q(place__startswith=f"{StaffAct.COMMAND}, {StaffAct.IMPORT}")
        return queryset if self.value() else queryset.exclude(by_import)


@admin.register(StaffAct)
class StaffActAdmin(admin.ModelAdmin[StaffAct]):
    """What staff did. Who is no administrator reads what belongs to their courses."""

    list_display = ("made_at", "who", "did", "row", "changed_fields", "course")
    list_filter = ("course", ModelFilter, "kind", ImportedFilter, "made_at")
    search_fields = ("name", "by__username", "about__username")
    list_select_related = ("by", "about", "course")
    list_per_page = 50
    show_full_result_count = False
    fields = ("made_at", "who", "did", "row", "course", "place", "differences")
    readonly_fields = fields

    class Media:
        css: ClassVar = {"all": ("questions/admin/edit.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffAct]:
        acts, user = super().get_queryset(request), request.user
        if user.is_superuser:
            return acts
        read = Q(about=None, course__in=courses_for(user, Act.READ))
        return acts.filter(read | Q(course__in=courses_for(user, Act.SEE_STUDENTS)))

    @admin.display(description="who", ordering="by__username")
    def who(self, act: StaffAct) -> str:
        """The account, as it is called now."""
        return act.who

    @admin.display(description="did", ordering="kind")
    def did(self, act: StaffAct) -> str:
        """Added, changed or deleted, and what kind of row."""
        return f"{act.get_kind_display()} {name_of(act.model)}"

    @admin.display(description="what", ordering="name")
    def row(self, act: StaffAct) -> str:
        """The row's name, with a link to it."""
        name = act.name or (str(act.about) if act.about else "–")
        if act.kind == StaffAct.Kind.DELETED:
            return name
        try:
            address = reverse(f"admin:{act.model.replace('.', '_')}_change", args=[act.key])
        except NoReverseMatch:
            return name
        return format_html('<a href="{}">{}</a>', address, name)

    @admin.display(description="fields")
    def changed_fields(self, act: StaffAct) -> str:
        """Which fields were changed, in a line."""
        return "" if act.kind != StaffAct.Kind.CHANGED else ", ".join(each.label for each in fields_of(act))

    @admin.display(description="before and after")
    def differences(self, act: StaffAct) -> SafeString:
        """Each field as it was, beside what it is since."""
        return render_to_string("admin/questions/act_fields.html", {"entry": describe([act])[0]})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: StaffAct | None = None) -> bool:
        """Who reads a course reads what was done to it; the list has no other."""
        return may_anywhere(request.user, Act.READ) and (obj is None or self.get_queryset(request).contains(obj))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: StaffAct | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StaffAct | None = None) -> bool:
        return False


def name_of(model: str) -> str:
    """What the rows of a model are called, as in “Exam”; the label itself where there is no such model any more."""
    try:
        return capfirst(str(apps.get_model(model)._meta.verbose_name))
    except LookupError:
        return model
