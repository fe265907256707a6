"""Fits: they find what the students' memory is like, and are adopted only where that helps."""

import uuid
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from quizzes.memory import fsrs
from quizzes.memory.fitting import fit, speaks_against
from quizzes.memory.timeline import LogLine

BEGIN = datetime(2026, 1, 1, 9, tzinfo=UTC)
SOMEBODY = (
    *(0.0564, 1.933, 7.4707, 17.5899, 7.289, 0.1234, 2.2473, 0.001, 1.0373, 0.7017, 0.6146),
    *(1.6811, 0.124, 0.2223, 2.5664, 0.3694, 1.8748, 0.9499, 0.5595, 0.0306, 0.078),
)
"""Of a real learner: user 2 of the open spaced-repetition benchmark."""


def log_of(w: tuple[float, ...], cards: int, *, guess_rate: float = 0.0, seed: int = 0) -> list[LogLine]:
    """Eight reviews of each card, by someone whose memory is `w`, at intervals that the defaults would choose."""
    rng = np.random.default_rng(seed)
    lines: list[LogLine] = []
    for card in range(cards):
        S = D = believed_S = believed_D = np.array(np.nan)
        at, days = BEGIN + timedelta(hours=float(rng.uniform(0, 72))), 0
        for _ in range(8):
            right = rng.random() < (
                0.5 if np.isnan(S) else fsrs.expected_correct(fsrs.retrievability(days, S, w), guess_rate)
            )
            rating = int(rng.choice([2, 3, 4], p=[0.1, 0.8, 0.1])) if right else 1
            event = uuid.UUID(int=len(lines) * 2)
            lines.append(LogLine(uuid.UUID(int=card), at, event, at.date(), rating, 0.0, guess_rate))
            S, D = fsrs.step(S, D, days, rating, w)
            believed_S, believed_D = fsrs.step(believed_S, believed_D, days, rating)
            days = max(round(float(fsrs.interval(believed_S, 0.9)) * rng.uniform(0.5, 1.5)), 1)
            at += timedelta(days=days)
    return lines


def test_a_fit_finds_a_memory_unlike_the_average() -> None:
    found = fit(log_of(SOMEBODY, 150))
    assert found is not None
    assert found.better
    assert found.after.log_loss < found.before.log_loss - 0.02
    assert found.after.rmse < found.before.rmse
    assert (found.reviews, found.judged_on) == (840, 210)
    assert sum(one.n for one in found.after.bins) == found.judged_on
    assert len(found.parameters) == 21


def test_what_fits_already_is_not_replaced() -> None:
    log = log_of(SOMEBODY, 150)
    found = fit(log)
    assert found is not None
    again = fit(log, found.parameters)
    assert again is not None
    assert not again.better


@pytest.mark.parametrize(
    ("after", "against"),
    [
        ([0.5, 0.5, 0.5], False),
        ([0.4, 0.4, 0.4], False),
        ([0.6, 0.6, 0.6], True),  # worse wherever one looks
        ([0.6, 0.6, 0.4], False),  # a little worse: chance
        ([0.9, 0.7, 0.5], True),
        ([1.7, 0.3, 0.3], False),  # one unlucky answer is chance
    ],
)
def test_a_fit_is_kept_out_by_clear_evidence_alone(after: list[float], against: bool) -> None:
    assert speaks_against(np.full(3, 0.5), np.array(after)) is against


def test_it_is_judged_on_the_newest_alone() -> None:
    log = log_of(SOMEBODY, 60)
    since = sorted(line.occurred_at for line in log)[-60]
    newest = [line for line in {line.card: line for line in log}.values() if line.occurred_at >= since]
    changed = [line._replace(rating=1) if line in newest else line for line in log]
    found, other = fit(log), fit(changed)
    assert found is not None
    assert other is not None
    predicted, elsewhere = ([one.predicted for one in fitted.after.bins] for fitted in (found, other))
    assert predicted == elsewhere  # what is judged on was not fitted to
    assert found.parameters != other.parameters  # but it is where they are adopted
    assert found.after.log_loss < other.after.log_loss


def test_luck_is_part_of_what_is_predicted() -> None:
    lucky = fit(log_of(fsrs.DEFAULT_PARAMETERS, 100, guess_rate=0.5))
    assert lucky is not None
    assert all(one.predicted >= 0.5 for one in lucky.before.bins)
    assert lucky.before.rmse < 0.06


@pytest.mark.parametrize("cards", [0, 1])
def test_too_little_to_tell(cards: int) -> None:
    assert fit(log_of(fsrs.DEFAULT_PARAMETERS, cards)[:3]) is None


def test_practice_is_neither_fitted_to_nor_judged_on() -> None:
    log = log_of(SOMEBODY, 60)
    practised = [
        line._replace(
            occurred_at=line.occurred_at + timedelta(hours=30),
            event=uuid.UUID(int=line.event.int + 1),
            study_date=line.study_date + timedelta(days=1),
            rating=3,
            practice=0.3,
        )
        for line in log
    ]
    found, plain = fit(sorted(log + practised)), fit(log)
    assert found is not None
    assert plain is not None
    assert found.judged_on == pytest.approx(plain.judged_on, abs=8)
