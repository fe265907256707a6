"""The corpus: every pair of formulas that are equal is found equal, and no near miss is."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from questions.expressions import Asked, asked_for, judge, read
from questions.interchange import yaml

CORPUS = Path(__file__).parents[2] / "data/formula_pairs.yaml"


@functools.cache
def corpus() -> list[dict[str, Any]]:
    entries: Any = yaml.read(CORPUS.read_text())
    return list(entries)


def pairs(entry: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """How another formula differs, the formula, and whether it is equal."""
    yield from (("the same", each, True) for each in [entry["key"], *entry["equal"]])
    yield from ((how.split()[0], each, False) for how, each in entry["near"].items())
    yield "1.0001", f"1.0001*({entry['key']})", False
    if "constant" not in entry:
        yield "constant", f"{entry['key']} + 0.001", False


def test_a_divisor_is_no_hole_where_the_key_has_no_value_either() -> None:
    key = asked_for(Asked("ln|x|", (("x", "real"),)))

    assert judge(key, read("-ln|1/x|", key.asked.vocabulary)).correct


def is_right(entry: dict[str, Any], typed: str) -> bool:
    asked = Asked(str(entry["key"]), tuple(entry["names"].items()), entry.get("constant", ""))
    return judge(asked_for(asked), read(typed, asked.vocabulary)).correct


@pytest.mark.parametrize("at", range(len(corpus())), ids=lambda at: f"{corpus()[at]['subject']}-{at}")
def test_equal_formulas_are_right_and_near_ones_wrong(at: int) -> None:
    entry = corpus()[at]
    wrong = [(how, typed) for how, typed, equal in pairs(entry) if is_right(entry, typed) != equal]

    assert wrong == [], entry["key"]


def test_the_corpus_has_five_hundred_pairs_of_every_sort() -> None:
    sorts = Counter(how for entry in corpus() for how, _, _ in pairs(entry))

    assert sorts.total() >= 500
    for sort in ("the same", "sign", "1.0001", "constant", "branch", "hole", "domain", "factor", "term"):
        assert sorts[sort] >= 4, sort
