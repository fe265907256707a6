"""Eases of items: planted ones are recovered, and a plain fit by another method says the same."""

from __future__ import annotations

import numpy as np
import pytest

from quizzes.statistics import rasch
from quizzes.statistics.first_answers import FirstAnswers

STUDENTS, ITEMS = 400, 60


def planted(seed: int, share: float) -> tuple[FirstAnswers, np.ndarray, np.ndarray]:
    """Answers of students who met this share of the items; what is known of the items, and their true eases."""
    rng = np.random.default_rng(seed)
    known = np.column_stack([rng.integers(0, 2, ITEMS), rng.integers(1, 6, ITEMS) - 3]).astype(float)
    ease = 0.5 + known @ [0.8, -0.5] + rng.normal(0, 0.7, ITEMS)
    ability = rng.normal(0, 1.2, STUDENTS)
    student, item = np.nonzero(rng.uniform(size=(STUDENTS, ITEMS)) < share)
    right = rng.uniform(size=len(student)) < 1 / (1 + np.exp(-(ability[student] + ease[item])))
    return FirstAnswers(student, item, right.astype(float)), known, ease


def joint_fit(first: FirstAnswers, items: int, spread: float) -> np.ndarray:
    """A peer: all abilities (normal with this spread) and eases at once, by plain gradient steps; no quadrature."""
    theta, ease = np.zeros(first.student.max() + 1), np.zeros(items)
    for _ in range(400):
        p = 1 / (1 + np.exp(-(theta[first.student] + ease[first.item])))
        left = first.score - p
        theta += (np.bincount(first.student, left) - theta / spread**2) / (np.bincount(first.student, p * (1 - p)) + 1)
        ease += np.bincount(first.item, left) / (np.bincount(first.item, p * (1 - p)) + 1)
    return ease


def test_planted_eases_are_recovered_within_their_errors() -> None:
    first, known, truth = planted(1, 0.5)
    eases = rasch.fit(first, known)
    misses = (eases.ease - truth) / eases.error
    assert np.sqrt(np.mean((eases.ease - truth) ** 2)) < 0.2
    assert 0.8 < np.sqrt(np.mean(misses**2)) < 1.25
    assert np.mean(np.abs(misses) < 1.96) >= 0.88
    assert eases.spread == pytest.approx(1.2, abs=0.12)


def test_a_joint_fit_says_the_same() -> None:
    first, known, _ = planted(2, 0.8)
    eases = rasch.fit(first, known)
    peer = joint_fit(first, ITEMS, eases.spread)
    assert np.corrcoef(eases.ease, peer)[0, 1] > 0.995
    assert np.abs(eases.ease - peer).max() < 0.35


def test_few_answers_are_drawn_towards_what_kind_and_difficulty_let_expect() -> None:
    """A tenth of the answers: closer to the truth than shares alone, and errors are wider and say so."""
    first, known, truth = planted(3, 0.03)
    eases = rasch.fit(first, known)
    n = np.bincount(first.item, minlength=ITEMS)
    share = (np.bincount(first.item, first.score, minlength=ITEMS) + 0.5) / (n + 1)
    alone = np.log(share / (1 - share))
    assert np.sqrt(np.mean((eases.ease - truth) ** 2)) < 0.8 * np.sqrt(np.mean((alone - truth) ** 2))
    assert np.mean(np.abs(eases.ease - truth) / eases.error < 1.96) >= 0.88


def test_an_item_that_nobody_answered_has_the_ease_that_is_expected_of_it() -> None:
    first, known, truth = planted(4, 0.5)
    answered = first.item >= 10
    eases = rasch.fit(FirstAnswers(first.student[answered], first.item[answered], first.score[answered]), known)
    expected = 0.5 + known @ [0.8, -0.5]
    assert np.abs(eases.ease[:10] - expected[:10]).max() < 0.6
    assert (eases.error[:10] > 3 * eases.error[10:].mean()).all()
    assert np.abs(eases.ease[:10] - truth[:10]).max() < 2.5 * eases.error[:10].max()


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_answers_that_are_all_alike_give_numbers(score: float) -> None:
    first = FirstAnswers(np.arange(30) // 3, np.arange(30) % 3, np.full(30, score))
    eases = rasch.fit(first, np.zeros((3, 1)))
    assert np.isfinite(eases.ease).all()
    assert np.isfinite(eases.error).all()
    assert (np.sign(eases.ease) == (1 if score else -1)).all()
