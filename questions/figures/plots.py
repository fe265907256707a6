"""How a simulator is drawn: its frames in the units of an SVG, the first picture, and the line that says what is seen.

Pure. The page draws the middle frame by itself (it is all there is without scripts); a small script
(static/questions/simulator.js) redraws from the same document.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np

from questions.figures.charts import Axis, path
from questions.figures.simulators import dropout, ridge, stopping

WIDTH, HEIGHT = 320, 220
LEFT, RIGHT, TOP, BOTTOM = 38, 312, 14, 190


@dataclass(frozen=True)
class Chart:
    """Two axes and the lines that stay."""

    x: Axis
    y: Axis
    lines: dict[str, str] = field(default_factory=dict)
    points: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Figure:
    """A simulator as its template draws it.

    `start` is the frame that is shown first, `says` the line below it, `data` what the script needs.
    """

    name: str
    charts: list[Chart]
    start: int
    last: int
    says: str
    data: Mapping[str, Any]
    extra: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def document(self) -> str:
        """What the script needs, as JSON without the spaces after commas and colons, a fifth of it."""
        return json.dumps(self.data, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def digest(self) -> str:
        """What tells this document from one of other numbers: part of its address, so that it is kept for good."""
        return hashlib.blake2b(self.document.encode(), digest_size=6).hexdigest()


@cache
def figure(name: str) -> Figure:
    """The figure of a simulator. Raises KeyError for an unknown name."""
    return FIGURES[name]()


def number(value: float) -> str:
    """Three digits, without a trailing point."""
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


# Ridge


def strength(value: float) -> str:
    """λ as it is read: 0, 0.01, 3.2e-6 as 3.2·10⁻⁶."""
    if value == 0:
        return "0"
    if value * 1.0001 >= 1e-3:
        return f"{value:.2g}" if value < 99 else f"{value:.0f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{power}" if mantissa == "1.0" else f"{mantissa}·10{power}"


def regime(validation: Sequence[float], best: int, place: int) -> str:
    """Good within a tenth of the smallest validation error; else too weak a penalty overfits, too strong underfits."""
    if validation[place] <= 1.1 * validation[best]:
        return "good"
    return "overfitting" if place < best else "underfitting"


SEEN = {
    "overfitting": "Overfitting: the curve bends to reach the noise.",
    "good": "Good: the curve follows the signal.",
    "underfitting": "Underfitting: the curve is too flat for the signal.",
}


def _ridge() -> Figure:
    frames = ridge.frames()
    x = Axis(-1, 1, LEFT, RIGHT, [(-1, "−1"), (0, "0"), (1, "1")])
    y = Axis(-2, 2, BOTTOM, TOP, [(-2, "−2"), (0, "0"), (2, "2")])
    columns = [x.at(value) for value in frames.grid]
    curves = [[y.at(value) for value in curve] for curve in frames.curves]
    # λ = 0 has no place on a logarithmic axis: it stands a step left of the smallest.
    places = np.linspace(LEFT + 4, RIGHT, len(frames.strengths)).round(1).tolist()
    ticks = [(places[0], "0"), *((places[1 + 6 * power], strength(10.0 ** (power - 8))) for power in (2, 4, 6, 8, 10))]
    steps = Axis(0, 1, 0, 1)
    errors = Axis(0.001, 8, BOTTOM, TOP, [(0.001, "0.001"), (0.01, "0.01"), (0.1, "0.1"), (1, "1")], log=True)
    training, validation = ([errors.at(value) for value in row] for row in (frames.training, frames.validation))
    regimes = [regime(frames.validation, frames.best, place) for place in range(len(frames.strengths))]
    says = [
        f"λ = {strength(lam)}: training error {number(seen)}, validation error {number(unseen)}"
        f"{', the smallest' if place == frames.best else ''}. {SEEN[regimes[place]]}"
        for place, (lam, seen, unseen) in enumerate(
            zip(frames.strengths, frames.training, frames.validation, strict=True)
        )
    ]
    start = len(says) // 2
    fit = Chart(
        x,
        y,
        {"truth": path(columns, [y.at(value) for value in frames.truth]), "fit": path(columns, curves[start])},
        [(x.at(a), y.at(b)) for a, b in zip(frames.x, frames.y, strict=True)],
    )
    curve = Chart(steps, errors, {"training": path(places, training), "validation": path(places, validation)})
    data = {
        "columns": columns,
        "curves": [[round(value) if value == round(value) else value for value in row] for row in curves],
        "places": places,
        "training": training,
        "validation": validation,
        "regimes": regimes,
        "says": says,
    }
    extra = {"ticks": ticks, "marker": places[start], "regime": regimes[start], "best": frames.best}
    extra |= {"dots": (training[start], validation[start])}
    return Figure("ridge", [fit, curve], start, len(says) - 1, says[start], data, extra)


# Early stopping

LONGEST_PATIENCE = 12


def _stopping() -> Figure:
    run = stopping.run()
    epochs = len(run.training)
    x = Axis(1, epochs, LEFT, RIGHT, [(1, "1"), (40, "40"), (80, "80"), (120, "120")])
    y = Axis(0, 0.8, BOTTOM, TOP, [(0, "0"), (0.2, "0.2"), (0.4, "0.4"), (0.6, "0.6"), (0.8, "0.8")])
    places = [x.at(epoch) for epoch in range(1, epochs + 1)]
    training, validation = ([y.at(value) for value in row] for row in (run.training, run.validation))
    chart = Chart(x, y, {"training": path(places, training), "validation": path(places, validation)})
    start = epochs // 2 - 1
    stops = [stopping.stop_early(run.validation, patience) for patience in range(1, LONGEST_PATIENCE + 1)]
    losses = {
        name: [round(value, 3) for value in row]
        for name, row in (("training", run.training), ("validation", run.validation))
    }
    data = {
        "places": places,
        "training": training,
        "validation": validation,
        "losses": losses,
        "best": run.best,
        "stops": [[stop.end, stop.kept] for stop in stops],
    }
    says = (
        f"Epoch {start + 1}: training loss {losses['training'][start]:.3f},"
        f" validation loss {losses['validation'][start]:.3f}."
    )
    extra = {"marker": places[start], "dots": (training[start], validation[start]), "patience": LONGEST_PATIENCE}
    return Figure("early-stopping", [chart], start, epochs - 1, says, data, extra)


# Dropout


def _dropout() -> Figure:
    frames = dropout.frames()
    steps = len(frames.draws)
    half = frames.kept.index(5)
    x = Axis(1, steps, LEFT, RIGHT, [(1, "1"), (80, "80"), (160, "160"), (240, "240")])
    y = Axis(0, 4, BOTTOM, TOP, [(0, "0"), (1, "1"), (2, "2"), (3, "3"), (4, "4")])
    places = [x.at(step) for step in range(1, steps + 1)]
    start = steps // 2 - 1
    means = frames.means[half]
    shown = places[: start + 1]
    chart = Chart(
        x,
        y,
        {
            "inverted": path(shown, [y.at(value) for value in means[: start + 1]]),
            "plain": path(shown, [y.at(value / 2) for value in means[: start + 1]]),
        },
    )
    kept = [digit < 5 for digit in frames.draws[start]]
    width = (RIGHT - LEFT) / len(kept)
    cells = [(round(LEFT + width * place, 1), keeps) for place, keeps in enumerate(kept)]
    data = {
        "places": places,
        "full": frames.full,
        "kept": frames.kept,
        "draws": ["".join(map(str, row)) for row in frames.draws],
        "means": [[round(value, 2) for value in row] for row in frames.means],
        "y": [y.start, y.end, y.high],
    }
    says = (
        f"Step {start + 1}, p = 0.5: {sum(kept)} of {len(kept)} kept."
        f" Mean with the scale 1/p: {means[start]:.2f}; without: {means[start] / 2:.2f};"
        f" full output: {frames.full:.2f}."
    )
    extra = {"cells": cells, "cell": round(width - 4, 1), "full": y.at(frames.full), "half": half}
    return Figure("dropout", [chart], start, steps - 1, says, data, extra)


FIGURES: dict[str, Callable[[], Figure]] = {"ridge": _ridge, "early-stopping": _stopping, "dropout": _dropout}
