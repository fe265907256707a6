"""A word, a phrase or a line of output, typed."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from questions.kinds.base import (
    Graded,
    ItemBody,
    Opaque,
    Option,
    Presented,
    ResponseError,
    Revealed,
    Strict,
    field_of,
)

KIND = "short_text"
MAX_ANSWER = 200

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_QUOTES = {**dict.fromkeys(map(ord, "‘’‚‛′`"), "'"), **dict.fromkeys(map(ord, "“”„‟″"), '"')}
_LITERAL = re.compile(r"[A-Za-z0-9 \-_,'=/]")


class Mistake(Strict):
    """A wrong answer that is expected, and what to say to it."""

    text: str = Field(min_length=1, max_length=MAX_ANSWER)
    because: str = Field(min_length=1, max_length=2000)


class Body(ItemBody):
    """Answers are compared after normalisation: Unicode NFKC, dashes, quotes, case and spacing."""

    accept: list[str] = Field(min_length=1, max_length=20)
    pattern: str | None = Field(
        default=None,
        max_length=200,
        description="Words with alternatives and optional parts: `(adamw|adam w)( optimi(s|z)er)?`.",
    )
    mistakes: list[Mistake] = Field(default=[], max_length=12)
    spacing: Literal["collapse", "ignore"] = "collapse"
    case: Literal["ignore", "exact"] = "ignore"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        accepted = {normalise(self, text) for text in self.accept}
        if "" in accepted:
            raise ValueError("An accepted answer is empty.")
        for mistake in self.mistakes:
            if normalise(self, mistake.text) in accepted:
                raise ValueError(f"The mistake “{mistake.text}” is an accepted answer.")
        if self.pattern is not None:
            compile_pattern(self.pattern)
        return self


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of words, groups, alternatives and `?`: nothing in it repeats, so that matching cannot run away.

    Raises ValueError on anything else.
    """
    bare = re.sub(r"\((?!\?)|\)\??|\||(?<=[A-Za-z0-9 ])\?|\\[.()\[\]+*?]", "", pattern)
    if not all(_LITERAL.fullmatch(char) for char in bare):
        raise ValueError("A pattern has letters, spaces, groups ( ), alternatives | and optional parts ? only.")
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"The pattern cannot be read: {error}.") from None


def normalise(body: Body, text: str) -> str:
    """The form in which answers are compared."""
    text = unicodedata.normalize("NFKC", text).translate(_DASHES).translate(_QUOTES)
    text = " ".join(text.split())
    if body.spacing == "ignore":
        text = text.replace(" ", "")
    return text if body.case == "exact" else text.casefold().strip(" .!\"'")


def present(body: Body, *, seed: int, identity: str, opaque: Opaque, focus: Sequence[str] = ()) -> Presented:
    """The stem alone."""
    return Presented({"stem": body.stem}, {})


def grade(body: Body, answer: dict[str, Any], response: object) -> Graded:
    """`{"text": "…"}`: 1 or 0. A near miss in spelling is sent back, once: with `"final": true` it is graded."""
    text = field_of(response, "text", '{"text": "…"}')
    if not isinstance(text, str) or not text.strip():
        raise ResponseError("text", "Type an answer.")
    if len(text) > MAX_ANSWER:
        raise ResponseError("text", f"Use at most {MAX_ANSWER} characters.")
    given = normalise(body, text)
    accepted = [normalise(body, each) for each in body.accept]
    if given in accepted or (body.pattern and compile_pattern(body.pattern).fullmatch(given)):
        return Graded(1.0, [], {"": 1.0})
    for mistake in body.mistakes:
        if normalise(body, mistake.text) == given:
            return Graded(0.0, [{"target": "text", "message": mistake.because}], {"": 0.0})
    final = isinstance(response, dict) and response.get("final") is True
    if not final and any(_nearly(given, each) for each in accepted):
        raise ResponseError("text", "Nearly. Check the spelling.")
    return Graded(0.0, [], {"": 0.0})


def check(body: Body, answer: dict[str, Any]) -> dict[str, Any]:
    """What is accepted, and how it is compared."""
    return {"accept": body.accept, "pattern": body.pattern, "case": body.case, "spacing": body.spacing}


def reveal(body: Body, answer: dict[str, Any]) -> Revealed:
    """The first accepted answer."""
    return Revealed({"text": body.accept[0]}, body.explanation, body.solution)


def _nearly(given: str, accepted: str) -> bool:
    """A slip of the keyboard: one letter in four, two in eight; digits and signs have to be right."""
    if re.sub(r"[^\d.+\-*/=<>]", "", given) != re.sub(r"[^\d.+\-*/=<>]", "", accepted):
        return False
    allowed = 2 if len(accepted) >= 8 else 1 if len(accepted) >= 4 else 0
    return abs(len(given) - len(accepted)) <= allowed and _distance(given, accepted) <= allowed


def _distance(a: str, b: str) -> int:
    """The optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        current = [i]
        for j, y in enumerate(b, start=1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, row = row, current
    return row[-1]


def options(body: Body) -> list[Option]:
    """The first accepted answer, and the expected mistakes."""
    return [Option(body.accept[0], right=True), *(Option(mistake.text) for mistake in body.mistakes)]


def picked(body: Body, answer: dict[str, Any], response: dict[str, Any]) -> list[str]:
    """The option, or what was typed, as it is compared."""
    if grade(body, answer, {**response, "final": True}).correct:
        return [body.accept[0]]
    given = normalise(body, response["text"])
    return [next((each.text for each in body.mistakes if normalise(body, each.text) == given), given)]
