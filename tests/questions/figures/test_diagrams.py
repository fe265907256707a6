"""Diagrams of numbers in texts: drawn from what a variant drew, with words and a table for who cannot see them."""

from __future__ import annotations

import time
from xml.etree.ElementTree import fromstring

import pytest

from questions import bank, kinds
from questions.figures import diagram_canvas, diagrams
from questions.figures.diagrams import DiagramError
from questions.text import markup
from questions.text.appearance import find_flaws

BLOCKS = {
    "histogram": "of: [12, 3, 4.5, 6, 7, 7, 8, 9, 10, −11]\nacross: <cm>",
    "box": "a: 1, 2, 3, 4, 9\nb: 4, 5, 6, 7, 8",
    "scatter": "x: 1, 2, 3, 4\ny: 2, 4.2, 5.8, 8\nfit: line",
    "lines": "x: 1, 2, 3\ntraining: 3, 2, 1\nvalidation: 3, 2.5, 2.8",
    "bars": "names: a, b, c\nvalues: 3, -1.5, 2",
    "matrix": "names: cat, dog\ncat: 8, 2\ndog: 1, 9",
    "function": "formula: 1/x − 1\nfrom: -2\nto: 2",
}
ALT = "\nalt: What <it> shows"


def seconds_of(kind: str, source: str) -> float:
    began = time.thread_time()
    diagrams.draw(kind, source)
    return time.thread_time() - began


@pytest.mark.parametrize(("kind", "block"), BLOCKS.items(), ids=BLOCKS)
def test_a_diagram_is_a_picture_with_words_and_a_table_and_always_the_same(kind: str, block: str) -> None:
    html = diagrams.draw(kind, block + ALT)

    whole = fromstring(html)
    svg = whole.find("svg")
    assert svg is not None
    assert svg.get("aria-label") == "What <it> shows"
    assert whole.findall("details/table/tbody/tr")
    assert "style" not in html
    assert html == diagrams.draw(kind, block + ALT)
    assert min(seconds_of(kind, block + ALT) for _ in range(3)) < 0.02


def test_the_name_of_the_axis_that_goes_up_stands_clear_of_its_numbers() -> None:
    texts = list(fromstring(diagrams.draw("lines", "x: 1, 2\na: 0.35, 0.5\nup: loss\nalt: a")).iter("text"))

    (name,) = [float(text.get("y", "")) for text in texts if text.text == "loss"]
    assert all(float(text.get("y", "")) > name + 21 for text in texts if text.text != "loss")


def test_every_kind_is_tried_here() -> None:
    assert BLOCKS.keys() == diagrams.KINDS.keys()


def test_a_histogram_counts_what_falls_between_its_edges() -> None:
    html = diagrams.draw("histogram", "of: 1, 2, 2, 3, 9\nbins: 5\nalt: a")

    counts = [row[2].text for row in fromstring(html).findall("details/table/tbody/tr")]
    assert counts == ["1", "3", "0", "0", "1"]


def test_a_fitted_line_is_that_of_least_squares() -> None:
    html = diagrams.draw("scatter", "x: 0, 10\ny: 0, 10\nfit: line\nalt: a")

    dots = [(dot.get("cx"), dot.get("cy")) for dot in fromstring(html).iter("circle")]
    line = next(path.get("d") for path in fromstring(html).iter("path") if path.get("class") == "line series-0")
    assert line == "M" + "L".join(f"{float(str(x)):g} {float(str(y)):g}" for x, y in dots)


@pytest.mark.parametrize("numbers", ["5", "0", "7, 7, 7", "1e-9, 2e-9", "-1e14, 1e14", "0.1, 0.2, 0.3"])
def test_any_numbers_are_drawn_within_the_frame(numbers: str) -> None:
    for kind, name in (("histogram", "of"), ("box", "a")):
        root = fromstring(diagrams.draw(kind, f"{name}: {numbers}\nalt: a"))
        for shape in root.iter("rect"):
            assert 0 <= float(shape.get("x", "")) <= 560
            assert 0 <= float(shape.get("y", "")) <= 340
            assert float(shape.get("height", "")) >= 0


