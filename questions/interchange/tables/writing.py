"""Writes tables in CSV: one row for each question, with a heading; spreadsheets run none of its cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from questions.interchange.leaving import Document, Fetch, Leaving, Written, freeze
from questions.interchange.tables.reading import RISKY

ANSWERS, WRONG = 12, 9
HEADING = [
    *("slug", "kind", "question"),
    *(f"left {number}" for number in range(1, ANSWERS + 1)),
    *(f"answer {number}" for number in range(1, ANSWERS + 1)),
    *(name for number in range(1, WRONG + 1) for name in (f"wrong {number}", f"because {number}")),
    *("tolerance", "precision", "unit", "explanation", "concepts", "difficulty", "seconds"),
]
HELD = {
    "single_choice": {"choices"},
    "multiple_select": {"choices"},
    "short_text": {"accept"},
    "numeric": {"answer", "unit", "exact", "digits", "decimals"},
    "ordering": {"steps"},
    "matching": {"pairs", "distractors"},
    "open_response": {"model", "points"},
    "recall": {"back"},
}
"""The fields of each kind that a row has; `stem` and `explanation` it has of all."""


def write_table(items: Sequence[Leaving], fetch: Fetch) -> Written:
    """A table of the items, for `read_table` and for spreadsheets."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADING)
    remarks: list[tuple[str, str]] = []
    for item in items:
        for plain in freeze(item):
            remarks += [(item.slug, text) for text in plain.said]
            if plain.kind not in HELD:
                if plain.kind:
                    remarks.append((item.slug, "It is left out: a row of a table does not hold its kind."))
                continue
            row, lost = _row(plain)
            remarks += [(item.slug, text) for text in lost]
            writer.writerow([_harmless(row.get(name, "")) for name in HEADING])
    return Written(("\ufeff" + file.getvalue()).encode(), tuple(dict.fromkeys(remarks)))


def _row(item: Leaving) -> tuple[dict[str, str], list[str]]:
    body = item.body
    row = {"slug": item.slug, "kind": item.kind, "question": body["stem"], "explanation": body.get("explanation", "")}
    row |= {"concepts": " ".join(item.concepts), "difficulty": str(item.difficulty), "seconds": str(item.seconds)}
    lost = sorted(body.keys() - HELD[item.kind] - {"stem", "explanation"})
    answers, wrong, lefts = _answers(body)
    if item.kind == "numeric":
        row["unit"] = body.get("unit") or ""
        tolerance = body.get("tolerance", {})
        row["precision"] = _precision(body)
        row["tolerance"] = repr(tolerance["atol"]) if "atol" in tolerance else ""
        lost = [name for name in lost if name != "tolerance" or "atol" not in tolerance]
    for name, texts in (("answer", answers), ("left", lefts)):
        row |= {f"{name} {number}": text for number, text in enumerate(texts[:ANSWERS], start=1)}
    for number, (text, because) in enumerate(wrong[:WRONG], start=1):
        row |= {f"wrong {number}": text, f"because {number}": because}
    if any("because" in pair for pair in body.get("pairs", [])):
        lost.append("reasons of pairs")
    return row, [f"A row does not hold: {', '.join(lost)}."] if lost else []


def _precision(body: Document) -> str:
    """`3 digits`, `2 decimals`, or `exact`."""
    if body.get("decimals") is not None:
        return f"{body['decimals']} decimals"
    return "exact" if body.get("exact") else f"{body.get('digits') or 3} digits"


def _answers(body: Document) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """What is right, what is wrong and why, and the left sides of pairs."""
    choices, pairs = body.get("choices", []), body.get("pairs", [])
    right = [choice["text"] for choice in choices if choice.get("correct")]
    wrong = [(choice["text"], choice.get("because", "")) for choice in choices if not choice.get("correct")]
    wrong += [(each["text"], each.get("because", "")) for each in body.get("distractors", [])]
    model = [body["model"], *(point["text"] for point in body.get("points", []))] if "model" in body else []
    single = [str(body[name]) for name in ("answer", "back") if name in body]
    answers = [*right, *(pair["right"] for pair in pairs), *body.get("accept", []), *body.get("steps", [])]
    return [*answers, *single, *model], wrong, [pair["left"] for pair in pairs]


def _harmless(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run; one that begins with such gets another."""
    return f"'{cell}" if cell.startswith((*RISKY, "'")) else cell
