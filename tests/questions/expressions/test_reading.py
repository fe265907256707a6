"""Formulas as people type them: what is read, what is asked back, and that nothing else happens."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from questions.expressions import ExpressionError, Vocabulary, latex, read
from questions.interchange import yaml

WORDS = Vocabulary.of(["x", "y", "lambda", "x_1", "w_max", "C", "n"])

READ = {
    "2x": r"2\,x",
    "2 x": r"2\,x",
    "3(x+1)": r"3\,\left(x + 1\right)",
    "sin^2 x": r"\left(\sin\left(x\right)\right)^{2}",
    "sin x cos x": r"\sin\left(x\right)\,\cos\left(x\right)",
    "sin 2x": r"\sin\left(2\,x\right)",
    "xsinx": r"x\,\sin\left(x\right)",
    "e^x": "e^{x}",
    "e^-x": "e^{-x}",
    "√x": r"\sqrt{x}",
    "|x||y|": r"\left|x\right|\,\left|y\right|",
    "||x|+1|": r"\left|\left|x\right| + 1\right|",
    "x₁": "x_{1}",
    "x_1": "x_{1}",
    "x1": "x_{1}",
    "w_{\\text{max}}": r"w_{\mathrm{max}}",
    r"\frac{1}{2}x": r"\frac{1}{2}\,x",
    r"\frac12x": r"\frac{1}{2}\,x",
    r"\sqrt[3]{x}": r"\sqrt[3]{x}",
    r"2\cdot x": r"2\,x",
    "2·x": r"2\,x",
    "2×x": r"2\,x",
    "−x": "-x",
    "lambda x": r"\lambda\,x",
    "λx": r"\lambda\,x",
    r"\lambda x": r"\lambda\,x",
    "ln x / x": r"\frac{\ln\left(x\right)}{x}",
    "log_2 x": r"\log_{2}\left(x\right)",
    "log10(x)": r"\log_{10}\left(x\right)",
    "xy": r"x\,y",
    "x^2y": r"x^{2}\,y",
    "x²y": r"x^{2}\,y",
    "x⁻¹": "x^{-1}",
    "½x": r"0.5\,x",
    "0,5x": r"0.5\,x",
    r"12\,000x": r"12000\,x",
    r"3\times10^{-5}x": r"3 \cdot 10^{-5}\,x",
    r"\left|x\right|": r"\left|x\right|",
    "max(0, x)": r"\max\left(0, x\right)",
    "Sin(x)": r"\sin\left(x\right)",
    "-1/2*e^(-2x)+C": r"-\frac{1}{2}\,e^{-2\,x} + C",
    "$x^2$": "x^{2}",
    "x-(-y)": r"x - \left(-y\right)",
    "-x^2": "-x^{2}",
    "(-x)^2": r"\left(-x\right)^{2}",
    "(x/y)^2": r"\left(\frac{x}{y}\right)^{2}",
    "πx": r"\pi\,x",
    "n!": "n!",
    "2n!": r"2\,n!",
    "(n+1)!/n!": r"\frac{\left(n + 1\right)!}{n!}",
    "x^n!": "x^{n!}",
    r"\binom{n}{x}y": r"\binom{n}{x}\,y",
    "binom(n, 2)": r"\binom{n}{2}",
    "nCr(n, 2)": r"\binom{n}{2}",
    "⌊n/2⌋": r"\left\lfloor \frac{n}{2}\right\rfloor",
    "ceil(x)": r"\left\lceil x\right\rceil",
    "pow(x, 2)": "x^{2}",
    "lg x": r"\log_{10}\left(x\right)",
    "lb(x)": r"\log_{2}\left(x\right)",
    "log2 n": r"\log_{2}\left(n\right)",
    "ln ln x": r"\ln\left(\ln\left(x\right)\right)",
    "LN(x)": r"\ln\left(x\right)",
    "wmax y": r"w_{\mathrm{max}}\,y",
    r"w_\text{max}": r"w_{\mathrm{max}}",
    "x:y": r"\frac{x}{y}",
    "max(0,1-x)": r"\max\left(0, 1 - x\right)",
    "max(0,5; x)": r"\max\left(0.5, x\right)",
    "1/2 x^2": r"\frac{1}{2}\,x^{2}",
    "1/(2π) √x": r"\frac{1}{2\,\pi}\,\sqrt{x}",
    "e^x(x-1)": r"e^{x}\,\left(x - 1\right)",
}
ASKED = {
    "1/2x": "two readings",
    "1/2(x+1)": "two readings",
    "e^2x": "two readings: write e^(2*x…) or e^2*x",
    "e^xy": "two readings",
    "x^1/2": "two readings",
    "x^2^3": "two readings",
    "sin x/2": "two readings",
    "sin x y": "two readings",
    "sin x^2": "two readings",
    "sin^-1 x": "write arcsin",
    "√2x": "two readings",
    "log x": "write ln(…), log_10(…) or log_2(…)",
    "1,234x": "write 1234 or 1.234",
    "2e-3": "two readings",
    "1 / 2 x": "two readings",
    "1/(x)(y)": "two readings",
    "1/(x)^2 y": "two readings",
    "1/x² y": "two readings",
    "n!!": "two readings: write (n!)!",
    "binom(n)": "binom takes two numbers",
    "f(x) = x": "“=” at character 6",
    "|x|y|x|": "two readings",
    "x2": "write x^2 or 2*x",
    "1 1/2": "a sign is missing",
    "x 2": "a sign is missing",
    "foo": "“foo” at character 1 is not understood. Names here: x, y, λ",
    "2 + X": "“X” at character 5 is not understood. Capitals count: did you mean x?",
    "x = 2": "without “=”",
    "50%": "without “%”",
    "(x": "A “)” is missing at the end",
    "x)": "“)” at character 2",
    "2 +": "The formula is not finished. Expected: a number, x, y",
    "": "Type a formula",
    "sin": "After sin a bracket is expected",
    "x" * 401: "at most 400",
    "(" * 60 + "x" + ")" * 60: "too many brackets",
    "-" * 60 + "x": "too many signs",
    "+".join("x" * 150): "at most 200 parts",
    "9e999": "too large",
    "x/\\foo": r"“\foo” at character 3",
}


@pytest.mark.parametrize(("typed", "shown"), READ.items())
def test_it_is_read_as_people_type_it(typed: str, shown: str) -> None:
    assert latex(read(typed, WORDS)) == shown


@pytest.mark.parametrize("typed", READ)
def test_what_is_shown_is_read_as_the_same(typed: str) -> None:
    shown = latex(read(typed, WORDS))

    assert latex(read(shown, WORDS)) == shown


@pytest.mark.parametrize(("typed", "told"), ASKED.items())
def test_what_is_not_one_formula_is_sent_back_with_the_place_and_what_is_expected(typed: str, told: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        read(typed, WORDS)

    assert told in str(refused.value)


def test_log_is_read_where_the_author_says_what_it_means() -> None:
    assert latex(read("log(x)", Vocabulary.of(["x"], "natural"))) == r"\ln\left(x\right)"
    assert latex(read("log x", Vocabulary.of(["x"], "10"))) == r"\log_{10}\left(x\right)"


def test_functions_are_no_products_of_letters_nor_products_functions() -> None:
    assert latex(read("tanx", Vocabulary.of(["t", "a", "n", "x"]))) == r"\tan\left(x\right)"
    assert latex(read("lb", Vocabulary.of(["l", "b"]))) == r"l\,b"
    assert latex(read("log_2 n + ln2", Vocabulary.of(["n", "w_2"]))).startswith(r"\log_{2}\left(n\right)")
    assert latex(read("ħω", Vocabulary.of(["hbar", "omega"]))) == r"\hbar\,\omega"
    assert latex(read("C(n,k)", Vocabulary.of(["n", "k"]))) == r"\binom{n}{k}"
    with pytest.raises(ExpressionError, match=r"write arccos\(a\*t\) or a\*cos\(a\*t\)"):
        read("acosat", Vocabulary.of(["a", "t"]))
    with pytest.raises(ExpressionError, match="write log_10"):
        read("lg n", Vocabulary.of(["n"], "2"))


def test_a_run_of_letters_is_cut_by_the_names_of_the_item() -> None:
    assert latex(read("xy", Vocabulary.of(["x", "y"]))) == r"x\,y"
    assert latex(read("xy", Vocabulary.of(["xy"]))) == r"\mathrm{xy}"
    with pytest.raises(ExpressionError, match="two readings: write"):
        read("abc", Vocabulary.of(["a", "bc", "ab", "c"]))


TYPED = Path(__file__).parents[2] / "data/typed_formulas.yaml"
"""Some 200 texts for each of six subjects."""


def test_what_students_type_is_read_and_what_has_two_readings_is_asked() -> None:
    subjects: Any = yaml.read(TYPED.read_text())
    for subject in subjects.values():
        vocabulary = Vocabulary.of(subject["names"].split())
        texts = {what: texts_in(subject[what]) for what in ("read", "asked", "refused")}
        assert sum(map(len, texts.values())) >= 195
        for typed in texts["read"]:
            shown = latex(read(typed, vocabulary))
            again = latex(read(shown, vocabulary))
            assert again == shown or r"\cdot 10^" in shown, typed
        for what in ("asked", "refused"):
            for typed in texts[what]:
                with pytest.raises(ExpressionError) as refused:
                    read(typed, vocabulary)
                assert ("readings" in str(refused.value)) == (what == "asked"), typed


def texts_in(block: str) -> list[str]:
    """The texts of a block, which are parted by bars."""
    return [typed.strip() for typed in block.replace("\n", " ").split("¦") if typed.strip()]


PIECES = (
    *("x", "y", "λ", "lambda", "x_1", "w_max", "C", "n", "2", "0.5", "1e5", ",", ";", "(", ")", "[", "]", "{", "}"),
    *("|", "+", "-", "*", "/", "^", "**", "√", "∛", "½", "²", "⁻¹", "₁", "_", "sin", "ln", "log", "exp", "max", "e"),
    *(
        "!",
        ":",
        "⌊",
        "⌋",
        "\\binom",
        "binom",
        "max",
        "lg",
        "π",
        "\\frac",
        "\\sqrt",
        "\\left",
        "\\right",
        "\\cdot",
        "\\text{",
        "\\",
        " ",
        "$",
        "é",
        "٣",
        "\x00",
        "𝑥",
        "'",
    ),
)


def fuzz(count: int, seed: int) -> float:
    """Read strings of pieces; the longest processor time that one takes, the best of three tries."""
    chance, slowest = random.Random(seed), 0.0
    for _ in range(count):
        text = "".join(chance.choices(PIECES, k=chance.choice((3, 8, 20, 100))))
        best = 1.0
        for _ in range(3):
            begun = time.thread_time()
            with suppress(ExpressionError):
                read(text, WORDS)
            best = min(best, time.thread_time() - begun)
            if best < 0.005:
                break
        slowest = max(slowest, best)
    return slowest


def test_whatever_is_typed_is_read_or_refused_in_no_time() -> None:
    assert fuzz(3000, 7) < 0.005


@pytest.mark.parametrize("text", ["sin" * 13, "x" * 400, "x_" * 200, "√" * 400, "\\frac" * 80, "|" * 400, "1/" * 200])
def test_a_text_that_repeats_itself_is_quick_too(text: str) -> None:
    best = 1.0
    for _ in range(3):
        begun = time.thread_time()
        with suppress(ExpressionError):
            read(text, WORDS)
        best = min(best, time.thread_time() - begun)
    assert best < 0.005
