"""What parameters are likely: about the defaults, as real learners differ, and as a course's own do."""

from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from quizzes.memory import fsrs, priors
from quizzes.memory.fitting import fit
from quizzes.memory.posterior import find_mode
from tests.benchmarks.fits import LEARNERS, Ahead, answer, learners


def test_the_table_is_that_of_the_learners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priors, "TABLE", there := tmp_path / "prior.csv")
    call_command("make_memory_prior", LEARNERS)
    assert there.read_bytes() == Path(priors.__file__).with_name("prior.csv").read_bytes()
    (tmp_path / "else.csv").write_text("user,w0\n1,0.2\n")
    with pytest.raises(CommandError, match="columns w0 to w20"):
        call_command("make_memory_prior", tmp_path / "else.csv")


def test_without_answers_the_defaults_are_most_probable() -> None:
    prior = priors.built_in()
    assert priors.from_logs(prior.mean) == pytest.approx(fsrs.DEFAULT_PARAMETERS, rel=1e-4)
    assert (np.linalg.eigvalsh(prior.covariance) > 0).all()
    nothing = find_mode(lambda logs: np.zeros(0), np.zeros(0), prior)
    assert nothing == pytest.approx(prior.mean)


def test_the_mode_is_that_of_a_problem_with_a_known_one() -> None:
    """One logarithm decides P = e^z; 30 of 100 were right: without a prior to speak of the mode is ln 0.3."""
    prior = priors.Prior(np.array([-3.0, 0.0]), np.diag([1e6, 1.0]))
    correct = np.repeat([1.0, 0.0], [30, 70])
    mode = find_mode(lambda z: np.full(100, min(np.exp(z[0]), 0.999)), correct, prior)
    assert mode == pytest.approx([np.log(0.3), 0.0], abs=1e-2)


def test_a_course_draws_the_prior_towards_its_students() -> None:
    forgetful = np.tile(fsrs.DEFAULT_PARAMETERS, (60, 1))
    forgetful[:, 2] /= 4
    built_in = priors.built_in()
    drawn = priors.draw_towards(forgetful, built_in)
    assert drawn.mean[2] - built_in.mean[2] == pytest.approx(-np.log(4) * 2 / 3)
    assert drawn.covariance[3, 3] == pytest.approx(built_in.covariance[3, 3] / 3)
    assert (np.linalg.eigvalsh(drawn.covariance) > 0).all()


def test_a_hundred_answers_tell_of_a_learner_whom_the_prior_does_not_know() -> None:
    known, losses = learners(), []
    for number in range(0, 24, 3):
        log, chances = answer(tuple(known[number]), 600, np.random.default_rng([number, 9]))
        fitted = fit(sorted(log[:100]), prior=priors.spread_about_defaults(np.delete(known, number, axis=0)))
        assert fitted is not None
        ahead = Ahead(log, chances, 100)
        losses.append([ahead.loss(w) for w in (fsrs.DEFAULT_PARAMETERS, fitted.parameters, None)])
    defaults, ours, truth = np.mean(losses, axis=0)
    assert (defaults - ours) / (defaults - truth) > 0.25
