"""A Python client made of the schema: mypy checks it, and a program on it that studies a day with a live service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from examprep.models import User
from tests.api.test_guide import PASSWORD, account

__all__ = ["account"]

PROGRAM = Path(__file__).parent / "client.py"
PACKAGE = "examprep_client"
CONFIG = {"post_hooks": [], "content_type_overrides": {"application/zip": "application/octet-stream"}}
OPTIONS = f"""
[mypy]
strict = true
native_parser = true
[mypy-{PACKAGE}.*]
ignore_errors = true
"""
"""The package is read as one that is installed: its types, and not the bodies of what it does, which the day runs."""
CACHE: Path = settings.BASE_DIR / ".mypy_cache" / PACKAGE
"""Of the types of the package: a second run checks only what of it is new."""
WRONG = {
    "field": ("device=uuid.uuid4()", "gadget=uuid.uuid4()"),
    "answer": ("result.grade.rating", "result.grade.mark"),
    "prompt": ("asked.prompt.steps", "asked.prompt.choices"),
    "grading": ("entry.grading.allowed", "entry.grading.accept"),
    "change": ("copy.events[change.id] = change", "copy.cards[change.id] = change"),
    "query": ("limit=5", 'limit="five"'),
    "refusal": ("    assert isinstance(queue, Queue), queue\n", ""),
}
"""Mistakes that the types have to find."""
pytestmark = pytest.mark.slow


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture
def folder(tmp_path: Path, db: None) -> Path:
    """A folder with the client made of the schema, and the program that uses it."""
    (tmp_path / "schema.json").write_bytes(Client().get("/api/v1/schema/?format=json").content)
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    made = run(
        *(tmp_path, "openapi_python_client", "generate", "--path", "schema.json", "--config", "config.json"),
        *("--meta", "none", "--output-path", PACKAGE, "--fail-on-warning"),
    )
    assert made.returncode == 0, made.stdout + made.stderr
    (tmp_path / PACKAGE / "py.typed").touch()
    (tmp_path / "client.py").write_text(PROGRAM.read_text())
    return tmp_path


def test_a_client_in_python_studies_a_day(live_server: LiveServer, account: User, folder: Path) -> None:
    """And it type-checks, where the same with a mistake does not."""
    for name, (right, wrong) in WRONG.items():
        assert right in PROGRAM.read_text()
        (folder / f"{name}.py").write_text(PROGRAM.read_text().replace(right, wrong))
    (folder / "mypy.ini").write_text(OPTIONS)
    modules = [f"{name}.py" for name in ("client", *WRONG)]
    checked = run(folder, "mypy", "--cache-dir", os.path.relpath(CACHE, folder), *modules)
    assert {line.partition(":")[0] for line in checked.stdout.splitlines() if ": error:" in line} == {
        f"{name}.py" for name in WRONG
    }

    done = run(folder, "client", live_server.url, account.username, PASSWORD)

    assert done.returncode == 0, done.stderr
    *_, last = done.stdout.splitlines()
    assert last.startswith("invalid "), "what the service refuses is a problem with a code"
    assert int(last.split()[1]) > 0, "answers were taken"
