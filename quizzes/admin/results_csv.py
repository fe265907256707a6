"""An exam's results as CSV, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from questions.text.csv_files import Row, rounded
from quizzes import exams
from quizzes.statistics.facility import Estimate


def item_rows(items: Iterable[exams.ItemResult]) -> Iterator[Row]:
    """Give a heading, then a row an item and one for each of its parts; estimates with the ends of their intervals."""
    yield [
        *("item", "part", "kind", "students", "facility", "facility_low", "facility_high", "deviation"),
        *("discrimination", "discrimination_low", "discrimination_high", "efficiency", "look_at"),
    ]
    for item in items:
        yield [
            *(item.slug, "", item.kind, item.n, *_estimate(item.facility), rounded(item.deviation)),
            *(*_estimate(item.discrimination), rounded(item.efficiency), "; ".join(item.flags)),
        ]
        for part in item.parts:
            yield [
                *(item.slug, part.id, item.kind, part.n, *_estimate(part.facility), ""),
                *(*_estimate(part.discrimination), "", ""),
            ]


def answer_rows(items: Iterable[exams.ItemResult]) -> Iterator[Row]:
    """Give a heading, then a row for each option or mistake of each item, with how many gave it."""
    yield ["item", "kind", "students", "answer", "right", "all", "upper_third", "lower_third"]
    for item in items:
        for answer in item.answers:
            chosen, right = answer.chosen, "yes" if answer.right else "no"
            yield [item.slug, item.kind, item.n, chosen.option, right, chosen.all, chosen.upper, chosen.lower]


def student_rows(sittings: Iterable[exams.StudentScore]) -> Iterator[Row]:
    """Give a heading, then a row a sitting."""
    heading: Row = ["student", "name", "sitting", "state", "opened_at", "closed_at", "score", "max_score", "percent"]
    heading += ["expected", "expected_low", "expected_high"]
    yield heading
    for sitting in sittings:
        yield [
            *(sitting.student, sitting.name, sitting.number, sitting.state),
            *(sitting.opened_at.isoformat(), sitting.closed_at.isoformat()),
            *(rounded(sitting.score), rounded(sitting.max_score), rounded(sitting.percent)),
            *_expected(sitting),
        ]


def _expected(sitting: exams.StudentScore) -> Row:
    if sitting.expected is None or sitting.half is None:
        return ["", "", ""]
    low, high = max(sitting.expected - sitting.half, 0.0), min(sitting.expected + sitting.half, sitting.max_score)
    return [rounded(sitting.expected), rounded(low), rounded(high)]


def _estimate(estimate: Estimate | None) -> Row:
    """Return its value and the ends of its interval."""
    return [rounded(estimate.value), rounded(estimate.low), rounded(estimate.high)] if estimate else ["", "", ""]
