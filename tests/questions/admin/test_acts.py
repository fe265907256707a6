"""What staff change is noted as it was before and after, and that is read and not edited."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models.signals import pre_delete
from django.test import Client
from django.utils import timezone

from examprep import personal_data
from examprep.models import User
from questions import trail
from questions.models import Concept, Course, Item, Lesson, StaffAct
from questions.trail.watching import watched
from quizzes.models import Enrolment, Exam
from tests.forms import filled_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
ACTS = "/admin/questions/staffact/"


def acts(row: object) -> list[tuple[str, object, object]]:
    """What was noted of a row, oldest first."""
    noted = trail.acts_of(row).order_by("pk")  # type: ignore[arg-type]
    return [(act.kind, act.before, act.after) for act in noted]


def save(browser: Client, address: str, **changed: object) -> None:
    """Change fields on a page of the admin, and save it."""
    answer = browser.post(address, {**filled_in(browser, address), **changed})
    assert answer.status_code == 302, answer.context["adminform"].form.errors


def test_what_nobody_watches_is_deleted_without_being_read() -> None:
    heard = {model for model in apps.get_models() if pre_delete.has_listeners(model)}
    assert heard == {*watched}


def test_edits_are_noted_field_by_field(instructor: Client, course: Course) -> None:
    item = Item.objects.get(slug="penalty-target")
    address = f"/admin/questions/item/{item.pk}/change/"
    factor = Concept.objects.get(slug="factor")
    save(instructor, address, stem="Which?", other_concepts=[factor.pk], _draft="1")
    ((kind, before, after),) = acts(item)
    assert kind == "changed"
    assert before == {"draft.stem": "What does the L2 penalty make small?", "concepts": ["l2"]}
    assert after == {"draft.stem": "Which?", "concepts": ["l2", "factor"]}
    save(instructor, address, _draft="1")
    assert len(acts(item)) == 1

    act = StaffAct.objects.get()
    assert (act.by and act.by.username, act.course, act.place) == ("ina", course, address)
    page = instructor.get(f"{address.removesuffix('change/')}history/").content.decode()
    assert "concepts, draft: stem" in page
    assert "<mark>Which?</mark>" in page
    assert "Changed Item" in instructor.get(f"{ACTS}?course__id__exact={course.pk}").content.decode()
    assert "<mark>Which?</mark>" in instructor.get(f"{ACTS}{act.pk}/change/").content.decode()


def test_bulk_acts_exams_lessons_and_deletions_are_noted(instructor: Client, course: Course) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    save(instructor, f"/admin/quizzes/exam/{exam.pk}/change/", minutes=45)
    assert acts(exam) == [("changed", {"minutes": 30}, {"minutes": 45})]

    item = Item.objects.get(slug="penalty-target")
    sent = {"action": "retire_items", "_selected_action": item.pk, "confirmed": "1"}
    instructor.post("/admin/questions/item/", sent)
    assert [(kind, before) for kind, before, _ in acts(item)] == [("changed", {"retired_at": None})]

    instructor.post(f"/admin/questions/item/{item.pk}/duplicate/")
    copy = Item.objects.get(slug="penalty-target-copy")
    assert [(kind, before) for kind, before, _ in acts(copy)] == [("added", None)]
    key = copy.pk
    instructor.post(f"/admin/questions/item/{key}/delete/", {"post": "yes"})
    deleted = StaffAct.objects.filter(key=str(key)).first()
    assert deleted
    assert (deleted.kind, deleted.name, deleted.after) == ("deleted", "penalty-target-copy", None)
    assert "penalty-target-copy" in instructor.get(ACTS).content.decode()
    lesson = Lesson.objects.get()
    save(instructor, f"/admin/questions/lesson/{lesson.pk}/change/", title="Decay of weights")
    assert acts(lesson)[0][2] == {"title": "Decay of weights"}


def test_what_was_done_is_not_rewritten(instructor: Client, course: Course) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    save(instructor, f"/admin/quizzes/exam/{exam.pk}/change/", minutes=45)
    act = StaffAct.objects.get()
    for attempt in (act.save, act.delete):
        with pytest.raises(TypeError):
            attempt()
    root = Client()
    root.force_login(User.objects.create_superuser("root", password="rules-them-all"))
    for browser in (instructor, root):
        assert browser.post(f"{ACTS}{act.pk}/change/", {"name": "x"}).status_code == 403
        assert browser.post(f"{ACTS}{act.pk}/delete/", {"post": "yes"}).status_code == 403
        assert browser.get(f"{ACTS}add/").status_code == 403


def test_whose_account_is_erased_is_nobody(instructor: Client, course: Course, student: User) -> None:
    enrolment = Enrolment.objects.get(student=student)
    save(instructor, f"/admin/quizzes/enrolment/{enrolment.pk}/change/", extra_time_percent=25)
    root = Client()
    root.force_login(User.objects.create_superuser("root", password="rules-them-all"))
    address = f"/admin/examprep/user/{student.pk}/change/"
    sent = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    save(root, address, email="zaphod@example.org", **sent)
    assert acts(enrolment)[0][1] == {"extra_time_percent": 0}
    noted = StaffAct.objects.get(model="examprep.user")
    assert noted.name == ""
    assert noted.after["email"] == "zaphod@example.org"
    assert "password" not in str(noted.after)
    assert "zaphod@example.org" not in instructor.get(f"{ACTS}{noted.pk}/change/", follow=True).content.decode()
    assert student.username in root.get(ACTS).content.decode()

    personal_data.erase(student, timezone.now())
    personal_data.erase(User.objects.get(username="ina"), timezone.now())
    for act in StaffAct.objects.all():
        assert (act.about, act.before, act.after) == (None, None, None)
    assert StaffAct.objects.get(model="quizzes.enrolment").by is None
    assert "somebody whose account is erased" in root.get(ACTS).content.decode()
    assert "The values are no longer kept" in root.get(f"{ACTS}{noted.pk}/change/").content.decode()
