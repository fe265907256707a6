"""What every kind of item offers. A new kind is a class that fills this in, and a pair of templates named after it.

The templates are `answers/<name>.html`, with the fields of an answer, and `results/<name>.html`, which shows the
`result_rows` of a graded one.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, NotRequired, TypedDict, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from questions.kinds.fields import Section
from questions.kinds.responses import FormFields
from questions.variants.audit import Audit

MAX_TEXT = 20_000
Opaque = Callable[[str], str]
"""Gives a name of the body, such as `choice:2`, the id by which a presentation knows it."""


class Strict(BaseModel):
    """A document in which an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ItemBody(Strict):
    """The fields of every kind."""

    stem: str = Field(min_length=1, max_length=MAX_TEXT, description="The question, in Markdown with $LaTeX$.")
    explanation: str = Field(min_length=1, max_length=MAX_TEXT, description="The why: argues for the key.")
    solution: str | None = Field(default=None, max_length=MAX_TEXT, description="The worked solution.")


class Prompt(TypedDict):
    """What every prompt holds; each kind adds its own."""

    stem: str


class Text(TypedDict):
    """A text of a prompt with its opaque id, in Markdown and, once it is to be shown, in HTML."""

    id: str
    text: str
    text_html: NotRequired[str]


class Feedback(TypedDict):
    """What is said about a part of a response: the id of an option, or the name of a field."""

    target: str
    message: str
    message_html: NotRequired[str]


BodyT = TypeVar("BodyT", bound=ItemBody)
PromptT = TypeVar("PromptT", bound=Prompt)
AnswerT = TypeVar("AnswerT", bound=Mapping[str, object])
ResponseT = TypeVar("ResponseT", bound=Mapping[str, object])


class ShownGrade(TypedDict, Generic[ResponseT]):
    """A grade as it is shown: its `key` in the shape of a response, its feedback with HTML."""

    score: float
    correct: bool
    key: ResponseT
    feedback: list[Feedback]


@dataclass(frozen=True)
class Presented(Generic[PromptT, AnswerT]):
    """An item as it is put: `prompt` is public; `answer` is private, and all that grading needs besides the body."""

    prompt: PromptT
    answer: AnswerT
    facets: tuple[str, ...] = ("",)
    guess_rate: float = 0.0
    """The probability of being right by chance."""


@dataclass(frozen=True)
class Graded:
    """A response's score in [0, 1], what is said about it, and the score of each facet."""

    score: float
    feedback: list[Feedback]
    facet_scores: dict[str, float]

    @property
    def correct(self) -> bool:
        """Whether the response is right in every part."""
        return self.score == 1


@dataclass(frozen=True)
class Revealed(Generic[ResponseT]):
    """What is shown after an answer: the key in the shape of a response, the why, and the worked solution."""

    key: ResponseT
    explanation: str
    solution: str | None


@dataclass(frozen=True)
class Option:
    """Something that can be answered, in the same words (Markdown) in every presentation."""

    text: str
    right: bool = False


@dataclass(frozen=True)
class TypedRow:
    """A typed answer as a graded one shows it: what was typed, and the key."""

    answered: str | float
    right: str | float
    correct: bool


@dataclass(frozen=True)
class Round:
    """How many pairs and distractors a presentation of pairs holds, and which distractors come first (by text)."""

    size: int
    distractors: int
    preferred: Sequence[str] = ()


@dataclass(frozen=True)
class PairAnswer:
    """An answer to pairs, by ids that are new in each presentation.

    `matched` and `key` are right ids by left id; `facets` names the pair of a left id, `texts` the text of a right id.
    """

    matched: Mapping[str, str]
    key: Mapping[str, str]
    facets: Mapping[str, str]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class PairTexts:
    """Both sides of a pair in Markdown, and why they belong together ("" where the item gives no reason)."""

    left: str
    right: str
    because: str


@dataclass(frozen=True)
class SampleOption:
    """An option as its author sees it; `partner` is what belongs to it."""

    text: str
    right: bool = False
    partner: str = ""
    because: str = ""


@dataclass(frozen=True)
class Sample:
    """A presentation as its author sees it, with its key."""

    stem: str
    explanation: str
    solution: str | None
    layout: Literal["choices", "pairs", "steps", "mistakes"]
    """How the options are drawn: ticked or not, in a table with their partners, numbered, or as wrong answers."""
    options: Sequence[SampleOption] = ()
    spare: Sequence[SampleOption] = ()
    """Partners that belong to no option."""
    answer: str = ""
    """The key, where it is typed; `hint` is its unit and precision."""
    hint: str = ""


