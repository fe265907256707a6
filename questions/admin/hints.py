"""Items that tell what others ask: found at publishing, and all on a page, to be parted or accepted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from questions import bank
from questions.admin.edits import EditAdmin
from questions.models import AcceptedHint, Course, Item
from questions.roles import Act, courses_for
from questions.whole_numbers import read_whole_number

MAX_TOLD = 3
"""Hints that are told one by one when an item is published."""
MAX_KEY = 2**63 - 1


@dataclass(frozen=True)
class CourseHints:
    """What there is to decide in a course, and what was accepted."""

    course: Course
    open: list[bank.HintOfItems]
    accepted: list[AcceptedHint]


class HintedAdmin(EditAdmin[Item]):
    """The part of the items' admin that knows what items tell of each other."""

    def get_urls(self) -> list[URLPattern]:
        page = path("hints/", self.admin_site.admin_view(self.hints_view), name="questions_item_hints")
        return [page, *super().get_urls()]

    def hints_view(self, request: HttpRequest) -> HttpResponse:
        """Show the hints of each course; a button parts two items, accepts a hint, or takes that back."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self.message_user(request, self._decide(request), messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:questions_item_hints"))
        courses = courses_for(request.user, Act.WRITE).order_by("pk")
        accepted = AcceptedHint.objects.select_related("item", "other", "accepted_by").order_by("item", "other")
        hints = [
            CourseHints(course, bank.list_hints(course), list(accepted.filter(item__course=course)))
            for course in courses
        ]
        context = {**self.admin_site.each_context(request), "title": "Items that give others away", "courses": hints}
        return render(request, "admin/questions/item/hints.html", {**context, "opts": self.opts})

    def _decide(self, request: HttpRequest) -> str:
        """Do what a button says; returns what to say of it."""
        item, other = (
            self.find(request, read_whole_number(request.POST.get(name, ""), 1, MAX_KEY) or 0, "change")
            for name in ("item", "other")
        )
        words, by = request.POST.get("words", ""), request.user
        assert by.is_authenticated
        match request.POST.get("decision"):
            case "enemies" if item.course_id == other.course_id and item.pk != other.pk:
                bank.make_enemies(item, other)
                self.log_change(request, other, f"Made an enemy of {item}.")
                return f"No exam asks “{item}” and “{other}” together from now on."
            case "harmless" if words.isprintable():
                bank.accept_hint(item, other, words, by)
                return f"Accepted: “{item}” may stand beside “{other}”."
            case "again":
                AcceptedHint.objects.filter(item=item, other=other).delete()
                return f"“{item}” and “{other}” are looked at again."
        return "Nothing was changed."

    def tell_hints(self, request: HttpRequest, published: Collection[Item]) -> None:
        """Note what items that were just published tell of others, and others of them; nothing is refused."""
        keys = {item.pk for item in published}
        for course in {item.course_id: item.course for item in published}.values():
            hints = [hint for hint in bank.list_hints(course) if keys & {hint.item.pk, hint.other.pk}]
            for hint in hints[:MAX_TOLD]:
                self.message_user(request, f"“{hint.item}” gives away “{hint.other}”: {hint.words}", messages.INFO)
            if hints:
                text = '<a href="{}">Make them enemies, or accept it</a>, so that no exam asks both ({} in all).'
                page = format_html(text, reverse("admin:questions_item_hints"), len(hints))
                self.message_user(request, page, messages.INFO)
