"""What is counted and how the service stands can be read by those who are to read it, and by nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings as configured
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from examprep import errors
from examprep.cache import ForgivingRedisCache
from examprep.celery import app
from examprep.models import User
from examprep.watching import exporting, state, tasks
from examprep.watching.models import TaskRun
from quizzes.models import ChangeLog, Job
from quizzes.tasks import plan_due_students
from tests.conftest import Api
from tests.replicas import replica_at

pytestmark = pytest.mark.database
ALERTS = Path(configured.BASE_DIR) / "docs" / "alerts.yml"
MADE_BY_PROMETHEUS = re.compile(r"examprep_[a-z_]+")


@app.task(name="tests.fail")
def fail() -> None:
    raise ValueError("nothing can be closed")


def value(name: str, labels: Mapping[str, str] | None = None) -> float:
    return REGISTRY.get_sample_value(name, dict(labels or {})) or 0.0


def read() -> dict[str, dict[tuple[str, ...], float]]:
    """All samples of this process, by name and the values of their labels."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(exporting.write_metrics().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


@pytest.mark.any_database
def test_only_who_has_the_token_reads_them(db: None, settings: Any, tmp_path: Path) -> None:
    def ask(token: str) -> int:
        return Client(headers={"Authorization": f"Bearer {token}"}).get("/metrics").status_code

    assert [ask(""), ask("secret")] == [404, 404], "there is no token, so nobody has it"
    settings.METRICS_TOKEN, settings.METRICS_DIR = "secret", tmp_path
    assert [ask(""), ask("secre"), ask("secret")] == [404, 404, 200]
    answer = Client(headers={"Authorization": "Bearer secret"}).get("/metrics")
    assert b"examprep_database_up 1.0" in answer.content
    assert answer["Cache-Control"].startswith("max-age=0")


@pytest.mark.any_database
def test_each_web_container_is_asked_by_its_address(db: None, settings: Any, tmp_path: Path) -> None:
    """Prometheus names what it asks, which is no name of the service, and there is no proxy that ends TLS."""
    settings.METRICS_TOKEN, settings.METRICS_DIR = "secret", tmp_path
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["exams.example.org"], True
    named = {"Authorization": "Bearer secret", "host": "exam_prep-web-2:8000"}
    counted = "examprep_request_seconds_count", {"method": "GET", "route": "/metrics", "status": "200"}
    before = value(*counted)
    for host in (named["host"], "172.18.0.7:8000", "[fd00::7]:8000"):
        answer = Client(headers={**named, "host": host}).get("/metrics")
        assert answer.status_code == 200
        assert b"examprep_database_up 1.0" in answer.content
    assert Client(headers={**named, "Authorization": "Bearer secre"}).get("/metrics").status_code == 400
    assert Client(headers=named).get("/health/live").status_code == 400
    assert Client(headers=named).post("/metrics").status_code == 405
    assert value(*counted) == before + 3


