"""An item with parts, for tests: blanks in its text, parts below it, and one that follows others."""

from __future__ import annotations

from typing import Any

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
