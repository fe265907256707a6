"""Forms: what a student's HTML form sends becomes a response, and an author's form becomes a body and back."""

from __future__ import annotations

from typing import Any

import pytest

from questions import kinds
from questions.kinds import fields

COLUMN = fields.Column("text", "Text")
NAME_AND_VALUE = (fields.Column("name", "Name"), fields.Column("value", "Value"))
LINE = fields.Line(name="unit", label="Unit")
NESTED = fields.Decimal(name="tolerance_rtol", path=("tolerance", "rtol"), label="Relative error")
OBJECTS = fields.Rows(name="mistakes", label="Mistakes", add="Add", columns=(COLUMN,))
TEXTS = fields.Rows(name="steps", label="Steps", add="Add", columns=(COLUMN,), shape="texts")
NAMES = fields.Names(name="follow", label="Follows")
MAPPING = fields.Rows(name="draw", label="Draw", add="Add", columns=NAME_AND_VALUE, shape="mapping")


@pytest.mark.parametrize(
    ("kind", "form", "response"),
    [
        ("single_choice", {"choice": ["a"]}, {"choice": "a"}),
        ("single_choice", {}, {"choice": ""}),
        ("multiple_select", {"choices": ["a", "b"]}, {"choices": ["a", "b"]}),
        ("multiple_select", {}, {"choices": []}),
        ("numeric", {"value": ["1e-5"]}, {"value": "1e-5"}),
        ("short_text", {"text": ["AdamW"]}, {"text": "AdamW"}),
        ("short_text", {"text": ["Adam"], "final": ["Adam"]}, {"text": "Adam", "final": True}),
        ("short_text", {"text": ["AdamX"], "final": ["Adam"]}, {"text": "AdamX"}),
        ("short_text", {"text": [""], "final": [""]}, {"text": ""}),
        ("matching", {"left-a": ["1"], "left-b": [""], "rev": ["3"]}, {"pairs": {"a": "1"}}),
        ("ordering", {"step": ["a", "b"], "place-a": ["2"], "place-b": ["1"]}, {"order": ["b", "a"]}),
        ("ordering", {"step": ["a", "b"]}, {"order": ["a", "b"]}),
        ("ordering", {"step": ["a", "b"], "place-a": ["x"], "place-b": ["1"]}, {"order": ["a", "b"]}),
    ],
)
def test_a_students_form_becomes_a_response(kind: str, form: dict[str, list[str]], response: dict[str, Any]) -> None:
    assert kinds.get(kind).from_form(form) == response


@pytest.mark.parametrize(
    ("field", "value", "document"),
    [
        (LINE, "m/s", {"unit": "m/s"}),
        (NAMES, "a, b", {"follow": ["a", "b"]}),
        (NESTED, 0.01, {"tolerance": {"rtol": 0.01}}),
        (NESTED, 0, {"tolerance": {"rtol": 0}}),
        (OBJECTS, [{"text": "a"}], {"mistakes": [{"text": "a"}]}),
        (TEXTS, [{"text": "a"}, {"text": "b"}], {"steps": ["a", "b"]}),
        (MAPPING, [{"name": "n", "value": "integer(1, 9)"}], {"draw": {"n": "integer(1, 9)"}}),
    ],
)
def test_an_authors_field_is_written_and_read_back(field: fields.Field, value: Any, document: dict[str, Any]) -> None:
    written: fields.Document = {}
    field.write(written, value)

    assert written == document
    assert field.read(written) == value


@pytest.mark.parametrize("field", [LINE, NAMES, NESTED, OBJECTS, TEXTS, MAPPING])
@pytest.mark.parametrize("blank", [None, "", False, []])
def test_what_is_blank_is_left_out(field: fields.Field, blank: Any) -> None:
    document: fields.Document = {}
    field.write(document, blank)

    assert document == {}


@pytest.mark.parametrize("kind", kinds.KINDS.values(), ids=lambda kind: kind.name)
def test_every_field_of_a_form_is_a_field_of_the_body(kind: kinds.AnyKind) -> None:
    places = {field.place.partition(".")[0] for section in kind.form for field in section.fields}

    assert places == set(kind.body_type.model_fields)


@pytest.mark.parametrize("kind", kinds.KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_says_what_it_is(kind: kinds.AnyKind) -> None:
    assert kind.title
    assert kind.hint.endswith(".")
    assert len(kind.name) <= 20
    assert 0 <= kind.typical_guess_rate < 1
