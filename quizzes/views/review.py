"""The review loop: one question, its answer, the next."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from questions.kinds import numeric
from questions.variants.numbers import NumberError
from quizzes import presenting, progress, reviewing, scheduling
from quizzes.models import Presentation, ReviewEvent
from quizzes.views import StudentRequest

LEFT_ALONE = 5
SHOWN = signing.Signer(salt="shown")
CONFIDENCE = ((1, "a guess"), (2, "unsure"), (3, "fairly sure"), (4, "sure"), (5, "certain"))


@login_required
@require_http_methods(["GET", "POST"])
def review(request: StudentRequest) -> HttpResponse:
    """The next question (GET), or an answer to it (POST)."""
    if request.method == "POST":
        return _answer(request)
    wanted = _uuid(request.GET.get("presentation"))
    return _ask(request, _own(request).filter(pk=wanted, closed_at__isnull=True).first() if wanted else None)


@login_required
@require_GET
def answer(request: StudentRequest, event: uuid.UUID) -> HttpResponse:
    """An answer that was given: what is right, the why, the worked solution."""
    given = get_object_or_404(request.user.review_events, event_id=event, type="review", undone=False)
    return _feedback(request, given)


@login_required
@require_POST
def undo(request: StudentRequest) -> HttpResponse:
    """Take back an answer and ask its question again."""
    event = get_object_or_404(request.user.review_events, event_id=_uuid(request.POST.get("event")), type="review")
    _send(request, {"type": "undo", "target": str(event.event_id)})
    if not _partial(request):
        return redirect(f"{reverse('review')}?presentation={event.presentation_id}")
    return _ask(request, _own(request).filter(pk=event.presentation_id, closed_at__isnull=True).first())


@login_required
@require_POST
def bury(request: StudentRequest) -> HttpResponse:
    """Not today: the question comes back tomorrow."""
    presentation = get_object_or_404(_own(request), pk=_uuid(request.POST.get("presentation")))
    _send(request, {"type": "bury", "card": str(presentation.card_id)})
    return _ask(request) if _partial(request) else redirect("review")


@login_required
@require_GET
def read(request: StudentRequest) -> HttpResponse:
    """How a number that is being typed is read."""
    value = request.GET.get("value", "")
    try:
        context = {"echo": numeric.read(value)}
    except NumberError as error:
        context = {"echo": str(error) if value.strip() else ""}
    return render(request, "quizzes/_echo.html", context)


@login_required
@require_GET
def summary(request: StudentRequest) -> HttpResponse:
    """The end of a session: how the day went, and what comes next."""
    if not request.user.enrolments.exists():
        return redirect("today")
    queue = scheduling.queue(request.user, limit=1)
    context = {"page": "today", "queue": queue, "day": progress.day(request.user, queue.day)}
    return render(request, "quizzes/summary.html", context)


# Asking


def _ask(request: StudentRequest, presentation: Presentation | None = None) -> HttpResponse:
    queue = scheduling.queue(request.user, limit=1)
    presentation = presentation or next(iter(queue.presentations), None)
    if presentation is None:
        summary = reverse("review-summary")
        return HttpResponse(headers={"HX-Redirect": summary}) if _partial(request) else redirect(summary)
    last = request.user.review_events.order_by("-sequence").first()
    undoable = last is not None and last.type == "review" and not last.undone and last.study_date == queue.day.date
    context = _question(presentation, queue) | {"last": last.event_id if last and undoable else None}
    return _part(request, "question", context, reverse("review"))


def _question(presentation: Presentation, queue: scheduling.Queue) -> dict[str, Any]:
    shown = presenting.payload(presentation)
    return {
        "presentation": shown,
        "steps": shown["prompt"].get("steps"),
        "progress": _progress(queue, answered=False),
        "event": uuid.uuid4(),
        "shown": SHOWN.sign(timezone.now().isoformat()),
        "typed": {},
        "confidence": CONFIDENCE,
    }


def _progress(queue: scheduling.Queue, *, answered: bool) -> dict[str, int]:
    total = queue.done + queue.remaining
    return {
        "done": queue.done,
        "at": queue.done if answered else min(queue.done + 1, total),
        "total": total,
        "left": queue.remaining,
        "percent": round(100 * queue.done / total) if total else 100,
        "seconds_left": queue.remaining_seconds,
    }


# Answering


def _answer(request: StudentRequest) -> HttpResponse:
    """Report the answer, unless the question has one: the form was sent twice, or answered in another tab."""
    presentation = get_object_or_404(_own(request), pk=_uuid(request.POST.get("presentation")))
    given = _given(presentation)
    if given is None:
        response = RESPONSES[presentation.version.kind](request.POST)
        result = _send(
            request,
            {
                "id": str(_uuid(request.POST.get("event")) or uuid.uuid4()),
                "type": "review",
                "presentation": str(presentation.pk),
                "response": response,
                "confidence": _confidence(request.POST.get("confidence", "")),
                "duration_ms": _duration_ms(request.POST.get("shown", ""), presentation.version.seconds),
            },
        )
        if result["status"] == "rejected":
            return _ask_again(request, presentation, response, result["detail"] or "")
        given = _given(presentation)
    if given is None:
        # The answer was undone elsewhere before this form was sent again.
        return _ask(request, presentation)
    return _feedback(request, given) if _partial(request) else redirect("review-answer", given.event_id)


def _ask_again(request: StudentRequest, presentation: Presentation, typed: dict[str, Any], detail: str) -> HttpResponse:
    """The same question with what was typed, and what is wrong with its form."""
    context = _question(presentation, scheduling.queue(request.user, limit=1))
    if "order" in typed:
        context["steps"] = sorted(context["steps"], key=lambda step: _place(typed["order"], step["id"]))
    context |= {
        "typed": typed,
        "error": detail.partition(": ")[2],
        "nearly": presentation.version.kind == "short_text" and typed["text"].strip(),
        "shown": request.POST.get("shown", ""),
    }
    return _part(request, "question", context, reverse("review"))


def _feedback(request: StudentRequest, given: ReviewEvent) -> HttpResponse:
    presentation = _own(request).get(pk=given.presentation_id)
    shown = presenting.payload(presentation)
    grade = presenting.with_html(given.grade)
    rows, template = RESULTS[shown["kind"]]
    due = min((datetime.fromisoformat(card["due_at"]) for card in grade["cards"] if card["due_at"]), default=None)
    context = {
        "presentation": shown,
        "lesson": presentation.version.lesson,
        "progress": _progress(scheduling.queue(request.user, limit=1), answered=True),
        "grade": grade,
        "outcome": "right" if grade["correct"] else "partly" if grade["score"] > 0 else "wrong",
        "rows": rows(shown["prompt"], grade, given.response),
        "results": f"quizzes/results/{template}.html",
        "event": given.event_id,
        "due": due,
    }
    return _part(request, "feedback", context, reverse("review-answer", args=[given.event_id]))


def _own(request: StudentRequest) -> Any:
    return Presentation.objects.filter(student=request.user).select_related("version__item", "version__lesson")


def _given(presentation: Presentation) -> ReviewEvent | None:
    return presentation.events.filter(type="review", undone=False).order_by("-sequence").first()


def _send(request: StudentRequest, event: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now().isoformat()
    batch = {
        "device": request.session.setdefault("device", str(uuid.uuid4())),
        "device_now": now,
        "events": [{"id": str(uuid.uuid4()), "occurred_at": now, **event}],
    }
    result: dict[str, Any] = reviewing.accept(request.user, batch)["results"][0]
    return result


def _duration_ms(shown: str, expected_seconds: int) -> int:
    """Since the question was shown; a question that stayed open far longer than it needs was left alone."""
    try:
        since = parse_datetime(SHOWN.unsign(shown))
    except signing.BadSignature:
        since = None
    if since is None:
        return 0
    spent = (timezone.now() - since) / timedelta(milliseconds=1)
    return round(min(max(spent, 0), max(LEFT_ALONE * expected_seconds, 120) * 1000))


def _part(request: StudentRequest, name: str, context: dict[str, Any], address: str) -> HttpResponse:
    """The part `name`, found again at `address`: alone for htmx, else in its page."""
    if _partial(request):
        response = render(request, f"quizzes/_{name}.html", context)
        response["HX-Replace-Url"] = address
        return response
    return render(request, "quizzes/review.html", {**context, "part": f"quizzes/_{name}.html"})


def _partial(request: StudentRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


# Forms to responses


def _ordering(form: QueryDict) -> dict[str, Any]:
    """Without scripts the places are chosen by number; with them the steps come in their order."""
    steps = form.getlist("step")
    places = {step: form.get(f"place-{step}", "") for step in steps}
    if all(place.isdecimal() for place in places.values()):
        steps = sorted(steps, key=lambda step: int(places[step]))
    return {"order": steps}


def _short_text(form: QueryDict) -> dict[str, Any]:
    response: dict[str, Any] = {"text": form.get("text", "")}
    return {**response, "final": True} if form.get("final") == response["text"] != "" else response


def _matching(form: QueryDict) -> dict[str, Any]:
    pairs = {name.removeprefix("left-"): value for name, value in form.items() if name.startswith("left-")}
    return {"pairs": {left: right for left, right in pairs.items() if right}}


RESPONSES = {
    "single_choice": lambda form: {"choice": form.get("choice", "")},
    "multiple_select": lambda form: {"choices": form.getlist("choices")},
    "numeric": lambda form: {"value": form.get("value", "")},
    "matching": _matching,
    "ordering": _ordering,
    "short_text": _short_text,
}


# Grades to rows: what was answered beside what is right


def _choice_rows(prompt: dict[str, Any], grade: dict[str, Any], response: Any) -> list[dict[str, Any]]:
    chosen = set(response.get("choices", [response.get("choice")]))
    keys = set(grade["key"].get("choices", [grade["key"].get("choice")]))
    said = {entry["target"]: entry["message_html"] for entry in grade["feedback"]}
    return [
        {
            "html": choice["text_html"],
            "chosen": choice["id"] in chosen,
            "key": choice["id"] in keys,
            "said": said.get(choice["id"]),
        }
        for choice in prompt["choices"]
    ]


def _matching_rows(prompt: dict[str, Any], grade: dict[str, Any], response: Any) -> list[dict[str, Any]]:
    right = {entry["id"]: entry["text_html"] for entry in prompt["right"]}
    said = {entry["target"]: entry["message_html"] for entry in grade["feedback"]}
    given, key = response["pairs"], grade["key"]["pairs"]
    return [
        {
            "html": entry["text_html"],
            "given": right.get(given.get(entry["id"])),
            "right": right[key[entry["id"]]],
            "correct": given.get(entry["id"]) == key[entry["id"]],
            "said": said.get(entry["id"]),
        }
        for entry in prompt["left"]
    ]


def _ordering_rows(prompt: dict[str, Any], grade: dict[str, Any], response: Any) -> list[dict[str, Any]]:
    text = {step["id"]: step["text_html"] for step in prompt["steps"]}
    given = {step: place for place, step in enumerate(response["order"], start=1)}
    return [
        {"html": text[step], "place": place, "given": given[step], "correct": given[step] == place}
        for place, step in enumerate(grade["key"]["order"], start=1)
    ]


def _typed_rows(prompt: dict[str, Any], grade: dict[str, Any], response: Any) -> list[dict[str, Any]]:
    given = response.get("value", response.get("text", ""))
    right = grade["key"].get("value", grade["key"].get("text"))
    return [{"given": given, "right": right, "correct": grade["correct"]}]


RESULTS = {
    "single_choice": (_choice_rows, "choices"),
    "multiple_select": (_choice_rows, "choices"),
    "numeric": (_typed_rows, "typed"),
    "matching": (_matching_rows, "matching"),
    "ordering": (_ordering_rows, "ordering"),
    "short_text": (_typed_rows, "typed"),
}
"""Of each kind: the rows, and the template that shows them."""


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _confidence(text: str) -> int | None:
    return int(text) if text in ("1", "2", "3", "4", "5") else None


def _place(order: list[str], step: str) -> int:
    return order.index(step) if step in order else len(order)
