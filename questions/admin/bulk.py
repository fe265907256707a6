"""What is done to items outside of their form: many are changed at once, some retired, one is copied."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.views.decorators.http import require_POST

from questions import bank
from questions.admin.authors import author_of
from questions.admin.exports import ExportedAdmin
from questions.admin.keys import RowsChoiceField
from questions.models import Concept, Course, Item

MAX_ITEMS = 500
"""Items that are changed at once."""


class ChangeForm(forms.Form):
    """What is changed of many items; what is left empty stays."""

    how = forms.ChoiceField(
        label="Other concepts",
        choices=[
            (bank.How.ADD.value, "Add those chosen below"),
            (bank.How.REMOVE.value, "Remove those chosen below"),
            (bank.How.REPLACE.value, "Replace all by those chosen below"),
        ],
        initial=bank.How.ADD.value,
        widget=forms.RadioSelect,
    )
    concepts = RowsChoiceField(Concept.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="")
    main = forms.ModelChoiceField(
        Concept.objects.none(),
        required=False,
        empty_label="as it is",
        label="Main concept",
        help_text="Replaces the present one, and moves the items to its lesson.",
    )
    difficulty = forms.IntegerField(required=False, min_value=1, max_value=5, help_text="1 (easy) to 5 (hard).")
    seconds = forms.IntegerField(
        required=False, min_value=5, max_value=1800, help_text="Seconds that a prepared student needs."
    )

    def __init__(self, course: Course, *args: Any) -> None:
        super().__init__(*args)
        concepts = Concept.objects.filter(course=course).select_related("lesson").order_by("lesson", "position", "pk")
        lessons = groupby(concepts, lambda concept: concept.lesson)
        grouped = [(str(lesson), [(row.pk, str(row)) for row in rows]) for lesson, rows in lessons]
        for name, first in (("main", [("", "as it is")]), ("concepts", [])):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = concepts
            field.choices = [*first, *grouped]

    def change(self) -> bank.ItemChange:
        """Return what the valid form asks for."""
        asked = self.cleaned_data
        how = bank.How(asked["how"]) if asked["concepts"] else bank.How.ADD
        return bank.ItemChange(how, tuple(asked["concepts"]), asked["main"], asked["difficulty"], asked["seconds"])


class BulkAdmin(ExportedAdmin):
    """The part of the items' admin that acts on items as they are stored."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        pages = [
            path("<int:pk>/retire/", view(self.retire_view), name="questions_item_retire"),
            path("<int:pk>/duplicate/", view(require_POST(self.duplicate_view)), name="questions_item_duplicate"),
        ]
        return [*pages, *super().get_urls()]

    @admin.action(description="Change concepts, difficulty or time of the selected items …", permissions=["change"])
    def change_items(self, request: HttpRequest, queryset: QuerySet[Item]) -> HttpResponse | None:
        """Ask what is to be changed, then change all of them or none, and say what was done."""
        items = list(queryset.order_by("course", "position", "pk")[: MAX_ITEMS + 1])
        if len({item.course_id for item in items}) > 1 or len(items) > MAX_ITEMS:
            text = f"Choose items of one course, {MAX_ITEMS} at most: each course has concepts of its own."
            self.message_user(request, text, messages.ERROR)
            return None
        form = ChangeForm(items[0].course, request.POST if "apply" in request.POST else None)
        if form.is_valid():
            try:
                report = bank.change_items(items, form.change(), author_of(request))
            except bank.BankError as error:
                for problem in error.problems[:20]:
                    form.add_error(None, Truncator(str(problem)).chars(400))
            else:
                self._tell_changed(request, report)
                return None
        context = {"form": form, "title": f"Change {_counted(items)}"}
        return self._ask(request, items, "admin/questions/item/bulk.html", context)

    def _tell_changed(self, request: HttpRequest, report: bank.BulkReport) -> None:
        parts = []
        if report.published:
            parts.append(f"{_counted(report.published)} changed and published again.")
        if report.drafted:
            names = ", ".join(item.slug for item in report.drafted)
            parts.append(f"Changed in the draft only, since there are unpublished edits: {names}.")
        if report.unchanged:
            parts.append(f"{_counted(report.unchanged)} already had all of this.")
        for item in (*report.published, *report.drafted):
            concepts = ", ".join(str(tag.concept) for tag in item.tags.select_related("concept"))
            text = f"Changed with others: {concepts}; difficulty {item.difficulty}, {item.seconds} seconds."
            self.log_change(request, item, text)
        self.message_user(request, Truncator(" ".join(parts)).chars(2000), messages.SUCCESS)
        for course in {item.course_id: item.course for item in report.published}.values():
            self.tell_missing(request, course)

    # Retiring

    @admin.action(description="Retire the selected items (stop asking them) …", permissions=["change"])
    def retire_items(self, request: HttpRequest, queryset: QuerySet[Item]) -> HttpResponse | None:
        """Retire the published ones, once it was said what that breaks."""
        asked = list(queryset.filter(published__isnull=False, retired_at=None))
        if not asked:
            self.message_user(request, "None of these is published: there is nothing to retire.", messages.WARNING)
            return None
        if "confirmed" not in request.POST:
            return self._ask_retiring(request, asked)
        done = [item for item in asked if self._retire(request, item)]
        for course in {item.course_id: item.course for item in done}.values():
            self.tell_missing(request, course)
        self.message_user(request, f"{len(done)} retired. Publish an item again to bring it back.", messages.SUCCESS)
        return None

    def retire_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what retiring an item breaks; the page's button does it as the list's action."""
        item = self.find(request, pk, "change")
        if item.published is None or item.retired_at:
            self.message_user(request, f"“{item}” is not published: there is nothing to retire.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:questions_item_change", args=[pk]))
        return self._ask_retiring(request, [item])

    def _ask_retiring(self, request: HttpRequest, items: list[Item]) -> HttpResponse:
        context = {
            "title": f"Retire {_counted(items)}?",
            "lessons": bank.list_offering(items),
            "thin": self._list_thinned(items),
        }
        return self._ask(request, items, "admin/questions/item/retire.html", context)

    def _list_thinned(self, items: Collection[Item]) -> list[str]:
        """What would be missing without the items and is not now: tried, and taken back."""
        courses = {item.course_id: item.course for item in items}.values()
        before = {line for course in courses for line in self.list_missing(course)}
        with transaction.atomic():
            bank.lock_courses(course.pk for course in courses)
            Item.objects.filter(pk__in=[item.pk for item in items]).update(retired_at=timezone.now())
            after = [line for course in courses for line in self.list_missing(course)]
            transaction.set_rollback(True)
        return [line for line in after if line not in before]

    def _retire(self, request: HttpRequest, item: Item) -> bool:
        """Retire an item; returns whether it was asked until now: somebody may have been quicker."""
        try:
            was_asked = bank.retire(item)
        except bank.BankError:
            return False
        if was_asked:
            self.log_change(request, item, "Retired.")
        return was_asked

    def list_missing(self, course: Course) -> list[str]:
        """Say what is missing in a course whose items were retired, a line each: whoever asks its items knows."""
        return []

    def tell_missing(self, request: HttpRequest, course: Course) -> None:
        """Warn of what a course lacks by now."""
        for line in self.list_missing(course):
            self.message_user(request, line, messages.WARNING)

    # Copies

    def duplicate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Copy an item's draft, and open the copy."""
        item = self.find(request, pk, "change")
        try:
            copy = bank.duplicate_item(item, author_of(request))
        except bank.BankError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:questions_item_change", args=[pk]))
        self.log_addition(request, copy, f"Copied from {item}.")
        self.message_user(request, f"“{copy}” is a draft with everything that “{item}” has. No exam asks both.")
        return HttpResponseRedirect(reverse("admin:questions_item_change", args=[copy.pk]))

    def _ask(self, request: HttpRequest, items: Iterable[Item], template: str, more: dict[str, Any]) -> HttpResponse:
        """A page that sends the list's action again, with what is asked on it."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "items": items,
            "checkbox": ACTION_CHECKBOX_NAME,
            "list": reverse("admin:questions_item_changelist"),
            **more,
        }
        return TemplateResponse(request, template, context)


def _counted(items: Collection[Item]) -> str:
    """How many items these are, or which it is."""
    return f"{len(items)} items" if len(items) != 1 else f"“{next(iter(items))}”"
