"""What the documents say works as they say."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from questions import bank
from questions.figures import pictures
from questions.interchange import yaml
from questions.models import Course
from quizzes.models import ReviewEvent
from tests import courses
from tests.courses import COURSE

pytestmark = pytest.mark.any_database
README = (settings.BASE_DIR / "README.md").read_text()
NETWORK = b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"/>'
AUTHORING = (settings.BASE_DIR / "docs/authoring.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.slow
def test_the_walk_through_by_curl_ends_in_a_grade(
    transactional_db: None, live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "EMBEDDED", True)
    courses.load(COURSE, exams=False)
    call_command("demo_accounts")
    (script,) = blocks(README, "sh")

    done = subprocess.run(
        ["sh", "-eu", "-c", script],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "EXAMPREP": live_server.url},
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )

    assert '"status":"accepted"' in done.stdout, done.stdout
    assert '"explanation":' in done.stdout
    assert ReviewEvent.objects.get().student.username == "student"


@pytest.mark.parametrize("example", blocks(AUTHORING, "yaml"), ids=lambda text: text.split()[2])
def test_every_example_can_be_published(course: Course, example: str) -> None:
    network = pictures.read("network.svg", NETWORK)
    bank.store_pictures(course, [network])
    documents: Any = yaml.read(example.replace("media/network.svg", f"media/{network.address}"))
    for document in documents:
        item = bank.ItemDocument.model_validate(document)
        tags = [
            course.concepts.create(slug=slug, name=slug, definition=slug, lesson=course.lessons.all()[0])
            for slug in item.concepts
        ]
        saved = bank.save_draft(course, item.slug, item.kind, item.body, tags)
        assert bank.publish(saved).number == 1


def test_every_field_of_an_item_stands_in_an_example() -> None:
    examples = "\n".join(blocks(AUTHORING, "yaml"))
    assert [name for name in sorted(_fields(bank.item_schema())) if f"{name}:" not in examples] == []


def _fields(schema: object) -> set[str]:
    """The names of all fields in a JSON Schema, however deep."""
    if isinstance(schema, list):
        return set().union(*map(_fields, schema))
    if not isinstance(schema, dict):
        return set()
    return set(schema.get("properties", {})).union(*map(_fields, schema.values()))


def test_every_draw_and_function_is_in_the_authors_guide() -> None:
    from questions.variants.functions import FUNCTIONS

    words = set(re.findall(r"[a-z_0-9]+", AUTHORING))
    assert set(FUNCTIONS) <= words
    assert {"integer", "uniform", "choice", "loguniform", "loguniform_nice", "vector", "matrix"} <= words
