"""Formulas that pages hold when they arrive: set on the server, kept within bounds, left as written where they fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from py_mini_racer import LibNotFoundError

from questions.models import Course, Lesson
from questions.text import katex, markup
from questions.text.katex import Formula

pytestmark = pytest.mark.any_database

LINK = re.compile(r"<(/static/katex/fonts/[\w-]+\.woff2)>; rel=preload; as=font; crossorigin")


def set_in(text: str) -> str:
    return katex.set_formulas(markup.render(text))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> katex.Kept:
    """Nothing is kept yet."""
    fresh = katex.Kept(katex.KEPT_BYTES)
    monkeypatch.setattr(katex, "_kept", fresh)
    return fresh


def test_a_formula_is_set_to_be_seen_and_to_be_read_aloud() -> None:
    html = set_in("So $a_1 < b$ holds:\n\n$$\n\\frac{1}{2}\n$$")
    inline, display = html.split("holds:")
    assert '<span class="math set"><span class="katex"><span class="katex-mathml">' in inline
    assert '<annotation encoding="application/x-tex">a_1 &lt; b</annotation>' in inline
    assert '<div class="math display set"><span class="katex-display">' in display


def test_a_formula_that_cannot_be_set_stays_as_it_is_written() -> None:
    assert '<span class="math">\\frac{1}{2</span>' in set_in(r"Bad $\frac{1}{2$ and good $x$")
    assert "katex-html" in set_in(r"Bad $\frac{1}{2$ and good $x$")


def test_what_only_looks_like_a_formula_is_left_alone() -> None:
    page = r'<textarea>&lt;span class="math"&gt;x&lt;/span&gt;</textarea><script>"\u003Cspan class=\"math\">x"</script>'
    assert katex.set_formulas(page) == page


def test_each_formula_of_a_page_is_set_once(kept: katex.Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Formula] = []
    typeset = katex._engine.typeset

    def count(formulas: list[Formula], seconds: float, patience: float) -> object:
        asked.extend(formulas)
        return typeset(formulas, seconds, patience)

    monkeypatch.setattr(katex._engine, "typeset", count)
    for _ in range(2):
        set_in("$x$ and $y$ and $x$ again, $$x$$ too")
    assert asked == [Formula("x", False), Formula("y", False), Formula("x", True)]


def test_what_is_kept_is_bounded_in_bytes(kept: katex.Kept) -> None:
    kept.bound = 20_000
    for number in range(30):
        set_in(f"$x_{{{number}}}$")
    assert 10_000 < kept.bytes <= 20_000
    assert kept.get(Formula("x_{29}", False))
    assert kept.get(Formula("x_{0}", False)) is None


def test_a_page_whose_formulas_take_too_long_is_shown_without_the_rest(
    kept: katex.Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(katex, "PAGE_SECONDS", 0)
    html = set_in("$x$ and $y$")
    assert html.count("math set") == 1
    assert '<span class="math">y</span>' in html
    assert set_in("$x$ and $y$").count("math set") == 2  # the next visitor's turn for the rest


@pytest.mark.parametrize("error", [ImproperlyConfigured("KaTeX is not installed"), LibNotFoundError(Path("none"))])
def test_without_katex_pages_are_shown_as_they_are(
    kept: katex.Kept, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(katex._engine, "typeset", refuse)
    assert set_in("$x$") == markup.render("$x$")


def test_a_lesson_arrives_with_its_formulas_and_their_fonts(course: Course) -> None:
    lesson = Lesson.objects.get()
    lesson.body_markdown = "## Decay\n\nSo $w_1 < 2$ holds."
    lesson.save()
    response = Client().get(reverse("lesson", args=[lesson.slug]))
    assert b"katex-html" in response.content
    assert b"katex.min.js" not in response.content
    assert len(LINK.findall(response["Link"])) == 2
    assert "Link" not in Client().get(reverse("lesson", args=[lesson.slug]), headers={"HX-Request": "true"})
    assert "Link" not in Client().get(reverse("lessons"))


@pytest.mark.parametrize("name", ["examprep/base.css", "examprep/app.js"])
def test_style_sheets_and_scripts_are_compressed(client: Client, name: str) -> None:
    response = client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"


def test_fonts_are_not_compressed_again(client: Client) -> None:
    font = client.get("/static/katex/fonts/KaTeX_Main-Regular.woff2", headers={"Accept-Encoding": "gzip"})
    assert font.status_code == 200
    assert "Content-Encoding" not in font
