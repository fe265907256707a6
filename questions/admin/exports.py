"""Taking questions out: the published items of a course as a file for other programs, and what that cannot hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.module_loading import import_string

from questions import bank
from questions.admin.hints import HintedAdmin
from questions.admin.import_forms import FORMATS, MAX_KEY, list_formats
from questions.models import Course, Item
from questions.roles import Act, courses_for
from questions.text.csv_files import csv_download
from questions.whole_numbers import read_whole_number

if TYPE_CHECKING:
    from questions.interchange.formats import Format  # and with it all libraries that read files of others

MOST_LISTED = 1000
"""Items of which a page lists what a format cannot hold, while somebody waits; of more there is a list to download."""
MOST_CHOSEN = 200
"""Items that an address names."""
MOST_REMARKS = 200


class ExportedAdmin(HintedAdmin):
    """The part of the items' admin that writes them for other programs."""

    def get_urls(self) -> list[URLPattern]:
        page = path("export/", self.admin_site.admin_view(self.export_view), name="questions_item_export")
        return [page, *super().get_urls()]

    @admin.action(description="Export the selected items, for other programs …", permissions=["view"])
    def export_items(self, request: HttpRequest, queryset: QuerySet[Item]) -> HttpResponse | None:
        """Ask for the format of a file with these items."""
        ticked = self.get_queryset(request).filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME)[:MOST_CHOSEN])
        asked = queryset if request.POST.get("select_across") == "1" else ticked
        items = list(asked.values_list("pk", "course")[: MOST_CHOSEN + 1])
        if len({course for _, course in items}) != 1 or len(items) > MOST_CHOSEN:
            text = f"Choose items of one course, {MOST_CHOSEN} at most; Export questions takes a whole course."
            self.message_user(request, text, messages.ERROR)
            return None
        query = QueryDict(mutable=True)
        query["course"] = str(items[0][1])
        query.setlist("item", [str(key) for key, _ in items])
        return HttpResponseRedirect(f"{reverse('admin:questions_item_export')}?{query.urlencode()}")

    def export_view(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
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
            "title": "Export questions",
            "courses": courses,
            "course": course,
            "formats": formats,
            "format": sent.get("format", ""),
            "items": sorted(keys),
            "count": count,
            "is_long": count > MOST_LISTED,
        }
        if course and count and sent.get("format") in dict(formats):
            form = import_string(FORMATS)[sent["format"]]
            if sent.get("do") == "download":
                return _download(course, form, keys or None)
            if sent.get("do") == "list":
                return _download_remarks(course, form, keys or None)
            context["is_written"] = True
            if count <= MOST_LISTED:
                written = bank.export_questions(course, form, keys or None, is_zip=True)
                remarks = list(islice(written.remarks, MOST_REMARKS))
                context |= {"remarks": remarks, "more": len(written.remarks) - len(remarks)}
        return TemplateResponse(request, "admin/questions/item/export.html", context)


def _download(course: Course, form: Format, keys: Collection[int] | None) -> StreamingHttpResponse:
    """The file, which is sent as it is written; packages end as archives do, unless their format has an ending."""
    pieces = bank.stream_questions(course, form, lambda slug, text: None, keys, is_zip=True)
    first = next(pieces, b"")
    ending = ".zip" if first.startswith(b"PK") and ".zip" in form.endings else form.endings[0]
    return _kept(chain([first], pieces), f"{course.slug}{ending}")


def _download_remarks(course: Course, form: Format, keys: Collection[int] | None) -> StreamingHttpResponse:
    """A table of what a format cannot hold, which is sent as it is found."""
    noted: list[tuple[str, str]] = []

    def rows() -> Iterator[tuple[str, str]]:
        yield "question", "what the format cannot hold"
        said: dict[tuple[str, str], None] = {}
        for _ in bank.stream_questions(course, form, lambda *remark: noted.append(remark), keys, is_zip=True):
            for remark in noted:
                if remark not in said:
                    yield remark
                said = {each: None for each in (*said, remark) if each[0] == remark[0]}  # variants say the same
            noted.clear()

    return csv_download(f"{course.slug}-{form.name}.csv", rows())


def _kept(pieces: Iterator[bytes], name: str) -> StreamingHttpResponse:
    """A file to be kept."""
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
