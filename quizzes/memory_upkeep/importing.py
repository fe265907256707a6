"""The past that a newcomer brings along: another program's review history becomes lines of the review log.

Each review is an event of type `import` with one line for its card; the states are then folded from the log as ever. An
event's id follows from the student and from what the file calls the review, so that a later export of the same history
adds only what is new.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from questions.models import Course, Item
from questions.text import markup
from quizzes import schedule
from quizzes.calendar import study_day
from quizzes.memory.rating import Rating
from quizzes.memory_upkeep import rebuilding
from quizzes.memory_upkeep.histories import HistoryError, Line, Named, Note, Passed, Reviewed, anki, csv
from quizzes.models import Card, ChangeLog, Review, ReviewEvent, Student
from quizzes.reviews import CLOCK_TOLERANCE, EARLIEST, MAX_DURATION_MS

FORMATS = (csv, anki)
NAMESPACE = uuid.UUID("0d9c41d1-5a0b-5c39-9e52-3f1b7c0a8e64")
"""Of the identifiers of imported events and their devices (RFC 9562, version 5)."""
AT_ONCE = 500
MAX_EXAMPLES = 5
MAX_EXAMPLE = 60
TAGS = ("item:", "examprep::")
"""A tag of one of these and a slug, or `slug:pair`, says which item a note is."""

_NO_ITEM = "no such item in the student's courses"
_NO_NOTE = f"no item for the note; tag it {TAGS[0]}SLUG or {TAGS[1]}SLUG"
_SEVERAL = "several items could be meant; name the course, or tag the note"
_NO_PAIR = "the item has no such pair"
_WHICH_PAIR = "a match set: name one of its pairs"
_TOO_OLD = f"before {EARLIEST:%Y}"
_AHEAD = "in the future; check the clock or the offset"
_OTHER_RATING = "already there with another rating, which stays"


class NotEnrolledError(ValueError):
    """The student is not in the course, or in none."""


@dataclass
class Skipped:
    """How many reviews were left out for one reason, of which notes or names, and what the first of them were."""

    count: int = 0
    subjects: set[object] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)


@dataclass
class Imported:
    """What an import did, and what the student's memory looks like after it."""

    read: int = 0
    imported: int = 0
    present: int = 0
    skipped: dict[str, Skipped] = field(default_factory=lambda: defaultdict(Skipped))
    cards: set[uuid.UUID] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    remembered: int = 0
    due: int = 0

    def skip(self, why: str, example: str) -> None:
        """Count a review that is left out."""
        skipped = self.skipped[why]
        skipped.count += 1
        shown = _shown(example)
        if len(skipped.examples) < MAX_EXAMPLES and shown not in skipped.examples:
            skipped.examples.append(shown)


def import_reviews(
    student: Student, path: Path, *, course: Course | None = None, dry_run: bool = False, now: datetime | None = None
) -> Imported:
    """Import the review history in the file for a student, about the items of one course or of all the student's.

    One transaction: all that can be matched, or nothing; with `dry_run` nothing in any case. Raises HistoryError for a
    file that cannot be read, NotEnrolledError, OSError.
    """
    now = now or timezone.now()
    form = _format(path)
    courses = Course.objects.filter(enrolments__student=student)
    if course:
        courses = courses.filter(pk=course.pk)
    if not courses.exists():
        raise NotEnrolledError(f"{student} is not enrolled in {course or 'any course'}; add an enrolment in the admin.")
    report = Imported()
    with transaction.atomic(), closing(form.read(path)) as lines:
        book = schedule.ensure_cards(student)
        asked = _Asked(student, courses)
        for batch in _batches(_known(lines, asked, report, now)):
            _store(batch, book, form.SOURCE, report, now)
        if report.imported:
            book.save(update_fields=["last_sequence"])
            rebuilding.rebuild(student)
            schedule.request_plan(student, now)
        _look(student, report, now)
        if dry_run:
            transaction.set_rollback(True)
    return report


