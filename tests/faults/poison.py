"""For a worker that is told to import this: plans of the student `poison` fail, or take the worker's process along."""

import os
import signal
from typing import Any

from quizzes import schedule

plan_day = schedule.plan_day


def poisoned(student: Any, **more: Any) -> Any:
    if student.username != "poison":
        return plan_day(student, **more)
    if os.environ["POISON"] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise ValueError("poison")


schedule.plan_day = poisoned
