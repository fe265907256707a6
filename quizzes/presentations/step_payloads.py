"""What clients are sent of the steps of a worked solution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from questions import kinds
from questions.kinds import WorkedStep
from questions.text import markup
from quizzes.models import Presentation
from quizzes.presentations.working import StepResponse, Work, steps_of


class AskedStepPayload(TypedDict):
    """A step of a worked solution, as it is asked."""

    part: Annotated[str, Field(description="The letter of its part; empty where the question has none.")]
    say: str
    say_html: str
    hint: str
    hint_html: str
    unit: str | None
    precision_hint: str


class StepPayload(AskedStepPayload):
    """A step with all that grading it needs."""

    result: str
    result_html: str
    values: Annotated[list[float], Field(description="What comes out: one number, or those of a list.")]
    allowed: Annotated[list[float], Field(description="The error that each may have.")]


class ShownStepPayload(AskedStepPayload):
    """A step of a question that is worked by hand; its result is null while it is to be filled in."""

    result: str | None
    result_html: str | None
    response: Annotated[dict[str, object] | None, Field(description="What was filled in; null for one that was shown.")]
    correct: Annotated[bool | None, Field(description="False for one that was shown on request.")]


def steps_payload(presentation: Presentation) -> list[StepPayload]:
    """Return the steps of a presentation's solution, for a client that grades while offline."""
    return [
        {
            **_asked(step),
            "result": step.result,
            "result_html": markup.render(step.result),
            "values": step.values,
            "allowed": step.allowed,
        }
        for step in steps_of(presentation)
    ]


def shown_steps(work: Work) -> list[ShownStepPayload]:
    """Return the steps that are shown: those that are settled with their results, and the next."""
    responses = work.responses
    return [_shown(step, responses[place : place + 1]) for place, step in enumerate(work.steps[: work.at + 1])]


def _shown(step: WorkedStep, settled: Sequence[StepResponse | None]) -> ShownStepPayload:
    """A step with its response, None where it was shown; without any where it is to be filled in."""
    response = settled[0] if settled else None
    return {
        **_asked(step),
        "result": step.result if settled else None,
        "result_html": markup.render(step.result) if settled else None,
        "response": dict(response) if response else None,
        "correct": None if response is None else not kinds.is_dont_know(response),
    }


def _asked(step: WorkedStep) -> AskedStepPayload:
    return {
        "part": step.part,
        "say": step.say,
        "say_html": markup.render(step.say),
        "hint": step.hint,
        "hint_html": markup.render(step.hint),
        "unit": step.asked.shown_unit,
        "precision_hint": step.asked.precision_hint,
    }
