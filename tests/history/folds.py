"""States follow from the log: which answers count, and what they make of the cards, by another's FSRS. Pure."""

from __future__ import annotations

import math
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time

import fsrs

from tests.history.copies import fresh_copy
from tests.history.course import CORRECTED
from tests.history.events import stored_events
from tests.history.records import Document, History, Violation

RATINGS = {"again": fsrs.Rating.Again, "hard": fsrs.Rating.Hard, "good": fsrs.Rating.Good, "easy": fsrs.Rating.Easy}
FLAGS = ("bury", "suspend", "resume")
CLOSE = 1e-6
"""Of a relative difference: two implementations round differently."""


def check_states(history: History) -> Iterator[Violation]:
    """Undone and superseded, flags and memory states: each is the fold of the log."""
    for student in history.students():
        if fresh_copy(history, student) is not None:
            yield from _check_undone(history, student)
            yield from _check_flags(history, student)
            yield from _check_memory(history, student)


def in_order(events: Iterable[Document]) -> list[Document]:
    """Return events in the order in which they happened."""
    return sorted(events, key=lambda event: (event["occurred_at"], uuid.UUID(event["id"]).int))


def _check_undone(history: History, student: str) -> Iterator[Violation]:
    """An event is undone if an undo names it; of the others to a presentation the earliest counts."""
    stored = stored_events(history, student)
    targets = {event["target"] for event in stored.values() if event["event_type"] == "undo"}
    answers: dict[str, list[Document]] = defaultdict(list)
    for name, event in stored.items():
        if event["event_type"] != "undo" and event["undone"] != (name in targets):
            words = f"event {name} is {'' if event['undone'] else 'not '}undone"
            yield Violation("undo", student, words, (name,))
        if event["event_type"] == "review" and not event["undone"]:
            answers[event["presentation"]].append(event)
    for presentation, several in answers.items():
        first, *others = in_order(several)
        if any(other["occurred_at"] == first["occurred_at"] for other in others):
            continue  # clients are told milliseconds, and the log knows better
        if first["superseded"] or not all(other["superseded"] for other in others):
            words = f"of the answers to {presentation} not the first one counts"
            yield Violation("undo", student, words, (presentation, *(each["id"] for each in several)))


def _check_flags(history: History, student: str) -> Iterator[Violation]:
    """A card is suspended, or buried, as its events say in their order."""
    copy, stored = fresh_copy(history, student) or {}, stored_events(history, student)
    flags: dict[str, list[Document]] = defaultdict(list)
    for event in stored.values():
        if event["event_type"] in FLAGS and not event["undone"]:
            flags[event["card"]].append(event)
    for (kind, name), card in copy.items():
        if kind != "card" or _is_ambiguous(flags[name]):
            continue
        suspended = buried = False
        for event in in_order(flags[name]):
            suspended = event["event_type"] == "suspend" or (suspended and event["event_type"] == "bury")
            buried = event["event_type"] == "bury" or (buried and event["event_type"] == "suspend")
        if (card["suspended"], card["buried_until"] is not None) != (suspended, buried):
            words = f"card {name} should be {suspended=}, {buried=}, and is {card}"
            yield Violation("flags", student, words, (name,))


def _is_ambiguous(events: list[Document]) -> bool:
    """Whether two happened within a millisecond, which is all that clients are told."""
    return len({event["occurred_at"] for event in events}) < len(events)


def _check_memory(history: History, student: str) -> Iterator[Violation]:
    """A card has seen each answer that counts once, and its state is what py-fsrs makes of their ratings."""
    copy, exports = fresh_copy(history, student) or {}, list(history.of(student, "export"))
    rows: dict[str, list[str]] = exports[-1].answer["rows"] if exports else {}
    told = told_ratings(history, student)
    log: dict[str, list[Document]] = defaultdict(list)
    for name, event in stored_events(history, student).items():
        if event["event_type"] == "review" and name in rows:
            item, rating = rows[name]
            if told.get(name, rating) != rating:
                yield Violation("fold", student, f"{name} was rated {told[name]}, and is {rating} now", (name,))
            if not event["undone"] and not event["superseded"]:
                log[item].append(event)
    for (kind, name), card in copy.items():
        if kind != "card" or card["item"] == CORRECTED or not exports:
            continue  # what is corrected is rated by the correction, or not at all
        answers = in_order(log[card["item"]])
        names = (name, *(event["id"] for event in answers))
        if card["reviews"] != len(answers):
            words = f"card {name} has {card['reviews']} reviews of {len(answers)} answers"
            yield Violation("fold", student, words, names)
        elif not _is_ambiguous(answers):
            yield from _compare(student, card, answers, [rows[event["id"]][1] for event in answers], names)


def _compare(
    student: str, card: Document, answers: list[Document], ratings: list[str], names: tuple[str, ...]
) -> Iterator[Violation]:
    days = [date.fromisoformat(event["study_date"]) for event in answers]
    state = fold(zip(days, ratings, strict=True))
    for name, right in zip(("stability", "difficulty"), state, strict=True):
        held = card[name]
        if (held is None) != (right is None) or (right and not math.isclose(held, right, rel_tol=CLOSE)):
            words = f"the {name} of card {card['id']} is {held}, and {right} by its answers {ratings}"
            yield Violation("fold", student, words, names)
            return


def fold(answers: Iterable[tuple[date, str]]) -> tuple[float | None, float | None]:
    """Return stability and difficulty after answers on these days, rated so; None for a card that has none."""
    scheduler, card = fsrs.Scheduler(enable_fuzzing=False), fsrs.Card()
    last: date | None = None
    for day, rating in answers:
        last = max(day, last or day)
        card, _ = scheduler.review_card(card, RATINGS[rating], datetime.combine(last, time(12), UTC))
    return card.stability, card.difficulty


def told_ratings(history: History, student: str) -> dict[str, str]:
    """Return the ratings of events, as they were told first."""
    ratings: dict[str, str] = {}
    for batch in history.of(student, "batch"):
        if batch.is_acknowledged:
            for result in batch.answer["results"]:
                if rating := result["grade"].get("rating"):
                    ratings.setdefault(result["id"], rating)
    return ratings
