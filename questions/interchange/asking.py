"""Questions as files have them, put into the bodies of our kinds. Pure.

Whatever a body cannot hold is said in `Remarks`; what cannot be asked at all raises `RefusedError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import count

MOST_CHOICES = {"single_choice": 8, "multiple_select": 10}
MOST_PAIRS, MOST_DISTRACTORS, MOST_ACCEPTED = 12, 8, 20
NEVER_PARTS = ("open_response", "recall", "multi_part")
PART_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
PAIR_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
BLOCKS = ("- ", "1. ", "| ", "```")
"""How lines begin in Markdown that options do not show."""
FULL = 1e-4
"""Shares of marks are written with few digits: what is nearer to one is all of it."""


class RefusedError(ValueError):
    """A question that cannot be asked here, and why."""


@dataclass
class Remarks:
    """What was changed in a question, and what of it was lost."""

    changed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Option:
    """An option: its Markdown, whether it is right, and what is said to who picks it."""

    text: str
    is_right: bool
    because: str = ""


@dataclass(frozen=True)
class Asked:
    """A question: its kind, and the fields of its body without what all kinds have."""

    kind: str
    fields: dict[str, object]


def choose(options: Sequence[Option], remarks: Remarks, *, several: bool) -> Asked:
    """A question with options, of which `several` may be right. Wrong ones without a text are left out."""
    kind = "multiple_select" if several else "single_choice"
    right = [option for option in options if option.is_right]
    if empty := sum(not option.text and not option.is_right for option in options):
        remarks.lost.append(
            "A wrong option without a text." if empty == 1 else f"{empty} wrong options without a text."
        )
        options = [option for option in options if option.text or option.is_right]
    if not several and not right:
        raise RefusedError("It does not say which option is right.")
    if not several and len(right) > 1:
        raise RefusedError("Several options are right, and one may be chosen.")
    if not 2 <= len(options) <= MOST_CHOICES[kind]:
        raise RefusedError(f"It has {len(options)} options; a question here has 2 to {MOST_CHOICES[kind]}.")
    choices: list[dict[str, object]] = []
    for option in options:
        if not option.text:
            raise RefusedError("The right option is empty.")
        _note_blocks(option.text, remarks)
        choice: dict[str, object] = {"text": option.text}
        if option.is_right:
            choice["correct"] = True
        if option.because:
            choice["because"] = option.because
        choices.append(choice)
    return Asked(kind, {"choices": choices})


def _note_blocks(text: str, remarks: Remarks) -> None:
    """Say of a list, a table or code in an option that it is shown in one line."""
    if "\n" in text and any(line.lstrip().startswith(BLOCKS) for line in text.split("\n")):
        remarks.changed.append("A list, a table or lines of code in an option stand in one line.")


def say_to_wrong(asked: Asked, text: str) -> bool:
    """Have every wrong option that has no reason of its own say `text`; whether there is one, in parts too."""
    bodies = [asked.fields, *(part for part in rows_of(asked.fields, "parts"))]
    silent = [
        choice
        for body in bodies
        for choice in rows_of(body, "choices")
        if not choice.get("correct") and not choice.get("because")
    ]
    for choice in silent:
        choice["because"] = text
    return bool(silent)


def rows_of(fields: dict[str, object], name: str) -> list[dict[str, object]]:
    """The rows of a body's field, such as its choices; none where it has none."""
    found = fields.get(name, [])
    return found if isinstance(found, list) else []


