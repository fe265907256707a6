"""An item with parts, for tests: blanks in its text, parts below it, and one that follows others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from questions.interchange import yaml

BODY: dict[str, Any] = {
    "draw": {"x": "vector(5, integer(150, 190))"},
    "let": {"m": "mean(x)", "s": "sqrt(sum((x - m)*(x - m))/4)", "z": "(200 - m)/s"},
    "where": ["s > 2"],
    "stem": "Five heights: {x}. Their mean is [[mean]], and their distribution is [[shape]].",
    "hints": ["They add up to {sum(x)}."],
    "parts": [
        {
            "id": "mean",
            "kind": "numeric",
            "answer": "m",
            "unit": "cm",
            "decimals": 1,
            "mistakes": [{"value": "5*m", "because": "That is the sum, {5*m}."}],
        },
        {
            "id": "shape",
            "kind": "single_choice",
            "marks": 0.5,
            "choices": [
                {"text": "bounded", "correct": True},
                {"text": "without bounds", "because": "Nobody is {10*m} cm tall."},
            ],
        },
        {"id": "sd", "kind": "numeric", "stem": "The standard deviation ($n - 1$)?", "answer": "s", "marks": 2},
        {
            "id": "z",
            "kind": "numeric",
            "stem": "How many standard deviations is 200 from the mean?",
            "answer": "z",
            "follow": ["mean", "sd"],
            "explanation": "From {m} to 200, in units of {s:.3g}.",
        },
        {"id": "name", "kind": "short_text", "stem": "What is that number called?", "accept": ["standard score"]},
    ],
    "explanation": "The mean is {m}.",
    "solution": "The sum over five is {m}.",
    "examples": [{"given": {"x": [150, 160, 170, 180, 190]}, "answer": {"mean": 170, "sd": "15.8"}}],
}
ITEM: dict[str, Any] = {
    "slug": "heights",
    "kind": "multi_part",
    "concepts": ["l2"],
    "difficulty": 3,
    "seconds": 120,
    **BODY,
}


def with_part(part: str, **fields: object) -> dict[str, Any]:
    """The body with other fields of one of its parts."""
    return {**BODY, "parts": [{**each, **fields} if each["id"] == part else each for each in BODY["parts"]]}


ALL_KINDS: dict[str, Any] = {
    "slug": "all-kinds",
    "kind": "multi_part",
    "concepts": ["l2"],
    "difficulty": 3,
    "seconds": 120,
    "draw": {"n": "integer(2, 40)"},
    "stem": "The square of {n} is [[square]], which is [[parity]].",
    "parts": [
        {"id": "square", "kind": "numeric", "answer": "n*n", "exact": True},
        {
            "id": "parity",
            "kind": "single_choice",
            "choices": [
                {"text": '{"even" if n % 2 == 0 else "odd"}', "correct": True},
                {"text": '{"odd" if n % 2 == 0 else "even"}', "because": "No."},
            ],
        },
        {
            "id": "larger",
            "kind": "multiple_select",
            "stem": "Which are larger than {n}?",
            "choices": [{"text": "{n - 1}", "because": "No."}, {"text": "{n - 2}", "because": "No."}],
        },
        {
            "id": "twice",
            "kind": "matching",
            "stem": "Match.",
            "pairs": [
                {"id": "two", "left": "twice {n}", "right": "{2*n}"},
                {"id": "three", "left": "three times {n}", "right": "{3*n}"},
            ],
        },
        {"id": "rising", "kind": "ordering", "stem": "In rising order.", "steps": ["{n}", "{n + 1}", "{n + 2}"]},
    ],
    "explanation": "Squares, and so on.",
}
"""A part of each kind that can be one, but for typed texts."""
FILES = {
    "course.yaml": "{slug: facts, title: Facts}",
    "concepts.yaml": "- {slug: l2, name: L2, lesson: decay, definition: A penalty.}",
    "lessons/decay.md": "---\nslug: decay\ntitle: Decay\nweek: 1\nsession: 1\nminutes: 5\n---\n## Why\n\nText.\n",
}


def write_course(folder: Path, *items: dict[str, Any]) -> None:
    """Write a course of these items into a folder."""
    for name, text in {**FILES, "bank/items.yaml": yaml.write(list(items))}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
