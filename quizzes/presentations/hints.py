"""Hints: shown one by one to who asks for them before the answer; each that was shown counts with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import F

from questions import kinds
from quizzes.models import Presentation, Student
from quizzes.presentations.bodies import body_of
from quizzes.presentations.open_sittings import is_in_open_sitting


class NoHintError(ValueError):
    """A hint cannot be taken: the question is answered, or it stands in an exam."""


@dataclass(frozen=True)
class TakenHints:
    """The hints of a presentation that were shown (Markdown), and how many there are yet."""

    texts: list[str]
    left: int

    @property
    def count(self) -> int:
        """How many there are in all."""
        return len(self.texts) + self.left


def count_hints(presentation: Presentation) -> int:
    """Return how many hints may be taken; none in an exam."""
    return 0 if presentation.in_sitting else len(presentation.version.body.get("hints", []))


def all_hints(presentation: Presentation) -> list[str]:
    """Return the texts of all hints (Markdown), for a sample that costs nobody anything."""
    version = presentation.version
    return kinds.get(version.kind).hints(body_of(version), presentation.answer) if count_hints(presentation) else []


def taken_hints(presentation: Presentation) -> TakenHints:
    """Return the hints that were taken; their texts stay on the server until they are."""
    count = count_hints(presentation)
    taken = min(presentation.hints_taken, count)
    return TakenHints(all_hints(presentation)[:taken] if taken else [], count - taken)


def take_hint(student: Student, presentation: Presentation) -> TakenHints:
    """Take the next hint, and return those that were taken; once all are, the same again. Raises NoHintError."""
    if presentation.in_sitting or is_in_open_sitting(student, presentation):
        raise NoHintError("There are no hints in an exam.")
    if not presentation.waits:
        raise NoHintError("This question is answered.")
    taken = presentation.hints_taken
    if taken < count_hints(presentation):
        # A button that was pressed twice takes one.
        waiting = Presentation.objects.waiting().filter(pk=presentation.pk, hints_taken=taken)
        waiting.update(hints_taken=F("hints_taken") + 1)
        presentation.hints_taken = taken + 1
    return taken_hints(presentation)


def count_hints_used(presentation: Presentation, reported: int) -> int:
    """Return how many hints count with an answer: those that its device reports, or that were taken here."""
    return min(max(reported, presentation.hints_taken), count_hints(presentation))


def find_asked(student: Student, pk: uuid.UUID) -> Presentation | None:
    """Return a presentation of the student's outside of exams, with its version; None where there is none."""
    mine = Presentation.objects.filter(student=student, pk=pk, in_sitting=False)
    return mine.with_versions().first()
