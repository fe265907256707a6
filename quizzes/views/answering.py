"""What every page with a question shares: its form becomes a response, its grade becomes rows to show."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from questions import kinds
from questions.kinds import ShownGrade
from quizzes import reviews
from quizzes.models import Presentation
from quizzes.presentations import PresentationPayload
from quizzes.views import StudentRequest

LEFT_ALONE = 5
SHOWN = signing.Signer(salt="shown")


def response(kind: str, form: QueryDict) -> dict[str, Any]:
    """What was answered, in the shape of the kind's response."""
    fields: dict[str, Any] = kinds.get(kind).from_form(dict(form.lists()))
    return fields


def outcome(
    shown: PresentationPayload, grade: ShownGrade[dict[str, object]], response: dict[str, Any] | None
) -> dict[str, Any]:
    """The context of `_graded.html`: a presentation's payload, its grade with HTML, and what was answered (or None)."""
    kind = kinds.get(shown["kind"])
    return {
        "presentation": shown,
        "grade": grade,
        "outcome": "right" if grade["correct"] else "partly" if grade["score"] > 0 else "wrong",
        "rows": kind.result_rows(shown["prompt"], grade, response or kind.blank_response()),
        "results": f"quizzes/results/{kind.name}.html",
    }


def given(shown: PresentationPayload, response: dict[str, Any]) -> list[SafeString]:
    """What was answered, as lines of HTML, with no word on whether it is right."""
    lines = kinds.get(shown["kind"]).response_texts(shown["prompt"], response)
    return [format_html_join(" → ", "{}", ((text,) for text in line)) for line in lines]


def as_left(shown: PresentationPayload, typed: dict[str, Any]) -> PresentationPayload:
    """A presentation's payload with its options arranged as they were left."""
    return {**shown, "prompt": kinds.get(shown["kind"]).arrange(shown["prompt"], typed)}


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
    """Whether an answer that was refused may be kept as it was typed."""
    return kinds.get(kind).may_insist(typed)


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
