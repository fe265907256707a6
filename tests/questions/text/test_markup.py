"""Markdown with LaTeX to HTML that is safe whoever wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions.text import markup


def test_math_stays_latex_in_its_own_element() -> None:
    assert markup.render_inline("So $a_1 < b_1^*$ holds") == 'So <span class="math">a_1 &lt; b_1^*</span> holds'
    assert '<div class="math display">\\frac{1}{2}</div>' in markup.render("$$\n\\frac{1}{2}\n$$")


def test_money_is_not_math() -> None:
    assert markup.render_inline("$5 and $6") == "$5 and $6"


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "$x</span><img src=x onerror=alert(1)>$",
        '```"><script>alert(1)</script>\nx\n```',
        "::: exam <script>alert(1)</script>\nx\n:::",
        "![x](x onerror=alert(1))",
        "<svg/onload=alert(1)>",
        '[x](/ "onmouseover=alert(1) x=\\"")',
        "## <script>alert(1)</script>",
    ],
)
def test_no_script_gets_through(attack: str) -> None:
    for html in (markup.render(attack), markup.render_inline(attack)):
        assert "<script" not in html
        assert "<img" not in html
        assert "<svg" not in html
        assert 'href="javascript' not in html
        assert 'href="data' not in html


@given(st.text(alphabet="<>\"'&$`*_[]()!:#\\ax=/\n ", max_size=60))
def test_any_text_gives_only_allowed_tags(text: str) -> None:
    import re

    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", markup.render(text)))

    assert tags <= markup.TAGS


def test_callouts_have_their_kind_and_a_title() -> None:
    html = markup.render("::: exam\nThe factor.\n:::")

    assert html.startswith('<aside class="callout callout-exam"><p class="callout-title">Exam-favourite numbers</p>')
    assert "Feet in the fog" in markup.render("::: intuition Feet in the fog\nx\n:::")


def test_code_is_highlighted_by_classes() -> None:
    assert '<span class="kn">import</span>' in markup.render("```python\nimport numpy\n```")


def test_sections_are_cut_at_second_level_headings() -> None:
    found = markup.sections("Before.\n\n## One *two*\n\nText.\n\n### Inner\n\n## Two\n\nMore.")

    assert [(section.id, section.title) for section in found] == [("", ""), ("one-two", "One *two*"), ("two", "Two")]
    assert "Inner" in found[1].html
