"""Worked by hand: a question whose steps are shown but the last, and one less each time."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from questions import kinds
from questions.models import Item, Lesson
from questions.text.words import as_title
from questions.whole_numbers import read_whole_number
from quizzes import lessons, notebook, presentations
from quizzes.presentations import Work
from quizzes.views import Context, StudentRequest, answering, get_lesson, is_partial, study_session
from quizzes.views.answering import Response

FINISHED = uuid.UUID("5f1c0f0a-7a0b-4d5e-9d0e-2b6a3c1d4e57")
"""Names the event by which a presentation was worked to its end: pressed twice, it is the same event."""
NOT_RIGHT = "Not right yet. Try again, or have the step shown."


@login_required
@require_GET
def lesson_page(request: StudentRequest, slug: str, course: str | None = None) -> HttpResponse:
    """The questions of a lesson that can be worked by hand, and how many of their steps are left to the student."""
    lesson = get_lesson(request, slug, course)
    context = {
        "page": "lessons",
        "lesson": lesson,
        "items": lessons.list_worked(request.user, lesson),
        "counts": lessons.counts_for(request.user, lesson),
    }
    return render(request, "quizzes/worked.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def work_page(request: StudentRequest, slug: str, course: str | None = None) -> HttpResponse:
    """The question that is chosen, else the next (GET); a step filled in, or the wish to go on (POST)."""
    item = notebook.find_item(request.user, slug, course)
    chosen = answering.read_uuid((request.POST or request.GET).get("presentation"))
    work = lessons.find_work(request.user, chosen) if chosen else None
    try:
        if work is None or work.presentation.version.item_id != item.pk:
            work = lessons.work_on(request.user, item, timezone.now())
        elif request.method == "POST":
            return _take(request, item, work)
    except presentations.NoWorkError as error:
        messages.info(request, str(error))
        return redirect("lesson", item.course.slug, _lesson_of(item).slug)
    return _show(request, item, work)


def _take(request: StudentRequest, item: Item, work: Work) -> HttpResponse:
    """Fill in a step; or go on to the next question, or take the end back. Raises NoWorkError."""
    if "undo" in request.POST:
        answering.report_event(request, {"type": "undo", "target": str(_event_of(work))})
    if "next" in request.POST or "undo" in request.POST:
        if "next" in request.POST and work.is_done:
            _finish(request, work)  # once more, where it was broken off before
        work = lessons.work_on(request.user, item, timezone.now())
        return _show(request, item, work) if is_partial(request) else redirect("work", item.course.slug, item.slug)
    place = read_whole_number(request.POST.get("step", ""), 0, len(work.steps)) or 0
    response: Response = (
        {"dont_know": True} if "dont_know" in request.POST else {"value": request.POST.get("value", "")}
    )
    try:
        after = presentations.fill_in(request.user, work, place, response)
    except kinds.ResponseError as error:
        return _show(request, item, work, typed=response, error=error.message)
    if after is None:
        return _show(request, item, work, typed=response, error=NOT_RIGHT)
    if after.is_done:
        _finish(request, after)
    if is_partial(request):
        return _show(request, item, after)
    address = reverse("work", args=[item.course.slug, item.slug])
    return redirect(f"{address}?presentation={after.presentation.pk}#step")


def _finish(request: StudentRequest, work: Work) -> None:
    """Report that a question was worked to its end."""
    event = {
        "id": str(_event_of(work)),
        "type": "practice",
        "presentation": str(work.presentation.pk),
        "steps": work.responses,
    }
    answering.report_event(request, event)


def _event_of(work: Work) -> uuid.UUID:
    return uuid.uuid5(FINISHED, str(work.presentation.pk))


def _lesson_of(item: Item) -> Lesson:
    assert item.published is not None
    return item.published.lesson


def _show(
    request: StudentRequest, item: Item, work: Work, *, typed: Response | None = None, error: str = ""
) -> HttpResponse:
    steps = presentations.shown_steps(work)
    context: Context = {
        "page": "lessons",
        "item": item.slug,
        "course": item.course.slug,
        "name": as_title(item.slug),
        "lesson": work.presentation.version.lesson,
        "presentation": presentations.payload(work.presentation),
        "settled": steps[: work.at],
        "to_do": None if work.is_done else steps[work.at],
        "at": work.at,
        "total": len(work.steps),
        "left_to_fill_in": len(work.steps) - work.state["shown"],
        "right": work.right,
        "in_session": study_session.load(request) is not None,
        "typed": typed or {},
        "error": error,
        **(_answer_of(work) if work.is_done else {}),
    }
    name = "quizzes/_work.html" if is_partial(request) else "quizzes/work.html"
    return render(request, name, context)


def _answer_of(work: Work) -> Context:
    """What is right, and why, of a question that was worked to its end."""
    answered = presentations.answered_payload(work.presentation)
    return {
        "key": answering.response_lines(answered, cast(Response, answered["key"])),
        "explanation": answered["explanation_html"],
    }
