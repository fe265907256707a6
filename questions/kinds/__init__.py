"""The kinds of item: one module each, with its body, its prompt and its grading."""

from typing import Any, cast

from pydantic import BaseModel

from questions.kinds import matching, multiple_select, numeric, ordering, short_text, single_choice
from questions.kinds.base import Kind

KINDS: dict[str, Kind] = {
    module.KIND: cast(Kind, module)
    for module in (single_choice, multiple_select, numeric, matching, ordering, short_text)
}


def get(kind: str) -> Kind:
    """The module of a kind; KeyError for a name that is none."""
    return KINDS[kind]


def parse(kind: str, document: object) -> BaseModel:
    """The body of `kind` in a JSON document; raises pydantic.ValidationError, which names each wrong field."""
    body: BaseModel = get(kind).Body.model_validate(document)
    return body


def facets(kind: str, body: Any) -> list[str]:
    """What of an item is remembered on its own: the pairs of a match set; else the item as a whole."""
    return [pair.id for pair in body.pairs] if kind == matching.KIND else [""]
