"""A student's devices, and who sends messages to them. Another sender is one more module in SENDERS."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Protocol

from quizzes.models import Student
from quizzes.reminders import web_push


class Sender(Protocol):
    """What sends messages to devices of one sort, and keeps where to."""

    def subscribe(self, student: Student, document: object, device: uuid.UUID | None = None) -> object:
        """Keep where to send to, untrusted JSON of an app. Raises web_push.SubscriptionError."""

    def forget_device(self, student: Student, device: uuid.UUID) -> None:
        """Send nothing more to the device; idempotent."""

    def send(self, student: Student, message: Mapping[str, object]) -> int:
        """Send to all devices of the student; how many took it."""


SENDERS: Mapping[str, Sender] = {"web": web_push}


def send(student: Student, message: Mapping[str, object]) -> int:
    """Send a message to all devices of a student; return how many took it."""
    return sum(sender.send(student, message) for sender in SENDERS.values())


def forget(student: Student, device: uuid.UUID) -> None:
    """Send nothing more to a device; idempotent."""
    for sender in SENDERS.values():
        sender.forget_device(student, device)
