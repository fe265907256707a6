"""Payload types become components of the OpenAPI document, in the dialect of version 3.0."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

import pytest
from django.test import Client
from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from examprep.openapi import to_openapi


class Inner(TypedDict):
    """What is inside."""

    n: int


class OuterPayload(TypedDict):
    title: Annotated[str, Field(description="Words.")]
    share: Annotated[float, Field(ge=0, le=1)]
    inner: Inner | None
    many: NotRequired[list[Inner]]
    kind: Literal["a", "b"] | None
    anything: object


def test_a_typed_dict_is_an_object_with_its_docstrings_and_constraints() -> None:
    schema = to_openapi(TypeAdapter(OuterPayload).json_schema(ref_template="#/components/schemas/{model}"))
    assert schema.pop("$defs")
    assert schema == {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "Words."},
            "share": {"type": "number", "format": "double", "minimum": 0, "maximum": 1},
            "inner": {"allOf": [{"$ref": "#/components/schemas/Inner"}], "nullable": True},
            "many": {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}},
            "kind": {"type": "string", "enum": ["a", "b"], "nullable": True},
            "anything": {},
        },
        "required": ["title", "share", "inner", "kind", "anything"],
    }


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"const": "card", "type": "string"}, {"enum": ["card"], "type": "string"}),
        ({"$ref": "#/components/schemas/QueuePayload"}, {"$ref": "#/components/schemas/Queue"}),
        (
            {"$ref": "#/components/schemas/Queue", "description": "It."},
            {"allOf": [{"$ref": "#/components/schemas/Queue"}], "description": "It."},
        ),
        ({"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}, {"type": "string", "nullable": True}),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
        ),
        (
            {"type": "object", "additionalProperties": {"type": "number", "title": "N"}},
            {"type": "object", "additionalProperties": {"type": "number", "format": "double"}},
        ),
        (
            {"discriminator": {"propertyName": "type", "mapping": {"a": "#/components/schemas/APayload"}}},
            {"discriminator": {"propertyName": "type", "mapping": {"a": "#/components/schemas/A"}}},
        ),
    ],
)
def test_json_schema_in_the_dialect_of_openapi(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    assert to_openapi(schema) == expected


def test_every_reference_of_the_document_has_its_component(db: None) -> None:
    document = Client().get("/api/v1/schema/?format=json").json()
    components = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(_references(document)) == components


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [reference for value in part.values() for reference in _references(value)]
    return [reference for value in part for reference in _references(value)] if isinstance(part, list) else []
