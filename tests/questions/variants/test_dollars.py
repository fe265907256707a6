"""One rule for `$`: what draws numbers into a text and what renders it agree on what is a formula."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from questions.text import markup
from questions.variants import dollars
from questions.variants.templates import parse_template

PIECES = st.lists(
    st.sampled_from(["$", "$$", "5", "a", " ", "`", "\\", "x + y", ", ", "{n}", "``", ".\n\n"]), max_size=12
)


def formulas(text: str) -> list[str]:
    return [text[mark.inner_start : mark.inner_end] for mark in dollars.marked_in(text) if mark.kind == "math"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A GPU costs $5 an hour, a second one costs $10.", []),
        ("$a$ text $b$ costs $5", ["a", "b"]),
        ("It costs $5 and runs $n$ steps; the next costs $10.", ["n"]),
        (r"\$5 and $x$", ["x"]),
        (r"$a\$b$", [r"a\$b"]),
        ("$$x^2$$ and $$ y $$", ["x^2", " y "]),
        ("`$a` and ``$`$`` and $b$", ["b"]),
        ("```\n$a$\n```\n$b$", ["b"]),
        ("costs $5\n\n- or x$", []),
        ("$5 \\cdot 3$", ["5 \\cdot 3"]),
    ],
)
def test_formulas_and_money(text: str, expected: list[str]) -> None:
    assert formulas(text) == expected


@given(PIECES)
@settings(max_examples=150)
def test_the_renderer_sees_the_same_formulas(pieces: list[str]) -> None:
    text = "".join(pieces).replace(".\n\n", ".").replace("{n}", "n").strip()
    assume(not text.startswith("```"))  # a block of code, which a line does not have
    html = markup.render_inline(text)
    rendered = [unescape(match) for match in re.findall(r'<span class="math(?: display)?">([^<]*)</span>', html)]
    assert rendered == [formula.strip() for formula in formulas(text)]


def test_a_number_is_set_as_its_surroundings_are() -> None:
    text = "A GPU costs $5 an hour and runs {n} steps at rate {e}; a second one costs $10. $x = {e}$, `{e}`"
    values = {"": np.zeros(1), "n": np.array([25232.0]), "e": np.array([5e-5])}
    (rendered,) = parse_template(text, ["n", "e"]).render(values)
    assert rendered == (
        "A GPU costs $5 an hour and runs 25\u202f232 steps at rate 5 × 10⁻⁵; a second one costs $10. "
        r"$x = 5 \times 10^{-5}$, `5e-5`"
    )