@pytest.mark.parametrize(
    ("kind", "block", "message"),
    [
        ("pie", "of: 1\nalt: a", "There is no diagram “pie”"),
        ("histogram", "of: 1, 2", "what the diagram shows"),
        ("histogram", "alt: a", "no numbers"),
        ("histogram", "of: a, b\nalt: a", "“of” is no list"),
        ("histogram", "of: nan\nalt: a", "can be drawn"),
        ("histogram", "of: 1\nbins: 99\nalt: a", "1 to 30 bins"),
        ("histogram", "of: 1\nof: 2\nalt: a", "no field of its own"),
        ("histogram", f"of: {'1, ' * 501}\nalt: a", "500 numbers"),
        ("histogram", "in: 1\nalt: a", "Say the numbers of “of”"),
        ("scatter", "x: 1, 2\ny: 1\nalt: a", "“x” has 2 numbers"),
        ("scatter", "x: 1, 1\ny: 1, 2\nfit: line\nalt: a", "above each other"),
        ("lines", "x: 1, 2\nalt: a", "numbers of a line"),
        ("bars", "names: a\nvalues: 1, 2\nalt: a", "“names” has 1"),
        ("matrix", "names: a, b\na: 1, 2\nb: 1\nalt: a", "as long as"),
        ("function", "formula: y + 1\nfrom: 0\nto: 1\nalt: a", "The formula cannot be drawn"),
        ("function", "formula: log(x)\nfrom: -2\nto: -1\nalt: a", "no finite value"),
        ("function", "formula: x\nfrom: 2\nto: 1\nalt: a", "smaller number"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(kind: str, block: str, message: str) -> None:
    with pytest.raises(DiagramError, match=message):
        diagrams.draw(kind, block)
    (flaw,) = find_flaws(f"Look:\n\n```plot {kind}\n{block}\n```\n")
    assert "This diagram cannot be drawn" in flaw.message
    assert flaw.line == 3


BODY = {
    "draw": {"x": "vector(6, integer(1, 40))"},
    "stem": "Which is the mean?\n\n```plot histogram\nof: {x}\nalt: Histogram of {len(x)} numbers\n```",
    "choices": [{"text": "{mean(x):.1f}", "correct": True}, {"text": "{max(x) + 1}", "because": "Too large."}],
    "explanation": "The sum by six.",
}


def test_a_diagram_shows_the_numbers_of_the_variant() -> None:
    kind = kinds.get("single_choice")
    body = bank.validate_body("single_choice", BODY)
    presented = kind.present(body, seed=7, identity="i", opaque=lambda name: name)

    html = markup.render(presented.prompt["stem"])

    assert 'aria-label="Histogram of 6 numbers"' in html
    counts = [int(row[2].text or "") for row in fromstring(html[html.index("<figure") :]).findall(".//tbody/tr")]
    assert sum(counts) == 6


@pytest.mark.parametrize(
    ("stem", "message"),
    [
        (BODY["stem"], None),
        (str(BODY["stem"]).replace("{x}", "{y}"), "“{y}” is nothing that is drawn"),
        (str(BODY["stem"]).replace("alt:", "caption:"), "no list of numbers"),
    ],
)
def test_a_diagram_of_a_name_that_is_not_drawn_is_refused_at_its_text(stem: str, message: str | None) -> None:
    if message is None:
        bank.validate_body("single_choice", {**BODY, "stem": stem})
        return
    with pytest.raises(bank.BankError, match=message) as refused:
        bank.validate_body("single_choice", {**BODY, "stem": stem})
    assert {problem.field for problem in refused.value.problems} == {"stem"}


def test_words_of_a_diagram_are_words() -> None:
    html = markup.render("```plot bars\nnames: <script>, b\nvalues: 1, 2\nalt: <img src=x onerror=y>\n```")

    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_what_is_stored_and_cannot_be_drawn_stays_readable() -> None:
    assert markup.render("```plot pie\n<b>\n```") == "<pre>&lt;b&gt;\n</pre>\n"


def test_points_stand_clear_of_the_edge_where_their_numbers_end() -> None:
    html = diagrams.draw("scatter", "x: 1, 2, 3, 4\ny: 0, 10, 20, 30\nalt: a")
    svg = fromstring(html).find("svg")
    assert svg is not None
    dots = [(float(dot.get("cx", "")), float(dot.get("cy", ""))) for dot in svg.iter("circle")]
    assert all(diagram_canvas.LEFT + 8 < x < diagram_canvas.RIGHT - 8 for x, _ in dots)
    assert all(y > diagram_canvas.TOP + 8 for _, y in dots)
    assert dots[0][1] == diagram_canvas.BOTTOM, "zero is where an axis begins"
