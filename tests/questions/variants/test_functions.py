"""Every function of formulas, by the engine and by the gate's arithmetic, beside mpmath's and Python's own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray

from questions.variants.exact import evaluate
from questions.variants.exact.numbers import UndefinedError
from questions.variants.exact.tables import CONSTANTS as EXACT_CONSTANTS
from questions.variants.exact.tables import NAMES
from questions.variants.formulas import compile_formula
from questions.variants.functions import CONSTANTS, FUNCTIONS, FormulaError

ANGLES = (0, 0.1, -2.5, 30, 45, 60, 90, 150, 180.0, -270, 359.9, 1234.5, 100000)
SMALL = (0, 1e-7, -0.3, 0.5, -1, 1)
POSITIVE = (1e-6, 0.2, 1, 2.5, 1000)


def engine(formula: str, values: Mapping[str, Any] | None = None) -> Any:
    """What the engine gives for one seed: a number or nested lists."""
    columns = {name: np.array([value], dtype=float) for name, value in (values or {}).items()}
    return compile_formula(formula, columns)({"": np.zeros(1), **columns})[0].tolist()


def degrees(function: Callable[[Any], Any]) -> Callable[[float], Any]:
    return lambda x: function(mpmath.mpf(x) * mpmath.pi / 180)


def in_degrees(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *x: function(*x) * 180 / mpmath.pi


@pytest.mark.parametrize(
    ("name", "peer", "arguments"),
    [
        ("sin", mpmath.sin, ANGLES),
        ("cos", mpmath.cos, ANGLES),
        ("tan", mpmath.tan, ANGLES),
        ("asin", mpmath.asin, SMALL),
        ("acos", mpmath.acos, SMALL),
        ("atan", mpmath.atan, ANGLES),
        ("sind", degrees(mpmath.sin), ANGLES),
        ("cosd", degrees(mpmath.cos), ANGLES),
        ("tand", degrees(mpmath.tan), (0, 0.1, -2.5, 30, 45, 60, 150, 1234.5)),
        ("asind", in_degrees(mpmath.asin), SMALL),
        ("acosd", in_degrees(mpmath.acos), SMALL),
        ("atand", in_degrees(mpmath.atan), ANGLES),
        ("radians", lambda x: x * mpmath.pi / 180, ANGLES),
        ("degrees", lambda x: x * 180 / mpmath.pi, ANGLES),
        ("sinh", mpmath.sinh, SMALL),
        ("cosh", mpmath.cosh, SMALL),
        ("tanh", mpmath.tanh, (*SMALL, 300)),
        ("asinh", mpmath.asinh, ANGLES),
        ("acosh", mpmath.acosh, (1, 1.5, 1e6)),
        ("atanh", mpmath.atanh, SMALL[:-2]),
        ("log", mpmath.log, POSITIVE),
        ("factorial", mpmath.factorial, (0, 1, 7, 25, 170)),
    ],
)
def test_a_function_is_what_it_is_elsewhere(
    name: str, peer: Callable[[Any], Any], arguments: tuple[float, ...]
) -> None:
    with mpmath.workdps(70):
        for x in arguments:
            right = peer(mpmath.mpf(repr(x)))
            exact = evaluate(f"{name}(x)", {"x": Fraction(repr(x))})
            assert (
                abs(
                    mpmath.mpf(str(exact) if not isinstance(exact, Fraction) else exact.numerator)
                    / (exact.denominator if isinstance(exact, Fraction) else 1)
                    - right
                )
                <= abs(right) * mpmath.mpf(10) ** -50 + mpmath.mpf(10) ** -60
            ), x
            assert engine(f"{name}(x)", {"x": x}) == pytest.approx(
                float(right), rel=1e-12, abs=1e-12 * abs(x) * 1e-3
            ), x


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        *(("sin(pi)", 0), ("cos(pi/2)", 0), ("1000*sin(20*pi)", 0), ("tan(pi/4)", 1), ("cos(pi/3)", 0.5)),
        *(("sind(30)", 0.5), ("sind(-750)", -0.5), ("cosd(90)", 0), ("cosd(120)", -0.5), ("tand(225)", 1)),
        *(("asind(0.5)", 30), ("acosd(-1)", 180), ("atand(-1)", -45), ("atan2d(-1, -1)", -135), ("atan2d(0, -2)", 180)),
        *(("log(8, 2)", 3), ("log(1000, 10)", 3), ("log(0.25, 0.5)", 2), ("log(e)", 1), ("atan2(0, 3)", 0)),
        *(("comb(52, 5)", 2598960), ("comb(3, 5)", 0), ("perm(10, 3)", 720), ("perm(5, 5)", 120)),
        *(("gcd(12, 18, 8)", 2), ("gcd(0, 5)", 5), ("lcm(4, 6, 10)", 60), ("lcm(0, 4)", 0), ("gcd(-12, 18)", 6)),
    ],
)
def test_what_is_a_round_number_comes_out_as_one(formula: str, value: float) -> None:
    assert engine(formula) == value
    exact = evaluate(formula, {})
    assert not isinstance(exact, tuple)
    assert float(exact) == pytest.approx(value, rel=1e-15, abs=1e-45)


@pytest.mark.parametrize(
    "formula",
    [
        *("tan(pi/2)", "tand(90)", "tand(-270)", "asin(1.1)", "acosd(2)", "atan2(0, 0)", "acosh(0.5)", "atanh(1)"),
        *("log(0)", "log(-1, 2)", "log(2, 1)", "log(2, 0)", "factorial(2.5)", "factorial(-1)", "factorial(1001)"),
        *("comb(5, 0.5)", "comb(-1, 2)", "perm(3, -1)", "gcd(1.5, 3)", "lcm(2, 0.1)"),
    ],
)
def test_what_has_no_value_has_none(formula: str) -> None:
    assert not math.isfinite(engine(formula))
    with pytest.raises(UndefinedError):
        evaluate(formula, {})


def test_every_function_has_both_evaluations() -> None:
    assert EXACT_CONSTANTS.keys() == CONSTANTS.keys()
    assert FUNCTIONS.keys() == NAMES


def test_a_declared_name_is_no_constant() -> None:
    assert engine("e*pi", {"e": 2, "pi": 3}) == 6
    assert evaluate("e*pi", {"e": Fraction(2), "pi": Fraction(3)}) == 6


LIST = (2.5, -1, 4, 4, 0.3, 7)
OTHER = (1, 2, 0.5, 3, -2, 2.25)


@pytest.mark.parametrize(
    ("formula", "peer"),
    [
        ("sum(v)", np.sum),
        ("prod(v)", np.prod),
        ("mean(v)", np.mean),
        ("median(v)", np.median),
        ("median(w)", lambda v: np.median(OTHER)),
        ("var(v, ddof=0)", np.var),
        ("var(v, 1)", lambda v: np.var(v, ddof=1)),
        ("std(v, ddof=1)", lambda v: np.std(v, ddof=1)),
        ("cov(v, w, ddof=1)", lambda v: np.cov(v, OTHER)[0, 1]),
        ("cov(v, w, 0)", lambda v: np.cov(v, OTHER, ddof=0)[0, 1]),
        ("corr(v, w)", lambda v: np.corrcoef(v, OTHER)[0, 1]),
        ("corr(v, 3 - 2*v)", lambda v: -1),
        ("count(v > 2)", lambda v: np.count_nonzero(v > 2)),
        ("sort(v)[4] + cumsum(v)[5] + len(v)", lambda v: np.sort(v)[4] + np.sum(v) + 6),
        ("median([3, 1, 2])", lambda v: 2),
    ],
)
def test_lists_are_summed_up_as_numpy_does(formula: str, peer: Callable[[Any], float]) -> None:
    assert engine(formula, {"v": LIST, "w": OTHER}) == pytest.approx(float(peer(np.array(LIST))), rel=1e-12)
    exact = evaluate(formula, {"v": tuple(map(exactly, LIST)), "w": tuple(map(exactly, OTHER))})
    assert not isinstance(exact, tuple)
    assert float(exact) == pytest.approx(float(peer(np.array(LIST))), rel=1e-12)


def exactly(number: float) -> Fraction:
    return Fraction(repr(number))


METHODS = (
    *("inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull"),
    *("linear", "median_unbiased", "normal_unbiased"),
)


@pytest.mark.parametrize("kind", range(1, 10))
def test_the_nine_rules_of_quantiles_are_numpys(kind: int) -> None:
    for count in (1, 4, 5, 10):
        v = [7, 1, 1, 12, 5, 3, 9, 20, 4, 6][:count]
        for share in (0, 0.05, 0.1, 0.25, 0.3, 0.5, 0.7, 0.75, 0.95, 1):
            # The share as a fraction: 0.3 * 10 is 3 on paper, and 3.0000000000000004 may be more.
            right = np.quantile(v, share, method=METHODS[kind - 1])  # type: ignore[call-overload]
            formula = f"quantile(v, p, type={kind})"
            exact = evaluate(formula, {"v": tuple(map(Fraction, v)), "p": exactly(share)})
            assert not isinstance(exact, tuple)
            if kind > 3 or not (share * count + 0.5).is_integer():
                assert float(exact) == pytest.approx(right), (v, share)
            assert engine(formula, {"v": v, "p": share}) == pytest.approx(float(exact)), (v, share)


@pytest.mark.parametrize("formula", ["quantile(v, 1.1, 7)", "quantile(v, -0.1, 2)", "corr(v, v*0)", "var([3], 1)"])
def test_lists_without_a_value(formula: str) -> None:
    assert not math.isfinite(engine(formula, {"v": LIST}))
    with pytest.raises(UndefinedError):
        evaluate(formula, {"v": tuple(map(exactly, LIST))})


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("var(v)", "column 1: var() says what it is divided by: var(v, ddof=0) by n, var(v, ddof=1) by n - 1."),
        ("1 + std(v, n)", "column 5: std() says what it is divided by"),
        ("var(v, ddof=2)", "column 1: var() says"),
        ("cov(v, w)", "column 1: cov() says what it is divided by: cov(v, w, ddof=0)"),
        ("quantile(v, 0.5)", "column 1: quantile() says by which rule"),
        ("quantile(v, 0.5, type=10)", "column 1: quantile() says by which rule"),
        ("mean(v, axis=1)", "column 1: mean() takes its arguments by position."),
        ("2*sum(n)", "column 3: sum() takes a list, and this is a number."),
        ("mean(A)", "column 1: mean() takes a list, and this is a matrix of 2 × 3. Take a row of it, as in A[0]."),
        ("corr(v, w[0])", "column 1: corr() takes a list, and this is a number."),
        ("dot(v, u)", "column 1: dot() takes two lists of the same length, and these have 6 and 2 entries."),
        ("n*(v + u)", "column 4: A list of 6 and a list of 2 do not go together."),
        ("v*A", "column 1: A list of 6 and a matrix of 2 × 3 do not go together. The product of matrices is A @ B."),
        ("max(v, u)", "column 1: max() puts entry by entry together, and a list of 6 and a list of 2 do not fit."),
        ("v < u", "column 1: A list of 6 and a list of 2"),
        ("v if u > 1 else 0", "column 1: A list of 2 and a list of 6"),
        ("n[0]", "column 1: Only a list or a matrix is indexed"),
        ("v[u]", "column 1: Only a list or a matrix is indexed, and by one number"),
        ("1 + v[6]", "column 5: The index is 0 to 5, since there are 6 entries."),
        ("A[2][0]", "column 1: The index is 0 to 1, since there are 2 rows."),
        ("v[-1]", "column 1: The index is 0 to 5"),
        ("[1, v]", "column 1: A list has numbers, or rows that are as long as each other."),
        ("[v, u]", "column 1: A list has numbers, or rows"),
        ("[[[1]]]", "column 1: A list has numbers"),
        ("A @ A", "column 1: A matrix of 2 × 3 @ a matrix of 2 × 3 is no product"),
        ("2 + A @ u", "column 5: A matrix of 2 × 3 @ a list of 2 is no product"),
        ("det(A)", "column 1: det() takes a square matrix, up to 8 × 8, and this is a matrix of 2 × 3."),
        ("inv(v)", "column 1: inv() takes a square matrix"),
        ("solve([[1, 2], [3, 4]], v)", "column 1: solve() takes a right side of 2 numbers, and this is a list of 6."),
        ("transpose(v)", "column 1: transpose() takes a matrix, and this is a list of 6. A column is transpose([v])."),
        ("eigenvalues([[1, 2, 3], [4, 5, 6], [7, 8, 9]])", "column 1: eigenvalues() takes a square matrix, 2 × 2,"),
        ("cross(u, u)", "column 1: cross() takes two lists of 3, and this is a list of 2."),
        ("quantile(v, u, 7)", "column 1: quantile() takes a number there, and this is a list of 2."),
    ],
)
def test_what_does_not_fit_is_refused_with_its_column(formula: str, said: str) -> None:
    shapes = {"n": (), "v": (6,), "w": (6,), "u": (2,), "A": (2, 3)}
    with pytest.raises(FormulaError) as refused:
        compile_formula(formula, shapes, shapes)
    assert str(refused.value).startswith(said)


def test_shapes_are_known_before_anything_is_drawn() -> None:
    shapes = {"n": (), "v": (3,), "A": (2, 3)}
    for formula, shape in {
        "A[n]*v + 1": (3,),
        "[v, v]": (2, 3),
        "[n, 2]": (2,),
        "[[n], [1]]": (2, 1),
        "A[0][1]": (),
    }.items():
        assert compile_formula(formula, shapes, shapes).shape == shape
        drawn = {name: np.ones((4, *each)) for name, each in shapes.items()}
        assert compile_formula(formula, shapes, shapes)(drawn).shape == (4, *shape)


def test_an_older_engine_keeps_the_variance_that_does_not_say() -> None:
    v = np.array([LIST])
    assert compile_formula("var(v)", ["v"], engine=2)({"v": v}) == pytest.approx(np.var(v, axis=1))
    with pytest.raises(FormulaError, match="takes 1 arguments"):
        compile_formula("var(v, 1)", ["v"], engine=2)


SINGULAR = ("[[1, 2], [2, 4]]", "[[0.1, 0.2], [0.3, 0.6]]", "[[0, 0], [0, 0]]", "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        *(("det([[2, 1], [5, 3]])", 1), ("det([[0, 1, 0], [1, 0, 0], [0, 0, 3]])", -3), ("det([[5]])", 5)),
        *((f"det({matrix})", 0) for matrix in SINGULAR),
        *(
            ("rank([[0.1, 0.2, 0.3], [0.3, 0.6, 0.9]])", 1),
            ("rank([[0, 0], [0, 0]])", 0),
            ("rank([[0, 2], [0, 3]])", 1),
        ),
        *(("rank([[0, 1], [1, 0], [1, 1]])", 2), ("rank([[1, 2, 3], [4, 5, 6], [7, 8, 9]])", 2)),
        ("inv([[2, 1], [5, 3]])", [[3, -1], [-5, 2]]),
        ("inv([[0, 2], [1, 0]])", [[0, 1], [0.5, 0]]),
        ("solve([[2, 1], [1, 3]], [3, 5])", [0.8, 1.4]),
        ("solve([[0, 1, 1], [1, 0, 1], [1, 1, 0]], [5, 4, 3])", [1, 2, 3]),
        ("[[1, 2], [3, 4]] @ [[0, 1], [1, 0]]", [[2, 1], [4, 3]]),
        ("[[1, 2], [3, 4]] @ [1, 10]", [21, 43]),
        ("[1, 10] @ [[1, 2], [3, 4]]", [31, 42]),
        ("[1, 2] @ [3, 4]", 11),
        ("transpose([[1, 2, 3]])", [[1], [2], [3]]),
        ("trace([[1, 2], [3, 4]])", 5),
        *(("eigenvalues([[2, 1], [1, 2]])", [1, 3]), ("eigenvalues([[0.5, 0], [0, 0.25]])", [0.25, 0.5])),
        ("eigenvalues([[1, 1], [0, 1]])", [1, 1]),
        *(("cross([1, 0, 0], [0, 1, 0])", [0, 0, 1]), ("cross([1, 2, 3], [2, 4, 6])", [0, 0, 0])),
    ],
)
def test_matrices_of_round_numbers_give_round_numbers(formula: str, value: Any) -> None:
    assert engine(formula) == value
    exact = np.array(evaluate(formula, {}), dtype=object).astype(float)
    assert exact.tolist() == value


@pytest.mark.parametrize(
    "formula",
    [*(f"inv({matrix})" for matrix in SINGULAR), "solve([[1, 1], [1, 1]], [1, 2])", "eigenvalues([[0, 1], [-1, 0]])"],
)
def test_what_has_no_inverse_has_no_value(formula: str) -> None:
    assert not np.isfinite(engine(formula)).any()
    with pytest.raises(UndefinedError):
        evaluate(formula, {})


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (8, 8)])
def test_ranks_are_numpys(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(sum(shape))
    product = [random.integers(-4, 5, (20, shape[0], k)) @ random.integers(-4, 5, (20, k, shape[1])) for k in (1, 2, 3)]
    columns = {"A": np.concatenate([*product, random.integers(-1, 2, (20, *shape))]) / 10}
    ranks = compile_formula("rank(A)", columns)(columns)
    assert ranks.tolist() == np.linalg.matrix_rank(columns["A"]).tolist()
    assert [float(evaluate("rank(A)", {"A": rows(matrix)})) for matrix in columns["A"]] == ranks.tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [2, 3, 8])
def test_elimination_is_numpys_and_the_same_alone_as_in_a_batch(size: int) -> None:
    random = np.random.default_rng(size)
    a: NDArray[np.float64] = random.integers(-9, 10, (5, size, size)) / 10
    b: NDArray[np.float64] = random.integers(-9, 10, (5, size)) / 1.0
    columns = {"A": a, "b": b}
    peers: dict[str, NDArray[np.floating[Any]]] = {
        "det(A)": np.linalg.det(a),
        "inv(A)": np.linalg.inv(a),
        "solve(A, b)": np.linalg.solve(a, b[:, :, None])[:, :, 0],
        "A @ A @ b": (a @ a @ b[:, :, None])[:, :, 0],
    }
    for formula, peer in peers.items():
        compiled = compile_formula(formula, columns)
        whole = compiled(columns)
        np.testing.assert_allclose(whole, peer, rtol=1e-9, atol=1e-12)
        assert (compiled({name: column[2:3] for name, column in columns.items()}) == whole[2:3]).all()
        exact: dict[str, Any] = {"A": rows(a[2]), "b": tuple(map(exactly, b[2].tolist()))}
        np.testing.assert_allclose(np.array(evaluate(formula, exact), dtype=object).astype(float), whole[2], rtol=1e-10)


def rows(matrix: Any) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(map(exactly, row)) for row in matrix.tolist())
