"""What a student is to review, and when.

Enrolling creates a student's cards. Every study day a worker makes a plan of them: the tasks that are worth most at the
exams ahead, in the minutes that the student has. The queue is that plan less what was answered since; a pack is the
same for days without a network; the outlook, which a worker computes, says what score to expect.

Whatever decides something loads its facts (`loading`) into plain values (`facts`), and decides on these alone
(`candidates`, `choice`), so that it can be tested without a database. Reading stores nothing but the questions drawn.
"""

from quizzes.schedule.answering import answer, plan_after_answers
from quizzes.schedule.cards import (
    ask_item,
    ask_items,
    create_hidden_cards,
    create_missing_cards,
    enqueue_new_items,
    ensure_cards,
)
from quizzes.schedule.choice import ExamOutlook
from quizzes.schedule.days_off import TooSoonError, count_days_missed, set_day_off
from quizzes.schedule.enrolling import (
    MAX_DAILY_MINUTES,
    change_daily_minutes,
    change_settings,
    enrol,
    prepare_enrolment,
)
from quizzes.schedule.exam_forecast import ForecastFacts
from quizzes.schedule.exams_ahead import find_next_exam, list_exam_dates, list_exams_ahead
from quizzes.schedule.facts import CardColumns, ExamAhead
from quizzes.schedule.item_banks import forget_banks
from quizzes.schedule.loading import load_course_cards, load_exam_bank, load_exam_relations
from quizzes.schedule.outlook import (
    ExpectedScore,
    OutlookReading,
    ask_daily_outlook,
    ask_daily_outlooks,
    ask_outlook,
    forecast_scores,
    load_forecast_facts,
    look_ahead,
    read_outlook,
)
from quizzes.schedule.own_dates import (
    ExamDateError,
    OwnDate,
    list_exams,
    list_own_dates,
    set_own_date,
    set_own_dates,
)
from quizzes.schedule.packs import Pack, PackEntry, PackSpare, build_pack, load_pack_facts, memory_payload
from quizzes.schedule.plans import enqueue_new_days, plan_day, plan_days, put_off_section, request_plan
from quizzes.schedule.queue import Queue, load_queue
from quizzes.schedule.reading import follow_reading, list_asked
from quizzes.schedule.sessions import StudySession, choose_session_tasks

__all__ = [
    "MAX_DAILY_MINUTES",
    "CardColumns",
    "ExamAhead",
    "ExamDateError",
    "ExamOutlook",
    "ExpectedScore",
    "ForecastFacts",
    "OutlookReading",
    "OwnDate",
    "Pack",
    "PackEntry",
    "PackSpare",
    "Queue",
    "StudySession",
    "TooSoonError",
    "answer",
    "ask_daily_outlook",
    "ask_daily_outlooks",
    "ask_item",
    "ask_items",
    "ask_outlook",
    "build_pack",
    "change_daily_minutes",
    "change_settings",
    "choose_session_tasks",
    "count_days_missed",
    "create_hidden_cards",
    "create_missing_cards",
    "enqueue_new_days",
    "enqueue_new_items",
    "enrol",
    "ensure_cards",
    "find_next_exam",
    "follow_reading",
    "forecast_scores",
    "forget_banks",
    "list_asked",
    "list_exam_dates",
    "list_exams",
    "list_exams_ahead",
    "list_own_dates",
    "load_course_cards",
    "load_exam_bank",
    "load_exam_relations",
    "load_forecast_facts",
    "load_pack_facts",
    "load_queue",
    "look_ahead",
    "memory_payload",
    "plan_after_answers",
    "plan_day",
    "plan_days",
    "prepare_enrolment",
    "put_off_section",
    "read_outlook",
    "request_plan",
    "set_day_off",
    "set_own_date",
    "set_own_dates",
]
