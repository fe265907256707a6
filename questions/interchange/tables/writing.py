"""Writes tables in CSV: one row for each question, with a heading; spreadsheets run none of its cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from questions.interchange.leaving import Document, Fetch, Leaving, Note, freeze
from questions.interchange.tables.reading import RISKY

ANSWERS, LEFTS, WRONG, HINTS = 21, 12, 10, 5
"""Columns of each: a model answer has 20 points, a text 20 spellings, a match set 12 pairs, a choice 10 options."""
HEADING = [
    *("slug", "kind", "question"),
    *(f"left {number}" for number in range(1, LEFTS + 1)),
    *(f"answer {number}" for number in range(1, ANSWERS + 1)),
    *(name for number in range(1, WRONG + 1) for name in (f"wrong {number}", f"because {number}")),
    *("tolerance", "precision", "unit", "explanation", "solution", "concepts", "difficulty", "seconds"),
    *(f"hint {number}" for number in range(1, HINTS + 1)),
]
HELD = {
    "single_choice": {"choices"},
    "multiple_select": {"choices"},
    "short_text": {"accept", "mistakes"},
    "numeric": {"answer", "unit", "exact", "digits", "decimals", "mistakes"},
    "ordering": {"steps"},
    "matching": {"pairs", "distractors"},
    "open_response": {"model", "points"},
    "recall": {"back"},
}
"""The fields of each kind that a row has."""
EVERYWHERE = {"stem", "explanation", "solution", "hints"}


def write_table(items: Iterable[Leaving], fetch: Fetch, note: Note) -> Iterator[bytes]:
    """A table of the items, for `read_table` and for spreadsheets."""
    yield "\ufeff".encode()
    yield _line(HEADING)
    for slug, plain in ((item.slug, each) for item in items for each in freeze(item)):
        for text in plain.said:
            note(slug, text)
        if plain.kind not in HELD:
            if plain.kind:
                note(slug, "It is left out: a row of a table does not hold its kind.")
            continue
        row, lost = _row(plain)
        for text in lost:
            note(slug, text)
        yield _line([_harmless(row.get(name, "")) for name in HEADING])


def _line(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def _row(item: Leaving) -> tuple[dict[str, str], list[str]]:
    body = item.body
    row = {"slug": item.slug, "kind": item.kind, "question": body["stem"], "explanation": body.get("explanation", "")}
    row |= {"concepts": " ".join(item.concepts), "difficulty": str(item.difficulty), "seconds": str(item.seconds)}
    row["solution"] = body.get("solution", "")
    lost = sorted(body.keys() - HELD[item.kind] - EVERYWHERE)
    answers, wrong, lefts = _answers(body)
    places = [bool(choice.get("correct")) for choice in body.get("choices", [])]
    if item.kind == "numeric":
        row["unit"] = body.get("unit") or ""
        tolerance = body.get("tolerance", {})
        row["precision"] = _precision(body)
        row["tolerance"] = repr(tolerance["atol"]) if "atol" in tolerance else ""
        lost = [name for name in lost if name != "tolerance" or "atol" not in tolerance]
    row |= {f"hint {number}": text for number, text in enumerate(body.get("hints", []), start=1)}
    if len(wrong) > WRONG:
        lost.append("further wrong answers")
    for name, texts in (("answer", answers), ("left", lefts)):
        row |= {f"{name} {number}": text for number, text in zip(_numbers(places, of=True), texts, strict=False)}
    for number, (text, because) in zip(_numbers(places, of=False), wrong, strict=False):
        row |= {f"wrong {number}": text, f"because {number}": because}
    if any("because" in pair for pair in body.get("pairs", [])):
        lost.append("reasons of pairs")
    if any("marks" in point for point in body.get("points", [])):
        lost.append("marks of points")
    return row, [f"A row does not hold: {', '.join(lost)}."] if lost else []


def _numbers(places: list[bool], *, of: bool) -> list[int]:
    """The numbers of columns for texts: options that are right, or wrong, have those of their places."""
    own = [number for number, is_right in enumerate(places, start=1) if is_right is of]
    return own or list(range(1, (ANSWERS if of else WRONG) + 1))


def _precision(body: Document) -> str:
    """`3 digits`, `2 decimals`, or `exact`; nothing where the error that is allowed is all that is said."""
    if body.get("decimals") is not None:
        return f"{body['decimals']} decimals"
    if body.get("exact"):
        return "exact"
    return f"{body.get('digits') or 3} digits" if body.get("digits") or not body.get("tolerance") else ""


def _answers(body: Document) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """What is right, what is wrong and why, and the left sides of pairs."""
    choices, pairs = body.get("choices", []), body.get("pairs", [])
    right = [choice["text"] for choice in choices if choice.get("correct")]
    wrong = [(choice["text"], choice.get("because", "")) for choice in choices if not choice.get("correct")]
    wrong += [(each["text"], each.get("because", "")) for each in body.get("distractors", [])]
    wrong += [(str(each.get("text", each.get("value"))), each["because"]) for each in body.get("mistakes", [])]
    model = [body["model"], *(point["text"] for point in body.get("points", []))] if "model" in body else []
    single = [str(body[name]) for name in ("answer", "back") if name in body]
    answers = [*right, *(pair["right"] for pair in pairs), *body.get("accept", []), *body.get("steps", [])]
    return [*answers, *single, *model], wrong, [pair["left"] for pair in pairs]


def _harmless(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run; one that begins with such gets another."""
    return f"'{cell}" if cell.startswith((*RISKY, "'")) else cell
