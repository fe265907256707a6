"""A section of a course has exam dates and extra time of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from examprep.models import User
from quizzes import exams, schedule
from quizzes.exams import mending
from quizzes.models import Enrolment, Exam, Job, Section, SectionExam, Sitting

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def exam(student: User) -> Exam:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.starts_at, exam.opens_at, exam.closes_at = NOW + 9 * DAY, NOW - HOUR, NOW + HOUR
    exam.attempts = 1
    exam.save()
    return exam


@pytest.fixture
def section(student: User, exam: Exam) -> Section:
    section = Section.objects.create(course=exam.course, name="Monday")
    Enrolment.objects.filter(student=student).update(section=section)
    return section


def date_for(section: Section, exam: Exam, **dates: datetime) -> None:
    SectionExam.objects.update_or_create(section=section, exam=exam, defaults=dates)


@pytest.mark.any_database
def test_a_section_begins_an_exam_by_its_own_dates(student: User, exam: Exam, section: Section) -> None:
    date_for(section, exam, opens_at=NOW + 2 * HOUR, closes_at=NOW + 3 * HOUR)
    for now, code in ((NOW, "early"), (NOW + 3 * HOUR, "over")):
        with pytest.raises(exams.SittingError) as refused:
            exams.open_sitting(student, exam, now)
        assert refused.value.code == code
        (status,) = (each for each in exams.list_exams(student, now) if each.exam == exam)
        assert status.state(now) == code
    assert exams.open_sitting(student, exam, NOW + 2 * HOUR)[1]


@pytest.mark.any_database
def test_what_a_section_does_not_say_is_as_for_all(student: User, exam: Exam, section: Section) -> None:
    date_for(section, exam, closes_at=NOW + 3 * HOUR)
    with pytest.raises(exams.SittingError, match="opens"):
        exams.open_sitting(student, exam, NOW - 2 * HOUR)
    assert exams.open_sitting(student, exam, NOW + 2 * HOUR)[1]
    exam.refresh_from_db()
    assert exam.closes_at == NOW + HOUR


def test_the_plan_works_toward_the_sections_date_unless_the_student_has_set_one(
    student: User, exam: Exam, section: Section
) -> None:
    date_for(section, exam, starts_at=NOW + 4 * DAY)

    def planned() -> list[datetime]:
        return [each.at for each in schedule.list_exams_ahead(student, NOW) if each.title == exam.title]

    assert planned() == [NOW + 4 * DAY]
    Enrolment.objects.filter(student=student).update(exam_at=NOW + 2 * DAY)
    assert planned() == [NOW + 2 * DAY]
    Enrolment.objects.filter(student=student).update(exam_at=None, section=None)
    assert planned() == [NOW + 9 * DAY]


@pytest.mark.any_database
def test_keys_wait_until_the_last_section_has_sat(student: User, exam: Exam, section: Section) -> None:
    exam.feedback = Exam.Feedback.ENDED
    exam.save()
    later = Section.objects.create(course=exam.course, name="Friday")
    date_for(later, exam, closes_at=NOW + DAY)
    sitting, _ = exams.open_sitting(student, exam, NOW)
    exams.close_sitting(student, sitting.pk, NOW + HOUR)
    assert exams.release_ended_sittings(NOW + 2 * HOUR) == 0
    assert not exams.is_feedback_released(Sitting.objects.get(pk=sitting.pk), NOW + 2 * HOUR)
    assert exams.release_ended_sittings(NOW + DAY) == 1


@pytest.mark.parametrize(("own", "sections", "minutes"), [(0, 50, 15), (100, 50, 20), (20, 0, 12)])
def test_a_student_has_the_sections_extra_time_or_their_own_where_that_is_more(
    student: User, exam: Exam, section: Section, own: int, sections: int, minutes: int
) -> None:
    Section.objects.filter(pk=section.pk).update(extra_time_percent=sections)
    Enrolment.objects.filter(student=student).update(extra_time_percent=own)
    exam.minutes = 10
    exam.save()
    sitting, _ = exams.open_sitting(student, exam, NOW)
    assert sitting.deadline_at - NOW == timedelta(minutes=minutes)


@pytest.mark.any_database
def test_another_attempt_is_offered_while_the_section_can_begin(student: User, exam: Exam, section: Section) -> None:
    date_for(section, exam, closes_at=NOW + DAY)
    sitting, _ = exams.open_sitting(student, exam, NOW)
    exams.close_sitting(student, sitting.pk, NOW + HOUR)
    offered = mending.load_sheet(Sitting.objects.get(pk=sitting.pk), NOW + 2 * HOUR).offered
    assert "attempt" in offered
    assert "attempt" not in mending.load_sheet(Sitting.objects.get(pk=sitting.pk), NOW + 2 * DAY).offered


def test_who_is_moved_has_the_sections_time_at_once_and_a_plan_soon(student: User, exam: Exam) -> None:
    section = Section.objects.create(course=exam.course, name="Monday", extra_time_percent=50)
    sitting, _ = exams.open_sitting(student, exam, NOW)
    enrolment = Enrolment.objects.get(student=student)
    Job.objects.all().delete()
    enrolment.section = section
    for _ in range(2):
        exams.store_students([enrolment], NOW)
        sitting.refresh_from_db()
        assert sitting.deadline_at - NOW == timedelta(minutes=exam.minutes * 1.5)
        assert Job.objects.filter(kind=Job.Kind.PLAN, student=student).count() == 1
    exams.delete_section(section, NOW)
    sitting.refresh_from_db()
    assert sitting.deadline_at - NOW == timedelta(minutes=exam.minutes)
    assert Enrolment.objects.get(student=student).section is None
