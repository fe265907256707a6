"""One row a student that numbers everything that changes."""

from django.conf import settings
from django.db import models

from quizzes.memory import fsrs


class ChangeLog(models.Model):
    """The lock and the counter of one student's data.

    The row is locked while anything of the student's is written. Every event, and every change of a card or a plan,
    takes the next number, so a client that has read up to a number misses nothing. The row also names the parameters
    that the student's memory states are folded with, and says when the student's next study day begins and when the
    next reminder is due.
    """

    student = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="change_log"
    )
    last_sequence = models.PositiveBigIntegerField(default=0)
    fit = models.ForeignKey(
        "MemoryFit", on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="None: the defaults."
    )
    next_day_at = models.DateTimeField(db_index=True)
    next_reminder_at = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"change log of {self.student}"

    @property
    def w(self) -> tuple[float, ...]:
        """The FSRS-6 parameters w0 to w20 that the student's memory states are folded with."""
        return tuple(self.fit.parameters) if self.fit else fsrs.DEFAULT_PARAMETERS

    def next_sequence(self) -> int:
        """Take the next number. The row must be locked; the caller saves it afterwards."""
        self.last_sequence += 1
        return self.last_sequence
