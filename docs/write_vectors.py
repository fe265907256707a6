"""Writes docs/vectors/: what clients in other languages check their readers and graders against (`make vectors`).

Each entry is what this service makes of a text, or of an answer by what a pack says of its question.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examprep.settings")
django.setup()

from docs.drawn_vectors import drawn_questions, told  # noqa: E402 - needs a set-up Django
from questions import kinds  # noqa: E402
from questions.expressions import ExpressionError, Vocabulary, latex, read  # noqa: E402
from questions.interchange import yaml  # noqa: E402
from questions.kinds.base import sample_opaque  # noqa: E402
from questions.variants import numbers, units  # noqa: E402
from quizzes.memory import fsrs  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs/vectors"
TYPED, PAIRS = ROOT / "tests/data/typed_formulas.yaml", ROOT / "tests/data/formula_pairs.yaml"
MOST_DAYS = 3650
EVERY_FORMULA, EVERY_PAIR = 3, 5
"""Of the texts and pairs of the tests, these many are left out between two."""

NUMBERS = """
0 ¦ 7 ¦ -7 ¦ −7 ¦ +7 ¦ 007 ¦ 0.5 ¦ .5 ¦ 5. ¦ 0,5 ¦ 1,234 ¦ 1,234,567 ¦ 1.234.567 ¦ 1 234 567 ¦ 1,234.5 ¦ 1.234,5 ¦
12,5 ¦ 1e3 ¦ 1E3 ¦ 1e-3 ¦ 1.5e+3 ¦ 2*10^3 ¦ 2·10³ ¦ 2×10⁻³ ¦ 2 x 10^-3 ¦ 10^4 ¦ 10⁴ ¦ 1/3 ¦ -1/3 ¦ ½ ¦ 1 1/2 ¦ 1½ ¦
2/0 ¦ 50% ¦ 12.5 % ¦ [1, 2, 3] ¦ (1; 2) ¦ 1, 2, 3 ¦ [0,5; 1,5] ¦ [] ¦ pi ¦ e ¦ sqrt(2) ¦ 1e400 ¦ 1e9999 ¦ inf ¦ nan ¦
abc ¦ 1.2.3 ¦ 1,2,3,4 ¦ ٣ ¦ １２ ¦
"""
UNITS = """
5 m ¦ 5m ¦ 5 km ¦ 5 mm ¦ 5 μm ¦ 5 µm ¦ 5 um ¦ 5 MW ¦ 5 mW ¦ 5 kW ¦ 5 KW ¦ 5 W ¦ 3.6 km/h ¦ 3,6 km/h ¦ 1 m/s ¦
1 m s⁻¹ ¦ 1 m s^-1 ¦ 1 m·s^-1 ¦ 9.81 m/s^2 ¦ 9.81 m/s² ¦ 9.81 N/kg ¦ 2 kg m/s^2 ¦ 2 kg·m/s² ¦ 4.2 J/(g K) ¦
4.2 J/g/K ¦ 4.2 J/g K ¦ 25 Ω ¦ 25 ohm ¦ 25 kΩ ¦ 25 kohm ¦ 5 min ¦ 300 s ¦ 2 h ¦ 1 d ¦ 20 °C ¦ 293 K ¦ 1 L ¦ 1 l ¦
250 mL ¦ 0.25 dm³ ¦ 1 mol/L ¦ 1 M ¦ 101325 Pa ¦ 1 bar ¦ 1 atm ¦ 1e-3 m ¦ 2·10^3 N ¦ 6.02e23 1/mol ¦ 50 Hz ¦ 50 1/s ¦
1 eV ¦ 1 kWh ¦ 5 % ¦ 5 ‰ ¦ 5 furlongs ¦ m ¦ 5 m/ ¦ 5 m^0 ¦ 5 m^99 ¦
"""
SHORT = {"stem": "?", "explanation": "?", "accept": ["early stopping"]}
NUMERIC: tuple[tuple[dict[str, object], tuple[str, ...]], ...] = (
    ({"answer": "2.5"}, ("2.5", "2,5", "2.50", "5/2", "2.51", "2.505", "2.49", "25", "x")),
    ({"answer": "1/3", "decimals": 2}, ("0.33", "1/3", "0.333", "0.34", ".33")),
    ({"answer": "12", "exact": True}, ("12", "12.0", "12.01", "1.2e1", "24/2")),
    ({"answer": "100", "tolerance": {"rtol": 0.05}}, ("100", "104.9", "105.1", "95.2", "94")),
    (
        {"answer": "5e6", "unit": "W", "units": "any", "wrong_unit": 0.25},
        ("5 MW", "5 mW", "5000 kW", "5e6", "5 N", "4 MW"),
    ),
    (
        {"answer": "300", "unit": "s", "units": "stated", "wrong_unit": 0.5},
        ("300 s", "5 min", "300", "300 min", "299 s"),
    ),
    ({"answer": "3/4", "form": "fraction", "wrong_form": 0.5}, ("3/4", "6/8", "0.75", "½", "2/3")),
    ({"answer": "7/3", "form": "mixed"}, ("2 1/3", "7/3", "2 2/6", "2 123/369")),
    ({"answer": "0.00025", "form": "scientific", "digits": 2}, ("2.5e-4", "2.5 × 10^-4", "25e-5", "0.00025")),
    ({"answer": "2.4983", "digits": 3, "exact_digits": True}, ("2.50", "2.5", "2.498", "2.49")),
    ({"answer": "120.2", "digits": 3, "exact_digits": True}, ("1.20e2", "120.", "120", "121")),
    ({"answer": "12.5", "unit": "%", "units": "stated"}, ("12.5 %", "12.5 percent", "12.5 pp", "12.5")),
    ({"answer": "12.5", "unit": "%"}, ("12.5", "12.5%", "12.5 %", "0.125")),
    ({"answer": "12.5", "unit": "percent"}, ("12.5", "12.5%", "12.5 percent", "0.125")),
)
ROOTS = {"answer": [2, -3], "order": "set"}
UNION = {"answer": "(-inf, 2] U {3}", "variable": "x"}
SQUARE = {"answer": [[1, 2], [3, 4]], "mistakes": [{"value": "transpose", "because": "Rows for columns."}]}
ENTRIES: tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...] = (
    ("number_list", {"answer": [1, 2.5]}, ("1, 2.5", "[1; 2,5]", "2.5, 1", "1 2.5", "1,5", "1", "1, 2.5, 3", "1, x")),
    ("number_list", ROOTS, ("2, -3", "-3; 2", "{2, -3, 2}", "x = 2 or x = -3", "-1/2 ± 5/2", "2, 3", "∅", "1,234,567")),
    ("intervals", UNION, ("(-∞, 2] ∪ {3}", "]-inf;2] u {3}", "x <= 2 or x = 3", "(-inf, 2) U {3}", "(-inf, 2]", "R")),
    ("intervals", UNION, ("x > 2", "[2, 1]", "[-inf, 2]", "[0,5, 1]", "0 <= x < 1", "R \\ {0}", "x ≠ 0", "{}", "2")),
    ("matrix", SQUARE, ("[[1, 2], [3, 4]]", "1 2; 3 4", "np.array([[1,2],[3,4]])", "1 3; 2 4", "1 2; 3 5", "1,2; 3,4")),
    ("matrix", {"answer": [1, 2, 3]}, ("1, 2, 3", "[[1], [2], [3]]", "[1 2 4]", "1, 2", "1 2; 3", "1,5")),
)
SHORT_TYPED = (
    "early stopping",
    "Early Stopping",
    " early  stopping. ",
    "“early stopping”",
    "early-stopping",
    "dropout",
)


OPTIONS = [{"text": "A", "correct": True}, {"text": "B", "because": "Not B."}, {"text": "C", "because": "Not C."}]
PAIRS_OF_TEXTS = [
    {"id": "l1", "left": "L1", "right": "sparse", "because": "Corners."},
    {"id": "l2", "left": "L2", "right": "small"},
    {"id": "early", "left": "Early stopping", "right": "small"},
]
DISTRACTORS = [{"text": "noisy", "because": "That is dropout."}]
PLACES = [{**pair, "x": 0.2 * at, "y": 0.5} for at, pair in enumerate(PAIRS_OF_TEXTS, start=1)]
PICTURE = f"![A diagram](media/diagram-64x48-{'0' * 32}.png)"
PARTS = [
    {"id": "sum", "kind": "numeric", "stem": "2 + 2?", "answer": "4", "exact": True, "marks": 2},
    {"id": "name", "kind": "short_text", "stem": "Its name?", "accept": ["addition"]},
]
OF_EACH_KIND: dict[str, dict[str, Any]] = {
    "single_choice": {"choices": OPTIONS},
    "multiple_select": {"choices": [*OPTIONS, {"text": "D", "correct": True}]},
    "matching": {"pairs": PAIRS_OF_TEXTS, "distractors": DISTRACTORS},
    "labels": {"image": PICTURE, "pairs": PLACES, "distractors": DISTRACTORS},
    "ordering": {"steps": ["one", "two", "three", "four"]},
    "open_response": {"model": "Both.", "points": [{"text": "This", "marks": 2}, {"text": "That"}]},
    "recall": {"back": "A norm."},
    "multi_part": {"parts": PARTS},
    "numeric": {"answer": "2.5", "mistakes": [{"value": "5/2 + 1", "because": "One too many."}]},
    "number_list": {**ROOTS, "mistakes": [{"value": [2, 3], "because": "Mind the sign."}]},
    "intervals": UNION,
    "matrix": SQUARE,
    "formula": {"answer": "x^2 + 2*x + 1", "variables": ["x"]},
    "short_text": SHORT,
}
HISTORIES: tuple[tuple[tuple[int, int], ...], ...] = (
    ((3, 0), (3, 2), (3, 11), (3, 46), (3, 180)),
    ((1, 0), (3, 0), (3, 1), (2, 3), (4, 5), (1, 30), (3, 0), (3, 2)),
    ((2, 0), (2, 1), (2, 1), (1, 7), (1, 1), (1, 1), (4, 1)),
    ((4, 0), (4, 8), (4, 90), (1, 400), (2, 0), (3, 15)),
    ((3, 0), (4, 0), (2, 0), (1, 0), (1, 0), (3, 3)),
)
"""Each review's rating, and the study days since the one before."""
SHOWN = ("unit", "precision_hint", "reading", "names")
"""What of a prompt `grades.json` has."""
OTHER_W = (
    *(0.4, 1.1, 3.2, 15.5, 6.9, 0.6, 2.1, 0.05, 1.4, 0.3, 1.1, 1.9, 0.11, 0.29, 2.2, 0.35, 2.4, 0.6, 0.2, 0.1, 0.35),
)


