"""Authoring items: a form for each kind, a live preview, drafts, and what students get."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any

import yaml
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator

from questions import bank, kinds
from questions.admin.edits import EditAdmin
from questions.admin.forms import ItemForm, form_of
from questions.admin.preview import MAX_SEED, preview
from questions.models import Author, Course, Item, ItemVersion
from questions.whole_numbers import read_whole_number


class AuditFilter(admin.SimpleListFilter):
    """Filter by the result of the nightly audit."""

    title = "nightly audit"
    parameter_name = "audit"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Item]) -> list[tuple[str, str]]:
        return [("broken", "Broken")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        return queryset.filter(findings__isnull=False).distinct() if self.value() == "broken" else queryset


class StateFilter(admin.SimpleListFilter):
    """Filter by the state of publication."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Item]) -> list[tuple[str, str]]:
        return [
            ("published", "Published"),
            ("changed", "Published, with newer edits"),
            ("draft", "Draft"),
            ("retired", "Retired"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        same = Q(published__body=F("draft"), published__difficulty=F("difficulty"), published__seconds=F("seconds"))
        asked = queryset.filter(published__isnull=False, retired_at__isnull=True)
        match self.value():
            case "published":
                return asked.filter(same)
            case "changed":
                return asked.exclude(same)
            case "draft":
                return queryset.filter(published__isnull=True)
            case "retired":
                return queryset.filter(retired_at__isnull=False)
        return queryset


@admin.register(Item)
class ItemAdmin(EditAdmin[Item]):
    """Items of the bank."""

    list_display = ("slug", "kind", "main_concept", "difficulty", "seconds", "state", "audit", "version", "updated_at")
    list_filter = (StateFilter, AuditFilter, "kind", "difficulty", "tags__concept", "course")
    search_fields = ("slug", "draft__stem", "tags__concept__name")
    ordering = ("course", "position", "id")
    list_per_page = 50
    actions = ("publish_items", "retire_items")
    change_form_template = "admin/questions/item/change_form.html"
    save_on_top = False

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        return (
            super()
            .get_queryset(request)
            .select_related("published", "course")
            .prefetch_related("tags__concept", "findings")
        )

    @admin.display(description="concept")
    def main_concept(self, item: Item) -> str:
        """The concept whose lesson is the item's."""
        return next((str(tag.concept) for tag in item.tags.all()), "–")

    @admin.display(description="audit")
    def audit(self, item: Item) -> str:
        """`broken` if the nightly audit found a defect."""
        return "broken" if item.findings.all() else ""

    @admin.display(description="version", ordering="published__number")
    def version(self, item: Item) -> str:
        """The number of the version that students get."""
        return str(item.published.number) if item.published else "–"

    @admin.action(description="Publish the drafts of the selected items", permissions=["change"])
    def publish_items(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        """Publish each item whose draft is valid; show why the others are not published."""
        done = [item for item in queryset if self._publish(request, item)]
        if done:
            self.message_user(request, f"Published: {', '.join(item.slug for item in done)}.", messages.SUCCESS)

    @admin.action(description="Retire the selected items (stop asking them)", permissions=["change"])
    def retire_items(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        """Retire the published ones."""
        asked = [item for item in queryset if item.published and not item.retired_at]
        done = [item for item in asked if self._retire(request, item)]
        self.message_user(request, f"{len(done)} retired. Publish an item again to bring it back.", messages.SUCCESS)

    # One item

    def get_urls(self) -> list[URLPattern]:
        preview = [
            path("preview/<slug:kind>/", self.admin_site.admin_view(self.preview_view), name="questions_item_preview")
        ]
        return preview + super().get_urls()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for the kind first, then show its form."""
        if request.GET.get("kind") in kinds.KINDS:
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Add item",
            "kinds": kinds.KINDS.values(),
        }
        return TemplateResponse(request, "admin/questions/item/kinds.html", context)

    def get_form(
        self, request: HttpRequest, obj: Item | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Item]]:
        kwargs["form"] = form_of(_kind(request, obj))
        # Declared fields are not the model's: naming them would make the factory look for them there.
        kwargs["fields"] = [name for name in ItemForm.Meta.fields if name not in self.get_readonly_fields(request, obj)]
        form = super().get_form(request, obj, change, **kwargs)
        if "course" in form.base_fields:
            wrapper = form.base_fields["course"].widget
            wrapper.can_add_related = wrapper.can_change_related = wrapper.can_view_related = False
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Item | None = None) -> tuple[str, ...]:
        return ("course",) if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Item | None = None) -> Any:
        about = ("course", "slug", ("main_concept",), "other_concepts", ("difficulty", "seconds"))
        draft = obj.draft if obj else {}
        sections = []
        for section in _kind(request, obj).form:
            is_used = any(field.read(draft) for field in section.fields)
            classes = ("collapse",) if section.folded and not is_used else ()
            sections.append((section.title, {"fields": [field.name for field in section.fields], "classes": classes}))
        return [*sections, ("About", {"fields": about})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        courses = list(Course.objects.all()[:2])
        return {"course": courses[0], **initial} if len(courses) == 1 else dict(initial)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        item: Item | None = kwargs.get("obj")
        kind = _kind(request, item)
        context |= {
            "kind": kind.title,
            "preview_url": reverse("admin:questions_item_preview", args=[kind.name])
            + (f"?item={item.pk}" if item else ""),
            "state": item.state if item else "",
            "findings": item.findings.all() if item else [],
            "versions": item.versions.select_related("published_by") if item else [],
            "changes": changes(item) if item else [],
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Item, form: ItemForm, change: bool) -> None:
        if change and obj.slug != form.initial["slug"]:
            bank.rename_item(Item.objects.get(pk=obj.pk), obj.slug)
        saved = bank.save_draft(
            obj.course,
            obj.slug,
            form.kind.name,
            form.document(),
            form.concepts(),
            difficulty=obj.difficulty,
            seconds=obj.seconds,
            by=_author(request),
        )
        obj.pk = saved.pk
        obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: ItemForm, formsets: object, change: bool) -> None:
        """Tags were saved with the draft."""

    def response_add(self, request: HttpRequest, obj: Item, post_url_continue: str | None = None) -> HttpResponse:
        return self._saved(request, obj)

    def response_change(self, request: HttpRequest, obj: Item) -> HttpResponse:
        return self._saved(request, obj)

    def _saved(self, request: HttpRequest, item: Item) -> HttpResponse:
        if "_publish" in request.POST:
            if self._publish(request, item):
                self.message_user(request, f"“{item}” is published as version {item.published.number}.")  # type: ignore[union-attr]
        elif "_retire" in request.POST:
            self._retire(request, item)
            self.message_user(
                request, f"“{item}” is retired: students are no longer asked it. Publish it to bring it back."
            )
        else:
            self.message_user(request, f"The draft of “{item}” is saved. Students do not see it until you publish it.")
        return HttpResponseRedirect(reverse("admin:questions_item_change", args=[item.pk]))

    def _publish(self, request: HttpRequest, item: Item) -> bool:
        asked_before = None if item.retired_at else item.published_id
        try:
            version = bank.publish(item, by=_author(request))
        except bank.BankError as error:
            for problem in error.problems:
                text = f"“{item}” is not published: {replace(problem, entry='')}"
                self.message_user(request, Truncator(text).chars(600), messages.ERROR)
            return False
        item.refresh_from_db()
        if version.pk != asked_before:
            self.log_change(request, item, f"Published version {version.number}.")
        return True

    def _retire(self, request: HttpRequest, item: Item) -> bool:
        """Retire an item; returns whether it was asked until now: somebody may have been quicker."""
        try:
            retired = bank.retire(item)
        except bank.BankError:
            return False
        if retired:
            self.log_change(request, item, "Retired.")
        return retired

    def preview_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Show samples of what is in the form now, saved or not."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        if kind not in kinds.KINDS or request.method != "POST":
            raise Http404
        form = form_of(kinds.get(kind))(request.POST)
        form.is_valid()
        number = read_whole_number(request.GET.get("item", ""), 1, MAX_SEED)
        item = Item.objects.filter(pk=number).first() if number else None
        # With the identity that its next version will have, a seed draws here what it draws there.
        identity = bank.next_identity(item) if item else "preview:1"
        first = read_whole_number(request.POST.get("seed", ""), 0, MAX_SEED) or 0
        context = {
            "preview": preview(form.kind, form.document(), identity, first),
            "preview_url": request.get_full_path(),
        }
        return render(request, "admin/questions/item/preview.html", context)

    def has_delete_permission(self, request: HttpRequest, obj: Item | None = None) -> bool:
        """What was published may have been answered: it is retired, never deleted."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.published_id is None)

    def get_actions(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        actions = super().get_actions(request, *args, **kwargs)
        return {name: action for name, action in actions.items() if name != "delete_selected"}


@admin.register(ItemVersion)
class ItemVersionAdmin(admin.ModelAdmin[ItemVersion]):
    """Published versions, read-only: they never change."""

    list_display = ("item", "number", "kind", "difficulty", "published_at", "published_by")
    list_filter = ("kind", "difficulty")
    search_fields = ("item__slug",)
    list_select_related = ("item", "published_by")
    date_hierarchy = "published_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ItemVersion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ItemVersion | None = None) -> bool:
        return False


def _author(request: HttpRequest) -> Author:
    """Who is logged in: the admin lets nobody else come this far."""
    assert request.user.is_authenticated
    return request.user


def _kind(request: HttpRequest, item: Item | None) -> kinds.AnyKind:
    """The kind of an item, or of the one that is being added."""
    return kinds.get(item.kind if item else request.GET["kind"])


def changes(item: Item) -> list[str]:
    """Return the lines of a unified diff from the published version to the draft."""
    if item.published is None:
        return []
    before = _lines(item.published.body, item.published.difficulty, item.published.seconds)
    after = _lines(item.draft, item.difficulty, item.seconds)
    return list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]


def _lines(body: dict[str, object], difficulty: int, seconds: int) -> list[str]:
    document = {"difficulty": difficulty, "seconds": seconds, **body}
    return str(yaml.safe_dump(document, allow_unicode=True, sort_keys=True, width=100)).splitlines()
