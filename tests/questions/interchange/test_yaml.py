"""Numbers in YAML are those of YAML 1.2, and take no time."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions.interchange import yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-5", -5),
        ("010", 10),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("٣", "٣"),
    ],
)
def test_numbers_are_those_of_yaml_1_2(text: str, value: object) -> None:
    read = yaml.read(text)
    assert (read, type(read)) == (value, type(value))


@given(st.text("0123456789_+-.:exo", max_size=12))
def test_text_like_a_number_stays_text(text: str) -> None:
    assert yaml.read(yaml.write({"text": text})) == {"text": text}


@pytest.mark.parametrize(
    "text", ["1" + ":1" * 50_000, "9" * 100_000, "!!int 1" + ":1" * 50_000, "!!float 1" + ":1" * 50_000]
)
def test_long_numbers_take_no_time(text: str) -> None:
    began = time.thread_time()
    with contextlib.suppress(yaml.YAMLError):
        yaml.read(text)
    assert time.thread_time() - began < 1


def test_a_place_that_is_no_number_is_nowhere() -> None:
    document = yaml.read("a:\n- b: 1\n- c: 2\n")
    assert yaml.line_of(document, "a.1.c") == 3
    for part in ("²", "٣", "9" * 5000, "-1", "2"):
        assert yaml.line_of(document, f"a.{part}") == 1
