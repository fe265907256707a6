"""Examples in the OpenAPI document: what a student sent and was answered, kept by `make examples`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from examprep.openapi import Schema
from examprep.problems import CONTENT_TYPE

FILE = Path(__file__).with_name("api_examples.json")
PROBLEM = {
    "type": "urn:examprep:problem:invalid",
    "title": "Bad Request",
    "status": 400,
    "detail": "Some fields are not right; see errors.",
    "code": "invalid",
    "errors": {"limit": ["Use a whole number from 1 to 100."]},
}


def describe_examples(result: Schema, **context: object) -> Schema:
    """Put examples beside the schemas of what calls take and answer; a hook of drf-spectacular."""
    kept = _load()
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            example = kept.get(f"{method.upper()} {path}", {})
            for parameter in operation.get("parameters", []):
                if parameter["name"] in example.get("path", {}):
                    parameter["example"] = example["path"][parameter["name"]]
            _show(operation.get("requestBody", {}), example.get("request"))
            for status, answer in operation["responses"].items():
                _show(answer, PROBLEM if status == "default" else example.get("response"))
    return result


def _show(body: Schema, example: object) -> None:
    for media, content in body.get("content", {}).items():
        if example is not None and media in ("application/json", CONTENT_TYPE):
            content["example"] = example


@cache
def _load() -> Schema:
    kept: Schema = json.loads(FILE.read_text())
    return kept