def match(pairs: Sequence[tuple[str, str, str]], distractors: Iterable[str], remarks: Remarks) -> Asked:
    """Pairs of (id, left, right); further right-hand texts are distractors."""
    for side in (text for _, left, right in pairs for text in (left, right)):
        _note_blocks(side, remarks)
    rights = {right for _, _, right in pairs}
    others = [text for text in dict.fromkeys(distractors) if text and text not in rights]
    if any(not left or not right for _, left, right in pairs):
        raise RefusedError("A pair has an empty side.")
    if not 2 <= len(pairs) <= MOST_PAIRS:
        raise RefusedError(f"It has {len(pairs)} pairs; a match set has 2 to {MOST_PAIRS}.")
    if len(others) > MOST_DISTRACTORS:
        remarks.lost += [f"The distractor “{text}”: there are {MOST_DISTRACTORS} at most." for text in others[8:]]
    names = new_ids([name for name, _, _ in pairs], PAIR_ID, "pair")
    fields: dict[str, object] = {
        "pairs": [
            {"id": name, "left": left, "right": right} for name, (_, left, right) in zip(names, pairs, strict=True)
        ]
    }
    if others:
        fields["distractors"] = [{"text": text} for text in others[:MOST_DISTRACTORS]]
    return Asked("matching", fields)


def order(steps: Sequence[str]) -> Asked:
    """Steps, given in their right order."""
    if not 3 <= len(steps) <= 10:
        raise RefusedError(f"It has {len(steps)} steps to be put in order; 3 to 10 can be.")
    if len(set(steps)) < len(steps) or not all(steps):
        raise RefusedError("Two steps are the same, or one is empty.")
    return Asked("ordering", {"steps": list(steps)})


def accept(texts: Iterable[str], remarks: Remarks, *, exact_case: bool = False) -> Asked:
    """A text to be typed."""
    accepted = [text for text in dict.fromkeys(" ".join(text.split()) for text in texts) if text]
    if not exact_case:
        accepted = list({text.casefold(): text for text in reversed(accepted)}.values())[::-1]
    if not accepted:
        raise RefusedError("It does not say which answer is right.")
    if len(accepted) > MOST_ACCEPTED:
        remarks.lost.append(f"{len(accepted) - MOST_ACCEPTED} accepted answers: there are {MOST_ACCEPTED} at most.")
    fields: dict[str, object] = {"accept": accepted[:MOST_ACCEPTED]}
    if exact_case:
        fields["case"] = "exact"
    return Asked("short_text", fields)


def compute(key: str, **precision: object) -> Asked:
    """A number, as precise as `digits`, `decimals` or `tolerance` says; exact where none does."""
    value = number(key)
    if value is None:
        raise RefusedError(f"Its key “{key}” is no number.")
    return Asked("numeric", {"answer": plain(value), **(precision or {"exact": True})})


def near(key: str, away: float) -> Asked:
    """A number that may be `away` from its key."""
    return compute(key, tolerance={"atol": float(f"{away:.12g}")}) if away > 0 else compute(key)


def join(parts: Sequence[tuple[str, str, Asked]], remarks: Remarks) -> Asked:
    """Parts of one question, each (id, its own stem, what it asks)."""
    bodies: list[dict[str, object]] = []
    for name, stem, asked in parts:
        if asked.kind in NEVER_PARTS:
            remarks.lost.append(f"The part “{stem or name}”: free text cannot be asked beside other answers.")
            continue
        bodies.append({"id": name, "kind": asked.kind, **({"stem": stem} if stem else {}), **asked.fields})
    if not bodies:
        raise RefusedError("Free text cannot be asked in several parts.")
    return Asked("multi_part", {"parts": bodies})


def new_ids(names: Sequence[str], rule: re.Pattern[str], word: str) -> list[str]:
    """An id for each name: the name itself where the rule allows it, else a new one; no two are the same."""
    ids: list[str] = []
    for name in names:
        wanted = name.strip().lower().replace("_", "-")
        if not rule.fullmatch(wanted) or len(wanted) > 32 or wanted in ids:
            taken = {*ids, *(other.lower() for other in names)}
            wanted = next(each for each in (f"{word}{place}" for place in count(1)) if each not in taken)
        ids.append(wanted)
    return ids


def number(text: str) -> Decimal | None:
    """The finite number that a text is, with a point or a comma; None if it is none."""
    try:
        value = Decimal(text.strip().replace("\u2212", "-").replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 100 else None


def plain(value: Decimal) -> str:
    """A number as formulas have it, without needless zeros."""
    text = str(value.normalize()).replace("E+", "e").replace("E", "e")
    return format(value.normalize(), "f") if abs(value.adjusted()) < 16 else text
