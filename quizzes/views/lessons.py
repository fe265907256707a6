"""The list of lessons, and what a student does in a lesson's page: sections read, the quick check, variants to try.

The page itself is the same for everybody (questions/views.py); these are its parts, and pages of their own without
scripts.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from questions.current_course import list_shown_courses
from questions.kinds import ResponseError
from questions.models import Lesson
from questions.text.outline import TaughtSection
from quizzes import lessons, presentations
from quizzes.lessons import SampleAnswer
from quizzes.models import Presentation, Student
from quizzes.views import Context, StudentRequest, answering, get_lesson, is_partial, samples, student_of, unsent
from quizzes.views.answering import RefusedAnswer, Response, ShownAnswer


@require_GET
def shelf(request: HttpRequest) -> HttpResponse:
    """The lessons of the current course, else of all that one may read; with how far a student has read each."""
    courses = list(list_shown_courses(request.user).order_by("pk").prefetch_related("lessons"))
    shown = [(course, [each for each in course.lessons.all() if each.is_published]) for course in courses]
    student = student_of(request)
    readings = lessons.load_readings(student, [each for _, row in shown for each in row]) if student else {}
    shelves = [(course, [(each, readings.get(each.pk)) for each in row]) for course, row in shown]
    return render(request, "quizzes/lessons.html", {"page": "lessons", "shelves": shelves})


@never_cache
@require_http_methods(["GET", "POST"])
def quick_check_page(
    request: HttpRequest, slug: str, course: str | None = None, heading: str | None = None
) -> HttpResponse:
    """The questions at the end of a lesson, or of a section of it (GET), or an answer to one of them (POST)."""
    lesson = get_lesson(request, slug, course)
    place = Place(lesson, find_section(lesson, heading) if heading else None)
    student = student_of(request)
    if student and not lessons.counts_for(student, lesson):
        student = None
    if request.method == "POST":
        if "answers_so_far" in request.POST and not is_partial(request):
            return _answer_among_others(request, place)
        if "sample" in request.POST:
            return _answer_sample(request, lesson, place.address)
        if not request.user.is_authenticated:
            return unsent.keep_and_log_in(request)
        if student is None:
            raise Http404("This question is not yours.")
        return _answer(cast(StudentRequest, request), place)
    return _check(request, place, student)


@never_cache
@require_http_methods(["GET", "POST"])
def variant(request: HttpRequest, slug: str, item: str, course: str | None = None) -> HttpResponse:
    """A fresh variant of an item that the lesson offers to try (GET), or an answer to one (POST)."""
    lesson = get_lesson(request, slug, course)
    address = reverse("try", args=[lesson.course.slug, slug, item])
    if request.method == "POST":
        return _answer_sample(request, lesson, address, again=True)
    question = lessons.draw_variant(lesson, item, request.GET.get("unlike", ""))
    if question is None:
        raise Http404("This lesson does not offer that.")
    return _part(request, lesson, "question", samples.show_question(question, address))


# The quick check


@dataclass(frozen=True)
class Place:
    """Where questions are asked: at the end of a lesson, or of one of its sections."""

    lesson: Lesson
    section: TaughtSection | None = None

    @property
    def address(self) -> str:
        """Where they are shown and answered."""
        where = self.lesson.course.slug, self.lesson.slug
        if self.section:
            return reverse("section-check", args=[*where, self.section.outline.id])
        return reverse("quick-check", args=where)


def find_section(lesson: Lesson, section: str) -> TaughtSection:
    """Return a section that teaches something. Raises Http404."""
    found = lessons.find_section(lesson, section)
    if found is None or not found.concepts:
        raise Http404("There is no such section.")
    return found


def _check(request: HttpRequest, place: Place, student: Student | None, *, renew: bool = False) -> HttpResponse:
    lesson, address = place.lesson, place.address
    if student is None:
        parts = _sample_parts(
            [SampleAnswer(question) for question in lessons.draw_quick_check(lesson, place.section)], address
        )
    else:
        asked = lessons.ask_quick_check(student, lesson, timezone.now(), section=place.section, renew=renew)
        answers = lessons.load_answers(student, asked)
        parts = [
            _answered(each, ShownAnswer.of(answers[each.pk], each), address)
            if each.pk in answers
            else _question(each, address)
            for each in asked
        ]
    return _check_page(request, place, parts, counts=student is not None)


def _check_page(request: HttpRequest, place: Place, parts: list[Context], *, counts: bool) -> HttpResponse:
    context = {
        "lesson": place.lesson,
        "section": place.section,
        "parts": parts,
        "address": place.address,
        "counts": counts,
        "score": _score(parts),
    }
    if is_partial(request):
        return render(request, "quizzes/_check.html", context)
    return render(request, "quizzes/check.html", {**context, "page": "lessons"})


def _score(parts: list[Context]) -> str:
    """Say how many are right once all are answered; before that, how many are answered."""
    outcomes = [part["outcome"] for part in parts if "outcome" in part]
    if outcomes and len(outcomes) == len(parts):
        return f"{outcomes.count('right')} of {len(parts)} correct."
    return f"{len(outcomes)} of {len(parts)} answered." if outcomes else ""


def _sample_parts(answers_so_far: list[SampleAnswer], address: str) -> list[Context]:
    """A visitor's questions and answers; each form holds all, for a browser without scripts. Raises ResponseError."""
    signed = lessons.sign_answers(answers_so_far)
    return [
        samples.show_question(question, address) | {"answers_so_far": signed}
        if response is None
        else samples.show_answered(question, cast(Response, response), address)
        for question, response in answers_so_far
    ]


def _answer_among_others(request: HttpRequest, place: Place) -> HttpResponse:
    """A visitor's answer without scripts: the same page, with this one answered too."""
    address = place.address
    answers = lessons.read_answers(place.lesson, request.POST["answers_so_far"])
    identity = lessons.read_identity(request.POST.get("sample", ""))
    at = next((at for at, (question, _) in enumerate(answers) if question.identity == identity), None)
    if at is None:
        raise Http404("This question is no longer asked.")
    question = answers[at].question
    response = answering.read_response(question.presentation.version.kind, request.POST)
    if turned := answering.turn(request.POST, question.presentation, response):
        parts = _sample_parts(answers, address)
        parts[at] |= answering.question_context(question.presentation, turned)
        return _check_page(request, place, parts, counts=False)
    try:
        parts = _sample_parts([*answers[:at], SampleAnswer(question, response), *answers[at + 1 :]], address)
    except ResponseError as error:
        parts = _sample_parts(answers, address)
        parts[at] |= answering.question_context(question.presentation, RefusedAnswer(response, error.message))
    return _check_page(request, place, parts, counts=False)


def _answer(request: StudentRequest, place: Place) -> HttpResponse:
    """A student's answer, or their wish to take one back, or for another four."""
    lesson, address = place.lesson, place.address
    if "renew" in request.POST:
        answer = _check(request, place, request.user, renew=True)
        return answer if is_partial(request) else redirect(address)
    asked = Presentation.objects.filter(student=request.user, version__item__course=lesson.course_id, in_sitting=False)
    presentation = get_object_or_404(asked.with_versions(), pk=answering.read_uuid(request.POST.get("presentation")))
    if presentations.is_in_open_sitting(request.user, presentation):
        # Its key waits for the end of the sitting that asks it too.
        raise Http404("This question is in an exam that is open.")
    answered = _load_answer(request, presentation)
    if "undo" in request.POST:
        if answered:
            answering.report_event(request, {"type": "undo", "target": str(answered.event)})
        return _part(request, lesson, "question", _question(presentation, address), address)
    if answered is None and "hint" in request.POST:
        return _part(request, lesson, "question", _with_hint(request, presentation, address))
    if answered is None:
        reported = answering.report_answer(request, presentation)
        if isinstance(reported, RefusedAnswer):
            return _part(request, lesson, "question", _question(presentation, address, reported))
        answered = reported or _load_answer(request, presentation)
    if answered is None:
        # It was taken back elsewhere before this form was sent again.
        return _part(request, lesson, "question", _question(presentation, address), address)
    return _part(request, lesson, "answered", _answered(presentation, answered, address), address)


def _with_hint(request: StudentRequest, presentation: Presentation, address: str) -> Context:
    """The question with one more hint, and what was typed so far."""
    with suppress(presentations.NoHintError):  # answered elsewhere meanwhile: the answer says so
        presentations.take_hint(request.user, presentation)
    typed = answering.read_response(presentation.version.kind, request.POST)
    typed_so_far = RefusedAnswer(typed, "", request.POST.get("shown", ""))
    return _question(presentation, address, typed_so_far) | {"took": True}


def _load_answer(request: StudentRequest, presentation: Presentation) -> ShownAnswer | None:
    event = lessons.load_answers(request.user, [presentation]).get(presentation.pk)
    return ShownAnswer.of(event, presentation) if event else None


def _answer_sample(request: HttpRequest, lesson: Lesson, address: str, *, again: bool = False) -> HttpResponse:
    question = lessons.read_token(lesson, request.POST.get("sample", ""))
    if question is None:
        raise Http404("This question is no longer asked.")
    response = answering.read_response(question.presentation.version.kind, request.POST)
    if turned := answering.turn(request.POST, question.presentation, response):
        return _part(request, lesson, "question", samples.show_question(question, address, turned))
    try:
        context = samples.show_answered(question, response, address) | {"again": again}
    except ResponseError as error:
        context = samples.show_question(question, address, RefusedAnswer(response, error.message))
        return _part(request, lesson, "question", context)
    return _part(request, lesson, "answered", context)


# Parts


def _question(presentation: Presentation, address: str, refused: RefusedAnswer | None = None) -> Context:
    return samples.show_form(presentation, address, refused) | {"event": uuid.uuid4()}


def _answered(presentation: Presentation, answer: ShownAnswer, address: str) -> Context:
    payload = presentations.payload(presentation)
    return {
        "template": "quizzes/_check_answered.html",
        "address": address,
        "event": answer.event,
        "at": f"-{payload['id']}",
        **answering.graded_context(payload, answer.grade, answer.response),
    }


def _part(request: HttpRequest, lesson: Lesson, name: str, context: Context, back: str | None = None) -> HttpResponse:
    """One question of the page: alone for htmx; else on a page of its own, or where `back` shows it among the rest."""
    template = f"quizzes/_check_{name}.html"
    if is_partial(request):
        return render(request, template, {"part": context})
    if back:
        return redirect(f"{back}#q{context['at']}")
    page = {"page": "lessons", "lesson": lesson, "part": context, "template": template}
    return render(request, "quizzes/sample_question.html", page)
