"""What every page with a question shares: its form becomes a response, its grade becomes rows to show."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from quizzes import reviews
from quizzes.models import Presentation
from quizzes.views import StudentRequest

LEFT_ALONE = 5
SHOWN = signing.Signer(salt="shown")


def response(kind: str, form: QueryDict) -> dict[str, Any]:
    """What was answered, in the shape of the kind's response."""
    return _RESPONSES[kind](form)


def outcome(shown: Any, grade: Any, response: Any) -> dict[str, Any]:
    """The context of `_graded.html`: a presentation's payload, its grade with HTML, and what was answered."""
    rows, template = _RESULTS[shown["kind"]]
    return {
        "presentation": shown,
        "grade": grade,
        "outcome": "right" if grade["correct"] else "partly" if grade["score"] > 0 else "wrong",
        "rows": rows(shown["prompt"], grade, response),
        "results": f"quizzes/results/{template}.html",
    }


def given(shown: Any, response: Any) -> list[SafeString]:
    """What was answered, as lines of HTML, with no word on whether it is right."""
    prompt = shown["prompt"]
    texts = {
        each["id"]: each["text_html"] for name in ("choices", "steps", "left", "right") for each in prompt.get(name, [])
    }
    if "pairs" in response:
        return [format_html("{} → {}", texts[left], texts[right]) for left, right in response["pairs"].items()]
    if "value" in response or "text" in response:
        return [escape(str(response.get("value", response.get("text"))))]
    chosen = response.get("order", response.get("choices", [response.get("choice")]))
    return [texts[one] for one in chosen] or [SafeString("nothing selected")]


def in_order(steps: Any, typed: dict[str, Any]) -> Any:
    """The steps of an ordering prompt as they were left, where they were."""
    order = typed.get("order", [])
    if not order:
        return steps
    return sorted(steps, key=lambda step: order.index(step["id"]) if step["id"] in order else len(order))


def answer(request: StudentRequest, presentation: Presentation) -> tuple[reviews.EventResultPayload, dict[str, Any]]:
    """Report the answer that the request's form holds; its result, and what was answered."""
    version = presentation.version
    given = response(version.kind, request.POST)
    event = {
        "id": str(uuid_of(request.POST.get("event")) or uuid.uuid4()),
        "type": "review",
        "presentation": str(presentation.pk),
        "response": given,
        "confidence": confidence(request.POST.get("confidence", "")),
        "duration_ms": duration_ms(request.POST.get("shown", ""), version.seconds),
    }
    return send(request, event), given


def nearly(kind: str, typed: dict[str, Any]) -> bool:
    """Whether a refused answer is a text that may be kept as it was typed."""
    return kind == "short_text" and bool(typed["text"].strip())


def send(request: StudentRequest, event: dict[str, Any]) -> reviews.EventResultPayload:
    """Report one event of now; its result."""
    now = timezone.now().isoformat()
    batch = {
        "device": request.session.setdefault("device", str(uuid.uuid4())),
        "device_now": now,
        "events": [{"id": str(uuid.uuid4()), "occurred_at": now, **event}],
    }
    return reviews.accept(request.user, batch)["results"][0]


def shown_now() -> str:
    """A stamp for a form, to know later how long its question stood there."""
    return SHOWN.sign(timezone.now().isoformat())


def duration_ms(shown: str, expected_seconds: int) -> int:
    """Since the question was shown; a question that stayed open far longer than it needs was left alone."""
    try:
        since = parse_datetime(SHOWN.unsign(shown))
    except signing.BadSignature:
        since = None
    if since is None:
        return 0
    spent = (timezone.now() - since) / timedelta(milliseconds=1)
    return round(min(max(spent, 0), max(LEFT_ALONE * expected_seconds, 120) * 1000))


def is_partial(request: HttpRequest) -> bool:
    """Whether a part of a page is asked for."""
    return request.headers.get("HX-Request") == "true"


def uuid_of(text: str | None) -> uuid.UUID | None:
    """The UUID that a form or an address holds, if it is one."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def confidence(text: str) -> int | None:
    """1 to 5 as chosen."""
    return int(text) if text in ("1", "2", "3", "4", "5") else None


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


_RESPONSES = {
    "single_choice": lambda form: {"choice": form.get("choice", "")},
    "multiple_select": lambda form: {"choices": form.getlist("choices")},
    "numeric": lambda form: {"value": form.get("value", "")},
    "matching": _matching,
    "ordering": _ordering,
    "short_text": _short_text,
}


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
            "id": entry["id"],
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
        {"html": text[step], "place": place, "given": given.get(step), "correct": given.get(step) == place}
        for place, step in enumerate(grade["key"]["order"], start=1)
    ]


def _typed_rows(prompt: dict[str, Any], grade: dict[str, Any], response: Any) -> list[dict[str, Any]]:
    given = response.get("value", response.get("text", ""))
    right = grade["key"].get("value", grade["key"].get("text"))
    return [{"given": given, "right": right, "correct": grade["correct"]}]


_RESULTS = {
    "single_choice": (_choice_rows, "choices"),
    "multiple_select": (_choice_rows, "choices"),
    "numeric": (_typed_rows, "typed"),
    "matching": (_matching_rows, "matching"),
    "ordering": (_ordering_rows, "ordering"),
    "short_text": (_typed_rows, "typed"),
}
"""Of each kind: the rows, and the template that shows them."""
