"""How easy items are for a student of any ability: the Rasch model, with what is known of items without answers.

A student of ability θ gets the share σ(θ + e) of an item's marks in the mean, where e is its ease in logits. Abilities
are normal with mean 0; eases are normal around what their kind and the author's difficulty let expect. An item with few
answers is drawn towards that, one with many is where its answers say.

Marginal maximum likelihood by EM (Bock and Aitkin 1981, Psychometrika 46), with a normal prior of eases whose mean and
spread are estimated too (Mislevy 1986, Psychometrika 51). Shares between 0 and 1 are taken as parts of right and wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quizzes.statistics.first_answers import FirstAnswers

Floats = NDArray[np.float64]
NODES = 21
"""Abilities at which integrals are evaluated, from -5 to 5 standard deviations."""
ROUNDS = 60
CLOSE = 1e-3
"""Logits by which no ease moves any more."""
NEWTON = 3
"""Steps of Newton's method in a round."""
WIDEST, NARROWEST = 3.0, 0.1
"""Standard deviations that abilities, and eases around their expectation, may have."""
RIDGE = 1.0
"""The standard deviation that effects of kinds and difficulties have before anything is known."""


@dataclass(frozen=True)
class Eases:
    """The ease (items,) of each item in logits and its standard error; and how abilities are spread."""

    ease: Floats
    error: Floats
    spread: float


def fit(first: FirstAnswers, known: Floats) -> Eases:
    """Fit eases to first answers. `known` (items, columns) says what eases are expected to follow, besides a mean.

    An item that nobody answered has the ease that is expected of it.
    """
    items = len(known)
    design = np.column_stack([np.ones(items), known])
    z = np.linspace(-5, 5, NODES)
    weights = np.exp(-(z**2) / 2)
    weights /= weights.sum()
    ease = expected = np.zeros(items)
    spread, scatter = 1.0, 1.0
    asked, gained = np.zeros((items, NODES)), np.zeros((items, NODES))
    for _ in range(ROUNDS):
        posterior = _posterior(first, ease, spread * z, weights)
        asked, gained = _counts(first, posterior, items)
        before = ease
        for _ in range(NEWTON):
            p = _sigmoid(spread * z + ease[:, None])
            slope = (gained - asked * p).sum(axis=1) - (ease - expected) / scatter**2
            ease = ease + slope / ((asked * p * (1 - p)).sum(axis=1) + 1 / scatter**2)
        information = (asked * p * (1 - p)).sum(axis=1)
        spread = float(np.clip(spread * np.sqrt((posterior @ z**2).mean()), NARROWEST, WIDEST))
        expected, scatter = _expect(ease, information, design, scatter)
        if np.abs(ease - before).max() < CLOSE:
            break
    information = np.maximum(_information(first, posterior, spread * z, ease), 0)
    return Eases(ease, 1 / np.sqrt(information + 1 / scatter**2), spread)


def _sigmoid(x: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-x))
    return result


def _posterior(first: FirstAnswers, ease: Floats, theta: Floats, weights: Floats) -> Floats:
    """The chance (students, nodes) of each ability, given a student's answers."""
    students = int(first.student.max()) + 1
    # log P = x (θ + e) - log(1 + exp(θ + e)), summed over a student's answers.
    log = np.bincount(first.student, weights=first.score, minlength=students)[:, None] * theta
    log += np.bincount(first.student, weights=first.score * ease[first.item], minlength=students)[:, None]
    cost = np.logaddexp(0, theta + ease[:, None])
    for node in range(len(theta)):
        log[:, node] -= np.bincount(first.student, weights=cost[first.item, node], minlength=students)
    log -= log.max(axis=1, keepdims=True)
    posterior: Floats = np.exp(log) * weights
    posterior /= posterior.sum(axis=1, keepdims=True)
    return posterior


def _counts(first: FirstAnswers, posterior: Floats, items: int) -> tuple[Floats, Floats]:
    """How many students of each ability were asked each item (items, nodes), and what they gained."""
    asked, gained = np.empty((items, posterior.shape[1])), np.empty((items, posterior.shape[1]))
    for node in range(posterior.shape[1]):
        chance = posterior[first.student, node]
        asked[:, node] = np.bincount(first.item, weights=chance, minlength=items)
        gained[:, node] = np.bincount(first.item, weights=chance * first.score, minlength=items)
    return asked, gained


def _expect(ease: Floats, information: Floats, design: Floats, scatter: float) -> tuple[Floats, float]:
    """What is expected of each ease by what is known of the item, and how far eases lie around it.

    A ridge regression, in which each ease counts by how well its answers tell it; then the mean square of what is left,
    with the doubt that remains of each ease.
    """
    told = information / (information + 1 / scatter**2)
    ridge = np.diag([0.0] + [(scatter / RIDGE) ** 2] * (design.shape[1] - 1)) + 1e-9 * np.eye(design.shape[1])
    weighted = design * told[:, None]
    expected = design @ np.linalg.solve(weighted.T @ design + ridge, weighted.T @ ease)
    doubt = 1 / (information + 1 / scatter**2)
    answered = information > 0
    left = (ease - expected) ** 2 + doubt
    return expected, float(np.clip(np.sqrt(left[answered].mean()), NARROWEST, WIDEST))


def _information(first: FirstAnswers, posterior: Floats, theta: Floats, ease: Floats) -> Floats:
    """What the answers to each item tell of its ease: less where abilities are in doubt (Louis 1982)."""
    p = _sigmoid(theta + ease[:, None])
    mean, square = np.zeros(len(first.item)), np.zeros(len(first.item))
    for node in range(len(theta)):
        chance, share = posterior[first.student, node], p[first.item, node]
        mean += chance * share
        square += chance * share**2
    # E[p (1 - p)] - Var[p] = E[p] - 2 E[p²] + E[p]²
    told: Floats = np.bincount(first.item, weights=mean - 2 * square + mean**2, minlength=len(ease)).astype(np.float64)
    return told
