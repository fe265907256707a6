"""A student's settings change: the log stays what it was, and today stays today."""

from __future__ import annotations

import importlib
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.utils import timezone

from examprep.api import MeSerializer
from examprep.models import User
from quizzes import memory_upkeep, presentations, progress, schedule
from quizzes.calendar import study_day
from quizzes.models import Card, ReviewEvent
from tests.conftest import Api
from tests.quizzes.reviews.test_log import send

Key = Callable[[str], Any]


def change(student: User, **settings: Any) -> None:
    """Change settings as the page and the API do."""
    changed = User.objects.get(pk=student.pk)
    for name, value in settings.items():
        setattr(changed, name, value)
    schedule.change_settings(changed)


def differences(student: User) -> list[str]:
    return memory_upkeep.rebuild(User.objects.get(pk=student.pk), repair=False).examples


def answer(student: User, key: Key, **more: Any) -> None:
    """Answer one question rightly, now; with a `confidence`, for instance."""
    card = Card.objects.filter(student=student, stability__isnull=True).order_by("item__slug", "facet")[0]
    (shown,) = presentations.present(student, [presentations.Ask(card.pk, (card.facet,))], timezone.now())
    event = {"id": str(shown.pk), "type": "review", "presentation": str(shown.pk), "response": key(str(shown.pk))}
    event |= more
    assert send(student, [event | {"occurred_at": timezone.now().isoformat()}]) == ["accepted"]


def bury(student: User, slug: str = "penalty-target") -> Card:
    card = Card.objects.get(student=student, item__slug=slug)
    flag(card, "bury")
    return Card.objects.get(pk=card.pk)


def flag(card: Card, kind: str) -> None:
    event = {"id": str(uuid.uuid4()), "type": kind, "card": str(card.pk), "occurred_at": timezone.now().isoformat()}
    assert send(card.student, [event]) == ["accepted"]


MOVES = [
    {"time_zone": "Pacific/Honolulu"},
    {"time_zone": "Pacific/Kiritimati"},
    {"day_rollover_hour": 0},
    {"day_rollover_hour": 23},
    {"desired_retention": 0.8},
    {"time_zone": "America/St_Johns", "day_rollover_hour": 12},
]


@pytest.mark.any_database
@pytest.mark.parametrize("move", MOVES, ids=str)
def test_a_rebuild_finds_nothing_after_any_change_of_settings(student: User, key: Key, move: dict[str, Any]) -> None:
    with time_machine.travel(datetime(2026, 3, 10, 5, tzinfo=UTC)) as clock:
        change(student, time_zone="Asia/Tokyo")
        answer(student, key)
        buried = bury(student).buried_until
        assert buried == datetime(2026, 3, 10, 19, tzinfo=UTC)
        change(student, **move)
        assert differences(student) == []
        clock.shift(timedelta(hours=3))
        answer(student, key)
        change(student, time_zone="Europe/Berlin", day_rollover_hour=4)
        assert differences(student) == []
        # A later flag folds all flags of the card, and leaves the burial as it was.
        card = Card.objects.get(student=student, item__slug="penalty-target")
        flag(card, "suspend")
        assert Card.objects.get(pk=card.pk).buried_until == buried


@pytest.mark.django_db(transaction=True)
def test_two_devices_that_change_settings_at_once_both_do(student: User, monkeypatch: pytest.MonkeyPatch) -> None:
    met = threading.Barrier(2)

    def meet(serializer: MeSerializer, *, raise_exception: bool) -> bool:
        with suppress(threading.BrokenBarrierError):
            met.wait(0.3)  # both have read, unless one waits for the other
        return is_valid(serializer, raise_exception=raise_exception)

    def patch(body: dict[str, Any]) -> int:
        try:
            return int(Api(student).patch("me/", body).status_code)
        finally:
            connection.close()

    is_valid = MeSerializer.is_valid
    monkeypatch.setattr(MeSerializer, "is_valid", meet)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(patch, [{"daily_minutes": 33}, {"desired_retention": 0.8}])) == [200, 200]
    student.refresh_from_db()
    assert (student.daily_minutes, student.desired_retention) == (33, 0.8)


def test_the_admin_logs_no_change_where_nothing_changed(student: User, admin_client: Client) -> None:
    page = f"/admin/quizzes/enrolment/{student.enrolments.get().pk}/change/"
    assert admin_client.post(page, {"extra_time_percent": "0"}).status_code == 302
    assert not LogEntry.objects.exists()
    assert admin_client.post(page, {"extra_time_percent": "25"}).status_code == 302
    assert LogEntry.objects.count() == 1


def test_the_admin_changes_settings_with_all_that_follows(student: User, key: Key, admin_client: Client) -> None:
    answer(student, key)
    page = f"/admin/examprep/user/{student.pk}/change/"
    form = admin_client.get(page).context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    data |= {"time_zone": "Pacific/Honolulu", "desired_retention": "0.75", "date_joined_0": "2026-01-01"}
    data |= {"date_joined_1": "12:00:00"}
    answered = admin_client.post(page, data)
    assert answered.status_code == 302, answered.context["adminform"].form.errors
    student.refresh_from_db()
    assert student.time_zone == "Pacific/Honolulu"
    assert differences(student) == []


