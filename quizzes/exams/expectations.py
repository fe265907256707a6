"""The score that a sitting is expected to give: kept when it begins, and held against what was got once it is over."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from math import nan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from questions.json_types import round_estimate
from quizzes.calendar import study_day
from quizzes.exams import expecting
from quizzes.exams.grading import is_void
from quizzes.exams.payloads import ExpectedPayload

if TYPE_CHECKING:
    from quizzes.models import ChangeLog, Sitting, Slot


class CardRow(NamedTuple):
    """A card of an item that a sitting asks, as it stands."""

    item: int
    pk: uuid.UUID
    facet: str = ""
    stability: float | None = None
    last_review_on: date | None = None
    reviews: int = 0


def expect_sitting(
    log: ChangeLog, slots: Iterable[Slot], cards: Iterable[CardRow], eases: Mapping[int, float | None], now: datetime
) -> bytes:
    """Return what is expected of the slots of a sitting that begins now, by the student's memory and items' eases."""
    today = study_day(log.student, now).date
    of_facet: dict[tuple[int, str], expecting.Remembered] = {}
    for card in cards:
        days = max((today - card.last_review_on).days, 0) if card.last_review_on else 0
        stability = card.stability if card.last_review_on else None
        of_facet[card.item, card.facet] = expecting.Remembered(stability, days, card.reviews)
    unseen = expecting.Remembered(None, 0, 0)
    questions = []
    for slot in slots:
        item, shown = slot.presentation.version.item_id, slot.presentation
        remembered = [of_facet.get((item, facet), unseen) for facet in shown.facets]
        questions.append(expecting.Asked(shown.guess_rate, eases.get(item), remembered))
    return expecting.expect(questions, log.w)


def expected_payload(sitting: Sitting, slots: Sequence[Slot]) -> ExpectedPayload | None:
    """Hold what was expected of a closed sitting against what its slots give by now.

    None where nothing was expected: it was begun before that was kept, or no slot counts.
    """
    if sitting.expected is None:
        return None
    packed, counts = bytes(sitting.expected), [not is_void(slot) for slot in slots]
    scores = np.array([slot.score or 0.0 if each else nan for slot, each in zip(slots, counts, strict=True)])
    compared = expecting.compare([packed], [scores])
    score, half, got, most = (
        float(each[0]) for each in (compared.expected, compared.half, compared.got, compared.most)
    )
    if not most:
        return None
    rests = expecting.rests_on(packed, counts)
    return {
        "score": round_estimate(score),
        "low": round_estimate(max(score - half, 0.0)),
        "high": round_estimate(min(score + half, most)),
        "got": got,
        "max_score": most,
        "answers": rests.answers,
        "met": rests.met,
        "by_ease": rests.by_ease,
        "guessed": rests.guessed,
    }


def tell_expected(expected: ExpectedPayload) -> list[str]:
    """Say how a sitting came out beside what was expected of it, and what that rested on; a sentence each."""
    score, got = expected["score"], expected["got"]
    half = max(round((expected["high"] - expected["low"]) / 2), 1)
    how = ""
    if abs(got - round(score)) > half:  # as the numbers that are shown say
        how = ": more than we thought" if got > score else ": less than we thought"
    points = f"{got:.2f}".rstrip("0").rstrip(".")
    return [
        f"We expected {round(score)} ± {half} of {expected['max_score']:.0f}; you got {points}{how}.",
        _tell_basis(expected),
    ]


def _tell_basis(expected: ExpectedPayload) -> str:
    met, by_ease, guessed = expected["met"], expected["by_ease"], expected["guessed"]
    answers = expected["answers"]
    told = []
    if met:
        told.append(f"{answers} earlier answer{'' if answers == 1 else 's'} to {met} of the questions")
    if by_ease:
        told.append(f"how others did on {by_ease} that you had not met")
    basis = f"This was based on {' and '.join(told)}" if told else ""
    if not guessed:
        return f"{basis}."
    if not told:
        return "You had met none of the questions before, so all counted as guessed."
    return f"{basis}; {guessed} that you had not met counted as guessed."