def vectors() -> dict[str, list[dict[str, Any]]]:
    """Every file by its name."""
    return {
        "numbers.json": [{"typed": text, **_tried(_number, text)} for text in _texts(NUMBERS)],
        "units.json": [{"typed": text, **_tried(_quantity, text)} for text in _texts(UNITS)],
        "formulas.json": list(_formulas()),
        "entries.json": [_echoed(kind, fields, text) for kind, fields, typed in ENTRIES for text in typed],
        "kinds.json": [*(_of_kind(kind, fields) for kind, fields in OF_EACH_KIND.items()), *drawn_questions()],
        "memory.json": [_remembered(reviews, w) for w in (fsrs.DEFAULT_PARAMETERS, OTHER_W) for reviews in HISTORIES],
        "grades.json": [*_graded_numbers(), *_graded_entries(), *_graded_texts(), *_graded_formulas()],
    }


def write() -> None:
    """Write the files, an entry a line."""
    for name, entries in vectors().items():
        lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
        (FOLDER / name).write_text(f"[\n{lines}\n]\n")


def _texts(block: str) -> list[str]:
    return [text for text in (each.strip() for each in block.replace("\n", " ").split("¦")) if text]


def _tried(make: Callable[[str], dict[str, Any]], text: str) -> dict[str, Any]:
    """What is made of a text, or what is said of one that is refused."""
    try:
        return make(text)
    except (numbers.NumberError, units.UnitError, ExpressionError) as error:
        return {"refused": str(error)}


