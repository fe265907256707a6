"""Words of a query, and snippets."""

from __future__ import annotations

import pytest

from questions.text import markup
from questions.text.snippets import WORDS_SHOWN, snippet
from questions.text.words import root as find_root
from questions.text.words import split_query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", ()),
        ("  &|!:*'\"<>()_ ", ()),
        ("Weight DECAY decay", ("weight", "decay")),
        ("soft-threshold", ("soft", "threshold")),
        ("λ=1e-4", ("lambda", "1e", "4")),
        ("a b c d e f g h i j", tuple("abcdefgh")),
        ("C++ and C#", ("c++", "c#")),
        ("L² w^2 x_{1}", ("l2", "w2", "x1")),
        ("What is the difference between L1 and L2?", ("l1", "l2")),
        ("what is that", ("what", "is", "that")),
        ("x" * 500, ("x" * 100,)),
    ],
)
def test_words_of_a_query(query: str, words: tuple[str, ...]) -> None:
    assert split_query(query) == words


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("weights", "weight"),
        ("regularization", "regular"),
        ("regularisation", "regular"),
        ("bias", "bias"),
        ("overfitting", "overfit"),
        ("scaling", "scal"),
    ],
)
def test_roots_leave_the_endings_out(word: str, root: str) -> None:
    assert find_root(word) == root


def test_a_snippet_marks_the_words_and_keeps_formulas_whole() -> None:
    html = markup.render(r"Each step *multiplies* weights by $1-\eta\lambda < 1$: **decay** of the weight.")
    assert snippet(html, ["weights", "decay"]) == (
        r'Each step multiplies <mark>weights</mark> by <span class="math">1-\eta\lambda &lt; 1</span>: '
        "<mark>decay</mark> of the <mark>weight</mark>."
    )


def test_a_long_text_is_cut_around_the_words() -> None:
    html = markup.render("before " * 100 + "the needle here " + "after " * 100)
    cut = snippet(html, ["needle"])
    assert "<mark>needle</mark>" in cut
    assert cut.startswith("… before")
    assert cut.endswith("after …")
    assert len(cut.split()) == WORDS_SHOWN + 2


def test_a_snippet_runs_nothing_in_the_browser() -> None:
    html = markup.render("needle <script>alert(1)</script> `<img src=x onerror=alert(2)>` &lt;b&gt;")
    cut = snippet(html, ["needle", "script", "img"])
    assert "<script" not in cut
    assert "<img" not in cut
    assert "<b>" not in cut
    assert cut.count("<") == 2 * cut.count("<mark>")


def test_a_snippet_marks_words_with_signs() -> None:
    assert snippet("C, C++ and w² too", ["c++", "w2"]) == "C, <mark>C++</mark> and <mark>w²</mark> too"
