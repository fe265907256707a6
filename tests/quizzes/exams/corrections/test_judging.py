"""Answers that come after a correction are judged by it, wherever they were put before."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Correction
from quizzes import exams, presentations
from quizzes.models import Card, Exam, Presentation, Review, ReviewEvent
from quizzes.presentations import Ask
from tests.conftest import Api
from tests.quizzes.exams.corrections import mistaken

Rule = Correction.Rule


def _put(student: User) -> Presentation:
    card = Card.objects.get(student=student, item=mistaken.item())
    (shown,) = presentations.present(student, [Ask(card.pk)], timezone.now())
    return shown


def _answer(api: Api, shown: Presentation, text: str) -> dict[str, Any]:
    grade: dict[str, Any] = api.answer(str(shown.pk), mistaken.response(shown.prompt, text))["grade"]
    return grade


@pytest.mark.any_database
@pytest.mark.parametrize(("text", "score"), [(mistaken.RIGHT, 1), (mistaken.WRONG, 0)])
def test_an_answer_is_judged_by_the_other_version_and_told_its_key(
    student: User, api: Api, text: str, score: float
) -> None:
    shown = _put(student)
    mistaken.correct()
    grade = _answer(api, shown, text)
    assert (grade["score"], grade["key"]) == (score, mistaken.response(shown.prompt, mistaken.RIGHT))
    assert Review.objects.get().score == score


@pytest.mark.any_database
def test_another_answer_is_right_too(student: User, api: Api) -> None:
    shown = _put(student)
    mistaken.correct(Rule.ACCEPT, answer=mistaken.RIGHT)
    assert _answer(api, shown, mistaken.RIGHT)["score"] == 1
    assert _answer(api, shown, mistaken.WRONG)["score"] == 1


@pytest.mark.parametrize(("rule", "stored"), [(Rule.FULL, 1.0), (Rule.VOID, None)])
def test_a_question_at_fault_says_nothing_of_memory(student: User, api: Api, rule: Rule, stored: float | None) -> None:
    shown = _put(student)
    mistaken.correct(rule)
    grade = _answer(api, shown, mistaken.RIGHT)
    assert grade.get("void", False) == (rule == Rule.VOID)
    assert ReviewEvent.objects.get().score == stored
    assert not Review.objects.exists()
    assert Card.objects.get(pk=shown.card_id).stability is None


def test_what_is_taken_back_holds_no_more_and_the_newest_holds(student: User, api: Api) -> None:
    written = mistaken.correct(Rule.VOID)
    assert bank.write_correction(mistaken.correction(Rule.VOID, written.version)) == written
    bank.write_correction(bank.reversal_of(written, why="It was right.", by=None, now=timezone.now()))
    assert bank.rules_of(mistaken.item().versions.get()) is None
    mistaken.correct(Rule.VOID)
    mistaken.correct(Rule.FULL)
    assert _answer(api, _put(student), mistaken.RIGHT)["score"] == 1


def test_a_correction_is_never_changed(student: User) -> None:
    written = mistaken.correct(Rule.VOID)
    with pytest.raises(TypeError):
        written.save()


def test_what_cannot_be_judged_so_is_said(student: User) -> None:
    version = mistaken.item().published
    assert version is not None
    for wrong in (
        mistaken.correction(Rule.ACCEPT, version, answer="Nothing of the kind"),
        mistaken.correction(Rule.ACCEPT, version),
        mistaken.correction(Rule.VERSION, version, by_version=version),
    ):
        with pytest.raises(bank.BankError):
            bank.write_correction(wrong)
    assert not Correction.objects.exists()


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("rule", "answered", "expected"),
    [
        (Rule.VERSION, mistaken.RIGHT, (1.0, 1.0)),
        (Rule.VERSION, mistaken.WRONG, (0.0, 1.0)),
        (Rule.FULL, None, (1.0, 1.0)),
        (Rule.VOID, mistaken.WRONG, (0.0, 0.0)),
    ],
)
def test_an_open_sitting_is_judged_by_the_correction_when_it_closes(
    student: User, rule: Rule, answered: str | None, expected: tuple[float, float]
) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": 6}
    exam.save()
    sitting, _ = exams.open_sitting(student, exam, timezone.now())
    slot = sitting.slots.get(presentation__version__item__slug=mistaken.SLUG)
    slots = sitting.slots.count()
    if answered:
        response = mistaken.response(slot.presentation.prompt, answered)
        exams.save_answer(student, sitting.pk, slot.number, response, 0, timezone.now())
    mistaken.correct(rule)
    closed = exams.close_sitting(student, sitting.pk, timezone.now())
    score, counted = expected
    assert (closed.score, closed.max_score) == (score, slots - 1 + counted)
    result = exams.result_payload(closed, timezone.now())
    assert sum(section["max_score"] for section in result["sections"]) == closed.max_score
