"""Files that are uploaded come in by workers, which may die at any time, run twice, or find nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.bank import uploads
from questions.models import Course, Import
from questions.tasks import work_on_imports
from tests import courses

pytestmark = [pytest.mark.django_db, pytest.mark.database]
State = Import.State
GIFT = "$CATEGORY: Penalties/L2\n\n" + "\n\n".join(
    f"::Q{number}::Which is number {number}? {{={number} ~none#No.}}" for number in range(5)
)


@pytest.fixture
def course(settings: Any, tmp_path: Any) -> Course:
    settings.MEDIA_ROOT = tmp_path
    return courses.load(exams=False)


def upload(course: Course, text: str = GIFT, name: str = "quiz.gift") -> Import:
    author = User.objects.get_or_create(username="author")[0]
    return bank.upload(course, "gift", ContentFile(text.encode(), name=name), author)


def work(made: Import) -> Import:
    work_on_imports()
    made.refresh_from_db()
    return made


def fates(made: Import) -> list[str]:
    return list(made.questions.values_list("fate", flat=True))


def dying(monkeypatch: pytest.MonkeyPatch, after: int) -> Callable[[], None]:
    """Have a worker die after so many chunks of two; returns what lets it live again."""
    monkeypatch.setattr(uploads, "CHUNK", 2)
    monkeypatch.setattr("questions.bank.imports.CHUNK", 2)
    renew, left = uploads._Lease.renew, [after]

    def renew_or_die(lease: Any, **changes: object) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        renew(lease, **changes)

    monkeypatch.setattr(uploads._Lease, "renew", renew_or_die)
    return lambda: monkeypatch.setattr(uploads._Lease, "renew", renew)


def test_a_file_is_read_then_comes_in_as_chosen_and_is_taken_back(course: Course) -> None:
    made = work(upload(course, GIFT + "\n\nOnly a \0text.\n"))
    assert (made.state, made.size, made.names) == (State.READ, 6, {"L2": 5, "Penalties": 5})
    assert fates(made) == ["new"] * 5 + ["refused"]
    assert not course.items.filter(slug__startswith="which-number").exists()
    assert default_storage.listdir("uploads")[1] == []
    assert {name: concept and concept.slug for name, concept in bank.guess_concepts(made).items()} == {
        "L2": "l2",
        "Penalties": None,
    }
    factor = course.concepts.get(slug="factor")
    made.questions.filter(number=2).update(is_chosen=False)
    assert bank.begin_import(made, {"concepts": {"L2": None, "Penalties": factor.pk}, "otherwise": []})
    assert not bank.begin_import(made, {})
    assert work(made).state == State.DONE
    assert made.counts == {"new": 4, "refused": 1}
    items = course.items.filter(slug__startswith="which-number")
    assert {tuple(item.tags.values_list("concept__slug", flat=True)) for item in items} == {("factor",)}
    report = bank.report_of(made).as_json()
    assert report["counts"] == {"new": 4, "changed": 0, "same": 0, "kept": 0, "refused": 1}
    assert not made.questions.exclude(found=None).exists()

    again = work(upload(course))
    assert fates(again) == ["same", "new", "same", "same", "same"]
    edited = work(upload(course, GIFT.replace("Which is number 3", "Whose is number 3")))
    assert fates(edited) == ["same", "new", "same", "changed", "same"]
    assert bank.discard(again)
    assert not Import.objects.filter(pk=again.pk).exists()

    bank.save_draft(course, "which-number-0", "single_choice", {"stem": "Mine"}, [])
    assert bank.begin_undo(made)
    assert not bank.discard(made)
    assert work(made).undone_at is not None
    assert made.taken_back
    assert made.taken_back["kept"] == ["which-number-0"]
    assert len(made.taken_back["deleted"]) == 3
    assert items.all().count() == 1
    assert not bank.begin_undo(made)


def test_who_comes_after_a_lost_worker_goes_on(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    made = upload(course)
    for after, state in ((1, State.READING), (1, State.IMPORTING), (1, State.UNDOING)):
        assert made.state == state
        live = dying(monkeypatch, after)
        with pytest.raises(KeyboardInterrupt):
            work_on_imports()
        live()
        assert work(made).state == state  # its lease holds
        Import.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        work(made)
        if state == State.READING:
            assert fates(made) == ["new"] * 5
            assert bank.begin_import(made, {})
        elif state == State.IMPORTING:
            assert made.counts == {"new": 5}
            assert course.items.filter(slug__startswith="which-number").count() == 5
            assert bank.begin_undo(made)
    assert made.undone_at
    assert made.taken_back
    assert len(made.taken_back["deleted"]) == 5
    assert not course.items.filter(slug__startswith="which-number").exists()


def test_what_fails_again_and_again_is_given_up_and_may_be_tried_again(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload(course)
    monkeypatch.setattr(uploads, "keep_bytes", lambda pictures: 1 / 0)
    for _ in range(uploads.MAX_ATTEMPTS):
        assert work(made).state == State.READING
    assert work(made).state == State.FAILED
    monkeypatch.undo()
    assert bank.try_again(made)
    assert work(made).state == State.READ
    Import.objects.update(made_at=timezone.now() - uploads.KEPT)
    work_on_imports()
    assert not Import.objects.exists()
