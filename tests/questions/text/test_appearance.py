"""What students see is what is checked: options that look the same, formulas that cannot be set, images."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from questions import bank
from questions.models import Course
from questions.text import katex
from questions.text.appearance import appearance, find_flaws
from tests.courses import TINY

pytestmark = pytest.mark.any_database

TEXTS: dict[str, object] = {"stem": "Which?", "explanation": "So."}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("*the weights*", "_the weights_"), ("the data", "the  data"), ("é", "e\u0301"), ("finite", "ﬁnite")),
        *(
            ("a\u00a0b", "a b"),
            ("a\u200bb", "ab"),
            (r"$\frac12$", r"$\frac{1}{2}$"),
            ("$x_1$", "$x_{1}$"),
            ("&amp;", "&"),
        ),
    ],
)
def test_two_texts_that_look_the_same(one: str, other: str) -> None:
    assert appearance(one) == appearance(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("L²", "L2"),
        ("~~a~~", "a"),
        ("$x^2$", "$x_2$"),
        ("a", "A"),
        ("a b", "ab"),
        (r"$\mathbf{x}$", "$x$"),
        ("½", "1/2"),
    ],
)
def test_two_texts_that_look_different(one: str, other: str) -> None:
    assert appearance(one) != appearance(other)


def choices(*texts: str) -> dict[str, object]:
    return {"choices": [{"text": text, "correct": not place, "because": "No."} for place, text in enumerate(texts)]}


def pairs(*texts: tuple[str, str]) -> dict[str, object]:
    return {"pairs": [{"id": f"p{place}", "left": left, "right": right} for place, (left, right) in enumerate(texts)]}


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("single_choice", choices("*the weights*", "_the weights_", "the data"), "choices.1.text"),
        ("multiple_select", choices("the data", "a", "the\u00a0 data"), "choices.2.text"),
        ("ordering", {"steps": ["*a*", "b", "_a_"]}, "steps.2"),
        ("matching", pairs(("*a*", "x"), ("_a_", "y")), "pairs.1.left"),
        ("matching", pairs(("a", "*x*"), ("b", "_x_")), "pairs.1.right"),
        (
            "matching",
            {**pairs(("a", "x"), ("b", "y")), "distractors": [{"text": "x "}, {"text": "*y*"}]},
            "distractors",
        ),
    ],
)
def test_options_that_look_the_same_are_refused(kind: str, fields: dict[str, object], field: str) -> None:
    with pytest.raises(bank.BankError) as refused:
        bank.validate_body(kind, {**TEXTS, **fields})
    assert refused.value.problems[0].field.startswith(field) or "distractor" in str(refused.value)


def test_pairs_may_share_a_text() -> None:
    assert bank.validate_body("matching", {**TEXTS, **pairs(("a", "*x*"), ("b", "*x*"))})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"$\frac{1}{2$", r"$\frac{1}{2$ cannot be shown: Unexpected end"),
        (r"and $\foo{x}$", r"$\foo{x}$ cannot be shown: Undefined control sequence: \foo"),
        ("a $x_{1$", "cannot be shown"),
        ("$$\n\\begin{aligned} x\n$$", "cannot be shown"),
        (r"$\includegraphics{a.png}$", "a command that is not allowed"),
        (r"$\def\a{\a\a}\a$", "Too many expansions"),
        ("$" + "x^{" * 3000 + "}" * 3000 + "$", "KaTeX cannot set it"),
        ("![ROC](media/roc.png)", "There is no picture “media/roc.png”"),
        (f"![ ](media/roc-4x3-{'0' * 32}.png)", "Say what the picture shows"),
        ("![ROC](roc.png)", "is no picture of the course"),
    ],
)
def test_what_cannot_be_shown_is_named(text: str, words: str) -> None:
    (problem,) = find_flaws(text)
    assert words in problem.message


@pytest.mark.parametrize("text", ["costs $5 or $10", r"`$\foo$`", "$a$ and $$b$$", r"\$x$", "a ! [b](https://c.de)"])
def test_what_can_be_shown_is_not_refused(text: str) -> None:
    assert find_flaws(text) == ()


def test_the_place_of_a_formula_is_named_everywhere(course: Course) -> None:
    broken = r"$\frac{1}{2$"
    for kind, fields, field in (
        ("single_choice", choices(broken, "b"), "choices.0.text"),
        ("numeric", {"answer": "n", "draw": {"n": "integer(1, 99)"}, "stem": r"${n}$ $\frac{n}{2$"}, "stem"),
        ("short_text", {"accept": ["a"], "mistakes": [{"text": "b", "because": broken}]}, "mistakes.0.because"),
        ("ordering", {"steps": ["a", "b", broken]}, "steps.2"),
        ("matching", {**pairs(("a", "b"), ("c", "d")), "solution": broken}, "solution"),
    ):
        item = bank.save_draft(
            course, f"broken-{kind.replace('_', '-')}", kind, TEXTS | fields, [course.concepts.all()[0]]
        )
        with pytest.raises(bank.BankError) as refused:
            bank.publish(item)
        assert {problem.field for problem in refused.value.problems} == {field}


def test_a_lesson_is_refused_at_the_line_of_its_paragraph(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    shutil.copytree(TINY, folder)
    lesson = next((folder / "lessons").glob("*.md"))
    lines = lesson.read_text().count("\n")
    lesson.write_text(lesson.read_text().rstrip("\n") + "\n\nAnd $x_{1$ here.\n")
    with pytest.raises(bank.BankError) as refused:
        bank.load_course(folder)
    (problem,) = refused.value.problems
    assert (problem.file, problem.field, problem.line) == (f"lessons/{lesson.name}", "text", lines + 2)
    assert "$x_{1$ cannot be shown" in problem.message


def test_a_formula_is_checked_where_an_event_loop_runs() -> None:
    async def check() -> str:
        return katex.appearance(r"\eta_{7}")

    with ThreadPoolExecutor(1) as other:  # this thread may have a loop already, as browser tests leave one
        assert other.submit(asyncio.run, check()).result()


def test_a_process_that_is_forked_checks_with_an_engine_of_its_own() -> None:
    katex.appearance("x_0")
    if not (child := os.fork()):
        os._exit(0 if katex.appearance("x_{2}") else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


FORKED = """
import os, sys, django
django.setup()
from questions.text import katex
assert katex.appearance("x_0")
child = os.fork()
assert katex.appearance("x_1")
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_processes_that_set_formulas_end_in_order() -> None:
    """At the interpreter's end, too, which frees what is left from a thread that the engine does not know."""
    assert subprocess.run([sys.executable, "-c", FORKED], timeout=120, check=False).returncode == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # an engine that is closed at work
@pytest.mark.parametrize("is_busy", [True, False])
def test_a_formula_has_a_second_of_the_processor_not_of_the_clock(
    monkeypatch: pytest.MonkeyPatch, is_busy: bool
) -> None:
    monkeypatch.setattr(katex, "SECONDS", 1e-4)  # over before anything is set
    if is_busy:
        monkeypatch.setattr("time.process_time", lambda: 0.0)  # the engine got nothing of it
    katex.appearance.cache_clear()
    formula = r"\sum_{k=0}^{9} \frac{x_{k}}{y_{k}}" * 20 + f"+ {is_busy:d}"
    if is_busy:
        assert katex.appearance(formula)
    else:
        with pytest.raises(katex.FormulaError, match="too long"):
            katex.appearance(formula)
