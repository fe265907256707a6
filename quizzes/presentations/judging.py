"""What an answer is worth: a function of the response, of what was put, and of the corrections in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from questions import bank, kinds
from questions.bank import Rules
from questions.kinds import Graded, ItemBody, ResponseError
from questions.models import ItemVersion
from quizzes.presentations.bodies import body_of

Answer = Mapping[str, Any]
Way = tuple[ItemBody, Answer]
"""A body, and what it needs to grade a presentation."""


def judge(version: ItemVersion, answer: Answer, response: object) -> Graded:
    """Return the grade of an untrusted response by the corrections in force. Raises ResponseError."""
    return judge_by(bank.rules_of(version), version, answer, response)


def judge_by(rules: Rules | None, version: ItemVersion, answer: Answer, response: object) -> Graded:
    """Return the grade by these rules, by the version's own for None. Raises ResponseError."""
    kind = kinds.get(version.kind)
    return _by_rules(rules, version, answer, lambda body, needed: kinds.grade(kind, body, needed, response))


def judge_final_by(rules: Rules | None, version: ItemVersion, answer: Answer, response: object) -> Graded:
    """The same of a response that is never sent back to be corrected. Raises ResponseError."""
    return judge_by(rules, version, answer, kinds.get(version.kind).final(response))


def judge_blank_by(rules: Rules | None, version: ItemVersion, answer: Answer) -> Graded:
    """Return the grade of a question that was left blank in an exam."""
    return _by_rules(rules, version, answer, kinds.get(version.kind).grade_blank)


def is_told(rules: Rules, version: ItemVersion, answer: Answer) -> bool:
    """Whether what was put can be judged by these rules: it asks what they are about."""
    return rules.by_version is None or _carry(version, answer, rules.body) is not None


def reveal(version: ItemVersion, answer: Answer) -> kinds.Revealed[Any]:
    """Return key, explanation and solution by the corrections in force."""
    return reveal_by(bank.rules_of(version), version, answer)


def reveal_by(rules: Rules | None, version: ItemVersion, answer: Answer) -> kinds.Revealed[Any]:
    """The same by these rules, by the version's own for None."""
    (body, needed), *_ = _ways(rules, version, answer)
    return kinds.get(version.kind).reveal(body, needed)


def way_of(version: ItemVersion, answer: Answer) -> Way:
    """Return by what body the key of a presentation is told, and what that needs of it."""
    return _ways(bank.rules_of(version), version, answer)[0]


def _by_rules(
    rules: Rules | None, version: ItemVersion, answer: Answer, grade: Callable[[ItemBody, Answer], Graded]
) -> Graded:
    """Return the best grade of all ways in which the answer may be right. Raises ResponseError where there is none."""
    grades: list[Graded] = []
    refused: list[ResponseError] = []
    for body, needed in _ways(rules, version, answer):
        try:
            grades.append(grade(body, needed))
        except ResponseError as error:
            refused.append(error)
    best = max(grades, key=lambda graded: graded.score, default=None)
    if best is None or (refused and not best.correct):
        # What is nearly the one answer may be told so, unless it is the other.
        raise refused[0]
    if rules and rules.is_void:
        return replace(best, score=0.0, facet_scores={}, void=True)
    # Full marks are for the question's fault: they say nothing of what is remembered.
    return replace(best, score=1.0, facet_scores={}, feedback=[]) if rules and rules.is_full else best


def _ways(rules: Rules | None, version: ItemVersion, answer: Answer) -> list[Way]:
    own = body_of(version)
    if rules is None:
        return [(own, answer)]
    first = own, answer
    if rules.by_version is not None and (carried := _carry(version, answer, rules.body)) is not None:
        first = rules.body, carried
    others = [(body, carried) for body in rules.also if (carried := _carry(version, answer, body)) is not None]
    return [first, *others]


def _carry(version: ItemVersion, answer: Answer, body: ItemBody) -> Answer | None:
    carried: Answer | None = kinds.get(version.kind).carried(body, answer, body_of(version))
    return carried
