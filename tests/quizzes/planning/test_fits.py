"""Simulated students are fitted as the service fits them, and beliefs are judged on the answers that were given."""

from __future__ import annotations

import numpy as np

from quizzes.memory import fitting, fsrs, priors
from quizzes.memory.fsrs import DEFAULT_PARAMETERS as W
from quizzes.planning import policies, simulate
from quizzes.planning.fits import WeeklyFits
from quizzes.planning.simulate import move_on

FIRM = (*(8 * w for w in W[:4]), *W[4:])


def test_a_memory_is_fitted_after_so_many_answers_and_weekly_and_its_states_are_the_fold_of_the_log() -> None:
    rng = np.random.default_rng(5)
    cards, days = 30, 14
    fits = WeeklyFits(np.zeros(cards), [priors.built_in()] * 2)
    S, D, elapsed = (np.full((2, cards), value) for value in (np.nan, np.nan, 0.0))
    fitted_on: list[tuple[int, int]] = []
    for day in range(days):
        done = rng.random((2, cards)) < 0.3
        done[1] &= day < 3
        right = rng.random((2, cards)) < fsrs.retrievability(elapsed, np.nan_to_num(S, nan=1.0), FIRM)
        found = fits.after(day, done, right, [W, W])
        S, D = move_on(S, D, elapsed, right, done, FIRM)
        elapsed = np.where(done, 0.0, elapsed) + 1.0
        fitted_on += [(student, len(fits.logs[student])) for student in found]
        for student, (w, stability, difficulty) in found.items():
            assert w != W
            folded = fits.fold(sorted(fits.logs[student]), w)
            np.testing.assert_array_equal((stability, difficulty), folded)
    np.testing.assert_allclose([fits.fold(sorted(log), FIRM) for log in fits.logs], np.stack([S, D], 1), rtol=1e-9)
    assert {student for student, _ in fitted_on} == {0}, "the other one answered too little"
    assert len(fitted_on) >= 2
    assert fitted_on[0][1] >= fitting.MILESTONES[0]


def test_beliefs_are_judged_on_the_same_answers_as_fsrs_alone_and_a_fit_makes_them_better() -> None:
    rng = np.random.default_rng(1)
    students, cards, days = 4, 60, 30
    bank = simulate.Bank(np.full(cards, 1 / cards), np.full(cards, 20.0), np.zeros(cards), rng.uniform(0, 1, cards))
    luck = simulate.Luck.draw(students, cards, days, seed=2)
    half = np.full((students, cards), 0.5)

    def judged(fits: simulate.Fits | None) -> tuple[float, float]:
        found = simulate.simulate(
            *(policies.greedy, bank, luck),
            days=days,
            budget=300.0,
            truth=[FIRM] * students,
            sight=lambda _: half,
            fits=fits,
            judged=True,
        ).judged
        assert found
        return float(found.log_loss.mean()), float(simulate.log_loss_alone(bank, found.answers).mean())

    loss, alone = judged(None)
    np.testing.assert_allclose(loss, alone, rtol=0.01)  # what is not asked fades a little in the one, not in the other
    loss, alone = judged(WeeklyFits(bank.guess, [priors.spread_about_defaults([FIRM, W])] * students))
    assert loss < alone
