"""Practice: a selection of the bank, asked in the review loop before the day's plan. It is kept in the session."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from quizzes import schedule
from quizzes.calendar import study_day
from quizzes.models import Presentation
from quizzes.views import Context, StudentRequest

KEY = "practice"


def begin(request: StudentRequest, items: Sequence[int]) -> bool:
    """Ask these items next, in this order, until they are through, practice is stopped, or the day is over.

    False, and nothing is begun, where none of them can be asked.
    """
    schedule.ensure_cards(request.user)
    request.session[KEY] = {"items": list(items), "of": len(items), "on": _today(request)}
    if next_question(request) is None:
        stop(request)
        return False
    return True


def stop(request: StudentRequest) -> None:
    """Go back to the day's plan."""
    request.session.pop(KEY, None)


def is_on(request: StudentRequest) -> bool:
    """Whether a selection is being asked, or was just asked to its end."""
    if KEY in request.session and request.session[KEY]["on"] != _today(request):
        stop(request)
    return KEY in request.session


def next_question(request: StudentRequest) -> Presentation | None:
    """Return the next question of the selection; None when it is through."""
    for item in request.session[KEY]["items"]:
        if presentation := schedule.ask_item(request.user, item, timezone.now()):
            return presentation
        leave_out(request, item)
    return None


def leave_out(request: StudentRequest, item: int) -> None:
    """Take an item that was answered, or cannot be asked, out of the selection."""
    if KEY in request.session:
        kept = request.session[KEY]
        request.session[KEY] = {**kept, "items": [other for other in kept["items"] if other != item]}


def progress(request: StudentRequest, *, answered: bool) -> Context:
    """Return how far the selection is, as the review loop shows it."""
    left, total = len(request.session[KEY]["items"]), request.session[KEY]["of"]
    done = total - left
    at = done if answered else min(done + 1, total)
    return {
        "practice": True,
        "done": done,
        "at": at,
        "total": total,
        "left": left,
        "percent": round(100 * done / total),
    }


def _today(request: StudentRequest) -> str:
    return study_day(request.user, timezone.now()).date.isoformat()
