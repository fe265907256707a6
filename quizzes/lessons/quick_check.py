"""Questions in a lesson's page: the quick check at its end, and the variants that it offers to try.

A student's quick check is made of their own presentations, answered like any review. What a visitor answers, and what
is tried in passing with the formula in sight, says nothing of a memory: such a trial is stored nowhere. It follows
from its token, by seeds that only this server can compute.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.crypto import salted_hmac

from questions import kinds
from questions.kinds import rank
from questions.models import Item, ItemVersion, Lesson
from questions.text import markup
from quizzes import presentations, schedule
from quizzes.calendar import study_day
from quizzes.models import Card, Presentation, QuickCheck, ReviewEvent, Student
from quizzes.presentations import Ask

QUESTIONS = 4
SALT, SHEET = "trial", "quick check"


def pick(lesson: Lesson, chance: str) -> list[Item]:
    """Four items of the lesson, of rising difficulty, of different concepts and kinds as far as there are.

    The same for the same `chance`. Match sets, which take minutes, are not among them. One query.
    """
    items = Item.objects.published().filter(published__lesson=lesson).filter(kind__in=kinds.in_quick_checks())
    items = items.select_related("published__item", "published__lesson")
    left = sorted(items, key=lambda item: rank(0, chance, item.slug))
    levels = sorted({_version(item).difficulty for item in left})
    picked: list[Item] = []
    for place in range(min(QUESTIONS, len(left))):
        level = levels[round(place * (len(levels) - 1) / (QUESTIONS - 1))]
        known = {_version(item).concepts[0] for item in picked}, {item.kind for item in picked}
        best = min(left, key=lambda item: _unfitness(item, level, *known))
        left.remove(best)
        picked.append(best)
    return sorted(picked, key=lambda item: _version(item).difficulty)


def _unfitness(item: Item, level: int, concepts: set[str], kinds: set[str]) -> tuple[int, bool, bool]:
    version = _version(item)
    return abs(version.difficulty - level), version.concepts[0] in concepts, item.kind in kinds


def _version(item: Item) -> ItemVersion:
    assert item.published is not None
    return item.published


# Students


def takes(student: Student, lesson: Lesson) -> bool:
    """Whether the lesson's questions count for the student: whether they are enrolled in its course."""
    return bool(student.enrolments.filter(course=lesson.course_id).exists())


@transaction.atomic
def quick_check(student: Any, lesson: Lesson, now: datetime, *, renew: bool = False) -> list[Presentation]:
    """The student's quick check of the study day, the easiest first; with `renew` other four questions.

    A question that was answered stays among them, so that its answer can be looked at.
    """
    check = _load_check(student, lesson, study_day(student, now).date)
    stored = [] if renew else check.presentations
    if renew:
        schedule.ensure_cards(student)
        check.number += 1
    asked = {str(one.pk): one for one in _own(student).filter(pk__in=stored)}
    found = [asked[pk] for pk in stored if pk in asked]
    if not found:
        items = pick(lesson, f"{student.pk}/{lesson.slug}/{check.date}/{check.number}")
        cards = _cards(student, [item.pk for item in items])
        found = presentations.present(student, [Ask(cards[item.pk]) for item in items if item.pk in cards], now)
    else:
        found = _repaired(student, found, now)
    if (asked_now := [str(one.pk) for one in found]) != stored:
        check.presentations = asked_now
        _store_check(check)
    # What is asked in an open sitting too shows its answer again when that is closed.
    examined = presentations.items_in_open_sittings(student)
    return [one for one in found if one.version.item_id not in examined]


def _load_check(student: Student, lesson: Lesson, on: date) -> QuickCheck:
    """The student's check of the study day; one that is not stored where there is none yet."""
    check = QuickCheck.objects.filter(student=student, lesson=lesson, date=on).first()
    return check or QuickCheck(student=student, lesson=lesson, date=on)


def _store_check(check: QuickCheck) -> None:
    """Store the check, in one statement: of two requests at once, the last one's stands."""
    fields = ["number", "presentations"]
    if check.pk:
        check.save(update_fields=fields)
        return
    QuickCheck.objects.bulk_create(
        [check], update_conflicts=True, update_fields=fields, unique_fields=["student", "lesson", "date"]
    )


