"""Every table of this app: fields, constraints, and properties of one row; and how many rows are written at once."""

from quizzes.models.calendar_feed import CalendarFeed
from quizzes.models.card import Card
from quizzes.models.change_log import ChangeLog
from quizzes.models.checkpoint import CardCheckpoint
from quizzes.models.correction import CorrectedAnswer, Notice, Regrading, RegradingShare
from quizzes.models.daily_plan import DailyPlan
from quizzes.models.diagnostic import Diagnostic
from quizzes.models.enrolment import Enrolment, OwnExamDate
from quizzes.models.exam import Exam, ExamConcept
from quizzes.models.invitation import Invitation
from quizzes.models.item_statistics import CourseMeasuring, ItemStatistics
from quizzes.models.job import Job
from quizzes.models.lesson_work import QuickCheck, SectionRead
from quizzes.models.memory_fit import MemoryFit
from quizzes.models.notebook import Bookmark, Note
from quizzes.models.outlook import StoredOutlook
from quizzes.models.practice import Practice, PractisedItem
from quizzes.models.presentation import Presentation, unshown
from quizzes.models.reminder import PushSubscription, Reminder
from quizzes.models.report import QuestionReport
from quizzes.models.review import Review, ReviewEvent
from quizzes.models.rows import JSONText, insert_objects, insert_rows, make_row, put_rows, update_rows
from quizzes.models.section import Section, SectionExam
from quizzes.models.sitting import Sitting, SittingOutcome, Slot, SlotMark
from quizzes.models.sitting_act import SittingAct
from quizzes.models.staff_note import StaffNote
from quizzes.models.standing import CourseWatch, Standing
from quizzes.models.student import OF_STUDENTS, Student
from quizzes.models.withheld import WithheldAnswer

__all__ = [
    "OF_STUDENTS",
    "Bookmark",
    "CalendarFeed",
    "Card",
    "CardCheckpoint",
    "ChangeLog",
    "CorrectedAnswer",
    "CourseMeasuring",
    "CourseWatch",
    "DailyPlan",
    "Diagnostic",
    "Enrolment",
    "Exam",
    "ExamConcept",
    "Invitation",
    "ItemStatistics",
    "JSONText",
    "Job",
    "MemoryFit",
    "Note",
    "Notice",
    "OwnExamDate",
    "Practice",
    "PractisedItem",
    "Presentation",
    "PushSubscription",
    "QuestionReport",
    "QuickCheck",
    "Regrading",
    "RegradingShare",
    "Reminder",
    "Review",
    "ReviewEvent",
    "Section",
    "SectionExam",
    "SectionRead",
    "Sitting",
    "SittingAct",
    "SittingOutcome",
    "Slot",
    "SlotMark",
    "StaffNote",
    "Standing",
    "StoredOutlook",
    "Student",
    "WithheldAnswer",
    "insert_objects",
    "insert_rows",
    "make_row",
    "put_rows",
    "unshown",
    "update_rows",
]
