"""Front and back: the student recalls what is on the back, looks, and rates themselves."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import TypedDict

from questions.kinds.base import Graded, Kind, Opaque, Option, Presented, Prompt, Revealed, ShownGrade, sample_opaque
from questions.kinds.bodies import MAX_TEXT, ItemBody
from questions.kinds.fields import AFTER, MARKDOWN, STEM, WHAT_IS_DRAWN, Section, TextArea
from questions.kinds.gradings import OwnRatingGrading
from questions.kinds.pairs import Round
from questions.kinds.responses import FormFields, ResponseError, field_of, form_value
from questions.kinds.samples import Sample
from questions.kinds.self_marking import Back

SCORES = {"again": 0.0, "hard": 1.0, "good": 1.0, "easy": 1.0}
"""The score of each rating: who had to think hard has recalled it, too."""


class Body(ItemBody):
    """The stem is the front."""

    back: str = Field(
        min_length=1, max_length=MAX_TEXT, description="What is to be recalled, in Markdown with $LaTeX$."
    )
    explanation: str = Field(default="", max_length=MAX_TEXT, description="More about it, shown with the back.")


class NoAnswer(TypedDict):
    """The body is all that grading needs."""


class Rated(TypedDict):
    """How well the student knew it, by their own judgement: `again`, `hard`, `good` or `easy`."""

    rating: str


class Recall(Kind[Body, Prompt, NoAnswer, Rated]):
    """The rating is the student's own, whatever the time it took."""

    name = "recall"
    title = "Front and back"
    hint = "Something to know by heart: a definition, a word, a formula. Students rate themselves; no exam asks it."
    body_type = Body
    prompt_type = Prompt
    response_type = Rated
    can_be_part = False
    is_self_marked = True
    is_self_rated = True
    rule = "own_rating"
    grading_type = OwnRatingGrading
    check_help = "{back, ratings}: the response is the student's own rating, whose score `ratings` has"
    form = (
        Section(
            "Front and back",
            (
                TextArea(name="stem", label="Front", help_text=f"What is asked. {MARKDOWN}", rows=STEM.rows),
                TextArea(name="back", label="Back", help_text=f"What is to be recalled. {MARKDOWN}"),
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
    ) -> Presented[Prompt, NoAnswer]:
        return Presented({"stem": body.stem}, {})

    def from_form(self, form: FormFields) -> Rated:
        return {"rating": form_value(form, "rating")}

    def blank_response(self) -> Rated:
        return {"rating": ""}

    def turn(self, body: Body, answer: NoAnswer, response: object) -> Back:
        """The back, whatever was answered: it is thought, not typed."""
        return {"back": body.back, "points": [], "explanation": body.explanation, "solution": body.solution}

    def grade(self, body: Body, answer: NoAnswer, response: object) -> Graded:
        rating = field_of(response, "rating", '{"rating": "again"}, "hard", "good" or "easy"')
        if not isinstance(rating, str) or rating not in SCORES:
            raise ResponseError("rating", "Say how well you knew it: again, hard, good or easy.")
        return Graded(SCORES[rating], [], {"": SCORES[rating]}, rating=rating)

    def carried(self, body: Body, answer: NoAnswer, before: Body) -> NoAnswer:
        return answer

    def check(self, body: Body, answer: NoAnswer) -> dict[str, object]:
        """The back, and what each rating counts as."""
        return {"back": body.back, "ratings": SCORES}

    def reveal(self, body: Body, answer: NoAnswer) -> Revealed[Rated]:
        return Revealed({"rating": "good"}, body.explanation, body.solution, back=body.back)

    def result_rows(self, prompt: Prompt, grade: ShownGrade[Rated], response: Rated) -> list[str]:
        """The rating."""
        return [response["rating"]] if response["rating"] else []

    def response_texts(self, prompt: Prompt, response: Rated) -> list[tuple[str, ...]]:
        return [(response["rating"].capitalize(),)]

    def options(self, body: Body) -> list[Option]:
        return [Option(body.back, right=True)]

    def answers(self, body: Body) -> list[str]:
        """None: nothing is typed here, and what is typed elsewhere is no back."""
        return []

    def shown(self, body: Body) -> list[tuple[str, str]]:
        return [*super().shown(body), ("back", body.back)]

    def picked(self, body: Body, answer: NoAnswer, response: Rated) -> list[str]:
        return [response["rating"]]

    def samples(self, body: Body, identity: str, first: int = 0) -> list[Sample]:
        presented = self.present(body, seed=0, identity=identity, opaque=sample_opaque(0))
        return [Sample(presented.prompt["stem"], body.explanation, body.solution, "mistakes", back=body.back)]
