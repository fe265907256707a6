"""Texts with a variant's numbers: what is a placeholder, and how its number is set."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from questions.variants.numbers import read
from questions.variants.templates import TemplateError, number, parse_template


def render(text: str, **values: Any) -> str:
    """The text of one variant."""
    columns = {name: np.array([value], dtype=np.float64) for name, value in values.items()}
    return parse_template(text, values).render({"": np.zeros(1), **columns})[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{eta}", "0.5"),
        ("{ eta }", "0.5"),
        ("{1 - eta*k}", "−1"),
        ("{eta}{k}", "0.54"),
        ("{eta:.3g}", "0.5"),
        ("{eta:.2f}", "0.50"),
        ("{eta + k : .2f}", "4.50"),
        ("{k > 3}", "1"),
        ("no number", "no number"),
        ("", ""),
        ("{{eta}}", "{eta}"),
        ("a set {{1, 2}}", "a set {1, 2}"),
        ("{eta", "{eta"),
        ("eta}", "eta}"),
        ("{}", "{}"),
    ],
)
def test_it_fills_placeholders(text: str, expected: str) -> None:
    assert render(text, eta=0.5, k=4) == expected


@pytest.mark.parametrize(
    "text",
    [
        r"$\frac{1}{2} w^{2} + x_{-5}$",
        r"${\lambda}$",
        r"$\text{eta}, \mathrm{k}, \mathbf{k}, \operatorname{k}$",
        r"$\begin{k} \end{k}$",
        r"$\hat{y}_{i}^{(j)}$",
        r"$\{eta\}$",
        r"$\sum_{i} x_{i}$",
        r"$e^{x}$",
        "{i}",
        "{2}",
    ],
)
def test_groups_of_latex_stay_as_they_are(text: str) -> None:
    assert render(text, eta=0.5, k=4) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$\frac{k}{eta}$", r"$\frac{4}{0.5}$"),
        (r"$\frac{1}{k} + {eta}$", r"$\frac{1}{4} + 0.5$"),
        (r"$\frac{k}{eta + k}{eta}$", r"$\frac{4}{4.5}{0.5}$"),
        ("$w^{k}$", "$w^{4}$"),
        ("$w_{k}$", "$w_{4}$"),
        ("$10^{-k}$", "$10^{-4}$"),
        (r"$\sqrt{k}$", r"$\sqrt{4}$"),
        (r"$\text{k} = {k}$", r"$\text{k} = 4$"),
    ],
)
def test_an_argument_of_latex_keeps_its_braces(text: str, expected: str) -> None:
    assert render(text, eta=0.5, k=4) == expected


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("$1 - {a}$", -0.5, r"$1 - \left(-0.5\right)$"),
        (r"$2 \times {a}$", -3, r"$2 \times \left(-3\right)$"),
        ("${a}^2$", -3, r"$\left(-3\right)^2$"),
        ("${a}^2$", 1e-5, r"$\left(10^{-5}\right)^2$"),
        ("${a}^{2}$", 2e-5, r"$\left(2 \times 10^{-5}\right)^{2}$"),
        ("$3 / {a}$", 2e-5, r"$3 / \left(2 \times 10^{-5}\right)$"),
        (r"$3 \div {a}$", 2e-5, r"$3 \div \left(2 \times 10^{-5}\right)$"),
        ("$3 / {a}$", 1e-5, "$3 / 10^{-5}$"),
        (r"$3 \times {a}$", 2e-5, r"$3 \times 2 \times 10^{-5}$"),
        ("$({a})$", -3, "$(-3)$"),
        ("$w = {a}$", -3, "$w = -3$"),
        ("1 - {a}", -3, "1 - (−3)"),
    ],
)
def test_math_stays_unambiguous(text: str, value: float, expected: str) -> None:
    assert render(text, a=value) == expected


@pytest.mark.parametrize(
    ("value", "text", "math", "code"),
    [
        (1e-5, "10⁻⁵", "10^{-5}", "1e-5"),
        (-1e-5, "−10⁻⁵", "-10^{-5}", "-1e-5"),
        (2.5e-7, "2.5 × 10⁻⁷", r"2.5 \times 10^{-7}", "2.5e-7"),
        (1e22, "10²²", "10^{22}", "1e22"),
        (1e-4, "0.0001", "0.0001", "0.0001"),
        (0.1 + 0.2, "0.3", "0.3", "0.3"),
        (1 - 1e-5, "0.99999", "0.99999", "0.99999"),
        (1 / 3, "0.333333", "0.333333", "0.333333"),
        (1234, "1234", "1234", "1234"),
        (11e6, "11\u202f000\u202f000", r"11\,000\,000", "11000000"),
        (-12345.5, "−12\u202f345.5", r"-12\,345.5", "-12345.5"),
        (0.0, "0", "0", "0"),
        (-0.0, "0", "0", "0"),
        (2.0**40, "1\u202f099\u202f511\u202f627\u202f776", r"1\,099\,511\,627\,776", "1099511627776"),
    ],
)
def test_numbers_are_set_for_their_surroundings(value: float, text: str, math: str, code: str) -> None:
    assert render("{a}", a=value) == text
    assert render("${a}$", a=value) == f"${math}$"
    assert render("$$a = ({a})$$", a=value) == f"$$a = ({math})$$"
    assert render("`{a}`", a=value) == f"`{code}`"
    assert render("```\n{a}\n```", a=value) == f"```\n{code}\n```"


@pytest.mark.parametrize(
    ("spec", "value", "expected"),
    [
        (".3g", 0.0123456, "0.0123"),
        (".3g", 123456, "123\u202f000"),
        (".3g", 0.99999, "1"),
        (".5g", 0.99999, "0.99999"),
        (".3g", 0.5, "0.5"),
        (".3g", 1.23456e-9, "1.23 × 10⁻⁹"),
        (".1g", 0.96, "1"),
        (".2f", 0.005, "0.01"),
        (".2f", -0.001, "0.00"),
        (".0f", 2.6, "3"),
        (".4f", 1e-5, "0.0000"),
    ],
)
def test_a_format_asks_for_significant_digits_or_decimals(spec: str, value: float, expected: str) -> None:
    assert render(f"{{a:{spec}}}", a=value) == expected


def test_a_vector_is_a_list_and_a_matrix_one_of_rows() -> None:
    assert render("$v = {v}$, {v[1]:.2f}", v=[1, 2.5, -1e-7]) == "$v = [1, 2.5, -10^{-7}]$, 2.50"
    assert render("{m}", m=[[1, 0.5], [-2, 3]]) == "[[1, 0.5], [−2, 3]]"


def test_a_dollar_that_is_escaped_begins_no_math() -> None:
    assert render(r"costs \$5: {a}", a=1e-5) == r"costs \$5: 10⁻⁵"
    assert render(r"`$` {a}", a=1e-5) == r"`$` 10⁻⁵"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SGD with {etaa}", "etaa"),
        ("{eta*lam}", "lam"),
        ("{eta +}", r"eta \+"),
        ("{eta:.3e}", "eta:.3e"),
        ("{eta:3}", "eta:3"),
        ("{eta:.17g}", "15 digits"),
        ("{eta.real}", "eta.real"),
        ("{eta.__class__}", "__class__"),
        ("{eta!r}", "eta!r"),
        ("{foo(eta)}", "foo"),
    ],
)
def test_an_error_names_the_placeholder(text: str, named: str) -> None:
    with pytest.raises(TemplateError, match=named):
        parse_template(text, ["eta"])


def test_an_undeclared_name_is_told_which_ones_there_are() -> None:
    with pytest.raises(TemplateError, match=r"“lr” is not declared\. Declared: eta, lam"):
        parse_template("{lr}", ["lam", "eta"])


def test_every_seed_has_its_text() -> None:
    template = parse_template("{a} and {a*2:.1f}", ["a"])

    assert template.render({"a": np.array([1.0, 2.5])}) == ["1 and 2.0", "2.5 and 5.0"]
    assert parse_template("", ["a"]).render({"a": np.zeros(3)}) == ["", "", ""]


def test_it_tells_where_a_number_is_not_finite_and_shows_it_all_the_same() -> None:
    template = parse_template("{1/a} ${1/a}$", ["a"])
    values = {"a": np.array([1.0, 0.0, 2.0])}

    assert template.finite(values).tolist() == [True, False, True]
    assert template.render(values)[1] == r"undefined $\text{undefined}$"


finite = st.floats(-1e300, 1e300)
grid = st.builds(lambda n, power: float(f"{n}e{power}"), st.integers(-99_999, 99_999), st.integers(-15, 9))


@given(finite | grid)
@example(1e-5)
@example(0.1 + 0.2)
def test_no_number_is_set_as_a_program_prints_it(value: float) -> None:
    assert not re.search(r"e[-+\d]|\d{16}", number(value))
    assert not re.search(r"e[-+\d]|\d{16}", number(value, context="math"))
    assert not re.search(r"e[-+]?0|e\+|\d{16}", number(value, context="code"))


@given(grid)
def test_what_is_shown_of_a_decimal_grid_is_what_was_drawn(value: float) -> None:
    for context in ("text", "math", "code"):
        assert float(read(number(value, context=context)).values[0]) == value


@given(grid, grid)
def test_a_sum_of_decimals_is_set_without_its_binary_dust(a: float, b: float) -> None:
    shown = read(render("{a + b}", a=a, b=b)).values[0]

    assert abs(float(shown) - (a + b)) <= 5.01e-6 * abs(a + b) + 1e-9 * max(abs(a), abs(b))


@given(finite, st.integers(1, 15))
def test_significant_digits_are_the_ones_asked(value: float, digits: int) -> None:
    shown = read(number(value, f".{digits}g", "code"))

    assert float(shown.values[0]) == float(f"{value:.{digits}g}")


@given(st.text(alphabet="{}ak$\\`^_ .:g3+-*/()frac", max_size=40))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    try:
        rendered = parse_template(text, ["a", "k"]).render({"a": np.array([0.5, 2.0]), "k": np.ones(2)})
    except TemplateError:
        return

    assert len(rendered) == 2


@given(st.text(alphabet="ab $\\^_+.,()\n", max_size=40))
def test_a_text_without_braces_is_never_changed(text: str) -> None:
    assert parse_template(text, ["a", "b"]).render({"a": np.ones(1), "b": np.ones(1)}) == [text]


def test_a_matrix_in_a_formula_is_typeset() -> None:
    matrix = np.array([[[1, -2.5], [0, 1e-7]]])
    template = parse_template("$A = {A}$, {A}, `{A}`, ${A}^2$", ["A"])
    typeset = r"\begin{pmatrix} 1 & -2.5 \\ 0 & 10^{-7} \end{pmatrix}"
    plain = "[[1, −2.5], [0, 10⁻⁷]], `[[1, -2.5], [0, 1e-7]]`"
    assert template.render({"A": matrix}) == [f"$A = {typeset}$, {plain}, ${typeset}^2$"]
    before = parse_template("$A = {A}$", ["A"], engine=2)
    assert before.render({"A": matrix}) == ["$A = [[1, -2.5], [0, 10^{-7}]]$"]
