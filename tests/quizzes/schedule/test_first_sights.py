"""What was never asked counts by how hard it is and how the student's first answers came out, everywhere alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone

from examprep.models import User
from questions.models import Course, Item
from quizzes import memory_upkeep, schedule
from quizzes.memory.first_sight import Population
from quizzes.memory.fsrs import DEFAULT_PARAMETERS
from quizzes.models import Card, CourseMeasuring, ItemStatistics, ReviewEvent
from quizzes.reviews import memory_states
from quizzes.schedule.candidates import list_candidates
from quizzes.schedule.facts import Candidates, Edition
from quizzes.schedule.item_banks import load_bank
from tests.conftest import Api, review
from tests.quizzes.schedule.situations import NEW, columns, seen


def with_first(*ratings: int | None) -> Candidates:
    """Candidates of cards with these first ratings, None for one never answered."""
    return list_candidates(
        columns(*(NEW if each is None else replace(seen(2, 5.0), first_rating=each) for each in ratings))
    )


def test_first_answers_to_others_move_what_was_never_asked() -> None:
    nothing, right, wrong = (float(with_first(*ratings, None).first[-1]) for ratings in ([], [3, 3], [1, 1]))
    assert wrong < nothing < right
    lucky, sure = (float(with_first(*ratings, None).first[-1]) for ratings in ([2, 2], [4, 4]))
    assert nothing < lucky < right < sure
    assert nothing == pytest.approx(0.5)


def test_who_has_read_is_likelier_right_and_told_by_less() -> None:
    read = replace(NEW, read=True)
    nothing = list_candidates(columns(NEW, read))
    assert nothing.first[0] == 0.5 < nothing.first[1]
    assert nothing.doubt(np.eye(2)[1]) > nothing.doubt(np.eye(2)[0]) > 0

    def after(*, had_read: bool) -> float:
        answers = [replace(seen(2, 5.0), first_rating=3, read=had_read)] * 3
        return float(list_candidates(columns(*answers, NEW)).first[-1])

    assert 0.5 < after(had_read=True) < after(had_read=False)


def test_in_each_course_a_student_is_somebody_else() -> None:
    cards = columns(NEW, NEW, replace(seen(2, 5.0), first_rating=1))
    bank = replace(cards.bank, courses=np.array([1, 2, 2]), populations={1: Population(), 2: Population()})
    candidates = list_candidates(replace(cards, bank=bank))
    assert candidates.first[0] == 0.5 > candidates.first[1]
    one, other = (candidates.doubt(np.eye(3)[at]) for at in (0, 1))
    assert one > other > 0  # of whom something is known
    assert candidates.doubt(np.array([1.0, 1, 0])) == pytest.approx(one + other)


@pytest.mark.database
def test_what_was_learned_of_a_course_is_what_plans_and_forecasts_go_by(course: Course, student: User) -> None:
    def load() -> Any:
        course.refresh_from_db()
        measured = CourseMeasuring.objects.filter(course=course).values_list("measured_at", flat=True).first()
        return load_bank([Edition(course.pk, course.revision, measured)])

    supposed = load()
    items = list(Item.objects.in_practice().order_by("course_id", "position", "pk").select_related("published"))
    assert supposed.known.ease == pytest.approx([-0.4 * (item.difficulty - 3) for item in items])
    assert (supposed.known.error == 1.0).all()
    before = schedule.forecast_scores(student)[0].now

    easy = items[0]
    ItemStatistics.objects.create(item=easy, answers=50, students=50, ease=4.0, ease_error=0.2, details={})
    learned = {"mean": 2.0, "slope": 0.0, "kinds": {easy.kind: 0.5}, "ability": 0.3, "concept": 0.2, "scatter": 0.4}
    population = {**learned, "students": 50, "what a later version learns": [1.0]}
    CourseMeasuring.objects.create(course=course, measured_at=timezone.now(), population=population)
    measured = load()
    expected = [4.0, *(2.5 if item.kind == easy.kind else 2.0 for item in items[1:])]
    assert measured.known.ease == pytest.approx(expected)
    assert measured.known.error == pytest.approx([0.2] + [0.4] * (len(items) - 1))
    assert measured.populations[course.pk].ability == 0.3
    after = schedule.forecast_scores(student)[0].now
    assert before
    assert after
    assert after.score > before.score + 0.2
    assert after.high - after.low < before.high - before.low


@pytest.mark.database
def test_the_first_rating_is_folded_from_the_log_until_the_answer_is_undone(
    student: User, api: Api, key: Callable[[str], Any]
) -> None:
    shown = api.queue()["results"][0]
    wrong = review(shown["id"], {"dont_know": True})
    api.send(wrong)
    card = Card.objects.get(pk=shown["card"])
    assert (card.first_rating, card.last_rating) == (1, 1)
    later = memory_states.Step(card, 3)
    event = ReviewEvent.objects.get(event_id=wrong["id"])
    memory_states.step([later], event, DEFAULT_PARAMETERS)
    assert (card.first_rating, card.last_rating) == (1, 3)

    Card.objects.filter(pk=card.pk).update(first_rating=2)
    report = memory_upkeep.rebuild(student)
    card.refresh_from_db()
    assert (report.different, card.first_rating) == (1, 1)
    api.send({"id": str(uuid4()), "type": "undo", "target": wrong["id"], "occurred_at": timezone.now().isoformat()})
    card.refresh_from_db()
    assert card.first_rating is None
