"""The sheet of a lesson's formulas."""

from __future__ import annotations

import pytest
from django.test import Client

from questions.models import Course, Lesson
from questions.text.formula_sheet import formula_sheet

TEXT = """Opening $x$ words.

## The penalty

Some $inline$ words, then

$$
\\lambda \\lVert w \\rVert^2
$$

::: intuition
Not this.
:::

## Nothing here

Words.

## Numbers

::: exam try=decay-factor
The factor is $1 - \\eta\\lambda$.
:::
"""


def test_formulas_in_their_own_line_and_what_exams_ask_are_kept_by_section() -> None:
    penalty, numbers = formula_sheet(TEXT)
    assert (penalty.title, numbers.title) == ("The penalty", "Numbers")
    assert penalty.pieces == ['<div class="math display">\\lambda \\lVert w \\rVert^2</div>']
    (callout,) = numbers.pieces
    assert "The factor is" in callout
    assert callout.endswith("</aside>")
    assert "Try one" not in callout


@pytest.mark.any_database
def test_the_sheet_is_a_page_of_the_lesson(course: Course) -> None:
    Lesson.objects.update(body_markdown=TEXT)
    lesson = Lesson.objects.get()
    address = f"/lessons/{lesson.slug}/formulas/"
    assert address in Client().get(f"/lessons/{lesson.slug}/").content.decode()
    page = Client().get(address).content.decode()
    assert "katex-display" in page
    assert "Not this." not in page
    Lesson.objects.update(body_markdown="Words.")
    assert "no formulas" in Client().get(address).content.decode()
    assert Client().get("/lessons/none/formulas/").status_code == 404
