"""How items do, where items are: columns and filters of their list, a page for each, and a CSV file of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import F, OrderBy, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from questions import replica
from questions.admin.items import ItemAdmin
from questions.models import Item
from questions.roles import Act, courses_for, rows_for
from questions.text.csv_files import Row, csv_download, rounded
from quizzes.exams import item_analysis
from quizzes.models import CourseMeasuring, ItemStatistics

ENOUGH = item_analysis.ENOUGH
Band = tuple[str, Q]


class _LastIfNull(F):
    """A column to sort by: rows that have no number come last in either direction."""

    def asc(self, **options: Any) -> OrderBy:
        return super().asc(nulls_last=True)

    def desc(self, **options: Any) -> OrderBy:
        return super().desc(nulls_last=True)


class BandFilter(admin.SimpleListFilter):
    """Filter by bands of a number."""

    bands: Mapping[str, Band]

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Item]) -> list[tuple[str, str]]:
        return [(name, words) for name, (words, _) in self.bands.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        band = self.bands.get(self.value() or "")
        return queryset.filter(band[1]) if band else queryset


class FlagFilter(BandFilter):
    """Filter by what there is to look at."""

    title = "what to look at"
    parameter_name = "look"
    bands = {
        "any": ("Anything", Q(statistics__flags__gt=0)),
        **{
            code: (words.capitalize(), Q(statistics__flag_codes__contains=f",{code},"))
            for code, words in item_analysis.FLAGS.items()
        },
        "few": ("Not enough answers yet", Q(statistics=None) | Q(statistics__students__lt=ENOUGH)),
    }


class FacilityFilter(BandFilter):
    """Filter by facility."""

    title = "facility"
    parameter_name = "facility"
    bands = {
        "hardest": ("Below 0.25", Q(statistics__facility__lt=0.25)),
        "hard": ("0.25 to 0.5", Q(statistics__facility__gte=0.25, statistics__facility__lt=0.5)),
        "middle": ("0.5 to 0.75", Q(statistics__facility__gte=0.5, statistics__facility__lt=0.75)),
        "easy": ("0.75 to 0.9", Q(statistics__facility__gte=0.75, statistics__facility__lt=0.9)),
        "easiest": ("0.9 and above", Q(statistics__facility__gte=0.9)),
    }


class EaseFilter(BandFilter):
    """Filter by how easy items are for a student of middle ability."""

    title = "ease"
    parameter_name = "ease"
    bands = {
        "hard": ("Below −1", Q(statistics__ease__lt=-1)),
        "middle": ("−1 to 1", Q(statistics__ease__gte=-1, statistics__ease__lt=1)),
        "easy": ("1 and above", Q(statistics__ease__gte=1)),
        "unsure": ("Hardly known yet (± 0.5 or more)", Q(statistics__ease_error__gte=0.5)),
    }


class CalibrationFilter(BandFilter):
    """Filter by how what is remembered stands to what was predicted."""

    title = "right when asked again"
    parameter_name = "again"
    bands = {
        "worse": ("5 % worse than predicted, or more", Q(miss__lte=-0.05)),
        "near": ("As predicted", Q(miss__gt=-0.05, miss__lt=0.05)),
        "better": ("5 % better than predicted, or more", Q(miss__gte=0.05)),
    }


class DiscriminationFilter(BandFilter):
    """Filter by discrimination."""

    title = "discrimination"
    parameter_name = "discrimination"
    bands = {
        "negative": ("Below 0", Q(statistics__discrimination__lt=0)),
        "blunt": ("0 to 0.2", Q(statistics__discrimination__gte=0, statistics__discrimination__lt=0.2)),
        "sharp": ("0.2 and above", Q(statistics__discrimination__gte=0.2)),
    }


def statistics_of(item: Item) -> ItemStatistics | None:
    """The stored numbers of an item; None where it was not measured, or nobody has answered it."""
    return getattr(item, "statistics", None)


class MeasuredItemAdmin(ItemAdmin):
    """The authors' list and form, with how items do. All is read from stored rows: no answer is looked at."""

    list_display: tuple[str, ...] = (
        *("slug", "kind", "state", "facility", "ease", "discrimination", "look_at", "again", "median_time", "reported"),
        *("main_concept", "difficulty", "audit", "updated_at"),
    )
    list_filter: ClassVar[tuple[type[admin.ListFilter] | str, ...]] = (
        FlagFilter,
        FacilityFilter,
        EaseFilter,
        CalibrationFilter,
        DiscriminationFilter,
        *ItemAdmin.list_filter,
    )
    change_list_template = "admin/quizzes/item/change_list.html"
    change_form_template = "admin/quizzes/item/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        miss = F("statistics__observed") - F("statistics__predicted")
        return super().get_queryset(request).select_related("statistics").annotate(miss=miss)

    @admin.display(description="facility", ordering=_LastIfNull("statistics__facility"))
    def facility(self, item: Item) -> str:
        """The share of the marks at first, with its interval and how many students that is."""
        row = statistics_of(item)
        if row is None or row.facility is None:
            return "–"
        return format_html(
            '{} <small class="quiet">{} to {}, of {}</small>',
            *(f"{value:.2f}" for value in (row.facility, row.facility_low, row.facility_high)),
            row.students,
        )

    @admin.display(description="ease", ordering=_LastIfNull("statistics__ease"))
    def ease(self, item: Item) -> str:
        """How easy it is in logits, with its standard error."""
        row = statistics_of(item)
        if row is None or row.ease is None:
            return "–"
        return format_html('{} <small class="quiet">± {}</small>', _signed(row.ease), f"{row.ease_error:.2f}")

    @admin.display(description="right again", ordering=_LastIfNull("miss"))
    def again(self, item: Item) -> str:
        """The share that was right when it was asked again, beside the one that was predicted."""
        row = statistics_of(item)
        if row is None or row.observed is None or row.predicted is None:
            return "–"
        shares = (f"{100 * share:.0f}\N{NO-BREAK SPACE}%" for share in (row.observed, row.predicted))
        return format_html('{} <small class="quiet">of {}</small>', *shares)

    @admin.display(description="discrimination", ordering=_LastIfNull("statistics__discrimination"))
    def discrimination(self, item: Item) -> str:
        """How it goes with the score elsewhere."""
        row = statistics_of(item)
        return "–" if row is None or row.discrimination is None else _signed(row.discrimination)

    @admin.display(description="median time", ordering=_LastIfNull("statistics__seconds"))
    def median_time(self, item: Item) -> str:
        """Seconds that half of all answers take at most, beside those that are expected."""
        row = statistics_of(item)
        if row is None or row.seconds is None:
            return "–"
        return format_html('{} s <small class="quiet">of {}</small>', round(row.seconds), item.seconds)

    @admin.display(description="reports", ordering=_LastIfNull("statistics__reports"))
    def reported(self, item: Item) -> str:
        """How many reports of students there are."""
        row = statistics_of(item)
        return str(row.reports) if row and row.reports else "–"

    @admin.display(description="look at", ordering=_LastIfNull("statistics__flags"))
    def look_at(self, item: Item) -> str:
        """What its author should look at, in a few words each."""
        row = statistics_of(item)
        flags = [code for code in row.flag_codes.split(",") if code] if row else []
        shown = format_html_join(
            " ",
            '<span class="item-flag">{}</span>',
            [(item_analysis.FLAGS[code],) for code in flags if code in item_analysis.FLAGS],
        )
        if row is None:
            return "no answers yet"
        if row.students >= ENOUGH:
            return shown
        few = format_html('<span class="quiet">not enough answers yet: {} of {}</span>', row.students, ENOUGH)
        return format_html("{} {}", shown, few)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        pages = [
            path("statistics.csv", view(self.csv_view), name="questions_item_statistics_csv"),
            path("measure/", view(require_POST(self.measure_view)), name="questions_item_measure"),
            path("<int:pk>/statistics/", view(self.statistics_view), name="questions_item_statistics"),
        ]
        return pages + super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        rows = rows_for(request.user, Act.READ, CourseMeasuring.objects.all())
        measured = list(rows.order_by(F("measured_at").asc(nulls_first=True)))
        return super().changelist_view(request, {**(extra_context or {}), "measured": measured})

    def statistics_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How an item does."""
        item = self.find(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Statistics of {item}",
            "item": item,
            "row": statistics_of(item),
            "enough": ENOUGH,
            "enough_for_ease": item_analysis.ENOUGH_STUDENTS,
            "measured": CourseMeasuring.objects.filter(course=item.course_id).first(),
            "may_measure": self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/quizzes/item/statistics.html", context)

    def csv_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """Download the rows of the list as it is filtered, sorted and searched."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            items = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            items = self.get_queryset(request)
        return csv_download("items.csv", csv_rows(replica.read(list, items)))

    def measure_view(self, request: HttpRequest) -> HttpResponse:
        """Have all items measured by a worker."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        for course in courses_for(request.user, Act.WRITE):
            item_analysis.ask_measuring(course, timezone.now())
        text = "All your items are being measured. Reload this page in a minute."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:questions_item_changelist"))


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def csv_rows(items: Iterable[Item]) -> Iterator[Row]:
    """Give a heading, then a row an item; what is not known is empty."""
    yield [
        *("course", "item", "kind", "concept", "difficulty", "students", "answers", "facility", "facility_low"),
        *("facility_high", "ease", "ease_error", "discrimination", "discrimination_low", "discrimination_high"),
        *("median_seconds", "expected_seconds", "predicted", "observed", "reports", "look_at"),
    ]
    for item in items:
        concept = next((tag.concept.slug for tag in item.tags.all()), "")
        about: Row = [item.course.slug, item.slug, item.kind, concept, item.difficulty]
        row = statistics_of(item)
        if row is None:
            yield [*about, 0, 0, *[""] * 9, item.seconds, "", "", 0, ""]
            continue
        r = row.details["discrimination"] or {"value": None, "low": None, "high": None}
        yield [
            *(*about, row.students, row.answers),
            *map(rounded, (row.facility, row.facility_low, row.facility_high)),
            *map(rounded, (row.ease, row.ease_error, r["value"], r["low"], r["high"], row.seconds)),
            *(item.seconds, rounded(row.predicted), rounded(row.observed), row.reports),
            "; ".join(f"{flag['why']} {flag['todo']}" for flag in row.details["flags"]),
        ]