class Kind(ABC, Generic[BodyT, PromptT, AnswerT, ResponseT]):
    """A kind of item: the types of its body, of its prompt, of what grading needs, and of a response.

    What has a default here is overridden by the kinds that differ.
    """

    name: ClassVar[str]
    """Its name in documents, payloads and file names; at most 20 characters."""
    title: ClassVar[str]
    hint: ClassVar[str]
    """For authors who choose a kind: one sentence."""
    body_type: ClassVar[type[ItemBody]]
    form: ClassVar[tuple[Section, ...]]
    """The author's form of the body."""
    sample_noun: ClassVar[str] = "samples"
    """What several presentations are called in the author's preview."""
    check_help: ClassVar[str] = ""
    """For the API document: what `check` gives, if anything."""
    typical_guess_rate: ClassVar[float] = 0.0
    """Of a typical item, for planning; the real one is stored with each presentation."""
    has_variants: ClassVar[bool] = False
    """Whether numbers are drawn: each presentation may be broken, and an audit has to pass before publication."""
    has_pairs: ClassVar[bool] = False
    """Whether an item is pairs that are cards of their own, of which vivas are made. Prompts then have a `left` and a
    `right` side."""
    in_quick_check: ClassVar[bool] = True
    """Whether a lesson's quick check may ask it: not what takes minutes."""
    has_one_key: ClassVar[bool] = False
    """Whether one of its options is chosen: statistics then look for wrong ones that tempt too much or nobody."""
    quotes_answers: ClassVar[bool] = False
    """Whether statistics show wrong answers that no option stands for as they were typed."""

    # Asking

    def facets(self, body: BodyT) -> list[str]:
        """What of an item is remembered on its own: "" for the item as a whole."""
        return [""]

    @abstractmethod
    def present(
        self,
        body: BodyT,
        *,
        seed: int,
        identity: str,
        opaque: Opaque,
        focus: Sequence[str] = (),
        pairs: Round | None = None,
    ) -> Presented[PromptT, AnswerT]:
        """Put the item: draw what is to be drawn from `seed`, and name the options by `opaque`.

        `focus` are facets that have to be asked. Kinds with pairs put as many as `pairs` says. Raises VariantError
        where the seed gives no valid variant: another seed will do.
        """

    def arrange(self, prompt: PromptT, response: ResponseT) -> PromptT:
        """The prompt as it looks with an unfinished or saved response: for kinds whose response is an order."""
        return prompt

    # Answering

    @abstractmethod
    def from_form(self, form: FormFields) -> ResponseT:
        """The response that a submitted HTML form holds; what is missing is for `grade` to refuse."""

    def final(self, response: object) -> object:
        """The response as one that is to be graded as it stands, with nothing sent back to be mended."""
        return response

    def may_insist(self, response: ResponseT) -> bool:
        """Whether a response that was refused may be sent again unchanged, as a final one."""
        return False

    @abstractmethod
    def grade(self, body: BodyT, answer: AnswerT, response: object) -> Graded:
        """Grade an untrusted response. Raises ResponseError."""

    def grade_blank(self, body: BodyT, answer: AnswerT) -> Graded:
        """The grade of a question that was left open in an exam."""
        return Graded(0.0, [], {"": 0.0})

    @abstractmethod
    def blank_response(self) -> ResponseT:
        """A response that answers nothing, for `result_rows`."""

    # Showing

    @abstractmethod
    def reveal(self, body: BodyT, answer: AnswerT) -> Revealed[ResponseT]:
        """The key and its explanation."""

    def check(self, body: BodyT, answer: AnswerT) -> dict[str, object] | None:
        """What a client needs to grade offline besides the key; None if comparing with the key is enough."""
        return None

    @abstractmethod
    def result_rows(self, prompt: PromptT, grade: ShownGrade[ResponseT], response: ResponseT) -> Sequence[object]:
        """The rows of `results/<name>.html`: the options, what was answered, and what is right."""

    @abstractmethod
    def response_texts(self, prompt: PromptT, response: ResponseT) -> list[tuple[str, ...]]:
        """What was answered, with no word on whether it is right: a text a line, or two that were matched.

        Texts of the prompt are in HTML; what was typed is as it was typed.
        """

    # Statistics

    @abstractmethod
    def options(self, body: BodyT) -> list[Option]:
        """What is expected to be answered, right and wrong; [] where there is too much to tell apart."""

    @abstractmethod
    def picked(self, body: BodyT, answer: AnswerT, response: ResponseT) -> list[str]:
        """The texts of the options that a gradable response amounts to, or words for what is none of them."""

    # Pairs: for kinds that have them

    def pair_answer(self, answer: AnswerT, response: object) -> PairAnswer:
        """What was matched with what. Raises TypeError for kinds without pairs."""
        raise TypeError(f"{self.name} has no pairs.")

    def pair_texts(self, body: BodyT, facet: str) -> PairTexts:
        """The pair of this facet. Raises TypeError for kinds without pairs, KeyError for a facet that is none."""
        raise TypeError(f"{self.name} has no pairs.")

    # Authoring

    @abstractmethod
    def samples(self, body: BodyT, identity: str) -> list[Sample]:
        """A few presentations for the author: one, unless they differ. Raises VariantError where there is none."""

    def audit(self, body: BodyT, identity: str, seeds: int) -> Audit | None:
        """Draw and grade the variants of the seeds 0 … `seeds`-1; None for kinds without variants."""
        return None

    def defects(self, body: BodyT, answer: AnswerT) -> list[str]:
        """What the audit says of one stored variant; [] where it is valid."""
        return []

    def is_reproduced(self, body: BodyT, answer: AnswerT, *, seed: int, identity: str) -> bool:
        """Whether the seed still gives the stored variant, bit for bit. Raises VariantError where it gives none."""
        return True


AnyKind = Kind[Any, Any, Any, Any]
"""Whichever kind an item is of: its documents are JSON here."""


def rank(seed: int, identity: str, name: str) -> bytes:
    """A number that orders `name` among others, at random but for ever the same for the seed and the item."""
    return hashlib.blake2b(f"{seed}|{identity}|{name}".encode(), digest_size=16).digest()


def sample_opaque(seed: int) -> Opaque:
    """Opaque ids for presentations that are shown to their author and not stored."""
    return lambda name: hashlib.blake2b(f"{seed}|{name}".encode(), digest_size=8).hexdigest()
