"""Memory states from the review log alone: on a healthy database this changes nothing."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from quizzes import reviews
from quizzes.memory.timeline import LogLine
from quizzes.models import Card, ChangeLog, Review, ReviewEvent, Student, update_rows
from quizzes.reviews import checkpoints, memory_states, practice

CARDS_AT_ONCE = 20_000
MAX_EXAMPLES = 20


@dataclass
class RebuildReport:
    """What a rebuild went through, and the cards whose stored state was not the fold of the log.

    `reviews` are those that were asked, without what was practised along.
    """

    students: int = 0
    cards: int = 0
    reviews: int = 0
    different: int = 0
    examples: list[str] = field(default_factory=list)


def rebuild(
    student: Student | None = None,
    *,
    repair: bool = True,
    progress: Callable[[RebuildReport], None] = lambda so_far: None,
) -> RebuildReport:
    """Replay the log of one student, or of everyone, into card states; write those that differ if `repair`.

    One transaction and a fixed number of queries a student (for each 20,000 cards), in bounded memory; the others go
    on answering meanwhile. `progress` is called after each student.
    """
    report = RebuildReport()
    everyone = get_user_model().objects.filter(cards__isnull=False).distinct().order_by("pk")
    for each in everyone.iterator(chunk_size=500) if student is None else [student]:
        with transaction.atomic():
            refold(reviews.change_log.lock(each, timezone.now()), report, repair=repair)
        report.students += 1
        progress(report)
    return report


def refold(change_log: ChangeLog, report: RebuildReport | None = None, *, repair: bool = True) -> None:
    """Replay the log of one student, whose change log is locked, into card states; write those that differ."""
    if repair:
        checkpoints.drop_all(change_log.student)
    for cards in _chunks(change_log.student):
        _refold_cards(change_log, cards, report or RebuildReport(), repair=repair)
    change_log.save(update_fields=["last_sequence"])


def _chunks(student: Student) -> Iterator[dict[uuid.UUID, Card]]:
    cards = Card.objects.filter(student=student).order_by("pk").select_related("item").iterator(CARDS_AT_ONCE)
    while chunk := list(itertools.islice(cards, CARDS_AT_ONCE)):
        yield {card.pk: card for card in chunk}


def _refold_cards(change_log: ChangeLog, cards: dict[uuid.UUID, Card], report: RebuildReport, *, repair: bool) -> None:
    student, w = change_log.student, change_log.w
    before = {pk: _state(card) for pk, card in cards.items()}
    first, last = min(cards), max(cards)
    log = _load_log(student, cards)
    memory_states.replay(cards, log, w)
    flags = ReviewEvent.objects.filter(student=student, card__gte=first, card__lte=last, undone=False)
    memory_states.fold_flags(cards, flags.filter(type__in=memory_states.FLAGS))
    for card in cards.values():
        card.due_at = memory_states.due(student, card, w)
    different = [card for pk, card in cards.items() if _state(card) != before[pk]]
    report.cards += len(cards)
    report.reviews += sum(not line.practice for line in log)
    report.different += len(different)
    for card in different[: MAX_EXAMPLES - len(report.examples)]:
        report.examples.append(f"{student}, {card}: {_describe_difference(before[card.pk], _state(card))}")
    if repair and different:
        reviews.change_log.stamp(change_log, different)
        update_rows(different, [*memory_states.CARD_STATE, "sequence"])


def _state(card: Card) -> dict[str, object]:
    return {name: getattr(card, name) for name in memory_states.CARD_STATE}


def _describe_difference(before: dict[str, object], after: dict[str, object]) -> str:
    return ", ".join(f"{name} {before[name]} is {after[name]}" for name in after if before[name] != after[name])


def _load_log(student: Student, cards: Mapping[uuid.UUID, Card]) -> list[LogLine]:
    """Return the lines that count of these cards: all that the student has between the first and the last."""
    log = Review.objects.counting().filter(card__student=student, card__gte=min(cards), card__lte=max(cards))
    practised = practice.load_lines(student.review_events.counting(), cards.values())
    return memory_states.sort_log(memory_states.load_log(log), practised)
