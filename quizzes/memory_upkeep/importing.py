"""Imports: another program's review history becomes lines of the review log.

Each review is an event of type `import` with one line for its card; the states are then folded from the log as ever. An
event's id follows from the student and from what the file calls the review, so that a later export of the same history
adds only what is new. A card that was made new again forgets what it was asked before: these reviews come in as well,
and each with an undo, so that it makes no difference which export comes first.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import ModuleType

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from questions.models import Course
from quizzes import reviews, schedule
from quizzes.calendar import study_day
from quizzes.memory.rating import Rating
from quizzes.memory_upkeep import rebuilding
from quizzes.memory_upkeep.histories import HistoryError, HistoryLine, NotAReview, Note, PastReview, anki, csv
from quizzes.memory_upkeep.import_report import ImportReport
from quizzes.memory_upkeep.matching import CardFinder
from quizzes.models import Card, ChangeLog, Review, ReviewEvent, Student

FORMATS = (csv, anki)
NAMESPACE = uuid.UUID("0d9c41d1-5a0b-5c39-9e52-3f1b7c0a8e64")
"""Of the identifiers of imported events and their devices (RFC 9562, version 5)."""
BATCH = 500
"""Reviews that are looked up and written at once."""

_TOO_OLD = f"before {reviews.EARLIEST:%Y}"
_AHEAD = "in the future; check the clock or the offset"
_FORGOTTEN = "before the card was reset"
_OTHER_RATING = "already there with another rating, which stays"


class NotEnrolledError(ValueError):
    """The student is not in the course, or in none."""


def import_reviews(
    student: Student, path: Path, *, course: Course | None = None, dry_run: bool = False, now: datetime | None = None
) -> ImportReport:
    """Import the review history in the file for a student, about the items of one course or of all the student's.

    One transaction: all that can be matched, or nothing; with `dry_run` nothing in any case. Raises HistoryError for a
    file that cannot be read, NotEnrolledError, OSError.
    """
    now = now or timezone.now()
    history = _choose_format(path)
    courses = Course.objects.filter(enrolments__student=student)
    if course:
        courses = courses.filter(pk=course.pk)
    if not courses.exists():
        raise NotEnrolledError(f"{student} is not enrolled in {course or 'any course'}; add an enrolment in the admin.")
    report = ImportReport()
    with transaction.atomic(), closing(history.read(path)) as lines:
        change_log = schedule.ensure_cards(student)
        finder = CardFinder.load(student, courses)
        for batch in _batches(_match(lines, finder, report, now)):
            _store(batch, change_log, history.SOURCE, report, now)
        if report.stored:
            change_log.save(update_fields=["last_sequence"])
            rebuilding.rebuild(student)
            schedule.request_plan(student, now)
        _count_cards(student, report, now)
        if dry_run:
            transaction.set_rollback(True)
    return report


# Reading


def _choose_format(path: Path) -> ModuleType:
    """Return the format that the file's name says. Raises HistoryError."""
    for history in FORMATS:
        if path.suffix.lower() in history.SUFFIXES:
            return history
    *suffixes, last = [suffix for history in FORMATS for suffix in history.SUFFIXES]
    raise HistoryError(f"The file's name has to end with {', '.join(suffixes)} or {last}.")


@dataclass(frozen=True, slots=True)
class _Match:
    """A review, and the card that it is of."""

    card: uuid.UUID
    review: PastReview


def _match(
    lines: Generator[HistoryLine, None, None], finder: CardFinder, report: ImportReport, now: datetime
) -> Generator[_Match, None, None]:
    """Yield the reviews that have a card; the others are counted by reason."""
    for line in lines:
        report.read += 1
        if isinstance(line, NotAReview):
            report.skip(line.why, line.example)
        elif line.at < reviews.EARLIEST:
            report.skip(_TOO_OLD, f"{line.subject} at {line.at:%Y-%m-%d}")
        elif line.at > now + reviews.CLOCK_TOLERANCE:
            report.skip(_AHEAD, f"{line.subject} at {line.at:%Y-%m-%d %H:%M} UTC")
        elif isinstance(card := finder.find(line.subject, line.place), str):
            report.skip(card, str(line.subject))
            report.skipped[card].subjects.add(line.subject.id if isinstance(line.subject, Note) else line.subject)
        else:
            yield _Match(card, line)


def _batches(matches: Iterable[_Match]) -> Generator[list[_Match], None, None]:
    rest = iter(matches)
    while batch := list(islice(rest, BATCH)):
        yield batch


# Writing