def _number(text: str) -> dict[str, Any]:
    reading = numbers.read(text)
    return {"values": [str(value) for value in reading.values], "is_list": reading.is_list, "echo": reading.echo}


def _quantity(text: str) -> dict[str, Any]:
    quantity = units.read_quantity(text)
    unit = quantity.unit
    measured = (
        {"unit": unit.text, "scale": str(unit.scale), "dimension": dict(unit.dimension)} if unit else {"unit": None}
    )
    return {"values": [str(value) for value in quantity.reading.values], **measured, "echo": quantity.echo}


def _formulas() -> Iterator[dict[str, Any]]:
    subjects: Any = yaml.read(TYPED.read_text())
    for subject in subjects.values():
        vocabulary = Vocabulary.of(subject["names"].split())
        texts = [text for group in ("read", "asked", "refused") for text in _texts(subject[group])[::EVERY_FORMULA]]
        for text in texts:
            shown = _tried(functools.partial(_formula, vocabulary), text)
            yield {"typed": text, "reading": subject["names"], **shown}


def _formula(vocabulary: Vocabulary, text: str) -> dict[str, Any]:
    return {"latex": latex(read(text, vocabulary))}


def _echoed(kind: str, fields: Mapping[str, object], text: str) -> dict[str, Any]:
    """How a list, a set or a matrix is read."""
    *_, question = _question(kind, fields)
    reading = question["prompt"]["reading"]
    echo = kinds.echo(kind, text, reading)
    read_as = {"latex": echo.latex} if echo.latex else {"refused": echo.detail}
    return {"kind": kind, "typed": text, "reading": reading, **read_as}


