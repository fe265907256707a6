"""Students are told once of what was done to a sitting, as of what a correction changed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.template.defaultfilters import date

from quizzes.models import Notice, SittingAct

if TYPE_CHECKING:
    from quizzes.models import Student

Kind = SittingAct.Kind


def tell(act: SittingAct) -> None:
    """Leave a notice of an act for the sitting's student."""
    said = _say_reversed(act.reverses) if act.reverses else _say(act)
    if said:
        why = f" {act.why}" if act.why and act.kind != Kind.COMMENT else ""
        student = act.sitting.student
        Notice.objects.create(student=student, sitting=act.sitting, text=f"{said}{why}", made_at=act.made_at)


def _say(act: SittingAct) -> str:
    exam, student = f"“{act.sitting.exam}”", act.sitting.student
    sat = f"{exam} of {_day(act.sitting.opened_at, student)}"
    match act.kind:
        case Kind.EXTEND:
            return f"You have {_minutes(act)} more in {exam}."
        case Kind.REOPEN:
            assert act.until is not None
            until = date(act.until.astimezone(student.zone), "j F Y, H:i")
            return f"Your sitting {sat} is open again until {until}. Your answers are as you left them."
        case Kind.CLOSE:
            return f"Your sitting {sat} was handed in for you."
        case Kind.ATTEMPT:
            return f"You may sit {exam} once more."
        case Kind.EXTRA_TIME:
            return f"Your extra time in exams is now {act.amount} %."
        case Kind.COMMENT:
            return f"There is a comment on your sitting {sat}."
        case Kind.VOID:
            kept = "What you learned from it stays in your plan."
            return f"Your sitting {sat} does not count, and uses up no attempt. {kept}"
    return ""


def _say_reversed(act: SittingAct) -> str:
    exam, student = f"“{act.sitting.exam}”", act.sitting.student
    match act.kind:
        case Kind.EXTEND:
            return f"The extra {_minutes(act)} in {exam} were taken back."
        case Kind.ATTEMPT:
            return f"The extra sitting of {exam} was taken back."
        case Kind.EXTRA_TIME:
            return "Your extra time in exams is as it was before."
        case Kind.VOID:
            return f"Your sitting {exam} of {_day(act.sitting.opened_at, student)} counts again."
    return ""


def _day(moment: datetime, student: Student) -> str:
    return date(moment.astimezone(student.zone), "j F Y")


def _minutes(act: SittingAct) -> str:
    return "1 minute" if act.amount == 1 else f"{act.amount} minutes"
