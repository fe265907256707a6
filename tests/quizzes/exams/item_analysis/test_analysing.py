"""The numbers of items, of answers that are plain values, and what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from quizzes.exams.item_analysis.advice import ItemFacts, advise
from quizzes.exams.item_analysis.analysing import AnswerShare, ItemNumbers, analyse
from quizzes.exams.item_analysis.gathering import (
    MOST_TEXTS,
    OTHER,
    Answered,
    Details,
    Gathering,
    Predicted,
    Readings,
    first_answers,
)
from quizzes.statistics.facility import Estimate, facility
from quizzes.statistics.first_answers import MIN_OTHERS

AT = datetime(2026, 11, 1, tzinfo=UTC)


def answered(student: int, item: int, score: float | None, **more: object) -> Answered:
    row = Answered(1, student, item, 1, score, 20_000, AT, counts=True, in_exam=False, guess_rate=0.0)
    return row._replace(**more)  # type: ignore[arg-type]


def gathered(answers: list[Answered], details: list[Details] | None = None, chunks: int = 1) -> Gathering:
    """All answers, the students cut into chunks."""
    gathering = Gathering(sorted({each.item for each in answers}))
    details = details or [Details([], {}) for _ in answers]
    for chunk in range(chunks):
        mine = [at for at, each in enumerate(answers) if each.student % chunks == chunk]
        gathering.add_answers(answers[at] for at in mine)
        gathering.add_firsts([answers[at] for at in mine], [details[at] for at in mine], Readings())
    return gathering


@pytest.mark.parametrize(
    ("later", "counting"),
    [
        ({"score": 1.0, "at": AT + timedelta(days=1)}, [0.0]),
        ({"score": 1.0, "at": AT - timedelta(days=1)}, [1.0]),
        # Who took the first answer back has seen the key.
        ({"score": 1.0, "at": AT - timedelta(days=1), "counts": False}, []),
        ({"score": None, "at": AT - timedelta(days=1)}, []),
        ({"score": 1.0, "student": 2}, [0.0, 1.0]),
    ],
    ids=["later", "earlier", "undone", "void", "another student"],
)
def test_the_first_answer_of_each_student_counts(later: dict[str, object], counting: list[float]) -> None:
    first = answered(1, 1, 0.0)
    assert [each.score for each in first_answers([first, first._replace(event=2, **later)])] == counting  # type: ignore[arg-type]


def test_numbers_are_those_of_a_table_and_do_not_depend_on_chunks() -> None:
    rng = np.random.default_rng(4)
    ability, ease = rng.normal(size=60), np.linspace(-2, 2, 8)
    right = rng.uniform(size=(60, 8)) < 1 / (1 + np.exp(-(ability[:, None] + ease)))
    asked = rng.uniform(size=right.shape) < 0.9
    answers = [
        answered(student, item, float(right[student, item]), duration_ms=int(1000 * rng.lognormal(3)))
        for student, item in np.argwhere(asked).tolist()
    ]
    numbers, by_chunks = dict(analyse(gathered(answers), {})), dict(analyse(gathered(answers, chunks=3), {}))
    above = np.where(asked, right - np.where(asked, right, 0).sum(0) / asked.sum(0), np.nan)
    for item in range(8):
        mine = right[asked[:, item], item].astype(float)
        assert numbers[item].facility == by_chunks[item].facility == facility(mine)
        assert numbers[item].seconds == by_chunks[item].seconds
        rest = np.nanmean(np.delete(above, item, axis=1), axis=1)[asked[:, item]]
        enough = (asked.sum(1) > MIN_OTHERS)[asked[:, item]]
        r = numbers[item].discrimination
        assert r
        assert vars(by_chunks[item].discrimination) == pytest.approx(vars(r))
        assert r.value == pytest.approx(np.corrcoef(mine[enough], rest[enough])[0, 1])
        took = [each.duration_ms / 1000 for each in answers if each.item == item]
        seconds = numbers[item].seconds
        assert seconds
        middle = sorted(took)[(len(took) - 1) // 2 : len(took) // 2 + 1]
        assert middle[0] * 0.98 < seconds.value < middle[-1] * 1.02
        assert seconds.low < np.median(took) < seconds.high


def test_an_answer_that_better_students_give_is_a_reason_to_check_the_key() -> None:
    """Ten questions; those who know most choose another answer of the last than its key."""
    answers, details = [], []
    for student in range(60):
        for item in range(10):
            knows = student % 10 > item
            answers.append(answered(student, item, float(not knows if item == 4 else knows)))
            details.append(Details(["b" if knows else "a"], {}))
    numbers = dict(analyse(gathered(answers, details), {4: {"a": True, "b": False, "c": False}}))
    flags = advise(numbers[4], ItemFacts(20, has_one_key=True))
    assert flags[0].code == "key"
    assert "do worse here" in flags[0].why
    choices = {choice.text: choice for choice in numbers[4].choices}
    assert (choices["a"].n, choices["b"].n, choices["c"].n) == (30, 30, 0)
    assert choices["b"].elsewhere > choices["a"].elsewhere  # type: ignore[operator]
    assert choices["b"].above_key
    assert choices["b"].above_key.low > 0
    assert "key" not in {flag.code for flag in advise(numbers[3], ItemFacts(20, has_one_key=True))}


def test_variants_that_are_not_equally_hard_are_told_by_what_is_drawn() -> None:
    rng = np.random.default_rng(1)
    answers, details = [], []
    for student in range(200):
        rows, width = int(rng.integers(1, 100)), float(rng.integers(1, 3))
        answers.append(answered(student, 0, float(rng.uniform() < (0.9 if rows <= 50 else 0.4))))
        details.append(Details([], {"rows": rows, "width": width}))
    numbers = dict(analyse(gathered(answers, details), {}))[0]
    (flag,) = [flag for flag in advise(numbers, ItemFacts(20, has_one_key=False)) if flag.code == "drift"]
    assert "rows is drawn up to" in flag.why
    assert numbers.variants[0].name == "rows"
    shuffled = [each._replace(drawn={**each.drawn, "rows": float(rng.integers(1, 100))}) for each in details]
    numbers = dict(analyse(gathered(answers, shuffled), {}))[0]
    assert "drift" not in {flag.code for flag in advise(numbers, ItemFacts(20, has_one_key=False))}


def test_what_is_remembered_is_held_against_what_was_predicted_student_by_student() -> None:
    gathering = gathered([answered(student, 0, 1.0) for student in range(12)])
    gathering.add_predictions(Predicted(student, 0, 0.9, 0.5) for student in range(12) for _ in range(3))
    numbers = dict(analyse(gathering, {}))[0]
    assert numbers.kept
    assert (numbers.kept.n, numbers.kept.students) == (36, 12)
    assert numbers.kept.miss.value == pytest.approx(-0.4)
    # Three answers of a student that miss alike are no more than one.
    assert numbers.kept.miss.high - numbers.kept.miss.value == pytest.approx(1.96 * 0.4 / np.sqrt(12), rel=1e-3)
    assert "forgotten" in {flag.code for flag in advise(numbers, ItemFacts(20, has_one_key=False))}


def test_typed_answers_without_end_take_no_room_without_end() -> None:
    answers = [answered(student, 0, 0.0) for student in range(MOST_TEXTS + 50)]
    gathering = gathered(answers, [Details([f"typed {each.student}"], {}) for each in answers])
    assert len(gathering.details[0].picked) == MOST_TEXTS + 1
    assert len(gathering.details[0].picked[OTHER]) == 50


def numbers_of(n: int, share: float, **more: object) -> ItemNumbers:
    scores = np.repeat([1.0, 0.0], [round(n * share), n - round(n * share)])
    plain = ItemNumbers(n, n, 0, facility(scores), 0.25, None, None, 0, [], [], None)
    return ItemNumbers(**{**vars(plain), **more})


def share(text: str, n: int, of: int) -> AnswerShare:
    measured = facility(np.repeat([1.0, 0.0], [n, of - n]))
    assert measured
    return AnswerShare(text, text == "key", n, measured)


@pytest.mark.parametrize(
    ("numbers", "codes"),
    [
        (numbers_of(19, 1.0), []),
        (numbers_of(20, 1.0), []),  # its interval begins at 0.84
        (numbers_of(60, 1.0), ["easy"]),
        (numbers_of(60, 0.92), []),
        (numbers_of(60, 0.0, guess_rate=0.0), ["hard"]),
        (numbers_of(60, 0.05), ["key", "hard"]),
        (numbers_of(60, 0.2), []),  # may be guessing
        (numbers_of(60, 0.6, discrimination=Estimate(-0.1, -0.3, 0.1)), ["blunt"]),
        (numbers_of(60, 0.6, discrimination=Estimate(0.1, -0.1, 0.3)), []),
        (numbers_of(60, 0.6, discrimination=Estimate(-0.3, -0.5, -0.1)), ["key"]),
        (numbers_of(8, 0.6, discrimination=Estimate(-0.9, -0.99, -0.5)), []),
        (numbers_of(60, 0.6, seconds=Estimate(70, 61, 80), timed=60), ["slow"]),
        (numbers_of(60, 0.6, seconds=Estimate(70, 50, 80), timed=60), []),
        (numbers_of(60, 0.6, seconds=Estimate(9, 8, 11), timed=60), ["quick"]),
        (numbers_of(90, 0.6, choices=[share("key", 54, 90), share("b", 36, 90), share("c", 0, 90)]), ["unused"]),
        (numbers_of(60, 0.6, choices=[share("key", 36, 60), share("b", 24, 60), share("c", 0, 60)]), []),
    ],
)
def test_nothing_is_said_that_a_few_more_answers_may_undo(numbers: ItemNumbers, codes: list[str]) -> None:
    flags = advise(numbers, ItemFacts(30, has_one_key=True))
    assert [flag.code for flag in flags] == codes
    assert all(flag.why.endswith(".") and flag.todo.endswith(".") for flag in flags)


def test_reports_that_wait_are_said_whatever_the_numbers() -> None:
    (flag,) = advise(numbers_of(1, 1.0), ItemFacts(30, has_one_key=True, waiting_reports=2))
    assert flag.why == "2 reports by students are waiting for an answer."


def test_an_answer_is_a_readers_where_reading_came_before_it() -> None:
    answers = [answered(1, 1, 1.0), answered(1, 2, 1.0), answered(2, 1, 1.0), answered(3, 1, 1.0)]
    read_at = {(1, 7): AT - timedelta(hours=1), (2, 7): AT + timedelta(hours=1)}
    gathering = Gathering([1, 2])
    gathering.add_firsts(answers, [Details([], {}) for _ in answers], Readings(read_at, {1: 7, 2: 8}))
    assert gathering.read().tolist() == [True, False, False, False]
