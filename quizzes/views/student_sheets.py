"""A student as the staff of a course see them: one page, their answers, and notes of staff."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from questions import roles
from questions.models import Concept
from questions.roles import Act
from questions.text.places import without_places
from questions.whole_numbers import read_whole_number
from quizzes import notebook, presentations
from quizzes.models import Presentation, ReviewEvent
from quizzes.progress import for_staff
from quizzes.progress.plan_chart import plan_chart
from quizzes.views import Context, StudentRequest, answering, staff

NEWEST, ROWS = 5, 20
"""Answers on the student's page, and on a page of all."""
MAX_KEY = 2**62
WHICH = {"": "All answers", "wrong": "Not right", "exams": "In exams"}


@login_required
@require_GET
def student_page(request: StudentRequest, course: str, student: str) -> HttpResponse:
    """All there is to know of a student."""
    now = timezone.now()
    enrolment = staff.get_enrolment(request.user, course, student)
    sheet = for_staff.load_student_sheet(enrolment, now)
    events = for_staff.list_events(enrolment.student, enrolment.course, for_staff.HistoryFilter())
    minutes = [(day.date, round(day.planned_seconds / 60), round(day.done_seconds / 60)) for day in sheet.days]
    context = {
        "enrolment": enrolment,
        "sheet": sheet,
        "now": now,
        "chart": plan_chart(minutes),
        "days": [day for day in reversed(sheet.days) if day.state != "none" or day.done_seconds],
        "answers": _show_answers(list(events[:NEWEST])),
        "notes": notebook.list_staff_notes(enrolment),
        "may_mark": roles.may(request.user, Act.MARK, enrolment.course),
        "max_note": notebook.MAX_STAFF_NOTE,
    }
    return render(request, "quizzes/staff/student.html", context)


@login_required
@require_GET
def answers_page(request: StudentRequest, course: str, student: str) -> HttpResponse:
    """The student's answers: all, or those about `?concept=`, and of these `?which=` (wrong, exams)."""
    enrolment = staff.get_enrolment(request.user, course, student)
    concepts = list(Concept.objects.filter(course=enrolment.course).order_by("position", "pk"))
    asked = read_whole_number(request.GET.get("concept", ""), 1, MAX_KEY)
    concept = next((each.pk for each in concepts if each.pk == asked), None)
    which = request.GET.get("which", "")
    wanted = for_staff.HistoryFilter(concept, which if which in WHICH else "")
    events = for_staff.list_events(enrolment.student, enrolment.course, wanted)
    rows = Paginator(events, ROWS).get_page(request.GET.get("page"))
    context = {
        "enrolment": enrolment,
        "rows": rows,
        "answers": _show_answers(list(rows.object_list)),
        "concepts": concepts,
        "wanted": wanted,
        "which": WHICH,
        "address": urlencode({name: value for name, value in (("which", wanted.which), ("concept", concept)) if value}),
        "withheld": for_staff.count_withheld(enrolment.student, enrolment.course),
        "refused": for_staff.list_refused(enrolment.student, enrolment.course),
    }
    return render(request, "quizzes/staff/answers.html", context)


@login_required
@require_POST
def write_note(request: StudentRequest, course: str, student: str) -> HttpResponse:
    """Keep a note about the student."""
    enrolment = staff.get_enrolment(request.user, course, student, Act.MARK)
    try:
        notebook.write_staff_note(enrolment, request.user, request.POST.get("text", ""), timezone.now())
    except notebook.NoteError as error:
        messages.error(request, str(error))
    return redirect(staff.address_of(enrolment) + "#notes")


@login_required
@require_POST
def change_note(request: StudentRequest, course: str, student: str, note: int) -> HttpResponse:
    """Change one's own note, or delete it (`delete`)."""
    enrolment = staff.get_enrolment(request.user, course, student, Act.MARK)
    text = "" if "delete" in request.POST else request.POST.get("text", "")
    try:
        there = notebook.change_staff_note(min(note, MAX_KEY), enrolment, request.user, text, timezone.now())
    except notebook.NoteError as error:
        messages.error(request, str(error))
    else:
        if not there:
            raise Http404("There is no such note of yours.")
    return redirect(staff.address_of(enrolment) + "#notes")


def _show_answers(events: Sequence[ReviewEvent]) -> list[Context]:
    """Return what `_answer_row.html` shows of each; two queries."""
    put = for_staff.load_presentations(events)
    return [_show_answer(event, put[event.presentation_id]) for event in events]


def _show_answer(event: ReviewEvent, presentation: Presentation) -> Context:
    payload = presentations.payload(presentation)
    start = without_places(payload["prompt"]["stem"].strip().partition("\n")[0])
    # Steps lead to work of one's own.
    shown: Context = {
        "event": event,
        "start": start,
        "presentation": {**payload, "work_steps": 0},
        "in_sitting": presentation.in_sitting,
    }
    if event.score is None:
        return {**shown, "given": answering.response_lines(payload, event.response or {})}
    grade = presentations.shown_grade(event.current_grade, presentation)
    return {**answering.graded_context(payload, grade, event.response), **shown}
