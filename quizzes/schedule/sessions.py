"""A study session: what a student sets out to do in one go, whatever becomes of the plan meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quizzes.reviews.payloads import PlanTaskPayload, StoredSection
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


def choose_session_tasks(
    tasks: Sequence[Task], seconds: int | None, to_read: Sequence[StoredSection] = ()
) -> list[PlanTaskPayload]:
    """Return the first tasks that fill so many seconds with what is read before them, at least one; all with None."""
    chosen: list[PlanTaskPayload] = []
    spent = 0
    left = list(to_read)
    for task in tasks:
        before = [section for section in left if str(task.card) in section["cards"]]
        takes = task.seconds + sum(section["seconds"] for section in before)
        if seconds is not None and chosen and spent + takes > seconds:
            break
        spent += takes
        left = [section for section in left if section not in before]
        chosen.append(task_payload(task))
    return chosen
