"""Answers in one's own words in an exam: they wait for staff, and what is marked counts as any answer does."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import bank, roles
from questions.models import Concept, Course
from quizzes import exams, schedule
from quizzes.exams import mending
from quizzes.exams.blueprints import parse
from quizzes.exams.mending import Order
from quizzes.models import Exam, Notice, Review, ReviewEvent, Sitting, SittingAct, Slot, SlotMark
from tests.conftest import Api

QUEUE = "/admin/quizzes/slotmark/queue/"
NOW = timezone.now().replace(microsecond=0)
BODY: dict[str, Any] = {
    "stem": "Why does dropout help?",
    "model": "It keeps units from relying on each other.",
    "points": [{"text": "Units are dropped.", "marks": 1}, {"text": "They cannot co-adapt.", "marks": 3}],
}


@pytest.fixture
def exam(course: Course) -> Exam:
    return make_exam(course)


def make_exam(course: Course) -> Exam:
    """An exam that asks a question to be answered in one's own words, and one more."""
    concept = Concept.objects.get(course=course, slug="l2")
    item = bank.save_draft(course, "own-words", "open_response", BODY, [concept], difficulty=2, seconds=60)
    bank.publish(item, seeds=5)
    sections = [
        {"title": "Words", "slots": 1, "kinds": ["open_response"]},
        {"title": "Choice", "slots": 1, "kinds": ["single_choice"]},
    ]
    return Exam.objects.create(
        course=course,
        slug="words",
        title="Words",
        kind="assessment",
        minutes=10,
        blueprint={"slots": 2, "sections": sections},
    )


@pytest.fixture
def ina(db: None) -> User:
    return User.objects.create_user("marker", is_staff=True)


def sit(student: User, exam: Exam, text: str = "They cannot co-adapt.") -> Sitting:
    sitting, _ = exams.open_sitting(student, exam, NOW)
    exams.save_answer(student, sitting.pk, 1, {"text": text, "points": ["all", "of", "them"]}, 0, NOW)
    return exams.close_sitting(student, sitting.pk, NOW + timedelta(minutes=1))


def points_of(slot: Slot) -> list[str]:
    """The ids of the points, in their order."""
    ids = slot.presentation.answer["ids"]
    return sorted(ids, key=lambda key: ids[key])


def first(sitting: Sitting) -> Slot:
    return sitting.slots.select_related("presentation").get(number=1)


def test_it_waits_then_counts_then_is_marked_anew_and_taken_back(
    student: User, api: Api, exam: Exam, ina: User
) -> None:
    sitting = sit(student, exam)
    slot = first(sitting)
    assert (sitting.score, sitting.max_score, slot.waits) == (0, 1, True)
    assert not ReviewEvent.objects.filter(presentation=slot.presentation).exists()
    result = api.get(f"sittings/{sitting.pk}/result/").json()
    assert (result["waiting"], result["max_score"]) == (1, 1)
    assert (result["slots"][0]["waits"], result["slots"][0]["grade"]) == (True, None)
    before = exams.cohort_results(exam).items

    units, co_adapt = points_of(slot)
    for points, score in (([co_adapt], 0.75), ([units], 0.25), ([units, co_adapt], 1.0)):
        exams.mark_answer(slot.pk, points, ina, NOW)
        sitting.refresh_from_db()
        assert (sitting.score, sitting.max_score) == (score, 2)
        assert Review.objects.counting().get(event__presentation=slot.presentation).score == score
        call_command("rebuild_memory", check=True)
    told = Notice.objects.filter(student=student).order_by("pk")
    assert told[0].text == "Your answers in “Words” were marked: you have 0.8 of 2."
    result = api.get(f"sittings/{sitting.pk}/result/").json()
    assert (result["waiting"], result["slots"][0]["score"]) == (0, 1)
    assert sorted(result["slots"][0]["response"]["points"]) == sorted([units, co_adapt])
    item = next(each for each in exams.cohort_results(exam).items if each.slug == "own-words")
    assert (item.n, item.facility.value) == (1, 1)

    exams.mark_answer(slot.pk, None, ina, NOW)
    sitting.refresh_from_db()
    assert (sitting.score, sitting.max_score, first(sitting).waits) == (0, 1, True)
    assert not Review.objects.counting().filter(event__presentation=slot.presentation).exists()
    assert len(exams.cohort_results(exam).items) == len(before)
    call_command("rebuild_memory", check=True)
    assert SlotMark.objects.count() == 4


def test_the_same_mark_twice_is_one(student: User, exam: Exam, ina: User) -> None:
    slot = first(sit(student, exam))
    for _ in range(2):
        exams.mark_answer(slot.pk, points_of(slot)[:1], ina, NOW)
    assert (SlotMark.objects.count(), Notice.objects.count()) == (1, 1)
    assert ReviewEvent.objects.filter(presentation=slot.presentation).count() == 1


@pytest.mark.any_database
def test_what_is_marked_before_its_exam_shows_keys_counts_from_then_on(student: User, exam: Exam, ina: User) -> None:
    exam.feedback, exam.closes_at = Exam.Feedback.ENDED, NOW + timedelta(hours=1)
    exam.save()
    slot = first(sit(student, exam))
    exams.mark_answer(slot.pk, points_of(slot), ina, NOW)
    assert not ReviewEvent.objects.filter(presentation=slot.presentation).exists()
    exams.release_ended_sittings(NOW + timedelta(hours=2))
    assert Review.objects.counting().get(event__presentation=slot.presentation).score == 1
    call_command("rebuild_memory", check=True)


