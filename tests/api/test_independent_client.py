"""A client that was written from docs/api.md alone grades as the service does: 10,000 answers, no difference."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest

from questions import kinds
from questions.kinds import typed_text
from quizzes.memory import fsrs, rating
from quizzes.reviews.memory_states import MAX_INTERVAL_DAYS
from tests.api.answers import Document, ask_all
from tests.api.independent import grading, memory
from tests.api.independent.reading import LeftToServiceError, RefusedError

SEED, SEEDS, ANSWERS = 20_261_129, 5, 12


def test_it_grades_ten_thousand_answers_as_the_service_does() -> None:
    draw = random.Random(SEED)
    outcomes: Counter[str] = Counter()
    graded: Counter[str] = Counter()
    for asked in ask_all(range(SEEDS)):
        for _ in range(ANSWERS):
            response = asked.draw_answer(draw)
            ours, said = _ask_client(asked.entry, response)
            theirs, told = asked.ask_service(response)
            outcomes["left" if ours == "left" else "decided"] += 1
            if ours == "left":
                continue
            right = theirs if isinstance(theirs, str) else "right" if theirs == 1 else "wrong"
            graded[f"{asked.kind.name}: {right}"] += 1
            context = (asked.kind.name, asked.item, asked.entry["grading"], asked.entry["key"], response)
            assert ours == theirs, context
            assert said <= told, context

    assert outcomes.total() >= 10_000
    assert outcomes["left"] < 0.25 * outcomes.total(), outcomes
    for name in kinds.KINDS:
        assert graded[f"{name}: right"], f"{name} was never right: {graded}"
        assert graded[f"{name}: wrong"], f"{name} was never wrong: {graded}"


def test_it_takes_code_apart_as_the_service_does() -> None:
    draw = random.Random(SEED)
    for _ in range(5000):
        code = "".join(draw.choices("aé_7٣1.eE+-*/=<>!&|:\"'\\ “”–\u200b(", k=draw.randint(1, 14)))
        assert tuple(grading.comparable(code, {"code": True})) == typed_text.tokens(code), code


def test_it_rates_and_schedules_as_the_service_does() -> None:
    draw = random.Random(SEED)
    rules = {"passed": rating.PASSED, "guessed": rating.GUESSED, "sure": rating.SURE, "slow": rating.SLOW}
    rules |= {"fast": rating.FAST}
    w = list(fsrs.DEFAULT_PARAMETERS)
    for _ in range(60):
        state, S, D = None, np.nan, np.nan
        for _ in range(12):
            answered = draw.choice([0, 0.5, 0.6, 0.8, 1, 1]), draw.choice([None, 1, 2, 3, 5]), draw.uniform(1, 200)
            rated = memory.rate(*answered, 45, hints := draw.choice([0, 0, 1]), rules)
            assert rated == rating.rate(*answered, 45, hints)
            days = draw.choice([0, 0, 1, 2, 7, 40])
            state = memory.step(state, days, rated, w)
            S, D = map(float, fsrs.step(S, D, days, rated))
            assert state == pytest.approx((S, D), rel=1e-12)
            due = memory.interval(state[0], 0.9, MAX_INTERVAL_DAYS, w)
            assert due == min(max(round(float(fsrs.interval(S, 0.9))), 1), MAX_INTERVAL_DAYS)


def _ask_client(entry: Document, response: Any) -> tuple[float | str, set[str]]:
    """The score, or what the client does instead, and what it says of the answer."""
    try:
        grade = grading.grade(entry, response)
    except LeftToServiceError:
        return "left", set()
    except grading.NearlyError:
        return "nearly", set()
    except RefusedError:
        return "refused", set()
    parts = [(None, grade), *grade.parts.items()]
    return grade.score, {text for part, each in parts for when in each.said for text in _said(entry, part, when)}


def _said(entry: Document, part: str | None, when: Document) -> list[str]:
    """What is said of an answer: by the entry that says the most of it."""
    fitting = [
        each
        for each in entry["feedback"]
        if each.get("part") == part and all(when.get(name) == value for name, value in each["when"].items())
    ]
    return [max(fitting, key=lambda each: len(each["when"]))["message"]] if fitting else []