def _question(kind: str, fields: Mapping[str, object]) -> tuple[Any, Any, dict[str, Any]]:
    """A question's body, what is private of a presentation of it, and what a pack says of it."""
    asker, body = kinds.get(kind), kinds.parse(kind, {"stem": "?", "explanation": "?", **fields})
    presented = asker.present(body, seed=1, identity="vector", opaque=sample_opaque(1))
    question = {
        "kind": kind,
        "prompt": {name: value for name, value in presented.prompt.items() if name in SHOWN},
        "key": asker.reveal(body, presented.answer).key,
        "grading": asker.grading(body, presented.answer),
        "check": asker.check(body, presented.answer),
    }
    return body, presented.answer, question


def _graded(kind: str, fields: Mapping[str, object], responses: list[dict[str, str]]) -> dict[str, Any]:
    """A question as a pack has it, and the grades of some answers."""
    body, answer, question = _question(kind, fields)
    answers = []
    for response in responses:
        try:
            graded = kinds.grade(kinds.get(kind), body, answer, response)
            said = {"score": graded.score, "feedback": [entry["message"] for entry in graded.feedback]}
        except kinds.ResponseError as error:
            said = {"refused": error.message}
        answers.append({"response": response, **said})
    return {**question, "answers": answers}


def _of_kind(kind: str, fields: Mapping[str, object]) -> dict[str, Any]:
    """A question as a pack has it, and the grades of answers that are right, wrong and in between."""
    asker = kinds.get(kind)
    body = kinds.parse(kind, {"stem": "?", "explanation": "?", **fields})
    presented = asker.present(body, seed=1, identity="vector", opaque=sample_opaque(1))
    key = asker.reveal(body, presented.answer).key
    return {
        "kind": kind,
        "prompt": presented.prompt,
        "key": key,
        "grading": asker.grading(body, presented.answer),
        "feedback": asker.expected(body, presented.answer),
        "answers": [told(asker, body, presented.answer, each) for each in _responses(kind, presented.prompt, key)],
    }


