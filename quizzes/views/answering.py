"""What every page with a question shares: its form is read into an answer, its grade becomes rows to show."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.core import signing
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from questions import kinds
from questions.kinds import ShownGrade
from questions.whole_numbers import read_whole_number
from quizzes import presentations, reviews, schedule
from quizzes.models import Presentation, ReviewEvent
from quizzes.presentations import PresentationPayload
from quizzes.views import Context, StudentRequest

LEFT_ALONE = 5
"""A question that stayed open for so many times the time that it needs was left alone."""
MOST_WAITED_MS = 60 * 60 * 1000
"""How long a page may say that it kept a question back: it fetches the next one while the last verdict is read."""
MOST_HINTS = 99
"""How many hints a page may say that it has shown without the service; more than there are do not count."""
STAMP = signing.Signer(salt="shown")

Response = dict[str, Any]
"""An answer in the shape of its kind, not yet looked at."""


@dataclass(frozen=True)
class RefusedAnswer:
    """An answer that cannot be graded as it was typed, and why; or one that is not finished. It costs no attempt."""

    typed: Response
    message: str
    stamp: str = ""
    """Of its form: the time that the question takes goes on."""
    back: kinds.Back | None = None
    """What is shown so that the student marks it."""


# Asking


def question_context(presentation: Presentation, refused: RefusedAnswer | None = None) -> Context:
    """Return what a question's form shows: with `refused`, what was typed, and what is wrong with it."""
    payload = presentations.payload(presentation)
    kind = kinds.get(payload["kind"])
    always: Context = {
        "hints": presentations.taken_hints(presentation),
        "rows": _checked_rows(payload),
        "check_parts": not presentation.in_sitting,
        "self_marked": kind.is_self_marked,
        "self_rated": kind.is_self_rated,
    }
    if refused is None:
        return {**always, "presentation": payload, "shown": stamp_now(), "typed": {}}
    return {
        **always,
        "back": refused.back and presentations.with_html(refused.back),
        "ratings": _ratings(presentation) if kind.is_self_rated else {},
        "presentation": arrange_as_left(payload, refused.typed),
        "shown": refused.stamp,
        "typed": refused.typed,
        "error": refused.message,
        "nearly": kind.may_insist(refused.message),
    }


def _checked_rows(payload: PresentationPayload) -> Sequence[object]:
    """Return the rows of the parts that were checked."""
    checked = payload.get("checked", {})
    grades = {part: each["grade"] for part, each in checked.items()}
    responses = {part: each["response"] for part, each in checked.items()}
    return kinds.get(payload["kind"]).part_rows(payload["prompt"], grades, responses)


def _ratings(presentation: Presentation) -> Mapping[str, datetime | None]:
    """Return when the question would come back after each rating; for a visitor it does not."""
    if not presentation.card_id:
        return dict.fromkeys(("again", "hard", "good", "easy"))
    return reviews.preview_ratings(presentation.student, presentation.card, timezone.now())


def arrange_as_left(payload: PresentationPayload, typed: Mapping[str, Any]) -> PresentationPayload:
    """Return a presentation's payload with its options arranged as an unfinished or saved answer left them."""
    return {**payload, "prompt": kinds.get(payload["kind"]).arrange(payload["prompt"], typed)}


def stamp_now() -> str:
    """Return a signed stamp for a form, to know later how long its question stood there."""
    return _stamp(timezone.now())


def _stamp(instant: datetime | None) -> str:
    return STAMP.sign(instant.isoformat()) if instant else ""


# Answering


def read_response(kind: str, form: QueryDict) -> Response:
    """Return the answer that a form holds, in the shape of the kind's response."""
    if "dont_know" in form:
        return {"dont_know": True}
    response: Response = kinds.get(kind).from_form(dict(form.lists()))
    return response


@dataclass(frozen=True)
class ShownAnswer:
    """An answer as its page shows it: the event, the response, and its grade with HTML."""

    event: uuid.UUID
    response: Response | None
    grade: ShownGrade[dict[str, object]]

    @classmethod
    def of(cls, event: ReviewEvent, presentation: Presentation) -> ShownAnswer:
        """Return a stored answer so."""
        return cls(event.event_id, event.response, presentations.shown_grade(event.current_grade, presentation))

    @property
    def cards(self) -> list[reviews.CardStatePayload]:
        """The states of the cards that it moved."""
        return cast("list[reviews.CardStatePayload]", dict(self.grade).get("cards", []))


def report_answer(request: StudentRequest, presentation: Presentation) -> RefusedAnswer | ShownAnswer | None:
    """Report the answer that the request's form holds.

    Returns it where it is refused, or is in and counts; None where what counts is to be looked up: another answer,
    perhaps, or one whose grade has to wait.
    """
    version, shown_at = presentation.version, _read_shown_at(request.POST)
    response, pk = read_response(version.kind, request.POST), read_uuid(request.POST.get("event")) or uuid.uuid4()
    if turned := turn(request.POST, presentation, response):
        return turned
    event = {
        "id": str(pk),
        "type": "review",
        "presentation": str(presentation.pk),
        "response": response,
        "confidence": _read_confidence(request.POST.get("confidence", "")),
        "duration_ms": _duration_ms(shown_at, version.seconds),
        "hints_used": read_whole_number(request.POST.get("hints_used", ""), 0, MOST_HINTS) or 0,
    }
    result = report_event(request, event)
    if result["status"] == "rejected":
        message = (result["detail"] or "").partition(": ")[2]  # it is "field: message"
        return RefusedAnswer(response, message, _stamp(shown_at), show_back(presentation, response))
    # Of parts that were checked earlier, perhaps in another tab, the answers stand: those are not in the form.
    is_whole = not kinds.get(version.kind).part_type
    if result["status"] != "accepted" or result["code"] or result["grade"] is None or not is_whole:
        return None
    return ShownAnswer(pk, response, cast("ShownGrade[dict[str, object]]", result["grade"]))


