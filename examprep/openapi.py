"""The OpenAPI document: made from the types of the payloads, by pydantic's JSON schema.

A view says `@extend_schema(responses=QueuePayload)`. Its fields, docstrings and constraints are written once, in the
TypedDict (or pydantic model) that the operation returns or the request is read by.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode
from typing_extensions import is_typeddict

from examprep.api_groups import group_of
from examprep.problems import CONTENT_TYPE, Problem

if TYPE_CHECKING:
    from drf_spectacular.utils import Direction

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/"


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`X-Session-Token`, as `POST /_allauth/app/v1/auth/login` gives it."""

    target_class = "examprep.sessions.AppSession"
    name = "sessionToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "X-Session-Token",
            "description": "For apps: `meta.session_token` of `POST /_allauth/app/v1/auth/login`. How one signs up,"
            " logs in with a second factor and logs out is described at `/_allauth/openapi.json`.",
        }


class WebSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The web session's cookie."""

    target_class = "examprep.authentication.WebSession"
    name = "webSession"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "For pages of this host; calls that change something send `X-CSRFToken`, too.",
        }


class PayloadSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Describes a TypedDict or a pydantic model; each such type within it becomes a component named after it."""

    priority = 1  # before drf-spectacular's own for pydantic, which knows no TypedDict and keeps titles

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
        schema, inner = schemas_of(self.target, "validation" if direction == "request" else "serialization")
        for name, inner_schema in inner.items():
            component = ResolvedComponent(  # type: ignore[no-untyped-call]
                name, ResolvedComponent.SCHEMA, inner_schema, object=name
            )
            auto_schema.registry.register_on_missing(component)
            if auto_schema.registry[component].schema not in (component.schema, None):
                raise ValueError(f"Two payloads are called {name}.")
        return schema


def schemas_of(target: type[object], mode: JsonSchemaMode = "serialization") -> tuple[Schema, dict[str, Schema]]:
    """Return the schema of a type, and those of the types within it by their names."""
    schema = TypeAdapter(target).json_schema(ref_template=REFERENCE + "{model}", mode=mode)
    inner = {component_name(model): to_openapi(each) for model, each in schema.pop("$defs", {}).items()}
    return to_openapi(schema), inner


def component_name(type_name: str) -> str:
    """Return the name of the component that a type becomes: Queue of `QueuePayload`."""
    return type_name.removesuffix("Payload")


def to_openapi(schema: Schema) -> Schema:
    """Return a JSON schema as the document has it: components by their names, without titles that repeat a name."""
    converted: Schema = {
        name: _CONVERSIONS.get(name, _same)(value) for name, value in schema.items() if name not in _LEFT_OUT
    }
    if schema.get("type") == "number":
        converted.setdefault("format", "double")
    return converted


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

IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "The `ETag` of an earlier answer: 304 while it is the same.",
}
HTML = {
    "in": "query",
    "name": "html",
    "schema": {"type": "string", "enum": ["0", "1"], "default": "1"},
    "description": "`0` leaves the HTML out that stands beside each Markdown text.",
}


class ApiSchema(AutoSchema):
    """Describes a call by its docstring: the first sentence is its summary. Its path says in which group it is."""

    def get_tags(self) -> list[str]:
        return [group_of(self.path)]

    def get_summary(self) -> str:
        return self.get_description().partition("\n")[0].partition(". ")[0].removesuffix(".")

    def get_operation(self, *args: Any, **kwargs: Any) -> Schema | None:
        """Return the operation; what all of its sort take and answer is said here alone."""
        operation: Schema | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        is_json = any("application/json" in answer.get("content", {}) for answer in operation["responses"].values())
        parameters = [HTML] if is_json else []
        if self.method == "GET" and getattr(self.view, "is_revalidated", False):
            parameters.append(IF_NONE_MATCH)
            operation["responses"]["304"] = {"description": "It is the same as before."}
            tag = {"description": "To be sent back as `If-None-Match`.", "schema": {"type": "string"}}
            operation["responses"]["200"].setdefault("headers", {})["ETag"] = tag
        operation["parameters"] = [*operation.get("parameters", []), *parameters]
        return operation


def describe_problems(result: Schema, **context: object) -> Schema:
    """Note in the document that every call may answer with a problem; a hook of drf-spectacular."""
    problem, _ = schemas_of(Problem)
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = problem
    answer = {
        "description": "A problem document (RFC 9457).",
        "content": {CONTENT_TYPE: {"schema": {"$ref": f"{REFERENCE}Problem"}}},
    }
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"].setdefault("default", answer)
    return result
