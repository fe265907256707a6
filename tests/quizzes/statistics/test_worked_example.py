"""docs/statistics.md: its tables, its NumPy lines and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quizzes.statistics.discrimination import discrimination, efficiency, rest
from quizzes.statistics.facility import deviation, effective_weights, facility, intended_weights
from quizzes.statistics.reliability import distribution, reliability

DOCUMENT = (Path(__file__).parents[3] / "docs/statistics.md").read_text()
MARKS = [1, 1, 1, 2, 1]


def table(first: str) -> dict[str, list[float]]:
    """The table whose head begins so: by the first cell of each row the numbers of the others."""
    _, _, after = DOCUMENT.partition(f"\n| {first}")
    rows = re.findall(r"^\| (.*) \|$", after.split("\n\n")[0], re.MULTILINE)
    cells = [row.replace("−", "-").split(" | ") for row in rows]
    return {name: [float(value) for value in values] for name, *values in cells}


SCORES = np.array(list(table("Student |").values()))
EXAM = {name: value for name, (value,) in table("Number | Value |").items()}
ITEMS = table("Item |")


def by_hand() -> dict[str, Any]:
    (lines,) = re.findall(r"^```python\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
    found: dict[str, Any] = {}
    exec(lines, found)
    return found


def test_the_numpy_lines_give_the_tables() -> None:
    found = by_hand()
    assert found["x"].tolist() == SCORES.tolist()
    assert found["marks"].tolist() == MARKS
    assert found["exam"] == pytest.approx(EXAM, abs=5e-5)
    assert list(found["items"]) == list(ITEMS) == list("ABCDE")
    for name, values in found["items"].items():
        assert values == pytest.approx(ITEMS[name], abs=5e-5), name


def test_the_code_gives_the_table_of_the_exam() -> None:
    totals = (SCORES * MARKS).sum(axis=1)
    of, trust = distribution(totals), reliability(SCORES * MARKS)
    assert of
    assert trust
    values = [of.n, of.mean, of.median, of.deviation, of.skewness, of.kurtosis]
    values += [trust.alpha, trust.error_ratio, trust.standard_error]
    assert values == pytest.approx(list(EXAM.values()), abs=5e-5)


@pytest.mark.parametrize("at", range(5))
def test_the_code_gives_the_table_of_the_items(at: int) -> None:
    x, others = SCORES[:, at], rest(SCORES, MARKS)[:, at]
    easy, sharp, effective = facility(x), discrimination(x, others), effective_weights(SCORES, MARKS)
    assert easy
    assert sharp
    assert effective is not None
    values = [easy.value, easy.low, easy.high, deviation(x), intended_weights(MARKS)[at], effective[at]]
    values += [sharp.value, sharp.low, sharp.high, efficiency(x, others)]
    assert values == pytest.approx(ITEMS["ABCDE"[at]], abs=5e-5)
