"""Free text with a rubric: the student writes, sees a model answer, and ticks the points that the text has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, Self

from pydantic import Field, field_validator, model_validator
from typing_extensions import TypedDict

from questions.kinds.base import Graded, Kind, Opaque, Option, Presented, Prompt, Revealed, ShownGrade, sample_opaque
from questions.kinds.bodies import MAX_TEXT, ItemBody
from questions.kinds.carrying import match_places
from questions.kinds.fields import AFTER, MARKDOWN, STEM, WHAT_IS_DRAWN, Column, Rows, Section, TextArea
from questions.kinds.gradings import PointsGrading
from questions.kinds.pairs import Round
from questions.kinds.reasons import reasons_of
from questions.kinds.responses import FormFields, ResponseError, field_of, form_value, known_id
from questions.kinds.samples import Sample, SampleOption
from questions.kinds.self_marking import Back, Point
from questions.kinds.strict import Strict

MAX_ANSWER = 8000
"""Characters that a student may write: some 1,300 words."""
SHAPE = '{"text": "…", "points": [id, …]}'


class RubricPoint(Strict):
    """A point that a good answer has."""

    text: str = Field(min_length=1, max_length=2000)
    marks: float = Field(default=1, gt=0, le=100, allow_inf_nan=False, description="What it counts beside the others.")

    @field_validator("marks", mode="before")
    @classmethod
    def _blank_is_one(cls, marks: object) -> object:
        """What a form leaves blank says nothing."""
        return 1 if marks == "" else marks


class Body(ItemBody):
    """A question that is answered in the student's own words."""

    model: str = Field(min_length=1, max_length=MAX_TEXT, description="An answer that has all points.")
    points: list[RubricPoint] = Field(min_length=1, max_length=20, description="What is looked for, each with marks.")
    explanation: str = Field(default="", max_length=MAX_TEXT, description="The why, shown with the model answer.")

    @model_validator(mode="after")
    def _differ(self) -> Self:
        texts = [point.text for point in self.points]
        repeated = [text for text in texts if texts.count(text) > 1]
        if repeated:
            raise ValueError(f"The point “{repeated[0]}” stands here twice.")
        return self


class PointsAnswer(TypedDict):
    """The place of each point in the body, by its id."""

    ids: dict[str, int]


class Written(TypedDict):
    """What was written, and the points that it has, by the student's own judgement."""

    text: str
    points: NotRequired[list[str]]


@dataclass(frozen=True)
class PointRow:
    """A point as a graded answer shows it, in HTML: whether the answer has it."""

    html: str
    reached: bool


@dataclass(frozen=True)
class WrittenRow:
    """What was written, with its points."""

    text: str
    points: Sequence[PointRow]


