"""Who is asked what, when, and how it went."""

from quizzes.models.enrolment import Enrolment, Exam
from quizzes.models.memory import Card, ChangeLog, MemoryFit, Review, ReviewEvent
from quizzes.models.outbox import Job
from quizzes.models.plan import DailyPlan
from quizzes.models.presentation import Presentation
from quizzes.models.reading import QuickCheck, SectionRead
from quizzes.models.reminder import PushSubscription, Reminder
from quizzes.models.sitting import Sitting, Slot
from quizzes.models.student import Student

__all__ = [
    "Card",
    "ChangeLog",
    "DailyPlan",
    "Enrolment",
    "Exam",
    "Job",
    "MemoryFit",
    "Presentation",
    "PushSubscription",
    "QuickCheck",
    "Reminder",
    "Review",
    "ReviewEvent",
    "SectionRead",
    "Sitting",
    "Slot",
    "Student",
]
