"""For a worker that imports this: plans of the students `raise` and `kill` fail, or take the worker's process along."""

import os
import signal
from collections.abc import Sequence
from typing import Any

from examprep.models import User
from quizzes import schedule

plan_day, plan_days = schedule.plan_day, schedule.plan_days


def poisoned(student: Any, **more: Any) -> Any:
    _spread([student])
    return plan_day(student, **more)


def poisoned_together(students: Sequence[int], **more: Any) -> None:
    _spread(list(User.objects.filter(pk__in=students)))
    plan_days(students, **more)


def _spread(students: list[Any]) -> None:
    names = {student.username for student in students}
    if "kill" in names:
        os.kill(os.getpid(), signal.SIGKILL)
    if "raise" in names:
        raise ValueError("poison")


schedule.plan_day, schedule.plan_days = poisoned, poisoned_together
