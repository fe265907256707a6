"""Questions that are worked by hand: some steps of their solution are shown, the others are filled in one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.db import transaction
from typing_extensions import TypedDict

from questions import kinds
from questions.kinds import WorkedStep, grade_step
from quizzes.models import Presentation, Student
from quizzes.presentations.bodies import body_of
from quizzes.presentations.open_sittings import is_in_open_sitting

StepResponse = Mapping[str, object]
"""What was filled in: `{"value": "0.25"}` as typed, or `{"dont_know": true}` where the step was shown instead."""


class NoWorkError(ValueError):
    """A question cannot be worked by hand now."""


class WorkState(TypedDict):
    """What of it is stored: how many steps were shown from the start, and what was filled in after them."""

    shown: int
    responses: list[dict[str, object]]


@dataclass(frozen=True)
class Work:
    """How far a question is that is worked by hand."""

    presentation: Presentation
    state: WorkState

    @cached_property
    def steps(self) -> list[WorkedStep]:
        """All steps of its solution."""
        return steps_of(self.presentation)

    @property
    def at(self) -> int:
        """The place of the step to be filled in next."""
        return self.state["shown"] + len(self.state["responses"])

    @property
    def is_done(self) -> bool:
        """Whether no step is left."""
        return self.at >= len(self.steps)

    @property
    def responses(self) -> list[StepResponse | None]:
        """What was filled in, step by step; None for a step that was shown from the start."""
        return [None] * self.state["shown"] + list(self.state["responses"])

    @property
    def right(self) -> int:
        """How many steps were filled in and right."""
        return sum(not kinds.is_dont_know(response) for response in self.state["responses"])


def steps_of(presentation: Presentation) -> list[WorkedStep]:
    """Return the steps of a presentation's worked solution; none where it has no steps."""
    version = presentation.version
    return kinds.get(version.kind).work(body_of(version), presentation.answer)


def load_work(presentation: Presentation) -> Work | None:
    """Return how far a presentation is; None for one that is not worked by hand."""
    return None if presentation.work is None else Work(presentation, cast(WorkState, presentation.work))


def fill_in(student: Student, work: Work, place: int, response: StepResponse) -> Work | None:
    """Fill in the step at a place, and return how far it is then; None where the response is wrong, and not kept.

    A step that is filled in stands. Raises NoWorkError, and ResponseError for what cannot be read.
    """
    presentation = work.presentation
    if is_in_open_sitting(student, presentation):
        raise NoWorkError("This question is in an exam that you have open.")
    kinds.check_storable(response)
    with transaction.atomic():
        stored = Presentation.objects.select_for_update(no_key=True).get(pk=presentation.pk)
        current = Work(presentation, cast(WorkState, stored.work))
        if place != current.at or current.is_done:
            return current
        if kinds.is_dont_know(response):
            kept: dict[str, object] = {"dont_know": True}
        elif grade_step(current.steps[place], response):
            kept = {"value": response["value"]}
        else:
            return None
        state: WorkState = {**current.state, "responses": [*current.state["responses"], kept]}
        Presentation.objects.filter(pk=presentation.pk).update(work=state)
    presentation.work = state
    return Work(presentation, state)


def with_settled(presentation: Presentation, responses: Sequence[StepResponse | None]) -> list[StepResponse | None]:
    """Return the responses of a device, with those that were checked here already in place of its own."""
    work = load_work(presentation)
    settled = work.responses if work else []
    return [*settled, *responses[len(settled) :]]


def grade_steps(presentation: Presentation, responses: Sequence[StepResponse | None]) -> bool:
    """Return whether all steps that were filled in are right. Raises ResponseError."""
    steps = steps_of(presentation)
    if len(responses) != len(steps):
        there_are = f"There are {len(steps)} steps" if steps else "This question has no steps"
        raise kinds.ResponseError("steps", f"{there_are}: send an entry for each.")
    filled_in = [(place, response) for place, response in enumerate(responses) if response is not None]
    if not filled_in:
        raise kinds.ResponseError("steps", "Fill in at least one step.")
    graded = [_grade(steps[place], place, response) for place, response in filled_in]
    return all(graded)


def _grade(step: WorkedStep, place: int, response: Any) -> bool:
    try:
        return grade_step(step, response)
    except kinds.ResponseError as error:
        raise kinds.ResponseError(f"steps.{place}.{error.field}", error.message) from None
