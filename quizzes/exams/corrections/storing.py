"""What counts otherwise is written: answers, lines, card states. For whoever holds the students' change logs."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter

from django.db.models import FloatField

from quizzes.exams.corrections.deciding import Change, write_standing
from quizzes.exams.corrections.loading import Line, StoredAnswer
from quizzes.memory.timeline import LogLine
from quizzes.models import (
    Card,
    ChangeLog,
    CorrectedAnswer,
    PractisedItem,
    Review,
    ReviewEvent,
    insert_objects,
    insert_rows,
    update_rows,
)
from quizzes.models.statements import Parameter, Prepared, PreparedUpdate, identifier, number
from quizzes.reviews import practice, refolding
from quizzes.reviews.practice import Practised

AT_ONCE = 5000
"""Rows that a query names: SQLite takes some ten thousand."""
_SCORE = Parameter("score", FloatField())
_COUNT = PreparedUpdate(
    lambda: ReviewEvent.objects.filter(pk__in=number("answers", many=True)),
    {"score": _SCORE, "practice": number("practice")},
)
_RATE = PreparedUpdate(
    lambda: Review.objects.filter(pk__in=number("lines", many=True)), {"rating": number("rating"), "score": _SCORE}
)
_CARDS = Prepared(lambda: Card.objects.filter(pk__in=identifier("cards", many=True)))


def store_changes(
    answers: Iterable[StoredAnswer], changes: Sequence[Change], practised: Practised, logs: Mapping[int, ChangeLog]
) -> list[Card]:
    """Write what some of the answers that were looked at count as from now on, and fold the cards that follow.

    Return the cards that changed. The caller saves the logs, in which the changes are numbered.
    """
    if any(change.target.standing.practice == practised.key for change in changes):
        practice.store({practised.key: practised.weights})
    moved = _cards_of(changes)
    _store_answers(changes, logs)
    _store_lines(changes)
    return refolding.refold_cards(logs, moved, _told(answers, changes, moved))


def _told(answers: Iterable[StoredAnswer], changes: Sequence[Change], cards: Collection[uuid.UUID]) -> refolding.Told:
    """Return the lines of these cards that the answers have from now on."""
    now = {change.stored.answered.pk: change.target.standing for change in changes}
    lines: list[LogLine] = []
    events: list[int] = []
    for stored in answers:
        answered = stored.answered
        events.append(answered.pk)
        if stored.counts:
            lines += (
                LogLine(
                    line.card, answered.occurred_at, answered.event, answered.study_date, line.rating, line.practice
                )
                for line in now.get(answered.pk, stored.standing).lines
                if line.card in cards
            )
    return refolding.Told(events, lines)


def _store_answers(changes: Sequence[Change], logs: Mapping[int, ChangeLog]) -> None:
    new: list[tuple[object, ...]] = []
    again: list[CorrectedAnswer] = []
    standing: dict[tuple[float | None, int | None], list[int]] = defaultdict(list)
    for change in changes:
        answered, row, target = change.stored.answered, change.stored.corrected, change.target
        sequence = logs[answered.student].next_sequence()
        if row is None:
            new.append((answered.pk, answered.student, sequence, _plain(change), target.grade))
        else:
            row.sequence, row.grade = sequence, target.grade
            again.append(row)
        standing[target.standing.score, target.standing.practice].append(answered.pk)
    insert_rows(CorrectedAnswer, ("event", "student", "sequence", "plain", "grade"), new)
    update_rows(again, ["sequence", "grade"])
    for (score, practised), pks in standing.items():
        _COUNT.update(answers=pks, score=score, practice=practised)


def _plain(change: Change) -> dict[str, object]:
    """What an answer counts as without corrections; with its grade, where that is not what was said."""
    document = write_standing(change.plain)
    return {**document, "grade": change.plain_grade} if change.plain_grade else document


def _store_lines(changes: Sequence[Change]) -> None:
    """Make the lines of each answer those that it is to have; what was predicted of a line that stays, stays."""
    gone: list[int] = []
    changed: dict[tuple[int, float], list[int]] = defaultdict(list)
    new: list[Review] = []
    for change in changes:
        stored = change.stored.lines
        target = {line.card: line for line in change.target.standing.lines}
        gone += [pk for card, (pk, _) in stored.items() if card not in target]
        for card, line in target.items():
            if card not in stored:
                new.append(_row(change.stored.answered.pk, line))
            elif stored[card][1] != line:
                changed[line.rating, line.score].append(stored[card][0])
    for begin in range(0, len(gone), AT_ONCE):
        Review.objects.filter(pk__in=gone[begin : begin + AT_ONCE]).delete()
    for (rating, score), pks in changed.items():
        _RATE.update(lines=pks, rating=rating, score=score)
    insert_objects(sorted(new, key=attrgetter("event_id")))


def _row(event: int, line: Line) -> Review:
    return Review(
        event_id=event,
        card_id=line.card,
        rating=line.rating,
        score=line.score,
        predicted=line.predicted,
        practice=line.practice,
    )


def _cards_of(changes: Sequence[Change]) -> dict[uuid.UUID, Card]:
    """Load the cards that answers which count move, or moved, also along practice."""
    counting = [change for change in changes if change.stored.counts]
    asked: set[uuid.UUID] = set()
    for change in counting:
        asked.update(change.stored.lines)
        asked.update(line.card for line in change.target.standing.lines)
    practices: dict[int, set[int]] = {}
    for change in counting:
        before, after = change.stored.answered.practice, change.target.standing.practice
        for key in {before, after} - {None} if before != after else ():
            practices.setdefault(key or 0, set()).add(change.stored.answered.student)
    cards: dict[uuid.UUID, Card] = {}
    if asked:
        cards = {card.pk: card for card in _CARDS.run(cards=asked)}
    students_of: dict[int, set[int]] = {}
    items = PractisedItem.objects.filter(practice__in=practices).values_list("practice", "item")
    for key, item in items if practices else ():
        students_of.setdefault(item, set()).update(practices[key])
    for item, students in students_of.items():
        cards |= {card.pk: card for card in Card.objects.filter(item=item, student__in=students)}
    return cards
