"""Every page and call, as items, concepts, events and students grow tenfold and more: what each costs, and its slope.

A slope of 0 is flat, one of 1 grows with the rows; what a page shows itself it may grow with. The largest sizes take
minutes to make: BENCH=full goes up to them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Course, Lesson
from quizzes import notebook, schedule
from quizzes.exams import close_sitting, load_exams, open_sitting
from quizzes.models import Exam, ReviewEvent, Section
from quizzes.reminders import calendar_feed
from tests.benchmarks.answers import remember, right_answer
from tests.benchmarks.database import migrated
from tests.benchmarks.results import FULL
from tests.benchmarks.school import add_concepts, add_items, add_students
from tests.benchmarks.table import Row
from tests.courses import TINY
from tests.effort import thread_seconds

SIZES = {
    "items": (134, 1_000, 10_000) if FULL else (134, 1_000),
    "concepts": (22, 500),
    "events": (10, 1_000, 100_000) if FULL else (10, 1_000),
    "students": (100, 1_000, 100_000) if FULL else (100, 1_000),
}
CALLS = (
    *("queue/", "exams/", "exams/tiny-exam/", "progress/", "packs/?days=7", "concepts/", "search/?q=penalty"),
    *("sync/", "sittings/", "me/", "me/sessions/", "lessons/", "lessons/{lesson}/", "lessons/{lesson}/quick-check/"),
    *("courses/", "bookmarks/", "items/{item}/answers/", "notes/{item}/", "simulators/dropout/"),
    "courses/tiny/diagnostic/",
    "today/",
    "today/ahead/",
    "me/calendar/",
    "lessons/{lesson}/sections/",
    *("sittings/{sitting}/", "sittings/{sitting}/result/"),
)
NAMED = (
    *("exams/tiny-exam/", "concepts/l2/", "lessons/{lesson}/", "lessons/{lesson}/read/", "lessons/{lesson}/work/"),
    *("lessons/{lesson}/quick-check/", "lessons/{lesson}/formulas/", "work/decay-factor/", "notebook/{item}/answers/"),
    "lessons/{lesson}/sections/the-penalty/",
)
"""What is named within its course."""
PAGES = (
    *("/", "/today/", "/today/ahead/", "/review/", "/review/summary/", "/progress/", "/exams/", "/concepts/"),
    *("/search/?q=penalty", "/settings/", "/lessons/", "/courses/", "/notebook/"),
    "/review/forms/?{open}",
    *("/progress/missed/", "/review/{event}/", "/review/read/?value=0.5", "/sittings/{sitting}/", "{calendar}"),
    *(f"/courses/tiny/{page}" for page in ("", "start/", "diagnostic/", *NAMED)),
)
STAFF = (
    *("/admin/", "/admin/questions/item/", "/admin/quizzes/exam/", "/admin/quizzes/exam/{exam}/results/"),
    *("/admin/quizzes/enrolment/", "/admin/quizzes/reviewevent/", "/admin/quizzes/sitting/", "/admin/examprep/user/"),
    *("/admin/questions/concept/", "/admin/questions/course/", "/admin/questions/lesson/", "/admin/quizzes/job/"),
    "/admin/questions/import/",
    *("/teaching/", "/courses/tiny/overview/", "/courses/tiny/students/", "/courses/tiny/gradebook/"),
    *("/courses/tiny/students/one/", "/courses/tiny/students/one/answers/", "/courses/tiny/people/roster/"),
    *("/courses/tiny/people/", "/courses/tiny/people/sections/", "/courses/tiny/people/sections/{section}/"),
)
Costs = dict[str, tuple[float, int]]


def rows() -> list[Row]:
    """CPU of each page at the largest size, with its slope since the smallest."""
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    hosts = [*settings.ALLOWED_HOSTS, "testserver"]
    found = []
    with override_settings(DEBUG=False, STORAGES=storages, ALLOWED_HOSTS=hosts, SECURE_SSL_REDIRECT=False):
        for dimension, grow in GROW.items():
            with migrated():
                costs = [_measure() for _ in grow(_begin(), SIZES[dimension])]
            found += [_row(path, dimension, [cost[path] for cost in costs]) for path in costs[0]]
    return found


def _begin() -> Course:
    """The tiny course with its exams, and one student, who has answered a question, and sat an exam."""
    course = bank.load_course(TINY, seeds=20).course
    load_exams(course, TINY)
    User.objects.create_superuser("head", password="!")
    student, now = User.objects.create_user("one"), timezone.now()
    schedule.enrol(student, course)
    schedule.plan_day(student)
    asked = schedule.load_queue(student, limit=1).presentations[0]
    schedule.answer(student, right_answer(asked))
    notebook.write_note(student, asked.version.item_id, "A note.", now)
    notebook.bookmark(student, asked.version.item_id, now, on=True)
    sitting, _ = open_sitting(student, Exam.objects.get(slug="tiny-exam"), now)
    close_sitting(student, sitting.pk, now)
    calendar_feed.make_address(student, now)
    return course


def _names() -> dict[str, object]:
    """What stands for the names in addresses."""
    student = User.objects.get(username="one")
    event = ReviewEvent.objects.select_related("presentation__version__item").filter(student=student).earliest("pk")
    assert event.presentation
    return {
        "lesson": Lesson.objects.values_list("slug", flat=True)[0],
        "exam": Exam.objects.get(slug="tiny-exam").pk,
        "item": event.presentation.version.item.slug,
        "event": event.event_id,
        "sitting": student.sittings.get().pk,
        "section": Section.objects.get_or_create(course=Course.objects.get(), name="Monday")[0].pk,
        "calendar": calendar_feed.load_address(student),
        "open": "&".join(f"presentation={each.pk}" for each in schedule.load_queue(student, limit=40).presentations),
    }


def _grow_items(course: Course, sizes: tuple[int, ...]) -> Iterator[int]:
    for size in sizes:
        add_items(course, size)
        schedule.plan_day(User.objects.get(username="one"))
        yield size


def _grow_concepts(course: Course, sizes: tuple[int, ...]) -> Iterator[int]:
    for size in sizes:
        add_concepts(course, size)
        add_items(course, 2 * size)
        schedule.plan_day(User.objects.get(username="one"))
        yield size


def _grow_events(course: Course, sizes: tuple[int, ...]) -> Iterator[int]:
    student, there = User.objects.get(username="one"), 0
    for size in sizes:
        remember(student, size - there)
        there = size
        schedule.plan_day(student)
        yield size


def _grow_students(course: Course, sizes: tuple[int, ...]) -> Iterator[int]:
    exam, there = Exam.objects.get(slug="tiny-exam"), 0
    for size in sizes:
        add_students(course, exam, there, size)
        there = size
        yield size


GROW: dict[str, Callable[[Course, tuple[int, ...]], Iterator[int]]] = {
    "items": _grow_items,
    "concepts": _grow_concepts,
    "events": _grow_events,
    "students": _grow_students,
}


def _measure() -> Costs:
    """The CPU seconds and the queries of each page and call, once warm."""
    costs, names = Costs(), _names()
    for name, paths in (("one", [*(f"/api/v1/{path}" for path in CALLS), *PAGES]), ("head", STAFF)):
        client = Client()
        client.force_login(User.objects.get(username=name))
        for path in paths:
            costs[path] = _cost(client, path.format(**names))
    return costs


def _cost(client: Client, path: str) -> tuple[float, int]:
    with CaptureQueriesContext(connection) as queries:
        status = client.get(path).status_code
    if status not in (200, 302):
        raise RuntimeError(f"{path}: {status}")
    count = len(queries)  # before the next request, which empties the log
    return thread_seconds(lambda: client.get(path)), count


def _row(path: str, dimension: str, costs: list[tuple[float, int]]) -> Row:
    sizes = SIZES[dimension]
    slope = math.log(costs[-1][0] / costs[0][0]) / math.log(sizes[-1] / sizes[0])
    steps = ", ".join(f"{size:,}: {1e3 * cost:.1f} ms" for size, (cost, _) in zip(sizes, costs, strict=True))
    queries = "/".join(str(count) for _, count in costs)
    return Row(f"{path} by {dimension}", costs[-1][0], note=f"slope {slope:+.2f}; {steps}; {queries} queries")
