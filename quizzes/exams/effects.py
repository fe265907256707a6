"""What a sitting did to its student's plan, in numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from quizzes.exams.grading import is_void
from quizzes.exams.payloads import EffectPayload, ForecastPayload
from quizzes.models import Review

if TYPE_CHECKING:
    from quizzes.models import Sitting, Slot

SMALL = 0.005
"""A change of the expected score by less is none: it is shown in whole per cent."""


def load_effect(sitting: Sitting, slots: Sequence[Slot]) -> EffectPayload:
    """Count the questions of a released sitting by whether they were new, and right; one query.

    A question is new whose item was never answered before the sitting. What was left empty, or is void, taught nothing.
    """
    asked = {slot.presentation.version.item_id for slot in slots}
    before = Review.objects.counting().filter(
        card__student=sitting.student_id,
        card__item__in=asked,
        practice=0,
        event__occurred_at__lt=sitting.opened_at,
    )
    seen = set(before.order_by().values_list("card__item", flat=True).distinct())
    effect: EffectPayload = {"new_right": 0, "new_wrong": 0, "known_right": 0, "known_wrong": 0, "unanswered": 0}
    for slot in slots:
        if is_void(slot):
            continue
        is_known, is_right = slot.presentation.version.item_id in seen, slot.score == 1
        if slot.response is None:
            effect["unanswered"] += 1
        elif is_known:
            effect["known_right" if is_right else "known_wrong"] += 1
        else:
            effect["new_right" if is_right else "new_wrong"] += 1
    return effect


def tell_effect(effect: EffectPayload, forecast: ForecastPayload | None, share: float) -> list[str]:
    """Say what a sitting in which the student had this share of the marks did to the plan; a sentence or two each."""
    told = [
        _of(
            effect["known_right"], "you had met before and remembered.", "It comes back later.", "They come back later."
        ),
        _of(
            effect["known_wrong"],
            "you had met before and missed.",
            "It lowers the forecast, and comes back first.",
            "They lower the forecast, and come back first.",
        ),
        _of(
            effect["new_right"],
            "you had not met before and got right.",
            "It raises the forecast.",
            "They raise the forecast.",
        ),
        _of(
            effect["new_wrong"],
            "you had not met before and missed.",
            "Only luck was expected there. Having seen the answer counts for a little, and the plan asks it again.",
            "Only luck was expected there. Having seen the answers counts for a little, and the plan asks them again.",
        ),
        _of(effect["unanswered"], "you left empty.", "It changes nothing.", "They change nothing."),
    ]
    return [text for text in [*told, _conclude(effect, forecast, share)] if text]


def _of(count: int, what: str, one: str, many: str) -> str:
    return f"{count} {'question' if count == 1 else 'questions'} {what} {one if count == 1 else many}" if count else ""


def _conclude(effect: EffectPayload, forecast: ForecastPayload | None, share: float) -> str:
    """Explain a forecast that goes another way than the sitting did."""
    before, after = (forecast["before"], forecast["after"]) if forecast else (None, None)
    if before is None or after is None:
        return ""
    change = after["score"] - before["score"]
    if share < before["score"] and (change >= SMALL or (share < before["low"] and change > -SMALL)):
        is_mostly_new = effect["new_wrong"] + effect["unanswered"] > effect["known_wrong"]
        why = (
            "most of what went wrong had never been counted on." if is_mostly_new else "a few questions move it little."
        )
        return f"This sitting had fewer marks than expected, yet the forecast is not lower: {why}"
    if share > before["high"] and change < SMALL:
        return "This sitting had more marks than expected. A few questions move the forecast little."
    return ""