def _responses(kind: str, prompt: Any, key: Any) -> Iterator[object]:
    """The key, “I don't know”, and answers that name the options in other ways, or typed ones."""
    yield from (key, {"dont_know": True})
    ids = [option["id"] for option in (prompt.get("choices") or prompt.get("steps") or prompt.get("right") or [])]
    if kind == "single_choice":
        yield from ({"choice": each} for each in (*ids, "other"))
    elif kind == "multiple_select":
        yield from ({"choices": ids[:size]} for size in range(len(ids) + 1))
    elif kind == "ordering":
        yield from ({"order": list(each)} for each in itertools.permutations(ids))
    elif "left" in prompt:
        yield from ({"pairs": {left["id"]: right for left in prompt["left"]}} for right in ids)
        yield {"pairs": {}}
    elif kind == "open_response":
        yield from ({"text": "So.", "points": key["points"][:size]} for size in range(len(key["points"])))
    elif kind == "recall":
        yield from ({"rating": each} for each in ("again", "hard", "easy", "great"))
    elif kind == "multi_part":
        parts = {"sum": {"value": "5"}, "name": {"text": "addition"}}
        yield from ({"parts": each} for each in (parts, {"sum": {"value": "4"}}, {}))
    elif kind == "short_text":
        yield from ({"text": each} for each in (*SHORT_TYPED, "early stoping", ""))
        yield {"text": "early stoping", "final": True}
    else:
        for text in ("2.5", "3.5", "2, 3", "-3, 2", "(-inf, 2]", "[[1, 3], [2, 4]]", "(x + 1)^2", "x^2", ""):
            yield {"value": text}


def _remembered(reviews: Sequence[tuple[int, int]], w: tuple[float, ...]) -> dict[str, Any]:
    """A card through its reviews: the chance of recall at each, the state after it, the days until it is due."""
    retention, S, D, states = 0.9 if w is fsrs.DEFAULT_PARAMETERS else 0.8, math.nan, math.nan, []
    for at, (rating, days) in enumerate(reviews):
        recall = float(fsrs.retrievability(days, S, w)) if at else None
        S, D = (float(value) for value in fsrs.step(S, D, days, rating, w))
        due_in = min(max(round(float(fsrs.interval(S, retention, w))), 1), MOST_DAYS)
        review = {"rating": rating, "t": days, "recall": recall}
        states.append({**review, "stability": S, "difficulty": D, "days": due_in if rating > 1 else None})
    given = {"parameters": w, "desired_retention": retention, "max_interval_days": MOST_DAYS}
    return {**given, "reviews": states}


def _graded_numbers() -> Iterator[dict[str, Any]]:
    for fields, typed in NUMERIC:
        yield _graded("numeric", fields, [{"value": text} for text in typed])


def _graded_entries() -> Iterator[dict[str, Any]]:
    for kind, fields, typed in ENTRIES:
        yield _graded(kind, fields, [{"value": text} for text in typed])


def _graded_texts() -> Iterator[dict[str, Any]]:
    yield _graded("short_text", SHORT, [{"text": text} for text in SHORT_TYPED])
    yield _graded("short_text", {**SHORT, "accept": ["L1"], "case": "exact"}, [{"text": "L1"}, {"text": "l1"}])


def _graded_formulas() -> Iterator[dict[str, Any]]:
    pairs: Any = yaml.read(PAIRS.read_text())
    for entry in pairs[::EVERY_PAIR]:
        fields = {"answer": entry["key"], "variables": entry["names"], "constant": entry.get("constant", "")}
        typed = [
            *entry["equal"],
            *(text for how, text in entry["near"].items() if not how.startswith(("hole", "domain"))),
        ]
        yield _graded("formula", fields, [{"value": str(text)} for text in typed])


if __name__ == "__main__":
    write()
