"""Markdown with LaTeX to HTML that is safe whoever wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions.templatetags.markup import runs
from questions.text import markup
from questions.text.places import cut_at_places, without_places


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


def test_what_is_struck_is_struck() -> None:
    assert markup.render_inline("~~right~~ wrong") == "<s>right</s> wrong"


def test_headings_of_any_script_have_ids_of_their_own() -> None:
    text = "## Über α\n\n## 正则化\n\n## हिन्दी\n\n## ???\n\n## !\n\n## One *two*\n\n### one two\n\n## One two"
    ids = ["über-α", "正则化", "हिन्दी", "section", "section-2", "one-two", "one-two-3"]
    assert [section.id for section in markup.sections(text)] == ids
    assert all(f'id="{each}"' in markup.render(text) for each in [*ids, "one-two-2"])


def test_texts_from_right_to_left_run_in_their_direction() -> None:
    assert markup.render("## مرحبا\n\nשלום\n\nHello מ") == (
        '<h2 id="مرحبا" dir="rtl">مرحبا</h2>\n<p dir="rtl">שלום</p>\n<p dir="ltr">Hello מ</p>\n'
    )
    assert markup.render_inline("שלום *x*") == '<span dir="auto">שלום <em>x</em></span>'
    assert "dir" not in markup.render("## Hello\n\n- x\n\n> y")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- שלום\n- x", '<ul dir="rtl">\n<li>שלום</li>\n<li>x</li>\n</ul>\n'),
        ("2. $x$ שלום", '<ol start="2" dir="rtl">\n<li><span class="math">x</span> שלום</li>\n</ol>\n'),
        ("> שלום", '<blockquote dir="rtl">\n<p dir="rtl">שלום</p>\n</blockquote>\n'),
        ("::: exam\nשלום\n:::", '<aside class="callout callout-exam" dir="rtl">'),
        ("|א|\n|-|\n|1|", '<table dir="rtl">'),
    ],
)
def test_what_holds_such_texts_runs_with_them(text: str, html: str) -> None:
    assert html in markup.render(text)


@pytest.mark.parametrize(
    ("html", "attribute"),
    [
        ('<span dir="auto">שלום x</span>', ' dir="rtl"'),
        ('<span class="math">x</span> שלום', ' dir="rtl"'),
        ("x שלום", ""),
        ("12", ""),
    ],
)
def test_a_box_runs_with_what_it_holds(html: str, attribute: str) -> None:
    assert runs(html) == attribute


def test_an_image_that_is_stored_already_shows_its_alternative() -> None:
    assert markup.render_inline("See ![the <curve>](roc.png)!") == "See the &lt;curve&gt;!"


def test_a_text_is_cut_at_its_places_and_stays_whole_together() -> None:
    text = "A [[one]] and *a [[two-b]]*:\n\n```python\nprint([[three]], [[x]])\n```\n"

    pieces = cut_at_places(text, ["three", "one", "two-b"])

    assert [name for _, name in pieces] == ["one", "two-b", "three", ""]
    assert pieces[0][0] == "<p>A "
    assert pieces[1][0] == " and <em>a "
    assert "[[one]]" not in "".join(html for html, _ in pieces)
    assert "x" in pieces[3][0]
    assert cut_at_places("[[a]]", []) == [("<p>[[a]]</p>\n", "")]
    assert without_places(text).startswith("A … and *a …*")
