"""Authoring items: a form for each kind, a live preview, drafts, and what students get."""

from __future__ import annotations

import difflib
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ClassVar

import yaml
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from questions import bank, kinds
from questions.admin.authors import author_of
from questions.admin.fieldsets import fieldsets_of
from questions.admin.filters import AuditFilter, ImportFilter, PoolFilter, StateFilter
from questions.admin.forms import ItemForm, form_of
from questions.admin.of_course import OfCourseAdmin
from questions.admin.preview import MAX_SEED, preview
from questions.admin.versions import ComparedAdmin
from questions.interchange import yaml as documents
from questions.models import Item, ItemVersion, Picture
from questions.roles import Act, rows_for
from questions.whole_numbers import read_whole_number

MAX_PICTURES = 100
"""Pictures that a form suggests."""


@admin.register(Item)
class ItemAdmin(ComparedAdmin):
    """Items of the bank."""

    list_display: tuple[str, ...] = (
        *("slug", "kind", "main_concept", "difficulty", "seconds", "state", "audit", "version", "updated_at"),
    )
    list_filter: ClassVar[tuple[type[admin.ListFilter] | str, ...]] = (
        *(StateFilter, AuditFilter, PoolFilter, "kind", "difficulty", "tags__concept", "course", ImportFilter),
    )
    search_fields = ("slug", "draft__stem", "tags__concept__name")
    ordering = ("course", "position", "id")
    list_per_page = 50
    actions = ("change_items", "publish_items", "retire_items", "release_items", "export_items")
    change_form_template = "admin/questions/item/change_form.html"
    save_on_top = False

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        return (
            super()
            .get_queryset(request)
            .select_related("published", "course")
            .prefetch_related("tags__concept", "published__tags", "findings")
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
        done = [
            item for item in queryset if not self._refuse_forgetting(request, item) and self._publish(request, item)
        ]
        if done:
            self.message_user(request, f"Published: {', '.join(item.slug for item in done)}.", messages.SUCCESS)
            self.tell_hints(request, done)

    def _refuse_forgetting(self, request: HttpRequest, item: Item) -> bool:
        """Whether publishing would end what is remembered of pairs or parts, which is asked on the item's own page."""
        try:
            forgotten = bank.list_forgotten(item, item.draft)
        except bank.BankError:
            return False  # publishing says what is wrong
        if forgotten:
            names = ", ".join(forgotten)
            text = f"“{item}” is not published: {names} would be forgotten. Publish it on its own page."
            self.message_user(request, text, messages.ERROR)
        return bool(forgotten)

    @admin.action(description="Release the selected items from their pools to practice", permissions=["change"])
    def release_items(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        """Give to practice what was kept for exams."""
        done = [item for item in queryset if bank.release_from_pool(item, author_of(request))]
        for item in done:
            self.log_change(request, item, f"Released from the pool {item.pool} to practice.")
        self.message_user(
            request, f"{len(done)} released to practice. Results show their keys from now on.", messages.SUCCESS
        )

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
        choices = [(f"kind={kind.name}", kind.title, kind.hint) for kind in kinds.KINDS.values()]
        return self.ask_first(
            request, "Choose the kind of question. The kind of a published item cannot be changed.", choices
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """The form; who may only look sees the item as students do, and as it is written."""
        item = self.get_object(request, unquote(object_id)) if request.method == "GET" else None
        if item and not self.has_change_permission(request, item):
            return HttpResponseRedirect(reverse("admin:questions_item_versions", args=[item.pk]))
        return super().change_view(request, object_id, form_url, extra_context)

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
        shown = [part for section in _kind(request, obj).form for part in fieldsets_of(section, draft)]
        # What an item is about is chosen once: whoever comes back comes for the question.
        used = bool(obj and (obj.idea or obj.pool or obj.enemies.exists()))
        in_exams = {"fields": ("idea", "enemy_slugs", "pool"), "classes": () if used else ("collapse",)}
        return [
            *shown,
            ("About", {"fields": about, "classes": ("collapse",) if obj and obj.published_id else ()}),
            ("In exams", {**in_exams, "description": self.describe_pool(obj)}),
        ]

    def describe_pool(self, item: Item | None) -> str:
        """Say who gave an item of a pool to practice, and when."""
        if item is None or item.released_at is None:
            return "Changes here apply from the next sitting on, without a new version."
        by = f" by {item.released_by}" if item.released_by else ""
        return f"Released to practice on {timezone.localtime(item.released_at):%-d %B %Y}{by}."

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
            "pictures": self._list_pictures(request, item),
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
            by=author_of(request),
        )
        use = bank.ExamUse(form.cleaned_data["idea"], form.cleaned_data["pool"])
        bank.set_exam_use(saved, use, form.enemies())
        if change and not {"idea", "enemy_slugs", "pool"}.isdisjoint(form.changed_data):
            self.tell_missing(request, obj.course)
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
                self.tell_hints(request, [item])
        else:
            self.message_user(request, f"The draft of “{item}” is saved. Students do not see it until you publish it.")
        return HttpResponseRedirect(reverse("admin:questions_item_change", args=[item.pk]))

    def _publish(self, request: HttpRequest, item: Item) -> bool:
        asked_before = None if item.retired_at else item.published_id
        try:
            version = bank.publish(item, by=author_of(request))
        except bank.BankError as error:
            for problem in error.problems:
                text = f"“{item}” is not published: {replace(problem, entry='')}"
                self.message_user(request, Truncator(text).chars(600), messages.ERROR)
            return False
        item.refresh_from_db()
        if version.pk != asked_before:
            self.log_change(request, item, f"Published version {version.number}.")
        return True

    def preview_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Show samples of what is in the form now, saved or not."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        if kind not in kinds.KINDS or request.method != "POST":
            raise Http404
        form = form_of(kinds.get(kind))(request.POST)
        form.is_valid()
        number = read_whole_number(request.GET.get("item", ""), 1, MAX_SEED)
        item = self.get_queryset(request).filter(pk=number).first() if number else None
        # With the identity that its next version will have, a seed draws here what it draws there.
        identity = bank.next_identity(item) if item else "preview:1"
        first = read_whole_number(request.POST.get("seed", ""), 0, MAX_SEED) or 0
        context = {
            "preview": preview(form.kind, form.document(), identity, first),
            "preview_url": request.get_full_path(),
        }
        return render(request, "admin/questions/item/preview.html", context)

    def _list_pictures(self, request: HttpRequest, item: Item | None) -> QuerySet[Picture]:
        """The newest pictures of the item's course, or of all that one writes, which the form suggests."""
        pictures = rows_for(request.user, Act.WRITE, Picture.objects.order_by("-pk"))
        return (pictures.filter(course=item.course) if item else pictures)[:MAX_PICTURES]

    def has_delete_permission(self, request: HttpRequest, obj: Item | None = None) -> bool:
        """What was published may have been answered: it is retired, never deleted."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.published_id is None)

    def get_actions(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        actions = super().get_actions(request, *args, **kwargs)
        return {name: action for name, action in actions.items() if name != "delete_selected"}


@admin.register(ItemVersion)
class ItemVersionAdmin(OfCourseAdmin[ItemVersion]):
    """Published versions, read-only: they never change."""

    ways = ("item__course",)
    acts = MappingProxyType({"view": Act.READ})

    list_display = ("item", "number", "kind", "difficulty", "published_at", "published_by")
    list_filter = ("kind", "difficulty")
    search_fields = ("item__slug",)
    list_select_related = ("item", "published_by")
    date_hierarchy = "published_at"
    exclude = ("body",)
    readonly_fields = ("document",)

    @admin.display(description="body")
    def document(self, version: ItemVersion) -> SafeString:
        """Its body as a course's files have it."""
        return format_html("<pre>{}</pre>", documents.write(version.body, in_blocks=True))


def _kind(request: HttpRequest, item: Item | None) -> kinds.AnyKind:
    """The kind of an item, or of the one that is being added."""
    return kinds.get(item.kind if item else request.GET["kind"])


def changes(item: Item) -> list[str]:
    """Return the lines of a unified diff from the published version to the draft."""
    if item.published is None:
        return []
    version, tags = item.published, [tag.concept.slug for tag in item.tags.all()]
    before = _lines(version.body, version.difficulty, version.seconds, version.concepts)
    after = _lines(item.draft, item.difficulty, item.seconds, tags)
    return list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]


def _lines(body: dict[str, object], difficulty: int, seconds: int, concepts: list[str]) -> list[str]:
    document = {"concepts": concepts, "difficulty": difficulty, "seconds": seconds, **body}
    return str(yaml.safe_dump(document, allow_unicode=True, sort_keys=True, width=100)).splitlines()
