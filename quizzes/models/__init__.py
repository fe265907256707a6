"""Every table of this app: fields, constraints, and properties of one row; and how many rows are written at once."""

from quizzes.models.calendar_feed import CalendarFeed
from quizzes.models.card import Card
from quizzes.models.change_log import ChangeLog
from quizzes.models.checkpoint import CardCheckpoint
from quizzes.models.daily_plan import DailyPlan
from quizzes.models.enrolment import Enrolment
from quizzes.models.exam import Exam, ExamConcept
from quizzes.models.job import Job
from quizzes.models.lesson_work import QuickCheck, SectionRead
from quizzes.models.memory_fit import MemoryFit
from quizzes.models.notebook import Bookmark, Note
from quizzes.models.outlook import StoredOutlook
from quizzes.models.practice import Practice, PractisedItem
from quizzes.models.presentation import Presentation
from quizzes.models.reminder import PushSubscription, Reminder
from quizzes.models.review import Review, ReviewEvent
from quizzes.models.rows import insert_rows, update_rows
from quizzes.models.sitting import Sitting, SittingOutcome, Slot
from quizzes.models.student import Student

__all__ = [
    "Bookmark",
    "CalendarFeed",
    "Card",
    "CardCheckpoint",
    "ChangeLog",
    "DailyPlan",
    "Enrolment",
    "Exam",
    "ExamConcept",
    "Job",
    "MemoryFit",
    "Note",
    "Practice",
    "PractisedItem",
    "Presentation",
    "PushSubscription",
    "QuickCheck",
    "Reminder",
    "Review",
    "ReviewEvent",
    "SectionRead",
    "Sitting",
    "SittingOutcome",
    "Slot",
    "StoredOutlook",
    "Student",
    "insert_rows",
    "update_rows",
]
