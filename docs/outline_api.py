"""What clients see of the API, line by line: each call, its parameters, and the fields of what goes in and comes out.

    python -m docs.outline_api < openapi.json > docs/api-1.1.0.txt

keeps the outline of a version that is published, in place of the one before. A test compares it with the API as it is:
what is gone needs a new major version, what came a new minor one, and docs/api-changes.md names the call of each.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

REFERENCE = "#/components/schemas/"
JSON = "application/json"
SHARED = ("Presentation", "Grade", "Response")
"""What many calls give is outlined once."""


def outline(document: dict[str, Any]) -> set[str]:
    """Return the lines of an OpenAPI document, whatever its components are called and how its unions are made."""
    lines = {line for path, methods in document["paths"].items() for line in _of_path(path, methods, document)}
    components = document["components"]["schemas"]
    for name in components.keys() & set(SHARED):
        lines |= {f"{name} > {field}" for field in fields_of(components[name], components, (REFERENCE + name,))}
    return lines


def _of_path(path: str, methods: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    components = document["components"]["schemas"]
    for method, operation in methods.items():
        call = f"{method.upper()} {path.removeprefix('/api/v1/')}"
        yield call
        yield from (f"{call} ?{each['name']}" for each in operation.get("parameters", []) if each["in"] != "path")
        body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
        yield from (f"{call} < {field}" for field in fields_of(body, components))
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                schema = answer.get("content", {}).get(JSON, {}).get("schema", {})
                yield from (f"{call} > {field}" for field in fields_of(schema, components))


def fields_of(schema: dict[str, Any], components: dict[str, Any], seen: tuple[str, ...] = ()) -> Iterator[str]:
    """Return the paths of all fields within a schema: `results[].prompt.stem`; what holds itself is entered once."""
    if reference := schema.get("$ref"):
        name = reference.removeprefix(REFERENCE)
        if name not in SHARED and reference not in seen:
            yield from fields_of(components[name], components, (*seen, reference))
        return
    for name, field in schema.get("properties", {}).items():
        yield name
        yield from (_below(name, each) for each in fields_of(field, components, seen))
    for sign, inner in (("[]", schema.get("items")), ("{}", schema.get("additionalProperties"))):
        if isinstance(inner, dict):
            yield from (_below(sign, each) for each in fields_of(inner, components, seen))
    for union in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(union, []):
            yield from fields_of(each, components, seen)


def _below(name: str, field: str) -> str:
    return name + field if field.startswith(("[]", "{}")) else f"{name}.{field}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(sorted(outline(json.load(sys.stdin)))) + "\n")
