"""What a correction would change is said before it is written, and is what it then does."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Correction
from quizzes import memory_upkeep
from quizzes.exams import corrections
from quizzes.models import Card, CorrectedAnswer, Notice, Regrading, ReviewEvent, Sitting
from tests.quizzes.exams.corrections import mistaken
from tests.quizzes.exams.corrections.test_story import STUDENTS, cohort

__all__ = ["cohort"]
Rule = Correction.Rule


def test_the_preview_is_what_is_done_and_leaves_nothing(cohort: list[User]) -> None:
    first = mistaken.item().versions.get(number=1)
    correction = mistaken.correction(Rule.VERSION, first, by_version=mistaken.publish_corrected())
    found = corrections.preview(correction, timezone.now())
    for model in (Correction, CorrectedAnswer, Notice):
        assert not model._default_manager.exists()
    assert bank.rules_of(first) is None
    # Six reviews and five answers in sittings that are closed.
    assert (found.answers, found.changed, found.better, found.worse) == (11, 11, 7, 4)
    assert (found.sittings, len(found.students), found.untold) == (5, STUDENTS, 0)
    corrections.apply(correction, timezone.now())
    corrections.regrade_waiting()
    rows = {row.student.pk: row for row in found.rows}
    for student in cohort:
        row = rows[student.pk]
        scores = ReviewEvent.objects.filter(student=student, presentation__version=first)
        assert {each.score_after for each in row.answers} == set(scores.values_list("score", flat=True))
        assert [each.score_after for each in row.sittings] == list(
            Sitting.objects.filter(student=student).exclude(state="open").values_list("score", flat=True)
        )
        card = Card.objects.get(student=student, item=first.item)
        assert [each.stability_after for each in row.cards] == [card.stability]
        assert row.forecasts


def test_a_part_of_many_answers_is_said_to_be_one(cohort: list[User]) -> None:
    first = mistaken.item().versions.get(number=1)
    found = corrections.preview(mistaken.correction(Rule.VOID, first), timezone.now(), most=2)
    assert (found.is_whole, len(found.students)) == (False, 2)


@pytest.mark.any_database
def test_what_cannot_be_judged_keeps_its_grade(cohort: list[User]) -> None:
    first = mistaken.item().versions.get(number=1)
    item = mistaken.item()
    more: dict[str, Any] = {"text": "Nothing", "because": "Not so."}
    item.draft = {**item.draft, "choices": [*item.draft["choices"], more]}
    item.save()
    correction = mistaken.correction(Rule.VERSION, first, by_version=bank.publish(item, seeds=20))
    found = corrections.preview(correction, timezone.now())
    assert (found.changed, found.untold, found.rows) == (0, 11, [])


@pytest.mark.any_database
def test_by_the_command_line(cohort: list[User]) -> None:
    def run(*options: str) -> str:
        out = StringIO()
        call_command("regrade", mistaken.SLUG, "--course", mistaken.item().course.slug, *options, stdout=out)
        return out.getvalue()

    mistaken.publish_corrected()
    said = run()
    assert "student1: answer of" in said
    assert "student1: Tiny exam: 0 of 6 → 1 of 6" in said
    assert "Of 11 answers 11 would count otherwise: 7 better, 4 worse" in said
    assert not Correction.objects.exists()
    with pytest.raises(CommandError, match="Say why"):
        run("--apply")
    assert "11 answers of 6 students count otherwise" in run("--apply", "--why", "The key was wrong.")
    assert "0 answers of 0 students" in run("--apply", "--why", "The key was wrong.")
    assert Correction.objects.count() == 1
    assert "11 answers of 6 students" in run("--take-back", "--apply", "--why", "It was right after all.")
    assert Regrading.objects.get().done_at is not None
    assert memory_upkeep.rebuild(repair=False).different == 0
    with pytest.raises(CommandError, match="no correction"):
        run("--take-back")
