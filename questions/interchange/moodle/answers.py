"""Answers as Moodle has them, each worth a percentage of the marks, as what our kinds ask. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from questions.interchange import asking
from questions.interchange.asking import Asked, Option, RefusedError, Remarks

FULL = 99.9
"""Percentages are written with few digits: thirds sum up to 99.99999."""
MOST_TYPED = 200
"""Characters of an answer that is typed."""
MOST_MISTAKES = 12


@dataclass(frozen=True)
class Answer:
    """An answer, what it is worth in percent, what is said to it; of a number also how far off one may be."""

    text: str
    percent: float
    because: str = ""
    tolerance: str = ""


def choose(answers: Sequence[Answer], remarks: Remarks, *, several: bool) -> Asked:
    """A question with options. Raises RefusedError."""
    right = [answer for answer in answers if answer.percent > 0 and (several or answer.percent >= FULL)]
    options = [Option(answer.text, answer in right, answer.because) for answer in answers]
    asked = asking.choose(options, remarks, several=several)
    if several:
        shares = [answer.percent for answer in right]
        if shares and (max(shares) - min(shares) > 0.1 or abs(sum(shares) - 100) > 1):
            remarks.changed.append("Right options were worth different shares; here each counts the same.")
        if any(answer.percent < 0 and abs(answer.percent + max(shares, default=0)) > 0.1 for answer in answers):
            remarks.changed.append("Wrong options took marks away; here each takes away what a right one gives.")
    else:
        for answer in answers:
            if 0 < answer.percent < FULL:
                remarks.lost.append(f"The {answer.percent:.4g} % for “{answer.text}”: one option is right, or none.")
        if any(answer.percent < 0 for answer in answers):
            remarks.lost.append("The marks that wrong options took away.")
    return asked


def type_text(answers: Sequence[Answer], remarks: Remarks, *, exact_case: bool = False) -> Asked:
    """A text to be typed. Raises RefusedError."""
    accepted: list[str] = []
    mistakes: list[dict[str, object]] = []
    for answer in answers:
        text = _without_wildcards(answer, remarks)
        if not text or len(text) > MOST_TYPED:
            if text:
                remarks.lost.append(f"The answer “{text[:40]}…”: at most {MOST_TYPED} characters are typed.")
            continue
        if answer.percent >= FULL:
            accepted.append(text)
        elif answer.percent > 0:
            remarks.lost.append(f"The {answer.percent:.4g} % for “{text}”: a typed answer is right, or it is not.")
        elif answer.because:
            mistakes.append({"text": text, "because": answer.because})
    asked = asking.accept(accepted, remarks, exact_case=exact_case)
    return _with_mistakes(asked, mistakes, remarks)


def _without_wildcards(answer: Answer, remarks: Remarks) -> str:
    r"""The text without `*`, which stands for any letters; `\*` is a star."""
    star = "\ue015"
    text = answer.text.replace(r"\*", star)
    if text.strip() == "*":
        if answer.because:
            remarks.lost.append(f"What is said to any other answer: “{answer.because}”")
        return ""
    if "*" in text:
        remarks.lost.append(f"That * stands for any letters in “{answer.text}”.")
        text = " ".join(text.replace("*", " ").split())
    return text.replace(star, "*").strip()


def type_number(answers: Sequence[Answer], remarks: Remarks) -> Asked:
    """A number to be typed. Raises RefusedError."""
    asked: Asked | None = None
    mistakes: list[dict[str, object]] = []
    for answer in answers:
        key = asking.number(answer.text)
        if answer.percent >= FULL and asked is None:
            away = asking.number(answer.tolerance or "0")
            asked = asking.near(answer.text, abs(float(away)) if away is not None else 0)
        elif answer.percent > 0:
            within = f" ± {answer.tolerance}" if answer.tolerance not in ("", "0") else ""
            remarks.lost.append(f"The {answer.percent:.4g} % for {answer.text}{within}: one number is right.")
        elif answer.because and key is None:
            remarks.lost.append(f"What is said to any other answer: “{answer.because}”")
        elif answer.because and key is not None:
            mistakes.append({"value": asking.plain(key), "because": answer.because})
    if asked is None:
        raise RefusedError("It does not say which number is right.")
    return _with_mistakes(asked, mistakes, remarks)


def _with_mistakes(asked: Asked, mistakes: list[dict[str, object]], remarks: Remarks) -> Asked:
    if len(mistakes) > MOST_MISTAKES:
        remarks.lost.append(f"{len(mistakes) - MOST_MISTAKES} wrong answers: there are {MOST_MISTAKES} at most.")
    return Asked(asked.kind, asked.fields | ({"mistakes": mistakes[:MOST_MISTAKES]} if mistakes else {}))


def read_percent(text: str) -> float:
    """A percentage; 0 where there is none."""
    value = asking.number(text.replace("%", "")) if text.strip() else None
    return float(value) if value is not None else 0.0
