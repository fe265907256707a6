"""Sittings where several want them at once, and blueprints."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from examprep.models import User
from questions import bank, kinds
from questions.models import Course, Item
from quizzes import exams
from quizzes.exams import blueprints
from quizzes.models import Exam, ReviewEvent, Sitting, Slot
from quizzes.presentations import body_of
from tests.conftest import TINY


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

    course = bank.load_course(TINY, seeds=20).course
    exams.load_exams(course, TINY)
    user = User.objects.create_user("ada")
    schedule.enrol(user, course)
    schedule.ensure_cards(user)
    return user


def right(slot: Slot) -> Any:
    version = slot.presentation.version
    return kinds.get(version.kind).reveal(body_of(version.pk), slot.presentation.answer).key


def test_two_devices_that_begin_at_once_get_the_same_sitting(learner: User) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    results = at_once(6, lambda _: exams.open_sitting(learner, exam, timezone.now()))
    assert [one for one in results if isinstance(one, Exception)] == []
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
    saved = [number for number, one in enumerate(results) if isinstance(one, exams.SavedAnswer)]
    assert len(saved) == 1
    assert sum(isinstance(one, exams.StaleAnswerError) for one in results) == 5
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
                return exams.submit_sitting(learner, opened.pk, timezone.now())
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
    assert [one for one in results if isinstance(one, Exception)] == []
    assert Sitting.objects.get().state == "expired"
    assert ReviewEvent.objects.filter(type="review").count() == 1


# Blueprints


@pytest.mark.parametrize(
    ("kind", "document", "field", "message"),
    [
        ("assessment", {}, "slots", "required"),
        ("assessment", {"slots": 0}, "slots", "greater than or equal to 1"),
        ("assessment", {"slots": 3, "minutes": 3}, "minutes", "not known here; there are slots"),
        ("assessment", {"slots": 3, "concepts": {"l2": -1}}, "concepts.l2", "greater than or equal to 0"),
        ("assessment", {"slots": 3, "concepts": {"l2": 0}}, "", "at least one concept a weight above zero"),
        ("assessment", {"slots": 3, "difficulty": {"6": 1}}, "difficulty.6.[key]", "less than or equal to 5"),
        ("assessment", {"slots": 3, "sections": [{"title": "A", "slots": 2}]}, "", "2 slots together; `slots` says 3"),
        (
            "assessment",
            {"slots": 3, "sections": [{"title": "A", "slots": 3, "kinds": ["essay"]}]},
            "sections.0",
            "There is no kind “essay”",
        ),
        ("assessment", {"slots": True}, "slots", "This is a number, not true or false"),
        (
            "assessment",
            {"slots": 3, "sections": [{"title": "A", "slots": 3, "kinds": {"numeric": 0}}]},
            "sections.0",
            "at least one kind a weight above zero",
        ),
        ("viva", {"rounds": 2, "pairs": 1, "distractors": 0, "seconds_a_round": 60}, "pairs", "greater than or equal"),
        ("viva", {"rounds": 2, "pairs": 2, "distractors": 0}, "seconds_a_round", "required"),
    ],
)
def test_a_wrong_blueprint_names_its_field(kind: str, document: Any, field: str, message: str) -> None:
    with pytest.raises(exams.BlueprintError, match=message.split("`")[0].split("“")[0]) as caught:
        blueprints.parse(kind, document)
    assert caught.value.field == field
    assert message in caught.value.message


def test_a_blueprint_that_the_bank_cannot_fill_names_the_cell(course: Course) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": 4, "difficulty": {5: 1}}
    with pytest.raises(exams.SittingError, match="Questions: difficulty 5: 4 needed, 1 published"):
        exams.check_blueprint(exam)
    exam.blueprint = {"slots": 3, "sections": [{"title": "Numbers", "slots": 3, "kinds": ["numeric"]}]}
    with pytest.raises(exams.SittingError, match="Numbers: numeric: 3 needed, 1 published"):
        exams.check_blueprint(exam)
    exam.blueprint = {"slots": 3, "concepts": {"factor": 4, "l2": 1}}
    exams.check_blueprint(exam)
    exam.blueprint = {"slots": 5, "concepts": {"factor": 4, "l2": 1}}
    with pytest.raises(exams.SittingError, match=r"^concept factor: 4 needed, 3 published"):
        exams.check_blueprint(exam)
    exam.blueprint = {"slots": 2, "concepts": {"vector": 1}}
    with pytest.raises(exams.BlueprintError, match="There is no concept “vector” in this course"):
        exams.check_blueprint(exam)
    exam.kind, exam.blueprint = "viva", {"rounds": 1, "pairs": 2, "distractors": 1, "seconds_a_round": 1900}
    with pytest.raises(exams.BlueprintError, match="The rounds take 32 minutes together; the exam has 30"):
        exams.check_blueprint(exam)
    exam.kind, exam.blueprint = "viva", {"rounds": 3, "pairs": 2, "distractors": 1, "seconds_a_round": 60}
    with pytest.raises(exams.SittingError, match="match sets: 3 rounds needed, 1 published"):
        exams.check_blueprint(exam)


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

    one = "- slug: tiny-exam\n  title: T\n  kind: assessment\n  minutes: 30\n  blueprint: {slots: 1}\n"
    with pytest.raises(bank.BankError, match="“tiny-exam” stands here twice"):
        load(one + one)
    with pytest.raises(bank.BankError, match=r"course “.+” has an exam of this name"):
        load(one, Course.objects.create(slug="other", title="Other"))
    exams.open_sitting(student, Exam.objects.get(slug="tiny-exam"), timezone.now())
    viva = "{rounds: 1, pairs: 2, distractors: 1, seconds_a_round: 60}"
    with pytest.raises(bank.BankError, match="was sat, as one of kind assessment"):
        load(one.replace("assessment", "viva").replace("{slots: 1}", viva))


def test_an_item_that_was_retired_since_leaves_the_exam_as_near_as_can_be(student: User) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": 3, "difficulty": {5: 1, 1: 2}}
    exam.save()
    bank.retire(Item.objects.get(slug="name-of-the-fix"))
    opened, _ = exams.open_sitting(student, exam, timezone.now())
    assert opened.slots.count() == 3
    bank.retire(Item.objects.get(slug="decay-factor"))
    bank.retire(Item.objects.get(slug="true-of-l2"))
    bank.retire(Item.objects.get(slug="match-regularisers"))
    exams.submit_sitting(student, opened.pk, timezone.now())
    with pytest.raises(exams.SittingError, match="needed"):
        exams.open_sitting(student, exam, timezone.now())
