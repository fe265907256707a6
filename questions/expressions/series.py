"""Several formulas as one answer: the entries of a vector, in order, or all solutions, in any."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from questions.expressions.judging import Asked, AskedError, Key, Verdict, asked_for, flaws, judge
from questions.expressions.reading import read
from questions.expressions.tree import Node
from questions.expressions.vocabulary import ExpressionError, Vocabulary
from questions.expressions.writing import latex

Order: TypeAlias = Literal["", "in_order", "any_order"]
"""Of several formulas; "" for one formula alone."""
MAX_ENTRIES = 12
BRACKETS = {"(": ")", "[": "]", "{": "}"}
MATRICES = [f"{bracket}matrix" for bracket in ("p", "b", "v", "")]


@dataclass(frozen=True)
class SeriesKey:
    """The keys of the entries, and for each mistake those of its own."""

    order: Order
    keys: tuple[Key, ...]
    mistakes: tuple[tuple[Key, ...], ...]


def read_series(text: str, vocabulary: Vocabulary) -> list[Node]:
    """The formulas that stand in a text, with commas or semicolons between. Raises ExpressionError."""
    entries = split(text)
    if len(entries) > MAX_ENTRIES:
        raise ExpressionError(f"Write at most {MAX_ENTRIES} formulas.")
    return [read(entry, vocabulary) for entry in entries]


def series_latex(nodes: Sequence[Node], order: Order) -> str:
    """The formulas in LaTeX: a tuple, or a set."""
    inner = r",\; ".join(map(latex, nodes))
    return rf"\left({inner}\right)" if order == "in_order" else rf"\left\{{{inner}\right\}}"


def split(text: str) -> list[str]:
    """The entries of a text, in brackets or without. Raises ExpressionError for a comma with two readings."""
    text = text.replace("\\left", "").replace("\\right", "").replace("\\{", "{").replace("\\}", "}").strip(" $")
    for name in MATRICES:
        if text.startswith(f"\\begin{{{name}}}"):
            text = text.removeprefix(f"\\begin{{{name}}}").removesuffix(f"\\end{{{name}}}")
            text = text.replace("\\\\", ";").replace("&", ";").strip(" ;")
    if text[:1] in BRACKETS and _end(text) == len(text) - 1:
        text = text[1:-1]
    places = {sign: [at for at, each in _at_top(text) if each == sign] for sign in ",;"}
    if not places[";"]:
        for at in places[","]:
            before, after = text[at - 1 : at], text[at + 1 : at + 2]
            if before.isdigit() and after.isdigit():
                told = f"write {before}; {after} or {before}.{after}"
                raise ExpressionError(f"“{before},{after}” has two readings: {told}.")
    cuts = [-1, *(places[";"] or places[","]), len(text)]
    return [text[start + 1 : end].strip() for start, end in itertools.pairwise(cuts)]


def _at_top(text: str) -> Iterator[tuple[int, str]]:
    """The signs outside all brackets, each with its place."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign in BRACKETS) - (sign in BRACKETS.values())
        if depth == 0:
            yield at, sign


def _end(text: str) -> int:
    """Where the bracket that a text begins with is closed."""
    return next((at for at, sign in _at_top(text) if sign in BRACKETS.values()), -1)


@functools.lru_cache(maxsize=512)
def series_for(asked: Asked, order: Order) -> SeriesKey:
    """The compiled keys. Raises AskedError."""
    if asked.constant:
        raise AskedError("constant", "Several formulas have no constant in common.")
    keys = _keys(asked, "answer", asked.answer)
    mistakes = [_keys(asked, f"mistakes.{place}.value", text) for place, text in enumerate(asked.mistakes)]
    return SeriesKey(order, keys, tuple(mistakes))


def _keys(asked: Asked, field: str, text: str) -> tuple[Key, ...]:
    try:
        entries = split(text)
        return tuple(asked_for(replace(asked, answer=entry, mistakes=())) for entry in entries)
    except (ExpressionError, AskedError) as error:
        message = error.message if isinstance(error, AskedError) else str(error)
        place = error.field if isinstance(error, AskedError) and error.field != "answer" else field
        raise AskedError(place, message) from None


def judge_series(key: SeriesKey, nodes: Sequence[Node]) -> Verdict:
    """Judge an answer; the share of entries that are right counts. Raises UndecidedError, and ExpressionError."""
    if key.order == "in_order" and len(nodes) != len(key.keys):
        raise ExpressionError(f"Write {len(key.keys)} formulas, with commas between them.")
    if (share := _share(key.keys, nodes, key.order)) == 1:
        return Verdict(correct=True, share=1.0)
    for place, mistake in enumerate(key.mistakes):
        if len(mistake) == len(nodes) and _share(mistake, nodes, key.order) == 1:
            return Verdict(correct=False, mistake=place)
    return Verdict(correct=False, message=_told(key, nodes, share), share=share)


def _share(keys: Sequence[Key], nodes: Sequence[Node], order: Order) -> float:
    """How many of the entries are right, of as many as are asked for, or were typed if these are more."""
    if order == "in_order":
        return sum(judge(key, node).correct for key, node in zip(keys, nodes, strict=True)) / len(keys)
    left = list(keys)
    for node in nodes:
        match = next((key for key in left if judge(key, node).correct), None)
        if match is not None:
            left.remove(match)
    return (len(keys) - len(left)) / max(len(keys), len(nodes))


def _told(key: SeriesKey, nodes: Sequence[Node], share: float) -> str:
    """What is said of an answer that is not right."""
    if key.order == "in_order":
        verdicts = [judge(each, node) for each, node in zip(key.keys, nodes, strict=True)]
        wrong = [(place, each) for place, each in enumerate(verdicts, 1) if not each.correct]
        return " ".join(f"Entry {place}: {each.message or 'not right.'}" for place, each in wrong)
    right = round(share * max(len(key.keys), len(nodes)))
    if right == len(nodes):
        return "What is there is right, but not all is there."
    return f"{right} of what is there {'is' if right == 1 else 'are'} right." if right else ""


def series_flaws(key: SeriesKey) -> Iterator[AskedError]:
    """What is wrong with a question: entries that are the same, mistakes that are right, or the same."""
    if len(key.keys) < 2 and key.order == "in_order":
        yield AskedError("answer", "Write several formulas, with commas between them.")
    for entry in key.keys:
        yield from flaws(entry)
    nodes = [entry.formula.node for entry in key.keys]
    if key.order == "any_order" and any(
        judge(entry, node).correct for at, entry in enumerate(key.keys) for node in nodes[:at]
    ):
        yield AskedError("answer", "Two of the formulas are equal.")
    for place, mistake in enumerate(key.mistakes):
        field = f"mistakes.{place}.value"
        if key.order == "in_order" and len(mistake) != len(key.keys):
            yield AskedError(field, f"The mistake needs {len(key.keys)} formulas, too.")
            continue
        verdict = judge_series(key, [entry.formula.node for entry in mistake])
        if verdict.correct:
            yield AskedError(field, "The mistake is equal to the answer.")
        elif verdict.mistake != place:
            yield AskedError(field, "The mistake is equal to another one.")
