"""What the kinds of question with choices share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from questions.kinds.base import (
    Feedback,
    Kind,
    Opaque,
    Option,
    Presented,
    Prompt,
    ShownGrade,
    Text,
    sample_opaque,
)
from questions.kinds.bodies import ENGINE, ItemBody
from questions.kinds.carrying import match_places
from questions.kinds.fields import AFTER, STEM, WHAT_IS_DRAWN, Column, Rows, Section
from questions.kinds.pairs import Round
from questions.kinds.reasons import reasons_of
from questions.kinds.samples import Sample, SampleOption
from questions.kinds.strict import Strict
from questions.whole_numbers import read_whole_number


class Choice(Strict):
    """An option; a wrong one says which misconception it catches.

    Where numbers decide whether it is right, it is `correct_if` a formula of them holds.
    """

    text: str = Field(min_length=1, max_length=2000)
    correct: bool = False
    correct_if: str = Field(
        default="", max_length=500, description="A condition: in variants that meet it, it is right."
    )
    because: str = Field(default="", max_length=2000)

    @model_validator(mode="before")
    @classmethod
    def _settled(cls, document: object) -> object:
        """In a variant the condition has come out as 1 or 0; a choice that is right there has no `because`."""
        if not isinstance(document, Mapping) or document.get("correct_if") not in ("0", "1"):
            return document
        settled = {**document, "correct": document["correct_if"] == "1", "correct_if": ""}
        return {**settled, "because": ""} if settled["correct"] else settled


class ChoiceBody(ItemBody):
    """A question with choices."""

    choices: list[Choice]

    @model_validator(mode="after")
    def _decides(self) -> Self:
        for number, choice in enumerate(self.choices, start=1):
            if choice.correct_if and choice.correct:
                raise ValueError(f"Choice {number} is right always, or if its condition holds: say one of them.")
            if choice.correct_if and not self.draw:
                raise ValueError(f"The condition of choice {number} uses nothing that is drawn.")
        return self

    def texts(self) -> Iterator[tuple[str, str]]:
        """The conditions come out as 1 or 0, as texts with a number do."""
        for place, text in super().texts():
            yield place, f"{{({text}) != 0}}" if text and place.endswith(".correct_if") else text

    @property
    def draws_keys(self) -> bool:
        """Whether what is drawn decides which choices are right."""
        return any(choice.correct_if for choice in self.choices)


class ChoicePrompt(Prompt):
    """The choices, in the order of their ids."""

    choices: list[Text]


class ChoiceAnswer(TypedDict):
    """The place of each choice in the body, by its id."""

    ids: dict[str, int]


@dataclass(frozen=True)
class ChoiceRow:
    """A choice as a graded answer shows it: whether it was chosen, whether it is right, and why.

    Texts are HTML.
    """

    html: str
    chosen: bool
    key: bool
    said: str | None


BodyT = TypeVar("BodyT", bound=ChoiceBody)
ResponseT = TypeVar("ResponseT", bound=Mapping[str, object])


class ChoiceKind(Kind[BodyT, ChoicePrompt, ChoiceAnswer, ResponseT]):
    """A kind whose prompt is a list of choices in the order of their ids, which is new each time."""

    prompt_type = ChoicePrompt
    form = (
        Section(
            "Question",
            (
                STEM,
                Rows(
                    name="choices",
                    label="Choices",
                    add="Add a choice",
                    help_text="They are shuffled each time. Say which misconception each wrong choice catches.",
                    columns=(
                        Column("text", "Choice", "long"),
                        Column("correct", "Right", "check"),
                        Column("correct_if", "Or right if", "text", "slope > 0"),
                        Column(
                            "because", "Because", "long", "The misconception it catches; students who pick it are told"
                        ),
                    ),
                ),
            ),
        ),
        AFTER,
        WHAT_IS_DRAWN,
    )

    @abstractmethod
    def guess_rate(self, body: BodyT) -> float:
        """The probability of being right by chance."""

    @abstractmethod
    def chosen(self, response: ResponseT) -> list[str]:
        """The ids in a response, or in a key."""

    def present(
        self,
        body: BodyT,
        *,
        seed: int,
        identity: str,
        opaque: Opaque,
        focus: Sequence[str] = (),
        pairs: Round | None = None,
    ) -> Presented[ChoicePrompt, ChoiceAnswer]:
        ids = {opaque(f"choice:{place}"): place for place in range(len(body.choices))}
        shown: list[Text] = [{"id": key, "text": body.choices[ids[key]].text} for key in sorted(ids)]
        return Presented({"stem": body.stem, "choices": shown}, {"ids": ids}, guess_rate=self.guess_rate(body))

    def result_rows(self, prompt: ChoicePrompt, grade: ShownGrade[ResponseT], response: ResponseT) -> list[ChoiceRow]:
        chosen, keys = self.chosen(response), self.chosen(grade["key"])
        said = reasons_of(grade)
        return [
            ChoiceRow(choice["text_html"], choice["id"] in chosen, choice["id"] in keys, said.get(choice["id"]))
            for choice in prompt["choices"]
        ]

    def response_texts(self, prompt: ChoicePrompt, response: ResponseT) -> list[tuple[str, ...]]:
        html = {choice["id"]: choice["text_html"] for choice in prompt["choices"]}
        return [(html[choice],) for choice in self.chosen(response)] or [("nothing selected",)]

    def options(self, body: BodyT) -> list[Option]:
        return [Option(choice.text, choice.correct) for choice in body.choices]

    def shown(self, body: BodyT) -> list[tuple[str, str]]:
        becauses = [(f"choices.{place}.because", choice.because) for place, choice in enumerate(body.choices)]
        return [*super().shown(body), *self.rivals(body)[0], *becauses]

    def rivals(self, body: BodyT) -> list[list[tuple[str, str]]]:
        return [[(f"choices.{place}.text", choice.text) for place, choice in enumerate(body.choices)]]

    def picked(self, body: BodyT, answer: ChoiceAnswer, response: ResponseT) -> list[str]:
        return [body.choices[answer["ids"][choice]].text for choice in self.chosen(response)]

    def carried(self, body: BodyT, answer: ChoiceAnswer, before: BodyT) -> ChoiceAnswer | None:
        places = match_places(_texts(before), _texts(body))
        return {**answer, "ids": {key: places[place] for key, place in answer["ids"].items()}} if places else None

    def samples(self, body: BodyT, identity: str, first: int = 0) -> list[Sample]:
        presented = self.present(body, seed=0, identity=identity, opaque=sample_opaque(0))
        choices = [body.choices[presented.answer["ids"][choice["id"]]] for choice in presented.prompt["choices"]]
        options = [SampleOption(choice.text, choice.correct, because=choice.because) for choice in choices]
        return [Sample(body.stem, body.explanation, body.solution, "choices", options)]


def _texts(body: ChoiceBody) -> tuple[str, ...]:
    return tuple([choice.text for choice in body.choices])


def place_of(body: ChoiceBody, answer: str) -> int:
    """The place of the choice with this text, or with this number from 1. Raises ValueError."""
    texts = [choice.text for choice in body.choices]
    if answer.strip() in texts:
        return texts.index(answer.strip())
    number = read_whole_number(answer.strip(), 1, len(texts))
    if number is None:
        raise ValueError(f"There is no choice “{answer}”: write its text, or its number from 1 to {len(texts)}.")
    return number - 1


def with_choices(body: BodyT, choices: Sequence[Choice]) -> BodyT:
    """The body with other choices, compiled anew with their texts. Raises ValueError."""
    document = body.model_dump(exclude_defaults=True)
    document["choices"] = [choice.model_dump(exclude_defaults=True) for choice in choices]
    return type(body).model_validate(document, context={ENGINE: body.engine_version})


def check_choices(choices: Sequence[Choice]) -> None:
    """Raise ValueError unless the texts differ and each wrong choice has its `because`."""
    texts = [choice.text for choice in choices]
    repeated = sorted({text for text in texts if texts.count(text) > 1})
    if repeated:
        raise ValueError(f"The choice “{repeated[0]}” stands here twice.")
    for number, choice in enumerate(choices, start=1):
        if not choice.correct and not choice.because:
            raise ValueError(f"Choice {number} is wrong and needs a `because`: the misconception it catches.")


def misconceptions(body: ChoiceBody, answer: ChoiceAnswer, chosen: Iterable[str]) -> list[Feedback]:
    """The `because` of each chosen choice that has one."""
    texts = [(choice, body.choices[answer["ids"][choice]].because) for choice in chosen]
    return [{"target": choice, "message": because} for choice, because in texts if because]


def right_choices(body: ChoiceBody, answer: ChoiceAnswer) -> set[str]:
    """The ids of the right choices."""
    return {choice for choice, place in answer["ids"].items() if body.choices[place].correct}
