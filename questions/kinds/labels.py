"""Labels on a picture: matching whose left sides are numbered places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NotRequired, Self

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from questions.kinds import pair_bodies
from questions.kinds.base import Opaque, Presented, ShownGrade, Text
from questions.kinds.fields import AFTER, STEM, WHAT_IS_DRAWN, Column, Line, Rows, Section
from questions.kinds.matching import DISTRACTORS, ROUND, PairRow, PairsAnswer, PairsKind, PairsPrompt
from questions.kinds.pairs import PairsResponse, Round
from questions.kinds.samples import Sample, SampleFigure, Spot

PICTURE = re.compile(r"!\[([^\[\]]*)\]\((media/[^\s()]+)\)")
SIZE = re.compile(r"-(\d{1,5})x(\d{1,5})-[0-9a-f]{32}\.\w{1,9}$")
"""The end of a picture's address: its width and height in pixels."""
APART = 0.02
"""Of the picture's width and height: places that are nearer to each other in both cannot be told apart."""
TELLING = 3
"""Letters of a name from which on a place whose words have it gives it away; the label R may stand “at the right”."""


class Place(pair_bodies.Pair):
    """A place on the picture, what is there in words that do not give its name away (`left`), and its name (`right`).

    `x` is the share of the picture's width from its left, `y` of its height from its top.
    """

    x: float = Field(ge=0, le=1, allow_inf_nan=False)
    y: float = Field(ge=0, le=1, allow_inf_nan=False)


class Body(pair_bodies.Body):
    """Several places may have the same name."""

    image: str = Field(max_length=2000, description="The picture: `![what it shows](media/…)`.")
    pairs: list[Place] = Field(min_length=2, max_length=12)  # type: ignore[assignment]  # pydantic narrows fields

    @model_validator(mode="after")
    def _is_on_picture(self) -> Self:
        if not PICTURE.fullmatch(self.image):
            raise ValueError("Place one picture by `image`, and nothing else there: ![what it shows](media/…).")
        for one, other in combinations(self.pairs, 2):
            if abs(one.x - other.x) < APART and abs(one.y - other.y) < APART:
                raise ValueError(f"The places “{one.id}” and “{other.id}” lie on each other: move one of them.")
        for place in self.pairs:
            if len(place.right) >= TELLING and f" {_words(place.right)} " in f" {_words(place.left)} ":
                raise ValueError(f"The words for the place “{place.id}” give its name away: {place.right}.")
        return self


class Figure(TypedDict):
    """A picture of a prompt, with words for who cannot see it, and its size in pixels."""

    id: str
    url: str
    alt: str
    width: NotRequired[int]
    height: NotRequired[int]


class PlaceText(Text):
    """A place: its number is that of its entry."""

    x: float
    y: float


class LabelsPrompt(PairsPrompt):
    """The picture, and its places in the author's order."""

    figures: list[Figure]


class PutPrompt(LabelsPrompt):
    """The same as it is documented: each place on the left is a text with its spot on the picture."""

    left: list[PlaceText]  # type: ignore[misc]  # narrower than those of other pairs


@dataclass(frozen=True)
class PlaceRow(PairRow):
    """A place as a graded answer shows it."""

    x: float = 0
    y: float = 0


class Labels(PairsKind[Body]):
    """Graded as pairs are: the score is right names / places."""

    name = "labels"
    title = "Labels on a picture"
    hint = "Numbered places on a picture, each to be named, and remembered on its own."
    body_type = Body
    prompt_type = PutPrompt
    line_marks = "numbers"
    form = (
        Section(
            "Question",
            (
                STEM,
                Line(
                    name="image",
                    label="Picture",
                    is_picture=True,
                    placeholder="![what it shows](media/…)",
                    help_text="Upload it under Pictures, and choose it here; in the brackets describe it in words.",
                ),
                Rows(
                    name="pairs",
                    label="Places",
                    add="Add a place",
                    picture="image",
                    help_text=(
                        "Click on the picture, or drag a number; the arrow keys move it, too. Each place is remembered"
                        " on its own, under its id. X and Y are shares of width and height, 0.25 for a quarter."
                    ),
                    columns=(
                        Column("id", "Id", "text", "aorta"),
                        Column("right", "Name", "text", "Aorta"),
                        Column("x", "X", "number", "0.5"),
                        Column("y", "Y", "number", "0.5"),
                        Column("left", "Where, in words that do not say its name", "long", "the arch on top"),
                        Column("because", "Because", "long", "How to tell that it is this"),
                    ),
                ),
                DISTRACTORS,
                ROUND,
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
    ) -> Presented[PairsPrompt, PairsAnswer]:
        presented = super().present(body, seed=seed, identity=identity, opaque=opaque, focus=focus, pairs=pairs)
        ids = {facet: left for left, facet in presented.answer["facets"].items()}
        left: list[Text] = [
            PlaceText(id=ids[place.id], text=place.left, x=place.x, y=place.y)
            for place in body.pairs
            if place.id in ids
        ]
        prompt: LabelsPrompt = {
            "stem": body.stem,
            "figures": [_figure(body, opaque("image"))],
            "left": left,
            "right": presented.prompt["right"],
        }
        return Presented(prompt, presented.answer, presented.facets, presented.guess_rate)

    def result_rows(
        self, prompt: PairsPrompt, grade: ShownGrade[PairsResponse], response: PairsResponse
    ) -> list[PairRow]:
        rows = super().result_rows(prompt, grade, response)
        places: dict[str, PlaceText] = {entry["id"]: entry for entry in prompt["left"]}  # type: ignore[misc]
        return [PlaceRow(**vars(row), x=places[row.id]["x"], y=places[row.id]["y"]) for row in rows]

    def shown(self, body: Body) -> list[tuple[str, str]]:
        return [*super().shown(body), ("image", body.image)]

    def sample(self, body: Body, seed: int, identity: str) -> Sample:
        figure = _figure(body, "")
        sample = super().sample(body, seed, identity)
        at = {place.left: Spot(place.x, place.y) for place in body.pairs}
        return replace(
            sample,
            figure=SampleFigure(figure["url"], figure["alt"], [at[option.text] for option in sample.options]),
        )


def _figure(body: Body, key: str) -> Figure:
    """The picture of a body, which is one."""
    match = PICTURE.fullmatch(body.image)
    assert match
    figure: Figure = {"id": key, "url": f"/{match[2]}", "alt": match[1]}
    if size := SIZE.search(match[2]):
        figure |= {"width": int(size[1]), "height": int(size[2])}
    return figure


def _words(text: str) -> str:
    """The words of a text alone, with single spaces between."""
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())
