"""What the tests of whole services share."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings

from examprep.models import User
from quizzes import tasks
from tests.faults.service import PRIVATE, ROOT, Service
from tests.faults.workers import SOON, send_to


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that a first start made, with the tiny course: loading a whole one is for the clean clone.

    Made once for all of the processes in which tests run.
    """
    shared = (
        tmp_path_factory.getbasetemp().parent
        if "PYTEST_XDIST_WORKER" in os.environ
        else tmp_path_factory.mktemp("first")
    )
    data = shared / "first-start"
    with (shared / "first-start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not data.exists():
            start_first(data)
    return data


def start_first(data: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in PRIVATE} | {"DATA_DIR": str(data)}
    for command in (["migrate"], ["load_course", "tests/course"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    with Service(data) as service:
        service.ready()
        assert service.stop() == 0, service.text


@pytest.fixture
def data(first_start: Path, tmp_path: Path) -> Path:
    """A data folder of a service that has been used."""
    return Path(shutil.copytree(first_start, tmp_path / "data"))


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What heals in minutes heals in moments, here as in the workers."""
    for name, seconds in SOON.items():
        monkeypatch.setattr(settings, name, timedelta(seconds=float(seconds)))


@pytest.fixture
def broker(redis_url: str) -> Iterator[str]:
    """A Redis that this process and its workers share."""
    before = current_app.conf.broker_url
    send_to(redis_url)
    yield redis_url
    with current_app.connection_for_write() as link:
        channel: Any = link.default_channel
        channel.client.flushdb()
    send_to(before)


@pytest.fixture
def learner(transactional_db: None, student: User) -> User:
    """A student who has a plan for today, and whose next answer asks for another."""
    tasks.plan_student(student.pk)
    return student
