"""The body of an item with parts: each part is a small body of another kind, over what the whole item draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from questions.kinds.base import AnyKind
from questions.kinds.bodies import DRAWN, ENGINE, Example, ItemBody
from questions.kinds.places import PLACE
from questions.kinds.registry import KINDS
from questions.kinds.tables import read_values
from questions.variants.compiling import MAX_WORK, unused
from questions.variants.dollars import marked_in

OF_THE_ITEM = (DRAWN - {"few"}) | {"hints"}
"""Fields of a body that the parts of an item share."""
NOTHING = "–"
"""Stands in a part's body for a text that the part leaves out."""
TOO_DEAR = "The parts take too long together: a thousand variants of each are audited. Most of it is here."


def _as_list(follow: object) -> object:
    """`follow: a`, or `a, b`, is a list too."""
    return follow.replace(",", " ").split() if isinstance(follow, str) else follow


class Part(BaseModel):
    """One answer: its id, which names it for ever, its marks, and the fields of its kind."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=32)
    kind: str
    marks: float = Field(default=1, gt=0, le=100, allow_inf_nan=False)
    follow: Annotated[list[str], BeforeValidator(_as_list, json_schema_input_type=list[str] | str)] = Field(
        default=[], max_length=5, description="Earlier parts whose answers are taken as the student gave them."
    )
    _body: ItemBody = PrivateAttr()

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, part: object) -> object:
        """What a form leaves blank says nothing."""
        return {name: value for name, value in part.items() if value != ""} if isinstance(part, Mapping) else part

    @property
    def document(self) -> dict[str, object]:
        """The fields of the part's kind."""
        return self.__pydantic_extra__ or {}

    @property
    def body(self) -> ItemBody:
        """The body of the part's kind, which draws what the item draws."""
        return self._body

    @property
    def asker(self) -> AnyKind:
        """The part's kind."""
        return KINDS[self.kind]

    def read(self, shared: Mapping[str, object], engine: int) -> None:
        """Compile the part's body over what the item draws. Raises ValidationError."""
        self._body = self.compiled({"stem": NOTHING, "explanation": NOTHING, **self.document, **shared}, engine)
        document = self._body.model_dump(mode="json", exclude_defaults=True, exclude=OF_THE_ITEM)
        self.document.update({name: value for name, value in document.items() if value != NOTHING})

    def accepting(self, answer: str) -> Self:
        """The part with this answer as a right one. Raises ValueError."""
        part = self.model_copy()
        part._body = self.asker.accepting(self.body, answer)
        return part

    def compiled(self, document: Mapping[str, object], engine: int) -> ItemBody:
        """A body of the part's kind. Raises ValidationError."""
        return self.asker.body_type.model_validate(document, context={ENGINE: engine})


class Body(ItemBody):
    """The stem is shown above the parts; `[[id]]` in it is the place of a part that stands in the text."""

    unfilled: ClassVar[frozenset[str]] = ItemBody.unfilled | {"parts"}

    parts: list[Part] = Field(min_length=1, max_length=12)

    @field_validator("examples", mode="before")
    @classmethod
    def _answers_as_typed(cls, examples: object) -> object:
        """Answers of parts may be typed in one line, too: `mean = 3; spread = 2`."""
        if not isinstance(examples, list):
            return examples
        return [
            {**example, "answer": read_values(example["answer"])}
            if isinstance(example, Mapping) and isinstance(example.get("answer"), str) and "=" in example["answer"]
            else example
            for example in examples
        ]

    @model_validator(mode="after")
    def _read_parts(self) -> Self:
        shared = self.model_dump(include={"tables", "draw", "let", "where", "ban"}, exclude_defaults=True)
        problems = [
            problem for at, part in enumerate(self.parts) for problem in _read(at, part, shared, self.engine_version)
        ]
        problems = problems or [*_misplaced(self)] or [*_misled(self.parts), *_missing_examples(self)]
        if problems:
            raise ValidationError.from_exception_data("item", problems)
        return self

    def accepting(self, answer: str) -> Self:
        """The body with an answer as a right one, which begins with the part's id and a colon. Raises ValueError."""
        name, _, rest = answer.partition(":")
        place = next((place for place, part in enumerate(self.parts) if part.id == name.strip()), None)
        if place is None or not rest.strip():
            raise ValueError("Write the id of a part, a colon, and the answer: a: 0.5")
        parts = list(self.parts)
        parts[place] = parts[place].accepting(rest.strip())
        return self.model_copy(update={"parts": parts})

    def places(self) -> list[str]:
        """The ids of the parts that stand in the text, in its order."""
        return PLACE.findall(self.stem)

    def audited(self, part: Part) -> ItemBody:
        """The body that the gate of a part's kind is to pass: with all that a student sees beside the part."""
        stems = [self.stem, *(str(each.document["stem"]) for each in self.parts if "stem" in each.document)]
        document = {
            **part.body.model_dump(exclude_defaults=True),
            "stem": "\n\n".join(stems),
            "explanation": "\n\n".join([self.explanation, *self.hints, part.body.explanation]),
            "solution": "\n\n".join(text for text in (self.solution, part.body.solution) if text) or None,
            "cases": self.cases,
            "examples": [example for each in self.examples if (example := _example_of(part, each))],
        }
        return part.compiled(document, self.engine_version)

    def unused(self) -> list[str]:
        """What neither the texts of the item nor any part uses."""
        drawings = [drawing for each in (self, *(part.body for part in self.parts)) if (drawing := each.drawing)]
        nowhere = [set(unused(drawing)) for drawing in drawings]
        return [place for place in (unused(drawings[0]) if drawings else []) if all(place in each for each in nowhere)]


