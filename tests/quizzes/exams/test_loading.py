"""The exams of a course folder."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Course
from quizzes import exams
from quizzes.models import Exam


@pytest.mark.any_database
def test_a_course_whose_exam_cannot_be_filled_is_not_loaded(course: Course, tmp_path: Any) -> None:
    (tmp_path / "exams.yaml").write_text(
        "- slug: big\n  title: Big\n  kind: assessment\n  minutes: 30\n  blueprint:\n    slots: 40\n"
    )
    with pytest.raises(bank.BankError, match=r"exams.yaml:5: big: blueprint: Questions: items.*40 needed, 6 published"):
        exams.load_exams(course, tmp_path)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("opens_at: 2026-12-02T00:00:00Z\n  closes_at: 2026-12-01T00:00:00Z", "`opens_at` has to be before"),
        ("feedback: ended", "`feedback: ended` needs `closes_at`"),
    ],
)
def test_times_that_contradict_each_other_are_refused(course: Course, tmp_path: Any, fields: str, message: str) -> None:
    (tmp_path / "exams.yaml").write_text(
        f"- slug: late\n  title: Late\n  kind: assessment\n  minutes: 30\n  {fields}\n  blueprint: {{slots: 2}}\n"
    )
    with pytest.raises(bank.BankError, match=message):
        exams.load_exams(course, tmp_path)
    assert not Exam.objects.filter(slug="late").exists()


def test_an_exam_keeps_its_name_to_itself(course: Course, student: User, tmp_path: Any) -> None:
    def load(text: str, of: Course = course) -> None:
        (tmp_path / "exams.yaml").write_text(text)
        exams.load_exams(of, tmp_path)

    entry = "- slug: tiny-exam\n  title: T\n  kind: assessment\n  minutes: 30\n  blueprint: {slots: 1}\n"
    with pytest.raises(bank.BankError, match="“tiny-exam” is listed twice"):
        load(entry + entry)
    exams.open_sitting(student, Exam.objects.get(slug="tiny-exam"), timezone.now())
    viva = "{rounds: 1, pairs: 2, distractors: 1, seconds_a_round: 60}"
    with pytest.raises(bank.BankError, match="was sat, as one of kind assessment"):
        load(entry.replace("assessment", "viva").replace("{slots: 1}", viva))
