"""The protocol of a kind. A new kind is a class that implements it, listed in `KINDS`, with two templates.

These are `answers/<name>.html`, the fields of an answer, and `results/<name>.html`, the `result_rows` of a graded one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel

from questions.kinds.bodies import ItemBody
from questions.kinds.expected import ExpectedFeedback
from questions.kinds.fields import Section
from questions.kinds.grades import Feedback, Graded, ResponseT, Revealed, ShownGrade
from questions.kinds.gradings import Grading
from questions.kinds.opaque import Opaque, rank, sample_opaque
from questions.kinds.pairs import PairAnswer, PairTexts, Round
from questions.kinds.prompts import Prompt, Text
from questions.kinds.responses import Echo, FormFields
from questions.kinds.samples import Sample
from questions.kinds.self_marking import Back
from questions.kinds.steps import WorkedStep
from questions.kinds.typed_text import comparable
from questions.variants.audit import Audit
from questions.variants.engine import Number
from questions.variants.misconceptions import Misconception

__all__ = [
    "AnyKind",
    "Feedback",
    "Graded",
    "Kind",
    "Opaque",
    "Option",
    "Presented",
    "Prompt",
    "Revealed",
    "ShownGrade",
    "Text",
    "TypedRow",
    "rank",
    "sample_opaque",
]

BodyT = TypeVar("BodyT", bound=ItemBody)
PromptT = TypeVar("PromptT", bound=Prompt)
AnswerT = TypeVar("AnswerT", bound=Mapping[str, object])


@dataclass(frozen=True)
class Presented(Generic[PromptT, AnswerT]):
    """An item as it is asked: `prompt` is public; `answer` is private, and all that grading needs besides the body."""

    prompt: PromptT
    answer: AnswerT
    facets: tuple[str, ...] = ("",)
    guess_rate: float = 0.0
    """The probability of being right by chance."""


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


class Kind(ABC, Generic[BodyT, PromptT, AnswerT, ResponseT]):
    """A kind of item. What has a default here is overridden by the kinds that differ."""

    name: ClassVar[str]
    """Its name in documents, payloads and file names; at most 20 characters."""
    title: ClassVar[str]
    hint: ClassVar[str]
    """One sentence for authors who choose a kind."""
    body_type: ClassVar[type[ItemBody]]
    prompt_type: ClassVar[type]
    response_type: ClassVar[type]
    """The types of its prompts, responses and, below, of what `grading` returns, for the API's document."""
    part_type: ClassVar[type[BaseModel] | None] = None
    """What each part of a body has beside the fields of its own kind, where there are parts."""
    form: ClassVar[tuple[Section, ...]]
    """The author's form of the body."""
    sample_noun: ClassVar[str] = "samples"
    """What several presentations are called in the author's preview."""
    line_joint: ClassVar[str] = " → "
    """What stands between the texts of a line of an answer."""
    line_marks: ClassVar[Literal["points", "numbers", "none"]] = "points"
    """What stands before each of several lines: numbers for an order, nothing where they name themselves."""
    check_help: ClassVar[str] = ""
    """What `check` returns, for the API document."""
    grading_type: ClassVar[type] = Grading
    rule: ClassVar[str]
    """The name of the rule by which clients grade it alone; docs/api.md says each."""
    typical_guess_rate: ClassVar[float] = 0.0
    """Of a typical item, for planning; the real one is stored with each presentation."""
    has_variants: ClassVar[bool] = False
    """Whether each item of this kind has variants, by a template of its own; of others those that draw have."""
    has_pairs: ClassVar[bool] = False
    """Whether each pair of an item is its own card. Vivas ask these kinds; their prompts have `left` and `right`."""
    in_quick_check: ClassVar[bool] = True
    """Whether a lesson's quick check may ask it; not if it takes minutes."""
    has_one_key: ClassVar[bool] = False
    """Whether exactly one option is chosen: results then flag wrong options that nobody or nearly everybody chooses."""
    quotes_answers: ClassVar[bool] = False
    """Whether results quote unexpected answers as they were typed."""
    can_be_part: ClassVar[bool] = True
    """Whether an item may have a part of this kind."""
    fits_in_text: ClassVar[bool] = False
    """Whether its field may stand within a text, as `answers/in_text/<name>.html` draws it."""
    is_self_marked: ClassVar[bool] = False
    """Whether students mark their answers themselves, once `turn` has shown what is right."""
    is_marked_by_staff: ClassVar[bool] = False
    """Whether staff mark its answers in an exam, which asks it where a section names it."""
    is_self_rated: ClassVar[bool] = False
    """Whether they mark by a rating: all is seen by then, and the next question follows at once."""

    # Asking

    def facets(self, body: BodyT) -> list[str]:
        """The parts of an item that get a card each; [""] where the item is remembered as a whole."""
        return [""]

    def facet_of(self, answer: AnswerT) -> Mapping[str, str]:
        """Return which card each left side or part of a presentation is, by their ids: its facet; {} for a whole."""
        return {}

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
        """Make a presentation: draw from `seed` what varies, and give the options their ids by `opaque`.

        `focus` are facets that have to be asked; `pairs` is for kinds with pairs: how many to ask. Raises VariantError
        if the seed gives no valid variant: try another.
        """

    def arrange(self, prompt: PromptT, response: ResponseT) -> PromptT:
        """Return the prompt with its options in the order of a saved response; unchanged for kinds without an order."""
        return prompt

    def hints(self, body: BodyT, answer: AnswerT) -> list[str]:
        """Return the hints of a presentation, in the order in which they are shown (Markdown)."""
        return list(body.hints)

    def work(self, body: BodyT, answer: AnswerT) -> list[WorkedStep]:
        """Return the steps of the worked solution, with what was drawn; none where it is no list of steps."""
        return []

    # Answering

    @abstractmethod
    def from_form(self, form: FormFields) -> ResponseT:
        """Return the response in a submitted HTML form. Nothing is checked: `grade` refuses what is missing."""

    def final(self, response: object) -> object:
        """Return the response marked so that `grade` never sends it back to be corrected, as it does a near miss."""
        return response

    def finalised(self, body: BodyT, answer: AnswerT, response: object) -> object:
        """Return the response as `final`, with what cannot be read of its parts marked as that."""
        return self.final(response)

    def marked(self, response: object, points: Sequence[str]) -> object:
        """Return a response as staff mark it, with the points that it has. Raises ResponseError; else TypeError."""
        raise TypeError(f"{self.name} is not marked by staff.")

    def may_insist(self, message: str) -> bool:
        """Return whether a response that was refused with this message may be sent again unchanged, as final."""
        return False

    def turn(self, body: BodyT, answer: AnswerT, response: object) -> Back:
        """Return what is seen before an answer is marked. Raises ResponseError; TypeError for kinds that are graded."""
        raise TypeError(f"{self.name} is not marked by students.")

    @abstractmethod
    def grade(self, body: BodyT, answer: AnswerT, response: object) -> Graded:
        """Grade an untrusted response. Raises ResponseError."""

    def grade_part(
        self, body: BodyT, answer: AnswerT, part: str, responses: Mapping[str, object], *, final: bool = False
    ) -> Graded:
        """Grade one part of several by itself, `final` or not. Raises ResponseError, TypeError for other kinds."""
        raise TypeError(f"{self.name} has no parts.")

    def part_rows(self, prompt: PromptT, grades: Mapping[str, Any], responses: Mapping[str, Any]) -> Sequence[object]:
        """Return the rows of parts that are graded, which `grades` has by their ids; none for kinds without parts."""
        return []

    def grade_blank(self, body: BodyT, answer: AnswerT) -> Graded:
        """Return the grade of a question that was left blank in an exam."""
        return Graded(0.0, [], {"": 0.0})

    def echo(self, typed: str, reading: str) -> Echo:
        """Return how a text is read while it is typed, with what the prompt says of that: `reading`, or else `unit`."""
        return Echo()

    @abstractmethod
    def blank_response(self) -> ResponseT:
        """Return a response that answers nothing, for `result_rows`."""

    # Showing

    @abstractmethod
    def reveal(self, body: BodyT, answer: AnswerT) -> Revealed[ResponseT]:
        """Return the key, the explanation and the solution."""

    def check(self, body: BodyT, answer: AnswerT) -> dict[str, object] | None:
        """Return what a client needs to grade offline; None if comparing with the key is enough."""
        return None

    def grading(self, body: BodyT, answer: AnswerT) -> dict[str, object]:
        """Return the `rule` by which a client grades alone, with its data; it is not `final` where it says not all."""
        return {"rule": self.rule, "final": True, **(self.check(body, answer) or {})}

    def expected(self, body: BodyT, answer: AnswerT) -> list[ExpectedFeedback]:
        """Return what is said to answers that are expected, for a client that grades alone."""
        return []

    @abstractmethod
    def result_rows(self, prompt: PromptT, grade: ShownGrade[ResponseT], response: ResponseT) -> Sequence[object]:
        """Return the rows that `results/<name>.html` shows: options, what was answered, what is right."""

    @abstractmethod
    def response_texts(self, prompt: PromptT, response: ResponseT) -> list[tuple[str, ...]]:
        """Return what was answered, not whether it is right: for each line one text, or two that were matched.

        Texts of the prompt are in HTML; what was typed is as it was typed.
        """

    @abstractmethod
    def options(self, body: BodyT) -> list[Option]:
        """Return the expected answers, right and wrong; [] if there are too many to tell apart."""

    def keys(self, body: BodyT) -> list[str]:
        """Return the texts of the right answers among them."""
        return [option.text for option in self.options(body) if option.right]

    @abstractmethod
    def picked(self, body: BodyT, answer: AnswerT, response: ResponseT) -> list[str]:
        """Return the texts of the expected answers that a response stands for, or a text for what is none of them."""

    def shown(self, body: BodyT) -> list[tuple[str, str]]:
        """Return the texts of a body that students see (Markdown), each with its field."""
        hints = [(f"hints.{place}", hint) for place, hint in enumerate(body.hints)]
        return [("stem", body.stem), ("explanation", body.explanation), ("solution", body.solution or ""), *hints]

    def rivals(self, body: BodyT) -> list[list[tuple[str, str]]]:
        """Return groups of texts that stand beside each other and have to look different, each with its field."""
        return []

    def answers(self, body: BodyT) -> list[str]:
        """Return the texts that answer this item, right or wrong: typed elsewhere, they are no slips."""
        return [option.text for option in self.options(body)]

    def filled(self, body: BodyT, answer: AnswerT) -> BodyT:
        """Return the body as it was presented: the same, where its texts hold nothing that is drawn."""
        return body

    def pair_answer(self, answer: AnswerT, response: object) -> PairAnswer:
        """Return what was matched with what. Raises TypeError for kinds without pairs."""
        raise TypeError(f"{self.name} has no pairs.")

    def answer_name(self, body: BodyT) -> str | None:
        """Return the name by which formulas call the answer; None for answers that they do not call by one."""
        return None

    def uses(self, body: BodyT, name: str) -> bool:
        """Return whether the answer is computed from this name, and may follow the student's own value of it."""
        return False

    def own_value(self, body: BodyT, response: object) -> Number | None:
        """Return the number that a response says, for the parts that follow; None where it says none."""
        return None

    def follow(self, body: BodyT, answer: AnswerT, own: Mapping[str, Number]) -> AnswerT | None:
        """Return what would be right if these names had the student's own values; None where nothing would."""
        return None

    def pair_texts(self, body: BodyT, facet: str) -> PairTexts:
        """Return the pair of a facet. Raises KeyError for an unknown facet, TypeError for kinds without pairs."""
        raise TypeError(f"{self.name} has no pairs.")

    def is_key(self, body: BodyT, answer: object) -> bool:
        """Return whether an author's example gives the right answer: each of its texts is an option that is right."""
        keys = set(map(comparable, self.keys(body)))
        return all(comparable(str(text)) in keys for text in (answer if isinstance(answer, list) else [answer]))

    # Correcting

    def carried(self, body: BodyT, answer: AnswerT, before: BodyT) -> AnswerT | None:
        """Return what grading needs of a presentation that `before`, another version of the item, made: by this body.

        None where that cannot be told, since what was shown is not what this body asks.
        """
        return None

    def accepting(self, body: BodyT, answer: str) -> BodyT:
        """Return the body with this answer as a right one; whoever grades takes the better of both. Raises ValueError.

        An option is named by its text, or its place from 1; an answer to a part begins with the part's id and a colon.
        """
        raise ValueError(f"This kind of question ({self.title}) takes no other answer: publish a version that does.")

    # Authoring

    @abstractmethod
    def samples(self, body: BodyT, identity: str, first: int = 0) -> list[Sample]:
        """Return presentations for the author's preview, several from a seed on if they differ. Raises VariantError."""

    def audit(self, body: BodyT, identity: str, seeds: int, *, share: float = 1) -> Audit | None:
        """Draw and grade the variants of seeds 0 to `seeds` - 1, a `share` of dear ones; None for kinds without."""
        return None

    def unexpected(self, body: BodyT, answers: Sequence[tuple[Hashable, AnswerT, object]]) -> list[Misconception]:
        """Return mistakes that nobody expected and students share, from (student, what was asked, response)."""
        return []

    def defects(self, body: BodyT, answer: AnswerT) -> list[str]:
        """Return the defects that the audit finds in one stored variant."""
        return []

    def is_reproduced(self, body: BodyT, answer: AnswerT, *, seed: int, identity: str) -> bool:
        """Return whether the seed still gives the stored variant, bit for bit. Raises VariantError if it gives none."""
        return True


AnyKind = Kind[Any, Any, Any, Any]
"""Whichever kind an item is of: its documents are JSON here."""
