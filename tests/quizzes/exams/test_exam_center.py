"""What a student sees of exams: those ahead, the bank by filters, and what a sitting showed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions.models import Item
from quizzes import exams
from quizzes.models import Card, Exam, Sitting
from tests.conftest import wrong


def opened(student: User, slug: str = "tiny-exam") -> Sitting:
    return exams.open_sitting(student, Exam.objects.get(slug=slug), timezone.now())[0]


def pk(slug: str) -> int:
    return Item.objects.get(slug=slug).pk


def remembers(student: User, slug: str, *, due: float, lapses: int = 0, rating: int = 3) -> None:
    """As if the student had met the item, which is due in so many days."""
    Card.objects.create(
        student=student,
        item_id=pk(slug),
        facet="met",
        reviews=2,
        lapses=lapses,
        last_rating=rating,
        due_at=timezone.now() + timedelta(days=due),
    )


def counts(found: exams.BankSelection, name: str) -> dict[str, int]:
    return {value: count for value, _, count in found.options[name]}


def test_the_exams_ahead_with_their_sittings(student: User, stranger: User) -> None:
    now = timezone.now()
    first, viva = exams.list_exams(student, now)
    assert (first.exam.slug, first.slots, first.unit) == ("tiny-exam", 6, "questions")
    assert (viva.exam.slug, viva.slots, viva.unit, viva.parts) == ("tiny-viva", 1, "rounds", [])
    assert (first.open, first.taken, first.best, first.attempts_left) == (None, 0, None, None)

    one = opened(student)
    opened(stranger)
    slot = one.slots.get(presentation__version__kind="short_text")
    exams.save_answer(student, one.pk, slot.number, {"text": "AdamW"}, 0, timezone.now())
    assert exams.list_exams(student, now)[0].open == one
    exams.submit_sitting(student, one.pk, timezone.now())
    after = exams.list_exams(student, now)[0]
    assert (after.open, after.taken) == (None, 1)
    assert after.best == pytest.approx(1 / 6)
    assert [each.pk for each in exams.closed_sittings(student, after.exam)] == [one.pk]
    assert not exams.closed_sittings(student, viva.exam).exists()


def test_an_exam_that_is_over_comes_last(student: User) -> None:
    Exam.objects.filter(slug="tiny-exam").update(starts_at=timezone.now() - timedelta(days=4))
    assert [one.exam.slug for one in exams.list_exams(student, timezone.now())] == ["tiny-viva", "tiny-exam"]


def test_when_an_exam_can_be_begun(student: User) -> None:
    now = timezone.now()
    ahead = exams.list_exams(student, now)[0]
    exam = ahead.exam
    assert ahead.state(now) == "ready"
    exam.opens_at = now + timedelta(seconds=1)
    assert ahead.state(now) == "early"
    assert ahead.state(exam.opens_at) == "ready"
    exam.closes_at = now + timedelta(hours=1)
    assert ahead.state(exam.closes_at) == "over"
    exam.attempts = 0
    assert ahead.state(exam.opens_at) == "used"
    one = opened(student)
    assert exams.list_exams(student, now)[0].state(now) == "open"
    exams.submit_sitting(student, one.pk, now)
    assert exams.list_exams(student, now)[0].state(now) == "ready"


def test_an_option_counts_what_the_other_filters_leave(student: User) -> None:
    found = exams.browse_bank(student, exams.BankFilter(concept="factor"), timezone.now())
    assert found.count == 3
    assert counts(found, "concept") == {"l2": 3, "factor": 3}
    assert counts(found, "kind") == {
        "matching": 0,
        "multiple_select": 0,
        "numeric": 1,
        "ordering": 1,
        "short_text": 1,
        "single_choice": 0,
    }
    assert counts(found, "state") == {"new": 3}
    assert exams.browse_bank(student, exams.BankFilter(concept="factor", difficulty="1"), timezone.now()).count == 0
    assert exams.browse_bank(student, exams.BankFilter(kind="none-such"), timezone.now()).count == 0


def test_states_tell_new_due_weak_and_known(student: User) -> None:
    now = timezone.now()
    remembers(student, "penalty-target", due=-1)
    remembers(student, "true-of-l2", due=5)
    remembers(student, "order-of-a-step", due=5, lapses=2)
    remembers(student, "name-of-the-fix", due=-2, rating=1)
    states = {
        state: exams.select_items(student, exams.BankFilter(state=state), now) for state in exams.BankFilter.STATES
    }
    assert states["due"] == [pk("penalty-target")]
    assert states["known"] == [pk("true-of-l2")]
    assert states["weak"] == [pk("name-of-the-fix"), pk("order-of-a-step")]
    assert states["new"] == [pk("match-regularisers"), pk("decay-factor")]


def test_a_selection_asks_the_longest_due_first_and_new_ones_last(student: User) -> None:
    now = timezone.now()
    for slug, days in (("order-of-a-step", 3), ("penalty-target", 1), ("name-of-the-fix", 2)):
        remembers(student, slug, due=-days)
    slugs = dict(Item.objects.values_list("pk", "slug"))
    assert [slugs[item] for item in exams.select_items(student, exams.BankFilter(), now)] == [
        "order-of-a-step",
        "name-of-the-fix",
        "penalty-target",
        "true-of-l2",
        "match-regularisers",
        "decay-factor",
    ]


def test_the_missed_ones_are_those_not_wholly_right_and_still_asked(student: User) -> None:
    one = opened(student)
    slot = one.slots.get(presentation__version__kind="short_text")
    exams.save_answer(student, one.pk, slot.number, {"text": "AdamW"}, 0, timezone.now())
    one = exams.submit_sitting(student, one.pk, timezone.now())
    assert set(exams.missed_items(one)) == set(
        Item.objects.exclude(slug="name-of-the-fix").values_list("pk", flat=True)
    )


def test_what_was_taken_for_what_and_a_question_to_answer_aloud(student: User, key: Any) -> None:
    one = opened(student)
    slot = one.slots.get(presentation__version__kind="matching")
    right = key(str(slot.presentation_id))
    shown = {"kind": "matching", "prompt": slot.presentation.prompt}
    given = wrong(shown, right)["pairs"]
    left = next(iter(given))
    mixed = {**right["pairs"], left: given[left]}
    for other in [other for other in mixed if other != left and mixed[other] == given[left]]:
        del mixed[other]
    exams.save_answer(student, one.pk, slot.number, {"pairs": mixed}, 0, timezone.now())
    one = exams.submit_sitting(student, one.pk, timezone.now())

    (matrix,) = exams.confusion_matrices(one)
    texts = {entry["id"]: entry["text"] for entry in slot.presentation.prompt["left"]}
    rights = {entry["id"]: entry["text"] for entry in slot.presentation.prompt["right"]}
    row = list(texts).index(left)
    assert list(matrix.rows) == list(texts.values())
    assert [matrix.columns[key] for key in matrix.key] == [rights[right["pairs"][one]] for one in texts]
    assert [place for place in matrix.given if place is not None] == [
        list(matrix.columns).index(rights[mixed[one]]) for one in texts if one in mixed
    ]
    ((letter, text, number, taken, _, belongs),) = matrix.confused
    assert (letter, text) == ("ABCD"[row], texts[left])
    assert (taken, belongs) == (rights[given[left]], rights[right["pairs"][left]])
    assert matrix.columns[number - 1] == taken
    states = [state for _, _, state in matrix.grid]
    assert states.count("wrong") == 1
    assert states.count("right") + states.count("missed") == len(matrix.rows)

    # While another sitting asks it, what is right is not told here either.
    another = opened(student)
    assert exams.confusion_matrices(one) == []
    exams.submit_sitting(student, another.pk, timezone.now())
    assert exams.confusion_matrices(one) == [matrix]

    slot.refresh_from_db()
    prompt = exams.oral_prompt(slot)
    assert prompt is not None
    assert mixed.get(prompt.pair) != right["pairs"][prompt.pair]
    assert "pull" in prompt.rubric_html or "drops" in prompt.rubric_html


def test_nothing_confused_is_no_matrix(student: User) -> None:
    assert exams.confusion_matrices(exams.submit_sitting(student, opened(student).pk, timezone.now())) == []


def test_queries_do_not_grow_with_sittings(student: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as ran:
            exams.list_exams(student, timezone.now())
            exams.browse_bank(student, exams.BankFilter(), timezone.now())
        return len(ran)

    exams.submit_sitting(student, opened(student).pk, timezone.now())
    queries()  # What is cached for a course is cached now.
    few = queries()
    for _ in range(3):
        exams.submit_sitting(student, opened(student).pk, timezone.now())
    assert queries() == few
