"""Filters of the list of items."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest

from questions.models import Import, Item, ItemConcept, VersionConcept
from questions.roles import Act, rows_for
from questions.whole_numbers import read_whole_number

MAX_KEY = 2**63 - 1
NEWEST = 10
"""Imports that are offered."""


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
        same &= ~Exists(_tags_not_published()) & ~Exists(_tags_taken_off())
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


def _tags_not_published() -> QuerySet[ItemConcept]:
    """The tags of an item that its published version has not, or not in that place."""
    published = VersionConcept.objects.filter(
        version=OuterRef("item__published"), concept=OuterRef("concept"), position=OuterRef("position")
    )
    return ItemConcept.objects.filter(~Exists(published), item=OuterRef("pk"))


def _tags_taken_off() -> QuerySet[VersionConcept]:
    """The tags of an item's published version that the item no longer has, or not in that place."""
    drafted = ItemConcept.objects.filter(
        item=OuterRef("version__item"), concept=OuterRef("concept"), position=OuterRef("position")
    )
    return VersionConcept.objects.filter(~Exists(drafted), version=OuterRef("published"))


class PoolFilter(admin.SimpleListFilter):
    """Filter by the pool that items are kept in."""

    title = "pool"
    parameter_name = "pool"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Item]) -> list[tuple[str, str]]:
        readable = rows_for(request.user, Act.READ, Item.objects.exclude(pool=""))
        pools = readable.order_by("pool").values_list("pool", flat=True).distinct()
        return [(pool, pool) for pool in pools]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        return queryset.filter(pool=self.value()) if self.value() else queryset


class ImportFilter(admin.SimpleListFilter):
    """Filter by the import that items came in with."""

    title = "import"
    parameter_name = "import"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Item]) -> list[tuple[str, str]]:
        imports = rows_for(request.user, Act.READ, Import.objects.filter(undone_at=None, state=Import.State.DONE))
        return [(str(made.pk), f"{made}, {made.made_at:%-d %B %Y}") for made in imports[:NEWEST]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        key = read_whole_number(self.value() or "", 1, MAX_KEY)
        return queryset.filter(imported__made_in=key) if key else queryset
