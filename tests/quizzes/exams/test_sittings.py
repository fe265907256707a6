"""Sittings where several want them at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from examprep.models import User
from questions import kinds
from quizzes import exams
from quizzes.models import Exam, ReviewEvent, Sitting, Slot
from quizzes.presentations import body_of
from tests import courses


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """The results of `count` threads that begin together, errors among them."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = work(number)
        except Exception as error:
            results[number] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return results


@pytest.fixture
def learner(transactional_db: None) -> User:
    from quizzes import schedule

    course = courses.load()
    user = User.objects.create_user("ada")
    schedule.enrol(user, course)
    schedule.ensure_cards(user)
    return user


def right(slot: Slot) -> Any:
    version = slot.presentation.version
    return kinds.get(version.kind).reveal(body_of(version), slot.presentation.answer).key


def test_two_devices_that_begin_at_once_get_the_same_sitting(learner: User) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    results = at_once(6, lambda _: exams.open_sitting(learner, exam, timezone.now()))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert len({opened.pk for opened, _ in results}) == 1
    assert sum(created for _, created in results) == 1
    assert Sitting.objects.count() == 1
    assert Slot.objects.count() == 6


def test_of_answers_at_once_one_is_saved_and_the_others_are_told(learner: User) -> None:
    opened, _ = exams.open_sitting(learner, Exam.objects.get(slug="tiny-exam"), timezone.now())
    slot = opened.slots.get(presentation__version__kind="numeric")

    def save(number: int) -> Any:
        return exams.save_answer(learner, opened.pk, slot.number, {"value": f"0.{number + 1}"}, 0, timezone.now())

    results = at_once(6, save)
    saved = [number for number, result in enumerate(results) if isinstance(result, exams.SavedAnswer)]
    assert len(saved) == 1
    assert sum(isinstance(result, exams.StaleAnswerError) for result in results) == 5
    slot.refresh_from_db()
    assert (slot.response, slot.rev) == ({"value": f"0.{saved[0] + 1}"}, 1)


def test_an_answer_and_the_end_at_once_lose_nothing(learner: User) -> None:
    """Whatever was acknowledged is graded; whatever was not is not."""
    exam = Exam.objects.get(slug="tiny-exam")
    for _ in range(5):
        opened, _ = exams.open_sitting(learner, exam, timezone.now())
        slots = list(opened.slots.select_related("presentation__version"))

        def work(number: int, opened: Sitting = opened, slots: list[Slot] = slots) -> Any:
            if number == 3:
                return exams.close_sitting(learner, opened.pk, timezone.now())
            slot = slots[number]
            return exams.save_answer(learner, opened.pk, slot.number, right(slot), 0, timezone.now())

        results = at_once(5, work)
        assert results[3].state == "submitted"
        closed = Sitting.objects.get(pk=opened.pk)
        acknowledged = {slots[at].number for at in (0, 1, 2, 4) if isinstance(results[at], exams.SavedAnswer)}
        graded = set(closed.slots.filter(score=1).values_list("number", flat=True))
        assert graded == acknowledged
        assert all(isinstance(results[at], exams.SavedAnswer | exams.TooLateError) for at in (0, 1, 2, 4))
        assert closed.score == len(acknowledged)


def test_two_sweeps_at_once_close_once(learner: User) -> None:
    opened, _ = exams.open_sitting(learner, Exam.objects.get(slug="tiny-exam"), timezone.now())
    slot = opened.slots.select_related("presentation__version").first()
    assert slot is not None
    exams.save_answer(learner, opened.pk, slot.number, right(slot), 0, timezone.now())
    later = timezone.now() + timedelta(hours=1)
    results = at_once(3, lambda _: exams.close_overdue_sittings(later))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert Sitting.objects.get().state == "expired"
    assert ReviewEvent.objects.filter(type="review").count() == 1
