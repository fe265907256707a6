"""What every kind of item has in common: the shapes that go in and come out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

MAX_TEXT = 20_000
Opaque = Callable[[str], str]


LONGEST_RESPONSE = 20_000
"""Characters of JSON; the longest that a kind asks for are some thousand."""


class ResponseError(ValueError):
    """A response that cannot be read: it names its field and says what would be understood. It costs no attempt."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True)
class Presented:
    """An item as it is put: `prompt` is public; `answer` is private, and all that grading needs besides the body."""

    prompt: dict[str, Any]
    answer: dict[str, Any]
    facets: tuple[str, ...] = ("",)
    guess_rate: float = 0.0


@dataclass(frozen=True)
class Graded:
    """A response's score in [0, 1], what is said about it, and the score of each facet."""

    score: float
    feedback: list[dict[str, str]]
    facet_scores: dict[str, float]

    @property
    def correct(self) -> bool:
        """Whether the response is right in every part."""
        return self.score == 1


@dataclass(frozen=True)
class Revealed:
    """What is shown after an answer: the key in the shape of a response, the why, and the worked solution."""

    key: dict[str, Any]
    explanation: str
    solution: str | None


@dataclass(frozen=True)
class Option:
    """Something that can be answered, in the same words (Markdown) in every presentation."""

    text: str
    right: bool = False


class Strict(BaseModel):
    """A document in which an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ItemBody(Strict):
    """The fields of every kind."""

    stem: str = Field(min_length=1, max_length=MAX_TEXT, description="The question, in Markdown with $LaTeX$.")
    explanation: str = Field(min_length=1, max_length=MAX_TEXT, description="The why: argues for the key.")
    solution: str | None = Field(default=None, max_length=MAX_TEXT, description="The worked solution.")


class Kind(Protocol):
    """A module of this package."""

    KIND: str
    Body: type[Any]

    def present(self, body: Any, *, seed: int, identity: str, opaque: Opaque, focus: Sequence[str] = ()) -> Presented:
        """Put the item: draw what is to be drawn from `seed`, and name the options by `opaque`."""

    def grade(self, body: Any, answer: dict[str, Any], response: object) -> Graded:
        """Grade an untrusted response. Raises ResponseError."""

    def reveal(self, body: Any, answer: dict[str, Any]) -> Revealed:
        """The key and its explanation."""

    def options(self, body: Any) -> list[Option]:
        """What is expected to be answered, right and wrong, for statistics."""

    def picked(self, body: Any, answer: dict[str, Any], response: Any) -> list[str]:
        """The texts of the options that a response which could be graded amounts to, or words of its own."""

    def check(self, body: Any, answer: dict[str, Any]) -> dict[str, Any] | None:
        """What a client needs besides the key to grade by itself; None where the key is all."""


def no_check(body: Any, answer: dict[str, Any]) -> None:
    """For the kinds whose key says all: a response is right when it is the key."""


class Choice(Strict):
    """An option; a wrong one says which misconception it catches."""

    text: str = Field(min_length=1, max_length=2000)
    correct: bool = False
    because: str = Field(default="", max_length=2000)


def check_choices(choices: list[Choice]) -> None:
    """Raise ValueError unless the texts differ and each wrong choice has its `because`."""
    texts = [choice.text for choice in choices]
    repeated = sorted({text for text in texts if texts.count(text) > 1})
    if repeated:
        raise ValueError(f"The choice “{repeated[0]}” stands here twice.")
    for number, choice in enumerate(choices, start=1):
        if not choice.correct and not choice.because:
            raise ValueError(f"Choice {number} is wrong and needs a `because`: the misconception it catches.")


def present_choices(body: Any, opaque: Opaque) -> tuple[dict[str, Any], dict[str, int]]:
    """The public prompt of a choice item, and the private map of option ids to their places in the body."""
    ids = {opaque(f"choice:{place}"): place for place in range(len(body.choices))}
    shown = [{"id": key, "text": body.choices[ids[key]].text} for key in sorted(ids)]
    return {"stem": body.stem, "choices": shown}, ids


def choice_options(body: Any) -> list[Option]:
    """The choices, in the order of their author."""
    return [Option(choice.text, choice.correct) for choice in body.choices]


def advice(body: Any, picked: Iterable[tuple[str, int]]) -> list[dict[str, str]]:
    """What the picked choices say about themselves."""
    return [
        {"target": key, "message": body.choices[place].because} for key, place in picked if body.choices[place].because
    ]


def field_of(response: object, name: str, shape: str) -> Any:
    """The response's field `name`; raises ResponseError, showing the `shape` that is expected."""
    if not isinstance(response, dict) or name not in response:
        raise ResponseError(name, f"Send {shape}.")
    return response[name]


def storable(response: Any) -> None:
    """That a response is of a size, and of characters, that every database keeps. Raises ResponseError."""
    text = json.dumps(response, ensure_ascii=False)
    if len(text) > LONGEST_RESPONSE:
        raise ResponseError("response", f"This is too long: {LONGEST_RESPONSE} characters at most.")
    if "\\u0000" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ResponseError("response", "This has a character that cannot be read.")


def known_id(value: object, ids: dict[str, Any], field: str) -> str:
    """`value` where it is one of `ids`; raises ResponseError otherwise."""
    if not isinstance(value, str) or value not in ids:
        raise ResponseError(field, "This is not one of the options of this question.")
    return value


def rank(seed: int, identity: str, name: str) -> bytes:
    """A number that orders `name` among others, at random but for ever the same for the seed and the item."""
    return hashlib.blake2b(f"{seed}|{identity}|{name}".encode(), digest_size=16).digest()
