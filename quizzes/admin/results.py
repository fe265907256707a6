"""An exam's results in the admin: a page and two CSV files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from questions.kinds import KINDS
from quizzes import exams
from quizzes.models import Exam
from quizzes.statistics.facility import Estimate

COLUMNS: dict[str, tuple[str, Callable[[exams.ItemResult], Any]]] = {
    "item": ("Item", lambda one: one.slug),
    "kind": ("Kind", lambda one: one.kind),
    "n": ("Students", lambda one: one.n),
    "facility": ("Facility", lambda one: one.facility.value),
    "discrimination": ("Discrimination", lambda one: one.discrimination.value if one.discrimination else None),
    "efficiency": ("Efficiency", lambda one: one.efficiency),
    "flags": ("Look at", lambda one: -len(one.flags)),
}
BAR, GAP, HEIGHT, HEAD = 56, 8, 120, 26
"""Of the histogram, in the units of its SVG: a bar, the room between two, the highest, the room above."""
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class ResultsAdmin(admin.ModelAdmin[Exam]):
    """Adds the results to the admin of exams, for whoever may see the exam."""

    change_form_template = "admin/quizzes/exam/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        views = {
            "": self.results_view,
            "items.csv": self.items_view,
            "answers.csv": self.answers_view,
            "students.csv": self.students_view,
        }
        own = [
            path(
                f"<int:pk>/results/{ending}",
                self.admin_site.admin_view(view),
                name="_".join(("quizzes_exam_results", *ending.split(".")[:-1])),
            )
            for ending, view in views.items()
        ]
        return own + super().get_urls()

    def results_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page; `?sittings=all` for all sittings, `?order=-facility` for the order of the items."""
        exam, which = self._asked(request, pk)
        found = exams.cohort_results(exam, which)
        order = request.GET.get("order", "item")
        if order.removeprefix("-") not in COLUMNS:
            order = "item"
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Results of {exam}",
            "exam": exam,
            "which": which,
            "cohort": found,
            "bars": _bars(found.bins),
            "columns": _columns(order),
            "items": _sorted(found.items, order),
            "kinds": {kind: kind.replace("_", " ") for kind in KINDS},
        }
        return TemplateResponse(request, "admin/quizzes/exam/results.html", context)

    def items_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """A row an item."""
        exam, which = self._asked(request, pk)
        return _download(f"{exam.slug}-items.csv", _item_rows(exams.cohort_results(exam, which).items))

    def answers_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """A row for each option or mistake of each item, and how many gave it."""
        exam, which = self._asked(request, pk)
        return _download(f"{exam.slug}-answers.csv", _answer_rows(exams.cohort_results(exam, which).items))

    def students_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """A row a sitting."""
        exam, which = self._asked(request, pk)
        return _download(f"{exam.slug}-students.csv", _student_rows(exams.student_scores(exam, which)))

    def _asked(self, request: HttpRequest, pk: int) -> tuple[Exam, exams.Which]:
        exam = self.get_queryset(request).filter(pk=pk).first()
        if not self.has_view_permission(request, exam):
            raise PermissionDenied
        if exam is None:
            raise Http404("There is no such exam.")
        return exam, "all" if request.GET.get("sittings") == "all" else "first"


def _columns(order: str) -> list[dict[str, str]]:
    """The heads of the table of items: what they are called, what a click sorts by, and how they are sorted now."""
    current = order.removeprefix("-")
    return [
        {
            "name": name,
            "words": words,
            "next": f"-{name}" if order == name else name,
            "sort": ("descending" if order.startswith("-") else "ascending") if name == current else "",
        }
        for name, (words, _) in COLUMNS.items()
    ]


def _sorted(items: list[exams.ItemResult], order: str) -> list[exams.ItemResult]:
    """By a column; what has no value is last in either direction."""
    value = COLUMNS[order.removeprefix("-")][1]
    there = sorted((one for one in items if value(one) is not None), key=value, reverse=order.startswith("-"))
    return there + [one for one in items if value(one) is None]


def _bars(bins: list[int]) -> dict[str, Any]:
    """The histogram's bars, and the same for its table."""
    most, width = max([*bins, 1]), 100 // len(bins)
    bars = []
    for at, count in enumerate(bins):
        height = round(HEIGHT * count / most, 1)
        last = at == len(bins) - 1
        bars.append(
            {
                "count": count,
                "from": width * at,
                "to": width * (at + 1) - (0 if last else 1),
                "x": at * (BAR + GAP),
                "middle": at * (BAR + GAP) + BAR // 2,
                "y": HEAD + HEIGHT - height,
                "above": HEAD + HEIGHT - height - 5,
                "height": height,
            }
        )
    ground = HEAD + HEIGHT
    return {"bars": bars, "bar": BAR, "width": len(bins) * (BAR + GAP) - GAP, "ground": ground, "words": ground + 20}


def _item_rows(items: Iterable[exams.ItemResult]) -> Iterator[list[Any]]:
    yield [
        *("item", "kind", "students", "facility", "facility_low", "facility_high", "deviation"),
        *("discrimination", "discrimination_low", "discrimination_high", "efficiency", "look_at"),
    ]
    for one in items:
        easy, sharp = _three(one.facility), _three(one.discrimination)
        flags = "; ".join(one.flags)
        yield [one.slug, one.kind, one.n, *easy, _short(one.deviation), *sharp, _short(one.efficiency), flags]


def _answer_rows(items: Iterable[exams.ItemResult]) -> Iterator[list[Any]]:
    yield ["item", "kind", "students", "answer", "right", "all", "upper_third", "lower_third"]
    for one in items:
        for answer in one.answers:
            chosen, right = answer.chosen, "yes" if answer.right else "no"
            yield [one.slug, one.kind, one.n, chosen.option, right, chosen.all, chosen.upper, chosen.lower]


def _student_rows(sittings: Iterable[exams.StudentScore]) -> Iterator[list[Any]]:
    yield ["student", "name", "sitting", "state", "opened_at", "closed_at", "score", "max_score", "percent"]
    for one in sittings:
        yield [
            *(one.student, one.name, one.number, one.state, one.opened_at.isoformat(), one.closed_at.isoformat()),
            *(_short(one.score), _short(one.max_score), _short(one.percent)),
        ]


def _three(estimate: Estimate | None) -> list[float | str]:
    return [_short(estimate.value), _short(estimate.low), _short(estimate.high)] if estimate else ["", "", ""]


def _short(value: float | None) -> float | str:
    return "" if value is None else round(value, 4)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _download(name: str, rows: Iterable[list[Any]]) -> StreamingHttpResponse:
    """CSV, row by row, in UTF-8 with the mark by which spreadsheets know it."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield BOM
        for row in rows:
            yield writer.writerow([_harmless(cell) for cell in row])

    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)


def _harmless(cell: Any) -> Any:
    """Numbers as they are; text that a spreadsheet would run gets an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell
