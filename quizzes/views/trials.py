"""An exam as a student would sit it, for its instructors: nothing is stored."""

from __future__ import annotations

import json
import secrets

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from questions.current_course import find_named
from questions.roles import Act, rows_for
from questions.whole_numbers import read_whole_number
from quizzes import exams, presentations
from quizzes.models import Exam, Slot
from quizzes.views import Context, StudentRequest, answering
from quizzes.views.sittings import show_slot

MOST_SEEDS = 10**6
Answers = dict[int, answering.Response]
"""What was answered, by the numbers of the questions."""


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def trial(request: StudentRequest, slug: str, course: str | None = None) -> HttpResponse:
    """One question at a time, each post with what was answered before; at the end the result."""
    exam = find_named(rows_for(request.user, Act.READ, Exam.objects.all()), request.user, slug, course)
    seed = read_whole_number(request.GET.get("seed", ""), 0, MOST_SEEDS - 1)
    if seed is None:
        return redirect(f"{reverse('trial', args=[exam.course.slug, slug])}?seed={secrets.randbelow(MOST_SEEDS)}")
    try:
        composed = exams.compose_trial(exam, seed, timezone.now())
    except exams.SittingError as refused:
        return render(request, "quizzes/exams/trial.html", {"page": "exams", "exam": exam, "error": str(refused)})
    answers = _read_answers(request, composed)
    number = read_whole_number(request.POST.get("slot", ""), 1, len(composed.slots)) or 1
    error = _take(request, composed.slots[number - 1], answers) if request.method == "POST" else ""
    context: Context = {"page": "exams", "exam": exam, "seed": seed, "next_seed": (seed + 1) % MOST_SEEDS}
    if error:
        return _show_question(request, composed, answers, number, {**context, "error": error})
    if request.POST.get("go") == "end":
        return _show_result(request, composed, answers, context)
    go = read_whole_number(request.POST.get("go", ""), 1, len(composed.slots)) or number
    return _show_question(request, composed, answers, go, context)


def _read_answers(request: StudentRequest, composed: exams.Trial) -> Answers:
    """Return what the pages before have kept, as far as it can be read."""
    try:
        kept = json.loads(request.POST.get("answers", "{}"))
    except (ValueError, RecursionError):
        return {}
    read: Answers = {}
    for slot in composed.slots:
        response = kept.get(str(slot.number)) if isinstance(kept, dict) else None
        if isinstance(response, dict) and exams.is_readable(slot, response):
            read[slot.number] = response
    return read


def _take(request: StudentRequest, slot: Slot, answers: Answers) -> str:
    """Take the answer that the form holds, if it holds any; returns what is wrong with it."""
    response = answering.read_response(slot.presentation.version.kind, request.POST)
    if not any(response.values()):
        answers.pop(slot.number, None)
        return ""
    answers[slot.number] = response
    if exams.is_readable(slot, response):
        return ""
    return "This answer cannot be read: in a sitting it would not be saved."


def _show_question(
    request: StudentRequest, composed: exams.Trial, answers: Answers, number: int, context: Context
) -> HttpResponse:
    typed, presented = answers.get(number, {}), presentations.payload(composed.slots[number - 1].presentation)
    context |= {
        "sections": [
            {"title": section["title"], "slots": [(each, each in answers) for each in section["slots"]]}
            for section in composed.sitting.sections
        ],
        "number": number,
        "before": number - 1,
        "after": number + 1 if number < len(composed.slots) else None,
        "presentation": answering.arrange_as_left(presented, typed),
        "typed": typed,
        "answers": json.dumps(answers),
    }
    return render(request, "quizzes/exams/trial.html", context)


def _show_result(request: StudentRequest, composed: exams.Trial, answers: Answers, context: Context) -> HttpResponse:
    result = exams.grade_trial(composed, answers)
    context |= {
        "result": result,
        "slots": [show_slot(slot) for slot in result.slots],
        "share": result.score / result.max_score if result.max_score else 0,
    }
    return render(request, "quizzes/exams/trial_result.html", context)
