"""The exams of a student's courses: what to know before sitting one, and the sittings that are closed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.db.models import QuerySet

from quizzes import schedule
from quizzes.exams import blueprints
from quizzes.exams.opening import load_granted
from quizzes.models import Exam, Sitting
from quizzes.planning.forecast import Forecast

if TYPE_CHECKING:
    from quizzes.models import Student


@dataclass(frozen=True)
class ExamStatus:
    """An exam with what its student needs to know before sitting it.

    `at` is its date for the student, `expected` the score to expect then; `open` the sitting that goes on; `used`
    counts attempts and `taken` closed sittings, `best` is the best score in [0, 1]. It has so many `slots`, which are
    `unit` ("questions", "rounds"), in the sections `parts`; `kept` of them may be of pools that practice never shows.
    `fault` says to staff what is wrong with its blueprint, if anything is.
    """

    exam: Exam
    at: datetime | None
    expected: Forecast | None
    open: Sitting | None
    used: int
    taken: int
    best: float | None
    slots: int
    unit: Literal["questions", "rounds"]
    parts: list[blueprints.Section]
    kept: int = 0
    fault: str = ""
    archived: bool = False
    """Whether its course is, so that it is only looked back at."""

    @property
    def attempts_left(self) -> int | None:
        """How often it can still be begun; None: as often as one likes."""
        return None if self.exam.attempts is None else max(self.exam.attempts - self.used, 0)

    def state(self, now: datetime) -> Literal["open", "archived", "early", "over", "used", "ready"]:
        """Whether the student can sit the exam now.

        `open`: a sitting is in progress. Otherwise a new one can begin (`ready`), cannot begin yet (`early`), can no
        longer begin (`over`, `archived`), or all attempts are used (`used`).
        """
        if self.open:
            return "open"
        if self.archived:
            return "archived"
        if self.exam.opens_at and now < self.exam.opens_at:
            return "early"
        if self.exam.closes_at and now >= self.exam.closes_at:
            return "over"
        return "used" if self.attempts_left == 0 else "ready"


def list_exams(student: Student, now: datetime) -> list[ExamStatus]:
    """All exams of the student's courses, the next one first, those that are over last; a fixed number of queries."""
    sittings: dict[int, list[Sitting]] = defaultdict(list)
    fields = ("exam", "state", "score", "max_score", "deadline_at", "voided_at", "reopened_at")
    for sitting in Sitting.objects.filter(student=student).only(*fields):
        sittings[sitting.exam_id].append(sitting)
    granted = Counter(load_granted(student))
    statuses = [
        exam_status(
            expected.exam, expected.at, expected.now, sittings[expected.exam.pk], now, granted[expected.exam.pk]
        )
        for expected in schedule.forecast_scores(student, now=now)
    ]
    return sorted(statuses, key=lambda status: status.at is not None and status.at < now)


def load_exam_status(student: Student, exam: Exam, now: datetime) -> ExamStatus:
    """How an exam of a course that the student is enrolled in stands, also of one that is archived."""
    for status in list_exams(student, now):
        if status.exam == exam:
            return status
    sittings = list(Sitting.objects.filter(student=student, exam=exam))
    return replace(exam_status(exam, exam.starts_at, None, sittings, now), archived=True)


def exam_status(
    exam: Exam,
    at: datetime | None,
    expected: Forecast | None,
    sittings: Sequence[Sitting],
    now: datetime,
    granted: int = 0,
) -> ExamStatus:
    """How the exam stands for a student with these sittings of it, and so many attempts `granted` beside the exam's."""
    blueprint: blueprints.Assessment | blueprints.Viva | None
    try:
        blueprint = blueprints.parse(exam.kind, exam.blueprint_asked)
        gone = ", ".join(f"“{name}”" for name in exam.gone)
        fault = f"Its blueprint names concepts that are gone: {gone}. They are left out." if gone else ""
    except blueprints.BlueprintError as error:
        blueprint, fault = None, f"Its blueprint is wrong, so that it cannot be begun: {error}"
    counting = [sitting for sitting in sittings if not sitting.voided_at]
    scores = [
        sitting.score / sitting.max_score for sitting in counting if sitting.score is not None and sitting.max_score
    ]
    return ExamStatus(
        exam=exam,
        at=at,
        expected=expected,
        open=next((sitting for sitting in sittings if sitting.is_open and now < sitting.deadline_at), None),
        used=max(len(counting) - granted, 0),
        taken=sum(not sitting.is_open for sitting in sittings),
        best=max(scores, default=None),
        slots=_slots(blueprint),
        unit="rounds" if isinstance(blueprint, blueprints.Viva) else "questions",
        parts=list(blueprint.sections) if isinstance(blueprint, blueprints.Assessment) else [],
        kept=_kept(blueprint),
        fault=fault,
    )


def _slots(blueprint: blueprints.Assessment | blueprints.Viva | None) -> int:
    if blueprint is None:
        return 0
    return blueprint.rounds if isinstance(blueprint, blueprints.Viva) else blueprint.slots


def _kept(blueprint: blueprints.Assessment | blueprints.Viva | None) -> int:
    """How many slots are drawn from pools."""
    if not isinstance(blueprint, blueprints.Assessment):
        return 0
    return sum(section.slots for section in blueprint.parts if {*section.pools} - {blueprints.PRACTICE})


def closed_sittings(student: Student, exam: Exam) -> QuerySet[Sitting]:
    """The student's closed sittings of the exam, the newest first."""
    closed = Sitting.objects.filter(student=student, exam=exam).exclude(state=Sitting.State.OPEN)
    return closed.order_by("-opened_at")
