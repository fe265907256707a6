"""A study session: what a student sets out to do in one go, whatever becomes of the plan meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quizzes.reviews.payloads import PlanTaskPayload
from quizzes.schedule.facts import Task
from quizzes.schedule.plans import task_payload


@dataclass(frozen=True)
class StudySession:
    """The tasks of a session in their order, and when it began: what is forgotten since is asked again within it.

    `before` tasks were done before it was kept.
    """

    begun_at: datetime
    tasks: Sequence[PlanTaskPayload]
    before: int = 0

    @property
    def total(self) -> int:
        """How many tasks it has: the same from its beginning to its end."""
        return self.before + len(self.tasks)


def choose_session_tasks(tasks: Sequence[Task], seconds: int | None) -> list[PlanTaskPayload]:
    """Return the first tasks that fill so many seconds, at least one; all with None."""
    chosen: list[PlanTaskPayload] = []
    spent = 0
    for task in tasks:
        if seconds is not None and chosen and spent + task.seconds > seconds:
            break
        spent += task.seconds
        chosen.append(task_payload(task))
    return chosen