# Reading


def _format(path: Path) -> ModuleType:
    suffixes = [suffix for form in FORMATS for suffix in form.SUFFIXES]
    for form in FORMATS:
        if path.suffix.lower() in form.SUFFIXES:
            return form
    raise HistoryError(f"The file's name has to end with {', '.join(suffixes[:-1])} or {suffixes[-1]}.")


@dataclass(frozen=True, slots=True)
class _Match:
    """A review, and the card that it is of."""

    card: uuid.UUID
    review: Reviewed


def _known(
    lines: Generator[Line, None, None], asked: _Asked, report: Imported, now: datetime
) -> Generator[_Match, None, None]:
    """The reviews that have a card; the others are counted by reason."""
    for line in lines:
        report.read += 1
        if isinstance(line, Passed):
            report.skip(line.why, line.example)
        elif line.at < EARLIEST:
            report.skip(_TOO_OLD, f"{line.subject} at {line.at:%Y-%m-%d}")
        elif line.at > now + CLOCK_TOLERANCE:
            report.skip(_AHEAD, f"{line.subject} at {line.at:%Y-%m-%d %H:%M} UTC")
        elif isinstance(card := asked.card(line.subject, line.place), str):
            report.skip(card, str(line.subject))
            report.skipped[card].subjects.add(line.subject.id if isinstance(line.subject, Note) else line.subject)
        else:
            yield _Match(card, line)


def _batches(matches: Iterable[_Match]) -> Generator[list[_Match], None, None]:
    rest = iter(matches)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def _shown(example: str) -> str:
    """Text of a file, fit for a line on a terminal."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in example[:1000]).split())
    return text if len(text) <= MAX_EXAMPLE else f"{text[: MAX_EXAMPLE - 1]}…"


# Matching


@dataclass(frozen=True, eq=False)
class _Pairs:
    """An item with what of it is remembered on its own: `facets`, and the facet of each left text."""

    pk: int
    facets: list[str]
    lefts: dict[str, str]


class _Asked:
    """What the student is asked: it finds the card that a line of a history is about."""

    def __init__(self, student: Student, courses: Any) -> None:
        self._by_name: dict[str, list[_Pairs]] = defaultdict(list)
        self._by_stem: dict[str, list[_Pairs]] = defaultdict(list)
        self._found: dict[object, uuid.UUID | str] = {}
        items = Item.objects.published().filter(course__in=courses).select_related("published")
        for item in items.iterator(chunk_size=AT_ONCE):
            assert item.published is not None
            body = item.published.body
            lefts = {anki.plain(markup.render(pair["left"])): pair["id"] for pair in body.get("pairs", [])}
            one = _Pairs(item.pk, item.published.facets, lefts)
            for name in (item.slug, str(item.uid)):
                self._by_name[name].append(one)
            for stem in {anki.plain(body["stem"]), anki.plain(markup.render(body["stem"]))}:
                self._by_stem[stem].append(one)
        cards = Card.objects.filter(student=student, item__course__in=courses)
        self._cards = {(item, facet): pk for item, facet, pk in cards.values_list("item_id", "facet", "pk")}

    def card(self, subject: Named | Note, place: int) -> uuid.UUID | str:
        """The card's key, or why there is none."""
        key = subject if isinstance(subject, Named) else (subject.id, place)
        if key not in self._found:
            found = self._named(subject) if isinstance(subject, Named) else self._noted(subject, place)
            self._found[key] = found
        return self._found[key]

    def _named(self, named: Named) -> uuid.UUID | str:
        items = self._by_name.get(named.item, [])
        if len(items) != 1:
            return _SEVERAL if items else _NO_ITEM
        if card := self._cards.get((items[0].pk, named.facet)):
            return card
        return _NO_PAIR if named.facet else _WHICH_PAIR

    def _noted(self, note: Note, place: int) -> uuid.UUID | str:
        """By the note's guid; else by a tag; else by a field that is a slug; else by its first field, the question."""
        tags = [tag.casefold() for tag in note.tags]
        signs = [Named.read(tag.removeprefix(prefix)) for prefix in TAGS for tag in tags if tag.startswith(prefix)]
        for named in ([Named(note.guid)], signs, [Named(text) for text in note.fields]):
            found = {(item, one.facet) for one in named for item in self._by_name.get(one.item, [])}
            if found:
                break
        else:
            found = {(item, "") for item in self._by_stem.get(note.fields[0], [])}
        if len(found) != 1:
            return _SEVERAL if found else _NO_NOTE
        item, facet = found.pop()
        return self._card(item, facet or _facet(item, note, place))

    def _card(self, item: _Pairs, facet: str | None) -> uuid.UUID | str:
        if facet is None:
            return _WHICH_PAIR
        return self._cards.get((item.pk, facet), _NO_PAIR)


