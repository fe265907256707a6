"""The exams of a student's courses: what to know before sitting one, and the sittings that are closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.db.models import QuerySet

from quizzes import schedule
from quizzes.exams import blueprints
from quizzes.models import Exam, Sitting
from quizzes.planning.forecast import Forecast

if TYPE_CHECKING:
    from quizzes.models import Student


@dataclass(frozen=True)
class ExamStatus:
    """An exam with what its student needs to know before sitting it.

    `at` is its date for the student, `expected` the score to expect then; `open` the sitting that goes on; `begun`
    and `taken` count sittings and closed ones, `best` is the best score in [0, 1]. It has so many `slots`, which are
    `unit` ("questions", "rounds"), in the sections `parts`.
    """

    exam: Exam
    at: datetime | None
    expected: Forecast | None
    open: Sitting | None
    begun: int
    taken: int
    best: float | None
    slots: int
    unit: Literal["questions", "rounds"]
    parts: list[blueprints.Section]

    @property
    def attempts_left(self) -> int | None:
        """How often it can still be begun; None: as often as one likes."""
        return None if self.exam.attempts is None else max(self.exam.attempts - self.begun, 0)

    def state(self, now: datetime) -> Literal["open", "early", "over", "used", "ready"]:
        """Whether the student can sit the exam now.

        `open`: a sitting is in progress. Otherwise a new one can begin (`ready`), cannot begin yet (`early`), can no
        longer begin (`over`), or all attempts are used (`used`).
        """
        if self.open:
            return "open"
        if self.exam.opens_at and now < self.exam.opens_at:
            return "early"
        if self.exam.closes_at and now >= self.exam.closes_at:
            return "over"
        return "used" if self.attempts_left == 0 else "ready"


def list_exams(student: Student, now: datetime) -> list[ExamStatus]:
    """All exams of the student's courses, the next one first, those that are over last; a fixed number of queries."""
    sittings: dict[int, list[Sitting]] = defaultdict(list)
    fields = ("exam", "state", "score", "max_score", "deadline_at")
    for sitting in Sitting.objects.filter(student=student).only(*fields):
        sittings[sitting.exam_id].append(sitting)
    statuses = [
        exam_status(expected.exam, expected.at, expected.now, sittings[expected.exam.pk], now)
        for expected in schedule.forecast_scores(student, now=now)
    ]
    return sorted(statuses, key=lambda status: status.at is not None and status.at < now)


def exam_status(
    exam: Exam, at: datetime | None, expected: Forecast | None, sittings: Sequence[Sitting], now: datetime
) -> ExamStatus:
    """How the exam stands for a student with these sittings of it."""
    blueprint = blueprints.parse(exam.kind, exam.blueprint)
    scores = [
        sitting.score / sitting.max_score for sitting in sittings if sitting.score is not None and sitting.max_score
    ]
    is_viva = isinstance(blueprint, blueprints.Viva)
    return ExamStatus(
        exam=exam,
        at=at,
        expected=expected,
        open=next((sitting for sitting in sittings if sitting.is_open and now < sitting.deadline_at), None),
        begun=len(sittings),
        taken=sum(not sitting.is_open for sitting in sittings),
        best=max(scores, default=None),
        slots=blueprint.rounds if isinstance(blueprint, blueprints.Viva) else blueprint.slots,
        unit="rounds" if is_viva else "questions",
        parts=[] if isinstance(blueprint, blueprints.Viva) else list(blueprint.sections),
    )


def closed_sittings(student: Student, exam: Exam) -> QuerySet[Sitting]:
    """The student's closed sittings of the exam, the newest first."""
    closed = Sitting.objects.filter(student=student, exam=exam).exclude(state=Sitting.State.OPEN)
    return closed.order_by("-opened_at")
