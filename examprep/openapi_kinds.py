"""What the kind of a question decides, in the OpenAPI document: unions on `kind`, made of the registry of kinds.

A payload that has a `kind` marks what follows from it, by `questions.json_types.of_kind`. It becomes a union of one
payload for each kind, with the types that the kind names; elsewhere what is marked is of any kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from examprep.openapi import REFERENCE, Schema, schemas_of
from examprep.parsing import is_twin
from questions import kinds
from questions.json_types import OF_KIND
from quizzes.presentations.payloads import BLOCK_TEXTS, INLINE_TEXTS


def describe_kinds(result: Schema, **context: object) -> Schema:
    """Put the kinds' own types where payloads mark them; a hook of drf-spectacular."""
    components: dict[str, Schema] = result["components"]["schemas"]
    components.update(_types_of_kinds())
    for name in list(components):
        split = _split(name, components)
        components.update(split)
    _refer_to_any(result)
    for schema in components.values():
        _let_html_be_left_out(schema)
    _leave_out_unused(result, components)
    return result


_OF_PARTS = [name for name, kind in kinds.KINDS.items() if kind.can_be_part]


def _types_of_kinds() -> dict[str, Schema]:
    """Return the prompts, responses and gradings of every kind, and the unions of each sort."""
    types: dict[str, Schema] = {}
    for kind in kinds.KINDS.values():
        prompt, within = schemas_of(kind.prompt_type)
        response, _ = schemas_of(kind.response_type)
        grading, keys = schemas_of(kind.grading_type)
        grading["properties"]["rule"] = {"type": "string", "enum": [kind.rule]}
        types |= {name: _with_twins(schema) for name, schema in within.items()} | keys
        types[_name(kind.name, "prompt")] = _with_twins(prompt)
        types[_name(kind.name, "response")] = response
        types[_name(kind.name, "grading")] = grading
    types["DontKnow"], _ = schemas_of(kinds.DontKnow)
    types["Grading"] = _union("rule", {kind.rule: _name(kind.name, "grading") for kind in kinds.KINDS.values()})
    for what in ("prompt", "response"):
        names = [_name(kind, what) for kind in kinds.KINDS]
        also = ["DontKnow"] if what == "response" else []
        types[what.capitalize()] = {"anyOf": [_reference(name) for name in [*names, *also]]}
    return types


def _split(name: str, components: dict[str, Schema]) -> dict[str, Schema]:
    """Return a payload that marks something as the union of one payload a kind, and these."""
    schema = components[name]
    fields: dict[str, Schema] = schema.get("properties", {})
    marked = {field: each[OF_KIND] for field, each in fields.items() if OF_KIND in each}
    if not marked or "kind" not in fields:
        return {}
    names: list[str] = _resolve(fields["kind"], components).get("enum", _OF_PARTS)
    split: dict[str, Schema] = {}
    for kind in names:
        own = {field: _reference(_name(kind, what)) for field, what in marked.items()}
        split[_name(kind, name)] = {
            **schema,
            "properties": {**fields, "kind": {"type": "string", "enum": [kind]}, **own},
        }
    union = _union("kind", {kind: _name(kind, name) for kind in names})
    return {**split, name: {**({"description": schema["description"]} if "description" in schema else {}), **union}}


def _union(tag: str, members: Mapping[str, str]) -> Schema:
    """Return the union of components, by the values of the field that tells them apart."""
    return {
        "oneOf": [_reference(name) for name in members.values()],
        "discriminator": {
            "propertyName": tag,
            "mapping": {value: REFERENCE + name for value, name in members.items()},
        },
    }


def _with_twins(schema: Schema) -> Schema:
    """Return the schema with the HTML that is given beside each Markdown text."""
    fields: dict[str, Schema] = schema.get("properties", {})
    twins = {f"{name}_html": fields[name] for name in fields if name in BLOCK_TEXTS | INLINE_TEXTS}
    return {**schema, "properties": {**fields, **twins}} if twins else schema


def _name(kind: str, what: str) -> str:
    """Return the name of a kind's own component: `SingleChoicePrompt`; rules of grading have their own names."""
    kind = kinds.get(kind).rule if what == "grading" else kind
    return "".join(word.capitalize() for word in kind.split("_")) + what[0].upper() + what[1:]


def _reference(name: str) -> Schema:
    return {"$ref": REFERENCE + name}


def _resolve(schema: Schema, components: dict[str, Schema]) -> Schema:
    """Return what a schema refers to, where it does."""
    for each in (schema, *schema.get("allOf", [])):
        if "$ref" in each:
            return components[each["$ref"].removeprefix(REFERENCE)]
    return schema


def _walk(part: object) -> Iterator[Schema]:
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _walk(inner)


def _refer_to_any(result: Schema) -> None:
    """Let what is marked outside of any kind be of whichever; a constant is an enum of one, as generators know it."""
    for schema in _walk(result):
        if isinstance(schema.get("const"), str):
            schema["enum"] = [schema.pop("const")]
        if OF_KIND in schema:
            schema["$ref"] = REFERENCE + schema.pop(OF_KIND).capitalize()


def _let_html_be_left_out(schema: Schema) -> None:
    """Require no HTML that stands beside the Markdown which it is made of: `html=0` leaves it out."""
    if "required" in schema:
        schema["required"] = [name for name in schema["required"] if not is_twin(name, schema["properties"])]


def _leave_out_unused(result: Schema, components: dict[str, Schema]) -> None:
    """Drop the components that nothing refers to, until there are none."""
    while True:
        used = _references(result["paths"]) | _references(components)
        unused = components.keys() - used - {"Problem"}
        if not unused:
            return
        for name in unused:
            del components[name]


def _references(part: object) -> set[str]:
    found = (schema.get("$ref") for schema in _walk(part))
    return {reference.removeprefix(REFERENCE) for reference in found if isinstance(reference, str)}