def check_part(request: StudentRequest, presentation: Presentation) -> RefusedAnswer | None:
    """Check the part that the request's form names; returns the form as it was left. None where none can be checked."""
    part = request.POST.get("check_part", "")
    typed = read_response(presentation.version.kind, request.POST)
    answered = typed.get("parts", {}).get(part)
    message = "" if answered else "Answer a part before you check it."
    try:
        if answered:
            presentations.check_part(request.user, presentation, part, answered)
    except (presentations.NoCheckError, presentations.NoPartError) as error:
        messages.info(request, str(error))
        return None
    except kinds.ResponseError as error:
        message = error.message
    return RefusedAnswer(typed, message, request.POST.get("shown", ""))


def turn(form: QueryDict, presentation: Presentation, response: Response) -> RefusedAnswer | None:
    """Return the answer with what is shown so that its student marks it; None where the form asks for no such thing."""
    if "turn" not in form or kinds.is_dont_know(response):
        return None
    stamp = form.get("shown", "")
    try:
        return RefusedAnswer(response, "", stamp, presentations.turn(presentation, response))
    except kinds.ResponseError as error:
        return RefusedAnswer(response, error.message, stamp)
    except presentations.NoBackError:
        return None


def show_back(presentation: Presentation, response: Response) -> kinds.Back | None:
    """Return what was shown of a question before it was marked; None where there is nothing."""
    try:
        return presentations.turn(presentation, response)
    except (presentations.NoBackError, kinds.ResponseError):
        return None


def report_event(request: StudentRequest, event: Mapping[str, object]) -> reviews.EventResultPayload:
    """Report one event that happens now. Returns its result."""
    now = timezone.now().isoformat()
    batch = {
        "device": request.session.setdefault("device", str(uuid.uuid4())),
        "device_now": now,
        "events": [{"id": str(uuid.uuid4()), "occurred_at": now, **event}],
    }
    return schedule.answer(request.user, batch)["results"][0]


def read_uuid(text: str | None) -> uuid.UUID | None:
    """Return the UUID that a form or an address holds; None for any other text."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _read_confidence(text: str) -> int | None:
    """Return 1 to 5 as chosen; None where nothing was."""
    return int(text) if text in ("1", "2", "3", "4", "5") else None


def _read_shown_at(form: QueryDict) -> datetime | None:
    """Return when a form's question was shown: by its stamp, and how long the page then kept it back; None without."""
    now = timezone.now()
    try:
        stamped = parse_datetime(STAMP.unsign(form.get("shown", "")))
    except signing.BadSignature:
        return None
    waited = read_whole_number(form.get("waited", ""), 0, MOST_WAITED_MS) or 0
    return stamped and min(stamped + timedelta(milliseconds=waited), now)


def _duration_ms(since: datetime | None, expected_seconds: int) -> int:
    """Return the milliseconds since an instant, at most those after which a question was left alone; 0 for None."""
    if since is None:
        return 0
    spent = (timezone.now() - since) / timedelta(milliseconds=1)
    return round(min(max(spent, 0), max(LEFT_ALONE * expected_seconds, 120) * 1000))


# Showing


def graded_context(
    payload: PresentationPayload, grade: ShownGrade[dict[str, object]], response: Response | None
) -> Context:
    """Return what `_graded.html` shows of a presentation and its grade, both with HTML; None: nothing was answered."""
    kind = kinds.get(payload["kind"])
    answered = kind.blank_response() if kinds.is_dont_know(response) else response or kind.blank_response()
    return {
        "presentation": payload,
        "grade": grade,
        "outcome": "right" if grade["correct"] else "partly" if grade["score"] > 0 else "wrong",
        "unknown": kinds.is_dont_know(response) and not kinds.is_unreadable(response),
        "key": [] if grade["correct"] or grade.get("back") else response_lines(payload, grade["key"]),
        "marks": kind.line_marks,
        "said": _said_of(grade, response, answered),
        "rows": kind.result_rows(payload["prompt"], grade, answered),
        "results": f"quizzes/results/{kind.name}.html",
    }


def _said_of(grade: ShownGrade[dict[str, object]], response: Response | None, answered: Response) -> str:
    """Return what is said to an answer that is one choice or one text, in HTML; "" where it has parts, or to none.

    Of one that could not be read also what was typed.
    """
    if kinds.is_unreadable(response) and grade["feedback"]:
        return format_html("{}: {}", kinds.said_instead(response) or "", grade["feedback"][0]["message_html"])
    chosen = [*answered, *answered.values()]
    said = [entry["message_html"] for entry in grade["feedback"] if entry["target"] in chosen]
    return said[0] if len(said) == 1 else ""


def response_lines(payload: PresentationPayload, response: Response) -> list[SafeString]:
    """Return what was answered as lines of HTML, with no word on whether it is right."""
    if instead := kinds.said_instead(response):
        return [format_html("{}", instead)]
    kind = kinds.get(payload["kind"])
    lines = kind.response_texts(payload["prompt"], response)
    return [format_html_join(kind.line_joint, "{}", ((text,) for text in line)) for line in lines]
