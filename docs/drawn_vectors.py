"""Questions of the tests' courses for the test vectors, with answers that are drawn by chance."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from questions import kinds
from tests.api.answers import OF_TESTS, Asked, ask_all

OF_A_KIND, TRIES, OF_AN_OUTCOME = 4, 150, 3
"""Questions of each kind; answers that are tried to each; most that are kept of those that are right, partly right,
wrong, and refused."""


def drawn_questions() -> Iterator[dict[str, Any]]:
    """Questions of the tests' courses, of each kind some that a client grades alone, with answers of each outcome."""
    times, ranked = Counter[str](), defaultdict[str, list[tuple[int, Asked]]](list)
    for asked in ask_all(range(OF_A_KIND), OF_TESTS):
        if asked.entry["grading"]["final"]:
            times[asked.item] += 1
            ranked[asked.kind.name].append((times[asked.item], asked))
    for kind in kinds.KINDS:
        # Other questions first, then other variants of the same.
        for _, asked in sorted(ranked[kind], key=itemgetter(0))[:OF_A_KIND]:
            yield {"kind": kind, **asked.entry, "answers": _answers_drawn(asked)}


def _answers_drawn(asked: Asked) -> list[dict[str, Any]]:
    """Answers by chance: as they should be, nearly so, at the edge of what is allowed, and junk."""
    draw = random.Random(asked.item)  # noqa: S311 - of chance, not of secrets
    kept = defaultdict[str, list[dict[str, Any]]](list)
    for _ in range(TRIES):
        answer = told(asked.kind, asked.body, asked.answer, asked.draw_answer(draw))
        outcome = "refused" if "refused" in answer else {0: "wrong", 1: "right"}.get(answer["score"], "partly")
        if answer not in kept[outcome] and len(kept[outcome]) < OF_AN_OUTCOME:
            kept[outcome].append(answer)
    return [answer for outcome in ("right", "partly", "wrong", "refused") for answer in kept[outcome]]


def told(asker: kinds.AnyKind, body: Any, answer: Any, response: object) -> dict[str, Any]:
    """An answer, its score and what is said to it; or why it is refused."""
    try:
        graded = kinds.grade(asker, body, answer, response)
    except kinds.ResponseError as error:
        return {"response": response, "refused": error.message}
    feedback = [*graded.feedback, *(each for part in graded.parts.values() for each in part.feedback)]
    return {"response": response, "score": graded.score, "said": [entry["message"] for entry in feedback]}
