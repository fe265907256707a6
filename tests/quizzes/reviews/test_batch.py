"""What a device sends: read strictly, event by event, and refused in words."""

import uuid
from typing import Any

import pytest

from quizzes.reviews.batch import (
    MAX_EVENTS,
    BatchError,
    ReportedFlag,
    ReportedPractice,
    ReportedReview,
    ReportedUndo,
    UnreadableEvent,
    read_batch,
    read_event,
)

ID, OTHER = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
AT = "2026-03-01T12:00:00Z"
NO_TYPE = "event: Its type has to be one of review, practice, undo, bury, suspend, resume."
BATCH: dict[str, Any] = {"device": ID, "device_now": AT, "events": []}
REVIEW: dict[str, Any] = {"id": ID, "type": "review", "occurred_at": AT, "presentation": OTHER, "response": {}}


@pytest.mark.parametrize(
    ("document", "read_as"),
    [
        (REVIEW, ReportedReview),
        ({**REVIEW, "unknown": 1}, ReportedReview),
        (
            {"id": ID, "type": "practice", "occurred_at": AT, "presentation": OTHER, "steps": [None, {"value": "1"}]},
            ReportedPractice,
        ),
        ({"id": ID, "type": "undo", "occurred_at": AT, "target": OTHER}, ReportedUndo),
        ({"id": ID, "type": "bury", "occurred_at": AT, "card": OTHER}, ReportedFlag),
        ({"id": ID, "type": "suspend", "occurred_at": AT, "card": OTHER}, ReportedFlag),
        ({"id": ID, "type": "resume", "occurred_at": AT, "card": OTHER}, ReportedFlag),
    ],
)
def test_an_event_is_read_by_its_type(document: dict[str, Any], read_as: type) -> None:
    assert isinstance(read_event(document), read_as)


@pytest.mark.parametrize(
    ("document", "event_id", "places"),
    [
        ({**REVIEW, "occurred_at": "2026-03-01T12:00:00"}, ID, ["occurred_at"]),
        ({**REVIEW, "confidence": 6, "duration_ms": -1}, ID, ["confidence", "duration_ms"]),
        ({key: value for key, value in REVIEW.items() if key != "response"}, ID, ["response"]),
        ({**REVIEW, "type": "import"}, ID, ["event"]),
        ({"type": "undo", "occurred_at": AT, "target": OTHER}, None, ["id"]),
        ({}, None, ["event"]),
        ("review", None, ["event"]),
        (None, None, ["event"]),
    ],
)
def test_an_event_that_is_wrong_says_where(document: object, event_id: str | None, places: list[str]) -> None:
    unreadable = read_event(document)
    assert isinstance(unreadable, UnreadableEvent)
    assert unreadable.id == event_id
    assert [part.split(":")[0] for part in unreadable.detail.split("; ")] == places


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ({}, NO_TYPE),
        (
            {**REVIEW, "type": "dance"},
            NO_TYPE,
        ),
        ("review", "event: Send an object."),
    ],
)
def test_what_is_no_event_is_refused_in_words(document: object, detail: str) -> None:
    unreadable = read_event(document)
    assert isinstance(unreadable, UnreadableEvent)
    assert unreadable.detail == detail


def test_events_of_a_batch_are_left_unread() -> None:
    assert read_batch({**BATCH, "events": [None, "review", REVIEW]}).events == [None, "review", REVIEW]


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ([], ["event"]),
        ({}, ["device", "device_now", "events"]),
        ({**BATCH, "device_now": "today"}, ["device_now"]),
        ({**BATCH, "events": [REVIEW] * (MAX_EVENTS + 1)}, ["events"]),
    ],
)
def test_a_batch_that_is_wrong_says_where(document: object, fields: list[str]) -> None:
    with pytest.raises(BatchError) as caught:
        read_batch(document)
    assert sorted(caught.value.errors) == fields
