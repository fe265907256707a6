"""Answers that are alike but for the names that their presentations gave the options."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any


def unnamed(answer: Mapping[str, Any], response: str) -> tuple[Hashable, Sequence[str]] | None:
    """Return what a grade follows from but for names, and these names; None where they cannot be told from the rest.

    `answer` is what grading needs of a presentation, `response` the JSON that was answered. Where two answers to a
    version have the same, their grades are the same with the one's names in place of the other's. Names are in the
    order in which they sort, since a kind may sort by them.
    """
    if not answer:
        return response, ()
    if answer.keys() != {"ids"}:
        return None
    ids: dict[str, int] = answer["ids"]
    names = sorted(ids)
    return (tuple([ids[name] for name in names]), without_names(response, names)), names


def without_names(text: str, names: Sequence[str]) -> str:
    """Return JSON with a mark in place of each name; no JSON has such a mark."""
    for place, name in enumerate(names):
        if name in text:
            text = text.replace(name, f"\0{place}\0")
    return text


def with_names(text: str, names: Sequence[str]) -> str:
    """Return JSON with these names in place of the marks."""
    if "\0" in text:
        for place, name in enumerate(names):
            text = text.replace(f"\0{place}\0", name)
    return text
