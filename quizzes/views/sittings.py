"""A sitting: its questions while it is open, the rounds of a viva, and the result."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from questions.kinds import ResponseError, ShownGrade
from questions.text.places import without_places
from questions.whole_numbers import read_whole_number
from quizzes import exams, presentations
from quizzes.exams import mending
from quizzes.models import Exam, Sitting, Slot
from quizzes.views import Context, StudentRequest, answering
from quizzes.views.unsent import keeps_answer

MAX_SLOT = 2**15 - 1
MAX_REV = 2**31 - 2
"""The largest number of a slot, and of a revision that can be followed by another."""


@keeps_answer
@never_cache
@require_http_methods(["GET", "POST"])
def sitting_page(request: StudentRequest, id: uuid.UUID) -> HttpResponse:
    """A sitting: its questions while it is open, else its result; without scripts, answers are saved by POST."""
    now = timezone.now()
    sitting = get_sitting_or_404(request, id)
    if not sitting.is_open:
        return render(request, "quizzes/exams/result.html", _result_context(sitting, now))
    if request.method == "POST":
        return _save_answer(request, sitting)
    left = max(sitting.deadline_at - now, timedelta(0))
    context: Context = {"page": "exams", "sitting": sitting, "now": now, "left": left}
    if sitting.exam.kind == Exam.Kind.VIVA:
        return _viva_page(request, sitting, context, now)
    shown = exams.sitting_payload(sitting, now)
    slots = {slot["slot"]: _slot_context(slot) for slot in shown["slots"]}
    sections = [
        {"title": section["title"], "slots": [slots[number] for number in section["slots"]]}
        for section in sitting.sections
    ]
    return render(request, "quizzes/exams/sitting.html", {**context, "sections": sections, "slots": slots.values()})


@login_required
@never_cache
@require_GET
def slot_part(request: StudentRequest, id: uuid.UUID, number: int) -> HttpResponse:
    """One question of an open sitting, with the answer as it was saved last."""
    sitting = get_sitting_or_404(request, id)
    asked = next((slot for slot in sitting.slots.all() if slot.number == number), None)
    shown = exams.slot_payload(asked) if asked and sitting.is_open else None
    if shown is None or shown["presentation"] is None:  # or a round that has not begun
        raise Http404("There is no such question.")
    return render(request, "quizzes/exams/_slot.html", {"sitting": sitting, "slot": _slot_context(shown)})


@login_required
@require_POST
def submit(request: StudentRequest, id: uuid.UUID) -> HttpResponse:
    """Hand in an exam."""
    get_sitting_or_404(request, id)
    exams.close_sitting(request.user, id, timezone.now())
    return redirect("sitting", id)


@keeps_answer
@require_POST
def round_step(request: StudentRequest, id: uuid.UUID, number: int) -> HttpResponse:
    """A step of a viva: begin a round, finish it with what is matched, or mark oneself."""
    now = timezone.now()
    get_sitting_or_404(request, id)
    step = request.POST.get("step", "")
    try:
        if step == "start":
            exams.start_round(request.user, id, number, now)
        elif step == "finish":
            _save_match(request, id, number)
            exams.finish_round(request.user, id, number)
        elif step == "oral":
            mark = read_whole_number(request.POST.get("mark", ""), 0, 2)
            pair = request.POST.get("pair", "")
            exams.mark_oral_answer(request.user, id, number, pair, -1 if mark is None else mark, now)
    except (exams.SittingError, exams.TooLateError, ResponseError, ValueError):
        pass  # The page shows how things stand.
    except ObjectDoesNotExist:
        raise Http404("There is no such round.") from None
    return redirect("sitting", id)


def _save_match(request: StudentRequest, id: uuid.UUID, number: int) -> None:
    """Save what the form holds, if it holds anything and is in time."""
    asked = get_object_or_404(Slot.objects.select_related("presentation__version"), sitting=id, number=number)
    response = answering.read_response(asked.presentation.version.kind, request.POST)
    rev = _read_rev(request)
    if any(response.values()) and rev is not None:
        # If it comes too late, what was saved before counts.
        with suppress(exams.TooLateError, exams.StaleAnswerError, ResponseError):
            exams.save_answer(request.user, id, number, response, rev, timezone.now())


# Parts


def get_sitting_or_404(request: StudentRequest, id: uuid.UUID) -> Sitting:
    """Return the student's sitting, closed where its time is over. Raises Http404."""
    try:
        return exams.get_sitting(request.user, id, timezone.now())
    except ObjectDoesNotExist:
        raise Http404("There is no such sitting.") from None