@pytest.mark.any_database
def test_what_is_opened_again_is_to_be_marked_again(student: User, exam: Exam, ina: User) -> None:
    sitting = sit(student, exam)
    slot = first(sitting)
    exams.mark_answer(slot.pk, points_of(slot), ina, NOW)
    order = Order(kind=SittingAct.Kind.REOPEN, request=slot.presentation_id, until=NOW + timedelta(hours=1))
    mending.mend(sitting.pk, order, ina, NOW + timedelta(minutes=2))
    assert not exams.waiting_slots(Slot.objects.all()).exists()
    with pytest.raises(exams.MarkError, match="open"):
        exams.mark_answer(slot.pk, [], ina, NOW)
    exams.close_sitting(student, sitting.pk, NOW + timedelta(minutes=3))
    assert list(exams.waiting_slots(Slot.objects.all())) == [slot]
    call_command("rebuild_memory", check=True)


def test_what_cannot_be_marked_is_refused_and_leaves_nothing(student: User, exam: Exam, ina: User) -> None:
    sitting = sit(student, exam)
    with pytest.raises(exams.MarkError, match="not the points"):
        exams.mark_answer(first(sitting).pk, ["elsewhere"], ina, NOW)
    with pytest.raises(exams.MarkError, match="nothing to mark"):
        exams.mark_answer(sitting.slots.get(number=2).pk, [], ina, NOW)
    assert not SlotMark.objects.exists()
    assert first(sitting).waits


@pytest.mark.any_database
def test_exams_ask_it_where_they_name_it_alone(student: User, exam: Exam) -> None:
    parse("assessment", {"slots": 1, "sections": [{"title": "x", "slots": 1, "kinds": ["open_response"]}]})
    with pytest.raises(exams.BlueprintError, match="recall"):
        parse("assessment", {"slots": 1, "sections": [{"title": "x", "slots": 1, "kinds": ["recall"]}]})
    for seed in range(5):
        trial = exams.compose_trial(Exam.objects.get(slug="tiny-exam"), seed, NOW)
        assert "open_response" not in {slot.presentation.version.kind for slot in trial.slots}
    assert "own-words" not in exams.list_unreachable(exam.course)


@pytest.mark.any_database
def test_a_student_writes_it_without_seeing_the_points(student: User, exam: Exam) -> None:
    sitting, _ = exams.open_sitting(student, exam, NOW)
    client = Client()
    client.force_login(student)
    page = client.get(f"/sittings/{sitting.pk}/").content.decode()
    assert "<textarea" in page
    assert "co-adapt" not in page
    client.post(f"/sittings/{sitting.pk}/", {"slot": "1", "rev": "0", "text": "Because."})
    assert first(sitting).response["text"] == "Because."
    client.post(f"/sittings/{sitting.pk}/submit/")
    page = client.get(f"/sittings/{sitting.pk}/").content.decode()
    assert "1 answer is being marked" in page
    assert "Because." in page
    assert "co-adapt" not in page


def test_the_queue_is_anonymous_goes_on_and_back_and_undoes(exam: Exam, instructor: Client) -> None:
    sittings: list[Sitting] = []
    for name in ("grace", "hopper"):
        student = User.objects.create_user(name)
        schedule.enrol(student, exam.course)
        sittings.append(sit(student, exam, f"<b>Words</b> of {len(sittings)}"))
    slots = [first(sitting) for sitting in sittings]
    page = instructor.get(QUEUE).content.decode()
    assert "1 of 2" in page
    assert html.escape("<b>Words</b> of 0") in page
    assert "They cannot co-adapt." in page
    assert not {"grace", "hopper"} & set(page.split())
    assert f"?slot={slots[1].pk}" in page

    form: dict[str, Any] = {"slot": slots[0].pk, "following": slots[1].pk, "points": points_of(slots[0])}
    page = instructor.post(QUEUE, form, follow=True).content.decode()
    assert "Words&lt;/b&gt; of 1" in page
    assert "1 of 1" in page
    assert not first(sittings[0]).waits
    page = instructor.post(QUEUE, {"slot": slots[0].pk, "undo": "1"}, follow=True).content.decode()
    assert "1 of 2" in page
    assert first(sittings[0]).waits
    assert "Nothing was marked" in instructor.post(QUEUE, {"slot": "99999"}, follow=True).content.decode()
    Slot.objects.update(waits=False)
    assert "There is nothing to mark" in instructor.get(QUEUE).content.decode()


@pytest.mark.any_database
def test_who_may_mend_sittings_may_mark(course: Course, instructor: Client) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    roles.set_role(reader, course, roles.Role.OBSERVER)
    client = Client()
    client.force_login(reader)
    assert client.get(QUEUE).status_code == 403
    assert QUEUE not in client.get("/admin/quizzes/slotmark/").content.decode()
    assert QUEUE in instructor.get("/admin/quizzes/slotmark/").content.decode()
