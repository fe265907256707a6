"""Students who read by plans that know what reading gains do better than by such as do not."""

from __future__ import annotations

import numpy as np
import pytest

from quizzes.memory import fsrs
from quizzes.planning import learners
from quizzes.planning.readers import Trial
from quizzes.planning.simulate import Luck


@pytest.mark.same_draws
def test_who_is_told_what_reading_gains_plans_better_and_where_it_gains_nothing_all_is_alike() -> None:
    rng, students, days = np.random.default_rng(3), 10, 6
    planted = learners.plant(rng, items=120, concepts=8, earlier=40, each=60)
    known = learners.draw_known(rng, planted.items, 8, students)
    bank = learners.bank_of(rng, planted, known)
    luck = Luck.draw(students, 120, days, seed=4)

    def scores(gain: float, *, told: bool) -> float:
        memories = [fsrs.DEFAULT_PARAMETERS] * students
        trial = Trial(planted, bank, luck, memories, known, gain, 120.0, days, 600.0)
        return float(trial.run(told=told).mean())

    assert scores(0.0, told=True) == pytest.approx(scores(0.0, told=False), abs=0.005)
    untold, told = (scores(1.2, told=each) for each in (False, True))
    assert scores(0.0, told=False) < untold < told - 0.01
