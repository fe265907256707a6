"""What all tests share: the tiny course, its student, and ways to answer."""

from __future__ import annotations

import gc
import json
import os
import random
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

import examprep.urls  # noqa: F401 - before any admin, as in every process of the service: it labels their dates
from examprep import work_limits
from examprep.models import User
from examprep.roles import make_instructors_group
from questions import bank, roles
from questions.models import Course
from quizzes import exams, presentations, schedule
from quizzes.models import Presentation
from quizzes.reviews import practice
from tests import cheap, clocks, courses, servers

# No property fails because the machine is busy: what may not take long is measured by CPU time, in tests that say so.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Whatever asks for the database is to run on PostgreSQL too; what waits begins first, in all processes but one."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or {"db", "transactional_db"}.intersection(names):
            item.add_marker("database")
    yield  # those of browsers are marked, all are selected, and shuffled
    for item in filter(_waits, items):
        item.add_marker(pytest.mark.flaky(reruns=1))  # a machine that halts shows in what waits for other processes
    if os.environ.get("TEST_CASES") == "one":
        some = [item for item in items if not item.get_closest_marker("any_database")]
        cases = {getattr(item, "originalname", item.name) + str(item.path): item for item in some}
        config.hook.pytest_deselected(items=[item for item in items if item not in cases.values()])
        items[:] = cases.values()
    items[:] = _in_shares(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: no search for garbage looks at it again."""
    gc.freeze()


def _in_shares(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """The tests such that the equal shares which processes begin with hold the same work.

    Tests that wait stand first in every share but the last: whoever only waits leaves its core to the others, and what
    is left over for the end is quick. Whole services come before browsers, whose tests are over soon. Those of a module
    stay together: they may share a service.
    """
    waiting = [item for item in items if _waits(item)]
    waiting.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    modules = list(dict.fromkeys(item.path for item in waiting))
    quick = [item for item in items if not _waits(item)]
    if processes == 1:
        return waiting + quick
    ordered: list[pytest.Item] = []
    for number in range(processes):
        ends = len(items) * (number + 1) // processes
        ordered += [item for item in waiting if modules.index(item.path) % (processes - 1) == number]
        taken, quick = quick[: ends - len(ordered)], quick[max(ends - len(ordered), 0) :]
        ordered += taken
    return ordered + quick


def _waits(item: pytest.Item) -> bool:
    """Whether the test spends its time waiting, which quick tests fill when they begin later."""
    is_of_services = not {"faults", "history"}.isdisjoint(item.path.parts)
    return is_of_services or any(map(item.get_closest_marker, ("slow", "browser")))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that needed their second try: each is a machine that halted, or a fault."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    for name in sorted({report.nodeid for report in reports if getattr(report, "rerun", 0)}):
        terminalreporter.write_line(f"SECOND TRY {name}")


def examples(number: int) -> int:
    """How many examples a property of the log is tried with: the search among orders is done on SQLite.

    On PostgreSQL a tenth of them shows that its queries say the same.
    """
    return number if connection.vendor == "sqlite" else -(-number // 10)


@pytest.fixture(scope="session")
def shared_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    ours = tmp_path_factory.getbasetemp()
    return ours.parent if hasattr(request.config, "workerinput") else ours


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """On SQLite writers wait for each other however busy the machine is, and for no disk."""
    if connection.vendor == "sqlite":
        for ending in ("-wal", "-shm"):  # of an earlier run
            Path(connection.settings_dict["TEST"]["NAME"] + ending).unlink(missing_ok=True)
        connection.settings_dict["OPTIONS"]["timeout"] = 120
        connection.settings_dict["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database; PostgreSQL drops it at once where nobody is in it, as sessions of the pool still are."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            of_the_tests = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            cursor.execute(of_the_tests, [connection.settings_dict["NAME"]])


@pytest.fixture(scope="session", autouse=True)
def _shared_courses(shared_folder: Path) -> None:
    """Where tests run in several processes, one of them loads a course, for all."""
    courses.shared = shared_folder


@pytest.fixture(scope="session", autouse=True)
def plain_static_files() -> None:
    """Static files by their own names, as they are asked for.

    Outside the embedded default their names come from collectstatic, and a server looks all of them up as it starts,
    which each of Django's test clients would do anew.
    """
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True


@pytest.fixture(scope="session", autouse=True)
def _cheap(django_test_environment: None) -> None:
    cheap.tell_of_pages_alone()
    cheap.find_static_files_once()
    cheap.empty_written_tables_alone()


@contextmanager
def real_redis() -> Iterator[str]:
    """The URL of a real Redis of its own; tests skip where there is none."""
    try:
        with servers.redis_server() as url:
            yield url
    except servers.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The URL of a real Redis that tests share."""
    with real_redis() as url:
        yield url


@pytest.fixture(autouse=True)
def _clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """The machine's clock, or the one that TEST_CLOCK names (`make test-clocks`).

    Where a module says what it takes for now, each of its tests begins then, however late its turn comes.
    """
    now = getattr(request.module, "NOW", None)
    with clocks.running(os.environ.get("TEST_CLOCK", ""), now if isinstance(now, datetime) else None):
        yield


@pytest.fixture(autouse=True)
def _chance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn by chance follows from `--randomly-seed`, but where a test says that it may not change."""
    seed = 0 if request.node.get_closest_marker("same_draws") else request.config.getoption("randomly_seed", 0)
    bits = random.Random(f"{seed} {request.node.nodeid}")
    monkeypatch.setattr(os, "urandom", bits.randbytes)  # uuid4
    monkeypatch.setattr(random, "_urandom", bits.randbytes)  # secrets


@pytest.fixture
def noon() -> Iterator[None]:
    """The clock starts at noon: the test is over before its study day is, or the minute in which calls are counted."""
    with time_machine.travel(datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)):
        yield


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    """Nobody is throttled for what an earlier test did, nor gets an item of its database."""
    cache.clear()
    work_limits.forget()
    presentations.forget_bodies()
    presentations.forget_concept_names()
    bank.forget_rules()
    schedule.forget_banks()
    exams.forget_bank()
    practice.forget_practices()


@pytest.fixture
def course(db: None) -> Course:
    """The tiny course: one item of each kind."""
    return courses.load()


@pytest.fixture
def student(course: Course) -> User:
    """A student of the tiny course."""
    user = User.objects.create_user("ada", password="lovelace-1815")
    schedule.enrol(user, course)
    return user


@pytest.fixture
def instructor(course: Course) -> Client:
    """The browser of an instructor who is logged in."""
    user = User.objects.create_user("ina", password="teaches", is_staff=True)
    user.groups.add(make_instructors_group())
    roles.set_role(user, course, roles.Role.OWNER)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def stranger(course: Course) -> User:
    """Another student of the same course."""
    user = User.objects.create_user("eve", password="listens-in")
    schedule.enrol(user, course)
    return user


class Api:
    """A mobile client: JSON in, JSON out."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)
        self.device = str(uuid.uuid4())

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}")

    def post(self, path: str, body: Any) -> Any:
        text = body if isinstance(body, str) else json.dumps(body)
        return self.client.post(f"/api/v1/{path}", text, content_type="application/json")

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(f"/api/v1/{path}", json.dumps(body), content_type="application/json")

    def send(self, *events: Any, device_now: datetime | None = None) -> list[dict[str, Any]]:
        """Report events; the results."""
        now = (device_now or timezone.now()).isoformat()
        answer = self.post("reviews/batch/", {"device": self.device, "device_now": now, "events": list(events)})
        assert answer.status_code == 200, answer.content
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def answer(self, presentation: str, response: Any, **more: Any) -> dict[str, Any]:
        """Report one answer; its result."""
        return self.send(review(presentation, response, **more))[0]

    def queue(self, limit: int = 20) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"queue/?limit={limit}").json()
        return found