@pytest.mark.parametrize(
    ("hour", "other", "at", "today"),
    [
        (0, 4, "2026-03-10T01:00Z", date(2026, 3, 10)),
        (4, 0, "2026-03-10T01:00Z", date(2026, 3, 9)),
        (4, 0, "2026-03-10T12:00Z", date(2026, 3, 10)),
        (0, 23, "2026-03-10T12:00Z", date(2026, 3, 10)),
    ],
)
def test_moving_the_hour_loses_no_day_and_no_streak(
    api: Api, student: User, key: Key, hour: int, other: int, at: str, today: date
) -> None:
    with time_machine.travel(datetime.fromisoformat(at) - timedelta(days=1)) as clock:
        change(student, day_rollover_hour=hour)
        answer(student, key)
        clock.shift(timedelta(days=1))
        answer(student, key)
        assert api.patch("me/", {"day_rollover_hour": other}).status_code == 200
        student.refresh_from_db()
        answer(student, key)
        days = list(student.review_events.order_by("sequence").values_list("study_date", flat=True))
        assert days == [today - timedelta(days=1), today, today]
        assert progress.load_progress(student).streak == 2
        clock.move_to(study_day(student, timezone.now()).ends_at)
        answer(student, key)
        assert progress.load_progress(student).streak == 3
        assert differences(student) == []


def test_what_is_answered_on_a_kept_day_comes_due_when_it_is_over(api: Api, student: User, key: Key) -> None:
    with time_machine.travel(datetime(2026, 11, 29, 22, 40, tzinfo=UTC)):
        answer(student, key)
        api.patch("me/", {"time_zone": "Asia/Kolkata", "day_rollover_hour": 2})
        student.refresh_from_db()
        today = study_day(student, timezone.now())
        assert (today.date, today.ends_at) == (date(2026, 11, 29), datetime(2026, 11, 30, 4, tzinfo=UTC))
        answer(student, key)
        # By the new clock alone the 30th began at 20:30 already.
        due = [card.due_at for card in student.cards.exclude(due_at=None)]
        assert len(due) > 1
        assert all(at and at >= today.ends_at for at in due)
        (settings,) = [each for each in api.get("sync/").json()["changes"] if each["type"] == "settings"]
        kept = settings["kept_day"]
        assert (kept["date"], kept["ends_at"]) == ("2026-11-29", "2026-11-30T04:00:00.000Z")
        assert differences(student) == []


def test_what_came_due_by_the_clock_alone_is_moved_by_a_migration(student: User, key: Key) -> None:
    with time_machine.travel(datetime(2026, 11, 29, 22, 40, tzinfo=UTC)):
        answer(student, key)
        change(student, time_zone="Asia/Kolkata", day_rollover_hour=2)
        answer(student, key, confidence=1)
        cards = student.cards.exclude(due_at=None)
        right = dict(cards.values_list("pk", "due_at"))
        # An earlier version had the 30th begin at 20:30 for cards, though the 29th was kept until four.
        assert cards.filter(due_at=datetime(2026, 11, 30, 4, tzinfo=UTC)).update(
            due_at=datetime(2026, 11, 29, 20, 30, tzinfo=UTC)
        )
        read = User.objects.get(pk=student.pk).change_log.last_sequence
        importlib.import_module("quizzes.migrations.0045_due_beside_kept_days").move(apps, connection.schema_editor())
        assert differences(student) == []
        assert dict(cards.values_list("pk", "due_at")) == right
        assert student.cards.filter(sequence__gt=read).exists()  # devices are told


@pytest.mark.any_database
def test_a_day_without_answers_is_not_kept(student: User) -> None:
    with time_machine.travel(datetime(2026, 3, 10, 1, tzinfo=UTC)):
        change(student, day_rollover_hour=0)
        change(student, time_zone="Pacific/Honolulu")
        student.refresh_from_db()
        assert student.kept_day is None


def test_a_migration_fills_burials_of_earlier_versions(student: User) -> None:
    with time_machine.travel(datetime(2026, 3, 10, 5, tzinfo=UTC)):
        change(student, time_zone="Asia/Tokyo")
        bury(student)
        change(student, time_zone="Pacific/Honolulu")
        student.review_events.update(buried_until=None)
        module = importlib.import_module("quizzes.migrations.0002_burials_say_until_when")
        module.fill(apps, connection.schema_editor())
        assert ReviewEvent.objects.get(student=student).buried_until == datetime(2026, 3, 10, 19, tzinfo=UTC)
        assert differences(student) == []
        # Where the card does not say it any more, it is computed.
        Card.objects.update(buried_until=None)
        module.fill(apps, connection.schema_editor())
        assert ReviewEvent.objects.get(student=student).buried_until == datetime(2026, 3, 10, 14, tzinfo=UTC)