def _read(at: int, part: Part, shared: Mapping[str, object], engine: int) -> Iterator[InitErrorDetails]:
    """Read a part; yield what is wrong with it."""
    if part.kind not in KINDS or not KINDS[part.kind].can_be_part:
        names = ", ".join(name for name, kind in KINDS.items() if kind.can_be_part)
        yield _wrong(f"“{part.kind}” is no kind of a part. Kinds: {names}.", at, "kind")
        return
    if common := sorted(OF_THE_ITEM & part.document.keys()):
        yield _wrong(f"The parts share `{common[0]}`: write it at the top of the item.", at, common[0])
        return
    try:
        part.read(shared, engine)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            message = PydanticCustomError(detail["type"], "{message}", {"message": detail["msg"]})
            yield InitErrorDetails(type=message, loc=("parts", at, *detail["loc"]), input=None)


def _misplaced(body: Body) -> Iterator[InitErrorDetails]:
    """Ids that stand twice, parts without a place or with two, and places without a part."""
    ids, places = [part.id for part in body.parts], body.places()
    in_formula = {
        name
        for mark in marked_in(body.stem)
        if mark.kind == "math"
        for name in PLACE.findall(body.stem[mark.start : mark.end])
    }
    for name in sorted(set(places)):
        if name not in ids:
            yield _wrong(f"There is no part “{name}” for [[{name}]].", field="stem")
        elif places.count(name) > 1:
            yield _wrong(f"[[{name}]] stands in the text twice.", field="stem")
        elif name in in_formula:
            yield _wrong(f"[[{name}]] cannot stand in a formula: end the formula before it.", field="stem")
    for at, part in enumerate(body.parts):
        has_stem = "stem" in part.document
        if part.id in ids[:at]:
            yield _wrong(f"The part “{part.id}” stands here twice.", at, "id")
        elif part.id not in places and not has_stem:
            yield _wrong(f"The part has no place: write [[{part.id}]] in the item's stem, or give it a stem.", at)
        elif part.id in places and has_stem:
            yield _wrong(f"The part stands in the text, by [[{part.id}]]: it has no stem of its own.", at, "stem")
        elif part.id in places and not part.asker.fits_in_text:
            yield _wrong(f"A part of the kind {part.kind} does not fit in a text: give it a stem.", at, "kind")
        elif part.id in places and _has_formulas(part):
            yield _wrong("A list in a text shows no formulas: give the part a stem.", at)


def _has_formulas(part: Part) -> bool:
    """Whether the part's options hold formulas."""
    options = [text for group in part.asker.rivals(part.body) for _, text in group]
    return any(mark.kind == "math" for text in options for mark in marked_in(text))


def _misled(parts: Sequence[Part]) -> Iterator[InitErrorDetails]:
    """Parts that follow what they cannot; and all parts together where their audit takes too long."""
    by_id = {part.id: at for at, part in enumerate(parts)}
    for at, part in enumerate(parts):
        for name in part.follow:
            if message := _cannot_follow(part, at, name, parts, by_id):
                yield _wrong(message, at, "follow")
    work = [part.body.drawing.work if part.body.drawing else 0 for part in parts]
    if sum(work) > MAX_WORK:
        yield _wrong(TOO_DEAR, work.index(max(work)))


def _cannot_follow(part: Part, at: int, name: str, parts: Sequence[Part], by_id: Mapping[str, int]) -> str:
    if name not in by_id:
        return f"There is no part “{name}”."
    if by_id[name] >= at:
        return f"A part follows an earlier one, and “{name}” is {'the same' if by_id[name] == at else 'a later one'}."
    earlier = parts[by_id[name]]
    called = earlier.asker.answer_name(earlier.body)
    if called is None:
        return f"The answer of “{name}” has no name: compute it under `let`, and let the name be its answer."
    if not part.asker.uses(part.body, called):
        return f"Its answer is not computed from “{called}”, the answer of “{name}”."
    return ""


def _missing_examples(body: Body) -> Iterator[InitErrorDetails]:
    for at, example in enumerate(body.examples):
        unknown = sorted(_answers(example).keys() - {part.id for part in body.parts})
        if unknown or not _answers(example):
            message = f"There is no part “{unknown[0]}”." if unknown else "Give the answer of each part by its id."
            yield InitErrorDetails(type=_custom(message), loc=("examples", at, "answer"), input=None)


def _answers(example: Example) -> Mapping[str, object]:
    return example.answer if isinstance(example.answer, Mapping) else {}


def _example_of(part: Part, example: Example) -> dict[str, object] | None:
    """The example as one of a part; None where it says nothing of the part."""
    answers = _answers(example)
    return {"given": example.given, "answer": answers[part.id]} if part.id in answers else None


def _wrong(message: str, at: int | None = None, field: str = "") -> InitErrorDetails:
    """A problem of the part at a place, or of a field of the item."""
    loc: tuple[str | int, ...] = () if at is None else ("parts", at)
    return InitErrorDetails(type=_custom(message), loc=(*loc, field) if field else loc, input=None)


def _custom(message: str) -> PydanticCustomError:
    return PydanticCustomError("part", "{message}", {"message": message})
