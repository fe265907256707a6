"""What an item's author should look at, and what to do, in plain words. Pure.

A number is judged from ENOUGH students on, and only where its whole 95 % interval is beyond the threshold: what a few
more answers may well undo is not said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quizzes.exams.item_analysis.analysing import ItemNumbers
from quizzes.statistics.variants import drifting

ENOUGH = 20
"""Students, or answers, below which nothing is said."""
EASY, HARD = 0.9, 0.25
"""Facility above which an item is too easy, and below which it is too hard."""
BLUNT = 0.2
"""Discrimination below which an item hardly tells who knows more (Ebel and Frisbie 1991: below 0.20 it is poor)."""
UNUSED = 0.05
"""The share of students below which a wrong choice does not distract (Haladyna and Downing 1993)."""
TIMES = 2.0
"""A median time is off from so many times the seconds that the author expects."""
MISSED = 0.05
"""How far what is remembered may be from what was predicted."""
FLAGS = {
    "key": "check the key",
    "reported": "reported by students",
    "hard": "almost nobody gets it right",
    "easy": "too easy",
    "blunt": "hardly separates strong from weak students",
    "unused": "a choice that hardly anybody picks",
    "slow": "takes longer than expected",
    "quick": "takes less time than expected",
    "drift": "variants are not equally hard",
    "forgotten": "remembered worse than predicted",
    "remembered": "remembered better than predicted",
}
"""The flags that an item can have, the most urgent first, each in a few words."""


@dataclass(frozen=True)
class Flag:
    """Something to look at: its code is one of FLAGS; `why` says what was seen, `todo` what to do."""

    code: str
    why: str
    todo: str


@dataclass(frozen=True)
class ItemFacts:
    """What advice depends on besides the numbers: the author's seconds, and the reports that wait."""

    seconds: int
    has_one_key: bool
    waiting_reports: int = 0


def advise(numbers: ItemNumbers, facts: ItemFacts) -> list[Flag]:
    """The flags of an item, the most urgent first; each code once."""
    flags: dict[str, Flag] = {}
    for flag in (
        *_of_reports(facts),
        *_of_facility(numbers),
        *_of_discrimination(numbers),
        *_of_choices(numbers, facts),
        *_of_time(numbers, facts),
        *_of_variants(numbers),
        *_of_memory(numbers),
    ):
        flags.setdefault(flag.code, flag)
    return sorted(flags.values(), key=lambda flag: list(FLAGS).index(flag.code))


MEND = "If it is wrong, publish the right one, then correct the marks."


def _of_reports(facts: ItemFacts) -> Iterator[Flag]:
    if facts.waiting_reports:
        n = facts.waiting_reports
        why = "1 report by a student is waiting" if n == 1 else f"{n} reports by students are waiting"
        yield Flag("reported", f"{why} for an answer.", "Read what is wrong, and answer.")


def _of_facility(numbers: ItemNumbers) -> Iterator[Flag]:
    facility = numbers.facility
    if facility is None or numbers.n < ENOUGH:
        return
    if facility.high < numbers.guess_rate:
        why = f"{_percent(facility.value)} are right at first, where guessing gives {_percent(numbers.guess_rate)}."
        yield Flag("key", why, f"Check the key. {MEND}")
    if facility.high < HARD:
        why = f"{_percent(facility.value)} of the marks at first."
        yield Flag("hard", why, "Check the key and the wording; teach it in the lesson, or ask it in smaller steps.")
    if facility.low > EASY:
        why = f"{_percent(facility.value)} of the marks at first."
        yield Flag("easy", why, "Fine as a warm-up, but it tells little in exams: ask something harder.")


def _of_discrimination(numbers: ItemNumbers) -> Iterator[Flag]:
    r = numbers.discrimination
    if r is None or numbers.n < ENOUGH:
        return
    if r.high < 0:
        why = f"Students who do better elsewhere do worse here (discrimination {_signed(r.value)})."
        yield Flag("key", why, f"Check the key. {MEND}")
    elif r.high < BLUNT:
        why = f"Its score has little to do with the others (discrimination {_signed(r.value)})."
        yield Flag("blunt", why, "Check that the wording is clear, and that only knowledge decides it.")


def _of_choices(numbers: ItemNumbers, facts: ItemFacts) -> Iterator[Flag]:
    if not facts.has_one_key or not any(choice.right for choice in numbers.choices):
        return
    wrong = [choice for choice in numbers.choices if not choice.right]
    for choice in wrong:
        if choice.n >= ENOUGH / 2 and choice.above_key and choice.above_key.low > 0:
            why = f"Students who answer “{choice.text}” do better elsewhere than those who give the key."
            yield Flag("key", why, f"See whether that is right, too. {MEND}")
    unused = [
        choice for choice in wrong if numbers.n >= ENOUGH and choice.share.high < UNUSED and choice.text[:1] != "("
    ]
    if unused:
        texts = ", ".join(f"“{choice.text}”" for choice in unused)
        yield Flag("unused", f"Hardly anybody chooses {texts}.", "Replace it by what students get wrong, or drop it.")


def _of_time(numbers: ItemNumbers, facts: ItemFacts) -> Iterator[Flag]:
    took = numbers.seconds
    if took is None or numbers.timed < ENOUGH:
        return
    why = f"Half of all answers take more than {took.value:.0f} seconds; {facts.seconds} are expected."
    todo = f"Plans count on it: set its seconds to about {_rounded(took.value)}."
    if took.low > TIMES * facts.seconds:
        yield Flag("slow", why, todo)
    if took.high < facts.seconds / TIMES:
        yield Flag("quick", why, todo)


def _of_variants(numbers: ItemNumbers) -> Iterator[Flag]:
    group = drifting(numbers.variants)
    if group:
        why = (
            f"Where {group.name} is drawn {group.values.replace('=', 'as')}, {_percent(group.facility.value)} of the "
            f"marks are got, else {_percent(group.others.value)}."
        )
        yield Flag(
            "drift", why, "Look at both groups of variants; draw from a narrower range, or make two items of it."
        )


def _of_memory(numbers: ItemNumbers) -> Iterator[Flag]:
    kept = numbers.kept
    if kept is None or kept.n < ENOUGH or kept.students < ENOUGH / 2:
        return
    why = f"Asked again, {_percent(kept.observed)} are right, where {_percent(kept.predicted)} were expected."
    if kept.miss.high < -MISSED:
        yield Flag("forgotten", why, "It does not stick: ask less at once, and explain why it is so.")
    if kept.miss.low > MISSED:
        yield Flag(
            "remembered",
            why,
            "Students may be able to answer it without knowing it: from how it looks, or from another item's text.",
        )


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%")


def _rounded(seconds: float) -> int:
    """To five seconds."""
    return max(5, 5 * round(seconds / 5))
