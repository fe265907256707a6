"""All there is to see of a sitting, for staff: each question as it was put, what was answered, and what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.safestring import SafeString

from questions.kinds import ResponseError
from questions.models import Correction
from quizzes import presentations
from quizzes.exams import windows
from quizzes.exams.corrections import answer_texts
from quizzes.exams.deadlines import is_over
from quizzes.exams.grading import is_void
from quizzes.exams.mending.deeds import REVERSED
from quizzes.models import Enrolment, Exam, Presentation, Sitting, SittingAct, Slot

Kind = SittingAct.Kind
OPTIONS = ("choices", "left", "right", "steps")
"""Where prompts have their options."""


@dataclass(frozen=True)
class SlotRow:
    """A question of a sitting: as it was put, what was answered, and what that gave. Texts are HTML."""

    slot: Slot
    stem_html: SafeString
    options: list[SafeString]
    answer: list[SafeString]
    key: list[SafeString]
    corrected_why: str

    @property
    def is_void(self) -> bool:
        """Whether it does not count; what is not marked yet waits, and is not void."""
        return is_void(self.slot) and not self.slot.waits

    @property
    def is_answered(self) -> bool:
        """Whether an answer was saved."""
        return self.slot.response is not None


@dataclass(frozen=True)
class ActRow:
    """An act that was done, and whether it can be taken back."""

    act: SittingAct
    is_reversible: bool


@dataclass(frozen=True)
class SittingSheet:
    """A sitting with its questions, the acts that were done to it, and those that can be done now."""

    sitting: Sitting
    rows: list[SlotRow]
    acts: list[ActRow]
    offered: list[SittingAct.Kind]
    extra_time_percent: int
    reopened_until: datetime
    """An end to offer for opening it again: the time that was left, at least 15 minutes."""


def load_sheet(sitting: Sitting, now: datetime) -> SittingSheet:
    """Load all there is to see of a sitting; a fixed number of queries."""
    slots = list(Slot.objects.filter(sitting=sitting).with_versions().order_by("number"))
    presentations.name_concepts([slot.presentation.version for slot in slots])
    corrected = [slot.presentation.version_id for slot in slots if slot.said]
    written = Correction.objects.filter(version__in=corrected).in_force() if corrected else None
    reasons: dict[int, str] = dict(written.values_list("version", "why")) if written is not None else {}
    acts = sitting.acts.select_related("made_by", "reverses", "reversed_by__made_by").order_by("-pk")
    enrolment = Enrolment.objects.filter(student=sitting.student_id, course=sitting.exam.course_id).first()
    left = max(sitting.deadline_at - (sitting.closed_at or sitting.deadline_at), timedelta(minutes=15))
    return SittingSheet(
        sitting=sitting,
        rows=[_row(slot, reasons.get(slot.presentation.version_id, "")) for slot in slots],
        acts=[ActRow(act, act.is_in_force and act.kind in REVERSED) for act in acts],
        offered=list_offered(sitting, now, windows.as_sat(sitting)),
        extra_time_percent=enrolment.extra_time_percent if enrolment else 0,
        reopened_until=now + left,
    )


def why_void(sitting: Sitting) -> str:
    """Return what the student is told of why a sitting does not count; one query."""
    act = sitting.acts.filter(kind=Kind.VOID, reversed_by=None).order_by("-pk").first()
    return act.why if act else ""


def list_offered(sitting: Sitting, now: datetime, exam: Exam | None = None) -> list[SittingAct.Kind]:
    """Return what can be done to a sitting now, the likeliest first.

    `exam` is its own as the student's section sits it; without it another attempt is offered by the course's dates.
    """
    exam = exam or sitting.exam
    may_sit_again = exam.attempts is not None and not (exam.closes_at and now >= exam.closes_at)
    offered = {
        Kind.EXTEND: not is_over(sitting, now),
        Kind.CLOSE: sitting.is_open,
        Kind.REOPEN: not sitting.is_open and not sitting.voided_at,
        Kind.ATTEMPT: may_sit_again,
        Kind.COMMENT: True,
        Kind.EXTRA_TIME: True,
        Kind.VOID: not sitting.voided_at,
    }
    return [kind for kind, may_be in offered.items() if may_be]


def _row(slot: Slot, why: str) -> SlotRow:
    shown = slot.presentation
    prompt = presentations.with_html(shown.prompt)
    return SlotRow(
        slot=slot,
        stem_html=prompt["stem_html"],
        options=[entry["text_html"] for name in OPTIONS for entry in prompt.get(name, [])],
        answer=[] if slot.response is None else _texts(shown, slot.response),
        key=_texts(shown, presentations.reveal(shown.version, shown.answer).key),
        corrected_why=why if slot.said else "",
    )


def _texts(shown: Presentation, response: object) -> list[SafeString]:
    try:
        return answer_texts(shown, response)
    except ResponseError:
        return [SafeString("(not understood)")]
