"""What the tests of whole services share."""

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
from tests import courses
from tests.faults.service import PRIVATE, ROOT
from tests.faults.workers import SOON, send_to


@pytest.fixture(scope="session")
def first_start(shared_folder: Path) -> Path:
    """The data folder that a first start made, with the tiny course: loading a whole one is for the clean clone.

    Made once for all of the processes in which tests run.
    """
    data = shared_folder / "first-start"
    with courses.locked(data):
        if not data.exists():
            data.mkdir(mode=0o700)
            start_first(data)
    return data


FIRST_START = """
import django; django.setup()
from django.core.management import call_command
from examprep.run.serve import prepare
from tests.tables import make_tables
make_tables()
call_command("load_course", "tests/course")
prepare()
"""


def start_first(data: Path) -> None:
    own = {"DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "examprep.settings"}
    environment = {key: value for key, value in os.environ.items() if key not in PRIVATE} | own
    subprocess.run([sys.executable, "-c", FIRST_START], cwd=ROOT, env=environment, check=True)


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
