"""Signs, coefficients and fractions are written as people write them, in versions that are new."""

from __future__ import annotations

import numpy as np
import pytest

from questions import bank
from questions.models import Course
from questions.variants.templates import parse_template
from questions.variants.versions import ENGINE_VERSION
from quizzes import presentations

pytestmark = pytest.mark.any_database


def shown(text: str, engine: int = 2, **numbers: float) -> str:
    return parse_template(text, numbers, engine=engine).render({n: np.array([v]) for n, v in numbers.items()})[0]


@pytest.mark.parametrize(
    ("text", "a", "b", "written"),
    [
        ("$y = {a}x + {b}$", 1, -2, "$y = x - 2$"),
        ("$y = {a}x + {b}$", -1, 2, "$y = -x + 2$"),
        ("$y = {a}x + {b}$", -3, -1, "$y = -3x - 1$"),
        ("$x^2 + {a}x + {b}$", -1, -2, "$x^2 - x - 2$"),
        ("$x^2+{a}x+{b}$", 1, -2, "$x^2+x-2$"),
        (r"${a} \sin t$", -1, 0, r"$- \sin t$"),
        (r"${a}\,w + {b}\lambda$", 1, -1, r"$\,w - \lambda$"),
        ("${a}(x + {b})$", 1, -4, "$(x - 4)$"),
        ("${a} - {b}$", 3, -2, r"$3 - \left(-2\right)$"),
        (r"${a} \times {b}$", 3, -2, r"$3 \times \left(-2\right)$"),
        ("$x + {b}^2$", 0, -2, r"$x + \left(-2\right)^2$"),
        ("$2^{a}x$", 1, 0, "$2^{1}x$"),
        ("$a_{a} + {b}$", 1, -2, "$a_{1} - 2$"),
        (r"${a} \text{ kg}$", 1, 0, r"$1 \text{ kg}$"),
        (r"${a} \mathrm{kg}$", 1, 0, r"$1 \mathrm{kg}$"),
        ("${a}$ more", 1, 0, "$1$ more"),
        ("x + {b}", 0, -3, "x − 3"),
        ("{a}x + {b}", 1, -3, "x − 3"),
        ("{a} × {b}", 2, -3, "2 × (−3)"),
        ("{a} − {b}", 2, -3, "2 − (−3)"),
        ("- {b}", 0, -3, "- −3"),
        ("loss: {b} + {a}", 2, -3, "loss: −3 + 2"),
        ("{a} xylophones, C++ {b}", 1, -2, "1 xylophones, C++ −2"),
        ("`x + {b}`", 0, -3, "`x - 3`"),
        ("`{a}x`", 1, 0, "`1x`"),
        ("$x + {b:.2f}$", 0, -3, "$x - 3.00$"),
        ("${a/b:frac}$", 3, 4, r"$\frac{3}{4}$"),
        ("$x + {a/b:frac}$", -3, 4, r"$x - \frac{3}{4}$"),
        ("${a/b:frac}^2$", 3, 4, r"$\left(\frac{3}{4}\right)^2$"),
        ("{a/b:frac}", -6, 4, "−3/2"),
        ("{a/b:frac}", 8, 4, "2"),
    ],
)
def test_it_is_written_so(text: str, a: float, b: float, written: str) -> None:
    assert shown(text, a=a, b=b) == written


def test_lists_keep_their_plus() -> None:
    template = parse_template("$x + {v}$", ["v"])
    assert template.render({"v": np.array([[-1.0, 2.0]])}) == ["$x + [-1, 2]$"]


def test_many_at_once_are_written_as_each_alone() -> None:
    a = np.array([1.0, -1.0, 2.0, -2.0] * 20)
    batch = parse_template("${a}x + {a}$", ["a"]).render({"a": a})
    assert batch == [shown("${a}x + {a}$", a=each) for each in a]


def test_a_version_keeps_the_signs_that_it_was_published_with(course: Course) -> None:
    body: dict[str, object] = {
        "stem": "$y = {a}x + {b}$. Where does it meet the axis?",
        "draw": {"a": "choice(-1, 1)", "b": "integer(-9, -1)"},
        "answer": "b",
        "explanation": "At $x = 0$.",
    }
    concept = course.concepts.all()[0]
    item = bank.save_draft(course, "axis", "numeric", body, [concept])
    version = bank.publish(item)
    assert version.engine == ENGINE_VERSION
    stems = {}
    for engine in (1, 2):
        version.engine = engine
        presentations.forget_bodies()
        kind_body = presentations.body_of(version)
        assert kind_body.drawing is not None
        stems[engine] = kind_body.drawing.render("stem", {"a": 1, "b": -2})
    presentations.forget_bodies()
    assert stems[1].startswith(r"$y = 1x + \left(-2\right)$")
    assert stems[2].startswith("$y = x - 2$")