def _slot_context(shown: exams.SlotPayload) -> Context:
    """A slot as its template draws it: the fields as they were left."""
    typed = shown["response"] or {}
    presentation = shown["presentation"]
    if presentation:
        presentation = answering.arrange_as_left(presentation, typed)
    return {**shown, "presentation": presentation, "typed": typed, "at": f"-{shown['slot']}"}


def _save_answer(request: StudentRequest, sitting: Sitting) -> HttpResponse:
    """Without scripts: save one answer and show the page again, at that question."""
    number, rev = read_whole_number(request.POST.get("slot", ""), 1, MAX_SLOT), _read_rev(request)
    address = reverse("sitting", args=[sitting.pk])
    if number is not None and rev is not None:
        asked = get_object_or_404(sitting.slots.select_related("presentation__version"), number=number)
        response = answering.read_response(asked.presentation.version.kind, request.POST)
        try:
            saved = exams.save_answer(request.user, sitting.pk, number, response, rev, timezone.now())
            if saved.unread:
                messages.warning(request, f"Question {number} is saved, but {saved.unread}")
        except ResponseError as error:
            messages.error(request, f"Question {number} was not saved: {error.message}")
        except exams.StaleAnswerError:
            messages.error(
                request,
                f"Question {number} was changed elsewhere. This is the newest answer.",
            )
        except exams.TooLateError as error:
            messages.error(request, str(error))
    return redirect(f"{address}#slot-{number}" if number is not None else address)


def _read_rev(request: StudentRequest) -> int | None:
    """Return the revision that a form was made with; None for anything else."""
    return read_whole_number(request.POST.get("rev", ""), 0, MAX_REV)


def _viva_page(request: StudentRequest, sitting: Sitting, context: Context, now: datetime) -> HttpResponse:
    """The round that is running, else the result of the last."""
    progress = exams.load_viva_progress(sitting, now)
    running, last = progress.current, progress.last
    context |= {"rounds": progress.rounds, "left_rounds": progress.left, "running": running}
    released = exams.is_feedback_released(sitting, now)
    context["told"] = released
    if running and running.started_at and running.deadline_at:
        context |= {
            "slot": _slot_context(exams.slot_payload(running)),
            "left": max(running.deadline_at - now, timedelta(0)),
        }
    elif last:
        context |= {"last": last} | (_round_result(last) if released else {})
    return render(request, "quizzes/exams/viva.html", context)


def _round_result(last: Slot) -> Context:
    """The grade of a finished round, and the pair to speak about; why it belongs together is said afterwards."""
    payload, grade = presentations.payload(last.presentation), presentations.with_html(last.grade)
    oral = exams.oral_prompt(last)
    if oral and not last.oral:
        # Its reason is what the student is to say first.
        for said in ("feedback", "reasons"):
            grade[said] = [comment for comment in grade.get(said, []) if comment["target"] != oral.pair]
    return {"result": answering.graded_context(payload, grade, last.response), "oral": oral}


def show_slot(slot: exams.SlotResultPayload) -> Context:
    """Return what `_result_slot.html` shows of a question of a closed sitting."""
    presentation, response, grade = slot["presentation"], slot["response"], slot["grade"]
    stem = presentation["prompt"]["stem"].strip()
    part: Context = {**slot, "kind": presentation["kind"], "start": without_places(stem.partition("\n")[0])}
    if grade:
        part |= answering.graded_context(presentation, cast("ShownGrade[dict[str, object]]", grade), response)
    elif response is not None:
        part["given"] = answering.response_lines(presentation, response)
    return part


def _result_context(sitting: Sitting, now: datetime) -> Context:
    result = exams.result_payload(sitting, now)
    share = result["score"] / result["max_score"] if result["max_score"] else 0.0
    concepts = exams.name_concepts(sitting.exam.course_id, result["concepts"])
    return {
        "page": "exams",
        "sitting": sitting,
        "result": result,
        "slots": [show_slot(slot) for slot in result["slots"]],
        "share": share,
        "spent_ms": sum(slot["spent_ms"] for slot in result["slots"]),
        "told": exams.tell_effect(result["effect"], result["forecast"], share) if result["effect"] else [],
        "expected": exams.tell_expected(result["expected"]) if result["expected"] and not result["void"] else [],
        "concepts": concepts,
        "weakest": [each for each in concepts if each["score"] < each["max_score"]][:1],
        "missed": len(exams.missed_items(sitting, now)),
        "confused": exams.confusion_matrices(sitting),
        "void_why": mending.why_void(sitting) if sitting.voided_at else "",
    }
