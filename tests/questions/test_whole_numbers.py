"""Whole numbers from outside: what is checked is what is used."""

from __future__ import annotations

import time
from argparse import ArgumentTypeError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions.whole_numbers import read_whole_number, whole_number_between, whole_numbers_between

DIGITS = "0123456789٣५９²½_+-−. eEx\n"


@given(st.integers(0, 10**6))
def test_a_number_within_its_bounds_reads_back(number: int) -> None:
    assert read_whole_number(str(number), 0, 10**6) == number


@given(st.text(DIGITS, max_size=12) | st.from_regex(r"0{0,9}[0-9]{1,9}", fullmatch=True), st.integers(0, 10**5))
def test_any_other_text_is_none(text: str, high: int) -> None:
    number = read_whole_number(text, 1, high)
    assert number is None or (1 <= number <= high and int(text) == number and len(text) <= len(str(high)))


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1_0", "٣", "²", "１", " 1", "1 ", "1\n", "1.0", "1e1", "0x1", "000009"]
)
def test_only_digits_and_no_more_than_the_largest_are_read(text: str) -> None:
    assert read_whole_number(text, 0, 999) is None


def test_long_text_takes_no_time() -> None:
    text = "1" * 1_000_000
    began = time.thread_time()
    assert read_whole_number(text, 0, 2**63) is None
    assert time.thread_time() - began < 0.1


def test_options_of_commands_are_read_so_too() -> None:
    assert whole_number_between(1, 60)("60") == 60
    assert whole_numbers_between(1, 60)("14,30,60") == [14, 30, 60]
    for text in ("61", "0", "1_0", "", "-1"):
        with pytest.raises(ArgumentTypeError, match="from 1 to 60"):
            whole_number_between(1, 60)(text)