@pytest.mark.any_database
def test_answers_requests_and_errors_are_counted(
    api: Api, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    posted = ("POST", "/api/v1/reviews/batch/", "200")
    before = read()
    with django_capture_on_commit_callbacks(execute=True):
        api.answer(api.queue(1)["results"][0]["id"], {"dont_know": True})
    after = read()

    for name, labels in (("examprep_events_total", ("accepted",)), ("examprep_request_seconds_count", posted)):
        assert after[name][labels] == before.get(name, {}).get(labels, 0) + 1, name
    ratings = [sum(each.get("examprep_reviews_total", {}).values()) for each in (before, after)]
    assert ratings[1] == ratings[0] + 1

    busy, away = value("examprep_database_errors_total"), value("examprep_cache_errors_total")
    try:
        raise OperationalError("database is locked")
    except OperationalError:
        assert errors.server_error(RequestFactory().get("/today/")).status_code == 503
    monkeypatch.setattr(ForgivingRedisCache, "away_until", 0.0)
    assert ForgivingRedisCache("redis://127.0.0.1:1", {}).get("anything") is None
    assert value("examprep_database_errors_total") == busy + 1
    assert value("examprep_cache_errors_total") == away + 1


def test_what_is_late_is_told(student: User, client: Client, django_assert_max_num_queries: Any) -> None:
    now = timezone.now()
    Job.objects.all().delete()
    ChangeLog.objects.update(next_day_at=now - timedelta(minutes=20))
    job = Job.objects.create(kind="plan", student=student, asked_at=now, run_at=now - timedelta(minutes=5))
    with django_assert_max_num_queries(6):
        samples = read()

    assert samples["examprep_oldest_job_seconds"][()] == pytest.approx(300, abs=60)
    assert samples["examprep_oldest_unplanned_seconds"][()] == pytest.approx(1200, abs=60)
    assert samples["examprep_jobs"]["plan", "waiting"] == 1
    # The health check asks by a connection of its own, which does not see what a test has not committed.
    assert client.get("/health/ready").json()["late"].keys() == {"oldest_job", "oldest_unplanned"}

    Job.objects.filter(pk=job.pk).update(dead_at=now)
    student.is_active = False
    student.save()
    samples = read()
    assert samples["examprep_oldest_job_seconds"][()] == samples["examprep_oldest_unplanned_seconds"][()] == 0
    assert (samples["examprep_jobs"]["plan", "waiting"], samples["examprep_jobs"]["all", "given_up"]) == (0, 1)


def test_a_database_that_is_away_is_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(now: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(exporting, "load_state", refuse)
    samples = read()
    assert samples["examprep_database_up"][()] == 0
    assert "examprep_jobs" not in samples


def test_tasks_of_the_timetable_leave_a_note(db: None, settings: Any) -> None:
    assert not state.load_state(timezone.now()).has_workers
    for _ in range(2):
        assert plan_due_students.apply().successful()

    (run,) = TaskRun.objects.all()
    assert (run.task, run.failed) == (state.SWEEP, False)
    assert run.seconds > 0
    now = timezone.now()
    assert state.load_state(now).has_workers
    assert not state.load_state(now + timedelta(seconds=10 * settings.SWEEP_EVERY)).has_workers

    settings.CELERY_BEAT_SCHEDULE = {"fail": {"task": fail.name, "schedule": timedelta(minutes=1)}}
    failed = value("examprep_task_seconds_count", {"task": fail.name, "state": "failure"})
    assert fail.apply().failed()
    assert TaskRun.objects.get(task=fail.name).failed
    assert value("examprep_task_seconds_count", {"task": fail.name, "state": "failure"}) == failed + 1

    TaskRun.objects.update(ended_at=now - timedelta(days=3))
    tasks.forget_runs()
    assert not TaskRun.objects.exists()


@pytest.fixture
def replica_of_itself(db: None) -> Iterator[None]:
    """The database is its own copy, as one that was promoted is."""
    with replica_at(connection.settings_dict["NAME"]):
        yield


def test_alerts_ask_for_what_there_is(api: Api, replica_of_itself: None) -> None:
    api.answer(api.queue(1)["results"][0]["id"], {"dont_know": True})
    plan_due_students.apply()
    told, rules = read(), yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]
    assert (told["examprep_replica_up"][()], told["examprep_replica_lag_seconds"][()]) == (1, 0)

    for rule in rules:
        assert rule["annotations"]["summary"].endswith((".", ".\n"))
        names = set(MADE_BY_PROMETHEUS.findall(rule["expr"]))
        assert names
        assert names <= told.keys(), rule["alert"]
    assert state.SWEEP in next(rule["expr"] for rule in rules if rule["alert"] == "NobodyPlans")
    manual = (ALERTS.parent / "operations.md").read_text()
    assert [rule["alert"] for rule in rules if f"`{rule['alert']}`" not in manual] == []
