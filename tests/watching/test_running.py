"""The page of the admin that says how the service is running."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from examprep.watching import state
from examprep.watching.exporting import list_route_times
from examprep.watching.models import TaskRun
from quizzes.models import Job

pytestmark = pytest.mark.any_database
PATH = "/admin/running/"


@pytest.fixture
def page(student: User, settings: Any, tmp_path: Any) -> Client:
    """A superuser; nothing of this process is failing."""
    settings.DATA_DIR = tmp_path
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="root-of-the-tests"))
    return client


def test_it_says_that_nobody_works_and_what_waits(page: Client, student: User) -> None:
    now = timezone.now()
    Job.objects.all().delete()
    Job.objects.create(kind="plan", student=student, asked_at=now, run_at=now - timedelta(minutes=7), dead_at=None)
    Job.objects.create(kind="remind", student=student, asked_at=now, run_at=now, dead_at=now, attempts=5)

    text = page.get(PATH).content.decode()
    assert "No worker has ever looked for it" in text
    assert "the oldest for 0:07:0" in text
    assert "/admin/quizzes/job/?dead_at__isempty=0" in text
    assert page.get("/admin/quizzes/job/?dead_at__isempty=0").context["cl"].result_count == 1
    assert "No worker was seen in the last two days." in text


def test_it_says_when_all_is_well(page: Client, django_assert_max_num_queries: Any) -> None:
    for name in ("first", "second"):
        TaskRun.objects.create(task=state.SWEEP, worker=f"celery@{name}", ended_at=timezone.now(), seconds=0.25)
    TaskRun.objects.create(
        task="quizzes.tasks.fit_due", worker="celery@first", ended_at=timezone.now(), seconds=3, failed=True
    )
    page.get(PATH)
    with django_assert_max_num_queries(12):
        answer = page.get(PATH)

    text = answer.content.decode()
    assert "a worker looked for what is due" in text or "not answer" in text  # tests have no broker
    assert "Plan due students" in text
    assert "Send LTI scores" in text
    assert '<strong class="failed">failed</strong>' in text
    assert "celery@first" in text
    assert 0 < len(answer.context["routes"]) <= 25
    assert PATH in {each.route for each in list_route_times()}, "it was asked before"


def test_who_is_not_a_superuser_has_no_such_page(page: Client) -> None:
    staff = Client()
    staff.force_login(User.objects.create_user("staff", password="staff-of-the-tests", is_staff=True))
    assert staff.get(PATH).status_code == 403
    assert PATH not in staff.get("/admin/").content.decode()
    assert PATH in page.get("/admin/").content.decode()
    assert Client().get(PATH).status_code == 302
