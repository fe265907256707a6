"""One answer over HTTP, on this thread's processor: by the API alone and twenty at once, by the page, and in an exam.

Beside each stands a bare view in the same run, which authenticates in the same way and inserts a row. `SHOW=queries`
prints the statements of one request of each.
"""

import json
import os
import re
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import bank, kinds
from quizzes import exams, schedule
from quizzes.models import Exam, Presentation
from quizzes.presentations import body_of
from tests.benchmarks.database import migrated
from tests.benchmarks.table import Row
from tests.benchmarks.urls import CREATE

COURSE = Path(__file__).parent.parent.parent / "fixtures" / "regularization"
STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
ROUNDS = 25
BATCH = 20
WHOLE_DAY = 1000
"""More questions than a day has: it is made anew."""
MOCK = "oa-1"
AT_MOST_TIMES = {"an answer": 3.0}
AT_MOST = {"a mock begun": 0.03, "a mock handed in": 0.05}


def rows() -> list[Row]:
    """The median of each request, on this thread's processor, beside the bare view's."""
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": STATIC}}
    changed = {"ROOT_URLCONF": "tests.benchmarks.urls", "ALLOWED_HOSTS": ["testserver"], "STORAGES": storages}
    with migrated(), override_settings(**changed):
        course = bank.load_course(COURSE, seeds=20).course
        student = User.objects.create_user("student")
        exams.load_exams(course, COURSE)
        schedule.enrol(student, course)
        student.daily_minutes = 240
        student.save()
        client = Client()
        client.force_login(student)
        with connection.cursor() as cursor:
            cursor.execute(CREATE)
        measured = _measure(student, client)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE benchmark_bare")
    bare, _ = measured.pop("the bare view")
    return [
        Row(
            what,
            spent,
            "the bare view",
            bare,
            f"{queries} queries",
            at_most=AT_MOST.get(what),
            at_most_times=AT_MOST_TIMES.get(what),
        )
        for what, (spent, queries) in measured.items()
    ]


def _measure(student: User, client: Client) -> dict[str, tuple[float, int]]:
    """Return seconds and queries of each request, which take turns, so that what else runs strikes all alike."""
    kinds_of_request: dict[str, Callable[[], Callable[[], Any]]] = {
        "the bare view": lambda: lambda: _send(client, "put", "bare/", {"response": {"value": "0.5"}, "rev": 1}),
        "an answer": lambda: _batch(student, client, 1),
        f"{BATCH} answers at once": lambda: _batch(student, client, BATCH),
        "an answer on its page": lambda: _page(student, client),
        "a mock begun": lambda: _begin(student, client),
        "a mock handed in": lambda: _hand_in(student, client),
    }
    times: dict[str, list[float]] = {what: [] for what in kinds_of_request}
    queries: dict[str, int] = {}
    for number in range(ROUNDS):
        for what, prepare in kinds_of_request.items():
            send = prepare()
            if number == ROUNDS - 1:
                with CaptureQueriesContext(connection) as captured:
                    send()
                queries[what] = len(captured)
                if os.environ.get("SHOW") == "queries":
                    print(f"-- {what}", *(query["sql"][:700] for query in captured), sep="\n")
                continue
            begun = time.thread_time()
            send()
            times[what].append(time.thread_time() - begun)
    return {what: (statistics.median(times[what]), queries[what]) for what in times}


def _batch(student: User, client: Client, answers: int) -> Callable[[], None]:
    asked = _ask(student, answers)
    now = timezone.now().isoformat()
    events = [
        {
            "id": str(uuid.uuid4()),
            "type": "review",
            "presentation": str(presentation.pk),
            "response": kinds.get(presentation.version.kind)
            .reveal(body_of(presentation.version), presentation.answer)
            .key,
            "occurred_at": now,
            "duration_ms": 900,
        }
        for presentation in asked
    ]
    batch = {"device": str(uuid.uuid4()), "device_now": now, "events": events}
    return lambda: _send(client, "post", "reviews/batch/", batch)


def _page(student: User, client: Client) -> Callable[[], None]:
    # Where the open ones are of other kinds alone, a new day has some.
    asked = (each for count in (3 * BATCH, WHOLE_DAY) for each in _ask(student, count))
    presentation = next(each for each in asked if each.version.kind == "numeric")
    page = client.get(f"/review/?presentation={presentation.pk}").content.decode()
    form = dict(re.findall(r'name="(shown|presentation)" value="([^"]+)"', page))
    key = kinds.get("numeric").reveal(body_of(presentation.version), presentation.answer).key
    answer = {
        **form,
        "event": str(uuid.uuid4()),
        **{name: str(value) for name, value in key.items()},
        "confidence": "4",
    }

    def send() -> None:
        response = client.post("/review/", answer, headers={"HX-Request": "true"})
        assert b"data-feedback" in response.content, response.content

    return send


def _begin(student: User, client: Client) -> Callable[[], None]:
    for sitting in student.sittings.filter(state="open"):
        exams.close_sitting(student, sitting.pk, timezone.now())
    Exam.objects.update(attempts=None)
    return lambda: _send(client, "post", f"exams/{MOCK}/sittings/", {}, status=201)


def _hand_in(student: User, client: Client) -> Callable[[], None]:
    now = timezone.now()
    sitting, _ = exams.open_sitting(student, Exam.objects.get(slug=MOCK), now)
    for slot in sitting.slots.filter(response=None).with_versions():
        version = slot.presentation.version
        key = kinds.get(version.kind).reveal(body_of(version), slot.presentation.answer).key
        exams.save_answer(student, sitting.pk, slot.number, key, slot.rev, now)
    return lambda: _send(client, "post", f"sittings/{sitting.pk}/submit/", {})


def _ask(student: User, count: int) -> list[Presentation]:
    """Return so many open questions, of a day made anew where it has no more."""
    asked = schedule.load_queue(student, limit=count).presentations
    if len(asked) < count:
        before = timezone.now() - timedelta(days=90)
        student.cards.filter(stability__isnull=False).update(
            last_review_on=before.date(), last_review_at=before, last_event_at=before, due_at=before
        )
        student.review_events.update(study_date=before.date())
        schedule.plan_day(student)
        asked = schedule.load_queue(student, limit=count).presentations
    return asked


def _send(client: Client, method: str, path: str, body: Any, status: int = 200) -> None:
    response = getattr(client, method)(f"/api/v1/{path}", json.dumps(body), content_type="application/json")
    assert response.status_code == status, response.content