def _store(matches: Sequence[_Match], change_log: ChangeLog, source: str, report: ImportReport, now: datetime) -> None:
    """Write the reviews of a batch that are not in the log yet: two queries to look, two to write."""
    student = change_log.student
    ids = [uuid.uuid5(NAMESPACE, f"{student.pk}:{source}:{match.review.key}") for match in matches]
    log = ReviewEvent.objects.filter(student=student)
    hashes = dict(log.filter(event_id__in=ids).values_list("event_id", "body_hash"))
    undone = set(log.filter(type=ReviewEvent.Type.UNDO, target__in=ids).values_list("target", flat=True))
    new: list[Review] = []
    undos: list[ReviewEvent] = []
    for event_id, match in zip(ids, matches, strict=True):
        review, body_hash = match.review, _hash(match.review, source)
        if review.forgotten_at and event_id not in undone:
            undone.add(event_id)
            undos.append(_make_undo(event_id, review.forgotten_at, student, source, now))
        if (stored := hashes.get(event_id)) is None:
            hashes[event_id] = body_hash
            event = _make_event(review, student, source, now)
            event.event_id, event.body_hash, event.undone = event_id, body_hash, event_id in undone
            new.append(Review(card_id=match.card, event=event, rating=review.rating, score=_score(review)))
        _count(match, stored, body_hash, report, now)
    _write(new, undos, change_log, report)


def _count(match: _Match, stored: str | None, body_hash: str, report: ImportReport, now: datetime) -> None:
    """Report what became of a review, of which the log held `stored`."""
    review = match.review
    if review.forgotten_at:
        report.skip(_FORGOTTEN, f"{review.subject} at {review.at:%Y-%m-%d %H:%M} UTC")
    elif stored is None:
        report.add(match.card, min(review.at, now))
    elif stored == body_hash:
        report.present += 1
    else:
        report.skip(_OTHER_RATING, f"{review.subject} at {review.at:%Y-%m-%d %H:%M} UTC")


def _write(new: Sequence[Review], undos: Sequence[ReviewEvent], change_log: ChangeLog, report: ImportReport) -> None:
    """Write new reviews, and undos of reviews: two queries, three where something is taken back."""
    events = [*(review.event for review in new), *undos]
    for event in events:
        event.sequence = change_log.next_sequence()
    ReviewEvent.objects.bulk_create(events)
    Review.objects.bulk_create(new)
    if undos:
        taken_back = ReviewEvent.objects.filter(
            student=change_log.student, event_id__in=[undo.target for undo in undos]
        )
        taken_back.update(undone=True)
    report.stored += len(events)


def _score(review: PastReview) -> float:
    return float(review.rating != Rating.AGAIN)


def _response(review: PastReview, source: str) -> dict[str, str | int]:
    return {"source": source, "rating": review.rating}


def _hash(review: PastReview, source: str) -> str:
    """Return what tells a review that is there already from another under the same key."""
    document = json.dumps([review.key, _response(review, source)], sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()


def _make_undo(target: uuid.UUID, forgotten_at: datetime, student: Student, source: str, now: datetime) -> ReviewEvent:
    """Return the event that takes a review back whose card was made new again at `forgotten_at`."""
    occurred_at = min(forgotten_at, now)
    return ReviewEvent(
        student=student,
        event_id=uuid.uuid5(NAMESPACE, f"undo:{target}"),
        type=ReviewEvent.Type.UNDO,
        body_hash=hashlib.sha256(target.bytes).hexdigest(),
        target=target,
        device=uuid.uuid5(NAMESPACE, source),
        device_occurred_at=forgotten_at,
        occurred_at=occurred_at,
        study_date=study_day(student, occurred_at).date,
        received_at=now,
    )


def _make_event(review: PastReview, student: Student, source: str, now: datetime) -> ReviewEvent:
    occurred_at = min(review.at, now)
    return ReviewEvent(
        student=student,
        type=ReviewEvent.Type.IMPORT,
        response=_response(review, source),
        duration_ms=min(review.duration_ms, reviews.MAX_DURATION_MS),
        device=uuid.uuid5(NAMESPACE, source),
        device_occurred_at=review.at,
        occurred_at=occurred_at,
        study_date=study_day(student, occurred_at).date,
        received_at=now,
        score=_score(review),
    )


def _count_cards(student: Student, report: ImportReport, now: datetime) -> None:
    """Report how many of the student's cards have a memory state, and how many of these are due."""
    cards = Card.objects.filter(student=student, stability__isnull=False)
    awake = Q(suspended=False) & (Q(buried_until=None) | Q(buried_until__lte=now))
    report.remembered = cards.count()
    report.due = cards.filter(awake, due_at__lte=now).count()
