"""Planted learners: who is shown more predicts better, and what is measured is what it is called."""

from __future__ import annotations

import numpy as np
import pytest

from quizzes.memory.calibration import log_loss
from quizzes.memory.fsrs import DEFAULT_PARAMETERS
from quizzes.planning import learners, policies, simulate
from quizzes.planning.cards import Floats


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order() -> None:
    rng = np.random.default_rng(0)
    predicted, right = rng.integers(0, 5, 60) / 5, rng.random(60) < 0.4
    pairs = [(float(a > b) + float(a == b) / 2) for a in predicted[right] for b in predicted[~right]]
    assert learners.auc(predicted, right) == pytest.approx(np.mean(pairs))


@pytest.mark.same_draws
def test_first_sight_predicts_better_than_its_peers_and_who_knows_the_truth_forecasts_it() -> None:
    rng = np.random.default_rng(3)
    planted = learners.plant(rng, items=60, concepts=5, earlier=60, each=40)
    known = learners.draw_known(rng, planted.items, 5, 24)
    right = learners.draw_first(rng, planted.items, known)
    first_right = np.where(rng.random(right.shape) < 0.4, right, np.nan)
    left = np.isnan(first_right)
    loss = {
        name: log_loss(predict(first_right)[left], right[left])
        for name, predict in learners.predictors(planted).items()
    }
    assert min(loss, key=lambda name: loss[name]) in ("the planted model itself", "first sight")
    assert loss["first sight"] < min(
        loss[name] for name in loss if name not in ("the planted model itself", "first sight")
    )
    assert 0.65 < learners.share_inside(planted, first_right, known) < 0.95

    bank = learners.bank_of(rng, planted, known)
    luck = simulate.Luck.draw(24, 60, 4, seed=1)

    def errors(sight: simulate.Sight) -> Floats:
        truth = [DEFAULT_PARAMETERS] * 24
        outcome = simulate.simulate(
            policies.examprep, bank, luck, days=4, budget=300.0, truth=truth, slip=0.0, sight=sight, judged=True
        )
        assert outcome.judged
        return np.asarray(outcome.judged.error.mean(0))

    assert 0 < errors(learners.sight_of(planted))[0] < 0.2
    assert errors(lambda _: known)[0] == pytest.approx(0.0, abs=1e-9)
