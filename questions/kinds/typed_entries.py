"""What kinds share whose answer is several numbers in one field: a list, a set, intervals, a matrix.

A kind says what its `Shape` is: how an answer is read, compared with the key, and written. Keys are texts like answers.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal, Self, TypeVar

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from questions.kinds.asked_number import AskedPrecision
from questions.kinds.base import Feedback, Graded, Kind, Opaque, Option, Presented, Prompt, Revealed, ShownGrade
from questions.kinds.bodies import ItemBody, wrong_field
from questions.kinds.carrying import with_answer
from questions.kinds.entry_shapes import Shape, Verdict
from questions.kinds.expected import ExpectedFeedback, said_to_mistakes
from questions.kinds.fields import Checkbox
from questions.kinds.pairs import Round
from questions.kinds.responses import Echo, FormFields, ResponseError, field_of, form_value
from questions.kinds.samples import Sample, SampleOption
from questions.kinds.strict import Strict
from questions.kinds.typeset import Typeset, TypesetRow
from questions.variants.compiling import Declared, SpecError
from questions.variants.engine import Drawing
from questions.variants.numbers import NumberError

OTHER = "other numbers"
"""What statistics call a wrong answer that no expected mistake is."""
FULL = ".15g"
"""The format in which keys are computed with."""
ALL_OR_NOTHING = Checkbox(
    name="all_or_nothing",
    rare=True,
    label="All or nothing",
    help_text="Marks for the whole answer alone; else each number that is right has its share.",
)
_NAME = re.compile(r"[A-Za-z_]\w*")


class Mistake(Strict):
    """A wrong answer that is expected, and what to say to it."""

    because: str = Field(min_length=1, max_length=2000)


class EntriesBody(AskedPrecision, ItemBody):
    """A key of several numbers, and the mistakes that are expected."""

    all_or_nothing: bool = Field(
        default=False, description="Marks for the whole answer alone; else each number that is right has its share."
    )

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        """The key and the mistakes are read and compared; where numbers are drawn, in each variant."""
        if self.tolerance and self.tolerance.of:
            raise ValueError("Errors are relative to the numbers themselves here: leave out `of`.")
        if self.drawing is None:
            for field, problem in self._problems():
                raise wrong_field(SpecError(field, problem))
        return self

    def _problems(self) -> Iterator[tuple[str, str]]:
        shape = self.shape
        try:
            key = shape.read(self.key)
            if shape.compare(key, shape.read(shape.show(self.key))).score < 1:
                yield "answer", "The key is marked wrong when it is rounded as asked."
        except NumberError as error:
            yield "answer", str(error)
            return
        seen: list[object] = []
        for place in range(len(self.becauses)):
            field = f"mistakes.{place}.value"
            try:
                answers = map(shape.read, self.mistake_texts(place))
                wrong = [answer for answer in answers if shape.compare(key, answer).score < 1]
                if not wrong:
                    yield field, f"Mistake {place + 1} is marked right."
                elif any(shape.compare(other, answer).score == 1 for other in seen for answer in wrong):
                    yield field, f"Mistake {place + 1} is taken for another."
                seen += wrong
            except NumberError as error:
                yield field, str(error)

    @property
    @abstractmethod
    def shape(self) -> Shape[Any]:
        """How its answers are read, compared and written."""

    @property
    @abstractmethod
    def key(self) -> str:
        """The key as a text that can be read; in a variant with its numbers."""

    @property
    @abstractmethod
    def hint(self) -> str:
        """For the student: what is asked for."""

    @property
    @abstractmethod
    def reading(self) -> str:
        """What reading an answer needs to know, for its echo."""

    @property
    @abstractmethod
    def becauses(self) -> list[str]:
        """What is said to each mistake."""

    @abstractmethod
    def mistake_texts(self, place: int) -> list[str]:
        """The answers that are the mistake at a place."""

    def find_mistake(self, typed: str) -> int | None:
        """The place of the mistake that a wrong answer is."""
        for place in range(len(self.becauses)):
            if any(self.shape.judge(text, typed).score == 1 for text in self.mistake_texts(place)):
                return place
        return None

    def compiled(self) -> Drawing | None:
        try:
            return super().compiled()
        except SpecError as error:  # with the formula as its author wrote it
            raise SpecError(error.field, error.message.replace(f":{FULL}}}", "}")) from None

    def computed(self) -> list[str]:
        return [place for place, _ in self.texts() if is_formula(place)]

    def declared(self) -> Declared:
        """The key and the mistakes are formulas, whose numbers are filled in with all their digits."""
        declared = super().declared()
        names = {*self.draw, *self.let}
        texts = {
            place: self.as_template(text, names) if is_formula(place) else text
            for place, text in declared.texts.items()
        }
        return Declared(**{**vars(declared), "texts": texts})

    def as_template(self, formula: str, names: set[str]) -> str:
        """A formula as a text that shows its number; what uses no name is a number as it is typed."""
        return f"`{{{formula}:{FULL}}}`" if names & set(_NAME.findall(formula)) else formula


def is_formula(place: str) -> bool:
    """Whether the text at a place is computed with."""
    parts = place.split(".")
    return parts[0] == "answer" or (parts[0] == "mistakes" and parts[2] == "value")


class EntriesPrompt(Prompt):
    """What is asked for, and what reading the answer needs."""

    unit: str | None
    precision_hint: str
    reading: str


class NoAnswer(TypedDict):
    """A presentation holds nothing private: the body is all that grading needs."""


class EntriesResponse(TypedDict):
    """The answer as it was typed; clients may send JSON numbers in lists, too."""

    value: str


BodyT = TypeVar("BodyT", bound=EntriesBody)


class TypedEntries(Kind[BodyT, EntriesPrompt, NoAnswer, EntriesResponse]):
    """Graded by the share of numbers that are right, unless the item says otherwise; a mistake is named."""

    prompt_type: ClassVar[type] = EntriesPrompt
    response_type = EntriesResponse
    sample_noun = "variants"
    example: str
    """An answer as clients send it."""

    @abstractmethod
    def read_latex(self, typed: str, reading: str) -> str:
        """An answer as it is read, in LaTeX. Raises NumberError."""

    def present(
        self,
        body: BodyT,
        *,
        seed: int,
        identity: str,
        opaque: Opaque,
        focus: Sequence[str] = (),
        pairs: Round | None = None,
    ) -> Presented[EntriesPrompt, NoAnswer]:
        return Presented({"stem": body.stem, "unit": None, "precision_hint": body.hint, "reading": body.reading}, {})

    def from_form(self, form: FormFields) -> EntriesResponse:
        return {"value": form_value(form, "value")}

    def blank_response(self) -> EntriesResponse:
        return {"value": ""}

    def echo(self, typed: str, reading: str) -> Echo:
        try:
            return Echo(latex=self.read_latex(typed, reading))
        except NumberError as error:
            return Echo(detail=str(error))

    def grade(self, body: BodyT, answer: NoAnswer, response: object) -> Graded:
        verdict, mistake = self._judge(body, response)
        message = verdict.message if mistake is None else body.becauses[mistake]
        score = float(verdict.score == 1) if body.all_or_nothing else verdict.score
        feedback: list[Feedback] = [{"target": "value", "message": message}] if message else []
        return Graded(score, feedback, {"": score})

    def _judge(self, body: BodyT, response: object) -> tuple[Verdict, int | None]:
        """How right a response is, and the mistake that it is. Raises ResponseError."""
        text = _typed(field_of(response, "value", f'{{"value": "{self.example}"}}'))
        try:
            verdict = body.shape.judge(body.key, text)
            return verdict, None if verdict.score == 1 else body.find_mistake(text)
        except NumberError as error:
            raise ResponseError("value", str(error)) from None

    def carried(self, body: BodyT, answer: NoAnswer, before: BodyT) -> NoAnswer:
        return answer

    def accepting(self, body: BodyT, answer: str) -> BodyT:
        """The answer is what an author would type as the key, with formulas of what is drawn."""
        return with_answer(body, answer)

    def is_key(self, body: BodyT, answer: object) -> bool:
        try:
            return body.shape.judge(body.key, _typed(answer)).score == 1
        except (NumberError, ResponseError):
            return False

    def check(self, body: BodyT, answer: NoAnswer) -> dict[str, object]:
        """The key and the mistakes in full, and how precise an answer has to be."""
        precision = body.precision
        return {
            "answer": body.key,
            "mistakes": [body.mistake_texts(place) for place in range(len(body.becauses))],
            "digits": None if precision.exact or precision.decimals is not None else precision.digits,
            "decimals": precision.decimals,
            "tolerance": body.tolerance.model_dump(exclude_none=True) if body.tolerance else None,
            "all_or_nothing": body.all_or_nothing,
        }

    def grading(self, body: BodyT, answer: NoAnswer) -> dict[str, object]:
        """Besides, the numbers of the key, and of each answer that is a mistake, with the errors they may have."""
        shape = body.shape
        mistakes = [[shape.data(text) for text in body.mistake_texts(place)] for place in range(len(body.becauses))]
        return {**super().grading(body, answer), "key": shape.data(body.key), "mistakes": mistakes}

    def expected(self, body: BodyT, answer: NoAnswer) -> list[ExpectedFeedback]:
        return said_to_mistakes("value", body.becauses)

    def reveal(self, body: BodyT, answer: NoAnswer) -> Revealed[EntriesResponse]:
        return Revealed({"value": body.shape.show(body.key)}, body.explanation, body.solution)

    def result_rows(
        self, prompt: EntriesPrompt, grade: ShownGrade[EntriesResponse], response: EntriesResponse
    ) -> list[TypesetRow]:
        answered, right = self._typeset(prompt, response.get("value", "")), self._typeset(prompt, grade["key"]["value"])
        return [
            {
                "answered": str(answered),
                "answered_latex": answered.latex,
                "right": str(right),
                "right_latex": right.latex,
                "correct": grade["correct"],
            }
        ]

    def _typeset(self, prompt: EntriesPrompt, response: object) -> Typeset:
        typed = _typed(response)
        return Typeset.of(typed, self.echo(typed, prompt["reading"]).latex if typed else "")

    def response_texts(self, prompt: EntriesPrompt, response: EntriesResponse) -> list[tuple[str, ...]]:
        return [(self._typeset(prompt, response["value"]),)]

    def keys(self, body: BodyT) -> list[str]:
        return [next(self._expected(body))[1]]

    def options(self, body: BodyT) -> list[Option]:
        texts = [text for _, text in self._expected(body)]
        return [Option(text, right=place == 0) for place, text in enumerate(texts)]

    def _expected(self, body: BodyT) -> Iterator[tuple[str, str]]:
        """The key and the mistakes: in a variant as they are shown, else as the author writes them."""
        for text in (body.key, *(body.mistake_texts(place)[0] for place in range(len(body.becauses)))):
            yield text, f"`{text}`" if body.drawing else f"${body.shape.latex(body.shape.show(text))}$"

    def picked(self, body: BodyT, answer: NoAnswer, response: EntriesResponse) -> list[str]:
        verdict, mistake = self._judge(body, response)
        options = self.options(body)
        if verdict.score == 1:
            return [options[0].text]
        return [OTHER if mistake is None else options[mistake + 1].text]

    def shown(self, body: BodyT) -> list[tuple[str, str]]:
        return [*super().shown(body), *((f"mistakes.{n}.because", text) for n, text in enumerate(body.becauses))]

    def answers(self, body: BodyT) -> list[str]:
        return [text for text, _ in self._expected(body)]

    def samples(self, body: BodyT, identity: str, first: int = 0) -> list[Sample]:
        def set_numbers(text: str) -> Typeset:
            shown = body.shape.show(text)
            return Typeset.of(shown, body.shape.latex(shown))

        mistakes = [
            SampleOption(set_numbers(body.mistake_texts(place)[0]), because=because)
            for place, because in enumerate(body.becauses)
        ]
        layout: Literal["mistakes"] = "mistakes"
        return [
            Sample(
                body.stem,
                body.explanation,
                body.solution,
                layout,
                mistakes,
                answer=set_numbers(body.key),
                hint=body.hint,
            )
        ]


def _typed(value: Any) -> str:
    """What was typed; lists of numbers as text. Raises ResponseError."""
    if isinstance(value, list):
        return f"[{', '.join(map(_typed, value))}]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    if not isinstance(value, str):
        raise ResponseError("value", "Send the numbers as text.")
    return value