def _facet(item: _Pairs, note: Note, place: int) -> str | None:
    """Which facet of an item a card is of: of a match set's pairs the one that a field names, else by its number.

    A number says nothing where all of the set is one card.
    """
    if item.facets == [""]:
        return ""
    named = {item.lefts[text] for text in note.fields if text in item.lefts}
    if len(named) == 1:
        return named.pop()
    return item.facets[place] if note.cards > 1 and 0 <= place < len(item.facets) else None


# Writing


def _store(matches: Sequence[_Match], book: ChangeLog, source: str, report: Imported, now: datetime) -> None:
    """Write what of a batch is not in the log yet: two queries to look, two to write."""
    student = book.student
    device = uuid.uuid5(NAMESPACE, source)
    ids = [uuid.uuid5(NAMESPACE, f"{student.pk}:{source}:{match.review.key}") for match in matches]
    stored = ReviewEvent.objects.filter(student=student)
    there = dict(stored.filter(event_id__in=ids).values_list("event_id", "body_hash"))
    undone = set(stored.filter(type=ReviewEvent.Type.UNDO, target__in=ids).values_list("target", flat=True))
    events, reviews = [], []
    for event_id, match in zip(ids, matches, strict=True):
        review = match.review
        response = {"source": source, "rating": review.rating}
        digest = hashlib.sha256(json.dumps([review.key, response], sort_keys=True).encode()).hexdigest()
        if event_id in there:
            if there[event_id] == digest:
                report.present += 1
            else:
                report.skip(_OTHER_RATING, f"{review.subject} at {review.at:%Y-%m-%d %H:%M} UTC")
            continue
        there[event_id] = digest
        occurred_at = min(review.at, now)
        score = float(review.rating != Rating.AGAIN)
        event = ReviewEvent(
            student=student,
            event_id=event_id,
            sequence=book.next_sequence(),
            type=ReviewEvent.Type.IMPORT,
            body_hash=digest,
            response=response,
            duration_ms=min(review.duration_ms, MAX_DURATION_MS),
            device=device,
            device_occurred_at=review.at,
            occurred_at=occurred_at,
            study_date=study_day(student, occurred_at).date,
            received_at=now,
            undone=event_id in undone,
            score=score,
        )
        events.append(event)
        reviews.append(Review(card_id=match.card, event=event, rating=review.rating, score=score))
        report.cards.add(match.card)
        report.first = min(report.first or occurred_at, occurred_at)
        report.last = max(report.last or occurred_at, occurred_at)
    report.imported += len(events)
    ReviewEvent.objects.bulk_create(events)
    Review.objects.bulk_create(reviews)


def _look(student: Student, report: Imported, now: datetime) -> None:
    """What the memory looks like now."""
    cards = Card.objects.filter(student=student, stability__isnull=False)
    awake = Q(suspended=False) & (Q(buried_until=None) | Q(buried_until__lte=now))
    report.remembered = cards.count()
    report.due = cards.filter(awake, due_at__lte=now).count()
