"""What the tests of whole services share."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from examprep.models import User
from quizzes import tasks
from tests import courses, servers
from tests.faults.service import PRIVATE, ROOT
from tests.faults.workers import SOON, Workers, send_to


@pytest.fixture(scope="session")
def first_start(shared_folder: Path) -> Path:
    """The data folder that a first start made, with the tiny course: loading a whole one is for the clean clone.

    Made once for all of the processes in which tests run.
    """
    return courses.made_once(shared_folder / "first-start", start_first)


FIRST_START = """
import django; django.setup()
from django.core.management import call_command
from examprep.run.serve import prepare
call_command("migrate", verbosity=0)
call_command("load_course", "tests/course")
prepare()
"""


def start_first(data: Path) -> None:
    data.mkdir(mode=0o700)
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


@pytest.fixture(scope="module")
def redis() -> Iterator[servers.Server]:
    """A Redis that this process and its workers share."""
    try:
        with servers.redis_to_kill() as server:
            yield server
    except servers.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def shared_workers(
    django_db_setup: None, redis: servers.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workers]:
    """Workers that the tests of a module share."""
    with ExitStack() as stack:
        yield Workers(redis.url, tmp_path_factory.mktemp("mails"), stack)


@pytest.fixture
def workers(transactional_db: None, soon: None, shared_workers: Workers) -> Iterator[Workers]:
    """The same, for a test that leaves them at rest before its tables are emptied; what it sends is for them."""
    before = current_app.conf.broker_url
    send_to(shared_workers.broker)
    yield shared_workers
    send_to(shared_workers.broker)
    shared_workers.settle()
    send_to(before)


@pytest.fixture
def learner(transactional_db: None, student: User) -> User:
    """A student who has a plan for today, and whose next answer asks for another."""
    tasks.plan_student(student.pk)
    return student
