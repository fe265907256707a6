"""A trial sitting: an instructor sits an exam as a new student would. Nothing of it is stored, from first to last.

All of it follows from the exam, the bank and a seed; what was answered goes from page to page.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from questions.kinds import ResponseError, check_storable
from quizzes import presentations
from quizzes.exams import blueprints
from quizzes.exams.candidates import load_new_pool
from quizzes.exams.drafting import draft_sitting
from quizzes.exams.errors import SittingError
from quizzes.exams.grading import add_up, grade_response, grade_slot
from quizzes.exams.opening import lay_out, load_versions
from quizzes.exams.payloads import Document, SlotResultPayload
from quizzes.exams.results import slot_result
from quizzes.models import Exam, Sitting, Slot


@dataclass(frozen=True)
class Trial:
    """A sitting of somebody who has seen nothing yet, as the seed draws it; none of its rows is stored."""

    sitting: Sitting
    slots: list[Slot]


@dataclass(frozen=True)
class TrialResult:
    """The points, and each question with its grade."""

    score: float
    max_score: float
    slots: list[SlotResultPayload]


def compose_trial(exam: Exam, seed: int, now: datetime) -> Trial:
    """Compose a trial of an exam, the same for the same seed. Raises SittingError `bank`."""
    try:
        blueprint = blueprints.parse(exam.kind, exam.blueprint_asked)
    except blueprints.BlueprintError as error:
        raise SittingError("bank", f"Its blueprint is wrong: {error}") from None
    sitting = Sitting(
        id=uuid.uuid5(uuid.NAMESPACE_OID, f"trial {exam.pk} {seed}"),
        exam=exam,
        number=1,
        seed=seed,
        opened_at=now,
        deadline_at=now + timedelta(minutes=exam.minutes),
    )
    draft = draft_sitting(blueprint, load_new_pool(exam, blueprint, now), seed)
    seconds = blueprint.seconds_a_round if isinstance(blueprint, blueprints.Viva) else None
    slots = lay_out(sitting, draft, load_versions(draft), seconds)
    presentations.name_concepts([slot.presentation.version for slot in slots])
    return Trial(sitting, slots)


def is_readable(slot: Slot, response: Document) -> bool:
    """Whether a response to the question of a trial can be read."""
    try:
        check_storable(response)
        grade_response(slot, response)
    except ResponseError:
        return False
    return True


def grade_trial(trial: Trial, responses: Mapping[int, Document]) -> TrialResult:
    """Grade what was answered, by the numbers of the questions, as closing a sitting does."""
    for slot in trial.slots:
        slot.response = responses.get(slot.number)
        grade = grade_slot(slot)
        slot.score, slot.grade, slot.waits = grade.score, grade.payload, grade.waits
    score, most = add_up(trial.slots)
    return TrialResult(score, most, [slot_result(slot, {}, graded=True) for slot in trial.slots])
