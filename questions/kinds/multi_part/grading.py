"""Grading by parts: each by its kind, added up by marks; a part that follows is marked by the student's own numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from questions.kinds.base import Feedback, Graded
from questions.kinds.multi_part.body import Body, Part
from questions.kinds.registry import finalise, grade
from questions.kinds.responses import NearMissError, ResponseError
from questions.variants.audit import Audit
from questions.variants.engine import Number


def label(place: int) -> str:
    """The letter by which students know the part at a place."""
    return chr(ord("a") + place)


def grade_parts(
    body: Body, answers: Mapping[str, Any], responses: Mapping[str, Any], *, final: bool = False
) -> dict[str, Graded]:
    """Return the grade of each part by its id; one left open has none of its marks.

    Raises ResponseError for a part that cannot be read. With `final`, as in exams, only where none can: what was
    answered to the others is not lost.
    """
    graded: dict[str, Graded] = {}
    refused: list[ResponseError] = []
    for place, part in enumerate(body.parts):
        try:
            graded[part.id] = grade_one_part(body, place, answers[part.id], responses, final=final)
        except ResponseError as error:
            if not final:
                raise
            refused.append(error)
            blank = part.asker.grade_blank(part.body, answers[part.id])
            feedback: list[Feedback] = [{"target": error.field.rpartition(".")[2], "message": error.message}]
            graded[part.id] = replace(blank, feedback=feedback, unread=error.message)
    if refused and len(refused) == len(responses):
        raise refused[0]
    return graded


def grade_one_part(body: Body, place: int, answer: Any, responses: Mapping[str, Any], *, final: bool = False) -> Graded:
    """Return the grade of the part at a place; it may follow the other responses. Raises ResponseError."""
    part = body.parts[place]
    if part.id not in responses:
        return part.asker.grade_blank(part.body, answer)
    response = part.asker.final(responses[part.id]) if final else responses[part.id]
    where, who = f"parts.{part.id}", f"Part {label(place)}"
    try:
        graded = grade(part.asker, part.body, answer, response)
    except NearMissError as error:
        raise NearMissError(f"{where}.{error.field}", f"{who}: {error.message}", error.typed) from None
    except ResponseError as error:
        raise ResponseError(f"{where}.{error.field}", f"{who}: {error.message}") from None
    if part.follow and not graded.correct:
        return _follow(body, part, answer, responses) or graded
    return graded


def _follow(body: Body, part: Part, answer: Any, responses: Mapping[str, Any]) -> Graded | None:
    """The full marks of an answer that is right by the student's own earlier ones; None where it is not."""
    own: dict[str, Number] = {}
    for earlier in body.parts:
        name = earlier.asker.answer_name(earlier.body)
        if earlier.id in part.follow and name is not None:
            with suppress(ResponseError):
                value = earlier.asker.own_value(earlier.body, responses.get(earlier.id))
                own |= {} if value is None else {name: value}
    followed = part.asker.follow(part.body, answer, own) if own else None
    if followed is None or not (graded := grade(part.asker, part.body, followed, responses[part.id])).correct:
        return None
    letters = " and ".join(
        label(place) for place, each in enumerate(body.parts) if each.id in part.follow and each.id in responses
    )
    answers = "answers to parts" if len(own) > 1 else "answer to part"
    message = f"Right by your own {answers} {letters}, so it has full marks."
    return replace(graded, feedback=[{"target": "value", "message": message}])


def finalise_parts(body: Body, answers: Mapping[str, Any], response: object) -> object:
    """Return a response to the whole in which each part is one that is graded as it is."""
    parts = response.get("parts") if isinstance(response, Mapping) else None
    if not isinstance(response, Mapping) or not isinstance(parts, Mapping):
        return response
    known = [part for part in body.parts if part.id in parts]
    final = {part.id: finalise(part.asker, part.body, answers[part.id], parts[part.id]) for part in known}
    return {**response, "parts": {**parts, **final}}


def add_up(body: Body, graded: Mapping[str, Graded]) -> Graded:
    """Return the grade of the whole: the marks of its parts over all marks."""
    marks = {part.id: part.marks for part in body.parts}
    earned = sum(marks[name] * each.score for name, each in graded.items())
    score = 1.0 if all(each.correct for each in graded.values()) else earned / sum(marks.values())
    unread = " ".join(each.unread for each in graded.values() if each.unread)
    return Graded(score, [], {name: each.score for name, each in graded.items()}, graded, unread)


def merge_audits(audited: Sequence[tuple[str, Audit]]) -> Audit:
    """Return the audit of a whole item by those of its parts; what is wrong with all of them is said once."""
    whole = Audit(min(report.seeds for _, report in audited))
    whole.redraws = max(report.redraws for _, report in audited)
    whole.distinct = max(report.distinct for _, report in audited)
    common = set.intersection(*({defect.message for defect in report.problems} for _, report in audited))
    whole.problems = [defect for defect in audited[0][1].problems if defect.message in common]
    for name, report in audited if len(audited) > 1 else []:
        theirs = [defect for defect in report.problems if defect.message not in common]
        whole.problems += [replace(defect, message=f"Part {name}: {defect.message}") for defect in theirs]
    return whole
