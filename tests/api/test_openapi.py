"""Payload types become components of the OpenAPI document; what a kind decides, a union on `kind`."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, NotRequired, get_args, get_type_hints

import pytest
from django.conf import settings
from django.test import Client
from jsonschema import Draft202012Validator
from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from docs.outline_api import outline
from examprep import API_VERSION
from examprep.api_groups import GROUPS
from examprep.openapi import to_openapi
from questions import kinds
from quizzes.reviews.payloads import Change
from tests.api.test_examples import without_other_fields

pytestmark = pytest.mark.any_database

UNTYPED = {
    *(
        f"{''.join(map(str.capitalize, kind.split('_')))}{of}.check"  # deprecated
        for kind in kinds.KINDS
        for of in ("PackEntry", "Spare")
    ),
    *("Exam.blueprint", "FormulaGrading.entries", "Problem.errors", "Problem.response", "ShownStep.response"),
    *("Simulator.frames", "DontKnow.unreadable"),
}
"""What differs with the exam, the call, the figure or the client: fields of components."""


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
            "inner": {"anyOf": [{"$ref": "#/components/schemas/Inner"}, {"type": "null"}]},
            "many": {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}},
            "kind": {"anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "null"}]},
            "anything": {},
        },
        "required": ["title", "share", "inner", "kind", "anything"],
    }


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"$ref": "#/components/schemas/QueuePayload"}, {"$ref": "#/components/schemas/Queue"}),
        (
            {"anyOf": [{"type": "string", "title": "S"}, {"type": "null"}], "default": None},
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
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


@pytest.fixture
def document(db: None) -> Any:
    return Client().get("/api/v1/schema/?format=json").json()


def test_every_reference_of_the_document_has_its_component(document: Any) -> None:
    components = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(_references(document)) == components


def test_every_change_and_every_prompt_is_a_named_type_in_a_union_that_its_tag_tells_apart(document: Any) -> None:
    """As generators for Swift need it: `oneOf` of references alone, and each is found by a required property."""
    components = document["components"]["schemas"]
    changes = _members(components, "Change", "type")
    types = get_args(get_args(Change.__value__)[0])
    assert changes.keys() == {get_args(get_type_hints(each)["type"])[0] for each in types}
    for union in ("Presentation", "PackEntry", "Grade"):
        members = _members(components, union, "kind")
        assert members.keys() == kinds.KINDS.keys()
        for kind, member in members.items():
            for field in {"prompt", "key", "grading"} & member["properties"].keys():
                named = member["properties"][field]["$ref"].removeprefix("#/components/schemas/")
                what = {"prompt": "Prompt", "key": "Response", "grading": "Grading"}[field]
                of = kinds.get(kind).rule if field == "grading" else kind
                assert named == f"{''.join(map(str.capitalize, of.split('_')))}{what}"
                assert components[named]["type"] == "object"
    rules = _members(components, "Grading", "rule")
    assert rules.keys() == {kind.rule for kind in kinds.KINDS.values()}
    assert all(member["properties"]["rule"]["enum"] == [rule] for rule, member in rules.items())
    parts = {name for name, kind in kinds.KINDS.items() if kind.can_be_part}
    assert _members(components, "PartPrompt", "kind").keys() == parts
    assert _members(components, "PartGrade", "kind").keys() == parts
    events = components["BatchRequest"]["properties"]["events"]["items"]
    assert _members({"": events, **components}, "", "type").keys() >= {"review", "undo", "bury"}


def test_what_packs_say_of_grading_holds_to_the_type_of_its_rule(document: Any) -> None:
    """As strictly as a generated client reads it: no field more, and none of another type."""
    closed = {"components": without_other_fields(document["components"])}
    vectors = json.loads((settings.BASE_DIR / "docs/vectors/kinds.json").read_text())
    assert {entry["grading"]["rule"] for entry in vectors} == {kind.rule for kind in kinds.KINDS.values()}
    for entry in vectors:
        grading = entry["grading"]
        named = document["components"]["schemas"]["Grading"]["discriminator"]["mapping"][grading["rule"]]
        errors = Draft202012Validator({"$ref": named, **closed}).iter_errors(grading)
        assert not [f"{error.json_path}: {error.message[:200]}" for error in errors], grading["rule"]


def test_nothing_is_without_a_type_but_what_is_named_here(document: Any) -> None:
    """So that a generated client knows all that it reads."""
    untyped = {
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, of in schema.get("properties", {}).items()
        if any(_is_open(part) for part in (of, of.get("items", of), *of.get("anyOf", ())))
    }
    assert untyped == UNTYPED
    lessons = document["components"]["schemas"]["Pack"]["properties"]["lessons"]
    assert lessons["items"] == {"$ref": "#/components/schemas/Lesson"}


def _is_open(schema: Any) -> bool:
    typed = {"type", "$ref", "anyOf", "oneOf", "allOf", "enum"} & schema.keys()
    holds_all = "properties" not in schema and schema.get("additionalProperties", True) is True
    return not typed or (schema.get("type") == "object" and holds_all)


def _members(components: Any, union: str, tag: str) -> dict[str, Any]:
    """The members of a union by their tags; each is named, and requires its own tag."""
    mapping = components[union]["discriminator"]["mapping"]
    assert components[union]["discriminator"]["propertyName"] == tag
    assert {each["$ref"] for each in components[union]["oneOf"]} == set(mapping.values())
    members = {name: components[reference.removeprefix("#/components/schemas/")] for name, reference in mapping.items()}
    for name, member in members.items():
        own = member["properties"][tag]
        allowed = components[own["$ref"].removeprefix("#/components/schemas/")] if "$ref" in own else own
        assert tag in member["required"]
        assert name in allowed["enum"]
    return members


def test_what_takes_null_says_so_once(document: Any) -> None:
    components = document["components"]["schemas"]
    taken = {
        "ReportedReview": ("confidence", "duration_ms", "hints_used", "key_shown"),
        "BatchRequest": ("cursor",),
        "AnswerRequest": ("response",),
    }

    for component, names in taken.items():
        for name in names:
            field = components[component]["properties"][name]
            branches = field.get("anyOf") or field["oneOf"]
            assert branches.count({"type": "null"}) == 1, name
            assert {} not in branches, name
    for component in ("Me", "PatchedMeRequest"):
        assert "null" in components[component]["properties"]["current_course"]["type"]


def test_no_component_has_a_field_of_its_own_name(document: Any) -> None:
    """Generators for Python take one for the other, where it is a list or a component itself."""
    for name, schema in document["components"]["schemas"].items():
        fields = {field: of for field, of in schema.get("properties", {}).items() if of.get("type", "array") == "array"}
        assert name.lower() not in {field.replace("_", "") for field in fields}, name


def test_the_document_is_whole_and_says_what_each_call_is_for(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["info"]["version"] == API_VERSION
    assert [tag["name"] for tag in document["tags"]] == list(GROUPS)
    assert all(scheme["description"] for scheme in document["components"]["securitySchemes"].values())
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert {tag for operation in operations for tag in operation["tags"]} == set(GROUPS)
    for operation in operations:
        assert 0 < len(operation["summary"]) < 120, operation["operationId"]
        assert operation["security"]
        assert "default" in operation["responses"]
    told = [(operation["tags"][0], operation["summary"]) for operation in operations]
    assert len(set(told)) > 0.9 * len(told), "calls are told apart by their summaries"


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [reference for value in part.values() for reference in _references(value)]
    return [reference for value in part for reference in _references(value)] if isinstance(part, list) else []


def test_what_changed_since_the_last_version_is_listed_and_breaks_nothing(document: Any) -> None:
    """What is gone needs a new major version, what came a new minor one; docs/api-changes.md names both."""
    (kept,) = (settings.BASE_DIR / "docs").glob("api-*.*.*.txt")
    before, now = set(kept.read_text().splitlines()), outline(document)
    old, new = ([int(part) for part in version.split(".")] for version in (kept.stem[4:], API_VERSION))
    assert new > old
    assert not before - now or new[0] > old[0], sorted(before - now)
    assert not now - before or new[:2] > old[:2], sorted(now - before)
    changes = (settings.BASE_DIR / "docs" / "api-changes.md").read_text()
    listed = changes.partition(f"## {API_VERSION}\n")[2].partition(f"## {kept.stem[4:]}\n")[0]
    for line in before ^ now:
        names = {line.partition(" ?")[2] or line, line.partition(" ")[2].partition(" ")[0], line.partition(" ")[0]}
        assert any(f"`{name}`" in listed or f"?{name}" in listed for name in names if name), f"{kept.name}: {line}"