def _repaired(student: Student, found: Sequence[Presentation], now: datetime) -> list[Presentation]:
    """Put anew what was closed without an answer: its item has a new version, or it was answered and undone."""
    answered = set(answers(student, found))
    again = {one.pk: one.card_id for one in found if one.closed_at and one.pk not in answered}
    if not again:
        return list(found)
    new = {one.card_id: one for one in presentations.present(student, [Ask(card) for card in again.values()], now)}
    return [new.get(again[one.pk], one) if one.pk in again else one for one in found]


def answers(student: Student, presentations: Sequence[Presentation]) -> dict[uuid.UUID, ReviewEvent]:
    """The answers that were given, by presentation; one query."""
    events = ReviewEvent.objects.filter(student=student, type=ReviewEvent.Type.REVIEW, undone=False)
    given = events.filter(presentation__in=[one.pk for one in presentations]).order_by("sequence")
    return {event.presentation_id: event for event in given if event.presentation_id}


def _own(student: Student) -> Any:
    return Presentation.objects.filter(student=student).select_related("version__item", "version__lesson")


def _cards(student: Student, items: Sequence[int]) -> dict[int, uuid.UUID]:
    return dict(Card.objects.filter(student=student, item__in=items, facet="").values_list("item_id", "pk"))


# Trials


@dataclass(frozen=True)
class Trial:
    """A question put to nobody in particular; its presentation is not stored, and follows from its identity."""

    presentation: Presentation

    @property
    def identity(self) -> tuple[int, uuid.UUID]:
        """What says which question it is: the item's version, and the id of its presentation."""
        return self.presentation.version_id, self.presentation.pk

    @property
    def token(self) -> str:
        """The identity, signed; it holds the time too, so two tokens of one question may differ."""
        version, pk = self.identity
        return signing.dumps({"version": version, "id": pk.hex}, salt=SALT)


def check_trials(lesson: Lesson) -> list[Trial]:
    """A quick check without an account: other questions each time."""
    drawn = [_trial(_version(item), uuid.uuid4()) for item in pick(lesson, uuid.uuid4().hex)]
    return [trial for trial in drawn if trial]


def seal(given: Sequence[tuple[Trial, Any]]) -> str:
    """A visitor's quick check with what was answered so far (None: nothing), to be handed back with the next answer."""
    return signing.dumps([[trial.token, response] for trial, response in given], salt=SHEET, compress=True)


def unseal(lesson: Lesson, sheet: str) -> list[tuple[Trial, Any]]:
    """The trials and answers of a sealed quick check; empty where it is none, or no longer asked."""
    try:
        entries = signing.loads(sheet, salt=SHEET)
    except signing.BadSignature:
        return []
    found = [(read_trial(lesson, token), response) for token, response in entries]
    return [(trial, response) for trial, response in found if trial]


def variant_trial(lesson: Lesson, slug: str) -> Trial | None:
    """A fresh variant of an item that the lesson's text offers to try; None where it offers no such item."""
    if slug not in markup.tried(lesson.body_markdown):
        return None
    items = Item.objects.published().filter(course=lesson.course_id, slug=slug)
    item = items.select_related("published__item", "published__lesson").first()
    return _trial(_version(item), uuid.uuid4()) if item else None


def read_identity(token: str) -> tuple[int, uuid.UUID] | None:
    """The identity of the question whose token this is; None for text that this server has not signed."""
    try:
        document = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return document["version"], uuid.UUID(document["id"])


def read_trial(lesson: Lesson, token: str) -> Trial | None:
    """The trial of a token that was given out for this course's items; None for any other text."""
    identity = read_identity(token)
    if identity is None:
        return None
    versions = ItemVersion.objects.filter(item__course=lesson.course_id).select_related("item", "lesson")
    version = versions.filter(pk=identity[0]).first()
    return _trial(version, identity[1]) if version else None


def grade(trial: Trial, response: object) -> presentations.BareGrade:
    """What is said of an answer to a trial. Raises questions.kinds.ResponseError."""
    version, answer = trial.presentation.version, trial.presentation.answer
    kind, body = kinds.get(version.kind), presentations.body_of(version)
    return presentations.grade_payload(kind.grade(body, answer, response), kind.reveal(body, answer))


def _trial(version: ItemVersion, pk: uuid.UUID) -> Trial | None:
    drawn = presentations.draw(version, pk, _seeds(pk))
    return Trial(drawn) if drawn else None


def _seeds(pk: uuid.UUID) -> Iterator[int]:
    for number in range(presentations.DRAWS):
        digest = salted_hmac(SALT, f"{pk}:{number}", algorithm="sha256").digest()
        yield int.from_bytes(digest[:8]) >> (64 - presentations.SEED_BITS)
