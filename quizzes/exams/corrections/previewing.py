"""What a correction would change, before it is written: the thing itself, taken back again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from questions import bank, kinds
from questions.models import Correction, ItemVersion
from quizzes import exams, presentations, schedule
from quizzes.exams.corrections.deciding import Case
from quizzes.exams.corrections.regrading import CHUNK, load_judge, regrade_students
from quizzes.models import Card, Presentation, ReviewEvent, Sitting, Student

SHOWN = 20
"""Students on a page of a preview."""


def answer_texts(presentation: Presentation, response: Any) -> list[SafeString]:
    """Return what was answered to a presentation, a line each, in HTML."""
    if instead := kinds.said_instead(response):
        return [format_html("{}", instead)]
    kind = kinds.get(presentation.version.kind)
    lines = kind.response_texts(presentations.with_html(presentation.prompt), response)
    return [format_html_join(kind.line_joint, "{}", ((text,) for text in line)) for line in lines]


@dataclass(frozen=True)
class AnswerRow:
    """An answer that would count otherwise; a score of None does not count."""

    at: datetime
    response: Any
    presentation: Presentation
    in_exam: bool
    score: float | None
    score_after: float | None

    @property
    def texts(self) -> list[SafeString]:
        """What was answered, a line each, in HTML."""
        return answer_texts(self.presentation, self.response)


@dataclass(frozen=True)
class SittingRow:
    """A sitting whose points would change."""

    sitting: Sitting
    score_after: float
    max_after: float


@dataclass(frozen=True)
class CardRow:
    """A memory that would change: after how many days recall falls to 90 %; None: new."""

    facet: str
    stability: float | None
    stability_after: float | None


@dataclass(frozen=True)
class ForecastRow:
    """An exam whose expected score (0-1) would change."""

    exam: str
    score: float
    score_after: float


@dataclass
class StudentRow:
    """All that would change for a student."""

    student: Student
    answers: list[AnswerRow] = field(default_factory=list)
    sittings: list[SittingRow] = field(default_factory=list)
    cards: list[CardRow] = field(default_factory=list)
    forecasts: list[ForecastRow] = field(default_factory=list)


@dataclass
class Preview:
    """How much a correction would change; `rows` are those of a page of students."""

    answers: int = 0
    changed: int = 0
    better: int = 0
    worse: int = 0
    sittings: int = 0
    students: list[int] = field(default_factory=list)
    """Those for whom something would change."""
    untold: int = 0
    """Answers that keep their grade, since what was shown is not what the other version asks."""
    is_whole: bool = True
    """Whether all answers were looked at."""
    rows: list[StudentRow] = field(default_factory=list)

    @property
    def pages(self) -> int:
        """How many pages of students there are."""
        return max(-(-len(self.students) // SHOWN), 1)


def preview(correction: Correction, now: datetime, *, page: int = 1, most: int | None = None) -> Preview:
    """Return what a correction would change, of `most` students at most; nothing is stored. Raises BankError."""
    rules = bank.check_correction(correction)
    version = correction.version_id
    with_cards = Card.objects.filter(item=correction.version.item_id).order_by("student")
    students = list(with_cards.values_list("student", flat=True).distinct())
    found = Preview(is_whole=most is None or len(students) <= most)
    students = students[:most]
    for first in range(0, len(students), CHUNK):
        judge = load_judge(version, students[first : first + CHUNK], rules)
        changed = [case for case in judge.decide() if case.is_changed]
        slots = exams.decide_slots(rules, judge.loaded.slots)
        found.answers += len(judge.loaded.answers)
        found.untold += judge.count_untold()
        found.sittings += len({slot.sitting_id for slot in slots if not slot.sitting.is_open})
        _count(found, changed)
        concerned = {stored.answered.student for case in changed for stored in case.answers}
        found.students += sorted(concerned | {slot.sitting.student_id for slot in slots})
    on_page = found.students[(page - 1) * SHOWN : page * SHOWN]
    found.rows = _try_out(correction, on_page, now) if on_page else []
    return found


def _count(found: Preview, changed: Sequence[Case]) -> None:
    for case in changed:
        before, after, answers = case.standing.score or 0.0, case.target.standing.score or 0.0, len(case.answers)
        found.changed += answers
        found.better += answers if after > before else 0
        found.worse += answers if after < before else 0


def _try_out(correction: Correction, students: Collection[int], now: datetime) -> list[StudentRow]:
    """Apply the correction to some students, see what that changed, and take it all back."""
    before = _Situation.load(correction, students, now)
    try:
        with transaction.atomic():
            trial = _copy(correction)
            bank.write_correction(trial)
            regrade_students(correction.version_id, students, now)
            after = _Situation.load(correction, students, now)
            raise _TakenBackError
    except _TakenBackError:
        bank.forget_rules()
    return [row for pk in students if (row := before.compare(after, pk))]


class _TakenBackError(Exception):
    """Ends a trial, so that nothing of it stays."""


def _copy(correction: Correction) -> Correction:
    names = [column.attname for column in Correction._meta.concrete_fields if not column.primary_key]
    copy = Correction(**{name: getattr(correction, name) for name in names})
    # A version of its own: what is taken back must not be known of the caller's.
    copy.version = ItemVersion.objects.select_related("item").get(pk=correction.version_id)
    copy.why = correction.why or "A trial."
    return copy


@dataclass(frozen=True)
class _Situation:
    """What counts of some students, by their keys."""

    students: dict[int, Student]
    scores: dict[int, tuple[int, float | None]]
    sittings: dict[Any, Sitting]
    cards: dict[Any, Card]
    forecasts: dict[int, dict[str, float]]
    events: dict[int, ReviewEvent]

    @classmethod
    def load(cls, correction: Correction, students: Collection[int], now: datetime) -> _Situation:
        """Load it."""
        version = correction.version
        answered = ReviewEvent.objects.filter(student__in=students, presentation__version=version)
        events = {event.pk: event for event in answered.select_related("presentation__version__item", "student")}
        sat = Sitting.objects.filter(student__in=students, slots__presentation__version=version)
        people = {event.student_id: event.student for event in events.values()}
        people |= {sitting.student_id: sitting.student for sitting in sat.select_related("student")}
        return cls(
            students=people,
            scores={pk: (event.student_id, event.score) for pk, event in events.items()},
            sittings={sitting.pk: sitting for sitting in sat.exclude(state=Sitting.State.OPEN).select_related("exam")},
            cards={card.pk: card for card in Card.objects.filter(student__in=students, item=version.item_id)},
            forecasts={pk: _forecasts(student, version.item.course_id, now) for pk, student in people.items()},
            events=events,
        )

    def compare(self, after: _Situation, student: int) -> StudentRow | None:
        """What is otherwise for a student; None where nothing is."""
        if student not in self.students:
            return None
        row = StudentRow(self.students[student])
        for pk, (whose, score) in self.scores.items():
            event, score_after = self.events[pk], after.scores[pk][1]
            if whose == student and score != score_after and event.presentation:
                shown = event.presentation
                row.answers.append(
                    AnswerRow(event.occurred_at, event.response, shown, shown.in_sitting, score, score_after)
                )
        for pk, sitting in self.sittings.items():
            then = after.sittings[pk]
            if sitting.student_id == student and (sitting.score, sitting.max_score) != (then.score, then.max_score):
                row.sittings.append(SittingRow(sitting, then.score or 0.0, then.max_score or 0.0))
        for pk, card in self.cards.items():
            if card.student_id == student and card.stability != after.cards[pk].stability:
                row.cards.append(CardRow(card.facet, card.stability, after.cards[pk].stability))
        for exam, expected in self.forecasts[student].items():
            if expected != after.forecasts[student].get(exam, expected):
                row.forecasts.append(ForecastRow(exam, expected, after.forecasts[student][exam]))
        return row


def _forecasts(student: Student, course: int, now: datetime) -> dict[str, float]:
    """The score to expect of each exam of the course ahead."""
    ahead = schedule.forecast_scores(student, now=now)
    return {str(each.exam): each.now.score for each in ahead if each.now and each.exam.course_id == course}
