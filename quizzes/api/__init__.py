"""The student's day over REST: what to review, the answers, exams, the concept graph.

One module a resource. Each view reads the request, calls one operation, and shows what it gave.
"""

from quizzes.api.concepts import ConceptList
from quizzes.api.courses import CourseList, EnrolmentView
from quizzes.api.devices import CalendarView, DeviceView
from quizzes.api.diagnostic import DiagnosticView
from quizzes.api.echoes import EchoView
from quizzes.api.exams import ExamDetail, ExamList
from quizzes.api.hints import HintView
from quizzes.api.lessons import QuickCheckView, SectionReadingView, SectionsView
from quizzes.api.notebook import BookmarkDetail, BookmarkList, HistoryView, NoteDetail
from quizzes.api.packs import PackView
from quizzes.api.parts import PartView
from quizzes.api.practice import PracticeView
from quizzes.api.progress import ProgressView
from quizzes.api.queue import QueueView
from quizzes.api.reports import ReportView
from quizzes.api.reviews import ReviewBatch
from quizzes.api.search import SearchView
from quizzes.api.sittings import (
    SittingAnswer,
    SittingDetail,
    SittingFinish,
    SittingFlag,
    SittingList,
    SittingOpen,
    SittingOral,
    SittingResult,
    SittingStart,
    SittingSubmit,
)
from quizzes.api.sync import SyncView
from quizzes.api.today import AheadView, DayOffView, MoreView, NoticeView, TodayView
from quizzes.api.turning import RevealView
from quizzes.api.working import ItemWork, WorkView

__all__ = [
    "AheadView",
    "BookmarkDetail",
    "BookmarkList",
    "CalendarView",
    "ConceptList",
    "CourseList",
    "DayOffView",
    "DeviceView",
    "DiagnosticView",
    "EchoView",
    "EnrolmentView",
    "ExamDetail",
    "ExamList",
    "HintView",
    "HistoryView",
    "ItemWork",
    "MoreView",
    "NoteDetail",
    "NoticeView",
    "PackView",
    "PartView",
    "PracticeView",
    "ProgressView",
    "QueueView",
    "QuickCheckView",
    "ReportView",
    "RevealView",
    "ReviewBatch",
    "SearchView",
    "SectionReadingView",
    "SectionsView",
    "SittingAnswer",
    "SittingDetail",
    "SittingFinish",
    "SittingFlag",
    "SittingList",
    "SittingOpen",
    "SittingOral",
    "SittingResult",
    "SittingStart",
    "SittingSubmit",
    "SyncView",
    "TodayView",
    "WorkView",
]
