"""The picture of the memory curve is drawn by the memory model."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from quizzes.memory import fsrs
from quizzes.memory.curves import FLAG, memory_curve

DAYS, EXAM = (0, 6, 17, 36), 60


def test_who_reviews_falls_more_slowly_each_time_and_ends_higher() -> None:
    curve = memory_curve(DAYS, EXAM, 640, 240)
    assert curve.forgotten == pytest.approx(float(fsrs.retrievability(EXAM, fsrs.initial_stability(fsrs.GOOD))))
    assert curve.forgotten < 0.7
    assert 0.95 < curve.remembered < 1
    points = [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", curve.kept)]
    floors = [y for (_, y), (_, after) in pairwise(points) if after < y]
    assert len(floors) == len(DAYS) - 1
    assert len(curve.reviews) == len(DAYS)


def test_all_of_it_is_inside_the_picture() -> None:
    curve = memory_curve((0, 8), 24, 240, 110)
    points = [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", curve.kept + curve.left)]
    assert all(0 <= x <= curve.width and 0 <= y <= curve.height for x, y in points)
    assert curve.exam.y - FLAG >= 0
    assert points[0] == tuple(curve.reviews[0])
