"""The gradebook: a page of students with their exams, and a CSV file of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from questions import replica
from questions.text.csv_files import Row, csv_download, rounded
from quizzes.progress import for_staff
from quizzes.progress.for_staff import Gradebook, Mark
from quizzes.views import Context, StudentRequest, staff

ROWS = 50
"""Students on a page."""


@login_required
@require_GET
def gradebook_page(request: StudentRequest, course: str) -> HttpResponse:
    """Students of `?section=` whose name has `?q=`, sorted by `?order=` (name, mean, an exam's key; `-`: down)."""
    taught = staff.get_course(request.user, course)
    sections, section = staff.list_sections(taught, request.GET.get("section", ""))
    book = replica.read(for_staff.load_gradebook, taught, section)
    order, words = request.GET.get("order", "name"), request.GET.get("q", "").strip()
    rows = [row for row in book.sorted_by(order) if staff.has_name(row.enrolment.student, words)]
    chosen = {"q": words, "section": str(section or "")}
    kept = {name: value for name, value in chosen.items() if value}
    context = {
        "course": taught,
        "tab": "gradebook",
        "manages": staff.manages(request.user, taught),
        "book": book,
        "rows": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "words": words,
        "sections": sections,
        "section": section,
        "heads": [
            _head("Student", "name", order, kept, is_text=True),
            *(
                {**_head(column.exam.title, str(column.exam.pk), order, kept), "column": column}
                for column in book.columns
            ),
            _head("Average", "mean", order, kept),
        ],
        "address": urlencode({**kept, "order": order}),
    }
    return render(request, "quizzes/staff/gradebook.html", context)


@login_required
@require_GET
def gradebook_file(request: StudentRequest, course: str) -> StreamingHttpResponse:
    """Download all of it, or of a section."""
    taught = staff.get_course(request.user, course)
    _, section = staff.list_sections(taught, request.GET.get("section", ""))
    book = replica.read(for_staff.load_gradebook, taught, section)
    return csv_download(f"{taught.slug}-gradebook.csv", _csv_rows(book))


def _head(title: str, name: str, order: str, kept: dict[str, str], *, is_text: bool = False) -> Context:
    """Return a column's head: its title, what a click sorts by, and how it is sorted now; numbers from the highest."""
    is_sorted, is_down = order.removeprefix("-") == name, order.startswith("-")
    down = not is_down if is_sorted else not is_text
    return {
        "title": title,
        "next": urlencode({**kept, "order": f"-{name}" if down else name}),
        "sort": ("descending" if is_down else "ascending") if is_sorted else "",
    }


def _csv_rows(book: Gradebook) -> Iterator[Row]:
    """Yield a heading, then a row a student: of each exam the points, those there are, per cent, and how it stands."""
    of_exams = [
        f"{column.exam.slug}{ending}" for column in book.columns for ending in ("", "_of", "_percent", "_state")
    ]
    yield ["student", "name", "email", "section", *of_exams, "mean_percent"]
    for row in book.rows:
        student = row.enrolment.student
        cells: Row = [student.get_username(), student.get_full_name(), student.email, str(row.enrolment.section or "")]
        for mark in row.marks:
            cells += _csv_cells(mark)
        yield [*cells, _percent(row.mean)]


def _csv_cells(mark: Mark | None) -> Row:
    if mark is None:
        return ["", "", "", ""]
    if mark.share is None:
        return ["", "", "", mark.state]
    return [rounded(mark.attempt.score), rounded(mark.attempt.max_score), _percent(mark.share), mark.state]


def _percent(share: float | None) -> float | str:
    return "" if share is None else rounded(100 * share)
