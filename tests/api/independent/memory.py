"""Rating and FSRS-6 as docs/api.md has them."""

from __future__ import annotations

import math
from typing import Any


def rate(
    score: float, confidence: int | None, seconds: float, expected: float, hints: int, rules: dict[str, Any]
) -> int:
    if score < rules["passed"]:
        return 1
    if score < 1 or hints or seconds > rules["slow"] * expected:
        return 2
    if confidence is not None and confidence <= rules["guessed"]:
        return 2
    return 4 if confidence == rules["sure"] and seconds <= rules["fast"] * expected else 3


def step(state: tuple[float, float] | None, t: int, G: int, w: list[float]) -> tuple[float, float]:
    """The stability and the difficulty after a review rated G, t study days after the last."""

    def D0(G: int) -> float:
        return w[4] - math.exp(w[5] * (G - 1)) + 1

    if state is None:
        return max(w[G - 1], 0.001), min(max(D0(G), 1), 10)
    S, D = state
    F = 0.9 ** (-1 / w[20]) - 1
    R = (1 + F * t / S) ** -w[20]
    if t < 1:
        growth = math.exp(w[17] * (G - 3 + w[18])) * S ** -w[19]
        after = S * (max(growth, 1) if G > 1 else growth)
    elif G == 1:
        long_term = w[11] * D ** -w[12] * ((S + 1) ** w[13] - 1) * math.exp(w[14] * (1 - R))
        after = min(long_term, S / math.exp(w[17] * w[18]))
    else:
        bonus = w[15] if G == 2 else w[16] if G == 4 else 1
        after = S * (1 + math.exp(w[8]) * (11 - D) * S ** -w[9] * (math.exp(w[10] * (1 - R)) - 1) * bonus)
    difficulty = w[7] * D0(4) + (1 - w[7]) * (D - w[6] * (G - 3) * (10 - D) / 9)
    return max(after, 0.001), min(max(difficulty, 1), 10)


def interval(S: float, retention: float, most: int, w: list[float]) -> int:
    """The study days until the card is due."""
    F = 0.9 ** (-1 / w[20]) - 1
    days = float(S / F * (retention ** (-1 / w[20]) - 1))
    return min(max(round(days), 1), most)
