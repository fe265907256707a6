"""A viva goes round by round; what its page shows, it does not store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from time_machine import TimeMachineFixture

from examprep.models import User
from quizzes import exams
from quizzes.models import Exam, Sitting

NOW = timezone.now()
LATE = NOW + timedelta(seconds=66)
"""After the first round and its grace."""


@pytest.fixture
def viva(student: User) -> Sitting:
    """An open viva whose only round was started."""
    sitting, _ = exams.open_sitting(student, Exam.objects.get(slug="tiny-viva"), NOW)
    exams.start_round(student, sitting.pk, 1, NOW)
    return sitting


@pytest.mark.any_database
def test_a_round_that_is_over_is_shown_as_finished_and_not_stored(viva: Sitting) -> None:
    running = exams.load_viva_progress(viva, NOW)
    assert running.current == viva.slots.get()
    assert (running.last, running.left) == (None, 1)
    with CaptureQueriesContext(connection) as made:
        over = exams.load_viva_progress(viva, LATE)
    assert [query["sql"][:6] for query in made] == ["SELECT"]
    assert over.current is None
    assert over.last is not None
    assert (over.last.score, over.left) == (0, 0)
    assert viva.slots.get().score is None


@pytest.mark.any_database
def test_its_page_stores_nothing_either(
    viva: Sitting, student: User, client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(LATE)
    client.force_login(student)
    with CaptureQueriesContext(connection) as made:
        page = client.get(f"/sittings/{viva.pk}/").content.decode()
    assert "Say it aloud" in page
    assert [query["sql"] for query in made if not query["sql"].startswith("SELECT")] == []


def test_the_next_step_stores_its_grade(viva: Sitting, student: User) -> None:
    pair = next(iter(viva.slots.get().presentation.answer["pairs"]))
    with pytest.raises(exams.SittingError, match="Finish round 1 first"):
        exams.mark_oral_answer(student, viva.pk, 1, pair, 2, NOW)
    exams.mark_oral_answer(student, viva.pk, 1, pair, 2, LATE)
    slot = viva.slots.get()
    assert (slot.score, slot.oral) == (0, {"pair": pair, "mark": 2})
    assert slot.grade["feedback"]
