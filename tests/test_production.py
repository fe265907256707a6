"""The production shape, as far as it can be tried without a container engine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from examprep.models import User
from tests import servers

ROOT: Path = settings.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
SECRET = "s3cret-of-these-tests-that-is-long-enough"


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` in an environment of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_compose_has_every_part_and_its_environment() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    for name in ("migrate", "web", "worker", "beat"):
        environment = services[name]["environment"]
        assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"} <= set(environment), name
        assert "?" in environment["SECRET_KEY"], "a missing secret has to stop compose"
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_settings_know_every_variable_of_compose() -> None:
    known = (ROOT / "examprep/settings.py").read_text()
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


@pytest.mark.parametrize("secret", ["", "short", "django-insecure-0123456789012345678901234567890", "changeme" * 8])
def test_a_missing_or_default_secret_stops_the_start(secret: str) -> None:
    done = manage("check", EXAMPREP_PRODUCTION="1", SECRET_KEY=secret)

    assert done.returncode != 0
    assert "SECRET_KEY is missing or a default" in done.stderr


@pytest.mark.slow
def test_the_deployment_checks_pass_and_files_are_collected(tmp_path: Path) -> None:
    environment = {
        "EXAMPREP_PRODUCTION": "1",
        "SECRET_KEY": "fUsyWk0VwgLzdPS1Nw2Y3hXlZ8oTq6RrBaEjKmCvGxIyHtJuDp",
        "ALLOWED_HOSTS": "exams.example.org",
        "HTTPS": "true",
        "STATIC_ROOT": str(tmp_path / "static"),
        "DATA_DIR": str(tmp_path),
    }
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **environment)
    assert checked.returncode == 0, checked.stderr

    collected = manage("collectstatic", "--noinput", **environment)
    assert collected.returncode == 0, collected.stderr
    (review,) = (tmp_path / "static/quizzes").glob("review.*.js")
    assert re.search(r'from "\./matching\.[0-9a-f]{12}\.js"', review.read_text())


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
    assert user.has_perm("questions.change_item")
    assert not user.has_perm("examprep.change_user")


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
