"""The OpenAPI document: made from the types of the payloads, by pydantic's JSON schema.

A view says `@extend_schema(responses=QueuePayload)`. Its fields, docstrings and constraints are written once, in the
TypedDict (or pydantic model) that the operation returns or the request is read by.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.plumbing import ResolvedComponent
from pydantic import BaseModel, TypeAdapter
from typing_extensions import is_typeddict

from examprep.problems import CONTENT_TYPE, Problem

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema
    from drf_spectacular.utils import Direction

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/"


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`X-Session-Token`, as `POST /_allauth/app/v1/auth/login` gives it."""

    target_class = "allauth.headless.contrib.rest_framework.authentication.XSessionTokenAuthentication"
    name = "sessionToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "X-Session-Token"}


class WebSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The web session's cookie."""

    target_class = "examprep.authentication.WebSession"
    name = "webSession"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class PayloadSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Describes a TypedDict or a pydantic model; each such type within it becomes a component named after it."""

    priority = 1  # before drf-spectacular's own for pydantic, which writes OpenAPI 3.1

    @classmethod
    def _matches(cls, target: object) -> bool:
        return is_typeddict(target) or (isinstance(target, type) and issubclass(target, BaseModel))

    def get_name(self, auto_schema: AutoSchema, direction: Direction) -> str:
        return component_name(self.target.__name__)

    def get_identity(self, auto_schema: AutoSchema, direction: Direction) -> str:
        return self.get_name(auto_schema, direction)

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> Schema:
        """Return the schema of the target, and register the components that it refers to.

        Raises ValueError where another type has the same name.
        """
        schema = TypeAdapter(self.target).json_schema(
            ref_template=REFERENCE + "{model}", mode="validation" if direction == "request" else "serialization"
        )
        for model, inner in schema.pop("$defs", {}).items():
            name = component_name(model)
            component = ResolvedComponent(  # type: ignore[no-untyped-call]
                name, ResolvedComponent.SCHEMA, to_openapi(inner), object=name
            )
            auto_schema.registry.register_on_missing(component)
            if auto_schema.registry[component].schema not in (component.schema, None):
                raise ValueError(f"Two payloads are called {name}.")
        return to_openapi(schema)


def component_name(type_name: str) -> str:
    """Return the name of the component that a type becomes: Queue of `QueuePayload`."""
    return type_name.removesuffix("Payload")


def to_openapi(schema: Schema) -> Schema:
    """Return a JSON schema in the dialect of OpenAPI 3.0.

    There null is a property of a type, a constant an enum of one, and a reference stands alone. Titles that only repeat
    a name are left out.
    """
    converted: Schema = {
        name: _CONVERSIONS.get(name, _same)(value) for name, value in schema.items() if name not in _LEFT_OUT
    }
    if schema.get("type") == "number":
        converted.setdefault("format", "double")
    if "const" in schema:
        converted["enum"] = [converted.pop("const")]
    choices = converted.get("anyOf", [])
    if NULL in choices:
        others = [choice for choice in choices if choice != NULL]
        del converted["anyOf"]
        converted = {**(others[0] if len(others) == 1 else {"anyOf": others}), **converted, "nullable": True}
    if "$ref" in converted and len(converted) > 1:
        converted = {"allOf": [{"$ref": converted.pop("$ref")}], **converted}
    return converted


NULL = {"type": "null"}
_LEFT_OUT = ("title", "default")


def _same(value: object) -> object:
    return value


def _each(schemas: list[Schema]) -> list[Schema]:
    return [to_openapi(schema) for schema in schemas]


def _named(schemas: dict[str, Schema]) -> dict[str, Schema]:
    return {name: to_openapi(schema) for name, schema in schemas.items()}


def _reference(reference: str) -> str:
    return REFERENCE + component_name(reference.removeprefix(REFERENCE))


def _discriminator(discriminator: Schema) -> Schema:
    mapping = {value: _reference(reference) for value, reference in discriminator["mapping"].items()}
    return {**discriminator, "mapping": mapping}


def _items(value: object) -> object:
    return to_openapi(value) if isinstance(value, dict) else value


_CONVERSIONS: dict[str, Callable[[Any], object]] = {
    "$ref": _reference,
    "properties": _named,
    "items": _items,
    "additionalProperties": _items,
    "anyOf": _each,
    "oneOf": _each,
    "allOf": _each,
    "discriminator": _discriminator,
}


def describe_problems(result: Schema, **context: object) -> Schema:
    """Note in the document that every call may answer with a problem; a hook of drf-spectacular."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = to_openapi(
        TypeAdapter(Problem).json_schema()
    )
    answer = {
        "description": "A problem document (RFC 9457).",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"].setdefault("default", answer)
    return result
