"""The production shape, as far as it can be tried without a container engine."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from examprep.cache import ForgivingRedisCache
from examprep.data_folder import can_be_guessed
from examprep.models import User
from tests import servers
from tests.deployment.containers import COMMANDS, COMPOSE, DOCKERFILE, GIVEN, ROOT
from tests.faults.service import BARE, waited


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` in an environment of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**BARE, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_compose_has_every_part_and_its_environment() -> None:
    services = COMPOSE["services"]
    assert set(services) == {
        "proxy",
        "postgres",
        "pgbouncer",
        "redis",
        "migrate",
        "web",
        "worker",
        "worker-long",
        "beat",
        "backup",
        "replica",
    }
    for name in ("migrate", "web", "worker", "beat"):
        environment = services[name]["environment"]
        assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"} <= set(environment), name
        assert "?" in environment["SECRET_KEY"], "a missing secret has to stop compose"
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_services_own_containers_can_write_nothing_but_what_they_have_to() -> None:
    for name in ("proxy", "migrate", "web", "worker", "beat", "pgbouncer"):
        service = COMPOSE["services"][name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    users = re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)
    assert users == ["postgres", "proxy", "examprep"], "each image has one that is not root"


def test_what_the_web_asks_is_limited_by_the_pool_and_nothing_else_is() -> None:
    wait = f"{1000 * settings.DATABASE_WAIT:.0f}"
    pool = dict(re.findall(r"^(\w+) = (host=.+)$", servers.CONFIGURATION.read_text(), re.MULTILINE))
    limits = f"dbname=examprep connect_query='SET statement_timeout = {wait}; SET lock_timeout = {wait}'"
    assert pool == {
        "examprep": "host=postgres port=5432",
        "examprep_web": f"host=postgres port=5432 {limits}",
        "examprep_replica": "host=replica port=5432 dbname=examprep",
        "examprep_replica_web": f"host=replica port=5432 {limits}",
    }
    names = {name: COMPOSE["services"][name]["environment"]["DATABASE_URL"] for name in ("web", "worker", "beat")}
    assert {name: url.rpartition("@")[2] for name, url in names.items()} == {
        "web": "pgbouncer:6432/examprep_web",
        "worker": "pgbouncer:6432/examprep",
        "beat": "pgbouncer:6432/examprep",
    }
    copies = {name: COMPOSE["services"][name]["environment"]["DATABASE_REPLICA_URL"] for name in names}
    assert all(url.startswith("${REPLICA:+") for url in copies.values()), "who has no copy asks for none"
    assert {name: url.rpartition("@")[2] for name, url in copies.items()} == {
        "web": "pgbouncer:6432/examprep_replica_web}",
        "worker": "pgbouncer:6432/examprep_replica}",
        "beat": "pgbouncer:6432/examprep_replica}",
    }
    migrates = COMPOSE["services"]["migrate"]["environment"]
    assert migrates["DATABASE_URL"].endswith("@postgres:5432/examprep"), "tables are changed by a whole session"
    assert migrates["DATABASE_POOLED"] == "false"


def test_threads_share_the_memory_that_they_allocate_from() -> None:
    assert re.search(r"^ENV .*\bMALLOC_ARENA_MAX=2\b", DOCKERFILE, re.MULTILINE)


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]


def test_no_container_takes_the_whole_machine_or_fills_its_disk() -> None:
    for name, service in COMPOSE["services"].items():
        assert {"mem_limit", "cpus", "pids_limit"} <= set(service), name
        assert {"max-size", "max-file"} <= set(service["logging"]["options"]), name


def test_web_and_workers_are_several_and_beat_is_one() -> None:
    services = COMPOSE["services"]
    assert {name: service["deploy"]["replicas"] for name, service in services.items() if "deploy" in service} == {
        "web": 2,
        "worker": 2,
        "worker-long": 1,
    }


def test_every_task_has_a_queue_and_every_queue_a_worker() -> None:
    commands = [COMPOSE["services"][name]["command"] for name in ("worker", "worker-long")]
    taken = [queue for command in commands for queue in command[command.index("--queues") + 1].split(",")]
    assert sorted(taken) == sorted(queue.name for queue in settings.CELERY_TASK_QUEUES)
    current_app.loader.import_default_modules()
    ours = {name for name in current_app.tasks if name.startswith(("examprep.", "questions.", "quizzes."))}
    assert set(settings.CELERY_TASK_ROUTES) <= ours
    assert ours - set(settings.CELERY_TASK_ROUTES) == {
        "examprep.tasks.clear_sessions",
        "examprep.tasks.rotate_lti_keys",
        "quizzes.tasks.close_overdue_sittings",
        "quizzes.tasks.plan_due_students",
    }, "what is short goes to the sweeps"


def test_whoever_ends_answers_first_what_it_was_asked() -> None:
    def seconds(value: str) -> int:
        return int(value[:-1]) * {"s": 1, "m": 60}[value[-1]]

    services, proxy = COMPOSE["services"], (ROOT / "deploy/nginx.conf").read_text()
    longest = seconds(dict(re.findall(r"(proxy_read_timeout) (\w+);", proxy))["proxy_read_timeout"])
    graceful = int(COMMANDS["CMD"][COMMANDS["CMD"].index("--graceful-timeout") + 1])
    shutdown = seconds(dict(re.findall(r"(worker_shutdown_timeout) (\w+);", proxy))["worker_shutdown_timeout"])
    assert longest <= graceful < seconds(services["web"]["stop_grace_period"])
    assert longest < shutdown <= seconds(services["proxy"]["stop_grace_period"])
    assert services["proxy"]["stop_signal"] == "SIGQUIT"
    assert seconds(services["worker"]["stop_grace_period"]) >= settings.CELERY_TASK_TIME_LIMIT


def test_compose_starts_again_what_ends_and_keeps_what_is_stored() -> None:
    services = COMPOSE["services"]
    assert {name for name, service in services.items() if service["restart"] != "unless-stopped"} == {"migrate"}
    assert services["migrate"]["restart"] == "on-failure"
    for name in ("pgbouncer", "redis"):
        assert services[name]["healthcheck"]["test"]
        assert services["web"]["depends_on"][name]["condition"] == "service_healthy"
    for name in ("postgres", "redis"):
        assert services[name]["volumes"][0].split(":")[0] in COMPOSE["volumes"]
    assert "healthcheck" not in services["web"], "the image's own"
    assert services["worker"]["healthcheck"]["test"]
    assert "/health/ready" in COMMANDS["HEALTHCHECK"][-1]


def test_the_settings_know_every_variable_of_compose() -> None:
    known = "".join((ROOT / f"examprep/{name}.py").read_text() for name in ("settings", "account_settings"))
    documented = (ROOT / "docs/operations.md").read_text()
    for name in COMPOSE["services"]["web"]["environment"]:
        assert f'"{name}"' in known, name
        assert f"`{name}`" in documented, name
    for name in re.findall(r'env\.\w+\("([A-Z_]+)"', known):
        assert name == "EXAMPREP_BROKER" or f"`{name}`" in documented, name


def test_the_image_copies_what_there_is_and_all_that_is_needed() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert {"manage.py", "fixtures", "examprep", "questions", "quizzes"} <= set(copied)
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")}
    assert set(copied) <= allowed


@pytest.mark.parametrize("command", ["gunicorn", "celery"])
def test_commands_of_the_image_are_installed(command: str) -> None:
    assert command in DOCKERFILE + (ROOT / "docker-compose.yml").read_text()
    assert (Path(sys.executable).parent / command).exists()


REFUSAL = "SECRET_KEY is missing or can be guessed: set it to at least 32 random characters.\n"


def test_a_guessable_secret_stops_the_start_with_one_line() -> None:
    done = manage("check", EXAMPREP_PRODUCTION="1", SECRET_KEY="changeme" * 8)

    assert done.returncode != 0
    assert done.stderr == REFUSAL


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "short",
        "django-insecure-0123456789012345678901234567890",
        "changeme" * 8,
        "a" * 44,
        "abcabcabdabcabcabdabcabcabdabcabcabe",
        "correct-horse-battery-staple-" * 2,
    ],
)
def test_a_missing_secret_or_one_of_few_characters_can_be_guessed(secret: str) -> None:
    assert can_be_guessed(secret)
    assert not can_be_guessed(GIVEN["SECRET_KEY"])


def test_a_database_url_asks_for_a_secret_too(tmp_path: Path) -> None:
    done = manage("check", DATABASE_URL=f"sqlite:///{tmp_path / 'db'}", DATA_DIR=str(tmp_path))

    assert done.returncode != 0
    assert done.stderr == REFUSAL
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_no_container_starts_without_a_secret(name: str) -> None:
    done = subprocess.run(
        COMPOSE["services"][name].get("command") or COMMANDS["CMD"],
        cwd=ROOT,
        env={**BARE, "PATH": f"{Path(sys.executable).parent}:{BARE['PATH']}", "EXAMPREP_PRODUCTION": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode != 0
    assert REFUSAL in done.stderr
    assert "Traceback" not in done.stderr


def test_the_deployment_checks_pass(tmp_path: Path) -> None:
    environment = {**GIVEN, "EXAMPREP_PRODUCTION": "1", "HTTPS": "true", "DATA_DIR": str(tmp_path)}
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **environment)
    assert checked.returncode == 0, checked.stderr


def test_no_demo_account_outside_the_embedded_default(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMBEDDED", False)
    with pytest.raises(CommandError, match="embedded default only"):
        call_command("demo_accounts")
    assert not User.objects.exists()


def test_instructors_are_made_by_name(db: None) -> None:
    user = User.objects.create_user("ina")

    with pytest.raises(CommandError, match="no account nobody"):
        call_command("instructors", "ina", "nobody")
    assert not User.objects.get(pk=user.pk).is_staff

    call_command("instructors", "ina")
    user = User.objects.get(pk=user.pk)
    assert user.is_staff
    assert user.has_perm("questions.add_course")
    assert not user.has_perm("examprep.change_user")


@pytest.mark.any_database
def test_a_redis_that_is_away_is_an_empty_cache(student: User) -> None:
    with servers.redis_server() as url:
        pass  # nothing listens there any more
    away = {"default": {"BACKEND": "examprep.cache.ForgivingRedisCache", "LOCATION": url}}
    client = Client()
    client.force_login(student)

    from django.test import override_settings

    with override_settings(CACHES=away):
        assert client.get("/api/v1/queue/").status_code == 200
        assert client.post("/accounts/login/", {"login": "ada", "password": "wrong"}).status_code == 302


@pytest.mark.any_database
def test_a_redis_that_hangs_costs_its_time_out_once(student: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForgivingRedisCache, "away_until", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        options = {"socket_connect_timeout": 0.3, "socket_timeout": 0.3}
        cache = ForgivingRedisCache(url, {"OPTIONS": options})
        began, before = time.monotonic(), waited()
        assert [cache.get("x", "nothing") for _ in range(20)] == ["nothing"] * 20
        assert waited() - before < 1
        assert time.monotonic() - began > 0.2
