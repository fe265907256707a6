"""What a result says that the sitting did to the plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from examprep.models import User
from quizzes import exams
from quizzes.exams.effects import tell_effect
from quizzes.exams.payloads import EffectPayload, ForecastPayload
from quizzes.models import Exam
from tests.conftest import Api, wrong

pytestmark = pytest.mark.any_database

NOTHING: EffectPayload = {"new_right": 0, "new_wrong": 0, "known_right": 0, "known_wrong": 0, "unanswered": 0}


def forecast(before: float, after: float) -> ForecastPayload:
    low_and_high = {"low": before - 0.05, "high": before + 0.05}
    return {"before": {"score": before, **low_and_high}, "after": {"score": after, **low_and_high}}  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("counts", "expected", "share", "said"),
    [
        ({"new_wrong": 14}, (0.58, 0.59), 0.1, ["Only luck was expected there", "had never been counted on"]),
        ({"known_wrong": 5}, (0.58, 0.58), 0.1, ["They lower the forecast", "a few questions move it little"]),
        ({"known_wrong": 1}, (0.58, 0.55), 0.1, ["1 question you had met before and missed. It lowers the forecast"]),
        ({"known_right": 3, "new_right": 2}, (0.58, 0.60), 1.0, ["They come back later", "They raise the forecast"]),
        ({"known_right": 3}, (0.58, 0.58), 1.0, ["come back later", "more marks than expected"]),
        ({"unanswered": 20}, (0.58, 0.58), 0.57, ["20 questions you left empty"]),
    ],
)
def test_a_forecast_is_explained(
    counts: dict[str, int], expected: tuple[float, float], share: float, said: list[str]
) -> None:
    told = tell_effect({**NOTHING, **counts}, forecast(*expected), share)  # type: ignore[typeddict-item]
    assert len(told) == len(said)
    assert all(words in text for words, text in zip(said, told, strict=True))


def test_without_an_exam_ahead_it_says_what_was_new() -> None:
    (text,) = tell_effect({**NOTHING, "new_wrong": 1}, {"before": None, "after": None}, 0.0)
    assert text.startswith("1 question you had not met before and missed. Only luck was expected there.")


def test_what_was_answered_before_the_sitting_was_not_new(student: User, api: Api, key: Callable[[str], Any]) -> None:
    shown = api.queue()["results"]
    for presentation in shown:
        api.answer(presentation["id"], key(presentation["id"]))
    known = {presentation["item"] for presentation in shown}
    now = timezone.now()
    sitting, _ = exams.open_sitting(student, Exam.objects.get(slug="tiny-exam"), now)
    slots = list(sitting.slots.select_related("presentation__version__item"))
    for slot in slots[1:]:
        right = key(str(slot.presentation_id))
        put = {"kind": slot.presentation.version.kind, "prompt": slot.presentation.prompt}
        exams.save_answer(student, sitting.pk, slot.number, wrong(put, right), 0, now)
    api.post(f"sittings/{sitting.pk}/submit/", {})
    result = api.get(f"sittings/{sitting.pk}/result/").json()
    met = sum(slot.presentation.version.item.slug in known for slot in slots[1:])
    assert met
    assert result["effect"] == {
        **NOTHING,
        "known_wrong": met,
        "new_wrong": len(slots) - 1 - met,
        "unanswered": 1,
    }
    api.client.force_login(student)
    page = api.client.get(f"/sittings/{sitting.pk}/").content.decode()
    assert "What this did to your plan" in page
    assert "1 question you left empty." in page
