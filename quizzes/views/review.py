"""The review loop: one question, its answer, the next."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from questions.kinds import numeric
from questions.variants.numbers import NumberError
from quizzes import presenting, progress, reviewing, scheduling
from quizzes.models import Presentation

LONGEST_MS = 10 * 60 * 1000
"""A question that stayed open longer than this was left alone."""
SHOWN = signing.TimestampSigner(salt="shown")


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """The next question (GET), or an answer (POST)."""
    return _answer(request) if request.method == "POST" else _ask(request)


def _ask(request: HttpRequest) -> HttpResponse:
    queue = scheduling.queue(request.user, limit=1)
    wanted = _uuid(request.GET.get("presentation"))
    presentation = _own(request).filter(pk=wanted, closed_at__isnull=True).first() if wanted else None
    presentation = presentation or next(iter(queue.presentations), None)
    if presentation is None:
        summary = reverse("review-summary")
        return HttpResponse(headers={"HX-Redirect": summary}) if _partial(request) else redirect(summary)
    return _page(request, "question", _question(presentation, queue))


def _answer(request: HttpRequest) -> HttpResponse:
    presentation = get_object_or_404(_own(request), pk=_uuid(request.POST.get("presentation")))
    response = RESPONSES[presentation.version.kind](request.POST)
    event = _uuid(request.POST.get("event")) or uuid.uuid4()
    earlier = presentation.events.filter(event_id=event).first()
    if earlier is not None:
        # The form was sent twice: show what the first time gave.
        return _page(request, "feedback", _feedback(request, presentation, earlier.grade, earlier.response, event))
    now = timezone.now()
    shown = parse_datetime(_unsigned(request.POST.get("shown", ""))) or now
    report = {
        "id": str(event),
        "type": "review",
        "presentation": str(presentation.pk),
        "response": response,
        "confidence": _confidence(request.POST.get("confidence", "")),
        "occurred_at": now.isoformat(),
        "duration_ms": max(0, min(round((now - shown) / timedelta(milliseconds=1)), LONGEST_MS)),
    }
    result = _send(request, report)
    if result["status"] == "rejected":
        queue = scheduling.queue(request.user, limit=1)
        context = _question(presentation, queue) | {
            "error": (result["detail"] or "").partition(": ")[2],
            "typed": response,
            "event": event,
            "shown": request.POST.get("shown", ""),
            "nearly": presentation.version.kind == "short_text",
        }
        return _page(request, "question", context)
    return _page(request, "feedback", _feedback(request, presentation, result["grade"], response, event))


@login_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back an answer and ask its question again."""
    event = get_object_or_404(request.user.review_events, event_id=_uuid(request.POST.get("event")), type="review")
    _send(
        request,
        {"id": str(uuid.uuid4()), "type": "undo", "target": str(event.event_id), "occurred_at": _now()},
    )
    presentation = Presentation.objects.get(pk=event.presentation_id)
    queue = scheduling.queue(request.user, limit=1)
    if _partial(request):
        return _page(request, "question", _question(presentation, queue))
    return redirect(f"{reverse('review')}?presentation={presentation.pk}")


@login_required
@require_POST
def bury(request: HttpRequest) -> HttpResponse:
    """Not today: the question comes back tomorrow."""
    presentation = get_object_or_404(_own(request), pk=_uuid(request.POST.get("presentation")))
    _send(
        request,
        {"id": str(uuid.uuid4()), "type": "bury", "card": str(presentation.card_id), "occurred_at": _now()},
    )
    return _ask(request) if _partial(request) else redirect("review")


@login_required
@require_GET
def read(request: HttpRequest) -> HttpResponse:
    """How a number that is being typed is read."""
    try:
        return render(request, "quizzes/_echo.html", {"echo": numeric.read(request.GET.get("value", ""))})
    except NumberError as error:
        hint = str(error) if request.GET.get("value", "").strip() else ""
        return render(request, "quizzes/_echo.html", {"hint": hint})


@login_required
@require_GET
def summary(request: HttpRequest) -> HttpResponse:
    """The end of a session: how it went, and what comes next."""
    queue = scheduling.queue(request.user, limit=1)
    context = {"queue": queue, "day": progress.day(request.user, queue.day)}
    return render(request, "quizzes/summary.html", context)


def _own(request: HttpRequest) -> Any:
    return Presentation.objects.filter(student=request.user).select_related("version__item", "version__lesson")


def _send(request: HttpRequest, event: dict[str, Any]) -> dict[str, Any]:
    device = request.session.setdefault("device", str(uuid.uuid4()))
    batch = {"device": device, "device_now": _now(), "events": [event]}
    result: dict[str, Any] = reviewing.accept(request.user, batch)["results"][0]
    return result


def _now() -> str:
    return timezone.now().isoformat()


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The part `name` alone for htmx, or in its page."""
    if _partial(request):
        return render(request, f"quizzes/_{name}.html", context)
    return render(request, "quizzes/review.html", {**context, "part": f"quizzes/_{name}.html"})


def _partial(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _question(presentation: Presentation, queue: scheduling.Queue) -> dict[str, Any]:
    return {
        "presentation": presenting.payload(presentation),
        "lesson": presentation.version.lesson,
        "queue": queue,
        "event": uuid.uuid4(),
        "shown": SHOWN.sign(_now()),
        "typed": {},
    }


def _feedback(
    request: HttpRequest, presentation: Presentation, grade: dict[str, Any], response: Any, event: uuid.UUID
) -> dict[str, Any]:
    queue = scheduling.queue(request.user, limit=1)
    grade = presenting.with_html(grade)
    shown = presenting.payload(presentation)
    return {
        "presentation": shown,
        "lesson": presentation.version.lesson,
        "queue": queue,
        "grade": grade,
        "outcome": "right" if grade["correct"] else "partly" if grade["score"] > 0 else "wrong",
        "rows": ROWS[shown["kind"]](shown["prompt"], grade, response),
        "response": response,
        "event": event,
        "due_at": min((card["due_at"] for card in grade["cards"] if card["due_at"]), default=None),
    }


# Forms to responses


def _ordering(form: QueryDict) -> dict[str, Any]:
    """Without scripts the places are chosen by number; with them the steps come in their order."""
    steps = form.getlist("step")
    places = {step: form.get(f"place-{step}", "") for step in steps}
    if all(place.isdigit() for place in places.values()):
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


ROWS = {
    "single_choice": _choice_rows,
    "multiple_select": _choice_rows,
    "numeric": _typed_rows,
    "matching": _matching_rows,
    "ordering": _ordering_rows,
    "short_text": _typed_rows,
}


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _confidence(text: str) -> int | None:
    return int(text) if text in ("1", "2", "3", "4", "5") else None


def _unsigned(token: str) -> str:
    try:
        return SHOWN.unsign(token, max_age=24 * 3600)
    except signing.BadSignature:
        return ""
