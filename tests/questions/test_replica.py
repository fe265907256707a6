"""What staff read of whole courses may come from a copy of the database; everything else never does."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import replica
from questions.models import Course, Item, ItemVersion
from quizzes import exams
from quizzes.exams.item_analysis import measuring
from quizzes.models import Enrolment, Exam
from quizzes.progress import for_staff
from quizzes.reviews.unexpected import find_unexpected
from tests.replicas import replica_at

pytestmark = pytest.mark.any_database
GRADEBOOK = "/courses/tiny/gradebook.csv"
PAGES = (GRADEBOOK, "/courses/tiny/gradebook/", "/courses/tiny/students/")


@pytest.fixture
def copy(transactional_db: None, student: User, instructor: Client, settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A copy in which the student is Ada Byron; in the database she is Ada Lovelace by now."""
    if connection.vendor != "sqlite":
        pytest.skip("a real standby is in tests/deployment/test_fleet.py")
    User.objects.filter(pk=student.pk).update(first_name="Ada", last_name="Byron")
    file = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(file)) as target:
        connection.connection.backup(target)
    User.objects.filter(pk=student.pk).update(last_name="Lovelace")
    settings.DATABASE_ROUTERS = ["questions.replica.Router"]
    with replica_at(str(file)):
        yield file


def read(client: Client, path: str) -> str:
    answer: Any = client.get(path)
    assert answer.status_code == 200
    return b"".join(answer).decode()


def test_staff_read_it_until_they_store_something(copy: Path, instructor: Client) -> None:
    for path in PAGES:
        assert "Byron" in read(instructor, path), path
    instructor.post("/courses/tiny/overview/measure/")
    assert instructor.cookies["just-stored"]["max-age"] == 30
    for path in PAGES:
        assert "Lovelace" in read(instructor, path), path
    del instructor.cookies["just-stored"]
    assert "Byron" in read(instructor, GRADEBOOK)


def test_students_never_read_it(copy: Path, student: User) -> None:
    client = Client()
    client.force_login(student)
    with CaptureQueriesContext(connections[replica.ALIAS]) as asked:
        for path in ("/today/", "/progress/", "/api/v1/queue/", "/api/v1/sync/", "/account/"):
            read(client, path)
        client.post("/api/v1/reviews/batch/", "{}", content_type="application/json")
    assert len(asked) == 0
    assert "just-stored" not in client.cookies, "the API reads nothing from a copy"


READS: dict[str, Callable[[Course], object]] = {
    "gradebook": for_staff.load_gradebook,
    "overview": lambda course: for_staff.load_course_overview(course, timezone.localdate()),
    "students": lambda course: for_staff.load_students(course, for_staff.load_watch(course), timezone.now()),
    "results": lambda course: exams.cohort_results(Exam.objects.get(slug="tiny-exam")),
    "scores": lambda course: list(exams.student_scores(Exam.objects.get(slug="tiny-exam"))),
    "wrong answers": lambda course: find_unexpected(ItemVersion.objects.latest("pk")),
    "answers to items": lambda course: measuring._gather(course, [*Item.objects.values_list("pk", flat=True)], {}),
}


def test_what_reads_it_asks_the_database_for_nothing(copy: Path, course: Course) -> None:
    for name, load in READS.items():
        there = CaptureQueriesContext(connections[replica.ALIAS])
        with CaptureQueriesContext(connection) as asked, there as asked_there:
            replica.read(load, course)
        assert (len(asked), len(asked_there) > 0) == (0, True), name


def test_what_was_read_there_is_stored_in_the_database(copy: Path, student: User) -> None:
    enrolment = replica.read(Enrolment.objects.get, student=student)
    assert enrolment.student.last_name == "Lovelace", "what is read later is read from the database"
    byron = replica.read(User.objects.get, pk=student.pk)
    assert byron.last_name == "Byron"
    byron.first_name = "Augusta"
    byron.save()
    assert User.objects.get(pk=student.pk).get_full_name() == "Augusta Byron"
    assert replica.read(User.objects.get, pk=student.pk).get_full_name() == "Ada Byron"


def test_a_copy_that_is_away_is_left_alone_for_a_while(
    copy: Path, instructor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections[replica.ALIAS].close()
    copy.unlink()
    copy.mkdir()
    errors = replica.ERRORS._value.get()
    for _ in range(3):
        assert "Lovelace" in read(instructor, GRADEBOOK)
        assert replica.ERRORS._value.get() == errors + 1
    monkeypatch.setattr(replica, "_away_until", 0.0)
    assert "Lovelace" in read(instructor, GRADEBOOK)
    assert replica.ERRORS._value.get() == errors + 2


def test_what_takes_too_long_is_not_asked_of_the_database_too(copy: Path) -> None:
    asked: list[str] = []

    def take_long() -> None:
        asked.append("once")
        raise OperationalError from psycopg.errors.QueryCanceled()

    with pytest.raises(OperationalError):
        replica.read(take_long)
    assert asked == ["once"]


def test_rows_are_begun_there_and_taken_one_by_one(copy: Path) -> None:
    def names() -> Iterator[str]:
        yield from User.objects.order_by("username").values_list("last_name", flat=True).iterator(chunk_size=1)

    assert [*replica.begin(names)] == ["Byron", ""]
    assert [*replica.begin(lambda: iter(()))] == []
    with replica.fresh():
        assert [*replica.begin(names)] == ["Lovelace", ""]
