"""When a typed number is right."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from questions.variants.numbers import read
from questions.variants.tolerance import Precision, Tolerance, all_match, allowed_error, matches


def right(
    text: str,
    key: float,
    precision: Precision | None = None,
    tolerance: Tolerance | None = None,
    of: float | None = None,
) -> bool:
    """Whether `text` counts as `key`."""
    (given,) = read(text).values
    return matches(given, key, allowed_error(key, precision or Precision(), tolerance, of))


@pytest.mark.parametrize(
    ("key", "precision", "yes", "no"),
    [
        (1 / 3, Precision(3), ["0.333", "1/3", "0.3333", "0.3335", "33.3%"], ["0.33", "0.332", "0.334", "-0.333"]),
        (123456.0, Precision(3), ["123000", "123456", "1.23e5", "122 956"], ["124000", "122955", "1.2e5"]),
        (0.99999, Precision(5), ["0.99999", "1-1e-5", "0.999990"], ["1", "0.9999", "1.00001", "0.99998"]),
        (0.125, Precision(decimals=2), ["0.12", "0.13", "0.125"], ["0.1", "0.14", "0.11"]),
        (220.0, Precision(decimals=0), ["220", "220.4"], ["221", "219"]),
        (162.0, Precision(exact=True), ["162", "162.0", "2*81"], ["162.0001", "161", "163"]),
        (0.0, Precision(3), ["0", "0.0001"], ["0.001", "-0.001", "1"]),
        (0.1 + 0.2, Precision(exact=True), ["0.3", "3/10"], ["0.30001"]),
    ],
)
def test_the_asked_precision_decides(key: float, precision: Precision, yes: list[str], no: list[str]) -> None:
    assert {text for text in yes if not right(text, key, precision)} == set()
    assert {text for text in no if right(text, key, precision)} == set()


@pytest.mark.parametrize("key", [2.0**40, 2.0**48, 10.0**13 + 1])
def test_an_exact_whole_number_has_no_neighbours(key: float) -> None:
    assert right(str(int(key)), key, Precision(exact=True))
    assert not right(str(int(key) + 1), key, Precision(exact=True))
    assert not right(str(int(key) - 1), key, Precision(exact=True))


@pytest.mark.parametrize(
    ("tolerance", "of", "yes", "no"),
    [
        (Tolerance(rtol=0.01), None, ["200", "202", "198"], ["202.1", "197.9"]),
        (Tolerance(atol=0.5), None, ["200.5", "199.5"], ["200.51"]),
        (Tolerance(rtol=0.01, atol=3), None, ["203"], ["203.1"]),
        (Tolerance(rtol=0.01, atol=1), None, ["202"], ["202.1"]),
        (Tolerance(rtol=0.01), 10.0, ["200.1", "199.9"], ["200.11", "202"]),
        (Tolerance(rtol=0.01), -10.0, ["200.1"], ["200.11"]),
        (Tolerance(rtol=0.01), 0.0, ["200"], ["200.0001"]),
    ],
)
def test_an_items_own_tolerance_goes_before(
    tolerance: Tolerance, of: float | None, yes: list[str], no: list[str]
) -> None:
    assert {text for text in yes if not right(text, 200.0, Precision(1), tolerance, of)} == set()
    assert {text for text in no if right(text, 200.0, Precision(1), tolerance, of)} == set()


@pytest.mark.parametrize(
    ("precision", "hint"),
    [
        (Precision(), "3 significant digits"),
        (Precision(1), "1 significant digit"),
        (Precision(decimals=0), "a whole number"),
        (Precision(decimals=1), "1 decimal"),
        (Precision(decimals=2), "2 decimals"),
        (Precision(exact=True), "exact"),
    ],
)
def test_it_says_what_is_asked(precision: Precision, hint: str) -> None:
    assert precision.hint == hint


@pytest.mark.parametrize(
    ("key", "precision", "rounded", "unit"),
    [
        (0.0123456, Precision(3), "1.23e-02", 1e-4),
        (999.96, Precision(3), "1.00e+03", 1),
        (1000.0, Precision(3), "1.00e+03", 10),
        (-0.5, Precision(1), "-5e-01", 0.1),
        (3.14159, Precision(decimals=2), "3.14", 0.01),
    ],
)
def test_it_rounds_as_a_careful_student(key: float, precision: Precision, rounded: str, unit: float) -> None:
    assert precision.rounded(key) == rounded
    assert precision.unit(key) == pytest.approx(unit, rel=1e-12)


def test_an_exact_key_is_typed_in_full() -> None:
    assert Precision(exact=True).rounded(2.0**40) == "1099511627776"
    assert Precision(exact=True).rounded(0.125) == "0.125"


keys = st.floats(1e-12, 1e12) | st.floats(-1e12, -1e-12)
precisions = st.builds(Precision, st.integers(1, 12)) | st.builds(lambda n: Precision(decimals=n), st.integers(0, 6))


@given(keys, precisions)
def test_the_key_rounded_as_asked_is_right(key: float, precision: Precision) -> None:
    assert right(precision.rounded(key), key, precision)


@given(keys, precisions, st.sampled_from([1, -1]))
def test_a_unit_off_in_the_last_asked_digit_is_wrong(key: float, precision: Precision, side: int) -> None:
    unit = precision.unit(key)
    assume(unit > abs(key) * 1e-13)

    assert not matches(Fraction(key) + side * Fraction(unit), key, allowed_error(key, precision, None, None))


@given(keys, precisions)
def test_an_answer_that_is_nearer_than_a_right_one_is_right(key: float, precision: Precision) -> None:
    allowed = allowed_error(key, precision, None, None)
    rounded = Fraction(precision.rounded(key))

    assert matches((rounded + Fraction(key)) / 2, key, allowed)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.floats(0, 1e6))
def test_it_decides_as_exact_arithmetic_would(given_value: float, key: float, allowed: float) -> None:
    error = abs(Fraction(given_value) - Fraction(key))
    slack = Fraction(allowed) / 10**8 + Fraction(abs(key)) / 10**14
    assume(abs(error - Fraction(allowed)) > slack)

    assert matches(Fraction(given_value), key, allowed) == (error < Fraction(allowed))


def test_the_limit_itself_is_right_whatever_binary_fractions_make_of_it() -> None:
    assert matches(Fraction("0.3"), 0.1 + 0.2, 0.0)
    assert matches(Fraction("0.35"), 0.3, 0.05)
    assert not matches(Fraction("0.3500001"), 0.3, 0.05)


def test_a_number_beyond_every_float_is_wrong() -> None:
    assert not matches(Fraction(10) ** 400, 1.0, 0.5)
    assert not matches(-(Fraction(10) ** 400), math.pi, 0.5)


def test_a_list_is_right_in_every_entry_and_of_the_same_length() -> None:
    key, allowed = [1.0, 2.0], [0.1, 0.1]

    assert all_match([Fraction(1), Fraction("2.05")], key, allowed)
    assert not all_match([Fraction(1), Fraction("2.2")], key, allowed)
    assert not all_match([Fraction(1)], key, allowed)
    assert not all_match([Fraction(1), Fraction(2), Fraction(3)], key, allowed)
