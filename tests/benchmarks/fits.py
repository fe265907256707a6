"""How much of what is to be known of a learner's memory a fit finds: `python -m tests.benchmarks.fits`, two minutes.

Learners with the memories of 24 real ones answer as the defaults would ask them: ten new questions a day, half of them
with one choice in four, what is wrong again on the same day. After so many answers a fit is made, by a prior of the 23
others, and predicts the 500 answers to come, those that a prediction can be made of. What is printed is the mean log
loss that is to be expected by the true chances, and the share of the gap between the defaults and the truth that is
closed. `adopted`: the defaults stay where the newest fifth speaks against the fit, as in use.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsrs_rs_python as rust
import numpy as np

from quizzes.memory import fsrs, priors
from quizzes.memory.fitting import fit
from quizzes.memory.fsrs import Floats
from quizzes.memory.timeline import LogLine, build_timeline

LEARNERS = Path(__file__).parents[1] / "data" / "fsrs6_users.csv"
AFTER, AHEAD = (50, 100, 200, 400), 500
EACH = 4
"""Logs of each learner."""
NEW, TRIES = 10, 4
BEGIN = datetime(2026, 1, 1, 9, tzinfo=UTC)


def learners() -> Floats:
    """Return the parameters (24, 21) of real learners."""
    return np.loadtxt(LEARNERS, delimiter=",", skiprows=1)[:, 2:]


def answer(w: Sequence[float], answers: int, rng: np.random.Generator) -> tuple[list[LogLine], list[float]]:
    """Return the answers of a memory `w` in order of time, and the chance that each had to be right."""
    S, D, believed, doubted = (np.full(answers, np.nan) for _ in range(4))
    last, due = np.zeros(answers, dtype=int), np.arange(answers) // NEW
    guess = np.where(rng.random(answers) < 0.5, 0.25, 0.0)
    log: list[LogLine] = []
    chances: list[float] = []
    day = -1
    while len(log) < answers:
        day += 1
        asked = np.flatnonzero(due <= day)
        for trial in range(TRIES):
            days = day - last[asked]
            recall = np.nan_to_num(fsrs.retrievability(days, S[asked], w), nan=0.5)
            chance = fsrs.expected_correct(recall, guess[asked])
            rating = np.where(rng.random(asked.size) < chance, rng.choice([2, 3, 3, 3, 4], asked.size), 1)
            for card, rated in zip(asked.tolist(), rating.tolist(), strict=True):
                at = BEGIN + timedelta(days=day, minutes=trial * 60, seconds=len(log) % 3600)
                event = uuid.UUID(int=len(log))
                log.append(LogLine(uuid.UUID(int=card), at, event, at.date(), rated, 0.0, float(guess[card])))
            chances += chance.tolist()
            S[asked], D[asked] = fsrs.step(S[asked], D[asked], days, rating, w)
            believed[asked], doubted[asked] = fsrs.step(believed[asked], doubted[asked], days, rating)
            last[asked] = day
            due[asked] = day + np.maximum(fsrs.interval(believed[asked], 0.9).round(), 1)
            asked = asked[rating == fsrs.AGAIN]
    return log[:answers], chances[:answers]


def by_rust(log: Sequence[LogLine]) -> tuple[float, ...]:
    """Return what the authors' optimiser makes of a sorted log."""
    timeline = build_timeline(log)
    items: list[rust.FSRSItem] = []
    begin = 0
    for length in timeline.lengths:
        history: list[rust.FSRSReview] = []
        for at in range(begin, begin + length):
            history.append(rust.FSRSReview(timeline.lines[at].rating, timeline.elapsed[at]))
            if timeline.elapsed[at]:
                items.append(rust.FSRSItem(list(history)))
        begin += length
    return tuple(rust.FSRS(list(fsrs.DEFAULT_PARAMETERS)).compute_parameters(items))


class Ahead:
    """The answers to come after so many, of which predictions are judged by the chances that they had."""

    def __init__(self, log: Sequence[LogLine], chances: Sequence[float], after: int) -> None:
        self.timeline = build_timeline(sorted(log[: after + AHEAD]))
        order = [line.event.int for line in self.timeline.lines]
        self.guess = np.array([line.guess_rate for line in self.timeline.lines])
        self.ratings = np.array([line.rating for line in self.timeline.lines], dtype=np.int8)
        self.elapsed = np.array(self.timeline.elapsed)
        self.which = (np.array(order) >= after) & (self.elapsed > 0)
        self.chance = np.array(chances)[order][self.which]

    def loss(self, w: Sequence[float] | None) -> float:
        """Return the log loss to expect of predictions by `w`; of the true chances without."""
        predicted = self.chance
        if w is not None:
            recall = np.empty(self.elapsed.size)
            fsrs.replay(self.ratings, self.elapsed, self.timeline.lengths, w, recall=recall)
            predicted = np.clip(fsrs.expected_correct(recall, self.guess)[self.which], 1e-7, 1 - 1e-7)
        return float(-(self.chance * np.log(predicted) + (1 - self.chance) * np.log(1 - predicted)).mean())


def main() -> None:
    """Print a table for each number of answers."""
    known = learners()
    prior = [priors.spread_about_defaults(np.delete(known, number, axis=0)) for number in range(len(known))]
    logs = [
        (number, *answer(tuple(w), AFTER[-1] + AHEAD, np.random.default_rng([number, seed])))
        for number, w in enumerate(known)
        for seed in range(EACH)
    ]
    print("| answers | defaults | fsrs-rs | prior | truth | closed by fsrs-rs | by the prior | as adopted | a fit |")
    print("|---|---|---|---|---|---|---|---|---|")
    for after in AFTER:
        losses, seconds = [], 0.0
        for number, log, chances in logs:
            before, ahead = sorted(log[:after]), Ahead(log, chances, after)
            begun = time.process_time()
            fitted = fit(before, prior=prior[number])
            seconds += time.process_time() - begun
            ours = fitted.parameters if fitted else fsrs.DEFAULT_PARAMETERS
            adopted = ours if fitted and fitted.better else fsrs.DEFAULT_PARAMETERS
            losses.append([ahead.loss(w) for w in (fsrs.DEFAULT_PARAMETERS, by_rust(before), ours, None, adopted)])
        defaults, theirs, ours_, truth, used = np.mean(losses, axis=0)
        closed = [(defaults - loss) / (defaults - truth) for loss in (theirs, ours_, used)]
        print(
            f"| {after} | {defaults:.4f} | {theirs:.4f} | {ours_:.4f} | {truth:.4f} | "
            + " | ".join(f"{100 * share:.0f} %" for share in closed)
            + f" | {seconds / len(logs):.2f} s |",
            flush=True,
        )


if __name__ == "__main__":
    main()