class OpenResponse(Kind[Body, Prompt, PointsAnswer, Written]):
    """The score is the share of the marks whose points the answer has."""

    name = "open_response"
    title = "Open answer"
    hint = "Students answer in their own words and mark themselves against a model answer; in an exam staff mark it."
    body_type = Body
    prompt_type = Prompt
    response_type = Written
    can_be_part = False
    in_quick_check = False
    is_self_marked = True
    is_marked_by_staff = True
    rule = "points"
    grading_type = PointsGrading
    check_help = "{model, points}: the score is the share of the marks of the points that the student ticks"
    form = (
        Section(
            "Question",
            (
                STEM,
                TextArea(
                    name="model",
                    label="Model answer",
                    rows=8,
                    help_text=f"An answer that has all points, shown once the student has written one. {MARKDOWN}",
                ),
                Rows(
                    name="points",
                    label="Points",
                    add="Add a point",
                    help_text="What a good answer says, for students to tick: one idea per point, easy to judge.",
                    columns=(Column("text", "Point", "long"), Column("marks", "Marks", "text", "1")),
                ),
            ),
        ),
        AFTER,
        WHAT_IS_DRAWN,
    )

    def present(
        self,
        body: Body,
        *,
        seed: int,
        identity: str,
        opaque: Opaque,
        focus: Sequence[str] = (),
        pairs: Round | None = None,
    ) -> Presented[Prompt, PointsAnswer]:
        """The points are no part of what is asked: they would say what to write."""
        ids = {opaque(f"point:{place}"): place for place in range(len(body.points))}
        return Presented({"stem": body.stem}, {"ids": ids})

    def carried(self, body: Body, answer: PointsAnswer, before: Body) -> PointsAnswer | None:
        places = match_places(tuple(point.text for point in before.points), tuple(point.text for point in body.points))
        return {**answer, "ids": {key: places[place] for key, place in answer["ids"].items()}} if places else None

    def from_form(self, form: FormFields) -> Written:
        """The form has the points once the answer is to be marked."""
        text = form_value(form, "text").replace("\r\n", "\n")
        return (
            {"text": text, "points": list(form.get("points", []))}
            if {"marked", "points"} & form.keys()
            else {"text": text}
        )

    def blank_response(self) -> Written:
        return {"text": "", "points": []}

    def turn(self, body: Body, answer: PointsAnswer, response: object) -> Back:
        """The model answer and the points, for who has written something."""
        _text(response)
        points: list[Point] = [
            {"id": key, "text": body.points[place].text, "marks": body.points[place].marks}
            for key, place in _places(answer)
        ]
        return {"back": body.model, "points": points, "explanation": body.explanation, "solution": body.solution}

    def marked(self, response: object, points: Sequence[str]) -> Written:
        return {"text": _text(response), "points": list(points)}

    def grade(self, body: Body, answer: PointsAnswer, response: object) -> Graded:
        _text(response)
        ticked = field_of(response, "points", SHAPE)
        if not isinstance(ticked, list):
            raise ResponseError("points", f"Send {SHAPE}.")
        reached = {answer["ids"][known_id(point, answer["ids"], "points")] for point in ticked}
        marks = [point.marks for point in body.points]
        # The same sum in the same order: all points are exactly 1.
        score = sum(mark for place, mark in enumerate(marks) if place in reached) / sum(marks)
        return Graded(score, [], {"": score})

    def check(self, body: Body, answer: PointsAnswer) -> dict[str, object]:
        """The model answer, and the points with their marks."""
        back = self.turn(body, answer, {"text": body.model[:1]})
        return {"model": back["back"], "points": back["points"]}

    def reveal(self, body: Body, answer: PointsAnswer) -> Revealed[Written]:
        return Revealed(
            {"text": body.model, "points": [key for key, _ in _places(answer)]},
            body.explanation,
            body.solution,
            [{"target": key, "message": _with_marks(body.points[place])} for key, place in _places(answer)],
            back=body.model,
        )

    def result_rows(self, prompt: Prompt, grade: ShownGrade[Written], response: Written) -> list[WrittenRow]:
        reached = response.get("points", [])
        points = [PointRow(html, key in reached) for key, html in reasons_of(grade).items()]
        return [WrittenRow(response["text"], points)]

    def response_texts(self, prompt: Prompt, response: Written) -> list[tuple[str, ...]]:
        return [(response["text"],)]

    def options(self, body: Body) -> list[Option]:
        return [Option(body.model, right=True)]

    def answers(self, body: Body) -> list[str]:
        """None: what is written here is compared with nothing."""
        return []

    def shown(self, body: Body) -> list[tuple[str, str]]:
        return [*super().shown(body), ("model", body.model), *self.rivals(body)[0]]

    def rivals(self, body: Body) -> list[list[tuple[str, str]]]:
        return [[(f"points.{place}.text", point.text) for place, point in enumerate(body.points)]]

    def picked(self, body: Body, answer: PointsAnswer, response: Written) -> list[str]:
        """The points that the answer has."""
        return [body.points[answer["ids"][point]].text for point in response.get("points", [])]

    def samples(self, body: Body, identity: str, first: int = 0) -> list[Sample]:
        presented = self.present(body, seed=0, identity=identity, opaque=sample_opaque(0))
        points = [SampleOption(_with_marks(point), right=True) for point in body.points]
        stem = presented.prompt["stem"]
        return [Sample(stem, body.explanation, body.solution, "choices", points, back=body.model)]


def _places(answer: PointsAnswer) -> list[tuple[str, int]]:
    """The ids of the points with their places in the body, in that order: a database keeps none."""
    return sorted(answer["ids"].items(), key=lambda entry: entry[1])


def _text(response: object) -> str:
    """What was written. Raises ResponseError where that is nothing, or too much."""
    text = response.get("text") if isinstance(response, Mapping) else None
    if not isinstance(text, str) or not text.strip():
        raise ResponseError("text", "Write an answer.")
    if len(text) > MAX_ANSWER:
        raise ResponseError("text", f"Use at most {MAX_ANSWER} characters.")
    return text


def _with_marks(point: RubricPoint) -> str:
    """A point with its marks (Markdown)."""
    return f"{point.text} ({point.marks:g}\N{NO-BREAK SPACE}{'mark' if point.marks == 1 else 'marks'})"
