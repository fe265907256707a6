"""What counts otherwise is written: answers, lines, card states. For whoever holds the students' change logs."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.db.models import FloatField

from questions import kinds
from quizzes.exams.corrections.deciding import Case, students_of
from quizzes.exams.corrections.loading import StoredAnswer
from quizzes.memory.timeline import LogLine
from quizzes.models import (
    Card,
    ChangeLog,
    CorrectedAnswer,
    JSONText,
    PractisedItem,
    Review,
    ReviewEvent,
    insert_rows,
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


def store_cases(cases: Sequence[Case], practised: Practised, logs: Mapping[int, ChangeLog]) -> list[Card]:
    """Write what the answers to a version count as from now on, and fold the cards that follow.

    Return the cards that changed. The caller saves the logs, in which the changes are numbered.
    """
    changed = [case for case in cases if case.is_changed]
    if any(case.target.standing.practice == practised.key for case in changed):
        practice.store({practised.key: practised.weights})
    moved = _cards_of(changed)
    _store_answers(changed, logs)
    _store_lines(changed)
    return refolding.refold_cards(logs, moved, _told(cases, moved))


def _told(cases: Iterable[Case], cards: Collection[uuid.UUID]) -> refolding.Told:
    """Return the lines of these cards that the answers have from now on."""
    told = refolding.Told([], [])
    for case in cases:
        told.events.extend(stored.answered.pk for stored in case.answers)
        of_student = {
            student: [
                (card, rating, weight)
                for facet, rating, _, weight in case.target.standing.lines
                if (card := stored.card_of(facet)) in cards
            ]
            for student, stored in _one_a_student(case).items()
        }
        for stored in case.counting:
            answered = stored.answered
            for card, rating, weight in of_student[answered.student]:
                told.lines.append(
                    LogLine(card, stored.occurred_at, answered.event, answered.study_date, rating, weight)
                )
    return told


def _one_a_student(case: Case) -> dict[int, StoredAnswer]:
    """Return an answer that counts of each student, whose cards are those of the student's others."""
    return {stored.answered.student: stored for stored in case.counting}


def _store_answers(changed: Sequence[Case], logs: Mapping[int, ChangeLog]) -> None:
    rows: list[tuple[object, ...]] = []
    again: list[int] = []
    standing: dict[tuple[float | None, int | None], list[int]] = defaultdict(list)
    for case in changed:
        write_plain, write_grade = _plain_of(case), _grade_of(case, case.target.grade)
        of_standing = standing[case.target.standing[:2]]
        for stored in case.answers:
            answered = stored.answered
            of_standing.append(answered.pk)
            if answered.plain:
                again.append(answered.pk)
            plain, sequence = answered.plain or write_plain(stored), logs[answered.student].next_sequence()
            rows.append((answered.pk, answered.student, sequence, JSONText(plain), write_grade(stored)))
    for begin in range(0, len(again), AT_ONCE):
        CorrectedAnswer.objects.filter(pk__in=again[begin : begin + AT_ONCE]).delete()
    insert_rows(CorrectedAnswer, ("event", "student", "sequence", "plain", "grade"), rows)
    for (score, practised), pks in standing.items():
        _COUNT.update(answers=pks, score=score, practice=practised)


def _plain_of(case: Case) -> Callable[[StoredAnswer], str]:
    """Return what writes what an answer counts as without corrections, with its grade where that was not said."""
    score, practised, lines = case.plain
    begin, write_grade = json.dumps({"score": score, "practice": practised})[:-1], _grade_of(case, case.plain_grade)

    of_student: dict[int, list[tuple[str, str, str]]] = {}

    def write(stored: StoredAnswer) -> str:
        own = of_student.get(stored.answered.student)
        if own is None:
            own = of_student[stored.answered.student] = [
                (facet, f'["{stored.card_of(facet)}", {rating}, {score!r}, ', f", {weight!r}]")
                for facet, rating, score, weight in lines
            ]
        written = [f"{before}{_json_of(stored.predicted(facet))}{after}" for facet, before, after in own]
        grade = write_grade(stored)
        end = f', "grade": {grade}' if grade else ""
        return f'{begin}, "lines": [{", ".join(written)}]{end}}}'

    return write


def _json_of(number: float | None) -> str:
    return "null" if number is None else repr(number)


def _grade_of(case: Case, grade: dict[str, Any] | None) -> Callable[[StoredAnswer], JSONText | None]:
    """Return what writes a grade of the first answer as each one's."""
    if grade is None:
        return lambda _: None
    written = kinds.without_names(json.dumps(grade), case.answers[0].names)
    return lambda stored: JSONText(kinds.with_names(written, stored.names))


def _store_lines(changed: Sequence[Case]) -> None:
    """Make the lines of each answer those that it is to have; what was predicted of a line that stays, stays."""
    gone: list[int] = []
    rated: dict[tuple[int, float], list[int]] = defaultdict(list)
    new: list[tuple[object, ...]] = []
    for case in changed:
        before, after = ({line.facet: line for line in each.lines} for each in (case.standing, case.target.standing))
        gone += [stored.lines[facet].pk for facet in before.keys() - after.keys() for stored in case.answers]
        for facet, line in after.items():
            if facet not in before:
                new += [
                    (stored.card_of(facet), stored.answered.pk, *line[1:], stored.predicted(facet))
                    for stored in case.answers
                ]
            elif before[facet] != line:
                rated[line.rating, line.score] += [stored.lines[facet].pk for stored in case.answers]
    for begin in range(0, len(gone), AT_ONCE):
        Review.objects.filter(pk__in=gone[begin : begin + AT_ONCE]).delete()
    for (rating, score), pks in rated.items():
        _RATE.update(lines=pks, rating=rating, score=score)
    insert_rows(Review, ("card", "event", "rating", "score", "practice", "predicted"), sorted(new, key=itemgetter(1)))


def _cards_of(changed: Sequence[Case]) -> dict[uuid.UUID, Card]:
    """Load the cards that answers which count move, or moved, also along practice."""
    asked: set[uuid.UUID] = set()
    practices: dict[int, set[int]] = {}
    for case in changed:
        if not case.moves:
            continue
        before, after = case.standing, case.target.standing
        facets = {line.facet for line in (*before.lines, *after.lines)}
        asked.update(stored.card_of(facet) for stored in _one_a_student(case).values() for facet in facets)
        if before.practice != after.practice:
            for key in {before.practice, after.practice} - {None}:
                practices.setdefault(key or 0, set()).update(students_of([case]))
    cards: dict[uuid.UUID, Card] = {}
    if asked:
        cards = {card.pk: card for card in _CARDS.run(cards=asked)}
    practising: dict[int, set[int]] = {}
    items = PractisedItem.objects.filter(practice__in=practices).values_list("practice", "item")
    for key, item in items if practices else ():
        practising.setdefault(item, set()).update(practices[key])
    for item, students in practising.items():
        cards |= {card.pk: card for card in Card.objects.filter(item=item, student__in=students)}
    return cards
