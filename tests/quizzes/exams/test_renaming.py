"""Concepts and exams may be renamed; a blueprint that names what is gone harms nobody."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions.models import Concept, Course, Lesson
from quizzes import exams, schedule
from quizzes.models import Exam, ExamConcept
from quizzes.schedule.exams_ahead import concept_weights

PAGES = ("/exams/", "/exams/tiny-exam/", "/today/", "/concepts/", "/progress/", "/api/v1/exams/", "/api/v1/concepts/")


@pytest.fixture
def exam(student: User) -> Exam:
    return Exam.objects.get(slug="tiny-exam")


@pytest.fixture
def browser(student: User, client: Client) -> Client:
    """The student's browser."""
    client.force_login(student)
    return client


def visit(browser: Client) -> str:
    """All pages that tell of exams, which must answer; the text of the Exam Center."""
    for page in PAGES:
        assert browser.get(page).status_code == 200, page
    return browser.get("/exams/").content.decode()


def test_a_renamed_concept_stays_in_blueprints_plans_and_sittings(browser: Client, student: User, exam: Exam) -> None:
    Concept.objects.filter(slug="l2").update(slug="ridge")
    Lesson.objects.update(slug="shrinking")

    visit(browser)

    exam = Exam.objects.get(pk=exam.pk)
    assert (concept_weights(exam), exam.gone) == ({"ridge": 1, "factor": 1}, [])
    blueprint = browser.get("/api/v1/exams/").json()["results"][0]["blueprint"]
    assert blueprint["concepts"] == {"ridge": 1, "factor": 1}
    sitting, _ = exams.open_sitting(student, exam, timezone.now())
    exams.close_sitting(student, sitting.pk, timezone.now())
    sitting.refresh_from_db()
    scores = exams.result_payload(sitting, timezone.now())["concepts"]
    assert {score["slug"] for score in scores} == {"ridge", "factor"}


def test_a_concept_that_takes_a_name_over_takes_no_weight_over(browser: Client, course: Course, exam: Exam) -> None:
    Concept.objects.filter(slug="l2").update(slug="ridge")
    Concept.objects.create(course=course, lesson=Lesson.objects.get(), slug="l2", name="Another", definition="New.")

    assert concept_weights(Exam.objects.get(pk=exam.pk)) == {"ridge": 1, "factor": 1}
    visit(browser)


@pytest.mark.any_database
def test_a_concept_that_an_exam_names_is_not_deleted(course: Course, exam: Exam) -> None:
    other = Concept.objects.create(course=course, lesson=Lesson.objects.get(), slug="new", name="N", definition="D")
    exam.blueprint = {"slots": 2, "concepts": {"l2": 1, "new": 0}}
    exam.save()
    exams.store_names(exam)

    with pytest.raises(ProtectedError):
        other.delete()


@pytest.mark.parametrize("weights", [{"gone": 2, "l2": 1}, {"gone": 1}], ids=["one of them", "all of them"])
def test_a_name_that_is_gone_is_left_out_and_staff_are_told(
    browser: Client, student: User, exam: Exam, weights: dict[str, int]
) -> None:
    Exam.objects.filter(pk=exam.pk).update(blueprint={"slots": 2, "concepts": weights})
    exam = Exam.objects.get(pk=exam.pk)

    assert "that are gone" not in visit(browser)
    sitting, _ = exams.open_sitting(student, exam, timezone.now())
    assert sitting.slots.count() == 2
    User.objects.filter(pk=student.pk).update(is_staff=True)
    assert "Its blueprint names concepts that are gone: “gone”." in visit(browser)
    schedule.plan_day(student)


def test_a_blueprint_that_cannot_be_read_keeps_no_page_from_anybody(browser: Client, student: User, exam: Exam) -> None:
    Exam.objects.filter(pk=exam.pk).update(blueprint={"slots": 0, "sections": [{"title": "A", "kinds": ["dance"]}]})

    visit(browser)

    answer = browser.post("/exams/tiny-exam/")
    assert "its instructors have to fix it first" in answer.content.decode()


@pytest.mark.any_database
def test_the_admin_edits_names_of_now_and_refuses_those_that_are_gone(instructor: Client, exam: Exam) -> None:
    Concept.objects.filter(slug="l2").update(slug="ridge")
    address = f"/admin/quizzes/exam/{exam.pk}/change/"
    assert "ridge: 1" in instructor.get(address).content.decode()
    fields = {name: getattr(exam, name) for name in ("slug", "title", "kind", "minutes", "feedback")}

    for text, said in (("l2", "There is no concept “l2”"), ("ridge", "")):
        sent = {**fields, "course": exam.course_id, "blueprint": f"slots: 2\nconcepts: {{{text}: 1}}\n"}
        answer = instructor.post(address, sent)
        assert said in answer.content.decode()
    assert concept_weights(Exam.objects.get(pk=exam.pk)) == {"ridge": 1}


def test_blueprints_from_before_refer_to_the_concepts_of_their_course(exam: Exam) -> None:
    ExamConcept.objects.all().delete()
    Exam.objects.filter(slug="tiny-viva").update(blueprint={"concepts": {"gone": 1, "l2": 2}})

    import_module("quizzes.migrations.0006_exams_refer_to_concepts").refer(apps, None)

    named = list(ExamConcept.objects.order_by("exam", "name").values_list("exam__slug", "name", "concept__slug"))
    assert sorted(named) == [("tiny-exam", "factor", "factor"), ("tiny-exam", "l2", "l2"), ("tiny-viva", "l2", "l2")]
