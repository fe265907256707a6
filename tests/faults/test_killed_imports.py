"""An import whose process is killed between two chunks goes on where it stopped: nothing is double, nothing lost."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from questions import bank
from questions.bank.imports import CHUNK
from questions.models import Course, Import, ImportedItem, Item, StaffAct
from questions.tasks import work_on_imports
from tests.faults.workers import program, until

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
QUESTIONS = 300
GIFT = "\n\n".join(f"::Q{number}::Which is number {number}? {{={number} ~none#No.}}" for number in range(QUESTIONS))
WORK = "from questions.tasks import work_on_imports; work_on_imports()"


@pytest.fixture
def course() -> Course:
    return Course.objects.create(slug="killed", title="Killed")


def kill_halfway(*command: str, **env: str) -> int:
    """Run a command of manage.py, and kill it once something came in; returns how many questions did."""
    with program("redis://127.0.0.1:1/0", "manage", *command, **env) as process:
        until(lambda: Item.objects.count() >= CHUNK)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
    return Item.objects.count()


def all_came_in_once(course: Course) -> bool:
    """Whether each question is one draft, made by one import, and noted once."""
    stems = {str(item.draft["stem"]) for item in course.items.all()}
    noted = StaffAct.objects.filter(model="questions.item", kind="added").values("key").distinct().count()
    sizes = {course.items.count(), ImportedItem.objects.count(), StaffAct.objects.filter(kind="added").count(), noted}
    return sizes == {QUESTIONS} and stems == {f"Which is number {number}?" for number in range(QUESTIONS)}


@pytest.mark.any_database  # what PostgreSQL keeps of a killed process is shown by the next one
def test_a_killed_command_is_given_again(course: Course, tmp_path: Path) -> None:
    file = tmp_path / "quiz.gift"
    file.write_text(GIFT)
    command = ("import_items", "gift", str(file), "--course", course.slug)
    came = kill_halfway(*command)
    assert 0 < came < QUESTIONS
    assert came == ImportedItem.objects.count() == Import.objects.get().counts["new"]

    with program("redis://127.0.0.1:1/0", "manage", *command) as process:
        assert process.wait(180) == 0
    assert all_came_in_once(course)
    first, second = Import.objects.order_by("pk")
    assert (first.counts, second.counts) == ({"new": came}, {"new": QUESTIONS - came, "same": came})


def test_who_comes_after_a_killed_worker_goes_on(course: Course, settings: Any, tmp_path: Path, soon: None) -> None:
    settings.MEDIA_ROOT = tmp_path
    made = bank.upload(course, "gift", ContentFile(GIFT.encode(), name="quiz.gift"), None)
    work_on_imports()
    made.refresh_from_db()
    assert bank.begin_import(made, {})
    came = kill_halfway("shell", "-c", WORK, MEDIA_ROOT=str(tmp_path))
    assert 0 < came < QUESTIONS
    assert made.questions.filter(is_settled=True).count() == came

    until(lambda: Import.objects.filter(leased_until__lte=timezone.now()).exists())
    work_on_imports()
    made.refresh_from_db()
    assert (made.state, made.counts) == (Import.State.DONE, {"new": QUESTIONS})
    assert all_came_in_once(course)