def review(presentation: str, response: Any, **more: Any) -> dict[str, Any]:
    """A review event of now."""
    return {
        "id": str(uuid.uuid4()),
        "type": "review",
        "presentation": presentation,
        "response": response,
        "occurred_at": timezone.now().isoformat(),
        "duration_ms": 20_000,
        **more,
    }


@pytest.fixture
def api(student: User) -> Api:
    """The student's mobile client."""
    return Api(student)


@pytest.fixture
def key() -> Callable[[str], Any]:
    """The right response to a presentation, read where only the server can."""

    def right(presentation: str) -> Any:
        from questions import kinds
        from quizzes.presentations import body_of

        shown = Presentation.objects.get(pk=presentation)
        return kinds.get(shown.version.kind).reveal(body_of(shown.version), shown.answer).key

    return right


def _mismatched(prompt: dict[str, Any], key: Any) -> dict[str, Any]:
    """Every left side with a right side that is not its own."""
    rights = [right["id"] for right in prompt["right"]]
    return {"pairs": {left: next(other for other in rights if other != right) for left, right in key["pairs"].items()}}


def _unit_of(key: Any) -> str:
    """The unit that is part of a numeric key."""
    last: str = key["value"].rpartition(" ")[2]
    return last if last[:1].isalpha() or last == "%" else ""


WRONG: dict[str, Callable[[dict[str, Any], Any], Any]] = {
    "single_choice": lambda prompt, key: {
        "choice": next(each["id"] for each in prompt["choices"] if each["id"] != key["choice"])
    },
    "multiple_select": lambda prompt, key: {
        "choices": [each["id"] for each in prompt["choices"] if each["id"] not in key["choices"]]
    },
    "numeric": lambda prompt, key: {
        "value": re.sub(r"[0-9.]+", "9876.5", key["value"])
        if key["value"].startswith("[")
        else f"-9876.5 {_unit_of(key)}".strip()
    },
    "formula": lambda prompt, key: {
        "value": ", ".join(["-9876.5"] * (1 + key["value"].count(",") * ("in_order" in prompt["reading"])))
    },
    "number_list": lambda prompt, key: {"value": "-9876.5, 0.123"},
    "intervals": lambda prompt, key: {"value": "(-9876.5, -9876.4)"},
    "matrix": lambda prompt, key: {"value": re.sub(r"[0-9.]+", "9876.5", key["value"])},
    "matching": _mismatched,
    "labels": _mismatched,
    "ordering": lambda prompt, key: {"order": key["order"][::-1]},
    "short_text": lambda prompt, key: {"text": "something"},
    "recall": lambda prompt, key: {"rating": "again"},
    "open_response": lambda prompt, key: {"text": "something else", "points": []},
    "multi_part": lambda prompt, key: {
        "parts": {part["id"]: WRONG[part["kind"]](part["prompt"], key["parts"][part["id"]]) for part in prompt["parts"]}
    },
}


def wrong(presentation: dict[str, Any], key: Any) -> Any:
    """A wrong response of the right shape."""
    return WRONG[presentation["kind"]](presentation["prompt"], key)
