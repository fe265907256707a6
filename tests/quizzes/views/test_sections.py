"""The page of a course's sections: added, dated, renamed and deleted by owners, with what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import roles
from questions.models import Course, StaffAct
from quizzes import exams
from quizzes.models import Enrolment, Exam, Section, Sitting
from tests.effort import count_queries

PAGE = "/courses/tiny/people/sections/"


@pytest.fixture
def web(course: Course) -> Client:
    owner = User.objects.create_user("owner", time_zone="Europe/Athens")
    roles.set_role(owner, course, roles.Role.OWNER)
    client = Client()
    client.force_login(owner)
    return client


def test_an_owner_adds_dates_renames_and_deletes_a_section(student: User, course: Course, web: Client) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    Exam.objects.filter(pk=exam.pk).update(closes_at=datetime(2027, 3, 1, tzinfo=UTC))
    sitting, _ = exams.open_sitting(student, exam, timezone.now())
    added = web.post(PAGE, {"name": "Monday", "extra_time_percent": "0"})
    section = Section.objects.get(course=course, name="Monday")
    assert added["Location"] == f"{PAGE}{section.pk}/"
    again = web.post(PAGE, {"name": "MONDAY", "extra_time_percent": "0"})
    assert again.status_code == 422
    assert "already" in again.content.decode()

    Enrolment.objects.filter(student=student).update(section=section)
    sent = {"name": "Tuesday", "extra_time_percent": "50", f"{exam.pk}-opens_at": "2027-02-03T10:00"}
    assert web.post(f"{PAGE}{section.pk}/", sent).status_code == 302
    section.refresh_from_db()
    assert (section.name, section.extra_time_percent) == ("Tuesday", 50)
    assert section.exam_dates.get().opens_at == datetime(2027, 2, 3, 8, tzinfo=UTC)
    longer = Sitting.objects.get(pk=sitting.pk)
    assert longer.deadline_at - longer.opened_at == timedelta(minutes=exam.minutes * 1.5)
    page = web.get(f"{PAGE}{section.pk}/").content.decode()
    assert 'value="2027-02-03T10:00"' in page
    assert "Tuesday" in web.get(PAGE).content.decode()
    late = web.post(f"{PAGE}{section.pk}/", {**sent, f"{exam.pk}-opens_at": "2027-03-03T10:00"})
    assert late.status_code == 422
    assert "1 March 2027" in late.content.decode()

    web.post(f"{PAGE}{section.pk}/", {**sent, f"{exam.pk}-opens_at": ""})
    assert not section.exam_dates.exists()
    assert web.post(f"{PAGE}{section.pk}/", {"delete": "1"}).status_code == 302
    assert not Section.objects.filter(pk=section.pk).exists()
    assert Enrolment.objects.get(student=student).section is None
    assert Sitting.objects.get(pk=sitting.pk).deadline_at == sitting.deadline_at
    kinds = StaffAct.objects.filter(model="quizzes.section").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["added", "changed", "changed", "deleted"]


@pytest.mark.any_database
def test_sections_are_the_business_of_the_courses_owners(course: Course, web: Client) -> None:
    section = Section.objects.create(course=course, name="Monday")
    other = Course.objects.create(slug="other", title="Other")
    foreign = Section.objects.create(course=other, name="Friday")
    assert web.get(f"{PAGE}{foreign.pk}/").status_code == 404
    assistant = User.objects.create_user("assistant")
    roles.set_role(assistant, course, roles.Role.ASSISTANT)
    client = Client()
    client.force_login(assistant)
    for address in (PAGE, f"{PAGE}{section.pk}/"):
        assert client.get(address).status_code == 404
        assert client.post(address, {"name": "x", "extra_time_percent": "0", "delete": "1"}).status_code == 404
    assert Section.objects.filter(pk=section.pk).exists()


@pytest.mark.any_database
def test_the_pages_queries_do_not_grow(course: Course, web: Client) -> None:
    section = Section.objects.create(course=course, name="Monday")
    pages = (PAGE, f"{PAGE}{section.pk}/")
    before = [count_queries(web, address) for address in pages]
    Section.objects.bulk_create([Section(course=course, name=f"S{number}") for number in range(9)])
    exam = Exam.objects.get(slug="tiny-exam")
    for number in range(5):
        exam.pk, exam.slug, exam._state.adding = None, f"e{number}", True
        exam.save()
    assert [count_queries(web, address) for address in pages] == before
