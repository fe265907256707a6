"""Taking questions out: the published items of a course as a file for other programs, and what that cannot hold."""

from __future__ import annotations

from itertools import islice

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.module_loading import import_string

from questions import bank
from questions.admin.hints import HintedAdmin
from questions.admin.import_forms import FORMATS, MAX_KEY, list_formats
from questions.models import Course, Item
from questions.roles import Act, courses_for
from questions.whole_numbers import read_whole_number

MOST_ITEMS = 2000
"""Items that a page writes while somebody waits; `export_items` writes all."""
MOST_CHOSEN = 200
"""Items that an address names."""
MOST_REMARKS = 200


class ExportedAdmin(HintedAdmin):
    """The part of the items' admin that writes them for other programs."""

    def get_urls(self) -> list[URLPattern]:
        page = path("export/", self.admin_site.admin_view(self.export_view), name="questions_item_export")
        return [page, *super().get_urls()]

    @admin.action(description="Take the selected items out, for other programs …", permissions=["view"])
    def export_items(self, request: HttpRequest, queryset: QuerySet[Item]) -> HttpResponse | None:
        """Ask for the format of a file with these items."""
        ticked = self.get_queryset(request).filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME)[:MOST_CHOSEN])
        asked = queryset if request.POST.get("select_across") == "1" else ticked
        items = list(asked.values_list("pk", "course")[: MOST_CHOSEN + 1])
        if len({course for _, course in items}) != 1 or len(items) > MOST_CHOSEN:
            text = f"Choose items of one course, {MOST_CHOSEN} at most; above the list the whole course goes out."
            self.message_user(request, text, messages.ERROR)
            return None
        query = QueryDict(mutable=True)
        query["course"] = str(items[0][1])
        query.setlist("item", [str(key) for key, _ in items])
        return HttpResponseRedirect(f"{reverse('admin:questions_item_export')}?{query.urlencode()}")

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for course and format, say what the format cannot hold, and give the file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        sent = request.GET
        courses = list(courses_for(request.user, Act.READ).order_by("title", "pk"))
        key = read_whole_number(sent.get("course", ""), 1, MAX_KEY)
        if key and not any(course.pk == key for course in courses):
            raise Http404("There is no such course.")
        course = next((course for course in courses if course.pk == key), courses[0] if courses else None)
        keys = {number for text in sent.getlist("item") if (number := read_whole_number(text, 1, MAX_KEY))}
        items = Item.objects.published().filter(course=course)
        items = items.filter(pk__in=keys) if keys else items
        count, formats = items.count(), list_formats(written=True)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Take questions out",
            "courses": courses,
            "course": course,
            "formats": formats,
            "format": sent.get("format", ""),
            "items": sorted(keys),
            "count": count,
            "too_many": count > MOST_ITEMS,
            "most": MOST_ITEMS,
        }
        if course and 0 < count <= MOST_ITEMS and sent.get("format") in dict(formats):
            form = import_string(FORMATS)[sent["format"]]
            written = bank.export_questions(course, form, keys or None)
            if sent.get("do") == "download":
                return _file(course, form.endings, written.content)
            remarks = list(islice(written.remarks, MOST_REMARKS))
            context |= {"remarks": remarks, "more": len(written.remarks) - len(remarks), "is_written": True}
        return TemplateResponse(request, "admin/questions/item/export.html", context)


def _file(course: Course, endings: tuple[str, ...], content: bytes) -> HttpResponse:
    """A file to be kept; packages end as archives do, unless their format has an ending of its own."""
    ending = ".zip" if content.startswith(b"PK") and ".zip" in endings else endings[0]
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{course.slug}{ending}"'
    return response
