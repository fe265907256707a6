"""What a closed sitting shows: what was missed, and what was taken for what."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from examprep.models import User
from questions.models import Item
from quizzes import exams
from quizzes.models import Exam, Sitting
from tests.conftest import wrong


def opened(student: User, slug: str = "tiny-exam") -> Sitting:
    return exams.open_sitting(student, Exam.objects.get(slug=slug), timezone.now())[0]


def test_the_missed_ones_are_those_not_wholly_right_and_still_asked(student: User) -> None:
    sitting = opened(student)
    slot = sitting.slots.get(presentation__version__kind="short_text")
    exams.save_answer(student, sitting.pk, slot.number, {"text": "AdamW"}, 0, timezone.now())
    sitting = exams.close_sitting(student, sitting.pk, timezone.now())
    assert set(exams.missed_items(sitting, timezone.now())) == set(
        Item.objects.exclude(slug="name-of-the-fix").values_list("pk", flat=True)
    )


@pytest.mark.any_database
def test_what_was_taken_for_what_and_a_question_to_answer_aloud(student: User, key: Any) -> None:
    sitting = opened(student)
    slot = sitting.slots.get(presentation__version__kind="matching")
    right = key(str(slot.presentation_id))
    shown = {"kind": "matching", "prompt": slot.presentation.prompt}
    mismatched = wrong(shown, right)["pairs"]
    left = next(iter(mismatched))
    mixed = {**right["pairs"], left: mismatched[left]}
    for other in [other for other in mixed if other != left and mixed[other] == mismatched[left]]:
        del mixed[other]
    exams.save_answer(student, sitting.pk, slot.number, {"pairs": mixed}, 0, timezone.now())
    sitting = exams.close_sitting(student, sitting.pk, timezone.now())

    (matrix,) = exams.confusion_matrices(sitting)
    texts = {entry["id"]: entry["text"] for entry in slot.presentation.prompt["left"]}
    rights = {entry["id"]: entry["text"] for entry in slot.presentation.prompt["right"]}
    row = list(texts).index(left)
    assert list(matrix.rows) == list(texts.values())
    assert [matrix.columns[key] for key in matrix.key] == [rights[right["pairs"][row]] for row in texts]
    assert [place for place in matrix.given if place is not None] == [
        list(matrix.columns).index(rights[mixed[row]]) for row in texts if row in mixed
    ]
    ((letter, text, number, taken, _, belongs),) = matrix.confused
    assert (letter, text) == ("ABCD"[row], texts[left])
    assert (taken, belongs) == (rights[mismatched[left]], rights[right["pairs"][left]])
    assert matrix.columns[number - 1] == taken
    states = [state for _, _, state in matrix.grid]
    assert states.count("wrong") == 1
    assert states.count("right") + states.count("missed") == len(matrix.rows)

    # While another sitting asks it, what is right is not told here either.
    another = opened(student)
    assert exams.confusion_matrices(sitting) == []
    exams.close_sitting(student, another.pk, timezone.now())
    assert exams.confusion_matrices(sitting) == [matrix]

    slot.refresh_from_db()
    prompt = exams.oral_prompt(slot)
    assert prompt is not None
    assert mixed.get(prompt.pair) != right["pairs"][prompt.pair]
    assert "pull" in prompt.rubric_html or "drops" in prompt.rubric_html


@pytest.mark.any_database
def test_nothing_confused_is_no_matrix(student: User) -> None:
    assert exams.confusion_matrices(exams.close_sitting(student, opened(student).pk, timezone.now())) == []
