"""A fleet of two web processes and two workers goes on while each of its parts is killed, and staff read from a copy.

Nothing that was acknowledged is lost or counted twice, everybody has a plan in the end, and the metrics show each part
go and come back, as docs/operations.md says.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests import servers
from tests.deployment.clients import HOST
from tests.deployment.fleet import Fleet, Wanderer
from tests.faults.service import until

pytestmark = pytest.mark.slow
SWEPT = 'examprep_task_last_run_timestamp_seconds{task="quizzes.tasks.plan_due_students"}'
SEEN = 'examprep_worker_last_seen_timestamp_seconds{{worker="{}@fleet"}}'
GRADEBOOK = "/courses/tiny/gradebook.csv"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, studied: Path) -> Iterator[Fleet]:
    """All parts, which the tests of this module share."""
    with ExitStack() as stack:
        try:
            yield Fleet(stack, tmp_path_factory.mktemp("fleet"), studied)
        except servers.Missing as missing:
            pytest.skip(str(missing))


def test_staff_read_from_a_copy_but_what_they_have_just_stored(fleet: Fleet) -> None:
    token = Wanderer(fleet.ports, "ina").headers["X-Session-Token"]
    fleet.wait("examprep_replica_lag_seconds", lambda lag: lag == 0)
    assert ask(fleet, token).startswith("\ufeffstudent,")
    assert "Lovelace" not in ask(fleet, token)

    with psycopg.connect(fleet.replica.url, autocommit=True) as copy:
        copy.execute("SELECT pg_wal_replay_pause()")
        paused = "SELECT pg_get_wal_replay_pause_state()"
        until(lambda: copy.execute(paused).fetchone() == ("paused",), lambda: "it goes on")
        fleet.ask("UPDATE examprep_user SET last_name = 'Lovelace' WHERE username = 'ada'")
        assert "Lovelace" not in ask(fleet, token), "it was read from the copy, which does not have it yet"
        fleet.wait("examprep_replica_lag_seconds", lambda lag: lag > 0)
        stored = ask(fleet, token, "/courses/tiny/overview/measure/", "POST")
        assert "just-stored=1" in stored
        assert "Lovelace" in ask(fleet, token, cookie="just-stored=1")
        copy.execute("SELECT pg_wal_replay_resume()")
    until(lambda: "Lovelace" in ask(fleet, token), lambda: "the copy does not get it")
    fleet.wait("examprep_replica_lag_seconds", lambda lag: lag == 0)

    errors = fleet.see("examprep_replica_errors_total")
    fleet.replica.kill()
    assert "Lovelace" in ask(fleet, token), "the database itself answers"
    assert fleet.see("examprep_replica_up") == 0
    assert fleet.see("examprep_replica_errors_total") > errors
    assert late(fleet)["replica"] is None
    fleet.replica.start_again()
    fleet.wait("examprep_replica_up", lambda up: up == 1)
    assert late(fleet)["replica"] is not None


def ask(fleet: Fleet, token: str, path: str = GRADEBOOK, method: str = "GET", cookie: str = "") -> str:
    """Ask the first web process as `ina`; return the text, or the cookie that she gets for what she stored."""
    link = http.client.HTTPConnection("127.0.0.1", fleet.ports[0], timeout=30)
    csrf = "c" * 32
    cookies = f"sessionid={token}; csrftoken={csrf}; {cookie}"
    link.request(method, path, headers={"Host": HOST, "Cookie": cookies, "X-CSRFToken": csrf})
    answer = link.getresponse()
    text = answer.read().decode()
    link.close()
    assert answer.status == (200 if method == "GET" else 302), text
    return text if method == "GET" else answer.getheader("Set-Cookie", "")


def late(fleet: Fleet) -> dict[str, int | None]:
    """What /health/ready says is late."""
    link = http.client.HTTPConnection("127.0.0.1", fleet.ports[0], timeout=30)
    link.request("GET", "/health/ready", headers={"Host": HOST})
    late: dict[str, int | None] = json.load(link.getresponse())["late"]
    link.close()
    return late


def test_each_part_is_killed_and_nothing_is_lost_or_doubled(fleet: Fleet) -> None:
    fleet.begin_days()
    students = [Wanderer(fleet.ports, name) for name in ("ada", "ben")]
    for student in students:
        student.start()
    for name in ("one", "two"):
        fleet.wait(SEEN.format(name), lambda seen: seen > 0)
    with going_on(fleet, students):
        kill_a_web_and_a_worker(fleet)
    with going_on(fleet, students):
        kill_beat(fleet)
    with going_on(fleet, students):
        kill_redis(fleet)
    for server in (fleet.pool, fleet.postgresql):
        with going_on(fleet, students):
            errors = fleet.see("examprep_database_errors_total")
            server.kill()
            fleet.wait("examprep_database_up", lambda up: up == 0)
            fleet.wait("examprep_database_errors_total", lambda now, before=errors: now > before)  # type: ignore[misc]
            server.start_again()
            fleet.wait("examprep_database_up", lambda up: up == 1)
    for student in students:
        student.stop()

    jobs = "SELECT kind, student_id, error FROM quizzes_job WHERE kind = 'plan'"
    until(lambda: fleet.ask(jobs) == [], lambda: f"{fleet.ask(jobs)}\n{fleet.log()}", pause=0.2)
    plans = "SELECT count(DISTINCT student_id), count(*) - count(DISTINCT (student_id, date)) FROM quizzes_dailyplan"
    assert fleet.ask(plans) == [(5, 0)]
    stored = [str(event) for (event,) in fleet.ask("SELECT event_id FROM quizzes_reviewevent")]
    assert len(stored) == len(set(stored))
    assert set().union(*(student.acknowledged for student in students)) <= set(stored)
    assert set(stored) <= set().union(*(student.sent for student in students))
    metrics = fleet.metrics()
    assert metrics['examprep_jobs{kind="all",state="given_up"}'] == metrics["examprep_oldest_unplanned_seconds"] == 0
    checked = fleet.services.operate("python", "manage.py", "rebuild_memory", "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@contextmanager
def going_on(fleet: Fleet, students: Sequence[Wanderer]) -> Iterator[None]:
    """Afterwards each student has been told of more answers, and a day that began before has plans."""
    fleet.begin_days()
    yield
    before = [len(student.acknowledged) for student in students]
    until(
        lambda: all(len(each.acknowledged) > was for each, was in zip(students, before, strict=True)),
        lambda: f"{[student.failed[-3:] for student in students]}\n{fleet.log()}",
    )
    fleet.wait_for_plans()


def kill_a_web_and_a_worker(fleet: Fleet) -> None:
    """The other ones take over: what the killed ones show does not change, or cannot be asked for."""
    fleet.webs[1].kill()
    assert not fleet.answers(1)
    fleet.workers[0].kill()
    stopped = fleet.see(SEEN.format("one"))
    fleet.wait_for_plans()
    fleet.wait_for_more(SEEN.format("two"))
    assert fleet.see(SEEN.format("one")) == stopped
    fleet.webs[1].start_again()
    fleet.workers[0].start_again()
    fleet.wait_for_more(SEEN.format("one"))
    until(lambda: fleet.answers(1), lambda: fleet.services.log("web"))


def kill_beat(fleet: Fleet) -> None:
    """Nobody sweeps, and the day that has begun is late."""
    fleet.wait_for_plans()
    fleet.beat.kill()
    fleet.wait(SWEPT, lambda swept: time.time() - swept > 4)
    fleet.begin_days()
    fleet.wait("examprep_oldest_unplanned_seconds", lambda late: late > 0)
    fleet.beat.start_again()
    fleet.wait_for_more(SWEPT)
    fleet.wait("examprep_oldest_unplanned_seconds", lambda late: late == 0)


def kill_redis(fleet: Fleet) -> None:
    """Answers are taken, the cache has no answer, and no sweep reaches a worker: a day that begins is late."""
    errors = fleet.see("examprep_cache_errors_total")
    fleet.redis.kill()
    fleet.wait("examprep_cache_errors_total", lambda now: now > errors)
    fleet.begin_days()
    fleet.wait("examprep_oldest_unplanned_seconds", lambda late: late > 0)
    fleet.redis.start_again()
    fleet.wait_for_more(SWEPT)
