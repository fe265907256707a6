"""Items in the admin, where there are exams that ask them."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from questions.models import Course, Item, ItemVersion
from questions.roles import Act, may, rows_for
from quizzes import exams
from quizzes.admin.item_statistics import MeasuredItemAdmin

admin.site.unregister(Item)


@admin.register(Item)
class AskedItemAdmin(MeasuredItemAdmin):
    """The authors' list and form, with how items do; it says what exams lack once one is retired."""

    def list_missing(self, course: Course) -> list[str]:
        return exams.list_thin(course)


def load_published(request: HttpRequest, pk: int) -> tuple[Item, ItemVersion]:
    """Load an item and its published version for who may change it. Raises PermissionDenied and Http404."""
    rows = Item.objects.select_related("published", "course")
    item = rows_for(request.user, Act.READ, rows).filter(pk=pk).first()
    if item is None or item.published is None:
        raise Http404("There is no such published item.")
    if not may(request.user, Act.WRITE, item.course_id):
        raise PermissionDenied
    return item, item.published
