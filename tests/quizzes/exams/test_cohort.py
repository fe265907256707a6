"""Results of a cohort in the admin: who sees them, what they say, and what they cost."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import roles
from questions.models import Course
from quizzes import exams, schedule
from quizzes.models import Enrolment, Exam, Section, Sitting, SittingOutcome, Slot
from tests.conftest import wrong

Key = Callable[[str], Any]
NOW = timezone.now()


@pytest.fixture
def exam(course: Course) -> Exam:
    return Exam.objects.get(slug="tiny-exam")


def sit(exam: Exam, name: str, ability: int, key: Key, days: int = 0, **names: str) -> Sitting:
    """A sitting of whoever gets the first `ability` slots right, the next wrong, and leaves the last one empty."""
    student, new = User.objects.get_or_create(username=name, defaults=names)
    if new:
        schedule.enrol(student, exam.course)
    now = NOW + timedelta(days=days)
    opened, _ = exams.open_sitting(student, exam, now)
    slots = list(opened.slots.select_related("presentation__version"))
    # By item, so that every student finds the same ones hard.
    slots.sort(key=lambda slot: slot.presentation.version.item_id)
    for at, slot in enumerate(slots[:-1]):
        right = key(str(slot.presentation_id))
        put = {"kind": slot.presentation.version.kind, "prompt": slot.presentation.prompt}
        exams.save_answer(student, opened.pk, slot.number, right if at < ability else wrong(put, right), 0, now)
    return exams.close_sitting(student, opened.pk, now)


def url(exam: Exam, ending: str = "") -> str:
    return f"/admin/quizzes/exam/{exam.pk}/results/{ending}"


def rows(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.any_database
def test_only_staff_who_may_see_exams_see_results(exam: Exam, student: User, instructor: Client) -> None:
    clerk = User.objects.create_user("clerk", password="files-it-1", is_staff=True)
    reader = User.objects.create_user("reader", password="reads-it-1", is_staff=True)
    roles.set_role(reader, exam.course, roles.Role.OBSERVER)
    writer = User.objects.create_user("writer")
    roles.set_role(writer, exam.course, roles.Role.AUTHOR)
    for ending in ("", "items.csv", "answers.csv", "students.csv"):
        assert Client().get(url(exam, ending)).status_code == 302
        for user, status in (
            (student, 302),
            (clerk, 404),
            (reader, 200),
            (writer, 403 if "students" in ending else 200),
        ):
            client = Client()
            client.force_login(user)
            assert client.get(url(exam, ending)).status_code == status, (user, ending)
        assert instructor.get(url(exam, ending)).status_code == 200
        assert instructor.get(f"/admin/quizzes/exam/999999/results/{ending}").status_code == 404


def test_before_anybody_is_done_it_says_so(exam: Exam, student: User, instructor: Client) -> None:
    exams.open_sitting(student, exam, NOW)
    for which in ("first", "all"):
        page = instructor.get(url(exam), {"sittings": which}).content.decode()
        assert "No sitting has been closed yet." in page
    assert rows(instructor.get(url(exam, "items.csv"))) == []
    assert url(exam) in instructor.get("/admin/quizzes/exam/").content.decode()
    assert url(exam) in instructor.get(f"/admin/quizzes/exam/{exam.pk}/change/").content.decode()


@pytest.mark.any_database
def test_what_staff_try_counts_for_nothing(exam: Exam, key: Key) -> None:
    sit(exam, "ada", 3, key)
    before = exams.cohort_results(exam)
    for name in ("is_staff", "is_superuser"):
        tries = User.objects.create(username=name, **{name: True})
        schedule.enrol(tries, exam.course)
        sit(exam, tries.username, 5, key)
    assert exams.cohort_results(exam) == before
    assert [score.student for score in exams.student_scores(exam)] == ["ada"]


@pytest.mark.any_database
def test_the_numbers_are_those_of_the_slots(exam: Exam, key: Key, instructor: Client) -> None:
    for at, ability in enumerate((5, 5, 4, 3, 2, 0)):
        sit(exam, f"s{at}", ability, key)
    cohort = exams.cohort_results(exam)
    scores = Sitting.objects.order_by("student__username").values_list("score", "max_score")
    percents = np.array([100 * score / max_score for score, max_score in scores if score is not None and max_score])
    assert cohort.totals
    assert cohort.totals.mean == pytest.approx(percents.mean())
    assert cohort.totals.deviation == pytest.approx(percents.std(ddof=1))
    assert sum(cohort.bins) == 6
    assert [score.percent for score in exams.student_scores(exam)] == pytest.approx(percents)

    for item in cohort.items:
        slots = Slot.objects.filter(presentation__version__item=item.pk).order_by("sitting__student__username")
        x = np.array([slot.score for slot in slots])
        assert item.n == len(x) == 6
        assert item.facility.value == pytest.approx(x.mean())
        others = [(slot.sitting.score - slot.score) / 5 for slot in slots.select_related("sitting")]  # type: ignore[operator]
        if item.discrimination:
            assert item.discrimination.value == pytest.approx(np.corrcoef(x, others)[0, 1])
        else:
            assert x.std() == 0 or np.std(others) == 0
    single = next(item for item in cohort.items if item.kind == "single_choice")
    assert sum(answer.chosen.all for answer in single.answers) == 6
    assert [answer.right for answer in single.answers].count(True) == 1

    page = instructor.get(url(exam)).content.decode()
    assert f"{percents.mean():.1f} %" in page
    assert all(f"/admin/questions/item/{item.pk}/change/" in page for item in cohort.items)
    table = rows(instructor.get(url(exam, "items.csv")))
    assert [row["item"] for row in table] == [item.slug for item in cohort.items]
    assert float(table[0]["facility"]) == pytest.approx(cohort.items[0].facility.value, abs=1e-4)
    chosen = [row for row in rows(instructor.get(url(exam, "answers.csv"))) if row["kind"] == "single_choice"]
    assert [(row["answer"], int(row["all"])) for row in chosen] == [
        (answer.chosen.option, answer.chosen.all) for answer in single.answers
    ]
    assert [row["right"] for row in chosen].count("yes") == 1


def test_a_section_has_results_of_its_own(exam: Exam, key: Key, instructor: Client) -> None:
    monday, friday = (Section.objects.create(course=exam.course, name=name) for name in ("Monday", "Friday"))
    for name, ability, section in (("ada", 5, monday), ("bob", 1, friday), ("eve", 2, None)):
        sit(exam, name, ability, key)
        Enrolment.objects.filter(student__username=name).update(section=section)
    for which in ("first", "all"):
        page = instructor.get(url(exam), {"sittings": which, "section": monday.pk})
        assert page.context["cohort"].totals.n == 1
        assert f"sittings=all&amp;section={monday.pk}" in page.content.decode()
        told = rows(instructor.get(url(exam, "students.csv"), {"sittings": which, "section": friday.pk}))
        assert [row["student"] for row in told] == ["bob"]
    assert len(rows(instructor.get(url(exam, "students.csv"), {"section": "0"}))) == 3


@pytest.mark.any_database
def test_items_are_sorted_by_a_click(exam: Exam, key: Key, instructor: Client) -> None:
    for at, ability in enumerate((5, 4, 2, 1, 0)):
        sit(exam, f"s{at}", ability, key)
    for order in ("facility", "-facility", "-discrimination", "efficiency", "n", "flags", "nonsense", "-"):
        assert instructor.get(url(exam), {"order": order}).status_code == 200
    easy = [item.facility.value for item in instructor.get(url(exam), {"order": "-facility"}).context["items"]]
    assert easy == sorted(easy, reverse=True)
    page = instructor.get(url(exam), {"order": "facility", "sittings": "all"}).content.decode()
    assert 'aria-sort="ascending"' in page
    assert "sittings=all&amp;order=-facility" in page


@pytest.mark.any_database
def test_a_second_sitting_counts_only_among_all(exam: Exam, key: Key) -> None:
    sit(exam, "s", 0, key)
    sit(exam, "s", 6, key, days=1)
    first, both = exams.cohort_results(exam, "first"), exams.cohort_results(exam, "all")
    assert first.totals
    assert both.totals
    assert (first.totals.n, both.totals.n) == (1, 2)
    assert {item.n for item in first.items} == {1}
    assert {item.n for item in both.items} == {2}
    assert both.totals.mean > first.totals.mean


@pytest.mark.any_database
def test_an_item_known_from_another_exam_is_no_first_exposure(exam: Exam, key: Key) -> None:
    other = Exam.objects.create(
        course=exam.course, slug="rehearsal", title="R", kind=exam.kind, minutes=30, blueprint=exam.blueprint
    )
    sit(other, "knows", 3, key)
    sit(exam, "knows", 5, key, days=1)
    sit(exam, "new", 5, key, days=1)
    cohort = exams.cohort_results(exam)
    assert cohort.totals
    assert cohort.totals.n == 2
    assert {item.n for item in cohort.items} == {1}


@pytest.mark.any_database
def test_cells_never_begin_a_formula(exam: Exam, key: Key, instructor: Client) -> None:
    sit(exam, "@sum", 3, key, first_name="=cmd|' /C calc'!A0", last_name="Zoë")
    (row,) = rows(instructor.get(url(exam, "students.csv")))
    assert row["student"] == "'@sum"
    assert row["name"] == "'=cmd|' /C calc'!A0 Zoë"
    assert float(row["percent"]) > 0
    answer = instructor.get(url(exam, "students.csv"))
    assert answer.streaming
    assert answer["Content-Disposition"] == 'attachment; filename="tiny-exam-students.csv"'


def test_a_student_cannot_write_into_the_page(exam: Exam, key: Key, instructor: Client) -> None:
    closed = sit(exam, "s", 0, key)
    slot = closed.slots.get(presentation__version__kind="short_text")
    slot.response = {"text": "![](http://evil.example/x.png)<b>"}
    slot.save()
    SittingOutcome.objects.all().delete()
    page = instructor.get(url(exam)).content.decode()
    assert "<b>" not in page
    assert 'src="http://evil.example' not in page
    assert "evil.example" in page


@pytest.mark.any_database
@pytest.mark.parametrize("which", ["first", "all"])
def test_it_takes_the_same_queries_for_any_number_of_sittings(
    exam: Exam, key: Key, instructor: Client, which: str
) -> None:
    counts = []
    for batch in range(2):
        for at in range(1 + 3 * batch):
            sit(exam, f"s{batch}-{at}", at + 2, key)
        with CaptureQueriesContext(connection) as queries:
            assert instructor.get(url(exam), {"sittings": which}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 11
