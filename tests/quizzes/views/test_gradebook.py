"""The gradebook: which sitting stands in it, its page and its file."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions.models import Course
from quizzes import exams, schedule
from quizzes.models import Enrolment, Exam, Section, Sitting
from quizzes.progress.for_staff.gradebook import Attempt, decide_mark, load_gradebook
from tests.effort import count_queries

PAGE = "/courses/tiny/gradebook/"


def attempts(*points: float | None, void: tuple[int, ...] = (), waiting: tuple[int, ...] = ()) -> list[Attempt]:
    """Attempts with these of ten points, None where they are open."""
    return [
        Attempt(uuid.UUID(int=number), number, score, 10.0, number in void, int(number in waiting))
        for number, score in enumerate(points, 1)
    ]


MARKS: list[tuple[list[Attempt], str, tuple[str, int, float | None]]] = [
    (attempts(5, 9, 7), "best", ("marked", 2, 0.9)),
    (attempts(5, 9, 7), "last", ("marked", 3, 0.7)),
    (attempts(5, 9, 7), "first", ("marked", 1, 0.5)),
    (attempts(9, 9), "best", ("marked", 2, 0.9)),
    (attempts(5, 9, void=(2,)), "best", ("marked", 1, 0.5)),
    (attempts(5, None), "last", ("marked", 1, 0.5)),
    (attempts(5, void=(1,)), "best", ("void", 1, None)),
    (attempts(5, None, void=(1,)), "best", ("open", 2, None)),
    (attempts(9, 5, waiting=(2,)), "best", ("waiting", 1, 0.9)),
    (attempts(9, 5, waiting=(1,)), "last", ("marked", 2, 0.5)),
    (attempts(9, 5, void=(2,), waiting=(2,)), "best", ("marked", 1, 0.9)),
    (attempts(0), "best", ("marked", 1, 0.0)),
]


@pytest.mark.parametrize(("all_of_them", "counts", "expected"), MARKS)
def test_the_sitting_that_counts_stands_in_it(
    all_of_them: list[Attempt], counts: str, expected: tuple[str, int, float | None]
) -> None:
    mark = decide_mark(all_of_them, counts)

    assert mark is not None
    assert (mark.state, mark.attempt.number, mark.share) == expected
    assert mark.attempts == len(all_of_them)
    assert decide_mark([], counts) is None


def sat(student: User, score: float, **fields: Any) -> Sitting:
    """A closed sitting of the tiny exam with so many of ten points."""
    exam, now = Exam.objects.get(slug="tiny-exam"), timezone.now()
    number = Sitting.objects.filter(exam=exam, student=student).count() + 1
    return Sitting.objects.create(
        **{"exam": exam, "student": student, "number": number, "seed": 1, "state": "submitted", "score": score}
        | {"max_score": 10.0, "opened_at": now, "deadline_at": now + timedelta(hours=1), "closed_at": now}
        | fields
    )


@pytest.fixture
def people(course: Course) -> list[User]:
    """Three students; the first has two sittings, the second a void one, the third none."""
    made: list[User] = []
    for name in ("Ada Lovelace", "=cmd|calc!A1", "Zoë Żak"):
        first, _, last = name.partition(" ")
        user = User.objects.create_user(f"s{len(made)}", first_name=first, last_name=last)
        schedule.enrol(user, course)
        made.append(user)
    sat(made[0], 4.0)
    sat(made[0], 8.0)
    sat(made[1], 3.0, voided_at=timezone.now())
    return made


def test_it_shows_everybody_with_every_exam(instructor: Client, people: list[User]) -> None:
    page = instructor.get(PAGE).content.decode()

    for text in ("Ada Lovelace", ">80", "8 of 10, 2 sittings", "void", "/courses/tiny/students/s2/"):
        assert text in page, text
    assert f"/admin/quizzes/sitting/{Sitting.objects.get(score=8.0).pk}/change/" in page


@pytest.mark.any_database
def test_an_exam_is_two_clicks_from_the_page_of_its_course(instructor: Client, people: list[User]) -> None:
    overview = instructor.get("/courses/tiny/overview/").content.decode()
    assert f'href="{PAGE}"' in overview
    sitting = Sitting.objects.get(score=8.0).pk
    assert f'href="/admin/quizzes/sitting/{sitting}/change/"' in instructor.get(PAGE).content.decode()
    assert instructor.get(f"/admin/quizzes/sitting/{sitting}/change/").status_code == 200


@pytest.mark.any_database
def test_it_finds_and_sorts(instructor: Client, people: list[User]) -> None:
    def order(query: str) -> list[str]:
        rows = instructor.get(f"{PAGE}?{query}").context["rows"]
        return [row.enrolment.student.username for row in rows]

    sat(people[2], 5.0)
    exam = Exam.objects.get(slug="tiny-exam").pk
    assert order("") == ["s1", "s0", "s2"]
    assert order("order=-mean") == ["s0", "s2", "s1"]
    assert order(f"order={exam}") == ["s2", "s0", "s1"]
    assert order("q=zoë") == ["s2"]
    assert order("q=LOVE+ada") == ["s0"]
    assert order("order=nothing&page=99") == ["s1", "s0", "s2"]


@pytest.mark.any_database
def test_its_queries_do_not_grow(instructor: Client, people: list[User]) -> None:
    counts = []
    for _ in range(2):
        counts.append(count_queries(instructor, PAGE))
        for person in people:
            sat(person, 6.0)
    assert counts[0] == counts[1] <= 11


def test_a_section_is_looked_at_by_itself(instructor: Client, people: list[User], course: Course) -> None:
    section = Section.objects.create(course=course, name="Monday <morning>")
    other = Section.objects.create(course=Course.objects.create(slug="other", title="Other"), name="Elsewhere")
    Enrolment.objects.filter(student=people[2]).update(section=section)
    sat(people[2], 3.0)

    page = instructor.get(f"{PAGE}?section={section.pk}")
    lines: Any = instructor.get(f"/courses/tiny/gradebook.csv?section={section.pk}")

    assert [row.enrolment.student for row in page.context["rows"]] == [people[2]]
    assert page.context["book"].columns[0].mean == 0.3
    assert "Monday &lt;morning&gt;" in page.content.decode()
    assert "Elsewhere" not in page.content.decode()
    assert b"".join(lines.streaming_content).decode().count("\r\n") == 2
    students = instructor.get(f"/courses/tiny/students/?section={section.pk}").context
    assert ([row.enrolment.student for row in students["rows"]], students["everybody"]) == ([people[2]], 1)
    for junk in (other.pk, "x", "", "9" * 40):
        assert len(instructor.get(f"{PAGE}?section={junk}").context["rows"]) == 3


def test_averages_leave_out_what_is_void_or_waits(people: list[User], course: Course) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    sitting, _ = exams.open_sitting(people[2], exam, timezone.now())
    exams.close_sitting(people[2], sitting.pk, timezone.now())
    slot = sitting.slots.order_by("number")[0]
    slot.waits = True
    slot.save()

    book = load_gradebook(course)

    column = next(column for column in book.columns if column.exam == exam)
    assert (column.mean, column.marked) == (0.8, 1)
    assert [row.mean for row in book.rows] == [None, 0.8, None]


def test_the_blueprint_says_what_counts(people: list[User], course: Course) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {**exam.blueprint, "counts": "first"}
    exam.save()
    exams.check_blueprint(exam)

    assert load_gradebook(course).rows[1].mean == 0.4
    browser = Client()
    browser.force_login(people[0])
    assert "Your first sitting counts" in browser.get("/exams/tiny-exam/").content.decode()

    exam.blueprint = {**exam.blueprint, "counts": "worst"}
    with pytest.raises(exams.BlueprintError):
        exams.check_blueprint(exam)


@pytest.mark.any_database
def test_it_comes_as_a_file_that_runs_nothing(instructor: Client, people: list[User]) -> None:
    answer: Any = instructor.get("/courses/tiny/gradebook.csv")
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))))

    assert answer["Content-Disposition"] == 'attachment; filename="tiny-gradebook.csv"'
    assert [row["name"] for row in rows] == ["'=cmd|calc!A1", "Ada Lovelace", "Zoë Żak"]
    assert (rows[1]["tiny-exam"], rows[1]["tiny-exam_of"], rows[1]["mean_percent"]) == ("8.0", "10.0", "80.0")
    assert (rows[0]["tiny-exam"], rows[0]["tiny-exam_state"]) == ("", "void")


@pytest.mark.any_database
def test_it_is_for_staff_who_may(people: list[User], student: User) -> None:
    browser = Client()
    browser.force_login(student)
    assert [browser.get(address).status_code for address in (PAGE, "/courses/tiny/gradebook.csv")] == [404, 404]


@pytest.mark.any_database
def test_a_course_without_students_says_so(instructor: Client) -> None:
    assert "no students yet" in instructor.get(PAGE).content.decode()
