"""An exam's results in the admin: a page, and CSV files to take away."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from questions import kinds, replica
from questions.admin.edits import EditAdmin
from questions.roles import Act, may
from questions.text.csv_files import csv_download
from questions.whole_numbers import read_whole_number
from quizzes import exams
from quizzes.admin import results_csv
from quizzes.models import Exam, Section
from quizzes.progress import charts

COLUMNS: dict[str, tuple[str, Callable[[exams.ItemResult], str | float | None]]] = {
    "item": ("Item", lambda item: item.slug),
    "kind": ("Kind", lambda item: item.kind),
    "n": ("Students", lambda item: item.n),
    "facility": ("Facility", lambda item: item.facility.value),
    "discrimination": ("Discrimination", lambda item: item.discrimination.value if item.discrimination else None),
    "efficiency": ("Efficiency", lambda item: item.efficiency),
    "flags": ("Look at", lambda item: -len(item.flags)),
}


class ResultsAdmin(EditAdmin[Exam]):
    """The admin of exams, with the results of each for whoever may see the exam."""

    change_form_template = "admin/quizzes/exam/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        views = {
            "": self.results_view,
            "items.csv": self.items_view,
            "answers.csv": self.answers_view,
            "students.csv": self.students_view,
        }
        results = [
            path(
                f"<int:pk>/results/{ending}",
                self.admin_site.admin_view(view),
                name="_".join(("quizzes_exam_results", *ending.split(".")[:-1])),
            )
            for ending, view in views.items()
        ]
        return results + super().get_urls()

    def results_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page; `?sittings=all` for all sittings, `?section=` for one, `?order=-facility` for the items' order."""
        exam, which, section = self._selection(request, pk)
        cohort = replica.read(exams.cohort_results, exam, which, section)
        order = request.GET.get("order", "item")
        if order.removeprefix("-") not in COLUMNS:
            order = "item"
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Results of {exam}",
            "exam": exam,
            "which": which,
            "section": section,
            "sections": Section.objects.filter(course=exam.course_id),
            "chosen": f"&section={section}" if section else "",
            "sees_students": may(request.user, Act.SEE_STUDENTS, exam.course_id),
            "cohort": cohort,
            "bars": charts.histogram(cohort.bins),
            "columns": _columns(order),
            "items": _sorted(cohort.items, order),
            "kinds": {name: title.casefold() for name, title in kinds.titles()},
        }
        return TemplateResponse(request, "admin/quizzes/exam/results.html", context)

    def items_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Download a row an item."""
        exam, which, section = self._selection(request, pk)
        rows = results_csv.item_rows(replica.read(exams.cohort_results, exam, which, section).items)
        return csv_download(f"{exam.slug}-items.csv", rows)

    def answers_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Download a row for each option or mistake of each item, with how many gave it."""
        exam, which, section = self._selection(request, pk)
        rows = results_csv.answer_rows(replica.read(exams.cohort_results, exam, which, section).items)
        return csv_download(f"{exam.slug}-answers.csv", rows)

    def students_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Download a row a sitting."""
        exam, which, section = self._selection(request, pk)
        if not may(request.user, Act.SEE_STUDENTS, exam.course_id):
            raise PermissionDenied
        rows = results_csv.student_rows(replica.begin(lambda: exams.student_scores(exam, which, section)))
        return csv_download(f"{exam.slug}-students.csv", rows)

    def _selection(self, request: HttpRequest, pk: int) -> tuple[Exam, exams.SittingScope, int | None]:
        """Return the exam, which of its sittings are asked for, and whose. Raises Http404.

        A section may be a single student: it is for those who see students.
        """
        exam = self.find(request, pk)
        sees_students = may(request.user, Act.SEE_STUDENTS, exam.course_id)
        asked = read_whole_number(request.GET.get("section", ""), 1, 2**62) if sees_students else None
        section = Section.objects.filter(course=exam.course_id, pk=asked).first() if asked else None
        return exam, "all" if request.GET.get("sittings") == "all" else "first", section.pk if section else None


def _columns(order: str) -> list[dict[str, str]]:
    """Return the heads of the table of items: their words, the order that a click gives, and how they are sorted."""
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
    """Sort by a column; items without a value come last in either direction."""
    value = COLUMNS[order.removeprefix("-")][1]
    valued = [(sort_by, item) for item in items if (sort_by := value(item)) is not None]
    valued.sort(key=lambda pair: pair[0], reverse=order.startswith("-"))
    return [item for _, item in valued] + [item for item in items if value(item) is None]
